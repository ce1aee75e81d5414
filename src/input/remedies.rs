//! The remedies for files that cannot be read at all.
//!
//! They are constants because a run that continues after an interruption stores the reason of each such file with the
//! position of its remedy in [`STORED`].

use crate::error::Remedy;

pub(super) const UNPACK_LZ4: Remedy = advice("decompress it first (lz4 -d)");
pub(super) const CONVERT_ARC: Remedy = advice("convert it to WARC (warcio recompress)");
pub(super) const GIVE_WHOLE: Remedy = advice("give it whole and as a plain file");
pub(super) const WRITE_ANEW: Remedy = advice("write it anew, or leave it out");
pub(super) const RENAME_COLUMNS: Remedy = advice("give every column that is read a name of its own");
pub(super) const NAME_ENCODING: Remedy =
    Remedy::Choose { purpose: "convert it to UTF-8, or name its encoding", parameter: "encoding" };
pub(super) const NAME_TEXT_COLUMN: Remedy =
    Remedy::Choose { purpose: "name the column that holds the text", parameter: "text_field" };
pub(super) const NAME_DELIMITER: Remedy = Remedy::Choose { purpose: "name the right one", parameter: "csv_delimiter" };
pub(super) const UNPACK: Remedy = advice("unpack it first");
pub(super) const UNPACK_7Z: Remedy = advice("unpack it first (7z x)");
pub(super) const UNPACK_RAR: Remedy = advice("unpack it first (unrar x)");
pub(super) const UNPACK_NESTED: Remedy = advice("unpack the outer archive first");
pub(super) const DECOMPRESS: Remedy = advice("decompress it first");
pub(super) const GIVE_DICTIONARY: Remedy = advice("decompress it first (zstd -d -D DICTIONARY)");
pub(super) const CONVERT_UTF32: Remedy = advice("convert it to UTF-8 first (iconv -f UTF-32 -t UTF-8)");
pub(super) const DROP_SEPARATORS: Remedy = advice("take its record separators out first (tr -d '\\036')");
pub(super) const FETCH_LFS: Remedy = advice("fetch the file itself first (git lfs pull)");
pub(super) const FETCH_AGAIN: Remedy =
    Remedy::Set { purpose: "fetch the file again, or read it as a page", settings: &[("input_format", "html")] };
pub(super) const CUT_CODE: Remedy = advice("cut off what stands before the JSON and behind it first");
pub(super) const EXTRACT_MESSAGES: Remedy = Remedy::Set {
    purpose: "write its texts as JSON Lines first, or read it as one text",
    settings: &[("input_format", "text")],
};
pub(super) const DECRYPT: Remedy = advice("unpack the archive with its password first");
pub(super) const GIVE_FILE: Remedy = advice("give it as a file that is not compressed");
pub(super) const PACK_ANEW: Remedy = advice("fetch or pack the archive anew");
pub(super) const EXTRACT_PDF: Remedy = advice("extract its text first (pdftotext)");
pub(super) const EXTRACT_TEXT: Remedy = advice("extract its text first, or leave it out");
pub(super) const SAVE_AS_TEXT: Remedy = advice("save it as plain text first");
pub(super) const SAVE_AS_CSV: Remedy = advice("save its sheets as CSV first");
pub(super) const EXTRACT_RECORDS: Remedy = Remedy::Set {
    purpose: "extract its texts as JSON Lines first, or read it as one text",
    settings: &[("input_format", "text")],
};
pub(super) const CONVERT_LINE_ENDS: Remedy = advice("convert its line ends first (tr '\\r' '\\n')");
pub(super) const EXPORT_TABLE: Remedy = advice("export its table as CSV first");
pub(super) const DECRYPT_FILE: Remedy = advice("decrypt it first");
pub(super) const EXPORT_SQLITE: Remedy = advice("export a table as CSV first (sqlite3 -header -csv)");
pub(super) const WRITE_PARQUET: Remedy = advice("write its texts as JSON Lines or Parquet first");
pub(super) const WRITE_PICKLE: Remedy = advice("write it from Python as JSON Lines or Parquet (pandas: to_parquet)");
pub(super) const LEAVE_OUT: Remedy = advice("leave it out");
pub(super) const BUILD_ARCHIVES: Remedy = Remedy::Rebuild { feature: "archives" };
pub(super) const MORE_MEMORY: Remedy = Remedy::Choose {
    purpose: "write it anew with smaller windows or pages, or allow more memory",
    parameter: "memory",
};
pub(super) const BUILD_GZIP: Remedy = Remedy::Rebuild { feature: "gzip" };
pub(super) const BUILD_ZSTD: Remedy = Remedy::Rebuild { feature: "zstd" };
pub(super) const BUILD_XZ: Remedy = Remedy::Rebuild { feature: "xz" };
pub(super) const BUILD_BZIP2: Remedy = Remedy::Rebuild { feature: "bzip2" };
pub(super) const BUILD_PARQUET: Remedy = Remedy::Rebuild { feature: "parquet" };
pub(super) const BUILD_HTML: Remedy = Remedy::Rebuild { feature: "html" };
pub(super) const BUILD_WARC: Remedy = Remedy::Rebuild { feature: "warc" };

/// All of them, in the order in which their positions are stored: append only.
pub(super) static STORED: [Remedy; 44] = [
    UNPACK_LZ4,
    CONVERT_ARC,
    GIVE_WHOLE,
    WRITE_ANEW,
    RENAME_COLUMNS,
    NAME_ENCODING,
    NAME_TEXT_COLUMN,
    NAME_DELIMITER,
    BUILD_GZIP,
    BUILD_ZSTD,
    BUILD_XZ,
    BUILD_BZIP2,
    BUILD_PARQUET,
    BUILD_HTML,
    BUILD_WARC,
    UNPACK,
    UNPACK_7Z,
    UNPACK_RAR,
    UNPACK_NESTED,
    DECOMPRESS,
    DECRYPT,
    GIVE_FILE,
    PACK_ANEW,
    EXTRACT_PDF,
    EXTRACT_TEXT,
    SAVE_AS_TEXT,
    SAVE_AS_CSV,
    EXPORT_SQLITE,
    WRITE_PARQUET,
    WRITE_PICKLE,
    LEAVE_OUT,
    BUILD_ARCHIVES,
    MORE_MEMORY,
    EXPORT_TABLE,
    DECRYPT_FILE,
    EXTRACT_RECORDS,
    CONVERT_LINE_ENDS,
    GIVE_DICTIONARY,
    CONVERT_UTF32,
    DROP_SEPARATORS,
    FETCH_LFS,
    FETCH_AGAIN,
    CUT_CODE,
    EXTRACT_MESSAGES,
];

const fn advice(text: &'static str) -> Remedy {
    Remedy::Advice(std::borrow::Cow::Borrowed(text))
}
