//! Learned boilerplate: rules for each source, and the file they are kept in.
//!
//! A rules file is JSON Lines. Its first line says what it is; every other line is a rule, and may be removed or written by
//! hand: `source`, `kind` and `text` (folded words) decide, the rest is for readers. Rules are looked up with the fold that
//! cues go through, so that they hold whatever profile and language a run folds with.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::probe::{LinePart, PartFinder, RuleKind};
use crate::error::{Error, ErrorKind, Operation, Remedy, Result};
use crate::normalize::FOLD_VERSION;

const FORMAT: &str = "mukarrar-boilerplate";
const VERSION: u32 = 1;

/// The first line of a rules file.
#[derive(Debug, Serialize, Deserialize)]
struct RulesHeader {
    format: String,
    version: u32,
    fold: String,
}

/// One rule: a line, or the head or tail of lines, that is boilerplate in the texts of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoilerplateRule {
    /// The source.
    pub source: String,
    /// What it is about.
    pub kind: RuleKind,
    /// The folded words, one space between them.
    pub text: String,
    /// How it stands in the first document that has it.
    #[serde(default)]
    pub sample: String,
    /// Unlike documents of the source that have it.
    #[serde(default)]
    pub count: u64,
    /// Unlike documents of the source.
    #[serde(default)]
    pub documents: u64,
    /// `count` of `documents`.
    #[serde(default)]
    pub share: f64,
    /// Whether the list of cues leaves the sample out anyway.
    #[serde(default)]
    pub listed: bool,
}

/// What was learned, by source.
#[derive(Clone, Default)]
pub struct BoilerplateRules {
    list: Vec<BoilerplateRule>,
    /// The hashes of each source's rules, ascending.
    hashes: BTreeMap<String, Vec<u64>>,
}

impl BoilerplateRules {
    /// The rules of `list`, sorted by source, kind, falling count and text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`] for a line without words or with more than 24, and a head or tail that has not five.
    pub fn new(mut list: Vec<BoilerplateRule>) -> Result<Self> {
        list.sort_by(|a, b| {
            let key = |rule: &BoilerplateRule| {
                (rule.source.clone(), rule.kind, std::cmp::Reverse(rule.count), rule.text.clone())
            };
            key(a).cmp(&key(b))
        });
        let mut hashes: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let mut probe = PartFinder::default();
        for rule in &list {
            let hash = probe.hash_of_words(rule.kind, &rule.text).ok_or_else(|| {
                Error::parameter("boilerplate_rules", &rule.text, "1 to 24 words for a line, 5 for a head or tail")
            })?;
            hashes.entry(rule.source.clone()).or_default().push(hash);
        }
        hashes.values_mut().for_each(|hashes| hashes.sort_unstable());
        Ok(Self { list, hashes })
    }

    /// The rules, sorted.
    #[must_use]
    pub fn list(&self) -> &[BoilerplateRule] {
        &self.list
    }

    /// The hashes of the rules of a source.
    pub(super) fn of(&self, source: &str) -> Option<&[u64]> {
        self.hashes.get(source).map(Vec::as_slice)
    }

    /// Reads a rules file.
    ///
    /// # Errors
    ///
    /// It cannot be read; it is no rules file, or one of another version or fold; a rule that cannot be one: with its
    /// line.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |source| Error::io("read", path, source);
        let wrong = |line: usize, what: String, remedy: Remedy| -> Error {
            ErrorKind::Unreadable { path: path.to_owned(), what: format!("line {line}: {what}"), remedy }.into()
        };
        const WRITE: Remedy = Remedy::Run { purpose: "write it", operations: &[Operation::LearnBoilerplate] };
        let file = std::io::BufReader::new(std::fs::File::open(path).map_err(failed)?);
        let (mut list, mut header) = (Vec::new(), None);
        let mut probe = PartFinder::default();
        for (number, line) in file.lines().enumerate() {
            let (number, line) = (number + 1, line.map_err(failed)?);
            if line.trim().is_empty() {
                continue;
            }
            if header.is_none() {
                let found: RulesHeader = serde_json::from_str(&line)
                    .ok()
                    .filter(|found: &RulesHeader| found.format == FORMAT)
                    .ok_or_else(|| wrong(number, "no boilerplate rules".to_owned(), WRITE))?;
                if found.version != VERSION || found.fold != FOLD_VERSION {
                    let what = format!(
                        "rules of version {} and fold {}, not {VERSION} and {FOLD_VERSION}",
                        found.version, found.fold
                    );
                    return Err(wrong(number, what, "learn them again with this version".into()));
                }
                header = Some(found);
                continue;
            }
            let rule: BoilerplateRule = serde_json::from_str(&line).map_err(|error| {
                wrong(number, error.to_string(), "give source, kind and text, or remove the line".into())
            })?;
            if probe.hash_of_words(rule.kind, &rule.text).is_none() {
                let what = format!("{:?} has not the words of a {:?}", rule.text, rule.kind).to_lowercase();
                return Err(wrong(number, what, "give 1 to 24 words for a line, 5 for a head or tail".into()));
            }
            list.push(rule);
        }
        if header.is_none() {
            return Err(wrong(1, "no boilerplate rules".to_owned(), WRITE));
        }
        Self::new(list)
    }

    /// Writes a rules file.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn write(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let header = RulesHeader { format: FORMAT.to_owned(), version: VERSION, fold: FOLD_VERSION.to_owned() };
        serde_json::to_writer(&mut *out, &header)?;
        writeln!(out)?;
        for rule in &self.list {
            serde_json::to_writer(&mut *out, rule)?;
            writeln!(out)?;
        }
        Ok(())
    }

    /// 128 bits of what the rules decide, in hexadecimal: equal for rules that decide alike.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (source, hashes) in &self.hashes {
            hasher.update(&(source.len() as u64).to_le_bytes());
            hasher.update(source.as_bytes());
            hasher.update(&(hashes.len() as u64).to_le_bytes());
            for hash in hashes {
                hasher.update(&hash.to_le_bytes());
            }
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }
}

/// Whether a part is among the rules of its source.
pub(super) fn knows(hashes: &[u64], part: &LinePart) -> bool {
    hashes.binary_search(&part.hash).is_ok()
}

impl PartialEq for BoilerplateRules {
    fn eq(&self, other: &Self) -> bool {
        self.hashes == other.hashes
    }
}

impl fmt::Debug for BoilerplateRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rules({})", self.digest())
    }
}
