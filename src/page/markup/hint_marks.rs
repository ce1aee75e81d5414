//! The hints of a page's layout as marks for the cutter.

use crate::document::{LineHint, Zone};
use crate::page::hints::{MarkupHint, MarkupMark};
use crate::page::lines::TextLine;

/// The marks of the lines; `is_large` tells the articles that hold a story.
pub(super) fn marks(lines: &[TextLine], hints: &[LineHint], is_large: impl Fn(u32) -> bool) -> Vec<MarkupHint> {
    let of_line = |(line, hint): (&TextLine, &LineHint)| {
        let large = is_large(hint.article);
        let marks = [zone(hint.zone), heading(hint), link(hint), item(hint), row(hint, large), article(hint, large)];
        let span = line.span;

        marks.into_iter().flatten().map(move |mark| MarkupHint { span, mark })
    };
    lines.iter().zip(hints).flat_map(of_line).collect()
}

const fn zone(zone: Zone) -> Option<MarkupMark> {
    match zone {
        Zone::Open => None,
        Zone::Navigation | Zone::Path | Zone::Header => Some(MarkupMark::Navigation),
        Zone::Footer => Some(MarkupMark::Footer),
        Zone::Aside => Some(MarkupMark::Aside),
        Zone::Controls | Zone::Comments | Zone::Tags => Some(MarkupMark::Control),
        Zone::Caption => Some(MarkupMark::Caption),
        Zone::Byline => Some(MarkupMark::Byline),
        Zone::Time => Some(MarkupMark::Time),
    }
}

fn heading(hint: &LineHint) -> Option<MarkupMark> {
    match hint.heading {
        0 if hint.headline && !hint.is_link() => Some(MarkupMark::Heading),
        0 => None,
        1 if hint.zone == Zone::Open => Some(MarkupMark::Title),
        _ => Some(MarkupMark::Heading),
    }
}

fn link(hint: &LineHint) -> Option<MarkupMark> {
    hint.is_link().then_some(MarkupMark::Link)
}

fn item(hint: &LineHint) -> Option<MarkupMark> {
    hint.item.then_some(MarkupMark::ListItem)
}

/// Only rows of an article are marked: elsewhere tables lay out the page.
fn row(hint: &LineHint, large: bool) -> Option<MarkupMark> {
    (hint.row && large).then_some(MarkupMark::TableRow)
}

fn article(hint: &LineHint, large: bool) -> Option<MarkupMark> {
    (hint.zone == Zone::Open && large).then_some(MarkupMark::Article)
}
