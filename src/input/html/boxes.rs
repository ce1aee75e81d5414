//! The boxes of a page: its blocks, each with what it holds, by which neighbours of a line are known.

use super::line::LineDraft;
use super::places::PlaceLine;
use crate::document::{LineHint, Zone};

/// Most paragraphs in the box of a link to another story, as its first words.
const CARD_PARAGRAPHS: u32 = 1;
/// Fewest words of a link in such a box; the name of an author may have four.
const CARD_WORDS: u32 = 5;
/// Most boxes around a moment that are looked at.
const CLIMB: usize = 16;

/// The boxes that have begun. They are numbered from 1; 0 is the page.
#[derive(Debug, Default)]
pub(super) struct PageBoxes {
    /// The box around each.
    around: Vec<u32>,
    /// The boxes of the pictures.
    pictures: Vec<u32>,
}

impl PageBoxes {
    /// Begins a box inside of another; returns its number.
    pub(super) fn begin(&mut self, around: u32) -> u32 {
        debug_assert!(around as usize <= self.around.len(), "a box begins behind the one around it");
        self.around.push(around);
        self.around.len() as u32
    }

    /// Adds a picture.
    pub(super) fn picture(&mut self, place: u32) {
        self.pictures.push(place);
    }

    /// What each box holds, by the lines of the page. `heading` is the line that tells what the page is about.
    pub(super) fn settle<'b>(
        &'b self,
        drafts: &[(LineDraft, usize)],
        hints: &[LineHint],
        lines: &[&str],
        heading: Option<usize>,
    ) -> SettledBoxes<'b> {
        let mut held = vec![BoxContents::default(); self.around.len() + 1];
        for place in &self.pictures {
            if let Some(own) = held.get_mut(*place as usize) {
                (own.pictured, own.inline) = (true, true);
            }
        }
        // From the end, so that the first line of each box stays.
        for (at, (((draft, _), hint), line)) in drafts.iter().zip(hints).zip(lines).enumerate().rev() {
            let Some(own) = held.get_mut(draft.block as usize) else { continue };
            // Links of share bars and the like lead to no story.
            let story = matches!(hint.zone, Zone::Open | Zone::Aside);
            let link = story && hint.is_link() && (hint.heading > 0 || draft.words >= CARD_WORDS);
            own.lines += 1;
            own.first = at;
            own.links += u32::from(link);
            own.paragraphs += u32::from(matches!(draft.content(line), PlaceLine::Paragraph(_)));
            own.heading |= heading == Some(at);
        }

        // From the innermost boxes outwards.
        for (at, around) in self.around.iter().enumerate().rev() {
            let (own, around) = (held[at + 1], *around as usize);
            held[around].add(&own);
        }
        SettledBoxes { around: &self.around, held }
    }
}

/// What a box holds, with the boxes in it.
#[derive(Debug, Clone, Copy, Default)]
struct BoxContents {
    lines: u32,
    /// The first of them.
    first: usize,
    /// Links to other stories.
    links: u32,
    paragraphs: u32,
    /// Whether a picture is in it.
    pictured: bool,
    /// Whether one is in no inner box.
    inline: bool,
    /// Whether the heading of the page is in it.
    heading: bool,
}

impl BoxContents {
    fn add(&mut self, inner: &Self) {
        if inner.lines > 0 {
            self.first = if self.lines > 0 { self.first.min(inner.first) } else { inner.first };
        }
        self.lines = self.lines.saturating_add(inner.lines);
        self.links = self.links.saturating_add(inner.links);
        self.paragraphs = self.paragraphs.saturating_add(inner.paragraphs);
        self.pictured |= inner.pictured;
        self.heading |= inner.heading;
    }
}

/// The boxes of a page that was read.
pub(super) struct SettledBoxes<'b> {
    around: &'b [u32],
    held: Vec<BoxContents>,
}

impl SettledBoxes<'_> {
    /// The lines that are alone in the box of a picture.
    pub(super) fn below_pictures(&self) -> impl Iterator<Item = usize> {
        self.held.iter().filter(|own| own.pictured && own.lines == 1).map(|own| own.first)
    }

    /// Whether a picture is directly in a box and not in an inner one, as a bullet or an icon is.
    pub(super) fn is_inline(&self, number: u32) -> bool {
        self.held.get(number as usize).is_some_and(|own| own.inline)
    }

    /// The innermost box of more than one line around each box, or the box itself.
    pub(super) fn containers(&self) -> Vec<u32> {
        let mut containers = vec![0];
        for (at, around) in self.around.iter().enumerate() {
            let own = self.held.get(at + 1).is_some_and(|own| own.lines > 1);
            let outer = containers.get(*around as usize).copied().unwrap_or(0);
            containers.push(if own { at as u32 + 1 } else { outer });
        }
        containers
    }

    /// Whether a box belongs to a link to another story: next to it is such a link, and neither the heading of the page nor
    /// a text.
    pub(super) fn is_of_other(&self, number: u32) -> bool {
        let mut number = number as usize;
        for _ in 0..CLIMB {
            let (Some(own), Some(at)) = (self.held.get(number), number.checked_sub(1)) else { return false };
            if own.heading || own.paragraphs > CARD_PARAGRAPHS {
                return false;
            }
            if own.links > 0 {
                return true;
            }
            number = self.around.get(at).map_or(0, |around| *around as usize);
        }
        false
    }
}
