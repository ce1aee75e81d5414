//! Zstandard frames, read as one stream; several are decompressed at once where they tell their size.
//!
//! A frame that is whole in the bytes read ahead and tells the size of its content is decompressed in parallel with its
//! neighbours: frames of seekable files, of `pzstd`, and of concatenated files. From the first other or damaged frame
//! on, the rest is read as one stream, block by block ([`frames`](super::frames)), so the bytes before damage depend
//! neither on the number of threads nor on buffers.

use std::io::{self, BufReader, Chain, Cursor, Read};
use std::ops::Range;
use std::sync::Arc;

use zstd::zstd_safe;

use super::frames::{self, FrameReader};
use crate::input::slices::tail;
use crate::parallel;

/// Decompresses frame after frame.
pub(super) struct ZstdReader<R: Read> {
    source: ZstdSource<R>,
    /// Most bytes of a window that may be held.
    window: u64,
    /// Decompressed bytes; those before `at` have been read.
    ready: Vec<u8>,
    at: usize,
}

enum ZstdSource<R: Read> {
    Frames(FrameBatch<R>),
    Stream(Box<FrameReader<ReadAhead<R>>>),
    /// Between the two, and after an error.
    End,
}

/// The bytes read ahead, followed by the unread ones.
type ReadAhead<R> = Chain<Cursor<Vec<u8>>, BufReader<R>>;

impl<R: Read> ZstdReader<R> {
    /// A reader that decompresses with `threads` threads, `ahead` compressed bytes in memory, and as many decompressed
    /// ones, and windows of at most `window` bytes.
    pub(super) fn new(reader: BufReader<R>, threads: usize, ahead: usize, window: u64) -> Self {
        let frames = FrameBatch { reader, threads, ahead, window: Vec::new(), begun: false, dictionary: Arc::from([]) };
        Self { source: ZstdSource::Frames(frames), window, ready: Vec::new(), at: 0 }
    }

    /// Makes the next decompressed bytes; none at the end.
    fn refill(&mut self) -> io::Result<()> {
        self.at = 0;
        self.ready.clear();

        if let ZstdSource::Frames(frames) = &mut self.source {
            if frames.next(&mut self.ready)? {
                return Ok(());
            }
            self.begin_stream()?;
        }

        match &mut self.source {
            ZstdSource::Stream(stream) => stream.next(&mut self.ready),
            _ => Ok(()),
        }
    }

    /// Goes over from frames to a stream of what they left.
    fn begin_stream(&mut self) -> io::Result<()> {
        if let ZstdSource::Frames(FrameBatch { reader, window, dictionary, .. }) =
            std::mem::replace(&mut self.source, ZstdSource::End)
        {
            let rest = Cursor::new(window).chain(reader);
            self.source = ZstdSource::Stream(Box::new(FrameReader::new(rest, &dictionary, self.window)?));
        }
        Ok(())
    }
}

impl<R: Read> Read for ZstdReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.ready.len() {
            self.refill()?;
        }

        let ready = tail(&self.ready, self.at);
        let length = ready.len().min(buffer.len());
        buffer[..length].copy_from_slice(&ready[..length]);
        self.at += length;
        Ok(length)
    }
}

/// Whole frames read ahead, to be decompressed together.
struct FrameBatch<R: Read> {
    reader: BufReader<R>,
    threads: usize,
    ahead: usize,
    /// Compressed bytes read ahead; begins with a frame.
    window: Vec<u8>,
    /// Whether any frame was taken.
    begun: bool,
    /// The dictionary of the frames; empty without one.
    dictionary: Arc<[u8]>,
}

/// The range of a whole frame in the window, and the size of its content.
type WindowFrame = (Range<usize>, usize);

