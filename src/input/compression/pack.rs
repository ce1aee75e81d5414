//! Compresses blocks on several threads, and writes them in order.
//!
//! Each block is compressed on its own, so the output does not depend on the number of threads. Readers see members of
//! gzip, frames of Zstandard or streams of bzip2, which every tool reads as one. Members are those of BGZF: they tell
//! their size, so they are also decompressed on several threads.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::pack_block::BlockPacker;
use super::{Compression, CompressionOptions};

/// Most threads that compress one output. Each has a compressor and some blocks.
const MOST_THREADS: usize = 16;

/// A block, and where its compressed bytes go.
type PackJob = (Vec<u8>, SyncSender<io::Result<Vec<u8>>>);

/// Compresses the bytes written to it, block by block.
pub(super) struct PackWriter<W: Write> {
    writer: W,
    compression: Compression,
    options: CompressionOptions,
    /// Bytes of the next block.
    block: Vec<u8>,
    /// Bytes of a whole block.
    size: usize,
    /// A block was packed.
    begun: bool,
    /// Packs on this thread: the first block, and all blocks if there are no others.
    packer: BlockPacker,
    workers: PackWorkers,
    /// Blocks under way, in order.
    pending: VecDeque<Receiver<io::Result<Vec<u8>>>>,
}

/// The threads that compress.
enum PackWorkers {
    NotStarted,
    Started {
        jobs: Sender<PackJob>,
        threads: Vec<JoinHandle<()>>,
    },
    /// One thread was asked for, or the system refuses others.
    None,
}

impl<W: Write> PackWriter<W> {
    /// A writer of a compression that consists of blocks.
    ///
    /// # Errors
    ///
    /// The compressor cannot start.
    pub(super) fn new(writer: W, compression: Compression, options: CompressionOptions) -> io::Result<Self> {
        let packer = BlockPacker::new(compression, options)?;
        let (block, pending, size) = (Vec::new(), VecDeque::new(), packer.block_size());
        let workers = PackWorkers::NotStarted;
        Ok(Self { writer, compression, options, block, size, begun: false, packer, workers, pending })
    }

    /// Writes all that is left, and returns the inner writer, not flushed.
    ///
    /// # Errors
    ///
    /// A block cannot be compressed, or the inner writer fails.
    pub(super) fn finish(mut self) -> io::Result<W> {
        // Without bytes, the output is an empty block, which is a valid file.
        if !self.block.is_empty() || !self.begun {
            self.pack()?;
        }
        self.write_pending(0)?;
        self.writer.write_all(self.packer.end())?;

        if let PackWorkers::Started { jobs, threads } = self.workers {
            // Without jobs to come the threads end.
            drop(jobs);
            for thread in threads {
                thread.join().map_err(|_| failed())?;
            }
        }
        Ok(self.writer)
    }

    /// Packs the bytes of the next block.
    fn pack(&mut self) -> io::Result<()> {
        let block = std::mem::take(&mut self.block);
        // Most outputs have one block, and need no thread.
        if std::mem::replace(&mut self.begun, true) && matches!(self.workers, PackWorkers::NotStarted) {
            self.workers = PackWorkers::start(self.compression, self.options)?;
        }

        let PackWorkers::Started { jobs, threads } = &self.workers else {
            self.writer.write_all(&self.packer.pack(&block)?)?;
            // The buffer is used again.
            self.block = block;
            self.block.clear();
            return Ok(());
        };

        let (result, packed) = mpsc::sync_channel(1);
        jobs.send((block, result)).map_err(|_| failed())?;
        self.pending.push_back(packed);
        // Enough blocks for each thread while this one prepares others.
        let most = 2 * threads.len();
        self.write_pending(most)
    }

    /// Writes packed blocks until at most `most` are under way.
    fn write_pending(&mut self, most: usize) -> io::Result<()> {
        while self.pending.len() > most {
            let Some(packed) = self.pending.pop_front() else { break };
            let bytes = packed.recv().map_err(|_| failed())??;
            self.writer.write_all(&bytes)?;
        }
        Ok(())
    }
}

impl<W: Write> Write for PackWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.size - self.block.len();
        let taken = bytes.get(..left).unwrap_or(bytes);
        self.block.reserve_exact(if self.block.is_empty() && taken.len() == left { left } else { 0 });
        self.block.extend_from_slice(taken);

        if self.block.len() == self.size {
            self.pack()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.block.is_empty() {
            self.pack()?;
        }
        self.write_pending(0)?;
        self.writer.flush()
    }
}

