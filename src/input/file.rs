//! One file of the input, as a corpus describes it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::csv::CsvHeader;
use super::held::PlainFile;
use super::utf16::ByteOrder;
use super::{Compression, InputFormat};

/// An index into [`Corpus::files`](super::Corpus::files).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(super) u32);

impl FileId {
    /// The index as a number.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// How JSON values stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonLayout {
    /// In an array, or in several.
    Array,
    /// One after the other.
    Sequence,
}

/// One file of the input.
#[non_exhaustive]
pub struct InputFile {
    /// As it was named or found, `-` for standard input.
    pub path: Arc<Path>,
    /// The path below the directory that was named; of a file that was named itself, its name.
    pub relative: Arc<Path>,
    /// Its format.
    pub format: InputFormat,
    /// Its compression.
    pub compression: Compression,
    /// The places of its records in the input.
    pub records: Range<usize>,
    /// Whether it begins with a byte order mark. In plain text the mark belongs to the record's raw bytes; in JSON
    /// Lines it precedes the first record and belongs to none.
    pub bom: bool,
    /// UTF-16 that is read as UTF-8, and written as it was.
    pub(crate) wide: Option<ByteOrder>,
    /// JSON: how its values stand.
    pub(crate) layout: Option<JsonLayout>,
    /// Where its bytes are read again, unless they are kept.
    pub(super) plain: Option<Arc<PlainFile>>,
    /// A member of an archive: the path of the archive below the directory that was named.
    pub(super) archive: Option<Arc<Path>>,
    /// Whether nothing of it can be read: its only record is a reject.
    pub(crate) is_failed: bool,
    /// CSV: its header.
    pub(crate) header: Option<Arc<CsvHeader>>,
    /// Parquet and Arrow: the file, from which whole rows are copied.
    pub(super) table: Option<Arc<PlainFile>>,
}

impl InputFile {
    /// Its path below a directory to which all of the input is written: that of a member is in a folder with the name of
    /// its archive.
    pub(crate) fn output_path(&self) -> Cow<'_, Path> {
        let in_archive = self.archive.as_ref().and_then(|archive| place_of(&self.relative, archive));
        in_archive.map_or(Cow::Borrowed(&*self.relative), Cow::Owned)
    }

    /// Whether it is Parquet or Arrow that could be opened, so that whole rows can be copied from it.
    pub(crate) fn is_table(&self) -> bool {
        self.table.is_some()
    }
}

impl fmt::Debug for InputFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InputFile")
            .field("path", &self.path)
            .field("format", &self.format)
            .field("compression", &self.compression)
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}

/// The path of a member of `archive` below a directory to which all of it is written; `None` if `relative` is not one
/// of its members.
fn place_of(relative: &Path, archive: &Path) -> Option<PathBuf> {
    let bytes = relative.as_os_str().as_encoded_bytes().strip_prefix(archive.as_os_str().as_encoded_bytes())?;
    // Names of members are shown in UTF-8.
    let member = std::str::from_utf8(bytes.strip_prefix(b"!")?).ok()?;
    Some(archive.join(member))
}
