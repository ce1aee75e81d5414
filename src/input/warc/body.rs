//! The HTTP message of a response: its head, and its body as before it was encoded for sending.

use std::borrow::Cow;
use std::io::Read;

use crate::input::reject::RejectReason;
use crate::input::slices::tail;

/// Most header fields of a response.
const FIELDS: usize = 512;

/// The largest window of a Zstandard body, as a power of two: 8 MiB for browsers, more for what tools wrote.
#[cfg(feature = "zstd")]
const WINDOW_LOG: u32 = 27;

/// The fields of a response's head that are used.
#[derive(Debug)]
pub(super) struct HttpHead {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    chunked: bool,
    /// Content and transfer encodings, in the order in which they were applied.
    encodings: Vec<String>,
}

fn broken(what: impl Into<String>) -> RejectReason {
    RejectReason::BrokenBody { what: what.into() }
}

/// A message of a later version of HTTP with the status line of version 1.1: `HTTP/2 200`, `h3 200`. Their heads have no
/// form of their own as text, and crawlers write that of version 1.
fn in_version_1(message: &[u8]) -> Cow<'_, [u8]> {
    let versions = [&b"HTTP/2.0 "[..], b"HTTP/2 ", b"HTTP/3.0 ", b"HTTP/3 ", b"h2 ", b"h3 "];
    match versions.iter().find_map(|version| message.strip_prefix(*version)) {
        Some(rest) => Cow::Owned([b"HTTP/1.1 ", rest].concat()),
        None => Cow::Borrowed(message),
    }
}

impl HttpHead {
    /// The head at the beginning of a message, and the body after it.
    ///
    /// # Errors
    ///
    /// The head is invalid or cut off.
    pub(super) fn split(message: &[u8]) -> Result<(Self, &[u8]), RejectReason> {
        let (message, body) = (in_version_1(message), message);
        let shift = message.len().saturating_sub(body.len());
        let mut fields = [httparse::EMPTY_HEADER; FIELDS];
        let mut response = httparse::Response::new(&mut fields);

        // Archives hold heads as servers sent them, so common errors are accepted.
        let mut config = httparse::ParserConfig::default();
        config
            .allow_spaces_after_header_name_in_responses(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_multiple_spaces_in_response_status_delimiters(true)
            .ignore_invalid_headers_in_responses(true);

        let (length, status) = match config.parse_response(&mut response, &message) {
            Ok(httparse::Status::Complete(length)) => (length, response.code),
            Ok(httparse::Status::Partial) => return Err(broken("the HTTP head is cut off")),
            Err(error) => return Err(broken(format!("no HTTP head ({error})"))),
        };
        let Some(status) = status else { return Err(broken("no HTTP head (no status)")) };

        let values = |name: &str| -> Vec<String> {
            let named = response.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
            named.map(|field| String::from_utf8_lossy(field.value).trim().to_owned()).collect()
        };
        let list = |name: &str| -> Vec<String> {
            let values = values(name);
            let parts = values.iter().flat_map(|value| value.split(','));
            parts.map(|part| part.trim().to_ascii_lowercase()).filter(|part| !part.is_empty()).collect()
        };

        // The transfer encoding was applied after the content encoding, and chunks last.
        let (mut transfer, mut encodings) = (list("Transfer-Encoding"), list("Content-Encoding"));
        let chunked = transfer.pop_if(|last| last == "chunked").is_some();
        encodings.append(&mut transfer);

        let content_type = values("Content-Type").into_iter().find(|value| !value.is_empty());
        Ok((Self { status, content_type, chunked, encodings }, tail(body, length.saturating_sub(shift))))
    }

    /// The body without chunks and compression, at most `limit` bytes. Many archives hold bodies that were decoded
    /// before; a body that does not begin as the head says is taken as it is.
    ///
    /// # Errors
    ///
    /// A chunk or compressed data is broken, the coding is one that is not read, or the body is too large.
    pub(super) fn decoded<'b>(&self, body: &'b [u8], limit: u64) -> Result<Cow<'b, [u8]>, RejectReason> {
        let mut body = if self.chunked { dechunked(body)? } else { Cow::Borrowed(body) };
        for encoding in self.encodings.iter().rev() {
            if let Some(plain) = decompressed(encoding, &body, limit)? {
                body = Cow::Owned(plain);
            }
        }
        Ok(body)
    }
}

