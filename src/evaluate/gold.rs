//! Gold files: tab-separated labels or pairs, with every line checked.

use std::fmt;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use foldhash::{HashMap, HashSet};

use super::measures::{ContingencyTable, Evaluation, Rates, share};
use super::predictions::Predictions;
use crate::error::{Error, ErrorKind, Remedy, Result};

/// The kind of the lines of a gold file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GoldKind {
    /// `id<TAB>label`: ids with the same label are copies of each other.
    #[default]
    Labels,
    /// `id<TAB>id`: the two are copies, unless a third column says `non`, `0`, `form` or `other`. Pairs with `part` are not
    /// scored. So a [file of labels](crate::labels::LabelFile) is gold.
    Pairs,
}

impl fmt::Display for GoldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Labels => "labels",
            Self::Pairs => "pairs",
        })
    }
}

impl FromStr for GoldKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "labels" => Ok(Self::Labels),
            "pairs" => Ok(Self::Pairs),
            _ => Err(Error::parameter("gold_kind", name, "labels or pairs")),
        }
    }
}

/// A gold file that was read and checked.
#[derive(Debug)]
pub struct Gold {
    path: PathBuf,
    /// Every id of the gold, with its first line.
    ids: Vec<(String, u64)>,
    facts: GoldFacts,
}

#[derive(Debug)]
enum GoldFacts {
    /// The label of each id.
    Labels(Vec<u32>),
    /// The places of two ids, and whether they are copies.
    Pairs(Vec<(u32, u32, bool)>),
}

impl Gold {
    /// Reads a gold file in UTF-8. Blank lines are skipped; a byte order mark and CRLF are allowed. In ids `\t`, `\n`, `\r` and
    /// `\\` are tab, line feed, carriage return and backslash, as in the tables of this tool.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the file cannot be read; [`ErrorKind::Gold`], with the line, for missing columns, an id with two
    /// labels, a repeated pair, an id paired with itself, or a file without entries.
    pub fn open(path: &Path, kind: GoldKind) -> Result<Self> {
        let file = std::fs::File::open(path).map_err(|source| Error::io("read", path, source))?;
        Self::read(std::io::BufReader::new(file), path, kind)
    }

    /// Reads gold from `lines`; `path` is named in errors.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn read(lines: impl BufRead, path: &Path, kind: GoldKind) -> Result<Self> {
        let mut reader = GoldReader::new(path, kind);
        // An empty file has its error on line 1.
        let mut last = 1;
        for (line, number) in lines.lines().zip(1..) {
            let line = line.map_err(|source| Error::io("read", path, source))?;
            let line = if number == 1 { line.strip_prefix('\u{feff}').unwrap_or(&line) } else { &line };
            if !line.trim().is_empty() {
                reader.line(line, number)?;
            }
            last = number;
        }
        reader.finish(last)
    }

    pub(super) fn score(&self, found: &Predictions) -> Result<Evaluation> {
        let labels: Vec<u32> = self.ids.iter().map(|(id, line)| self.label(found, id, *line)).collect::<Result<_>>()?;

        Ok(match &self.facts {
            GoldFacts::Labels(gold) => score_labels(gold, &labels),
            // Without negatives the pairs are all that is known, and what they connect are copies too.
            GoldFacts::Pairs(pairs) if pairs.iter().all(|pair| pair.2) => score_positives(pairs, &labels),
            GoldFacts::Pairs(pairs) => score_listed(pairs, &labels),
        })
    }

    /// The found label of an id of the gold.
    fn label(&self, found: &Predictions, id: &str, line: u64) -> Result<u32> {
        found.label(id).ok_or_else(|| {
            let reason = format!("id {id:?} is not in the input; remove it, or add the file that holds it");
            ErrorKind::Gold { path: self.path.clone(), line, reason, remedy: None }.into()
        })
    }
}

fn score_labels(gold: &[u32], found: &[u32]) -> Evaluation {
    let labels: Vec<(u32, u32)> = gold.iter().copied().zip(found.iter().copied()).collect();
    let table = ContingencyTable::new(&labels);
    let counts = table.pair_counts();

    Evaluation {
        pairs: counts.rates(),
        b_cubed: Some(table.b_cubed()),
        ari: Some(counts.adjusted_rand_index()),
        ids: labels.len() as u64,
        gold_pairs: counts.gold,
        found_pairs: counts.found,
    }
}

/// Scores against pairs that are all copies. Precision is over the groups that the pairs connect; recall is over the listed
/// pairs alone, since the gold names no others.
fn score_positives(pairs: &[(u32, u32, bool)], found: &[u32]) -> Evaluation {
    let groups = score_labels(&connect(pairs, found.len()), found);
    let hits = pairs.iter().filter(|pair| together(found, pair)).count() as u64;
    let recall = share(hits, pairs.len() as u64);
    Evaluation { pairs: Rates::new(groups.pairs.precision, recall), gold_pairs: pairs.len() as u64, ..groups }
}

/// Scores against listed pairs, some of which are no copies: all other pairs are unknown and count for nothing.
fn score_listed(pairs: &[(u32, u32, bool)], found: &[u32]) -> Evaluation {
    let (mut hits, mut found_pairs, mut gold_pairs) = (0, 0, 0);
    for pair in pairs {
        let together = together(found, pair);
        hits += u64::from(pair.2 && together);
        found_pairs += u64::from(together);
        gold_pairs += u64::from(pair.2);
    }

    let pairs = Rates::new(share(hits, found_pairs), share(hits, gold_pairs));
    Evaluation { pairs, b_cubed: None, ari: None, ids: found.len() as u64, gold_pairs, found_pairs }
}

fn together(found: &[u32], pair: &(u32, u32, bool)) -> bool {
    found[pair.0 as usize] == found[pair.1 as usize]
}

