//! How rare stems are: a table by language, shipped, read from a file, or counted in a corpus.
//!
//! The rarity of a stem is `ln((N + 1) / (n + 1))`, the idf, where n of N documents contain it; at most 8. Only the first words
//! of documents count, those that a [vector](super::vector) is made of.
//!
//! # The format of a table
//!
//! Little-endian, unless said otherwise. Head: `MKRI`; version (1); [`STEM_VERSION`]; number of languages; a zero byte; a hash of
//! [`FOLD_VERSION`](crate::normalize::FOLD_VERSION) (u64). Then for each language, ascending: its place in [`Language::ALL`] (a
//! byte), three zero bytes, its documents (u32), its entries (u32), and the entries, six bytes each, ascending: the upper 40 bits of
//! the hash of a stem, big-endian, and its rarity in units of 8/255. A stem that is not in the table is as rare as one of no
//! document.

use crate::static_table::StaticTable;
use std::borrow::Cow;
use std::path::Path;

use foldhash::HashMap;

use super::stem::STEM_VERSION;
use crate::error::{Error, ErrorKind, Result};
use crate::normalize::{FOLD_VERSION, Language};
use crate::shingle::hash::HashKeys;

/// Units of the largest rarity, 8.
const UNITS: u8 = 255;

/// The rarity of a stem of no document, at most.
const RAREST: f64 = 8.0;

/// Bytes of the head of a table, of the head of a language, and of an entry.
const HEAD: usize = 16;
const LANGUAGE_HEAD: usize = 12;
const ENTRY: usize = 6;

/// The shipped table.
static SHIPPED: &[u8] = include_bytes!("rarity.bin");

/// The shipped table, read once. Tests read it too, so bytes that are no table do not pass them.
static BUILT_IN: StaticTable<RarityTable> = StaticTable::new(|| {
    let table = RarityTable::decode(Cow::Borrowed(SHIPPED));
    debug_assert!(table.is_ok(), "the shipped bytes are no table");
    table.unwrap_or_default()
});

/// A table of rarity.
#[derive(Debug, Clone, Default)]
pub struct RarityTable {
    languages: [Option<LanguageRarity>; Language::ALL.len()],
}

/// The stems of one language.
#[derive(Debug, Clone)]
struct LanguageRarity {
    documents: u32,
    /// The entries as in the format, ascending.
    entries: Cow<'static, [u8]>,
}

