//! What the markup says of lines, as marks for cutting them as text.

use crate::document::{LineHint, Zone};
use crate::page::lines::Line;
use crate::page::{Hint, Mark};

/// The marks of the lines.
pub(super) fn marks(lines: &[Line], hints: &[LineHint], is_large: impl Fn(u32) -> bool) -> Vec<Hint> {
    let of_line = |(line, hint): (&Line, &LineHint)| {
        let large = is_large(hint.article);
        let marks = [zone(hint.zone), heading(hint), link(hint), item(hint), row(hint, large), article(hint, large)];
        let span = line.span;
        marks.into_iter().flatten().map(move |mark| Hint { span, mark })
    };
    lines.iter().zip(hints).flat_map(of_line).collect()
}

const fn zone(zone: Zone) -> Option<Mark> {
    match zone {
        Zone::Open => None,
        Zone::Navigation | Zone::Path | Zone::Header => Some(Mark::Navigation),
        Zone::Footer => Some(Mark::Footer),
        Zone::Aside => Some(Mark::Aside),
        Zone::Controls | Zone::Comments | Zone::Tags => Some(Mark::Control),
        Zone::Caption => Some(Mark::Caption),
        Zone::Byline => Some(Mark::Byline),
        Zone::Time => Some(Mark::Time),
    }
}

fn heading(hint: &LineHint) -> Option<Mark> {
    match hint.heading {
        0 if hint.headline && !hint.is_link() => Some(Mark::Heading),
        0 => None,
        1 if hint.zone == Zone::Open => Some(Mark::Title),
        _ => Some(Mark::Heading),
    }
}

fn link(hint: &LineHint) -> Option<Mark> {
    hint.is_link().then_some(Mark::Link)
}

fn item(hint: &LineHint) -> Option<Mark> {
    hint.item.then_some(Mark::ListItem)
}

/// A row of a table that is a part of an article.
fn row(hint: &LineHint, large: bool) -> Option<Mark> {
    (hint.row && large).then_some(Mark::TableRow)
}

fn article(hint: &LineHint, large: bool) -> Option<Mark> {
    (hint.zone == Zone::Open && large).then_some(Mark::Article)
}
