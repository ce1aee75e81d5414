//! Bytes to text: the detection of the encoding, and the repair of text that was decoded wrongly before.
//!
//! Under [`EncodingChoice::Auto`], [`decode`] tries in this order:
//!
//! 1. a byte order mark;
//! 2. UTF-16, by the positions of its zero bytes;
//! 3. UTF-8, perhaps slightly damaged;
//! 4. the declared encoding, if it gives Arabic;
//! 5. detection by `chardetng`, with the top-level domain as a hint, and of encodings that `chardetng` does not know;
//! 6. the declared encoding, if detection gives no Arabic either.
//!
//! Decoded text may still be mojibake, text that another program decoded wrongly: see [`mojibake`].
//!
//! Order and thresholds were measured on Arabic news: from 40 bytes on, windows-1256 and ISO-8859-6 were told apart in
//! all of 247 samples.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::reject::RejectReason;
use super::slices::tail;
use super::utf16::ByteOrder;
use crate::error::Error;

mod arabic;
mod detect;
pub(super) mod mojibake;
mod notes;
mod single_byte_tables;

pub use notes::{DecodingNote, RecordDecoding};

/// The UTF-8 byte order mark.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// An encoding of text: one of the WHATWG standard, or `cp720`, `cp864` or `mac_arabic`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(EncodingKind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EncodingKind {
    Standard(&'static encoding_rs::Encoding),
    Table(SingleByteTable),
}

/// An encoding with one byte per character that `encoding_rs` lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SingleByteTable {
    Cp720,
    Cp864,
    MacArabic,
}

impl SingleByteTable {
    const ALL: [Self; 3] = [Self::Cp720, Self::Cp864, Self::MacArabic];

    const fn name(self) -> &'static str {
        match self {
            Self::Cp720 => "cp720",
            Self::Cp864 => "cp864",
            Self::MacArabic => "mac_arabic",
        }
    }

    /// The characters of bytes 0x80 to 0xFF.
    const fn upper(self) -> &'static [char; 128] {
        match self {
            Self::Cp720 => &single_byte_tables::CP720,
            Self::Cp864 => &single_byte_tables::CP864,
            Self::MacArabic => &single_byte_tables::MAC_ARABIC,
        }
    }

    /// The text of `bytes`, and whether a byte was unassigned.
    fn decode(self, bytes: &[u8]) -> (String, bool) {
        let upper = self.upper();
        let character = |byte: &u8| match byte.checked_sub(0x80) {
            None => char::from(*byte),
            Some(place) => upper.get(usize::from(place)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        };

        let text: String = bytes.iter().map(character).collect();
        let lossy = text.contains(char::REPLACEMENT_CHARACTER);
        (text, lossy)
    }

    /// The bytes of `text`; `None` if a character is not in the table.
    fn encode(self, text: &str) -> Option<Vec<u8>> {
        let byte = |character: char| match u8::try_from(character) {
            Ok(byte) if byte < 0x80 => Some(byte),

            _ => self.upper().iter().position(|upper| *upper == character).map(|place| place as u8 | 0x80),
        };
        text.chars().map(byte).collect()
    }
}

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Self = Self(EncodingKind::Standard(encoding_rs::UTF_8));

    /// The encoding of a label: one that HTML knows (`windows-1256`, `cp1256`, `arabic`, `utf-16`, …), or `cp720`,
    /// `cp864`, `mac_arabic`. Upper and lower case are the same.
    #[must_use]
    pub fn for_label(label: &str) -> Option<Self> {
        let trimmed = label.trim();

        let table = SingleByteTable::ALL
            .into_iter()
            .find(|table| table.name().eq_ignore_ascii_case(trimmed))
            .map(EncodingKind::Table);

        let standard = || encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).map(EncodingKind::Standard);

        table.or_else(standard).map(Self)
    }

    /// The name; that of the WHATWG standard where the encoding is part of it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            EncodingKind::Standard(standard) => standard.name(),
            EncodingKind::Table(table) => table.name(),
        }
    }

    /// Decodes `bytes` without a byte order mark. Returns whether anything was invalid; it became U+FFFD.
    pub(super) fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        match self.0 {
            EncodingKind::Standard(standard) => standard.decode_without_bom_handling(bytes),
            EncodingKind::Table(table) => {
                let (text, lossy) = table.decode(bytes);
                (Cow::Owned(text), lossy)
            }
        }
    }

    /// The bytes of `text`, without a byte order mark; `None` if it holds a character that this encoding lacks.
    #[must_use]
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        match self.0 {
            EncodingKind::Table(table) => table.encode(text),
            // `encoding_rs` encodes UTF-16 as UTF-8, as the WHATWG standard asks for forms.
            EncodingKind::Standard(standard) if standard == encoding_rs::UTF_16LE => {
                Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
            }
            EncodingKind::Standard(standard) if standard == encoding_rs::UTF_16BE => {
                Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect())
            }
            EncodingKind::Standard(standard) => {
                let (bytes, used, unmappable) = standard.encode(text);
                // Characters that an encoding lacks would become HTML entities.
                (!unmappable && used == standard).then(|| bytes.into_owned())
            }
        }
    }

    /// The byte order of UTF-16; `None` for other encodings.
    pub(super) fn byte_order(self) -> Option<ByteOrder> {
        match self.0 {
            EncodingKind::Standard(standard) if standard == encoding_rs::UTF_16LE => Some(ByteOrder::Little),
            EncodingKind::Standard(standard) if standard == encoding_rs::UTF_16BE => Some(ByteOrder::Big),
            _ => None,
        }
    }

    /// Length of the byte order mark of this encoding at the beginning of `bytes`; 0 without one.
    fn bom(self, bytes: &[u8]) -> usize {
        match encoding_rs::Encoding::for_bom(bytes) {
            Some((found, length)) if self.0 == EncodingKind::Standard(found) => length,
            _ => 0,
        }
    }
}

