//! Gzip, zstd, bzip2 and xz, recognised by their first bytes; the name of a file does not matter.
//!
//! Consecutive members, frames or streams are read as one, as by `gzip`, `zstd`, `bzip2` and `xz`; zero bytes after the
//! last gzip member are ignored. Everything that was decompressed before an error is read before the error. Formats:
//! RFC 1952 (gzip), RFC 8878 (zstd), <https://tukaani.org/xz/xz-file-format.txt>; for bzip2, its tool.

use std::io::{self, BufReader, Read, Write};

use super::remedies;
use crate::error::Remedy;

#[cfg(feature = "bzip2")]
mod bunzip;
#[cfg(feature = "zstd")]
mod frames;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(feature = "gzip")]
mod gzip_header;
mod members;
#[cfg(any(feature = "gzip", feature = "zstd", feature = "bzip2"))]
mod pack;
#[cfg(any(feature = "gzip", feature = "zstd", feature = "bzip2"))]
mod pack_block;
#[cfg(any(feature = "bzip2", feature = "xz", feature = "archives"))]
mod pieces;
#[cfg(feature = "gzip")]
mod rewind;
#[cfg(feature = "zstd")]
mod zstandard;

#[cfg(feature = "archives")]
pub(super) use pieces::DecoderPieces;

/// The compression of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// Gzip, one or more members.
    Gzip,
    /// Zstandard, one or more frames.
    Zstd,
    /// Bzip2, one or more streams.
    Bzip2,
    /// Xz, one or more streams.
    Xz,
}

/// Length of the longest magic number, in bytes.
pub(super) const MAGIC: u64 = 6;

/// Compressed bytes read at once. This and all sizes below are fixed, so that the place where damage is found does not
/// depend on the reader.
const INPUT: usize = 1 << 18;

/// The level of the `xz` tool.
#[cfg(feature = "xz")]
const XZ_LEVEL: u32 = 6;

/// Most memory that an xz stream may ask for, in KiB: 1 GiB. `xz -9` asks for 65 MiB; a damaged header may ask for 4
/// GiB.
#[cfg(feature = "xz")]
const XZ_MEMORY: u32 = 1 << 20;

#[cfg(feature = "zstd")]
pub(super) use frames::lacks_dictionary;
pub(super) use members::{damage, goes_on, is_passed_over};

/// How much decompressing may cost.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(all(feature = "gzip", feature = "zstd")),
    allow(dead_code, reason = "gzip and Zstandard alone need the limits")
)]
pub(super) struct DecompressionLimits {
    /// Threads that may decompress one file.
    pub(super) threads: usize,
    /// Compressed bytes that may be read ahead for them.
    pub(super) ahead: usize,
    /// Bytes of a Zstandard window.
    pub(super) window: u64,
}

impl DecompressionLimits {
    /// One thread, and the largest window that the program `zstd` takes if nobody asks for more: for heads of files and
    /// members of archives.
    pub(super) const PLAIN: Self = Self { threads: 1, ahead: 0, window: 1 << 27 };
}

/// A reader of the decompressed bytes of `reader`. It gives everything that precedes an error first. After an error for
/// which [`goes_on`] is true it can be read again.
#[allow(unused_variables, reason = "builds without decompressors use neither")]
pub(super) fn reader(
    reader: Box<dyn Read + Send>,
    compression: Compression,
    limits: DecompressionLimits,
) -> Box<dyn Read + Send> {
    let reader = BufReader::with_capacity(INPUT, reader);

    match compression {
        Compression::None => Box::new(reader),
        #[cfg(feature = "gzip")]
        Compression::Gzip => Box::new(gzip::GzipReader::new(reader, limits.threads)),
        #[cfg(feature = "zstd")]
        Compression::Zstd => Box::new(zstandard::ZstdReader::new(reader, limits.threads, limits.ahead, limits.window)),
        #[cfg(feature = "bzip2")]
        Compression::Bzip2 => Box::new(pieces::DecoderPieces::new(bunzip::Bzip2Reader::new(reader), "bzip2")),
        #[cfg(feature = "xz")]
        Compression::Xz => {
            Box::new(pieces::DecoderPieces::new(lzma_rust2::XzReader::new_mem_limit(reader, true, XZ_MEMORY), "xz"))
        }
        #[cfg(not(all(feature = "gzip", feature = "zstd", feature = "bzip2", feature = "xz")))]
        _ => Box::new(AbsentDecoder),
    }
}

/// The compression that the first bytes of a file announce. For one that this build cannot undo, its description and
/// the remedy.
pub(super) fn detect(head: &[u8]) -> Result<Compression, (&'static str, Remedy)> {
    match head {
        [0x1F, 0x8B, ..] if cfg!(feature = "gzip") => Ok(Compression::Gzip),
        [0x1F, 0x8B, ..] => Err(("compressed with gzip", remedies::BUILD_GZIP)),
        // The second is a skippable frame, which parallel compressors write first.
        [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] if cfg!(feature = "zstd") => {
            Ok(Compression::Zstd)
        }
        [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => {
            Err(("compressed with zstd", remedies::BUILD_ZSTD))
        }
        [0xFD, b'7', b'z', b'X', b'Z', 0x00, ..] if cfg!(feature = "xz") => Ok(Compression::Xz),
        [0xFD, b'7', b'z', b'X', b'Z', 0x00, ..] => Err(("compressed with xz", remedies::BUILD_XZ)),
        // "BZh", the level, and the first bytes of a block, or of the end of an empty stream.
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, ..]
            if cfg!(feature = "bzip2") =>
        {
            Ok(Compression::Bzip2)
        }
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, ..] => {
            Err(("compressed with bzip2", remedies::BUILD_BZIP2))
        }
        [0x04, 0x22, 0x4D, 0x18, ..] => Err(("compressed with lz4", remedies::UNPACK_LZ4)),
        _ => Ok(Compression::None),
    }
}

