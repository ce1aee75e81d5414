//! The headings of records: title, source and address, as evidence beside their texts.

use super::options::{HeadingFields, Options};
use crate::input::{FieldValue, FileId, InputOptions, Record};
use crate::normalize::{Normalizer, alphabet};
use crate::page::{UNNAMED_SOURCE, UnitLevel, host, source_key};
use crate::similarity::facts::Facts;
use crate::similarity::titles::{MOST_TOKENS, RecordHeading};

/// Most characters of a title that are folded. A title of [`MOST_TOKENS`] words is shorter.
const MOST_CHARACTERS: usize = 16 * MOST_TOKENS;

/// Reads the headings of records, from the places of their fields among those that the input reads.
#[derive(Debug, Clone)]
pub(super) struct HeadingReader {
    /// The first that a record has is its title.
    titles: Vec<usize>,
    sources: Vec<usize>,
    addresses: Vec<usize>,
}

impl HeadingReader {
    /// A reader for records that are read with `input`; `None` if the run takes no titles for evidence, or reads none.
    pub(super) fn new(options: &Options, input: &InputOptions) -> Option<Self> {
        if !options.takes_titles() {
            return None;
        }

        let place = |name: &String| input.fields.iter().position(|field| field == name);
        let HeadingFields { titles, sources, addresses } = options.heading_fields();
        let [titles, sources, addresses] =
            [titles, sources, addresses].map(|names| names.iter().filter_map(place).collect::<Vec<_>>());
        (!titles.is_empty()).then_some(Self { titles, sources, addresses })
    }

    /// The heading of a record whose text `normalizer` folds; `None` without a title. `file` is the number of its file, which
    /// is the source if nothing names one.
    pub(super) fn of(
        &self,
        record: &Record<'_>,
        file: Option<FileId>,
        normalizer: &Normalizer,
    ) -> Option<UnfoldedHeading> {
        let title = first(record, &self.titles)?;
        let end = title.char_indices().nth(MOST_CHARACTERS).map_or(title.len(), |(end, _)| end);

        let address = first(record, &self.addresses);
        let source = match (first(record, &self.sources), &address) {
            (Some(name), _) => source_key(&name),
            (None, Some(address)) => source_key(host(address)),
            // No name of a source begins with a zero byte.
            (None, None) => source_key(&format!("\0{}", file.map_or(0, FileId::index))),
        };

        let address = address.map_or(UNNAMED_SOURCE, |address| source_key(&address));
        let place = HeadingPlace { source, address };
        Some(UnfoldedHeading { title: title[..end].into(), normalizer: *normalizer, place })
    }
}

/// Whose record it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadingPlace {
    /// The key of the source.
    pub(super) source: u64,
    /// The key of the address; [`UNNAMED_SOURCE`] without one.
    pub(super) address: u64,
}

impl HeadingPlace {
    /// Whether two records are of one source, and no one page that was read twice: only then their titles are compared.
    pub(super) fn may_be_told_apart(self, other: Self) -> bool {
        let is_one_page = self.address != UNNAMED_SOURCE && self.address == other.address;
        self.source == other.source && !is_one_page
    }
}

/// What a record says of itself beside its text. Few titles are compared, so they are folded when they are.
#[derive(Debug, Clone)]
pub(super) struct UnfoldedHeading {
    title: Box<str>,
    normalizer: Normalizer,
    pub(super) place: HeadingPlace,
}

impl UnfoldedHeading {
    /// The heading with its title folded.
    pub(super) fn folded(&self) -> RecordHeading {
        let title = alphabet::to_compact(&self.normalizer.normalize(&self.title)).into();
        let HeadingPlace { source, address } = self.place;
        RecordHeading { title, source, address }
    }
}

/// The first of these fields that a record has, unless it is empty.
fn first(record: &Record<'_>, places: &[usize]) -> Option<String> {
    let value = |place: &usize| match record.fields.get(*place)?.as_ref()? {
        FieldValue::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        FieldValue::Number(number) => Some(number.to_string()),
    };
    places.iter().find_map(value)
}

impl Options {
    /// Whether the titles of records are evidence. Units below the document have none of their own.
    pub(super) fn takes_titles(&self) -> bool {
        self.facts == Facts::Guard && self.unit == UnitLevel::Document && !self.heading_fields().titles.is_empty()
    }
}
