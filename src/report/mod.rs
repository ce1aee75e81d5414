//! Writes results: clusters, pairs, passages, units, comparisons, scores and the cleaned corpus.
//!
//! Formats are text, JSON, JSON Lines, TSV and CSV. Order and field names are a contract; fields may be added. Numbers
//! have six decimals in tables and, in JSON, the shortest form that parses to the same `f64`. Control and bidi
//! characters are escaped; a parser of JSON gives the original text. The text format is for a terminal: right-to-left
//! text is isolated on request ([`text`]). Previews are original text, never folded text.
//!
//! [`HtmlReport`], [`html_comparison`], [`html_description`] and [`html_preview`] write a page for people instead.
//!
//! Files appear complete or not at all ([`output`]).

mod boilerplate_rules;
mod clean;
mod clusters;
mod comparison;
mod contamination;
mod description;
mod evaluation;
mod html;
mod index_stories;
mod json_rows;
mod losses;
pub mod output;
pub mod output_name;
mod output_store;
mod pages_evaluation;
mod pair_estimate;
mod pairs;
mod passage_list;
mod preview;
mod record_sources;
mod row_batches;
mod shown_units;
mod source_graph;
mod stories;
mod story_titles;
mod style;
mod table;
pub mod text;
mod unit_list;

pub use boilerplate_rules::boilerplate;
pub use clean::{CleanDestination, Cleaning, MarkPlan, RepetitionRules, rehydration_weight, write_rejected};
pub use clusters::clusters;
pub use comparison::{NamedText, comparison};
pub use contamination::contamination;
pub use description::description;
pub use evaluation::evaluation;
pub use html::{HtmlReport, REPORT_STYLE, html_comparison, html_description, html_pair, html_preview, html_stories};
pub use index_stories::index_stories;
pub use json_rows::write_json;
pub use losses::losses;
pub use output_store::{OutputStore, SentOutput};
pub use pages_evaluation::pages_evaluation;
pub use pair_estimate::pair_estimate;
pub use pairs::{ExactGroups, pairs};
pub use passage_list::passages;
pub use preview::{
    BORDERLINE_PAIRS, PreviewCounts, PreviewOptions, PreviewRecords, RunCost, RunPreview, SampleCounts, SourceLoss,
    ThresholdCounts, preview, write_preview,
};
pub use record_sources::RecordSources;
pub use source_graph::{GraphFormat, source_graph};
pub use stories::{stories, story_places};
pub use style::{ReportFormat, ReportStyle};
pub use table::{score, write_row};
pub use unit_list::cut;
