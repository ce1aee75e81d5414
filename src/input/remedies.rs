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
pub(super) const MORE_MEMORY: Remedy =
    Remedy::Choose { purpose: "compress it anew with a smaller window, or allow more memory", parameter: "memory" };
pub(super) const BUILD_GZIP: Remedy = Remedy::Rebuild { feature: "gzip" };
pub(super) const BUILD_ZSTD: Remedy = Remedy::Rebuild { feature: "zstd" };
pub(super) const BUILD_XZ: Remedy = Remedy::Rebuild { feature: "xz" };
pub(super) const BUILD_BZIP2: Remedy = Remedy::Rebuild { feature: "bzip2" };
pub(super) const BUILD_PARQUET: Remedy = Remedy::Rebuild { feature: "parquet" };
pub(super) const BUILD_HTML: Remedy = Remedy::Rebuild { feature: "html" };
pub(super) const BUILD_WARC: Remedy = Remedy::Rebuild { feature: "warc" };

/// All of them, in the order in which their positions are stored: append only.
pub(super) static STORED: [Remedy; 16] = [
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
    MORE_MEMORY,
];

const fn advice(text: &'static str) -> Remedy {
    Remedy::Advice(std::borrow::Cow::Borrowed(text))
}
