//! Bytes to text: which encoding they are in, and what went wrong when they were last decoded.
//!
//! Order of [`decode`] under [`EncodingChoice::Auto`]: byte order mark; UTF-16 by where its zero bytes stand; UTF-8, slightly
//! damaged or not; the declared encoding, if it gives Arabic; then detection by `chardetng`, which takes the top-level
//! domain as a hint, beside which encodings it does not know are tried; the declared one after all if that gives no
//! Arabic. What is decoded may still be mojibake, text that another program decoded wrongly: see [`mojibake`].
//!
//! The order and its thresholds were measured on Arabic news: from 40 bytes on, windows-1256 and ISO-8859-6 were told apart
//! in all of 247 samples.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::reject::RejectReason;
use crate::error::Error;

mod arabic;
mod detect;
pub(super) mod mojibake;
mod tables;

/// The UTF-8 byte order mark.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// An encoding of text: those of the WHATWG standard, and `cp720`, `cp864` and `mac_arabic`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(EncodingKind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EncodingKind {
    Standard(&'static encoding_rs::Encoding),
    Table(SingleByteTable),
}

/// An encoding of one byte a character that `encoding_rs` does not have.
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

    const fn upper(self) -> &'static [char; 128] {
        match self {
            Self::Cp720 => &tables::CP720,
            Self::Cp864 => &tables::CP864,
            Self::MacArabic => &tables::MAC_ARABIC,
        }
    }

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

    /// The encoding that a label means, as in HTML (`windows-1256`, `cp1256`, `arabic`, `utf-16`, …), or one of `cp720`, `cp864`,
    /// `mac_arabic`; in upper or lower case.
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

    /// Its name, as in the WHATWG standard where it is one of that.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            EncodingKind::Standard(standard) => standard.name(),
            EncodingKind::Table(table) => table.name(),
        }
    }

    /// Decodes `bytes`, which have no byte order mark; U+FFFD for what is wrong, and whether there was any.
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
            EncodingKind::Standard(standard) if standard == encoding_rs::UTF_16LE => {
                Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
            }
            EncodingKind::Standard(standard) if standard == encoding_rs::UTF_16BE => {
                Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect())
            }
            EncodingKind::Standard(standard) => {
                let (bytes, used, unmappable) = standard.encode(text);
                (!unmappable && used == standard).then(|| bytes.into_owned())
            }
        }
    }

    /// Its byte order mark, if the bytes begin with one.
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

/// How the encoding of plain text, HTML and archived pages is found. JSON is UTF-8 by its standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EncodingChoice {
    /// From the bytes and what is declared; mojibake is repaired, in every format.
    #[default]
    Auto,
    /// UTF-8 alone: anything else is rejected, and nothing is repaired.
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

/// How a record's bytes became its text. The default is that of nearly every record: they were UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RecordDecoding {
    /// What the bytes were decoded from.
    pub encoding: Encoding,
    /// What another program had decoded wrongly before, and was put right.
    pub repair: Option<mojibake::MojibakeRepair>,
    /// Characters are lost: bytes that stood for nothing became U+FFFD, or mojibake holds U+FFFD and cannot be repaired.
    pub lossy: bool,
    /// HTML: no main text was found, so all text of the page stands for it.
    pub all_text: bool,
}

impl RecordDecoding {
    /// Whether the record was clean UTF-8.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// What is noted of a record: its encoding if that is not UTF-8, its repair, its losses, a page without main text.
    pub fn notes(&self) -> impl Iterator<Item = DecodingNote> + use<> {
        let encoding = (self.encoding != Encoding::UTF_8).then_some(DecodingNote::Encoding(self.encoding));
        let repair = self.repair.map(DecodingNote::Repaired);
        let rest = [self.lossy.then_some(DecodingNote::Lossy), self.all_text.then_some(DecodingNote::AllText)];
        encoding.into_iter().chain(repair).chain(rest.into_iter().flatten())
    }
}

/// Something about a record that is counted. Shown as `KIND/NAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodingNote {
    /// It was in this encoding.
    Encoding(Encoding),
    /// Its text had been decoded wrongly.
    Repaired(mojibake::MojibakeRepair),
    /// Some of its characters are lost.
    Lossy,
    /// It is a page in which no main text was found.
    AllText,
}

impl fmt::Display for DecodingNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding(encoding) => write!(f, "encoding/{encoding}"),
            Self::Repaired(repair) => write!(f, "repaired/{}", repair.code()),
            Self::Lossy => f.write_str("lossy/characters lost"),
            Self::AllText => f.write_str("html/all text, as no main text was found"),
        }
    }
}

/// What is known beside the bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct EncodingHints<'h> {
    /// The label that a header or the text itself declares.
    pub(super) declared: Option<&'h str>,
    /// The top-level domain that the text came from.
    pub(super) tld: Option<&'h str>,
}

/// Bytes that were decoded.
#[derive(Debug)]
pub(super) struct DecodedText<'a> {
    pub(super) text: Cow<'a, str>,
    /// Length of the byte order mark, which is no part of the text.
    pub(super) bom: usize,
    pub(super) decoding: RecordDecoding,
}

/// Checked UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, RejectReason> {
    // The fast check says only that something is wrong; the standard one says where.
    simdutf8::basic::from_utf8(bytes)
        .or_else(|_| std::str::from_utf8(bytes))
        .map_err(|error| RejectReason::InvalidUtf8 { offset: error.valid_up_to() })
}

/// Decodes `bytes`, a whole text, in time linear in them.
///
/// # Errors
///
/// They are no UTF-8 and have to be, or no text in any encoding.
pub(super) fn decode<'a>(
    bytes: &'a [u8],
    hints: EncodingHints<'_>,
    choice: EncodingChoice,
) -> Result<DecodedText<'a>, RejectReason> {
    let decoded = |encoding: Encoding, bom: usize| {
        let (text, lossy) = encoding.decode(bytes.get(bom..).unwrap_or_default());
        DecodedText { text, bom, decoding: RecordDecoding { encoding, lossy, ..RecordDecoding::default() } }
    };
    match choice {
        EncodingChoice::Named(encoding) => Ok(decoded(encoding, encoding.bom(bytes))),
        EncodingChoice::Strict => {
            let bom = Encoding::UTF_8.bom(bytes);
            let text = utf8(bytes)?.get(bom..).unwrap_or_default();
            Ok(DecodedText { text: Cow::Borrowed(text), bom, decoding: RecordDecoding::default() })
        }
        EncodingChoice::Auto => {
            if let Some((encoding, bom)) = detect::marked(bytes) {
                return Ok(decoded(encoding, bom));
            }
            if detect::zeros_stand_apart(bytes) {
                let (le, be) =
                    (EncodingKind::Standard(encoding_rs::UTF_16LE), EncodingKind::Standard(encoding_rs::UTF_16BE));
                if let Some(encoding) = [le, be].into_iter().map(Encoding).find(|kind| detect::is_utf16(*kind, bytes)) {
                    return Ok(decoded(encoding, 0));
                }
            }
            if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
                return Ok(DecodedText { text: Cow::Borrowed(text), bom: 0, decoding: RecordDecoding::default() });
            }
            detect::unmarked(bytes, hints).map(|encoding| decoded(encoding, 0))
        }
    }
}

/// Repairs a text that was decoded, unless nothing is to be repaired.
pub(super) fn mend<'a>(text: Cow<'a, str>, choice: EncodingChoice, decoding: &mut RecordDecoding) -> Cow<'a, str> {
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
