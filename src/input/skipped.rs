//! The files that a run does not read although they are in its directories or archives, and why.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::InputFormat;
use super::by_name::{ByName, by_name};

/// Why an entry of a directory or of an archive is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// The extension is that of no known format; without an extension, the content is none either.
    Unknown,
    /// A link to a directory.
    LinkedDirectory,
    /// A file that another program has not finished: `.part`, `.warc.gz.open`.
    Unfinished,
    /// A part of a WACZ that holds no archived pages.
    NoPages,
    /// A file about other files: `_SUCCESS`, check sums, CDX, `dataset_info.json`.
    Bookkeeping,
    /// The name begins with a dot. The content of such a directory is not counted.
    Hidden,
    /// The name begins with `README`.
    Readme,
    /// No regular file: a socket, pipe or device; in an archive, a link.
    Special,
}

impl SkipReason {
    /// Why the name of a file excludes it from the files of a directory; `None` if the file is read. `path` is its path
    /// below the directory. With a `format` that was asked for, the extension excludes none.
    #[must_use]
    pub fn in_directory(path: &Path, format: Option<InputFormat>) -> Option<Self> {
        let mut folders = path.parent().into_iter().flat_map(Path::iter);
        let of_folder = folders.find_map(|name| match reason_of_name(&name.to_string_lossy()) {
            reason @ Some(Self::Hidden | Self::Bookkeeping) => reason,
            _ => None,
        });

        let of_name = || path.file_name().and_then(|name| reason_of_name(&name.to_string_lossy()));
        let is_unknown = format.is_none() && by_name(path) == ByName::Unknown;
        of_folder.or_else(of_name).or_else(|| is_unknown.then_some(Self::Unknown))
    }

    /// The name in summaries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown extension",
            Self::LinkedDirectory => "link to a directory",
            Self::Unfinished => "unfinished",
            Self::NoPages => "no pages",
            Self::Bookkeeping => "bookkeeping",
            Self::Hidden => "hidden",
            Self::Readme => "README",
            Self::Special => "special",
        }
    }

    /// Whether the entry may hold documents, so that the user should hear of it.
    #[must_use]
    pub const fn is_surprising(self) -> bool {
        matches!(self, Self::Unknown | Self::LinkedDirectory | Self::Unfinished)
    }
}

/// The entries of directories and archives that are not read. Files that were named are never skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkippedFiles {
    entries: Vec<(PathBuf, SkipReason)>,
}

impl SkippedFiles {
    pub(super) fn push(&mut self, path: PathBuf, reason: SkipReason) {
        self.entries.push((path, reason));
    }

    /// The number of all skipped entries.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.entries.len() as u64
    }

    /// The number of skipped entries by reason.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<SkipReason, u64> {
        let mut counts = BTreeMap::new();
        for (_, reason) in &self.entries {
            *counts.entry(*reason).or_default() += 1;
        }
        counts
    }

    /// Each skipped entry and the reason, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, SkipReason)> {
        self.entries.iter().map(|(path, reason)| (path.as_path(), *reason))
    }
}

/// Why a file or directory with this name is skipped whatever it holds; `None` if it is not.
pub(super) fn reason_of_name(name: &str) -> Option<SkipReason> {
    if name.starts_with('.') {
        return Some(SkipReason::Hidden);
    }
    if name.starts_with("README") {
        return Some(SkipReason::Readme);
    }

    let lower = name.to_ascii_lowercase();
    if is_bookkeeping(name, &lower) {
        return Some(SkipReason::Bookkeeping);
    }
    is_unfinished(&lower).then_some(SkipReason::Unfinished)
}

/// Files and directories that describe other files.
fn is_bookkeeping(name: &str, lower: &str) -> bool {
    // Spark and Hadoop; what is in `_temporary` was never committed.
    let is_of_spark = ["_SUCCESS", "_temporary", "_metadata", "_common_metadata"].contains(&name)
        || ["_committed_", "_started_"].iter().any(|begin| name.starts_with(begin));
    // Systems that leave files of their own in directories and archives.
    let is_of_system = ["__macosx", "thumbs.db", "desktop.ini"].contains(&lower);
    // Hugging Face `datasets`, and WACZ that was unpacked.
    let is_description =
        ["dataset_info.json", "dataset_dict.json", "datapackage.json", "datapackage-digest.json"].contains(&lower);

    let uncompressed = lower.strip_suffix(".gz").unwrap_or(lower);
    let extension = uncompressed.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_sum = ["md5", "sha1", "sha256", "sha512", "crc", "sfv", "asc", "sig"].contains(&extension)
        || ["md5sums", "sha1sums", "sha256sums", "sha512sums"].contains(&lower);
    let is_index = ["cdx", "cdxj"].contains(&extension);

    is_of_spark || is_of_system || is_description || is_sum || is_index
}

/// Files that a program was writing when it stopped, or is writing now.
fn is_unfinished(lower: &str) -> bool {
    let extension = lower.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["open", "part", "partial", "tmp", "temp", "crdownload", "download", "incomplete"].contains(&extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_of_crawls_are_known_by_name() {
        for (name, reason) in [
            (".part-00000.crc", SkipReason::Hidden),
            ("README.md", SkipReason::Readme),
            ("_SUCCESS", SkipReason::Bookkeeping),
            ("_committed_8123", SkipReason::Bookkeeping),
            ("__MACOSX", SkipReason::Bookkeeping),
            ("Thumbs.db", SkipReason::Bookkeeping),
            ("a.warc.gz.md5", SkipReason::Bookkeeping),
            ("index.cdxj.gz", SkipReason::Bookkeeping),
            ("SHA256SUMS", SkipReason::Bookkeeping),
            ("a.warc.gz.open", SkipReason::Unfinished),
            ("b.jsonl.part", SkipReason::Unfinished),
        ] {
            assert_eq!(reason_of_name(name), Some(reason), "{name}");
        }
        for name in ["part-00000", "a.warc.gz", "state.jsonl", "cdx.txt", "خبر.txt", "open.jsonl"] {
            assert_eq!(reason_of_name(name), None, "{name}");
        }
    }
}
