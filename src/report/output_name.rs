//! What the name of an output says: its format, its compression, whether it is a directory, whether it is a path at all.

use std::io;
use std::path::Path;

use super::source_graph::GraphFormat;
use super::style::ReportFormat;
use crate::error::{Error, ErrorKind, Result};
pub use crate::input::is_address;
use crate::input::{ByName, Compression, InputFormat, announces_records, by_name};

/// The name of an output. `-`, standard output, has neither format nor compression.
#[derive(Debug, Clone, Copy)]
pub struct OutputName<'a>(&'a Path);

/// Extensions of files and compressions that no output has, in words. Archives are named by [`ByName`].
const UNWRITTEN: [(&[&str], &str); 12] = [
    (&["br", "lz4", "lzma", "sz", "snappy", "z", "zz"], "a compression that is not written"),
    (&["xlsx", "xls", "ods"], "a workbook, which is not written"),
    (&["docx", "doc", "odt", "rtf", "pdf", "epub", "pptx"], "a document, which is not written"),
    (&["7z", "rar"], "an archive, which is not written"),
    (&["xml"], "an XML file, which is not written"),
    (&["yaml", "yml"], "a YAML file, which is not written"),
    (&["db", "sqlite", "sqlite3"], "a database, which is not written"),
    (&["avro"], "an Avro file, which is not written"),
    (&["orc"], "an ORC file, which is not written"),
    (&["pkl", "pickle"], "a pickle, which is not written"),
    (&["npy", "npz"], "a NumPy array, which is not written"),
    (&["h5", "hdf5"], "an HDF5 file, which is not written"),
];

impl<'a> OutputName<'a> {
    /// The name of the output at `path`.
    #[must_use]
    pub const fn of(path: &'a Path) -> Self {
        Self(path)
    }

    /// What the last extension names, if it is a kind of file or a compression that no output has; in words.
    pub(crate) fn unwritten(self) -> Option<&'static str> {
        let extension = self.0.extension()?.to_string_lossy().to_ascii_lowercase();
        UNWRITTEN.iter().find(|(extensions, _)| extensions.contains(&&*extension)).map(|(_, what)| *what)
    }

    /// Whether it is standard output.
    #[must_use]
    pub fn is_stream(self) -> bool {
        self.0.as_os_str() == "-"
    }

    /// Whether it names a directory: it ends with a separator, or there is a directory at the path.
    #[must_use]
    pub fn is_directory(self) -> bool {
        let text = self.0.to_string_lossy();
        text.ends_with(std::path::is_separator) || !self.is_stream() && self.0.is_dir()
    }

    /// The compression that the last extension names: `.gz`, `.zst`, `.bz2` or `.xz`, in letters of any case.
    #[must_use]
    pub fn compression(self) -> Compression {
        let extension = self.0.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        match extension.as_deref() {
            Some("gz") => Compression::Gzip,
            Some("zst") => Compression::Zstd,
            Some("bz2") => Compression::Bzip2,
            Some("xz") => Compression::Xz,
            _ => Compression::None,
        }
    }

    /// The format that the extension before that of a compression names.
    pub(crate) fn format(self) -> ByName {
        if self.is_stream() { ByName::Unknown } else { by_name(self.0) }
    }

    /// Whether an extension tells the format or the compression, so that this is the name of a file.
    pub(crate) fn is_file(self) -> bool {
        announces_records(self.0) || self.compression() != Compression::None
    }

    /// The format of a report with this name; `None` if the name has no extension of a known format.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] if reports do not have the format that the extension names, as for Parquet.
    pub fn report_format(self) -> Result<Option<ReportFormat>> {
        Ok(Some(match self.format() {
            ByName::Unknown | ByName::Part | ByName::Bare | ByName::Archive => return Ok(None),
            ByName::Json => ReportFormat::Json,
            ByName::Known(InputFormat::JsonLines) => ReportFormat::Jsonl,
            ByName::Known(InputFormat::Tsv) => ReportFormat::Tsv,
            ByName::Known(InputFormat::Csv) => ReportFormat::Csv,
            ByName::Known(InputFormat::Text) => ReportFormat::Text,
            ByName::Known(other) => {
                let what = format!("has the name of a {other} file, and no report has that format");
                return Err(self.refused(what, "name it .txt, .json, .jsonl, .tsv or .csv"));
            }
        }))
    }

    /// The format of a list of records with this name: JSON Lines if the name has no extension of a known format.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] if lists do not have the format that the extension names.
    pub fn list_format(self) -> Result<ReportFormat> {
        match self.report_format()? {
            None => Ok(ReportFormat::Jsonl),
            Some(ReportFormat::Text) => {
                let what = "has the name of a text file, and lists of records are tables or JSON".to_owned();
                Err(self.refused(what, "name it .jsonl, .json, .tsv or .csv"))
            }
            Some(format) => Ok(format),
        }
    }

    /// The format of a graph with this name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] if it has no extension of a graph.
    pub fn graph_format(self) -> Result<GraphFormat> {
        let name = self.0.file_name().map_or_else(String::new, |name| name.to_string_lossy().to_ascii_lowercase());
        let plain = [".gz", ".zst", ".bz2", ".xz"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
        match plain.rsplit_once('.') {
            Some((_, "csv")) => Ok(GraphFormat::Csv),
            Some((_, "graphml")) => Ok(GraphFormat::GraphMl),
            _ => Err(self.refused("has not the name of a graph".to_owned(), "name it .csv or .graphml")),
        }
    }

    /// Checks that the name does not ask for another format than JSON, the only one that the output has.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] if it has the extension of another format.
    pub fn check_json(self) -> Result<()> {
        match self.format() {
            ByName::Known(other) if other != InputFormat::JsonLines => {
                let what = format!("has the name of a {other} file, and a summary is JSON");
                Err(self.refused(what, "name it .json"))
            }
            _ => Ok(()),
        }
    }

    /// Checks that the name does not ask for another format than HTML, which a report for people has.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] if it has the extension of another format.
    pub fn check_html(self) -> Result<()> {
        let what = match self.format() {
            ByName::Known(InputFormat::Html) | ByName::Unknown | ByName::Part | ByName::Bare => return Ok(()),
            ByName::Known(other) => format!("has the name of a {other} file, and a report is HTML"),
            ByName::Json => "has the name of a JSON file, and a report is HTML".to_owned(),
            ByName::Archive => "has the name of an archive, and a report is one HTML file".to_owned(),
        };
        Err(self.refused(what, "name it .html"))
    }

    /// Checks, before anything is computed, that a file of this name can be written: it is no address of another
    /// machine, no directory, and this build has its compression.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] if it cannot.
    pub fn check_file(self) -> Result<()> {
        refuse_address(self.0)?;
        self.check_sent()
    }

    /// As [`check_file`](Self::check_file), but the name may be an address, for a caller with an
    /// [`OutputStore`](super::OutputStore).
    ///
    /// # Errors
    ///
    /// As [`check_file`](Self::check_file), without that of addresses.
    pub fn check_sent(self) -> Result<()> {
        if self.is_directory() {
            return Err(self.refused("is a directory".to_owned(), "give the path of a file"));
        }
        self.check_written()?;
        self.check_compression()
    }

    /// Checks that the name does not ask for a kind of file or a compression that no output has.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] names it.
    pub(crate) fn check_written(self) -> Result<()> {
        let Some(what) = self.unwritten() else { return Ok(()) };
        let remedy =
            "name it .jsonl, .json, .csv, .tsv, .txt or .parquet, with .gz, .zst, .bz2 or .xz behind it or without";
        Err(self.refused(format!("has the name of {what}"), remedy))
    }

    /// Checks that this build has the compression that the name asks for.
    pub(crate) fn check_compression(self) -> Result<()> {
        // A compressor that the build lacks fails when it is made.
        self.compression().writer(io::sink()).map(drop).map_err(|source| Error::io("write", self.0, source))
    }

    fn refused(self, what: String, remedy: &'static str) -> Error {
        ErrorKind::Output { path: self.0.to_owned(), what, remedy: remedy.into() }.into()
    }
}

