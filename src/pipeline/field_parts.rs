//! The roles of the record fields that a run reads in addition to id and text.

use super::options::Options;
use super::record_headings::HeadingReader;
use crate::document::{Date, DateOrder};
use crate::input::{FieldValue, InputOptions};
use crate::page::{SourceResolver, UNNAMED_SOURCE, source_key};

/// The places of the fields with a role, among the fields that the input reads.
#[derive(Debug, Clone)]
pub(super) struct FieldParts {
    /// Decides the keeper order.
    rank: Option<usize>,
    /// The publication date.
    date: Option<usize>,
    /// The order of day and month in a date as numbers.
    date_order: Option<DateOrder>,
    /// The name of the source, of which only the key is kept.
    source: Option<usize>,
    sources: SourceResolver,
    /// Reads the titles of records; `None` if they are no evidence.
    titles: Option<HeadingReader>,
}

impl FieldParts {
    /// The roles that `options` ask for, among the fields that `input` reads.
    pub(super) fn new(options: &Options, input: &InputOptions) -> Self {
        let place = |field: Option<&str>| input.fields.iter().position(|name| Some(name.as_str()) == field);
        let (rank, date) = (place(options.keep.field()), place(options.date_field.as_deref()));
        let sources = SourceResolver::new(input, options.source_field.as_deref());
        let source = place(options.source_field.as_deref());
        let titles = HeadingReader::new(options, input).filter(|reader| options.takes_twins() && reader.reads_titles());
        Self { rank, date, date_order: options.date_order, source, sources, titles }
    }

    /// Names the sources of records.
    pub(super) fn sources(&self) -> &SourceResolver {
        &self.sources
    }

    /// Reads the titles of records; `None` if they are no evidence.
    pub(super) fn titles(&self) -> Option<&HeadingReader> {
        self.titles.as_ref()
    }

    /// Whether records are asked for the names of their sources.
    pub(super) fn names_sources(&self) -> bool {
        self.source.is_some()
    }

    /// The key of the source that a record names; [`UNNAMED_SOURCE`] if it names none.
    pub(super) fn source(&self, fields: &[Option<FieldValue>]) -> u64 {
        match self.source.and_then(|place| fields.get(place)?.as_ref()) {
            Some(FieldValue::Text(name)) => source_key(name),
            Some(FieldValue::Number(number)) => source_key(&number.to_string()),
            None => UNNAMED_SOURCE,
        }
    }

    /// The value that decides the keeper order.
    pub(super) fn rank(&self, fields: &[Option<FieldValue>]) -> Option<FieldValue> {
        fields.get(self.rank?)?.clone()
    }

    /// The publication date; `None` if it is missing or cannot be read.
    pub(super) fn date(&self, fields: &[Option<FieldValue>]) -> Option<Date> {
        read_date(fields.get(self.date?)?.as_ref()?, self.date_order)
    }
}

/// The date that the value of a field is, in text or as a number; `None` if it cannot be read.
pub(super) fn read_date(value: &FieldValue, order: Option<DateOrder>) -> Option<Date> {
    match value {
        FieldValue::Text(text) => Date::read_in(text, order),
        FieldValue::Number(number) => Date::from_number(*number),
    }
}
