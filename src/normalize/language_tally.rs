//! The language of a source, from the texts of it that tell theirs.
//!
//! Many titles and some short articles have nothing that tells Persian from Arabic. Most sources publish in one language,
//! so such a text is in the language of its source. Arabic is the fallback, as for a text that stands alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::language::Language;

/// How many texts of a source, or of all sources, are surely in each language. Tallies of parts add up to the tally of the
/// whole, so a decision does not depend on the order in which texts are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LanguageTally {
    /// By [`Language::ALL`], without [`Language::Other`].
    counts: [u64; LANGUAGES],
}

/// Number of languages that have a table.
const LANGUAGES: usize = Language::ALL.len() - 1;

/// The language of a source is that of at least this share of its sure texts: `.0` of `.1`.
///
/// Where Persian and Arabic are mixed, an Arabic text is sure more often than a Persian one, so four in five sure texts are
/// more than four in five of all texts. A lower bound would take unsure Arabic titles of a mixed source for Persian. A higher
/// one would leave out Persian sources in which some titles are full of Arabic names.
const MAJORITY: (u64, u64) = (4, 5);

impl LanguageTally {
    /// Counts a text of which [`Language::evident`] says `evident`. Unsure texts have no vote, nor have texts without a
    /// table, such as English ones.
    pub fn add(&mut self, evident: Option<Language>) {
        if let Some(language) = evident {
            self.add_many(language, 1);
        }
    }

    /// Counts `texts` texts that are surely in `language`.
    pub fn add_many(&mut self, language: Language, texts: u64) {
        if let Some(count) = self.counts.get_mut(language as usize) {
            *count = count.saturating_add(texts);
        }
    }

    /// Adds the counts of another tally.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = count.saturating_add(more);
        }
    }

    /// Number of sure texts.
    #[must_use]
    pub fn sure(&self) -> u64 {
        self.counts.iter().fold(0, |sum: u64, count| sum.saturating_add(*count))
    }

    /// The languages that occur, with the number of their sure texts.
    pub fn counts(&self) -> impl Iterator<Item = (Language, u64)> + '_ {
        Language::ALL.into_iter().zip(self.counts).filter(|(_, count)| *count > 0)
    }

    /// The language of at least four in five of the sure texts; `None` if there is none.
    #[must_use]
    pub fn majority(&self) -> Option<Language> {
        let (part, whole) = (u128::from(MAJORITY.0), u128::from(MAJORITY.1));
        let all = u128::from(self.sure());
        self.counts().find(|(_, count)| u128::from(*count) * whole >= all * part).map(|(language, _)| language)
    }

    /// The language of an unsure text of this source. A source with sure texts decides alone; one without any takes the
    /// language of the whole `run`. Without a majority it is Arabic, as for a text that stands alone.
    #[must_use]
    pub fn of_unsure(&self, run: &Self) -> Language {
        let deciding = if self.sure() > 0 { self } else { run };
        deciding.majority().unwrap_or(Language::Ar)
    }
}

/// As a map from codes of languages to counts.
impl Serialize for LanguageTally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.counts().map(|(language, count)| (language.code(), count)))
    }
}

impl<'de> Deserialize<'de> for LanguageTally {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut tally = Self::default();
        for (code, count) in BTreeMap::<String, u64>::deserialize(deserializer)? {
            let language: Language = code.parse().map_err(serde::de::Error::custom)?;
            if let Some(known) = tally.counts.get_mut(language as usize) {
                *known = count;
            }
        }
        Ok(tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(counts: &[(Language, u64)]) -> LanguageTally {
        let mut tally = LanguageTally::default();
        for (language, count) in counts {
            (0..*count).for_each(|_| tally.add(Some(*language)));
        }
        tally
    }

    #[test]
    fn four_in_five_sure_texts_decide() {
        use Language::{Ar, Fa, Other, Ur};
        for (counts, expected) in [
            (&[][..], None),
            (&[(Fa, 1)], Some(Fa)),
            (&[(Fa, 4), (Ar, 1)], Some(Fa)),
            (&[(Fa, 79), (Ar, 21)], None),
            (&[(Fa, 50), (Ar, 50)], None),
            (&[(Ar, 99), (Fa, 1)], Some(Ar)),
            // English and Sindhi texts have no vote.
            (&[(Other, 100), (Ur, 2)], Some(Ur)),
        ] {
            assert_eq!(tally(counts).majority(), expected, "{counts:?}");
        }
    }

    #[test]
    fn a_source_with_sure_texts_decides_alone() {
        use Language::{Ar, Fa};
        let run = tally(&[(Fa, 1000), (Ar, 10)]);
        assert_eq!(tally(&[(Ar, 1)]).of_unsure(&run), Ar);
        assert_eq!(tally(&[(Ar, 5), (Fa, 5)]).of_unsure(&run), Ar);
        assert_eq!(LanguageTally::default().of_unsure(&run), Fa);
        assert_eq!(LanguageTally::default().of_unsure(&LanguageTally::default()), Ar);
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let mut parts = tally(&[(Language::Fa, 3)]);
        parts.merge(&tally(&[(Language::Ar, 2), (Language::Fa, 1)]));
        assert_eq!(parts, tally(&[(Language::Ar, 2), (Language::Fa, 4)]));
        assert_eq!(parts.counts().collect::<Vec<_>>(), [(Language::Ar, 2), (Language::Fa, 4)]);
    }
}
