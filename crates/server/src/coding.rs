//! Decodes bodies of requests that are compressed (`Content-Encoding`, RFC 9110 §8.4).

use std::io::{self, Read};

use axum::http::{HeaderMap, header};
use flate2::bufread::MultiGzDecoder;

use super::body::{self, HeldBody};
use super::problem::{Problem, ProblemKind};
use super::room::BodyShare;

/// The codings that a body may have, as the header `Accept-Encoding` of an answer lists them.
pub(super) const ACCEPTED: &str = "gzip, zstd";

/// Binary logarithm of the largest window of Zstandard: 8 MiB, the most that RFC 9659 allows in HTTP.
const ZSTD_WINDOW_LOG: u32 = 23;

/// Number of bytes that are decoded at a time.
const STEP: usize = 64 << 10;

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyCoding {
    Identity,
    Gzip,
    Zstd,
}

impl BodyCoding {
    /// Reads the coding in the header of a request. A body has at most one.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut given = headers.get_all(header::CONTENT_ENCODING).iter();
        let Some(coding) = given.next() else { return Ok(Self::Identity) };
        let several = given.next().is_some();

        let name = coding.to_str().unwrap_or("?").trim();
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match () {
            () if several => Err(unknown("several")),
            () if name.is_empty() || is("identity") => Ok(Self::Identity),
            () if is("gzip") || is("x-gzip") => Ok(Self::Gzip),
            () if is("zstd") => Ok(Self::Zstd),
            () => Err(unknown(name)),
        }
    }

    /// Decodes a body. `limit` is the largest decoded body in bytes; while the body is decoded, its share holds both forms.
    ///
    /// # Errors
    ///
    /// The body is damaged, or broken off, or followed by other bytes; it is larger than `limit`; no memory is left for it.
    pub(super) fn decode(self, held: HeldBody, limit: usize) -> Result<HeldBody, Problem> {
        let HeldBody { bytes: coded, mut share } = held;
        let decoded = match self {
            Self::Identity => return Ok(HeldBody { bytes: coded, share }),
            Self::Gzip => decode_all(MultiGzDecoder::new(&*coded), coded.len(), &mut share, limit)?,
            Self::Zstd => {
                let decoder = zstd_decoder(&coded).map_err(|error| damaged(&error))?;
                decode_all(decoder, coded.len(), &mut share, limit)?
            }
        };

        drop(coded);
        share.shrink(decoded.len());
        Ok(HeldBody { bytes: decoded, share })
    }
}

fn zstd_decoder(coded: &[u8]) -> io::Result<impl Read> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(coded)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(decoder)
}

/// Decodes up to `limit` bytes. The share grows to the `coded` bytes and the decoded ones.
fn decode_all(mut decoder: impl Read, coded: usize, share: &mut BodyShare, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut decoded = Vec::new();
    loop {
        // One byte more than the limit tells a body of that size from a larger one.
        let step = STEP.min(limit + 1 - decoded.len());
        if !share.grow(coded + decoded.len() + step) {
            return Err(body::full());
        }

        let read = decoder.by_ref().take(step as u64).read_to_end(&mut decoded).map_err(|error| damaged(&error))?;
        if decoded.len() > limit {
            return Err(body::too_large(limit));
        }
        if read < step {
            return Ok(decoded);
        }
    }
}

fn damaged(error: &io::Error) -> Problem {
    Problem::new(ProblemKind::BadCoding, format!("{error}; send the body again, or without Content-Encoding"))
}

fn unknown(name: &str) -> Problem {
    Problem::new(ProblemKind::ContentCoding, format!("not {name}; send one of {ACCEPTED}, or no Content-Encoding"))
}
