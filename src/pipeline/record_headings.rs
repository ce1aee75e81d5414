//! The headings of records: title, source and address, as evidence beside their texts.

use std::borrow::Cow;

use super::field_parts::read_date;
use super::options::{HeadingFields, Options};
use super::title_marks::{FEWEST_WORDS, TitleMark};
use crate::document::{Date, DateOrder};
use crate::input::{FieldValue, FileId, InputOptions, Record};
use crate::normalize::{FoldScratch, Normalizer, alphabet};
use crate::page::{UNNAMED_SOURCE, UnitLevel, host, source_key};
use crate::similarity::facts::Facts;
use crate::similarity::headings::{RecordHeading, RecordPlace};
use crate::similarity::own_text;
use crate::similarity::titles::MOST_TOKENS;

/// Most characters of a title that are folded. A title of [`MOST_TOKENS`] words is shorter.
const MOST_CHARACTERS: usize = 16 * MOST_TOKENS;

/// Reads the headings of records, from the places of their fields among those that the input reads.
#[derive(Debug, Clone)]
pub(super) struct HeadingReader {
    /// The first that a record has is its title.
    titles: Vec<usize>,
    sources: Vec<usize>,
    addresses: Vec<usize>,
    dates: Vec<usize>,
    date_order: Option<DateOrder>,
}

impl HeadingReader {
    /// A reader for records that are read with `input`; `None` if the run takes no headings for evidence, or reads none.
    pub(super) fn new(options: &Options, input: &InputOptions) -> Option<Self> {
        if !options.takes_headings() {
            return None;
        }

        let place = |name: &String| input.fields.iter().position(|field| field == name);
        let HeadingFields { titles, sources, addresses, dates } = options.heading_fields();
        let [titles, sources, addresses, dates] =
            [titles, sources, addresses, dates].map(|names| names.iter().filter_map(place).collect::<Vec<_>>());
        let reads_some = [&titles, &sources, &addresses].into_iter().any(|places| !places.is_empty());
        reads_some.then_some(Self { titles, sources, addresses, dates, date_order: options.date_order })
    }

    /// The heading of a record whose text `normalizer` folds; `None` if it has neither a title, nor an address, nor the name of a
    /// source. `file` is the number of its file, which is the source if nothing names one.
    pub(super) fn of(
        &self,
        record: &Record<'_>,
        file: Option<FileId>,
        normalizer: &Normalizer,
    ) -> Option<UnfoldedHeading> {
        let (title, address) = (first(record, &self.titles), first(record, &self.addresses));
        let named = self.named_source(record, address.as_deref());
        if title.is_none() && address.is_none() && named.is_none() {
            return None;
        }

        // No name of a source begins with a zero byte.
        let of_file = || source_key(&format!("\0{}", file.map_or(0, FileId::index)));

        let place = RecordPlace {
            source: named.unwrap_or_else(of_file),
            address: address.map_or(0, |address| source_key(&address)),
            is_named: named.is_some(),
            is_titled: title.is_some(),
            published: self.published(record),
        };
        let title = title.as_deref().map_or("", beginning);
        Some(UnfoldedHeading { title: title.into(), normalizer: *normalizer, place })
    }

    /// The title of a record and the source that it names, hashed. `normalizer` is the same for all records of a run.
    pub(super) fn mark(&self, record: &Record<'_>, normalizer: &Normalizer, scratch: &mut FoldScratch) -> TitleMark {
        let Some(title) = first(record, &self.titles) else { return TitleMark::default() };
        let address = first(record, &self.addresses);
        let Some(source) = self.named_source(record, address.as_deref()) else { return TitleMark::default() };

        let folded = normalizer.normalize_in(beginning(&title), scratch);
        match folded.split(' ').count() {
            0..FEWEST_WORDS => TitleMark::default(),
            _ => TitleMark { title: source_key(&folded), source },
        }
    }

    /// Whether it reads titles.
    pub(super) fn reads_titles(&self) -> bool {
        !self.titles.is_empty()
    }

    /// The date of the first field that can be read as one.
    fn published(&self, record: &Record<'_>) -> Option<Date> {
        let date = |place: &usize| read_date(record.fields.get(*place)?.as_ref()?, self.date_order);
        self.dates.iter().find_map(date)
    }

    /// The key of the source that a record names, in a field or by its address.
    fn named_source(&self, record: &Record<'_>, address: Option<&str>) -> Option<u64> {
        let named = first(record, &self.sources).map(|name| source_key(&name));
        // Addresses without a host, paths and codes, are those of one site.
        let of_address = |address: &str| host(address).map_or(UNNAMED_SOURCE, source_key);
        named.or_else(|| address.map(of_address))
    }
}

/// The title, source and address of a record. Few titles are compared, so they are folded when they are.
#[derive(Debug, Clone)]
pub(super) struct UnfoldedHeading {
    title: Box<str>,
    normalizer: Normalizer,
    pub(super) place: RecordPlace,
}

impl UnfoldedHeading {
    /// The heading with its title folded.
    pub(super) fn folded(&self) -> RecordHeading {
        let folded = self.normalizer.normalize_in(&self.title, &mut FoldScratch::default());
        let title = alphabet::to_compact(&folded).into();
        RecordHeading { title, place: self.place }
    }
}

/// As much of a title as is folded.
fn beginning(title: &str) -> &str {
    // No character has less than a byte.
    if title.len() <= MOST_CHARACTERS {
        return title;
    }
    let end = title.char_indices().nth(MOST_CHARACTERS).map_or(title.len(), |(end, _)| end);
    &title[..end]
}

/// The first of these fields that a record has, unless it is empty.
fn first<'r>(record: &'r Record<'_>, places: &[usize]) -> Option<Cow<'r, str>> {
    let value = |place: &usize| match record.fields.get(*place)?.as_ref()? {
        FieldValue::Text(text) => Some(Cow::from(text.trim())).filter(|text| !text.is_empty()),
        FieldValue::Number(number) => Some(Cow::from(number.to_string())),
    };
    places.iter().find_map(value)
}

impl Options {
    /// Whether the headings of records are evidence. Units below the document have none of their own.
    pub(super) fn takes_headings(&self) -> bool {
        self.facts == Facts::Guard && self.unit == UnitLevel::Document
    }

    /// Whether one title in two sources is evidence for copies, which the own-text rule has to judge.
    pub(super) fn takes_twins(&self) -> bool {
        self.takes_headings() && self.shingle == own_text::MEASURE
    }
}
