//! The form of one output file for all inputs: that of the inputs, or another one that its name asks for.

use std::collections::BTreeMap;
use std::path::Path;

use super::joining::{check_joined, refuse};
use crate::document::DocId;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{ByName, Corpus, Input, InputFile, InputFormat, by_name};
use crate::report::output_name::OutputName;

/// How records become one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CleanForm {
    /// In the form of the inputs, byte for byte.
    Copied,
    /// One JSON object a line.
    JsonLines,
    /// An array of JSON objects.
    JsonArray,
    /// A table.
    Table(TableShape),
}

/// The columns of a table, and the character between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableShape {
    pub(super) delimiter: u8,
    pub(super) names: Vec<String>,
}

/// What a format has to become for an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// Nothing: it is the format of the output.
    Same,
    Converted,
    Never,
}

impl CleanForm {
    /// Checks what the names of the inputs tell about a file for all of them, before any of them is read.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] if a format cannot become that of the file, or several files cannot become one.
    pub(super) fn check_names(path: &Path, input: &Input) -> Result<()> {
        let formats: Vec<(&Path, InputFormat)> = input
            .cleaned()
            .filter_map(|(of_input, _)| Some((of_input, input.options().format.or_else(|| named(of_input))?)))
            .collect();
        check(path, formats.iter().copied())
    }

    /// The form of the file `path` for the records of `corpus` for which `stays` holds. `decoded` says whether some of
    /// them are not in UTF-8.
    ///
    /// # Errors
    ///
    /// As [`check_names`](Self::check_names), of the formats as they were found; two columns of a table have one name; a
    /// record cannot be read again.
    pub(super) fn of(path: &Path, corpus: &Corpus, decoded: bool, stays: &dyn Fn(DocId) -> bool) -> Result<Self> {
        let files: Vec<&InputFile> = corpus.cleaned_files().iter().filter(|file| !file.records.is_empty()).collect();
        check(path, files.iter().map(|file| (&*file.path, file.format)))?;

        let target = OutputName::of(path).format();
        let is_copied = files.iter().all(|file| fit(target, &file.path, file.format) == Fit::Same);
        let delimiter = match target {
            ByName::Known(InputFormat::Csv) => b',',
            ByName::Known(InputFormat::Tsv) => b'\t',
            // Tables without a format in their name can be joined only if they agree.
            _ if is_copied => return check_joined(path, corpus).map(|()| Self::Copied),
            ByName::Json => return Ok(Self::JsonArray),
            _ => return Ok(Self::JsonLines),
        };

        // Files of one header and one encoding are joined as they are.
        if is_copied && (files.len() < 2 || !decoded && check_joined(path, corpus).is_ok()) {
            return Ok(Self::Copied);
        }
        Ok(Self::Table(TableShape { delimiter, names: columns(corpus, &files, stays)? }))
    }
}

/// The format that the name of an input tells.
fn named(path: &Path) -> Option<InputFormat> {
    match by_name(path) {
        ByName::Known(format) => Some(format),
        ByName::Json | ByName::Unknown | ByName::Part | ByName::Bare | ByName::Archive => None,
    }
}

fn check<'p>(path: &Path, files: impl Iterator<Item = (&'p Path, InputFormat)> + Clone) -> Result<()> {
    let target = OutputName::of(path).format();

    for (input, format) in files.clone() {
        if fit(target, input, format) == Fit::Never {
            let wanted = match target {
                ByName::Known(wanted) => wanted.name(),
                _ => "json",
            };
            let what = format!("would be {wanted}, into which {} ({format}) cannot be converted", input.display());
            return refuse(path, &what, remedy(format));
        }
    }

    // Without a format in the name nothing is converted.
    let mut formats = files.clone().map(|(_, format)| format);
    let first = formats.next();
    if !matches!(target, ByName::Known(_) | ByName::Json) && formats.any(|format| Some(format) != first) {
        let what = "is one file without the extension of a format, and the inputs have several formats";
        return refuse(path, what, "name it .jsonl, .json, .csv or .tsv");
    }

    // Only these are more than a sequence of records.
    let is_whole = |format: &InputFormat| format.is_whole_file() || format.is_table();
    let copied = files.filter(|(input, format)| fit(target, input, *format) == Fit::Same);
    let whole: Vec<InputFormat> = copied.map(|(_, format)| format).filter(is_whole).collect();
    match whole.first() {
        Some(format) if whole.len() > 1 => {
            let what = format!("is one file, and {} files of the format {format} cannot be joined", whole.len());
            refuse(path, &what, "name a directory, with a slash at the end, or a .jsonl file")
        }
        _ => Ok(()),
    }
}

fn remedy(format: InputFormat) -> &'static str {
    match format {
        InputFormat::Parquet => "give it the extension .parquet",
        InputFormat::Arrow => "give it the extension .arrow",
        _ => "give it the extension of the input, or .jsonl, .json, .csv or .tsv",
    }
}

/// What `format`, that of the input at `path`, has to become for an output of the format `target`.
fn fit(target: ByName, path: &Path, format: InputFormat) -> Fit {
    let is_record = |format: InputFormat| !format.is_table();
    match target {
        ByName::Unknown | ByName::Part | ByName::Bare | ByName::Archive => Fit::Same,
        ByName::Known(target) if target == format => Fit::Same,
        ByName::Json if format == InputFormat::Json => Fit::Same,
        // Lines of text have no name of their own.
        ByName::Known(InputFormat::Text) if format == InputFormat::Lines => Fit::Same,
        // A file of lines with the name of a JSON file keeps its form.
        ByName::Json if format == InputFormat::JsonLines && by_name(path) == ByName::Json => Fit::Same,
        ByName::Json if is_record(format) => Fit::Converted,
        ByName::Known(InputFormat::JsonLines | InputFormat::Csv | InputFormat::Tsv) if is_record(format) => {
            Fit::Converted
        }
        ByName::Json | ByName::Known(_) => Fit::Never,
    }
}

/// The names of all fields of the records that stay, in the order in which they occur first.
fn columns(corpus: &Corpus, files: &[&InputFile], stays: &dyn Fn(DocId) -> bool) -> Result<Vec<String>> {
    let mut names = Columns::default();
    for file in files {
        if let Some(header) = &file.header {
            check_distinct(file, &header.names)?;
            header.names.iter().for_each(|name| names.add(name));
            continue;
        }

        for document in file.records.clone().map(DocId::new).filter(|document| stays(*document)) {
            corpus.whole_fields(document, None)?.iter().for_each(|field| names.add(&field.name));
        }
    }
    Ok(names.list)
}

/// Names in the order in which they were added, each once.
#[derive(Default)]
struct Columns {
    list: Vec<String>,
    places: BTreeMap<String, usize>,
}

impl Columns {
    fn add(&mut self, name: &str) {
        if !self.places.contains_key(name) {
            self.places.insert(name.to_owned(), self.list.len());
            self.list.push(name.to_owned());
        }
    }
}

/// Refuses a table with two columns of one name: one of them would be lost.
pub(super) fn check_distinct(file: &InputFile, names: &[String]) -> Result<()> {
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(pair) => {
            let what = format!("has two columns named {:?}, which no other format can hold", pair[0]);
            let remedy = "give every column a name of its own, or write the output in the format of the input".into();
            Err(Error::from(ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }))
        }
    }
}