#[cfg_attr(
    all(feature = "gzip", feature = "zstd", feature = "bzip2", feature = "xz"),
    allow(dead_code, reason = "a build with all compressors lacks none")
)]
fn absent(name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, format!("this build has no {name}; rebuild with the feature {name}"))
}

/// In place of a decompressor that this build lacks; never read, since [`detect`] refuses the file.
#[cfg(not(all(feature = "gzip", feature = "zstd", feature = "bzip2", feature = "xz")))]
struct AbsentDecoder;

#[cfg(not(all(feature = "gzip", feature = "zstd", feature = "bzip2", feature = "xz")))]
impl Read for AbsentDecoder {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(absent("such compression"))
    }
}

impl Compression {
    /// A writer that compresses with the default options. Equal input gives equal output: no time stamp, no name.
    /// Without [`CompressionWriter::finish`] the output is truncated.
    ///
    /// # Errors
    ///
    /// The compressor cannot start, or this build lacks it.
    pub fn writer<W: Write>(self, writer: W) -> io::Result<CompressionWriter<W>> {
        self.writer_with(writer, CompressionOptions::default())
    }

    /// The bytes as one member, frame or stream, which readers of archives take for one record.
    ///
    /// # Errors
    ///
    /// As [`writer`](Self::writer).
    #[cfg(feature = "warc")]
    pub(crate) fn whole(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        if self == Self::Gzip {
            return pack_block::single_member(bytes);
        }
        let mut writer = self.writer(Vec::new())?;
        writer.write_all(bytes)?;
        writer.finish()
    }

    /// As [`writer`](Self::writer), with other options.
    ///
    /// # Errors
    ///
    /// As [`writer`](Self::writer).
    #[allow(unused_variables, reason = "builds without compressors use no options")]
    pub fn writer_with<W: Write>(self, writer: W, options: CompressionOptions) -> io::Result<CompressionWriter<W>> {
        Ok(CompressionWriter(match self {
            Self::None => CompressionEncoder::Plain(writer),
            #[cfg(feature = "xz")]
            Self::Xz => {
                let level = options.level.unwrap_or(XZ_LEVEL).min(9);
                let options = lzma_rust2::XzOptions::with_preset(level);
                CompressionEncoder::Xz(Box::new(lzma_rust2::XzWriter::new(writer, options)?))
            }
            #[cfg(not(feature = "xz"))]
            Self::Xz => return Err(absent("xz")),
            #[cfg(not(feature = "gzip"))]
            Self::Gzip => return Err(absent("gzip")),
            #[cfg(not(feature = "zstd"))]
            Self::Zstd => return Err(absent("zstd")),
            #[cfg(not(feature = "bzip2"))]
            Self::Bzip2 => return Err(absent("bzip2")),
            #[cfg(any(feature = "gzip", feature = "zstd", feature = "bzip2"))]
            #[allow(unreachable_patterns, reason = "builds with all compressors name no other")]
            packed => CompressionEncoder::Packed(Box::new(pack::PackWriter::new(writer, packed, options)?)),
        }))
    }
}

/// How output is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CompressionOptions {
    /// The level: 1 to 12 for gzip, to 22 for Zstandard, to 9 for bzip2 and xz; a higher one counts as the highest.
    /// `None`, the default: 1 for gzip, 3 for Zstandard, 9 for bzip2, 6 for xz.
    pub level: Option<u32>,
    /// The number of threads, which changes no byte; `None`, the default, is one for each core. Xz uses one.
    pub threads: Option<usize>,
}

/// Compresses the bytes written to it. Made by [`Compression::writer`].
pub struct CompressionWriter<W: Write>(CompressionEncoder<W>);

enum CompressionEncoder<W: Write> {
    Plain(W),
    #[cfg(any(feature = "gzip", feature = "zstd", feature = "bzip2"))]
    Packed(Box<pack::PackWriter<W>>),
    #[cfg(feature = "xz")]
    Xz(Box<lzma_rust2::XzWriter<W>>),
}

impl<W: Write> CompressionWriter<W> {
    /// Writes the end of the compressed stream and returns the inner writer, not flushed.
    ///
    /// # Errors
    ///
    /// The inner writer failed.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            CompressionEncoder::Plain(writer) => Ok(writer),
            #[cfg(any(feature = "gzip", feature = "zstd", feature = "bzip2"))]
            CompressionEncoder::Packed(encoder) => encoder.finish(),
            #[cfg(feature = "xz")]
            CompressionEncoder::Xz(encoder) => encoder.finish(),
        }
    }

    /// The encoder as a writer.
    fn inner(&mut self) -> &mut dyn Write {
        match &mut self.0 {
            CompressionEncoder::Plain(writer) => writer,
            #[cfg(any(feature = "gzip", feature = "zstd", feature = "bzip2"))]
            CompressionEncoder::Packed(encoder) => &mut **encoder,
            #[cfg(feature = "xz")]
            CompressionEncoder::Xz(encoder) => encoder,
        }
    }
}

impl<W: Write> Write for CompressionWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
}
