//! Whole rows of Parquet and Arrow files, for writing them in another format.

use super::arrow::ArrowKept;
use super::parquet::{KeptPiece, KeptRows, ParquetKept, RowFate, guard, objects};
use super::{InputFile, InputFormat, InputOptions};
use crate::error::{Error, ErrorKind, Result};

/// The rows of a table that are kept.
enum TableRows<'a> {
    Parquet(ParquetKept<'a>),
    Arrow(ArrowKept<'a>),
}

impl<'a> TableRows<'a> {
    /// Begins to read `file` again; `None` if it could not be opened the first time.
    fn open(
        file: &'a InputFile,
        options: &InputOptions,
        fate: &'a dyn Fn(usize) -> RowFate,
    ) -> std::result::Result<Option<Self>, String> {
        match file.format {
            InputFormat::Arrow => Ok(ArrowKept::open(file, options, fate)?.map(Self::Arrow)),
            _ => Ok(ParquetKept::open(file, options, fate)?.map(Self::Parquet)),
        }
    }

    fn schema(&self) -> &arrow_schema::SchemaRef {
        match self {
            Self::Parquet(kept) => kept.schema(),
            Self::Arrow(kept) => kept.schema(),
        }
    }

    fn next(&mut self) -> std::result::Result<Option<KeptRows>, String> {
        match self {
            Self::Arrow(kept) => kept.next(),
            Self::Parquet(kept) => loop {
                match kept.next()? {
                    None => return Ok(None),
                    Some(KeptPiece::Rows(rows)) => return Ok(Some(rows)),
                    Some(KeptPiece::GroupEnd) => {}
                }
            },
        }
    }
}

/// The names of the columns of a Parquet or Arrow file; empty if it could not be opened.
///
/// # Errors
///
/// The file cannot be read again; a column has a type that other formats have no form for.
pub(crate) fn table_names(file: &InputFile, options: &InputOptions) -> Result<Vec<String>> {
    let stays = |_: usize| RowFate::Stays;
    let Some(rows) = TableRows::open(file, options, &stays).map_err(|what| failed(file, &what))? else {
        return Ok(Vec::new());
    };

    let fields = rows.schema().fields();
    objects::check(fields).map_err(|what| {
        let what = format!("{what}, which no other format can hold");
        let remedy = "write the output in the format of the input, or write the column anew as text".into();
        Error::from(ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy })
    })?;
    Ok(fields.iter().map(|field| field.name().clone()).collect())
}

/// Calls `take` with each row of a Parquet or Arrow file that is kept: its place in the file, from 0, and all of its columns as a
/// JSON object in one line. `fate` decides on each row; `options` are those with which the file was read.
///
/// # Errors
///
/// The file cannot be read again, or has changed; a column that was not read before is damaged; the errors of `take`.
pub(crate) fn each_table_row(
    file: &InputFile,
    options: &InputOptions,
    fate: &dyn Fn(usize) -> RowFate,
    take: &mut dyn FnMut(usize, &[u8]) -> Result<()>,
) -> Result<()> {
    let opened = TableRows::open(file, options, fate).map_err(|what| failed(file, &what))?;
    let Some(mut table) = opened else { return Ok(()) };

    let mut object = Vec::new();
    while let Some(kept) = table.next().map_err(|what| failed(file, &what))? {
        for (place, row) in kept.rows.iter().enumerate() {
            object.clear();
            guard(|| objects::write(&kept.batch, place, &mut object)).map_err(|what| failed(file, &what))?;
            take(*row, &object)?;
        }
    }
    Ok(())
}

fn failed(file: &InputFile, what: &str) -> Error {
    let what = format!("cannot be read again: {what}");
    let remedy = "write the file anew, or leave it out".into();
    ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into()
}
