//! Compresses single blocks.

use std::io;
#[cfg(feature = "bzip2")]
use std::io::Write;

use super::{Compression, CompressionOptions};

/// Compresses blocks, each on its own.
pub(super) enum BlockPacker {
    #[cfg(feature = "gzip")]
    Gzip(Box<libdeflater::Compressor>),
    #[cfg(feature = "zstd")]
    Zstd(Box<zstd::bulk::Compressor<'static>>),
    #[cfg(feature = "bzip2")]
    Bzip2(bzip2::Compression),
}

/// Bytes of a member of BGZF before they are compressed, and most bytes of a whole member.
#[cfg(feature = "gzip")]
const MEMBER: usize = 0xFF00;
#[cfg(feature = "gzip")]
const MOST_MEMBER: usize = 1 << 16;

/// The header of a member: no name and no time, and an extra field `BC` of two bytes for the size of the member less one.
#[cfg(feature = "gzip")]
const HEADER: [u8; 16] = [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, b'B', b'C', 2, 0];

/// The empty member at the end of a file, by which readers of BGZF know that it is whole.
#[cfg(feature = "gzip")]
const END: [u8; 28] =
    [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, b'B', b'C', 2, 0, 0x1B, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// The level if none is given: for gzip one that costs little more than writing plain text, for the others that of their
/// tools.
#[cfg(feature = "gzip")]
const GZIP_LEVEL: u32 = 1;
#[cfg(feature = "bzip2")]
const BZIP2_LEVEL: u32 = 9;

impl BlockPacker {
    /// A packer for gzip, Zstandard or bzip2.
    ///
    /// # Errors
    ///
    /// The compressor cannot start, or this build lacks it.
    pub(super) fn new(compression: Compression, options: CompressionOptions) -> io::Result<Self> {
        match compression {
            #[cfg(feature = "gzip")]
            Compression::Gzip => {
                let level = options.level.unwrap_or(GZIP_LEVEL).clamp(1, 12);
                let level = libdeflater::CompressionLvl::new(level as i32).unwrap_or_default();
                Ok(Self::Gzip(Box::new(libdeflater::Compressor::new(level))))
            }
            #[cfg(feature = "zstd")]
            Compression::Zstd => {
                let level = options.level.map_or(zstd::DEFAULT_COMPRESSION_LEVEL, |level| level.clamp(1, 22) as i32);
                let mut compressor = zstd::bulk::Compressor::new(level)?;
                // As the `zstd` tool does; without it damage to the data would go unnoticed.
                compressor.include_checksum(true)?;
                Ok(Self::Zstd(Box::new(compressor)))
            }
            #[cfg(feature = "bzip2")]
            Compression::Bzip2 => {
                Ok(Self::Bzip2(bzip2::Compression::new(options.level.unwrap_or(BZIP2_LEVEL).clamp(1, 9))))
            }
            _ => Err(super::absent("such compression in blocks")),
        }
    }

    /// Bytes that are compressed together.
    pub(super) fn block_size(&self) -> usize {
        match self {
            #[cfg(feature = "gzip")]
            Self::Gzip(_) => 16 * MEMBER,
            #[cfg(feature = "zstd")]
            Self::Zstd(_) => 1 << 20,
            // One block of the format, at every level of it.
            #[cfg(feature = "bzip2")]
            Self::Bzip2(_) => 900_000,
        }
    }

    /// A block, compressed.
    ///
    /// # Errors
    ///
    /// The compressor fails.
    pub(super) fn pack(&mut self, block: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            #[cfg(feature = "gzip")]
            Self::Gzip(compressor) => {
                let mut packed = Vec::with_capacity(block.len() / 2);
                for bytes in block.chunks(MEMBER) {
                    member(compressor, bytes, &mut packed);
                }
                Ok(packed)
            }
            #[cfg(feature = "zstd")]
            Self::Zstd(compressor) => compressor.compress(block),
            #[cfg(feature = "bzip2")]
            Self::Bzip2(level) => {
                let mut encoder = bzip2::write::BzEncoder::new(Vec::with_capacity(block.len() / 4), *level);
                encoder.write_all(block)?;
                encoder.finish()
            }
        }
    }

    /// The bytes that end a file.
    pub(super) fn end(&self) -> &'static [u8] {
        match self {
            #[cfg(feature = "gzip")]
            Self::Gzip(_) => &END,
            #[allow(unreachable_patterns, reason = "builds with gzip alone")]
            _ => &[],
        }
    }
}

/// The bytes as one member of any size.
///
/// # Errors
///
/// The compressor fails.
#[cfg(feature = "warc")]
pub(super) fn single_member(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let level = libdeflater::CompressionLvl::new(GZIP_LEVEL as i32).unwrap_or_default();
    let mut compressor = libdeflater::Compressor::new(level);
    let mut packed = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let length = compressor.gzip_compress(bytes, &mut packed).map_err(|error| io::Error::other(error.to_string()))?;
    packed.truncate(length);
    Ok(packed)
}

/// Appends a member of BGZF.
#[cfg(feature = "gzip")]
fn member(compressor: &mut libdeflater::Compressor, bytes: &[u8], packed: &mut Vec<u8>) {
    const TRAILER: usize = 8;
    let start = packed.len();
    let body = start + HEADER.len() + 2;
    packed.extend_from_slice(&HEADER);
    packed.resize(start + MOST_MEMBER, 0);

    let room = packed.get_mut(body..start + MOST_MEMBER - TRAILER).unwrap_or_default();
    let length = match compressor.deflate_compress(bytes, room) {
        Ok(length) => length,
        // Bytes that cannot be compressed: stored as they are, in one block that always fits.
        Err(_) => store(bytes, room),
    };

    packed.truncate(body + length);
    packed.extend(libdeflater::crc32(bytes).to_le_bytes());
    packed.extend((bytes.len() as u32).to_le_bytes());

    let size = ((packed.len() - start - 1) as u16).to_le_bytes();
    if let Some(place) = packed.get_mut(body - 2..body) {
        place.copy_from_slice(&size);
    }
}

/// Writes the only block of a deflate stream that stores `bytes`, and returns its length.
#[cfg(feature = "gzip")]
fn store(bytes: &[u8], room: &mut [u8]) -> usize {
    let length = bytes.len() as u16;
    let head = [&[1], &length.to_le_bytes()[..], &(!length).to_le_bytes()].concat();
    let stored = [&head, bytes].concat();

    debug_assert!(stored.len() <= room.len(), "a stored block of {} bytes", bytes.len());
    for (place, byte) in room.iter_mut().zip(&stored) {
        *place = *byte;
    }
    stored.len()
}
