//! Zstandard frames one after the other, decompressed block by block.
//!
//! Format: RFC 8878. A skippable frame with the magic number 0x184D2A5D holds a dictionary, itself maybe compressed, for
//! the frames after it: <https://iipc.github.io/warc-specifications/specifications/warc-zstd/>. Other skippable frames
//! are skipped.
//!
//! Blocks are given to the decoder one by one, so what is read before damage depends on nothing but the bytes. And the
//! window of each frame is known before memory is taken for it.

use std::io::{self, Read};

use zstd::zstd_safe::{self, DCtx, DParameter, InBuffer, OutBuffer, ResetDirective};

/// The magic number of a frame, little-endian.
const FRAME: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();

/// That of a skippable frame that holds a dictionary.
pub(super) const DICTIONARY: [u8; 4] = 0x184D_2A5D_u32.to_le_bytes();

/// Most bytes of a dictionary. Trained ones have about 100 KiB.
const MOST_DICTIONARY: usize = 64 << 20;

/// Most bytes of a block.
const BLOCK: usize = 1 << 17;

/// The largest window that the decoder takes, as a power of two.
const WINDOW_LOG: u32 = if cfg!(target_pointer_width = "64") { 31 } else { 30 };

/// Decompresses frame after frame.
pub(super) struct FrameReader<R: Read> {
    reader: R,
    decoder: DCtx<'static>,
    /// Most bytes of a window that may be held.
    most: u64,
    /// The frame that is being read.
    frame: Option<OpenFrame>,
    has_ended: bool,
    /// Bytes of one block.
    block: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct OpenFrame {
    window: u64,
    has_sum: bool,
    /// Decompressed bytes so far.
    made: u64,
}

impl<R: Read> FrameReader<R> {
    /// A reader of frames with `dictionary`, which may be empty, and windows of at most `most` bytes.
    ///
    /// # Errors
    ///
    /// There is no memory for the decoder, or the dictionary is broken.
    pub(super) fn new(reader: R, dictionary: &[u8], most: u64) -> io::Result<Self> {
        let mut decoder = DCtx::create();
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG)).map_err(failed)?;
        decoder.load_dictionary(dictionary).map_err(failed)?;
        Ok(Self { reader, decoder, most, frame: None, has_ended: false, block: Vec::new() })
    }

    /// Appends the next decompressed bytes to `out`, nothing at the end.
    ///
    /// # Errors
    ///
    /// The frame is damaged or cut off, or its window too large.
    pub(super) fn next(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        while out.is_empty() && !self.has_ended {
            let done = match self.frame {
                Some(frame) => self.block(frame, out),
                None => self.begin(),
            };
            if let Err(error) = done {
                self.has_ended = true;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Reads the head of the next frame, or all of a skippable one.
    fn begin(&mut self) -> io::Result<()> {
        let mut magic = [0; 4];
        let length = fill(&mut self.reader, &mut magic)?;
        if length == 0 {
            self.has_ended = true;
            return Ok(());
        }
        if length < magic.len() {
            return Err(invalid("bytes that are no zstd frame follow the last one"));
        }

        match magic {
            DICTIONARY => self.read_dictionary(),
            [0x50..=0x5F, 0x2A, 0x4D, 0x18] => self.skip(),
            FRAME => self.read_head(),
            _ => Err(invalid("bytes that are no zstd frame follow the last one")),
        }
    }

    fn read_dictionary(&mut self) -> io::Result<()> {
        let length = self.number()? as usize;
        if length > MOST_DICTIONARY {
            return Err(invalid("the dictionary is larger than 64 MiB"));
        }
        let mut bytes = vec![0; length];
        exactly(&mut self.reader, &mut bytes)?;

        let dictionary = plain_dictionary(&bytes).ok_or_else(|| invalid("the dictionary is damaged"))?;
        self.decoder.load_dictionary(&dictionary).map(drop).map_err(failed)
    }

    fn skip(&mut self) -> io::Result<()> {
        let length = u64::from(self.number()?);
        let skipped = io::copy(&mut (&mut self.reader).take(length), &mut io::sink())?;
        if skipped == length { Ok(()) } else { Err(truncated()) }
    }

    /// A number of four bytes.
    fn number(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        exactly(&mut self.reader, &mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    /// Reads the head of a frame after its magic number.
    fn read_head(&mut self) -> io::Result<()> {
        let mut descriptor = [0];
        exactly(&mut self.reader, &mut descriptor)?;
        let [descriptor] = descriptor;

        let is_single = descriptor & 0x20 != 0;
        let size_length = match (descriptor >> 6, is_single) {
            (0, single) => usize::from(single),
            (1, _) => 2,
            (2, _) => 4,
            _ => 8,
        };
        let id_length = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied().unwrap_or(0);

        let mut head = [FRAME[0], FRAME[1], FRAME[2], FRAME[3], descriptor].to_vec();
        let fields = head.len();
        head.resize(fields + usize::from(!is_single) + id_length + size_length, 0);
        exactly(&mut self.reader, head.get_mut(fields..).unwrap_or_default())?;

        let mut size = [0; 8];
        let stored = head.get(head.len() - size_length..).unwrap_or_default();
        size[..stored.len()].copy_from_slice(stored);
        let size = u64::from_le_bytes(size) + if size_length == 2 { 256 } else { 0 };
        // A frame that tells its size needs no larger window.
        let window = match head.get(fields).filter(|_| !is_single) {
            Some(window) if size_length > 0 => window_size(*window).min(size),
            Some(window) => window_size(*window),
            None => size,
        };

        self.decoder.reset(ResetDirective::SessionOnly).map_err(failed)?;
        self.feed(&head, &mut Vec::new()).map_err(|error| self.explained(error, window))?;
        self.frame = Some(OpenFrame { window, has_sum: descriptor & 4 != 0, made: 0 });
        Ok(())
    }

    /// Decompresses the next block of a frame.
    fn block(&mut self, frame: OpenFrame, out: &mut Vec<u8>) -> io::Result<()> {
        let mut head = [0; 3];
        exactly(&mut self.reader, &mut head)?;
        let [a, b, c] = head.map(u32::from);
        let head_bits = a | b << 8 | c << 16;

        let (is_last, size) = (head_bits & 1 == 1, (head_bits >> 3) as usize);
        // A block of one repeated byte holds that byte alone.
        let length = if head_bits >> 1 & 3 == 1 { 1 } else { size };
        if length > BLOCK {
            return Err(invalid("corrupt zstd data"));
        }
        let sum = if is_last && frame.has_sum { 4 } else { 0 };

        let mut block = std::mem::take(&mut self.block);
        block.clear();
        block.extend_from_slice(&head);
        block.resize(head.len() + length + sum, 0);
        let done = exactly(&mut self.reader, block.get_mut(head.len()..).unwrap_or_default())
            .and_then(|()| self.feed(&block, out).map_err(|error| self.explained(error, frame.window)));
        self.block = block;
        let has_ended = done? == 0;

        let made = frame.made + out.len() as u64;
        if frame.window > self.most && made > self.most {
            return Err(too_large(frame.window));
        }
        if is_last != has_ended {
            return Err(invalid("corrupt zstd data"));
        }
        self.frame = (!is_last).then_some(OpenFrame { made, ..frame });
        Ok(())
    }

    /// Gives bytes to the decoder, appends what it makes of them, and returns 0 at the end of a frame.
    fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, usize> {
        let mut input = InBuffer::around(bytes);
        loop {
            let start = out.len();
            out.resize(start + BLOCK, 0);
            let mut output = OutBuffer::around_pos(out.as_mut_slice(), start);
            let hint = self.decoder.decompress_stream(&mut output, &mut input);
            let end = output.pos();
            out.truncate(if hint.is_ok() { end } else { start });

            // Output that did not fit is given by the next call.
            let hint = hint?;
            if hint == 0 || (input.pos == bytes.len() && end < start + BLOCK) {
                return Ok(hint);
            }
        }
    }

    /// The error of the decoder in a frame with this window.
    fn explained(&self, code: usize, window: u64) -> io::Error {
        let name = zstd_safe::get_error_name(code);
        if window > 1 << WINDOW_LOG || name.contains("memory") {
            return too_large(window);
        }
        // Frames of a dictionary are sound; only who packed them has it.
        if name == "Dictionary mismatch" {
            return io::Error::new(io::ErrorKind::InvalidData, LACKS_DICTIONARY);
        }
        invalid_text(format!("corrupt zstd data ({name})"))
    }
}

/// The message of the error of a frame whose dictionary is not known.
const LACKS_DICTIONARY: &str = "was compressed with zstd and a dictionary, which is not in the file";

/// Whether this is the error of a frame whose dictionary is not known.
pub(in crate::input) fn lacks_dictionary(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.to_string() == LACKS_DICTIONARY)
}

/// The window that a byte of the head tells.
fn window_size(byte: u8) -> u64 {
    let base = 1_u64 << (10 + u32::from(byte >> 3));
    base + base / 8 * u64::from(byte & 7)
}

/// The dictionary in the frame at the beginning of `bytes`, and the length of that frame; `None` if there is none, or
/// it is not there as a whole, or damaged.
pub(super) fn leading_dictionary(bytes: &[u8]) -> Option<(usize, Vec<u8>)> {
    let (length, content) = bytes.strip_prefix(&DICTIONARY)?.split_first_chunk()?;
    let length = u32::from_le_bytes(*length) as usize;
    let dictionary = content.get(..length).filter(|_| length <= MOST_DICTIONARY)?;
    Some((8 + length, plain_dictionary(dictionary)?))
}

/// A dictionary, which may be compressed itself; `None` if it is damaged or too large.
fn plain_dictionary(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.starts_with(&FRAME) {
        return Some(bytes.to_vec());
    }

    let mut plain = Vec::new();
    let decoder = zstd::stream::read::Decoder::new(bytes).ok()?;
    decoder.take(MOST_DICTIONARY as u64 + 1).read_to_end(&mut plain).ok()?;
    (plain.len() <= MOST_DICTIONARY).then_some(plain)
}

/// Fills `bytes` as far as the reader goes, and returns how far that is.
fn fill(reader: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while let Some(rest) = bytes.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// Fills `bytes`, or fails as a truncated stream.
fn exactly(reader: &mut impl Read, bytes: &mut [u8]) -> io::Result<()> {
    if fill(reader, bytes)? == bytes.len() { Ok(()) } else { Err(truncated()) }
}

fn truncated() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the zstd stream ends too early")
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn invalid_text(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn failed(code: usize) -> io::Error {
    invalid_text(zstd_safe::get_error_name(code).to_owned())
}

/// The error of a frame whose window does not fit in memory.
fn too_large(window: u64) -> io::Error {
    let what = format!("was compressed with zstd and a window of {} MiB, which does not fit in memory", window >> 20);
    io::Error::new(io::ErrorKind::OutOfMemory, what)
}