/// For each of `ids` places, the smallest place that the pairs connect it with, by union-find.
fn connect(pairs: &[(u32, u32, bool)], ids: usize) -> Vec<u32> {
    let mut parents: Vec<u32> = (0..ids as u32).collect();
    for &(a, b, _) in pairs {
        // The smaller root stays one, so that a root is the smallest place of its group.
        let (a, b) = (root(&mut parents, a), root(&mut parents, b));
        parents[a.max(b) as usize] = a.min(b);
    }

    (0..ids as u32).map(|place| root(&mut parents, place)).collect()
}

/// The root of a place, with path halving.
fn root(parents: &mut [u32], mut place: u32) -> u32 {
    while parents[place as usize] != place {
        let above = parents[parents[place as usize] as usize];
        parents[place as usize] = above;
        place = above;
    }
    place
}

/// Reads a gold file, line by line.
struct GoldReader<'a> {
    path: &'a Path,
    kind: GoldKind,
    /// The place of each id in `ids`.
    places: HashMap<String, u32>,
    ids: Vec<(String, u64)>,
    label_numbers: HashMap<String, u32>,
    labels: Vec<u32>,
    pairs: Vec<(u32, u32, bool)>,
    /// The pairs that were read, with the smaller place first.
    seen: HashSet<(u32, u32)>,
}

impl<'a> GoldReader<'a> {
    fn new(path: &'a Path, kind: GoldKind) -> Self {
        Self {
            path,
            kind,
            places: HashMap::default(),
            ids: Vec::new(),
            label_numbers: HashMap::default(),
            labels: Vec::new(),
            pairs: Vec::new(),
            seen: HashSet::default(),
        }
    }

    fn line(&mut self, line: &str, number: u64) -> Result<()> {
        // Further columns are ignored.
        let mut columns = line.split('\t');
        let (Some(first), Some(second)) = (columns.next(), columns.next()) else {
            return Err(
                self.shape_error(number, format!("needs two columns with a tab between them: {}", self.columns()))
            );
        };

        match self.kind {
            GoldKind::Labels => self.label(first, second, number),
            GoldKind::Pairs => {
                let is_copy = match columns.next().map(str::trim) {
                    Some("non" | "0" | "form" | "other") => Some(false),
                    // A part may be in the cluster of the whole or not.
                    Some("part") => None,
                    _ => Some(true),
                };
                self.pair(first, second, is_copy, number)
            }
        }
    }

    fn label(&mut self, id: &str, label: &str, number: u64) -> Result<()> {
        let id = unescape(id);
        if let Some(place) = self.places.get(&id) {
            let first = self.ids[*place as usize].1;
            return Err(self.error(number, format!("id {id:?} has a label since line {first}; remove one of the two")));
        }

        // Labels are numbered in the order of the file.
        self.place(id, number);
        let next = self.label_numbers.len() as u32;
        self.labels.push(*self.label_numbers.entry(label.to_owned()).or_insert(next));
        Ok(())
    }

    fn pair(&mut self, a: &str, b: &str, is_copy: Option<bool>, number: u64) -> Result<()> {
        let (a, b) = (self.place(unescape(a), number), self.place(unescape(b), number));
        if a == b {
            return Err(self.error(number, "an id is paired with itself; a pair takes two ids".to_owned()));
        }
        if !self.seen.insert((a.min(b), a.max(b))) {
            return Err(self.error(number, "this pair stands on an earlier line too; remove one of the two".to_owned()));
        }
        self.pairs.extend(is_copy.map(|is_copy| (a, b, is_copy)));
        Ok(())
    }

    /// The place of an id; a new one for an id that was not read before.
    fn place(&mut self, id: String, number: u64) -> u32 {
        let next = self.ids.len() as u32;
        *self.places.entry(id).or_insert_with_key(|id| {
            self.ids.push((id.clone(), number));
            next
        })
    }

    fn finish(self, last: u64) -> Result<Gold> {
        if self.ids.is_empty() {
            return Err(self.shape_error(last, format!("holds no entries; each line is {}", self.columns())));
        }

        let facts = match self.kind {
            GoldKind::Labels => GoldFacts::Labels(self.labels),
            GoldKind::Pairs => GoldFacts::Pairs(self.pairs),
        };
        Ok(Gold { path: self.path.to_owned(), ids: self.ids, facts })
    }

    fn columns(&self) -> &'static str {
        match self.kind {
            GoldKind::Labels => "id<TAB>label",
            GoldKind::Pairs => "id<TAB>id, and non, 0, form or other in a third column for a pair that is none",
        }
    }

    /// An error of a file that may be of the other kind.
    fn shape_error(&self, line: u64, reason: String) -> Error {
        let pairs = Remedy::Set { purpose: "read a file of pairs", settings: &[("gold_kind", "pairs")] };
        let remedy = (self.kind == GoldKind::Labels).then_some(pairs);
        ErrorKind::Gold { path: self.path.to_owned(), line, reason, remedy }.into()
    }

    fn error(&self, line: u64, reason: String) -> Error {
        ErrorKind::Gold { path: self.path.to_owned(), line, reason, remedy: None }.into()
    }
}

/// Replaces the escapes `\t`, `\n`, `\r` and `\\`; any other backslash stays.
pub(crate) fn unescape(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    let mut characters = id.chars();

    while let Some(character) = characters.next() {
        let escaped = match (character, characters.as_str().chars().next()) {
            ('\\', Some('t')) => '\t',
            ('\\', Some('n')) => '\n',
            ('\\', Some('r')) => '\r',
            ('\\', Some('\\')) => '\\',
            _ => {
                out.push(character);
                continue;
            }
        };

        // The character behind the backslash is used up.
        characters.next();
        out.push(escaped);
    }
    out
}