impl PackWorkers {
    fn start(compression: Compression, options: CompressionOptions) -> io::Result<Self> {
        let wanted = options.threads.or_else(|| std::thread::available_parallelism().ok().map(Into::into));
        let wanted = wanted.unwrap_or(1).min(MOST_THREADS);
        if wanted < 2 {
            return Ok(Self::None);
        }

        let (jobs, waiting) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let mut threads = Vec::new();
        for _ in 0..wanted {
            let (packer, waiting) = (BlockPacker::new(compression, options)?, Arc::clone(&waiting));
            // The system may refuse threads: then fewer do the work, or this one alone.
            match std::thread::Builder::new().spawn(move || serve(packer, &waiting)) {
                Ok(thread) => threads.push(thread),
                Err(_) => break,
            }
        }
        Ok(if threads.is_empty() { Self::None } else { Self::Started { jobs, threads } })
    }
}

/// Packs blocks until no more can come.
fn serve(mut packer: BlockPacker, waiting: &Mutex<Receiver<PackJob>>) {
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((block, result)) = job else { return };
        // A writer that was dropped wants no result.
        let _ = result.send(packer.pack(&block));
    }
}

fn failed() -> io::Error {
    io::Error::other("a thread that compresses failed")
}

#[cfg(test)]
#[cfg(all(feature = "gzip", feature = "zstd", feature = "bzip2"))]
mod tests {
    use std::io::Read;

    use super::*;

    const ALL: [Compression; 3] = [Compression::Gzip, Compression::Zstd, Compression::Bzip2];

    fn packed(bytes: &[u8], compression: Compression, options: CompressionOptions) -> Vec<u8> {
        let mut writer = PackWriter::new(Vec::new(), compression, options).unwrap();
        // Pieces of many sizes.
        let mut rest = bytes;
        for size in (1..).map(|step| step * 7919 % 300_000 + 1) {
            let (piece, left) = rest.split_at(size.min(rest.len()));
            writer.write_all(piece).unwrap();
            rest = left;
            if rest.is_empty() {
                break;
            }
        }
        writer.finish().unwrap()
    }

    fn read(bytes: Vec<u8>, compression: Compression, threads: usize) -> Vec<u8> {
        let limits = super::super::DecompressionLimits { threads, ahead: 1 << 22, window: u64::MAX };
        let mut read = Vec::new();
        super::super::reader(Box::new(io::Cursor::new(bytes)), compression, limits).read_to_end(&mut read).unwrap();
        read
    }

    /// Bytes that can be compressed, and then some that cannot.
    fn mixed(length: u32) -> Vec<u8> {
        let words = (0..length).flat_map(|number| (number / 5 % 3000).to_le_bytes());
        let noise = (0..length / 2).flat_map(|number| {
            let mixed = u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            ((mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 32).to_le_bytes()[..4].to_vec()
        });
        words.chain(noise).collect()
    }

    #[test]
    fn the_bytes_do_not_depend_on_threads_and_come_back() {
        for bytes in [Vec::new(), b"one".to_vec(), mixed(200_000)] {
            for (compression, level) in ALL.into_iter().flat_map(|each| [None, Some(22)].map(|at| (each, at))) {
                if level == Some(22) && compression == Compression::Zstd {
                    continue;
                }
                let with = |threads| packed(&bytes, compression, CompressionOptions { level, threads: Some(threads) });
                let alone = with(1);
                assert!(alone == with(3), "{compression:?} at {level:?}");
                for threads in [1, 3] {
                    assert!(read(alone.clone(), compression, threads) == bytes, "{compression:?} at {level:?}");
                }
            }
        }
    }

    #[test]
    fn other_readers_take_the_blocks_for_one_file() {
        let bytes = mixed(200_000);
        let mut read = Vec::new();
        let gzip = packed(&bytes, Compression::Gzip, CompressionOptions::default());
        flate2::read::MultiGzDecoder::new(&*gzip).read_to_end(&mut read).unwrap();
        assert!(read == bytes);

        let zstd = packed(&bytes, Compression::Zstd, CompressionOptions::default());
        assert!(zstd::stream::decode_all(&*zstd).unwrap() == bytes);
        read.clear();
        let bzip2 = packed(&bytes, Compression::Bzip2, CompressionOptions::default());
        bzip2::read::MultiBzDecoder::new(&*bzip2).read_to_end(&mut read).unwrap();
        assert!(read == bytes);
    }

    #[test]
    fn a_failing_writer_ends_with_its_error() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| io::Error::other("full"))?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        for compression in ALL {
            let options = CompressionOptions { level: None, threads: Some(3) };
            let mut writer = PackWriter::new(Full(1 << 16), compression, options).unwrap();
            let written = writer.write_all(&mixed(600_000)).and_then(|()| writer.finish().map(drop));
            assert_eq!(written.unwrap_err().to_string(), "full");
        }
    }
}