impl<R: Read> FrameBatch<R> {
    /// Appends the content of the next frames to `ready`, nothing at the end; false if the rest must be read as a
    /// stream.
    fn next(&mut self, ready: &mut Vec<u8>) -> io::Result<bool> {
        if self.threads < 2 || self.ahead == 0 {
            return Ok(false);
        }

        let wanted = self.ahead.saturating_sub(self.window.len());
        (&mut self.reader).take(wanted as u64).read_to_end(&mut self.window)?;
        if self.window.is_empty() && self.begun {
            return Ok(true);
        }
        // Only at the beginning; a later dictionary is left to the stream.
        if !self.begun {
            self.take_dictionary();
        }

        let frames = self.whole();
        // A single frame gives no parallel work, and empty output would be taken for the end of the file.
        let holds: usize = frames.iter().map(|(_, size)| size).sum();
        if frames.len() < 2 || holds == 0 {
            return Ok(false);
        }

        let mut done = 0;
        for (frame, held) in frames.iter().zip(self.together(&frames)) {
            // From a damaged frame on the stream takes over, since it gives the bytes before the damage.
            let Some(held) = held else { break };
            ready.extend_from_slice(&held);
            done = frame.0.end;
        }

        self.window.drain(..done);
        self.begun |= done > 0;
        Ok(!ready.is_empty())
    }

    /// Takes the dictionary at the beginning, if one is there as a whole.
    fn take_dictionary(&mut self) {
        if let Some((length, dictionary)) = frames::leading_dictionary(&self.window) {
            self.window.drain(..length);
            self.dictionary = dictionary.into();
        }
    }

    /// The whole frames at the beginning of the window whose content together fits in `ahead` bytes.
    fn whole(&self) -> Vec<WindowFrame> {
        let (mut frames, mut at, mut held) = (Vec::new(), 0, 0);
        while let Some((length, size)) = self.window.get(at..).and_then(frame) {
            // Sizes are claims of the file; they are bounded before anything is allocated.
            held = size.saturating_add(held);
            if held > self.ahead {
                break;
            }
            frames.push((at..at + length, size));
            at += length;
        }
        frames
    }

    /// The content of each frame; `None` for a damaged one. In order.
    fn together(&self, frames: &[WindowFrame]) -> Vec<Option<Vec<u8>>> {
        let window = self.window.as_slice();
        let dictionary = &*self.dictionary;
        let decompress = |frames: &[WindowFrame]| -> Vec<Option<Vec<u8>>> {
            let mut context = zstd::bulk::Decompressor::with_dictionary(dictionary);
            let one = |(range, size): &WindowFrame| {
                let held = context.as_mut().ok()?.decompress(window.get(range.clone())?, *size).ok()?;
                (held.len() == *size).then_some(held)
            };
            frames.iter().map(one).collect()
        };

        let share = frames.len().div_ceil(self.threads);
        let shares = parallel::in_shares(frames, share, decompress);
        // The frames of a thread that panicked are read again by the stream, with all that follow.
        shares.into_iter().flat_map(|share| share.unwrap_or_else(|| vec![None])).collect()
    }
}