impl RarityTable {
    /// The table that is shipped: Arabic, Persian and Urdu, from news.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Reads a table from a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is no table of this version of fold and stems.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|source| Error::io("read", path, source))?;
        Self::decode(Cow::Owned(bytes)).map_err(|what| {
            let remedy = "make a table with this version of the program".into();
            ErrorKind::Unreadable { path: path.to_owned(), what: what.to_owned(), remedy }.into()
        })
    }

    /// Whether the table has stems of a language.
    #[must_use]
    pub fn has(&self, language: Language) -> bool {
        self.languages[language as usize].is_some()
    }

    /// The languages with their number of documents and of stems.
    pub fn languages(&self) -> impl Iterator<Item = (Language, u32, usize)> + '_ {
        let of = |(language, rarity): (Language, &Option<LanguageRarity>)| {
            rarity.as_ref().map(|rarity| (language, rarity.documents, rarity.entries.len() / ENTRY))
        };
        Language::ALL.into_iter().zip(&self.languages).filter_map(of)
    }

    /// The table as bytes of a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = b"MKRI".to_vec();
        out.extend([1, STEM_VERSION, self.languages().count() as u8, 0]);
        out.extend(fold_hash().to_le_bytes());

        for (place, rarity) in self.languages.iter().enumerate() {
            let Some(LanguageRarity { documents, entries }) = rarity else { continue };
            out.extend([place as u8, 0, 0, 0]);
            out.extend(documents.to_le_bytes());
            out.extend(((entries.len() / ENTRY) as u32).to_le_bytes());
            out.extend_from_slice(entries);
        }
        out
    }

    /// 128 bits of a hash of the table, in hexadecimal: equal for equal tables.
    #[must_use]
    pub fn digest(&self) -> String {
        blake3::hash(&self.to_bytes()).to_hex()[..32].to_owned()
    }

    /// Reads the bytes of a table.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    fn decode(bytes: Cow<'static, [u8]>) -> std::result::Result<Self, &'static str> {
        const DAMAGED: &str = "is a damaged table of rarity";
        let head = bytes.get(..HEAD).filter(|head| head.starts_with(b"MKRI")).ok_or("is no table of rarity")?;
        if head[4] != 1 || head[5] != STEM_VERSION || head[8..] != fold_hash().to_le_bytes() {
            return Err("is a table of rarity of another version");
        }

        let mut table = Self::default();
        let mut at = HEAD;
        for _ in 0..head[6] {
            let language = bytes.get(at..at + LANGUAGE_HEAD).ok_or(DAMAGED)?;
            let number = |from: usize| u32::from_le_bytes([0, 1, 2, 3].map(|place| language[from + place]));
            let place = usize::from(language[0]);
            let (documents, length) = (number(4), number(8) as usize * ENTRY);
            at += LANGUAGE_HEAD;

            let entries = match &bytes {
                Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(at..at + length).ok_or(DAMAGED)?),
                Cow::Owned(bytes) => Cow::Owned(bytes.get(at..at + length).ok_or(DAMAGED)?.to_vec()),
            };
            if !entries.chunks_exact(ENTRY).is_sorted_by(|a, b| a[..5] < b[..5]) {
                return Err(DAMAGED);
            }
            at += length;

            let free = table.languages.get_mut(place).filter(|free| free.is_none()).ok_or(DAMAGED)?;
            *free = Some(LanguageRarity { documents, entries });
        }
        if at == bytes.len() { Ok(table) } else { Err(DAMAGED) }
    }

    /// Adds a language that the table lacks.
    pub(crate) fn add(&mut self, language: Language, counts: &StemCounts, most: usize) {
        debug_assert!(!self.has(language), "counted anew");
        self.languages[language as usize] = Some(counts.rarity(most));
    }

    /// The rarity of a stem, by its hash, in units of 8/255. A language that the table lacks has only rarest stems.
    pub(super) fn of(&self, language: Language, stem: u64) -> u8 {
        self.languages[language as usize].as_ref().map_or(UNITS, |rarity| rarity.of(stem))
    }
}

impl LanguageRarity {
    fn of(&self, stem: u64) -> u8 {
        let wanted = stem.to_be_bytes();
        let entry = |place: usize| &self.entries[place * ENTRY..(place + 1) * ENTRY];

        let (mut low, mut high) = (0, self.entries.len() / ENTRY);
        while low < high {
            let middle = low.midpoint(high);
            match entry(middle)[..5].cmp(&wanted[..5]) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return entry(middle)[5],
            }
        }
        units(self.documents, 0)
    }
}

/// The rarity of a stem of `count` of `documents` documents, in units.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte before")]
fn units(documents: u32, count: u32) -> u8 {
    let rarity = ((f64::from(documents) + 1.0) / (f64::from(count) + 1.0)).ln();
    (rarity / RAREST * f64::from(UNITS)).round().clamp(0.0, f64::from(UNITS)) as u8
}

/// A hash of the version of the fold.
fn fold_hash() -> u64 {
    HashKeys::new(1).bytes(FOLD_VERSION.as_bytes())
}

/// In how many documents each stem of a language stands.
#[derive(Debug, Clone, Default)]
pub struct StemCounts {
    documents: u32,
    stems: HashMap<u64, u32>,
}

impl StemCounts {
    /// Number of counted documents.
    #[must_use]
    pub const fn documents(&self) -> u32 {
        self.documents
    }

