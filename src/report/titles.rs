//! What a page says about its stories, for outputs: title, date, byline.

use serde::Serialize;

use super::text::preview;
use crate::document::{Date, Kind, Unit};
use crate::page::{Cutter, StoryFields, UnitLevel};

/// The fields of a story, as outputs name them.
#[derive(Debug, Default, Serialize)]
pub(super) struct TitleRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    title_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byline: Option<String>,
}

/// The fields of the stories of one text.
pub(super) struct Titles<'a> {
    text: &'a str,
    fields: Vec<StoryFields>,
}

impl<'a> Titles<'a> {
    /// Of `text`, which `cutter` cut last at `level`.
    pub(super) fn of(cutter: &mut Cutter, text: &'a str, level: UnitLevel) -> Self {
        let fields = if level == UnitLevel::Story { cutter.fields(text) } else { Vec::new() };
        Self { text, fields }
    }

    /// The fields of unit `number` of `units`; nothing for what is no story with a title.
    pub(super) fn row(&self, units: &[Unit], number: usize) -> TitleRow {
        let Some(unit) = units.get(number).filter(|unit| unit.kind == Kind::Story) else { return TitleRow::default() };
        let title = unit.title.and_then(|title| units.get(title));
        let place = self.fields.binary_search_by_key(&number, |fields| fields.unit);
        let fields = place.ok().and_then(|place| self.fields.get(place)).copied().unwrap_or_default();
        TitleRow {
            title_text: title.map(|title| preview(title.span.of(self.text))),
            published: fields.published,
            byline: fields.byline.map(|byline| preview(byline.of(self.text))),
        }
    }
}
