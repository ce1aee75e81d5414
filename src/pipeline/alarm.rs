//! Alarms: signs that a run removes more than copies.

use std::fmt;

use serde::Serialize;

use crate::error::{Phrasing, Remedy};

/// Characters of a block in the sentence of its alarm.
const SHOWN: usize = 60;

/// A sign that a run removes more than copies. It is found after the run has decided and before anything is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "alarm", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunAlarm {
    /// One cluster takes more than 5 % of the records of the input.
    LargeCluster {
        /// The shown id of its keeper.
        keeper: String,
        /// Number of its records: the keeper and its copies.
        members: u64,
        /// Number of records of the input that can be read.
        records: u64,
    },
    /// A source would lose more than half of its records.
    LostSource {
        /// The source.
        source: String,
        /// Number of its records that would be removed for records of the input.
        removed: u64,
        /// Number of its records that can be read.
        records: u64,
    },
    /// More than 20 % of the documents of a source have one block of text.
    SharedBlock {
        /// The source; empty for records without one.
        source: String,
        /// The first characters of the block.
        text: String,
        /// Number of its words in the first document that has it.
        words: u64,
        /// Number of examined documents that have it.
        documents: u64,
        /// Number of distinct documents of the source that were examined.
        examined: u64,
    },
    /// Most removals share less than half of their own text with their keeper: what remains of a text without the sentences that
    /// return in its source.
    LittleOwnText {
        /// Number of examined removals that share so little.
        removals: u64,
        /// Number of examined removals.
        examined: u64,
        /// Whether the facts guard was on.
        facts_guard: bool,
    },
}

impl RunAlarm {
    /// What can be done about it.
    #[must_use]
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::LargeCluster { .. } | Self::LostSource { .. } => {
                Remedy::Choose { purpose: "see what they share", parameter: "report" }
            }
            Self::SharedBlock { .. } => {
                Remedy::Set { purpose: "do not compare lines that return", settings: &[("boilerplate_rules", "learn")] }
            }
            Self::LittleOwnText { facts_guard: false, .. } => {
                Remedy::Set { purpose: "tell furniture from content", settings: &[("facts", "guard")] }
            }
            Self::LittleOwnText { .. } => {
                Remedy::Choose { purpose: "ask for more shared text", parameter: "threshold" }
            }
        }
    }

    /// The alarm as a sentence, with its remedy in the words of an interface.
    #[must_use]
    pub fn message(&self, phrasing: &dyn Phrasing) -> String {
        match self.remedy().describe(phrasing) {
            Some(remedy) => format!("{self}; {remedy}"),
            None => self.to_string(),
        }
    }
}

impl fmt::Display for RunAlarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_source = |source: &str| match source {
            "" => "without a source".to_owned(),
            name => format!("of {name}"),
        };
        match self {
            Self::LargeCluster { keeper, members, records } => {
                write!(
                    f,
                    "one cluster takes {members} of {records} records ({}); its keeper is {keeper}",
                    percent(*members, *records)
                )
            }
            Self::LostSource { source, removed, records } => {
                write!(f, "{source} would lose {removed} of {records} records ({})", percent(*removed, *records))
            }
            Self::SharedBlock { source, text, words, documents, examined } => write!(
                f,
                "a block of {words} words stands in {documents} of {examined} documents {} ({}): {}",
                of_source(source),
                percent(*documents, *examined),
                shortened(text)
            ),
            Self::LittleOwnText { removals, examined, .. } => write!(
                f,
                "{removals} of {examined} removals ({}) share less than half of their own text with their keeper; the rest \
                 returns in their source",
                percent(*removals, *examined)
            ),
        }
    }
}

/// The first characters of a block.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn percent(part: u64, whole: u64) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole.max(1) as f64)
}
