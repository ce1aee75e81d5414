//! Gzip and zstd, recognised by their first bytes whatever the file is called.
//!
//! Reading takes several members or frames in a row as one stream, as `gzip` and `zstd` do, and ignores the zero bytes
//! that may follow the last gzip member. What was decompressed before an error is kept: see [`Decompressed`].
//! Formats: RFC 1952 (gzip), RFC 8878 (zstd).

use std::io::{self, BufRead, BufReader, Cursor, Read, Write};

/// How a file is compressed.
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
}

/// The bytes of a file and the error that ended them, if one did.
pub(super) struct Decompressed {
    pub(super) bytes: Vec<u8>,
    pub(super) compression: Compression,
    /// The stream is damaged after `bytes`.
    pub(super) damage: Option<io::Error>,
}

/// Bytes that this build does not decompress, and the remedy.
#[derive(Debug)]
pub(super) struct Unsupported {
    pub(super) what: &'static str,
    pub(super) remedy: &'static str,
}

/// Why a stream gave nothing.
pub(super) enum Failure {
    Io(io::Error),
    Unsupported(Unsupported),
}

/// The longest magic number.
const MAGIC: u64 = 6;

/// Reads all of `reader` and decompresses it if its first bytes say so.
///
/// # Errors
/// The stream cannot be read at all, or is compressed in a way this build cannot undo.
pub(super) fn read_all(mut reader: impl Read) -> Result<Decompressed, Failure> {
    let mut head = Vec::new();
    reader.by_ref().take(MAGIC).read_to_end(&mut head).map_err(Failure::Io)?;
    let compression = detect(&head).map_err(Failure::Unsupported)?;
    let mut stream = Cursor::new(head).chain(reader);
    let mut bytes = Vec::new();
    let damage = match compression {
        Compression::None => {
            stream.read_to_end(&mut bytes).map_err(Failure::Io)?;
            None
        }
        Compression::Gzip => gunzip(BufReader::with_capacity(1 << 18, stream), &mut bytes).err(),
        Compression::Zstd => unzstd(stream, &mut bytes).err(),
    };
    Ok(Decompressed { bytes, compression, damage })
}

/// The compression that the first bytes of a file announce.
fn detect(head: &[u8]) -> Result<Compression, Unsupported> {
    match head {
        [0x1F, 0x8B, ..] if cfg!(feature = "gzip") => Ok(Compression::Gzip),
        [0x1F, 0x8B, ..] => Err(Unsupported { what: "compressed with gzip", remedy: "rebuild with --features gzip" }),
        // The second is a skippable frame, which parallel compressors write first.
        [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] if cfg!(feature = "zstd") => {
            Ok(Compression::Zstd)
        }
        [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => {
            Err(Unsupported { what: "compressed with zstd", remedy: "rebuild with --features zstd" })
        }
        [0xFD, b'7', b'z', b'X', b'Z', 0x00] => {
            Err(Unsupported { what: "compressed with xz", remedy: "decompress it first (xz -d)" })
        }
        // "BZh", the level, and the first bytes of a block.
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41] => {
            Err(Unsupported { what: "compressed with bzip2", remedy: "decompress it first (bzip2 -d)" })
        }
        _ => Ok(Compression::None),
    }
}

/// Appends every member to `bytes`; zero bytes after the last one are padding.
#[cfg(feature = "gzip")]
fn gunzip(mut stream: impl BufRead, bytes: &mut Vec<u8>) -> io::Result<()> {
    loop {
        match stream.fill_buf()?.first() {
            None => return Ok(()),
            Some(0) => return only_zeros(stream),
            Some(_) => {}
        }
        let mut member = flate2::bufread::GzDecoder::new(stream);
        member.read_to_end(bytes)?;
        stream = member.into_inner();
    }
}

#[cfg(feature = "gzip")]
fn only_zeros(mut stream: impl BufRead) -> io::Result<()> {
    loop {
        let buffer = stream.fill_buf()?;
        if buffer.iter().any(|&byte| byte != 0) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "bytes that are no gzip member follow the last one",
            ));
        }
        match buffer.len() {
            0 => return Ok(()),
            length => stream.consume(length),
        }
    }
}

/// Appends every frame to `bytes`.
#[cfg(feature = "zstd")]
fn unzstd(stream: impl Read, bytes: &mut Vec<u8>) -> io::Result<()> {
    zstd::stream::read::Decoder::new(stream)?.read_to_end(bytes).map(|_| ())
}

#[cfg(not(feature = "gzip"))]
fn gunzip(_: impl BufRead, _: &mut Vec<u8>) -> io::Result<()> {
    Err(absent("gzip"))
}

#[cfg(not(feature = "zstd"))]
fn unzstd(_: impl Read, _: &mut Vec<u8>) -> io::Result<()> {
    Err(absent("zstd"))
}

#[cfg(not(all(feature = "gzip", feature = "zstd")))]
fn absent(name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, format!("this build has no {name}; rebuild with --features {name}"))
}

impl Compression {
    /// A writer that compresses in this way; the same bytes in give the same bytes out (no time stamp, no name).
    /// End it with [`CompressionWriter::finish`], or the output is truncated.
    ///
    /// # Errors
    /// The compressor cannot start, or this build lacks it.
    pub fn writer<W: Write>(self, writer: W) -> io::Result<CompressionWriter<W>> {
        Ok(CompressionWriter(match self {
            Self::None => Inner::Plain(writer),
            #[cfg(feature = "gzip")]
            Self::Gzip => Inner::Gzip(flate2::write::GzEncoder::new(writer, flate2::Compression::default())),
            #[cfg(feature = "zstd")]
            Self::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(writer, zstd::DEFAULT_COMPRESSION_LEVEL)?;
                encoder.include_checksum(true)?;
                Inner::Zstd(Box::new(encoder))
            }
            #[cfg(not(feature = "gzip"))]
            Self::Gzip => return Err(absent("gzip")),
            #[cfg(not(feature = "zstd"))]
            Self::Zstd => return Err(absent("zstd")),
        }))
    }
}

/// Compresses what is written into it. Made by [`Compression::writer`].
pub struct CompressionWriter<W: Write>(Inner<W>);

enum Inner<W: Write> {
    Plain(W),
    #[cfg(feature = "gzip")]
    Gzip(flate2::write::GzEncoder<W>),
    #[cfg(feature = "zstd")]
    Zstd(Box<zstd::stream::write::Encoder<'static, W>>),
}

impl<W: Write> CompressionWriter<W> {
    /// Writes the end of the compressed stream and gives the writer back, not flushed.
    ///
    /// # Errors
    /// The writer below failed.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Inner::Plain(writer) => Ok(writer),
            #[cfg(feature = "gzip")]
            Inner::Gzip(encoder) => encoder.finish(),
            #[cfg(feature = "zstd")]
            Inner::Zstd(encoder) => encoder.finish(),
        }
    }

    fn inner(&mut self) -> &mut dyn Write {
        match &mut self.0 {
            Inner::Plain(writer) => writer,
            #[cfg(feature = "gzip")]
            Inner::Gzip(encoder) => encoder,
            #[cfg(feature = "zstd")]
            Inner::Zstd(encoder) => encoder,
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