/// Length and content size of the frame at the beginning of `bytes`; `None` unless it is whole and tells the size.
fn frame(bytes: &[u8]) -> Option<(usize, usize)> {
    // A dictionary counts for the frames after it.
    if bytes.starts_with(&frames::DICTIONARY) {
        return None;
    }
    // Only block headers are read; nothing is decompressed.
    let length = zstd_safe::find_frame_compressed_size(bytes).ok()?;
    let size = zstd_safe::get_frame_content_size(bytes.get(..length)?).ok()??;
    Some((length, usize::try_from(size).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(texts: &[&[u8]], tells: bool) -> Vec<u8> {
        let encode = |text: &&[u8]| {
            if tells { zstd::bulk::compress(text, 3).unwrap() } else { zstd::stream::encode_all(*text, 3).unwrap() }
        };
        texts.iter().flat_map(encode).collect()
    }

    /// The bytes read, and whether they end with an error.
    fn read(bytes: &[u8], threads: usize, ahead: usize) -> (Vec<u8>, bool) {
        let mut reader = ZstdReader::new(BufReader::new(bytes), threads, ahead, u64::MAX);
        let mut read = Vec::new();
        let failed = reader.read_to_end(&mut read).is_err();
        (read, failed)
    }

    #[test]
    fn frames_are_one_stream_whatever_the_threads() {
        let long: Vec<u8> = (0..400_000_u32).flat_map(|number| (number / 7).to_le_bytes()).collect();
        let texts = [&b"one "[..], b"", &long, b"three ", b"four", &long[..70_000]];
        let skippable = [&[0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &frames(&texts, true)].concat();
        for bytes in [frames(&texts, true), frames(&texts, false), skippable] {
            for (threads, ahead) in [(1, 0), (3, 0), (3, 100), (3, 1 << 20), (8, 1 << 26)] {
                let (seen, failed) = read(&bytes, threads, ahead);
                assert!(!failed && seen == texts.concat(), "{threads} threads, {ahead} bytes ahead");
            }
        }
    }

    #[test]
    fn what_stands_before_the_damage_does_not_depend_on_threads() {
        let long: Vec<u8> =
            (0..200_000_u32).flat_map(|number| (number.wrapping_mul(0x9E37_79B9)).to_le_bytes()).collect();
        let whole = frames(&[b"first", &long, b"third", &long, b"last"], true);
        for place in (0..whole.len()).step_by(whole.len() / 61) {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x55;
            let cut = &whole[..place];
            for bytes in [&damaged[..], cut] {
                let alone = read(bytes, 1, 0);
                for ahead in [1000, 1 << 21, 1 << 26] {
                    assert!(read(bytes, 4, ahead) == alone, "byte {place} of {}, {ahead} ahead", whole.len());
                }
            }
        }
    }

    /// A frame that skips `content`, with the mark of a dictionary.
    fn dictionary_frame(content: &[u8]) -> Vec<u8> {
        [&frames::DICTIONARY[..], &(content.len() as u32).to_le_bytes(), content].concat()
    }

    #[test]
    fn a_dictionary_at_the_beginning_counts_for_all_frames() {
        let samples: Vec<Vec<u8>> =
            (0..400).map(|n| format!("record {} of {} words", n % 17, n * n).into_bytes()).collect();
        let dictionary = samples[..90].concat();
        let mut compressor = zstd::bulk::Compressor::with_dictionary(3, &dictionary).unwrap();
        let records: Vec<u8> = samples.iter().flat_map(|sample| compressor.compress(sample).unwrap()).collect();

        let packed = zstd::bulk::compress(&dictionary, 3).unwrap();
        for content in [&dictionary, &packed] {
            let other = frames(&[b"without"], true);
            let whole =
                [&dictionary_frame(content)[..], &records, &dictionary_frame(content), &records, &other].concat();
            let wanted = [samples.concat(), samples.concat(), b"without".to_vec()].concat();
            for (threads, ahead) in [(1, 0), (3, 0), (3, 4000), (3, 1 << 20)] {
                assert!(read(&whole, threads, ahead) == (wanted.clone(), false), "{threads} threads, {ahead} ahead");
            }
        }
        assert!(read(&records, 1, 0).1, "without the dictionary");
    }

    #[test]
    fn frames_of_a_dictionary_that_is_not_there_are_refused_by_name() {
        let mut foreign = frames(&[b"{}"], true);
        // The number of the dictionary stands in one byte behind the descriptor, whose lowest bits tell how many.
        foreign[4] |= 1;
        foreign.insert(5, 7);

        let options = crate::input::InputOptions::default();
        let corpus = crate::input::Corpus::from_reader("a.jsonl", foreign.as_slice(), options);
        let message = corpus.map(drop).unwrap_err().to_string();
        assert!(message.contains("a dictionary, which is not in the file; decompress it first"), "{message}");
    }

    #[test]
    fn a_window_costs_no_more_than_it_may() {
        let long: Vec<u8> = (0..5_000_000_u32).flat_map(|number| (number / 3).to_le_bytes()).collect();
        let encode = |text: &[u8]| {
            let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
            encoder.window_log(30).unwrap();
            io::Write::write_all(&mut encoder, text).unwrap();
            encoder.finish().unwrap()
        };
        let open = |bytes: &[u8], window: u64| {
            let mut out = Vec::new();
            let mut reader = ZstdReader::new(BufReader::new(io::Cursor::new(bytes.to_vec())), 1, 0, window);
            reader.read_to_end(&mut out).map(|_| out)
        };

        assert!(open(&encode(&long), u64::MAX).unwrap() == long);
        // A short text fills no window, whatever its header announces.
        assert!(open(&encode(b"short"), 1 << 20).unwrap() == b"short");
        let error = open(&encode(&long), 8 << 20).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
        assert!(error.to_string().contains("1024 MiB"), "{error}");
    }
}
