//! The lines of a page to stories, titles and links. The rules stand in [`super`]'s documentation.

use crate::document::{Kind, Span, Unit};

use super::lines::{Bullet, Ending, Line, Role};

/// Most words of a headline: 98 % of 26,294 titles of 17 papers have no more.
const HEADLINE_WORDS: u32 = 14;
/// Fewest words of a title that stands over a story; shorter lines are bylines, places, subheadings.
const TITLE_WORDS: u32 = 4;
/// Most words of a link in a list, where the cue vouches for it: 99.9 % of the titles.
const LINK_WORDS: u32 = 20;
/// Most words of a byline.
const BYLINE_WORDS: u32 = 6;
/// So many titles on a page that all ask are an interview's questions.
const QUESTIONS: usize = 3;
/// Fewest words of the paragraphs under a title.
const STORY_WORDS: u32 = 25;
/// Fewest bulleted lines that are a list of links without a cue over them.
const LIST_LINES: usize = 3;

/// What a line is on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Part of a story.
    Body,
    /// The headline over a story.
    Title,
    /// A link to another story.
    Link,
    /// A cue or keywords: ends what stands before it.
    Border,
    /// Boilerplate inside a story.
    Interruption,
    /// No letter, no digit: part of whatever it stands in.
    Neutral,
}

/// Whether a line has the shape of a headline or link.
fn is_shaped(line: &Line, most: u32) -> bool {
    line.words <= most && matches!(line.ending, Ending::Open | Ending::Asking)
}

/// Replaces `places` by the place of each line.
pub(super) fn place(lines: &[Line], places: &mut Vec<Place>) {
    places.clear();
    places.extend(lines.iter().map(|line| match line.role {
        Role::Text => Place::Body,
        Role::Wordless => Place::Neutral,
        Role::Glued => Place::Interruption,
        Role::Cue { family, alone } if family.stands_inside(alone) => Place::Interruption,
        Role::Cue { .. } | Role::Tags => Place::Border,
    }));
    place_cued_links(lines, places);
    place_bulleted_links(lines, places);
    place_titles(lines, places);
    unplace_questions(lines, places);
}

/// Links below a cue that announces them.
fn place_cued_links(lines: &[Line], places: &mut [Place]) {
    let mut in_list = false;
    for (at, line) in lines.iter().enumerate() {
        match line.role {
            Role::Cue { family, alone } => in_list = alone && family.opens_list(),
            Role::Text if in_list => {
                in_list = is_link(lines, at);
                if in_list {
                    places[at] = Place::Link;
                }
            }
            _ => {}
        }
    }
}

/// Whether the line at `at`, in a list, is one of its links. A line of a word or three is one only where another
/// link or the list's end follows, else it is the byline of the story that begins there.
fn is_link(lines: &[Line], at: usize) -> bool {
    let line = &lines[at];
    if line.bullet != Bullet::None {
        return line.words <= LINK_WORDS && line.ending != Ending::Leading;
    }
    let next = lines[at + 1..].iter().find(|line| line.role != Role::Wordless);
    let before_story = next.is_some_and(|next| next.role == Role::Text && !is_shaped(next, HEADLINE_WORDS));
    is_shaped(line, LINK_WORDS) && (line.words >= TITLE_WORDS || !before_story)
}

/// Runs of bulleted links without a cue over them, at the page's end or before a cue.
fn place_bulleted_links(lines: &[Line], places: &mut [Place]) {
    let mut at = 0;
    while at < lines.len() {
        let run = lines[at..].iter().take_while(|line| is_bulleted_link(line)).count();
        let announced = at > 0 && lines[at - 1].ending == Ending::Leading;
        let closes = matches!(places.get(at + run), None | Some(Place::Border));
        if run >= LIST_LINES && closes && !announced {
            places[at..at + run].fill(Place::Link);
        }
        at += run.max(1);
    }
}

fn is_bulleted_link(line: &Line) -> bool {
    line.role == Role::Text && line.bullet == Bullet::Sign && line.words >= TITLE_WORDS && is_shaped(line, LINK_WORDS)
}

