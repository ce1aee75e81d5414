//! The form of one output file for all inputs: that of the inputs, or another one that its name asks for.

use std::collections::BTreeMap;
use std::path::Path;

#[cfg(feature = "parquet")]
use super::columnar::{ColumnKind, ColumnKinds};
use super::joining::{check_joined, refuse};
use crate::document::DocId;
use crate::error::{Error, ErrorKind, Remedy, Result};
#[cfg(feature = "parquet")]
use crate::input::{self, RowFate, WholeField, object_fields};
use crate::input::{ByName, Compression, Corpus, Input, InputFile, InputFormat, by_name};
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
    /// A Parquet file with these columns.
    #[cfg(feature = "parquet")]
    Parquet(ColumnKinds),
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

    /// The names of the columns; none for objects and for what is copied.
    pub(super) fn columns(&self) -> Vec<&String> {
        match self {
            Self::Table(table) => table.names.iter().collect(),
            #[cfg(feature = "parquet")]
            Self::Parquet(kinds) => kinds.names().collect(),
            Self::Copied | Self::JsonLines | Self::JsonArray => Vec::new(),
        }
    }

    /// Checks what the names of the inputs tell about added fields: a file that is copied to `path` must be able to take them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unreadable`] names the first input that cannot.
    pub(super) fn check_fields(path: Option<&Path>, input: &Input) -> Result<()> {
        let target = path.map_or(ByName::Unknown, |path| OutputName::of(path).format());
        for (of_input, _) in input.cleaned() {
            let Some(format) = input.options().format.or_else(|| named(of_input)) else { continue };
            let is_plain =
                matches!(format, InputFormat::Text | InputFormat::Lines | InputFormat::Html | InputFormat::Warc);
            if is_plain && fit(target, of_input, format) == Fit::Same {
                let what = format!("is {format}, to which no field can be added");
                let remedy = "give the output the extension .jsonl, .json, .csv or .tsv".into();
                return Err(ErrorKind::Unreadable { path: of_input.to_path_buf(), what, remedy }.into());
            }
        }
        Ok(())
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
        let is_one_table = target == PARQUET && files.len() > 1;
        let is_copied = !is_one_table && files.iter().all(|file| fit(target, &file.path, file.format) == Fit::Same);
        #[cfg(feature = "parquet")]
        if target == PARQUET && !is_copied {
            return Ok(Self::Parquet(column_kinds(corpus, &files, stays)?));
        }
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

/// The name of a Parquet file: several of them are joined row by row.
const PARQUET: ByName = ByName::Known(InputFormat::Parquet);

/// The format that the name of an input tells.
fn named(path: &Path) -> Option<InputFormat> {
    match by_name(path) {
        ByName::Known(format) => Some(format),
        ByName::Json | ByName::Unknown | ByName::Part | ByName::Bare | ByName::Archive => None,
    }
}

fn check<'p>(path: &Path, files: impl Iterator<Item = (&'p Path, InputFormat)> + Clone) -> Result<()> {
    let target = OutputName::of(path).format();
    check_target(path, target)?;

    for (input, format) in files.clone() {
        if fit(target, input, format) == Fit::Never {
            let wanted = match target {
                ByName::Known(wanted) => wanted.name(),
                _ => "json",
            };
            let what = format!("would be {wanted}, into which {} ({format}) cannot be converted", input.display());
            let remedy = "give it the extension of the input, or .jsonl, .json, .csv, .tsv or .parquet";
            return refuse(path, &what, remedy);
        }
    }

    // Without a format in the name nothing is converted.
    let mut formats = files.clone().map(|(_, format)| format);
    let first = formats.next();
    if !matches!(target, ByName::Known(_) | ByName::Json) && formats.any(|format| Some(format) != first) {
        let what = "is one file without the extension of a format, and the inputs have several formats";
        return refuse(path, what, "name it .jsonl, .json, .csv, .tsv or .parquet");
    }

    // Only these are more than a sequence of records.
    let is_whole = |format: &InputFormat| format.is_whole_file() || format.is_table() && target != PARQUET;
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

/// Checks the name of an output that is compressed inside, or that this build cannot write.
fn check_target(path: &Path, target: ByName) -> Result<()> {
    let ByName::Known(format) = target else { return Ok(()) };
    if !format.is_table() {
        return Ok(());
    }

    if OutputName::of(path).compression() != Compression::None {
        let what = format!("is {format} that is compressed as a whole, which no program reads");
        return refuse(path, &what, "leave out the extension of the compression: the columns are compressed inside");
    }
    if cfg!(feature = "parquet") {
        return Ok(());
    }
    let (what, remedy) =
        (format!("is {format}, which this build does not write"), Remedy::Rebuild { feature: "parquet" });
    Err(ErrorKind::Output { path: path.to_owned(), what, remedy }.into())
}

/// What `format`, that of the input at `path`, has to become for an output of the format `target`.
fn fit(target: ByName, path: &Path, format: InputFormat) -> Fit {
    match target {
        ByName::Unknown | ByName::Part | ByName::Bare | ByName::Archive => Fit::Same,
        ByName::Known(target) if target == format => Fit::Same,
        ByName::Json if format == InputFormat::Json => Fit::Same,
        // Lines of text have no name of their own.
        ByName::Known(InputFormat::Text) if format == InputFormat::Lines => Fit::Same,
        // A file of lines with the name of a JSON file keeps its form.
        ByName::Json if format == InputFormat::JsonLines && by_name(path) == ByName::Json => Fit::Same,
        ByName::Json
        | ByName::Known(InputFormat::JsonLines | InputFormat::Csv | InputFormat::Tsv | InputFormat::Parquet) => {
            Fit::Converted
        }
        ByName::Known(_) => Fit::Never,
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
        #[cfg(feature = "parquet")]
        if file.is_table() {
            let of_file = input::table_names(file, corpus.options())?;
            check_distinct(file, &of_file)?;
            of_file.iter().for_each(|name| names.add(name));
            continue;
        }

        for document in file.records.clone().map(DocId::new).filter(|document| stays(*document)) {
            corpus.whole_fields(document, None)?.iter().for_each(|field| names.add(&field.name));
        }
    }
    Ok(names.list)
}

/// The columns of a Parquet file for the records that stay, in the order in which they occur first.
#[cfg(feature = "parquet")]
fn column_kinds(corpus: &Corpus, files: &[&InputFile], stays: &dyn Fn(DocId) -> bool) -> Result<ColumnKinds> {
    let mut kinds = ColumnKinds::default();
    for file in files {
        if let Some(header) = &file.header {
            check_distinct(file, &header.names)?;
            header.names.iter().for_each(|name| kinds.add(name, ColumnKind::Text));
            continue;
        }
        if file.is_table() {
            add_table(&mut kinds, corpus, file, stays)?;
            continue;
        }

        for document in file.records.clone().map(DocId::new).filter(|document| stays(*document)) {
            kinds.add_record(&corpus.whole_fields(document, None)?);
            check_width(file, &kinds)?;
        }
    }

    // A file without a row has the columns that every record has.
    if kinds.len() == 0 {
        for name in [&corpus.options().id_field, &corpus.options().text_field] {
            kinds.add(name, ColumnKind::Text);
        }
    }
    Ok(kinds)
}

/// Takes in the rows of a Parquet or Arrow file.
#[cfg(feature = "parquet")]
fn add_table(kinds: &mut ColumnKinds, corpus: &Corpus, file: &InputFile, stays: &dyn Fn(DocId) -> bool) -> Result<()> {
    let names = input::table_names(file, corpus.options())?;
    check_distinct(file, &names)?;
    names.iter().for_each(|name| kinds.add(name, ColumnKind::Missing));

    let fate = |row: usize| {
        if stays(DocId::new(file.records.start + row)) { RowFate::Stays } else { RowFate::Goes }
    };
    input::each_table_row(file, corpus.options(), &fate, &mut |_, object| {
        kinds.add_record(&row_fields(file, object)?);
        Ok(())
    })
}

/// The most columns of a Parquet file: each takes memory while it is written.
#[cfg(feature = "parquet")]
const MOST_COLUMNS: usize = 4000;

#[cfg(feature = "parquet")]
fn check_width(file: &InputFile, kinds: &ColumnKinds) -> Result<()> {
    if kinds.len() <= MOST_COLUMNS {
        return Ok(());
    }
    let what = format!("has more than {MOST_COLUMNS} different fields, and each is a column of Parquet");
    let remedy = "write .jsonl".into();
    Err(ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into())
}

/// The fields of a row of `file` that was made an object.
#[cfg(feature = "parquet")]
pub(super) fn row_fields(file: &InputFile, object: &[u8]) -> Result<Vec<WholeField>> {
    let failed = |what: String| {
        let what = format!("has a row that cannot be converted: {what}");
        let remedy = "write the output in the format of the input".into();
        Error::from(ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy })
    };
    let object = std::str::from_utf8(object).map_err(|_| failed("a text is not UTF-8".to_owned()))?;
    object_fields(object).map_err(failed)
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
