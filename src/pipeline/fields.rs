//! The fields of records that a run reads beside id and text, and what they are for.

use super::Options;
use crate::document::Date;
use crate::input::{FieldValue, InputOptions};
use crate::page::SourceResolver;

/// Which of the fields that are read has which part.
#[derive(Debug, Clone)]
pub(super) struct FieldParts {
    /// Decides who stays.
    rank: Option<usize>,
    /// Says when a record was published.
    date: Option<usize>,
    sources: SourceResolver,
}

impl FieldParts {
    /// The parts that `options` ask for, among the fields that `input` reads.
    pub(super) fn new(options: &Options, input: &InputOptions) -> Self {
        let place = |field: Option<&str>| input.fields.iter().position(|name| Some(name.as_str()) == field);
        let (rank, date) = (place(options.keep.field()), place(options.date_field.as_deref()));
        Self { rank, date, sources: SourceResolver::new(input, options.source_field.as_deref()) }
    }

    /// What names the sources of records.
    pub(super) fn sources(&self) -> &SourceResolver {
        &self.sources
    }

    /// The value that decides who stays.
    pub(super) fn rank(&self, fields: &[Option<FieldValue>]) -> Option<FieldValue> {
        fields.get(self.rank?)?.clone()
    }

    /// The date.
    pub(super) fn date(&self, fields: &[Option<FieldValue>]) -> Option<Date> {
        match fields.get(self.date?)?.as_ref()? {
            FieldValue::Text(text) => Date::read(text),
            FieldValue::Number(number) => Date::from_number(*number),
        }
    }
}
