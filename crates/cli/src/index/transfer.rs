//! `mukarrar index snapshot`, `export`, `import` and `merge`: copy an index, and move texts between indexes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::DirectoryArgs;
use super::opening::{limited, open_existing};
use crate::addresses;
use crate::console::{Console, stdout_error};
use crate::exit::Exit;
use crate::finish;
use mukarrar::Index;
use mukarrar::error::{Error, ErrorKind, Result};
use mukarrar::index::{IndexBuilder, MergeStats};
use mukarrar::input::{CompressionOptions, decompressed};
use mukarrar::report::output::{self, Outputs};
use mukarrar::report::output_name::OutputName;
use mukarrar::wording::counted;

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The directory of the index.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Write to this file; it appears only when complete. - is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-", help_heading = "Showing")]
    output: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotArgs {
    /// The directory of the index.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The new directory. It appears only when complete.
    #[arg(value_name = "NEW")]
    target: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    index: DirectoryArgs,
    /// A file written by `export`, or - for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    #[command(flatten)]
    index: DirectoryArgs,
    /// The directory of the other index, which is not changed.
    #[arg(value_name = "OTHER")]
    other: PathBuf,
}

pub(super) fn snapshot(arguments: &SnapshotArgs, console: &Console) -> Result<Exit> {
    let SnapshotArgs { directory, target } = arguments;
    let made = Index::snapshot(directory, target)?;

    let (linked, copied) = (made.linked_files, made.copied_files);
    console.note(&format!(
        "{}: {}, as of commit {}; {} shared, {copied} copied",
        target.display(),
        counted(made.documents, "document", "documents"),
        made.commit,
        counted(linked, "run file", "run files")
    ));
    Ok(Exit::Done)
}

pub(super) fn export(arguments: &ExportArgs, console: &Console) -> Result<Exit> {
    refuse_inside_index(&arguments.output, &arguments.directory)?;
    let index = Index::builder().open_read_only(&arguments.directory)?;

    if arguments.output.as_os_str() != "-" {
        OutputName::of(&arguments.output).check_sent()?;
    }

    let mut outputs = addresses::outputs(CompressionOptions::default());
    let count = if arguments.output.as_os_str() == "-" {
        export_to_stdout(&index, console)?
    } else {
        export_to_file(&index, &arguments.output, &mut outputs)?
    };
    outputs.commit()?;

    console.note(&format!("exported {count}"));
    Ok(Exit::Done)
}

fn export_to_stdout(index: &Index, console: &Console) -> Result<u64> {
    let mut count = 0;
    console.print(|out| {
        count = index.export(out).map_err(as_stdout_error)?;
        Ok(())
    })?;
    Ok(count)
}

fn export_to_file(index: &Index, path: &Path, outputs: &mut Outputs) -> Result<u64> {
    // The writer returns an `io::Error`; the result keeps the error of the index as it is.
    let mut result = Ok(0);
    finish::write_file(path, outputs, |out| {
        result = index.export(out);
        Ok(())
    })?;
    result
}

/// Makes a closed pipe during an export an error of standard output, which is no failure of the command.
fn as_stdout_error(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe => {
            stdout_error(io::ErrorKind::BrokenPipe.into())
        }
        _ => error,
    }
}

pub(super) fn import(arguments: &ImportArgs, console: &Console) -> Result<Exit> {
    let ImportArgs { index: directory, file } = arguments;
    let mut input = open_export(file)?;

    // The first line has the settings, with which a new index is made; then it is imported like the others.
    let mut first = String::new();
    input.read_line(&mut first).map_err(|source| Error::io("read", file, source))?;
    let index = if directory.directory.join("index.json").exists() {
        open_existing(directory, console)?
    } else {
        limited(IndexBuilder::of_export(&first)?, directory).open(&directory.directory)?
    };

    let merged = index.import(&mut io::Cursor::new(first).chain(input))?;
    index.close()?;
    show_merged(&merged, console);
    Ok(Exit::Done)
}

/// Opens a file for import. Standard input is first copied to a temporary file, so that all of it is there before an index
/// is made.
fn open_export(file: &Path) -> Result<Box<dyn BufRead>> {
    if file.as_os_str() != "-" {
        let opened = File::open(file).map_err(|source| Error::io("read", file, source))?;
        return Ok(Box::new(BufReader::new(plain(Box::new(opened), file)?)));
    }

    let mut copy = tempfile::tempfile().map_err(|source| Error::io("write", "a temporary file", source))?;
    io::copy(&mut io::stdin().lock(), &mut copy).map_err(|source| Error::io("read", "-", source))?;
    copy.rewind().map_err(|source| Error::io("read", "a temporary file", source))?;
    Ok(Box::new(BufReader::new(plain(Box::new(copy), file)?)))
}

/// The bytes of an export, which may be compressed.
fn plain(bytes: Box<dyn Read + Send>, path: &Path) -> Result<Box<dyn Read + Send>> {
    decompressed(bytes).map_err(|source| Error::io("read", path, source))
}

pub(super) fn merge(arguments: &MergeArgs, console: &Console) -> Result<Exit> {
    let other = Index::builder().open_read_only(&arguments.other)?;
    let index = open_existing(&arguments.index, console)?;

    let merged = index.merge(&other)?;
    index.close()?;
    show_merged(&merged, console);
    Ok(Exit::Done)
}

fn show_merged(merged: &MergeStats, console: &Console) {
    let MergeStats { inserted, duplicates, keys_known, .. } = merged;
    console.note(&format!("inserted {inserted}, duplicates {duplicates}, keys known {keys_known}"));
}

/// Refuses to write an output among the files of an index.
pub(super) fn refuse_inside_index(output: &Path, index: &Path) -> Result<()> {
    if output.as_os_str() == "-" {
        return Ok(());
    }
    output::outside(output, index)
}
