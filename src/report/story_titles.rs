//! Page fields of stories as outputs show them: title, date, byline.

use serde::Serialize;

use super::text::preview;
use crate::document::{Date, Unit};
use crate::input::Record;
use crate::page::{Cutter, PageFields, UnitLevel};

/// The fields of one story, with the field names of the output.
#[derive(Debug, Default, Serialize)]
pub(super) struct TitleRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    title_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byline: Option<String>,
}

impl TitleRow {
    /// The title, if one was found.
    pub(super) fn title(&self) -> Option<&str> {
        self.title_text.as_deref()
    }
}

/// The fields of all units of one record.
#[derive(Default)]
pub(super) struct StoryTitles {
    fields: Vec<PageFields>,
}

impl StoryTitles {
    /// The fields of a record that `cutter` has just cut, at `level`, into `units`. Only stories have fields.
    pub(super) fn of(cutter: &mut Cutter, record: &Record<'_>, level: UnitLevel, units: &[Unit]) -> Self {
        let fields = match level {
            UnitLevel::Story => cutter.page_fields(&record.text, record.layout.as_deref(), units),
            _ => Vec::new(),
        };
        Self { fields }
    }

    /// The fields of the unit `number`; empty if it is no story.
    pub(super) fn row(&self, number: usize) -> TitleRow {
        let Some(PageFields { title, published, byline }) = self.fields.get(number) else {
            return TitleRow::default();
        };
        TitleRow {
            title_text: title.as_deref().map(preview),
            published: *published,
            byline: byline.as_deref().map(preview),
        }
    }
}
