//! The languages of the texts that an index ever stored, by source: a text that does not tell its language has that of its
//! source at the moment when it is stored or asked about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::normalize::{Language, LanguageTally};
use crate::page::UNNAMED_SOURCE;

/// Number of sources that have a tally of their own, the first ones. Each commit writes all of them: some 45 KB. Texts of
/// further sources take the language of the whole index.
const MOST_SOURCES: usize = 1000;

/// The tallies of all texts and of each source. Removed texts still count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LanguageVotes {
    all: LanguageTally,
    /// By the key of the source.
    sources: BTreeMap<u64, LanguageTally>,
}

/// The language of a stored text that is sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LanguageVote {
    /// The key of the source.
    pub(super) source: u64,
    pub(super) language: Language,
}

impl LanguageVotes {
    pub(super) fn is_empty(&self) -> bool {
        self.all.sure() == 0
    }

    /// Counts a stored text.
    pub(super) fn add(&mut self, vote: LanguageVote) {
        self.all.add(Some(vote.language));
        if let Some(tally) = self.of_source(vote.source) {
            tally.add(Some(vote.language));
        }
    }

    /// Adds the votes of another index.
    pub(super) fn merge(&mut self, other: &Self) {
        self.all.merge(&other.all);
        for (source, theirs) in &other.sources {
            if let Some(tally) = self.of_source(*source) {
                tally.merge(theirs);
            }
        }
    }

    /// The language of a text of `source` that does not tell its own.
    pub(super) fn of_unsure(&self, source: u64) -> Language {
        self.sources.get(&source).unwrap_or(&self.all).of_unsure(&self.all)
    }

    /// The tally of a source; `None` if it has no name, or if it came after too many others.
    fn of_source(&mut self, source: u64) -> Option<&mut LanguageTally> {
        let has_room = self.sources.len() < MOST_SOURCES || self.sources.contains_key(&source);
        (source != UNNAMED_SOURCE && has_room).then(|| self.sources.entry(source).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_beyond_the_bound_follow_the_whole_index() {
        let mut votes = LanguageVotes::default();
        votes.add(LanguageVote { source: 1, language: Language::Ar });
        for source in 2..3000 {
            votes.add(LanguageVote { source, language: Language::Fa });
        }
        assert_eq!((votes.of_unsure(1), votes.of_unsure(2999)), (Language::Ar, Language::Fa));
        assert_eq!(votes.of_unsure(UNNAMED_SOURCE), Language::Fa);
        assert_eq!(votes.sources.len(), MOST_SOURCES);
        assert!(serde_json::to_vec(&votes).unwrap().len() < 50_000);
    }

    #[test]
    fn votes_read_back() {
        let mut votes = LanguageVotes::default();
        votes.add(LanguageVote { source: u64::MAX, language: Language::Ug });
        let mut twice = votes.clone();
        twice.merge(&votes);
        let json = serde_json::to_string(&twice).unwrap();
        assert_eq!(json, r#"{"all":{"ug":2},"sources":{"18446744073709551615":{"ug":2}}}"#);
        assert_eq!(serde_json::from_str::<LanguageVotes>(&json).unwrap(), twice);
        assert!(serde_json::from_str::<LanguageVotes>(r#"{"all":{"xx":2},"sources":{}}"#).is_err());
    }
}
