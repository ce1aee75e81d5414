//! A file of labels: `id<TAB>id<TAB>label`, one pair a line. It is gold of pairs too.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use foldhash::HashMap;

use super::pair_label::PairLabel;
use crate::error::{Error, ErrorKind, Result};
use crate::evaluate::unescape;
use crate::input::Compression;
use crate::report::output::Outputs;
use crate::report::{ReportFormat, write_row};

/// A pair with its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledPair {
    /// The first id, as it was given.
    pub id_a: String,
    /// The second id.
    pub id_b: String,
    /// The label.
    pub label: PairLabel,
    /// The rest of its line in the file, which stays as it is.
    pub note: Option<String>,
}

/// Labels of pairs, and the file that holds them. The order of the two ids of a pair does not matter.
#[derive(Debug)]
pub struct LabelFile {
    path: PathBuf,
    labels: Vec<LabelledPair>,
    /// The place of each pair, with the smaller id first.
    places: HashMap<(String, String), usize>,
}

impl LabelFile {
    /// Reads the labels in `path`. A file that does not exist yet has no labels.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line has no two ids and a label, or repeats a pair: the error names the line.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Error::io("read", path, error)),
        };

        let mut file = Self { path, labels: Vec::new(), places: HashMap::default() };
        for (line, number) in text.trim_start_matches('\u{feff}').lines().zip(1..) {
            if !line.trim().is_empty() {
                file.line(line).map_err(|reason| file.error(number, reason))?;
            }
        }
        Ok(file)
    }

    fn line(&mut self, line: &str) -> std::result::Result<(), String> {
        // Further columns are a note.
        let mut columns = line.splitn(4, '\t');
        let (Some(a), Some(b), Some(label)) = (columns.next(), columns.next(), columns.next()) else {
            return Err("needs three columns with tabs between them: id, id, label".to_owned());
        };

        let label = label.trim().parse().map_err(|_| format!("{label:?} is no label: copy, part, form or other"))?;
        let (a, b) = (unescape(a), unescape(b));
        if self.label(&a, &b).is_some() {
            return Err("this pair stands on an earlier line too; remove one of the two".to_owned());
        }
        self.put(&a, &b, label);
        if let Some(labelled) = self.labels.last_mut() {
            labelled.note = columns.next().map(str::to_owned);
        }
        Ok(())
    }

    fn error(&self, line: u64, reason: String) -> Error {
        ErrorKind::Gold { path: self.path.clone(), line, reason, remedy: None }.into()
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All labels, in the order in which they were first given.
    #[must_use]
    pub fn labels(&self) -> &[LabelledPair] {
        &self.labels
    }

    /// The label of a pair.
    #[must_use]
    pub fn label(&self, a: &str, b: &str) -> Option<PairLabel> {
        let place = *self.places.get(&key(a, b))?;
        self.labels.get(place).map(|labelled| labelled.label)
    }

    /// Gives a pair a label, or another one, and stores all labels: the file is replaced as a whole and is on the disk
    /// afterwards. O(n) for n labels.
    ///
    /// # Errors
    ///
    /// The file cannot be written; it is then as before, and so are the labels here.
    pub fn set(&mut self, a: &str, b: &str, label: PairLabel) -> Result<()> {
        let before = self.label(a, b);
        self.put(a, b, label);

        let stored = self.store();
        if stored.is_err() {
            match before {
                Some(before) => self.put(a, b, before),
                // A new label is the last one.
                None => {
                    self.labels.pop();
                    self.places.remove(&key(a, b));
                }
            }
        }
        stored
    }

    /// Gives a pair a label that is not stored.
    #[cfg(test)]
    pub(super) fn put_for_tests(&mut self, a: &str, b: &str, label: PairLabel) {
        self.put(a, b, label);
    }

    fn put(&mut self, a: &str, b: &str, label: PairLabel) {
        let place = *self.places.entry(key(a, b)).or_insert(self.labels.len());
        match self.labels.get_mut(place) {
            Some(labelled) => labelled.label = label,
            None => self.labels.push(LabelledPair { id_a: a.to_owned(), id_b: b.to_owned(), label, note: None }),
        }
    }

    fn store(&self) -> Result<()> {
        let mut outputs = Outputs::new();
        let mut file = outputs.create(&self.path, Compression::None)?;
        self.write(&mut file).map_err(|error| Error::io("write", &self.path, error))?;
        outputs.finish(file)?;
        outputs.commit()
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for LabelledPair { id_a, id_b, label, note } in &self.labels {
            let mut row = Vec::new();
            write_row(ReportFormat::Tsv, &[id_a, id_b, label.name()], &mut row)?;
            if let Some(note) = note {
                // The note stands before the end of the line, as it was read.
                row.pop();
                writeln!(row, "\t{note}")?;
            }
            out.write_all(&row)?;
        }
        Ok(())
    }
}

fn key(a: &str, b: &str) -> (String, String) {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    (first.to_owned(), second.to_owned())
}
