//! What the name of a file announces.

use std::ffi::OsStr;
use std::path::Path;

use super::InputFormat;

/// What a file's name announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByName {
    Known(InputFormat),
    /// `.json`: JSON Lines if the content is.
    Json,
    /// An archive, whose members are read.
    Archive,
    /// A part of the output of Hadoop or Spark, whose content tells the format.
    Part,
    /// No extension, or that of a page which a program on a server makes: the content tells.
    Bare,
    Unknown,
}

/// What a file's name announces, before the extension of a compression if there is one.
pub(crate) fn by_name(path: &Path) -> ByName {
    let Some(name) = path.file_name().map(OsStr::to_string_lossy) else { return ByName::Unknown };
    let name = name.to_ascii_lowercase();
    if is_archive_name(&name) {
        return ByName::Archive;
    }
    let name = without_compression(&name);

    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("jsonl" | "ndjson" | "jl" | "jsonlines" | "ldjson") => ByName::Known(InputFormat::JsonLines),
        Some("json") => ByName::Json,
        // Other delimiters than the comma are found in the header.
        Some("csv" | "psv") => ByName::Known(InputFormat::Csv),
        Some("tsv" | "tab") => ByName::Known(InputFormat::Tsv),
        Some("parquet" | "pq") => ByName::Known(InputFormat::Parquet),
        Some("arrow" | "feather") => ByName::Known(InputFormat::Arrow),
        Some("txt" | "text") => ByName::Known(InputFormat::Text),
        Some("warc" | "wet") => ByName::Known(InputFormat::Warc),
        Some("html" | "htm" | "xhtml") => ByName::Known(InputFormat::Html),
        // Pages of servers, as a mirror of a site has them: `article.php?id=5`. Their content tells whether they are pages.
        Some(extension) if is_server_page(extension) => ByName::Bare,
        _ if is_part(name) => ByName::Part,
        None => ByName::Bare,
        Some(_) => ByName::Unknown,
    }
}

/// Whether a file with this name holds records of a format, compressed or not.
pub(crate) fn announces_records(path: &Path) -> bool {
    matches!(by_name(path), ByName::Known(_) | ByName::Json)
}

/// Whether a file with this name is an archive of files.
pub(crate) fn announces_archive(path: &Path) -> bool {
    by_name(path) == ByName::Archive
}

/// A name in lower case without the extension of a compression.
fn without_compression(name: &str) -> &str {
    [".gz", ".zst", ".bz2", ".xz"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}

/// Whether an extension, maybe with the query behind it, is that of a page which a program on a server makes.
fn is_server_page(extension: &str) -> bool {
    let end = extension.find(['?', '@', '&']).unwrap_or(extension.len());
    let pages = ["php", "php3", "php5", "phtml", "asp", "aspx", "jsp", "jspx", "cfm", "cgi", "shtml", "do"];
    extension.get(..end).is_some_and(|extension| pages.contains(&extension))
}

/// Whether a name is that of a part: `part-00000`, `part-r-00000`, `part-00000-UUID-c000`.
fn is_part(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("part-") else { return false };
    let rest = rest.strip_prefix("r-").or_else(|| rest.strip_prefix("m-")).unwrap_or(rest);
    rest.starts_with(|first: char| first.is_ascii_digit())
}

/// Whether a name, in lower case, is that of an archive whose members are read.
fn is_archive_name(name: &str) -> bool {
    let name = without_compression(name);
    [".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".zip", ".wacz"].iter().any(|suffix| name.ends_with(suffix))
}