impl Default for Encoding {
    fn default() -> Self {
        Self::UTF_8
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How the encoding of plain text, HTML and archived pages is determined. JSON is always UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EncodingChoice {
    /// From the bytes and the declaration; mojibake is repaired in every format.
    #[default]
    Auto,
    /// UTF-8 only: anything else is rejected, and nothing is repaired.
    Strict,
    /// Always this one; mojibake is repaired.
    Named(Encoding),
}

impl FromStr for EncodingChoice {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "auto" => Ok(Self::Auto),
            "strict" => Ok(Self::Strict),
            label => Encoding::for_label(label).map(Self::Named).ok_or_else(|| {
                Error::parameter("encoding", label, "auto, strict, cp720, cp864, mac_arabic, or a name that HTML knows")
            }),
        }
    }
}

impl fmt::Display for EncodingChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Auto => "auto",
            Self::Strict => "strict",
            Self::Named(encoding) => encoding.name(),
        })
    }
}

/// Hints on the encoding that do not come from detection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct EncodingHints<'h> {
    /// The label that an HTTP header or the text itself declares.
    pub(super) declared: Option<&'h str>,
    /// The top-level domain of the text's source.
    pub(super) tld: Option<&'h str>,
}

/// A decoded text.
#[derive(Debug)]
pub(super) struct DecodedText<'a> {
    pub(super) text: Cow<'a, str>,
    /// Length of the byte order mark in bytes; `text` does not contain it.
    pub(super) bom: usize,
    pub(super) decoding: RecordDecoding,
}

/// One zero byte in this many is more than any page has.
const MOST_ZEROS: usize = 50;

/// Checked UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, RejectReason> {
    // The fast check says only that something is wrong; the standard one says where.
    simdutf8::basic::from_utf8(bytes)
        .or_else(|_| std::str::from_utf8(bytes))
        .map_err(|error| RejectReason::InvalidUtf8 { offset: error.valid_up_to() })
}

/// Decodes `bytes`, a whole text. Linear in their number.
///
/// # Errors
///
/// [`RejectReason::InvalidUtf8`] under [`EncodingChoice::Strict`]; [`RejectReason::NotText`] if detection finds no
/// text.
pub(super) fn decode<'a>(
    bytes: &'a [u8],
    hints: EncodingHints<'_>,
    choice: EncodingChoice,
) -> Result<DecodedText<'a>, RejectReason> {
    match choice {
        EncodingChoice::Named(encoding) => Ok(decode_as(encoding, bytes, encoding.bom(bytes))),
        EncodingChoice::Strict => {
            let text = utf8(bytes)?;
            Ok(match text.strip_prefix('\u{FEFF}') {
                Some(text) => plain(text, BOM.len()),
                None => plain(text, 0),
            })
        }
        EncodingChoice::Auto => decode_detected(bytes, hints),
    }
}