    /// Counts a document with these stems, each given once.
    pub(crate) fn count(&mut self, stems: impl Iterator<Item = u64>) {
        self.documents = self.documents.saturating_add(1);
        for stem in stems {
            let count = self.stems.entry(stem).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Makes the counts those of at least `documents` documents, of which those that were not counted have only `common` stems: in a
    /// few documents of one event its names would look frequent, and function words no less rare.
    pub(crate) fn widen(&mut self, documents: u32, common: impl Iterator<Item = u64>) {
        let added = documents.saturating_sub(self.documents);
        if added == 0 {
            return;
        }
        self.documents = documents;
        for stem in common {
            *self.stems.entry(stem).or_default() += added;
        }
    }

    /// Adds other counts.
    pub(crate) fn add(&mut self, other: Self) {
        self.documents = self.documents.saturating_add(other.documents);
        #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
        for (stem, count) in other.stems {
            let sum = self.stems.entry(stem).or_default();
            *sum = sum.saturating_add(count);
        }
    }

    /// The `most` most frequent stems, of those that stand in two documents or more.
    fn rarity(&self, most: usize) -> LanguageRarity {
        let mut stems: Vec<(u64, u32)> =
            self.stems.iter().map(|(stem, count)| (*stem, *count)).filter(|(_, count)| *count > 1).collect();
        stems.sort_unstable_by_key(|(stem, count)| (std::cmp::Reverse(*count), *stem));
        stems.truncate(most);

        // Two stems with the same upper bits are one entry, the more frequent one.
        stems.sort_unstable_by_key(|(stem, count)| (stem >> 24, std::cmp::Reverse(*count)));
        stems.dedup_by_key(|(stem, _)| *stem >> 24);
        let mut entries = Vec::with_capacity(stems.len() * ENTRY);
        for (stem, count) in stems {
            entries.extend_from_slice(&stem.to_be_bytes()[..5]);
            entries.push(units(self.documents, count));
        }
        LanguageRarity { documents: self.documents, entries: Cow::Owned(entries) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(documents: &[&[u64]]) -> StemCounts {
        let mut counts = StemCounts::default();
        documents.iter().for_each(|stems| counts.count(stems.iter().copied()));
        counts
    }

    #[test]
    fn a_table_comes_back_from_its_bytes() {
        let stem = |number: u64| number << 32;
        let counts = counts(&[&[stem(1), stem(2)], &[stem(1), stem(3)], &[stem(1)], &[stem(2)]]);
        let mut table = RarityTable::default();
        table.add(Language::Fa, &counts, 10);

        let back = RarityTable::decode(Cow::Owned(table.to_bytes())).unwrap();
        assert_eq!(back.languages().collect::<Vec<_>>(), [(Language::Fa, 4, 2)]);
        let rarity = |number| back.of(Language::Fa, stem(number));
        // ln(5/4), ln(5/3), and ln 5 for the stem of one document, which is not kept.
        assert_eq!([rarity(1), rarity(2), rarity(3)], [7, 16, 51]);
        assert!(back.has(Language::Fa) && !back.has(Language::Ar));
    }

    #[test]
    fn damaged_tables_are_refused() {
        let mut table = RarityTable::default();
        table.add(Language::Ur, &counts(&[&[1 << 40, 2 << 40], &[1 << 40, 2 << 40]]), 10);
        let bytes = table.to_bytes();
        for length in 0..bytes.len() {
            assert!(RarityTable::decode(Cow::Owned(bytes[..length].to_vec())).is_err(), "{length}");
        }
        let mut swapped = bytes.clone();
        swapped[HEAD + LANGUAGE_HEAD] = 0xFF;
        assert!(RarityTable::decode(Cow::Owned(swapped)).is_err());
        assert!(RarityTable::decode(Cow::Owned([&bytes[..], &[0]].concat())).is_err());
    }

    #[test]
    fn the_shipped_table_is_small_and_has_its_languages() {
        assert!(SHIPPED.len() <= 1_500_000);
        let table = RarityTable::decode(Cow::Borrowed(SHIPPED)).unwrap();
        assert!([Language::Ar, Language::Fa, Language::Ur].into_iter().all(|language| table.has(language)));
    }
}
