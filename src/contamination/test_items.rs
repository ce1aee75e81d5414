//! The items of tests, read from files.

use crate::error::Result;
use crate::input::{Corpus, InputFormat};

/// An item of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestItem {
    /// The id of its record; of a line of a plain text, `PATH:LINE`.
    pub id: String,
    /// File and line, or other position.
    pub place: String,
    /// Its text.
    pub text: String,
}

/// The items of tests, in input order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestItems {
    /// The items.
    pub items: Vec<TestItem>,
    /// Number of records that cannot be read.
    pub rejected: u64,
}

impl TestItems {
    /// Reads the items of `tests`: each record is one; of plain texts each line that is not blank.
    ///
    /// # Errors
    ///
    /// A file cannot be read again.
    pub fn read(tests: &Corpus) -> Result<Self> {
        let mut read = Self::default();
        tests.each(|document, record| {
            let Ok(record) = record else {
                read.rejected += 1;
                return;
            };

            let place = tests.source(document).to_string();
            let format =
                tests.file_of(document).and_then(|file| tests.files().get(file.index())).map(|file| file.format);
            if format != Some(InputFormat::Text) {
                let (id, text) = (record.id.into_owned(), record.text.into_owned());
                read.items.push(TestItem { id, place, text });
                return;
            }

            let lines = record.text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
            read.items.extend(lines.map(|(number, line)| TestItem {
                id: format!("{}:{}", record.id, number + 1),
                place: format!("{place}:{}", number + 1),
                text: line.to_owned(),
            }));
        })?;
        Ok(read)
    }
}