/// The content of the chunks of a body; the body itself if it does not begin with a chunk.
fn dechunked(body: &[u8]) -> Result<Cow<'_, [u8]>, RejectReason> {
    let mut content = Vec::new();
    let mut at = 0;
    loop {
        let here = || broken(format!("the chunk at byte {at} of the body is broken or cut off"));

        let size = match httparse::parse_chunk_size(tail(body, at)) {
            Ok(httparse::Status::Complete((line, size))) => usize::try_from(size).ok().map(|size| (line, size)),
            _ if at == 0 => return Ok(Cow::Borrowed(body)),
            _ => None,
        };

        let (line, size) = size.ok_or_else(here)?;
        // The last chunk is empty; trailer fields may follow and are ignored.
        if size == 0 {
            return Ok(Cow::Owned(content));
        }

        let start = at + line;
        let end = start.checked_add(size).ok_or_else(here)?;
        let Some(chunk) = body.get(start..end) else {
            // A number at the beginning of a text, not the size of a chunk.
            return if at == 0 { Ok(Cow::Borrowed(body)) } else { Err(here()) };
        };

        content.extend_from_slice(chunk);

        // Some servers end lines with a line feed alone.
        let after = tail(body, end);
        at = end + if after.starts_with(b"\r\n") { 2 } else { usize::from(after.starts_with(b"\n")) };
    }
}

/// The decompressed body; `None` if it is not compressed.
fn decompressed(encoding: &str, body: &[u8], limit: u64) -> Result<Option<Vec<u8>>, RejectReason> {
    match encoding {
        "identity" | "none" => Ok(None),
        "gzip" | "x-gzip" if !body.starts_with(b"\x1F\x8B") => Ok(None),
        "gzip" | "x-gzip" => read(flate2::read::MultiGzDecoder::new(body), encoding, limit).map(Some),
        // The standard says zlib; some servers send the raw data. The low half of zlib's first byte is 8.
        "deflate" if body.first().is_some_and(|first| first & 0x0F == 8) => {
            read(flate2::read::ZlibDecoder::new(body), encoding, limit).map(Some)
        }
        "deflate" => read(flate2::read::DeflateDecoder::new(body), encoding, limit).map(Some),
        // Brotli has no magic number. If decoding fails on what looks like HTML, it was decoded before.
        "br" => match read(brotli_decompressor::Decompressor::new(body, 1 << 14), encoding, limit) {
            Err(RejectReason::BrokenBody { .. }) if body.trim_ascii_start().starts_with(b"<") => Ok(None),
            read => read.map(Some),
        },
        "zstd" | "x-zstd" if !body.starts_with(b"\x28\xB5\x2F\xFD") => Ok(None),
        #[cfg(feature = "zstd")]
        "zstd" | "x-zstd" => {
            let mut reader =
                zstd::stream::read::Decoder::with_buffer(body).map_err(|error| broken(error.to_string()))?;
            reader.window_log_max(WINDOW_LOG).map_err(|error| broken(error.to_string()))?;
            read(reader, encoding, limit).map(Some)
        }
        #[cfg(not(feature = "zstd"))]
        "zstd" | "x-zstd" => Err(broken("Content-Encoding zstd, which this build lacks")),
        // The names of codings that exist and are not read. Any other value is a mistake of the server, and browsers
        // take the body as it is then.
        "compress" | "x-compress" | "exi" | "pack200-gzip" | "dcb" | "dcz" | "aes128gcm" | "sdch" => {
            Err(broken(format!("Content-Encoding {encoding:?} is not read")))
        }
        _ => Ok(None),
    }
}

/// Reads at most `limit` bytes.
fn read(reader: impl Read, encoding: &str, limit: u64) -> Result<Vec<u8>, RejectReason> {
    let mut bytes = Vec::new();
    reader
        // One byte more tells a body that is too large.
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| broken(format!("its {encoding} data is broken or cut off ({error})")))?;

    let size = bytes.len() as u64;
    if size > limit { Err(RejectReason::TooLarge { size, limit }) } else { Ok(bytes) }
}
