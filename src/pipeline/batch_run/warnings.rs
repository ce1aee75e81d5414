//! What a run over units warns of before it looks for copies.

use super::BatchRun;
use crate::document::{Date, DateOrder};
use crate::input::FieldValue;
use crate::page::UNNAMED_SOURCE;
use crate::story::Undated;
use crate::wording::counted;

impl BatchRun<'_> {
    /// Warns of a run across sources in which no record has one.
    pub(super) fn warn_unnamed(&mut self) {
        let is_named = self.tables.origins.iter().any(|origin| *origin != UNNAMED_SOURCE);
        if self.setup.options.across_sources && !is_named {
            self.accounts.warn("no record has a source, so all records are compared (source_field names the field)");
        }
    }

    pub(super) fn warn_undated(&mut self) {
        let Some(field) = &self.setup.options.date_field else { return };

        let undated = self.tables.undated();
        if undated > 0 {
            let first = self.first_undated(field).map_or_else(String::new, |text| format!(" (the first: {text})"));
            let options = &self.setup.options;
            let is_one = undated == 1;
            let of_copies = if is_one { "it is near everything in time" } else { "they are near everything in time" };
            let meaning = match options.stories.as_ref().map(|stories| stories.undated) {
                None => of_copies.to_owned(),
                Some(undated) => {
                    let of_stories = match undated {
                        Undated::Apart if is_one => "it is in no story, unless a copy has a date",
                        Undated::Apart => "they are in no story, unless a copy has a date",
                        Undated::Together if is_one => "unless a copy has a date, its story is told apart",
                        Undated::Together => "unless a copy has a date, their stories are told apart, as of one day",
                    };
                    // Without a window copies are found at any distance in time.
                    match options.window {
                        Some(_) if is_one => format!("as a copy {of_copies}; {of_stories}"),
                        Some(_) => format!("as copies {of_copies}; {of_stories}"),
                        None => of_stories.to_owned(),
                    }
                }
            };
            let records = counted(undated as u64, "record has", "records have");
            self.accounts.warn(format!("{records} no readable date in `{field}`{first}; {meaning}"));
        }
    }

    /// The value that the first record without a readable date has in the date field, with the remedy if there is one.
    fn first_undated(&self, field: &str) -> Option<String> {
        let corpus = self.setup.corpus;
        let place = corpus.options().fields.iter().position(|name| name == field)?;
        let document = self.tables.first_undated()?;

        let value = match corpus.read(document).ok()?.fields.get(place)?.as_ref()? {
            FieldValue::Number(number) => number.to_string(),
            FieldValue::Text(text) => text.chars().take(40).collect(),
        };
        // With an order, it would be a date.
        let is_ordered = [DateOrder::DayFirst, DateOrder::MonthFirst].map(|order| Date::read_in(&value, Some(order)));
        let asks = self.setup.options.date_order.is_none() && is_ordered.iter().any(Option::is_some);
        Some(if asks {
            format!("{value:?}; `date_order` tells the order of day and month")
        } else {
            format!("{value:?}")
        })
    }
}
