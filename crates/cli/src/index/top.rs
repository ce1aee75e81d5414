//! `mukarrar index top`: shows the texts that are repeated most, and the forms that most texts share.

use std::fmt;
use std::path::PathBuf;

use clap::Args;

use super::upkeep::IndexFormat;
use crate::console::{Console, stdout_error};
use crate::exit::Exit;
use mukarrar::Index;
use mukarrar::error::Result;
use mukarrar::index::IndexTop;
use mukarrar::report::text::sanitize;

#[derive(Debug, Args)]
pub(crate) struct TopArgs {
    /// The directory of the index.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Show this many texts, and this many forms.
    #[arg(short = 'k', long, value_name = "N", default_value_t = 10, help_heading = "Showing")]
    top: usize,
    /// Format of the output.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = IndexFormat::Text, help_heading = "Showing")]
    format: IndexFormat,
}

pub(super) fn top(arguments: &TopArgs, console: &Console) -> Result<Exit> {
    let index = Index::builder().open_read_only(&arguments.directory)?;
    let top = index.top(arguments.top)?;

    console.print(|out| {
        let written = match arguments.format {
            IndexFormat::Json => {
                serde_json::to_writer(&mut *out, &top).map_err(Into::into).and_then(|()| writeln!(out))
            }
            IndexFormat::Text => write!(out, "{}", TopText(&top)),
        };
        written.map_err(stdout_error)
    })?;
    Ok(Exit::Done)
}

/// The text of what an index holds most of.
struct TopText<'t>(&'t IndexTop);

impl fmt::Display for TopText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let IndexTop { documents, copies, repeated_documents, bound, full_keys, documents_beyond, .. } = self.0;
        writeln!(f, "{documents} documents; {copies} copies of {repeated_documents} of them were not stored")?;
        if !self.0.repeated.is_empty() {
            writeln!(f, "\nRepeated most:\n{:>10}  {:<20}  {:<20}  key", "copies", "first seen", "last seen")?;
        }
        for text in &self.0.repeated {
            let (first, last) = (text.first_seen.to_string(), text.last_seen.to_string());
            writeln!(f, "{:>10}  {first:<20}  {last:<20}  {}", text.copies, sanitize(&text.key))?;
            start(f, text.start.as_deref())?;
        }

        if !self.0.hot.is_empty() {
            writeln!(
                f,
                "\nForms of most documents:\n{:>10}  {:<20}  {:>9}  key",
                "documents", "first seen", "full keys"
            )?;
        }
        for form in &self.0.hot {
            let (first, full) = (form.first_seen.to_string(), format!("{}/{}", form.full_keys, form.keys));
            writeln!(f, "{:>10}  {first:<20}  {full:>9}  {}", form.documents, sanitize(&form.key))?;
            start(f, form.start.as_deref())?;
        }

        if *full_keys > 0 {
            writeln!(
                f,
                "\n{full_keys} keys are full: more than {bound} documents have them. {documents_beyond} documents come after \
                 the first {bound} of a key."
            )?;
        }
        Ok(())
    }
}

/// The first words of a text, on a line of their own.
fn start(f: &mut fmt::Formatter<'_>, start: Option<&str>) -> fmt::Result {
    start.map_or(Ok(()), |start| writeln!(f, "{:>10}  {}", "", sanitize(start)))
}
