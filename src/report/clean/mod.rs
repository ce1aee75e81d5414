//! The corpus without its copies, or with its copies marked.
//!
//! [`Cleaning`] decides what is removed, counts it, and writes what stays. A record that stays is copied byte for byte,
//! its line end included. A record that loses spans changes in its text value only. Boilerplate stays unless it is to
//! be stripped. A record in which no token is left is removed. A byte order mark at the start of a JSON Lines file is
//! not written; that of a CSV file is written with its header. The values of a JSON array are written as an array, each
//! as it was; UTF-16 is written as UTF-16. Where the name of the output asks for another format (`form`), records are
//! converted (`convert`) and not copied; rows of Parquet and Arrow are read from their files again, with all columns.
//!
//! Rules on repetition (`repetition`) remove whole clusters or keep several copies. Kept records can carry what their cluster
//! tells (`annotation`), and their story (`story_annotation`).
//!
//! Before anything is written, `alarms` looks for signs that more than copies would go.
//!
//! [`MarkPlan`] removes nothing: it adds a field to each record.

mod added_fields;
mod alarms;
mod annotation;
#[cfg(feature = "parquet")]
mod columnar;
mod contaminated;
mod convert;
mod destination;
mod extender;
mod form;
mod joined_pieces;
mod joining;
mod json_writer;
mod mark;
mod part_fates;
mod plan;
mod rejected;
mod removed_rows;
mod repeated_passages;
mod repetition;
mod story_annotation;
mod strip;
mod tidy;
mod wide;
mod write;

pub(crate) use alarms::{AlarmInput, InputRecords};
pub use annotation::rehydration_weight;
pub use destination::CleanDestination;
pub use mark::MarkPlan;
pub use plan::Cleaning;
pub use rejected::write_rejected;
pub use repetition::RepetitionRules;