/// Titles, from the page's end to its beginning, because what follows a line decides.
fn place_titles(lines: &[Line], places: &mut [Place]) {
    let mut words: u32 = 0;
    for at in (0..lines.len()).rev() {
        match places[at] {
            Place::Body if words >= STORY_WORDS && is_title(lines, places, at) => {
                places[at] = Place::Title;
                words = 0;
            }
            Place::Link if words >= STORY_WORDS && is_title(lines, places, at) => {
                places[at] = Place::Title;
                words = 0;
            }
            Place::Body => words = words.saturating_add(lines[at].words),
            Place::Link | Place::Border | Place::Title => words = 0,
            Place::Interruption | Place::Neutral => {}
        }
    }
}

/// Gives an interview's questions back to its body.
fn unplace_questions(lines: &[Line], places: &mut [Place]) {
    let asks = |(line, &place): (&Line, &Place)| {
        place == Place::Title && line.ending == Ending::Asking && line.role == Role::Text
    };
    if lines.iter().zip(&*places).filter(|&pair| asks(pair)).count() < QUESTIONS {
        return;
    }
    for (line, place) in lines.iter().zip(places) {
        if asks((line, place)) {
            *place = Place::Body;
        }
    }
}

/// Whether the line at `at`, with enough words below it, is a title: its own shape, and what stands around it.
fn is_title(lines: &[Line], places: &[Place], at: usize) -> bool {
    let line = &lines[at];
    line.bullet == Bullet::None
        && !is_byline(line)
        && line.words >= TITLE_WORDS
        && is_shaped(line, HEADLINE_WORDS)
        && begins_something(lines, places, at)
        && stands_over_paragraph(lines, places, at)
}

/// Whether a line names an author, a place or an agency: few words with a dash between them. Of 26,294 titles 11
/// look so.
fn is_byline(line: &Line) -> bool {
    line.dashed && line.words <= BYLINE_WORDS
}

/// Whether nothing runs on into the line at `at`: a line that ends without a full stop does so where it is as short
/// as a verse or a heading, but not where it is a paragraph, which many sites leave without one.
fn begins_something(lines: &[Line], places: &[Place], at: usize) -> bool {
    let before = (0..at).rev().find(|&before| places[before] != Place::Neutral);
    before.is_none_or(|before| match places[before] {
        Place::Body => match lines[before].ending {
            Ending::Stop | Ending::Asking => true,
            Ending::Open => lines[before].words > HEADLINE_WORDS,
            Ending::Leading => false,
        },
        _ => true,
    })
}

/// Whether the next line, or the one behind a byline, is a paragraph rather than one more short line.
fn stands_over_paragraph(lines: &[Line], places: &[Place], at: usize) -> bool {
    let mut below =
        (at + 1..lines.len()).filter(|&below| !matches!(places[below], Place::Neutral | Place::Interruption));
    let is_body = |below: usize| places[below] == Place::Body;
    let is_paragraph = |below: usize| is_body(below) && !is_shaped(&lines[below], HEADLINE_WORDS);
    let is_author = |below: usize| is_body(below) && (lines[below].words < TITLE_WORDS || is_byline(&lines[below]));
    below.next().is_some_and(|next| is_paragraph(next) || is_author(next) && below.next().is_some_and(is_paragraph))
}

/// Appends the units of the placed lines to `out`.
pub(super) fn assemble(lines: &[Line], places: &[Place], out: &mut Vec<Unit>) {
    let mut title = None;
    let mut open = false;
    for (line, &place) in lines.iter().zip(places) {
        match place {
            Place::Body if open => extend(out, line.span),
            Place::Neutral if open => extend(out, line.span),
            Place::Body => {
                out.push(Unit { kind: Kind::Story, span: line.span, title });
                open = true;
            }
            Place::Title | Place::Link => {
                title = (place == Place::Title).then_some(out.len());
                out.push(Unit { kind: Kind::Headline, span: line.span, title: None });
                open = false;
            }
            Place::Border | Place::Interruption | Place::Neutral => {
                if place == Place::Border {
                    title = None;
                }
                out.push(Unit { kind: Kind::Boilerplate, span: line.span, title: None });
                open = false;
            }
        }
    }
}

fn extend(out: &mut [Unit], span: Span) {
    if let Some(story) = out.last_mut() {
        story.span.end = span.end;
    }
}
