//! How the bytes of a record became its text, and the notes that are counted of it.

use std::fmt;

use super::Encoding;
use super::mojibake::MojibakeRepair;

/// How the bytes of a record became its text. The default, clean UTF-8, is the case of nearly every record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RecordDecoding {
    /// The encoding of the bytes.
    pub encoding: Encoding,
    /// The repair of a wrong decoding by another program, if there was one.
    pub repair: Option<MojibakeRepair>,
    /// Characters are lost: invalid bytes or half surrogate pairs became U+FFFD, or mojibake holds U+FFFD and cannot be
    /// repaired.
    pub lossy: bool,
    /// HTML: no main text was found, so the text is the whole text of the page.
    pub all_text: bool,
    /// JSON: the text was joined from the parts of a list, so that no other text can be put in its place.
    pub joined: bool,
    /// JSON: fields hold `NaN` or an infinity, which are no JSON.
    pub not_finite: bool,
    /// CSV: a quote at the head of a field is not closed in the record, and was read as a character.
    pub stray_quote: bool,
}

impl RecordDecoding {
    /// Whether the record was clean UTF-8.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// The notes on a record: an encoding other than UTF-8, a repair, lost characters, a page without main text, a
    /// text in parts, numbers that are no JSON, a stray quote.
    pub fn notes(&self) -> impl Iterator<Item = DecodingNote> + use<> {
        let encoding = (self.encoding != Encoding::UTF_8).then_some(DecodingNote::Encoding(self.encoding));
        let repair = self.repair.map(DecodingNote::Repaired);
        let rest = [
            self.lossy.then_some(DecodingNote::Lossy),
            self.all_text.then_some(DecodingNote::AllText),
            self.joined.then_some(DecodingNote::Joined),
            self.not_finite.then_some(DecodingNote::NotFinite),
            self.stray_quote.then_some(DecodingNote::StrayQuote),
        ];

        encoding.into_iter().chain(repair).chain(rest.into_iter().flatten())
    }
}

/// A note on a record, for counting. Shown as `KIND/NAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodingNote {
    /// It was in this encoding.
    Encoding(Encoding),
    /// Its text had been decoded wrongly and was repaired.
    Repaired(MojibakeRepair),
    /// Some of its characters are lost.
    Lossy,
    /// It is a page without a main text.
    AllText,
    /// Its text was joined from the parts of a list.
    Joined,
    /// It holds `NaN` or an infinity.
    NotFinite,
    /// A quote at the head of a field is not closed in the record.
    StrayQuote,
}

impl fmt::Display for DecodingNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding(encoding) => write!(f, "encoding/{encoding}"),
            Self::Repaired(repair) => write!(f, "repaired/{}", repair.code()),
            Self::Lossy => f.write_str("lossy/characters lost"),
            Self::AllText => f.write_str("html/all text, as no main text was found"),
            Self::Joined => f.write_str("json/text joined from a list"),
            Self::NotFinite => f.write_str("json/NaN or Infinity in a field"),
            Self::StrayQuote => f.write_str("csv/stray quote at the head of a field"),
        }
    }
}
