//! From bytes to records: files, directories, standard input; JSON, CSV, TSV, Parquet, Arrow, plain text, HTML, WARC;
//! gzip, zstd, bzip2, xz; tar, zip.
//!
//! ```
//! use mukarrar::document::DocId;
//! use mukarrar::input::{Corpus, InputOptions};
//!
//! let lines = "{\"id\": 7, \"text\": \"مرحبا\"}\nnot JSON\n";
//! let corpus = Corpus::from_reader("-", lines.as_bytes(), InputOptions::default())?;
//! assert_eq!(corpus.len(), 2);
//! let record = corpus.read(DocId::new(0)).expect("a good line");
//! assert_eq!((&*record.id, &*record.text), ("7", "مرحبا"));
//! let reject = corpus.read(DocId::new(1)).expect_err("a bad line");
//! assert_eq!(reject.reason.code(), "invalid_json");
//! assert_eq!(reject.source.to_string(), "-:2");
//! # Ok::<(), mukarrar::Error>(())
//! ```
//!
//! An [`Input`] lists what was asked for. It is read once, in blocks of whole records: one thread at a time cuts the
//! next block off, any thread parses it, and its index comes back in input order. The result is a [`Corpus`]: a table
//! with 8 bytes a record, and the bytes, mapped, in memory or on the disk as [`StoragePolicy`] says. It keeps no
//! decoded text. [`Corpus::read`] parses a record anew at every call, so that a run can fold all records once and
//! read again only those that have a candidate.
//!
//! Every record has a place, its [`DocId`](crate::document::DocId), whether it can be read or not. A record that
//! cannot be read (a line, or the rest of a damaged file) gives the same [`Reject`] at each `read`. So the records
//! kept, removed and rejected always add up to [`Corpus::len`]. A record that could be read once and cannot be read
//! again, as its file changed or the disk failed, is [`RejectReason::Lost`], which ends a run.
//!
//! JSON is UTF-8 by its standard. Other text may be in any encoding ([`EncodingChoice`]). In every format, text that
//! was decoded wrongly before is repaired. [`RecordDecoding`] says what was done to a record.
//!
//! JSON Lines follow <https://jsonlines.org>, JSON follows RFC 8259; an escaped half of a surrogate pair is refused
//! in keys, ids and texts, as it is no character. `NaN` and infinities are accepted in other fields, and noted.
//!
//! No two files here import each other, other than a module and its own parts. The formats turn bytes into
//! [`Record`]s and know no corpus (`json_lines`, `csv`, `text`, `html`, `warc`, `parquet`); files are opened,
//! decompressed and cut (`opener`, `file_bytes`, `byte_stream`, `held`); the reader makes blocks (`reader`,
//! `current_file`, `block`) and the table of records (`record_table`); `corpus` reads again. Pages are extracted once
//! (`kept_pages`).

mod added_kind;
#[cfg(feature = "archives")]
mod archive;
#[cfg(feature = "parquet")]
mod arrow;
mod block;
mod by_name;
mod byte_store;
mod byte_stream;
mod compression;
mod content;
mod corpus;
mod csv;
mod current_file;
mod decompressed;
mod encoding;
mod fetched;
mod file;
mod file_bytes;
mod files;
mod format;
mod frames;
mod held;
#[cfg(feature = "html")]
mod html;
mod index_directory;
mod json;
mod json_lines;
#[cfg_attr(not(feature = "html"), allow(dead_code, reason = "only pages of HTML are kept"))]
mod kept_pages;
mod kind;
mod lines;
mod names;
mod nearest;
mod nothing;
mod open;
mod opener;
mod options;
#[cfg(feature = "parquet")]
mod parquet;
mod read_meter;
mod reader;
mod record;
#[cfg_attr(not(feature = "html"), allow(dead_code, reason = "only pages of HTML are kept"))]
mod record_bytes;
mod record_ends;
mod record_table;
mod reject;
mod remedies;
mod skipped;
mod slices;
#[cfg(feature = "parquet")]
mod table_rows;
mod text;
mod text_kinds;
mod utf16;
#[cfg(feature = "warc")]
mod warc;
mod whole_file;

pub(crate) use added_kind::AddedKind;
#[cfg(feature = "parquet")]
pub(crate) use arrow::copy_arrow;
pub(crate) use by_name::{ByName, announces_archive, announces_records, by_name};
pub use compression::{Compression, CompressionOptions, CompressionWriter};
pub use corpus::Corpus;
pub use csv::CsvSign;
pub use decompressed::decompressed;
pub use encoding::mojibake::{MisreadEncoding, MojibakeRepair};
pub use encoding::{DecodingNote, Encoding, EncodingChoice, RecordDecoding};
pub use fetched::{FetchedFile, FetchedInputs, is_address};
pub(crate) use file::JsonLayout;
pub use file::{FileId, InputFile};
pub use format::InputFormat;
#[cfg(feature = "persistent")]
pub(crate) use index_directory::is_index_directory;
pub use names::{RepeatedIds, RepeatedIdsBuilder};
pub use open::{Input, StoragePolicy};
pub use options::{InputOptions, MAX_RECORD_SIZE};
#[cfg(feature = "parquet")]
pub use parquet::is_guarded;
#[cfg(feature = "parquet")]
pub(crate) use parquet::{AddedTable, RowFate, check_copy, copy, guard};
pub use read_meter::ReadMeter;
pub use record::{FieldValue, Record};
pub use reject::{Reject, RejectReason};
pub use skipped::{SkipReason, SkippedFiles};
#[cfg(feature = "parquet")]
pub(crate) use table_rows::{each_table_row, table_names};
#[allow(unused_imports, reason = "for the pipeline")]
pub(crate) use {
    block::{ReadScratch, RecordBlock},
    corpus::{CorpusBlocks, WholeField, WholeValue, object_fields},
    json::valid_json,
    kept_pages::KeptPages,
    names::IdHashes,
    reader::BlockReader,
    record_table::BlockIndex,
    utf16::{ByteOrder, WideWriter},
};

#[cfg(test)]
mod tests;