/// Refuses an output that is an address of another machine, such as `s3://bucket/clean.jsonl`: it would become a local
/// directory `s3:`.
///
/// # Errors
///
/// [`ErrorKind::Output`] if `path` begins with a URL scheme.
pub fn refuse_address(path: &Path) -> Result<()> {
    if is_address(path) { Err(refused_address(path)) } else { Ok(()) }
}

/// The error for an output that is an address.
pub(super) fn refused_address(path: &Path) -> Error {
    let what = "is an address, not a path: mukarrar writes files".to_owned();
    let remedy = "write a file, then copy it there".into();
    ErrorKind::Output { path: path.to_owned(), what, remedy }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_format_and_compression() {
        let report = |name: &str| OutputName::of(Path::new(name)).report_format();
        let table = [
            ("x.json", Some(ReportFormat::Json)),
            ("d/X.JSONL.GZ", Some(ReportFormat::Jsonl)),
            ("x.ndjson.zst", Some(ReportFormat::Jsonl)),
            ("x.csv.gz", Some(ReportFormat::Csv)),
            ("x.tsv", Some(ReportFormat::Tsv)),
            ("x.txt.xz", Some(ReportFormat::Text)),
            ("x", None),
            ("x.out", None),
            ("-", None),
        ];
        for (name, expected) in table {
            assert_eq!(report(name).unwrap(), expected, "{name}");
        }
        assert!(report("x.parquet").is_err() && report("x.warc.gz").is_err());
        for (name, is_written) in
            [("x.jsonl.lz4", false), ("x.XLSX", false), ("x.db", false), ("x.jsonl", true), ("br", true)]
        {
            assert_eq!(OutputName::of(Path::new(name)).check_file().is_ok(), is_written, "{name}");
        }
        let compression = |name: &str| OutputName::of(Path::new(name)).compression();
        assert_eq!((compression("a.csv.GZ"), compression("a.gz.csv")), (Compression::Gzip, Compression::None));
    }

    #[test]
    fn addresses_are_no_paths() {
        for address in ["s3://bucket/x.jsonl", "gs://b/", "https://example.org/x", "hf://datasets/a/b", "FILE:///x"] {
            assert!(refuse_address(Path::new(address)).is_err(), "{address}");
        }
        for path in ["a/b.jsonl", "a:/b", "./s3:/x", "a b://c", "1s://x", "://x", "x/y://z"] {
            assert!(!is_address(Path::new(path)), "{path}");
        }
    }
}
