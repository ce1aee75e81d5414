//! Learned boilerplate: the rules of each source, and their file.
//!
//! A rules file is JSON Lines. Its first line names format, version and fold. Every other line is a rule; rules may be removed
//! or written by hand: `source`, `kind` and `text` (folded words) decide, the other fields are for readers. Rules are looked
//! up with the fold of the cues, so that they hold for every profile and language of a run.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::line_parts::{LinePart, PartFinder, RuleKind};
use crate::error::{Error, ErrorKind, Operation, Remedy, Result};
use crate::input::decompressed;
use crate::normalize::FOLD_VERSION;

const FORMAT: &str = "mukarrar-boilerplate";
const VERSION: u32 = 1;

/// The remedy for a file that is not a rules file.
const WRITE: Remedy = Remedy::Run { purpose: "write it", operations: &[Operation::LearnBoilerplate] };

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
    /// The part of a line that it names.
    pub kind: RuleKind,
    /// The folded words of the part, with single spaces.
    pub text: String,
    /// The part as written in the first document that has it.
    #[serde(default)]
    pub sample: String,
    /// Distinct documents of the source with the part.
    #[serde(default)]
    pub count: u64,
    /// Distinct documents of the source.
    #[serde(default)]
    pub documents: u64,
    /// `count` over `documents`.
    #[serde(default)]
    pub share: f64,
    /// Whether the cues cover the sample too.
    #[serde(default)]
    pub listed: bool,
}

/// Learned rules, by source.
#[derive(Clone, Default)]
pub struct BoilerplateRules {
    list: Vec<BoilerplateRule>,
    /// The hashes of each source's rules, ascending.
    hashes: BTreeMap<String, Vec<u64>>,
}

impl BoilerplateRules {
    /// The rules of `list`, sorted by source, kind, descending count and text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`] for a line without words or with more than 24, and a head or tail not of five words.
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

        // Lookups are binary searches.
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

    /// Reads a rules file, which may be compressed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if it cannot be read. [`ErrorKind::Unreadable`], with the line, if it is no rules file, has
    /// another version or fold, or holds a line that is no rule.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |source| Error::io("read", path, source);
        let file = std::fs::File::open(path).map_err(failed)?;
        Self::read(std::io::BufReader::new(decompressed(Box::new(file)).map_err(failed)?), path)
    }

    /// Reads a rules file from `lines`; `path` is named in errors.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn read(lines: impl BufRead, path: &Path) -> Result<Self> {
        let mut reader = RulesReader { path, probe: PartFinder::default(), headed: false, list: Vec::new() };

        for (number, line) in (1..).zip(lines.lines()) {
            let line = line.map_err(|source| Error::io("read", path, source))?;
            if !line.trim().is_empty() {
                reader.line(number, &line)?;
            }
        }
        reader.finish()
    }

    /// Writes a rules file.
    ///
    /// # Errors
    ///
    /// Those of the writer.
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

    /// 128 bits of a hash of all that the rules decide, in hexadecimal: equal for rules that decide alike.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        // Lengths are hashed too, so that no two lists of sources and rules give the same bytes.
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

/// Reads a rules file, line by line.
struct RulesReader<'p> {
    path: &'p Path,
    probe: PartFinder,
    /// Whether the header was read.
    headed: bool,
    list: Vec<BoilerplateRule>,
}

impl RulesReader<'_> {
    /// Reads a line that is not blank: the header first, then rules.
    fn line(&mut self, number: usize, line: &str) -> Result<()> {
        if !self.headed {
            self.headed = true;
            return self.header(number, line);
        }

        let rule: BoilerplateRule = serde_json::from_str(line).map_err(|error| {
            self.error(number, error.to_string(), "give source, kind and text, or remove the line".into())
        })?;
        // Found here, so that the error names the line.
        if self.probe.hash_of_words(rule.kind, &rule.text).is_none() {
            let what = format!("{:?} has not the words of a {:?}", rule.text, rule.kind).to_lowercase();
            return Err(self.error(number, what, "give 1 to 24 words for a line, 5 for a head or tail".into()));
        }

        self.list.push(rule);
        Ok(())
    }

    fn header(&self, number: usize, line: &str) -> Result<()> {
        let header: RulesHeader = match serde_json::from_str(line) {
            Ok(RulesHeader { format, version, fold }) if format == FORMAT => RulesHeader { format, version, fold },
            _ => return Err(self.no_rules(number)),
        };

        // Words folded by another version may hash to other rules.
        if header.version != VERSION || header.fold != FOLD_VERSION {
            let RulesHeader { version, fold, .. } = header;
            let what = format!("rules of version {version} and fold {fold}, not {VERSION} and {FOLD_VERSION}");
            return Err(self.error(number, what, "learn them again with this version".into()));
        }
        Ok(())
    }

    fn finish(self) -> Result<BoilerplateRules> {
        if !self.headed {
            return Err(self.no_rules(1));
        }
        BoilerplateRules::new(self.list)
    }

    fn no_rules(&self, line: usize) -> Error {
        self.error(line, "no boilerplate rules".to_owned(), WRITE)
    }

    fn error(&self, line: usize, what: String, remedy: Remedy) -> Error {
        let what = format!("line {line}: {what}");
        ErrorKind::Unreadable { path: self.path.to_owned(), what, remedy }.into()
    }
}

/// Whether a part is among `hashes`, those of the rules of its source.
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