/// As [`decode`], for text that is no page: there a zero byte outside of UTF-16 is no character. Browsers drop it from
/// pages.
///
/// # Errors
///
/// Those of [`decode`]; [`RejectReason::NotText`] for a zero byte.
pub(super) fn decode_text<'a>(
    bytes: &'a [u8],
    hints: EncodingHints<'_>,
    choice: EncodingChoice,
) -> Result<DecodedText<'a>, RejectReason> {
    let decoded = decode(bytes, hints, choice)?;
    let is_wide = [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE]
        .iter()
        .any(|wide| decoded.decoding.encoding.0 == EncodingKind::Standard(wide));
    if !is_wide && memchr::memchr(0, bytes).is_some() {
        return Err(RejectReason::NotText);
    }
    Ok(decoded)
}

/// Decodes `bytes`, of which the first `bom` are the byte order mark, from `encoding`.
fn decode_as(encoding: Encoding, bytes: &[u8], bom: usize) -> DecodedText<'_> {
    let (text, lossy) = encoding.decode(tail(bytes, bom));
    DecodedText { text, bom, decoding: RecordDecoding { encoding, lossy, ..RecordDecoding::default() } }
}

/// A text that was clean UTF-8, behind `bom` bytes of a byte order mark.
fn plain(text: &str, bom: usize) -> DecodedText<'_> {
    DecodedText { text: Cow::Borrowed(text), bom, decoding: RecordDecoding::default() }
}

/// Decodes `bytes` from the encoding that they and the hints suggest, in the order of the module's documentation.
fn decode_detected<'a>(bytes: &'a [u8], hints: EncodingHints<'_>) -> Result<DecodedText<'a>, RejectReason> {
    if let Some((encoding, bom)) = detect::marked(bytes) {
        return Ok(decode_as(encoding, bytes, bom));
    }

    // Before UTF-8: UTF-16 of Latin letters is valid UTF-8.
    if let Some(encoding) = detect::unmarked_utf16(bytes) {
        return Ok(decode_as(encoding, bytes, 0));
    }

    // Binary data may be valid UTF-8, and then most of it is zero bytes.
    if memchr::memchr_iter(0, bytes).count() * MOST_ZEROS > bytes.len() {
        return Err(RejectReason::NotText);
    }

    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return Ok(plain(text, 0));
    }

    detect::unmarked(bytes, hints).map(|encoding| decode_as(encoding, bytes, 0))
}

/// UTF-16 of a file with this beginning, if the choice allows it.
pub(super) fn utf16_of(head: &[u8], choice: EncodingChoice) -> Option<Encoding> {
    let found = match choice {
        EncodingChoice::Named(encoding) => Some(encoding),
        EncodingChoice::Strict => None,
        EncodingChoice::Auto => detect::marked(head).map(|(encoding, _)| encoding).or_else(|| {
            let end = head.len() - head.len() % 2;
            detect::unmarked_utf16(head.get(..end)?)
        }),
    };
    found.filter(|encoding| encoding.byte_order().is_some())
}

/// Repairs mojibake in a decoded text, unless the choice is [`EncodingChoice::Strict`], and notes it in `decoding`.
pub(super) fn mend<'a>(text: Cow<'a, str>, choice: EncodingChoice, decoding: &mut RecordDecoding) -> Cow<'a, str> {
    // Nearly all text ends here, after a look of constant time.
    if choice == EncodingChoice::Strict || !mojibake::suspicious(&text) {
        return text;
    }

    match mojibake::repair(&text) {
        mojibake::RepairVerdict::Clean => text,
        mojibake::RepairVerdict::Lost => {
            decoding.lossy = true;
            text
        }
        mojibake::RepairVerdict::Repaired(repaired, repair) => {
            decoding.repair = Some(repair);
            Cow::Owned(repaired)
        }
    }
}

#[cfg(test)]
mod tests;
