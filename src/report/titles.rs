//! What a page says about its stories, for outputs: title, date, byline.

use serde::Serialize;

use super::text::preview;
use crate::document::{Date, Unit};
use crate::input::Record;
use crate::page::{Cutter, PageFields, UnitLevel};

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

/// The fields of the stories of one record.
#[derive(Default)]
pub(super) struct StoryTitles {
    fields: Vec<PageFields>,
}

impl StoryTitles {
    /// Of a record that `cutter` cut last, at `level`, into `units`.
    pub(super) fn of(cutter: &mut Cutter, record: &Record<'_>, level: UnitLevel, units: &[Unit]) -> Self {
        let fields = match level {
            UnitLevel::Story => cutter.page_fields(&record.text, record.layout.as_deref(), units),
            _ => Vec::new(),
        };
        Self { fields }
    }

    /// The fields of a unit; nothing for what is no story.
    pub(super) fn row(&self, number: usize) -> TitleRow {
        let PageFields { title, published, byline } = self.fields.get(number).cloned().unwrap_or_default();
        let shown = |text: Option<String>| text.map(|text| preview(&text));
        TitleRow { title_text: shown(title), published, byline: shown(byline) }
    }
}
