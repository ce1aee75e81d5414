//! Opening: from a found file to its bytes, its format and its rows.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::compression::{self, Compression, Decompressed, Failure};
use super::corpus::{Bytes, InputFile, Row};
use super::files::{self, ByName, Found};
use super::json_lines;
use super::reject::Reason;
use super::text::BOM;
use super::{Format, InputOptions, json};
use crate::error::{Error, ErrorKind, Result};

/// More records than this cannot be numbered.
const MAX_RECORDS: usize = u32::MAX as usize - 1;

/// Files as they are opened, and the rows of all of them.
pub(super) struct Opener<'o> {
    pub(super) options: &'o InputOptions,
    pub(super) files: Vec<InputFile>,
    pub(super) rows: Vec<Row>,
}

impl Opener<'_> {
    /// Opens one file.
    ///
    /// # Errors
    /// A file that was named cannot be opened, or this build cannot decompress it; there are too many records. A file
    /// found in a directory becomes a reject instead.
    pub(super) fn file(&mut self, found: Found) -> Result<()> {
        let Found { path, relative, named, broken } = found;
        if let Some(what) = broken {
            return self.reject(path, relative, Reason::Unreadable { what });
        }
        match load(&path) {
            Ok(content) => self.content(path, relative, content),
            Err(failure) if named => Err(fatal(path, failure)),
            Err(failure) => self.reject(path, relative, Reason::Unreadable { what: describe(failure) }),
        }
    }

    /// Opens a stream.
    ///
    /// # Errors
    /// As [`file`](Self::file) for a file that was named.
    pub(super) fn stream(&mut self, path: PathBuf, reader: impl Read) -> Result<()> {
        match compression::read_all(reader) {
            Ok(content) => self.content(path.clone(), path, content),
            Err(failure) => Err(fatal(path, failure)),
        }
    }

    /// Adds one text held in memory, under its id.
    pub(super) fn text(&mut self, id: &str, text: String) {
        let start = self.rows.len();
        self.rows.push(Row::new(0, text.len(), 0));
        self.files.push(InputFile {
            path: Arc::from(Path::new(id)),
            relative: PathBuf::from(id),
            format: Format::Text,
            compression: Compression::None,
            records: start..start + 1,
            bom: false,
            bytes: Bytes::from(text.into_bytes()),
            failure: None,
        });
    }

    /// Adds a file that gives nothing but one reject.
    fn reject(&mut self, path: PathBuf, relative: PathBuf, reason: Reason) -> Result<()> {
        let content = Decompressed { bytes: Vec::new(), compression: Compression::None, damage: None };
        let start = self.rows.len();
        self.rows.push(Row::new(0, 0, 0));
        self.add(path, relative, Format::Text, content, start, Some(reason))
    }

    fn content(&mut self, path: PathBuf, relative: PathBuf, mut content: Decompressed) -> Result<()> {
        let start = self.rows.len();
        let damage = content.damage.take().map(|error| Reason::Damaged { what: error.to_string() });
        let (format, misfit) = self.format(&path, &content.bytes);
        let failure = match (misfit, format) {
            (Some(found), _) => {
                self.rows.push(Row::new(0, content.bytes.len(), 0));
                Some(Reason::NotJsonLines { found })
            }
            (None, Format::JsonLines) => {
                self.lines(&path, &content.bytes, damage.is_some())?;
                damage
            }
            (None, Format::Text) => {
                self.rows.push(Row::new(0, content.bytes.len(), 0));
                damage
            }
        };
        self.add(path, relative, format, content, start, failure)
    }

    /// Appends the rows of JSON Lines. Of a damaged file, the last row is what stands after the last line end.
    fn lines(&mut self, path: &Path, bytes: &[u8], damaged: bool) -> Result<()> {
        let whole = if damaged { memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1) } else { bytes.len() };
        let begin = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        let last = json_lines::split(bytes.get(..whole).unwrap_or_default(), begin.min(whole), &mut self.rows);
        let last = last.ok_or_else(|| ErrorKind::Unreadable {
            path: path.to_owned(),
            what: format!("more than {} lines", u32::MAX),
            remedy: "split the file".to_owned(),
        })?;
        if damaged {
            self.rows.push(Row::new(whole, bytes.len() - whole, last));
        }
        Ok(())
    }

    fn add(
        &mut self,
        path: PathBuf,
        relative: PathBuf,
        format: Format,
        content: Decompressed,
        start: usize,
        failure: Option<Reason>,
    ) -> Result<()> {
        if self.rows.len() > MAX_RECORDS {
            return Err(Error::parameter("INPUT", path.display(), format!("at most {MAX_RECORDS} records in one run")));
        }
        self.files.push(InputFile {
            path: Arc::from(path),
            relative,
            format,
            compression: content.compression,
            records: start..self.rows.len(),
            bom: content.bytes.starts_with(BOM),
            bytes: Bytes::from(content.bytes),
            failure,
        });
        Ok(())
    }

    /// The format of a file, and for a `.json` file what else than JSON Lines it holds.
    fn format(&self, path: &Path, bytes: &[u8]) -> (Format, Option<&'static str>) {
        if let Some(format) = self.options.format {
            return (format, None);
        }
        match files::by_name(path.file_name().unwrap_or_default()) {
            ByName::Known(format) => (format, None),
            ByName::Json => (Format::JsonLines, json_misfit(bytes)),
            ByName::Unknown => (by_content(bytes), None),
        }
    }
}

/// JSON Lines begin with `{`; so does an input without any content, which then has no records. All else is text.
fn by_content(bytes: &[u8]) -> Format {
    match first_byte(bytes) {
        Some(b'{') | None => Format::JsonLines,
        Some(_) => Format::Text,
    }
}

/// What a `.json` file holds, if not JSON Lines: its first line must be a JSON value by itself, and no array.
fn json_misfit(bytes: &[u8]) -> Option<&'static str> {
    match first_byte(bytes)? {
        b'[' => return Some("a JSON array"),
        b'{' => {}
        _ => return Some("something else than JSON objects"),
    }
    let start = content_start(bytes);
    let line = bytes.get(start..json_lines::end_of_line(bytes, start))?;
    // A first line that is wrong in itself is rejected as a line; here only an object over several lines matters.
    let several = bytes.len() > start + line.len() + 2;
    let open = std::str::from_utf8(line)
        .is_ok_and(|line| json::scan(line, |_, _| {}).is_err_and(|invalid| invalid.unfinished));
    (several && open).then_some("JSON spread over several lines")
}

fn first_byte(bytes: &[u8]) -> Option<u8> {
    bytes.get(content_start(bytes)).copied()
}

/// Where the first byte stands that is neither of the byte order mark nor white space.
fn content_start(bytes: &[u8]) -> usize {
    let rest = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    bytes.len() - rest.len() + blank
}

fn load(path: &Path) -> std::result::Result<Decompressed, Failure> {
    if path.as_os_str() == files::STDIN {
        return compression::read_all(io::stdin().lock());
    }
    compression::read_all(File::open(path).map_err(Failure::Io)?)
}

fn fatal(path: PathBuf, failure: Failure) -> Error {
    match failure {
        Failure::Io(error) => Error::io("read", path, error),
        Failure::Unsupported(unsupported) => {
            ErrorKind::Unreadable { path, what: unsupported.what.to_owned(), remedy: unsupported.remedy.to_owned() }
                .into()
        }
    }
}

fn describe(failure: Failure) -> String {
    match failure {
        Failure::Io(error) => error.to_string(),
        Failure::Unsupported(unsupported) => format!("{}; {}", unsupported.what, unsupported.remedy),
    }
}
