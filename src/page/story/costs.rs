//! The cost of each role for a piece: what its words, shape, neighbours and markup say against the role.
//!
//! Costs are set by hand and added up. Negative costs speak for a role.

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::LinePiece;
use super::roles::PieceRole;
use super::vocabulary::WordingClass;
use crate::page::hints::MarkupMark;
use crate::page::lines::{LineEnding, ListSign};

use PieceRole::{Between, Body, Deck, Furniture, Head, Item, Meta, Sub, Title, Widget};

/// The number of roles.
const ROLES: usize = 10;

/// The cost of a piece in each role, by the number of the role.
pub(super) type RoleCosts = [i32; ROLES];

/// The costs of a piece in each role.
pub(super) fn emission(piece: &LinePiece, evidence: &PieceFeatures) -> RoleCosts {
    let mut costs = match (evidence.reading.class, evidence.reading.time) {
        (_, true) => table(&[(Furniture, 3), (Between, 0), (Meta, 0), (Widget, 0), (Sub, 10), (Body, 30)], 45),
        (Some(class), _) => by_class(class, evidence),
        (None, _) => by_shape(piece, evidence),
    };

    // Markup counts for words and shape alike.
    add_hints(evidence, &mut costs);
    costs
}

fn add(costs: &mut RoleCosts, all: &[(PieceRole, i32)]) {
    for (role, cost) in all {
        costs[*role as usize] += cost;
    }
}

/// The costs of the `known` roles, and `rest` for all others.
fn table(known: &[(PieceRole, i32)], rest: i32) -> RoleCosts {
    let mut costs = [rest; ROLES];
    for (role, cost) in known {
        costs[*role as usize] = *cost;
    }
    costs
}

/// The costs of a piece whose words give it a class.
fn by_class(class: WordingClass, evidence: &PieceFeatures) -> RoleCosts {
    // Long controls and bylines may be paragraphs that begin with such words.
    let long = evidence.shape == PieceShape::Paragraph;

    match class {
        WordingClass::Menu => {
            table(&[(Furniture, 0), (Head, 0), (Meta, 6), (Widget, 6), (Between, 10), (Sub, 12), (Item, 30)], 45)
        }
        WordingClass::Points => table(&[(Sub, -4), (Head, 4), (Furniture, 10), (Widget, 6)], 40),
        WordingClass::Site => table(
            &[(Furniture, 2), (Head, 4), (Meta, 3), (Between, 4), (Widget, 3), (Item, 9), (Title, 13), (Sub, 20)],
            30,
        ),
        WordingClass::List => table(&[(Head, -4), (Furniture, 6), (Widget, 8), (Between, 8), (Sub, 25), (Meta, 6)], 45),
        WordingClass::Block => table(&[(Widget, -4), (Furniture, 5), (Head, 8), (Sub, 16), (Meta, 8)], 45),
        WordingClass::Market => table(&[(Widget, 2), (Head, 4), (Furniture, 5), (Sub, 4)], 45),
        WordingClass::Gallery => {
            table(&[(Meta, 0), (Furniture, 0), (Widget, 1), (Head, 2), (Between, 3), (Sub, 25)], 45)
        }
        WordingClass::Control if long => table(&[(Furniture, 0), (Widget, 1), (Body, 10)], 45),
        WordingClass::Control => {
            table(&[(Furniture, 0), (Meta, 1), (Between, 3), (Widget, 1), (Head, 12), (Item, 35)], 45)
        }
        WordingClass::More => table(&[(Between, 0), (Furniture, 1), (Head, 3), (Widget, 2), (Meta, 6)], 45),
        WordingClass::Inline => table(&[(Furniture, 0), (Between, 2), (Widget, 2), (Meta, 4)], 45),
        WordingClass::Code | WordingClass::Stamp => {
            table(&[(Meta, 0), (Furniture, 0), (Between, 1), (Widget, 1), (Sub, 14)], 40)
        }
        WordingClass::Border => table(&[(Furniture, 0), (Widget, 1)], 60),
        WordingClass::Caption => {
            table(&[(Meta, 0), (Furniture, 0), (Widget, 0), (Between, 4), (Item, 20), (Sub, 20)], 30)
        }
        WordingClass::Byline if long => table(&[(Body, 0), (Furniture, 20), (Meta, 12)], 30),
        WordingClass::Byline => {
            table(&[(Meta, 0), (Furniture, 2), (Between, 4), (Widget, 2), (Item, 22), (Title, 26), (Body, 22)], 30)
        }
        WordingClass::Author => table(&[(Widget, 0), (Furniture, 1), (Meta, 4)], 40),
    }
}

/// The costs of a piece without a class, by its shape and its features.
fn by_shape(piece: &LinePiece, evidence: &PieceFeatures) -> RoleCosts {
    // The shape gives the base, and each feature moves some of the costs.
    let mut costs = match evidence.shape {
        PieceShape::Paragraph => paragraph(piece, evidence),
        PieceShape::Sentence => table(
            &[
                (Body, 5),
                (Sub, 10),
                (Furniture, 16),
                (Widget, 1),
                (Item, 20),
                (Meta, 16),
                (Title, 30),
                (Deck, 16),
                (Head, 30),
            ],
            40,
        ),
        PieceShape::Headline => headline(piece, evidence),
        PieceShape::Short => short(piece, evidence),
    };

    add_voice(piece, evidence, &mut costs);
    add_layout(piece, evidence, &mut costs);
    add_context(piece, evidence, &mut costs);
    costs
}

/// Adds what the page's own voice, glue and foreign letters say.
fn add_voice(piece: &LinePiece, evidence: &PieceFeatures, costs: &mut RoleCosts) {
    if evidence.reading.ui > 0 && piece.line.words <= 26 {
        // In a short line each such word weighs more.
        let voice = i32::from(evidence.reading.ui.min(3)) * if piece.line.words <= 14 { 8 } else { 6 };
        // A headline about an application returns as a title, with a text that repeats its words.
        let voice = if evidence.repeats == 2 && evidence.shape == PieceShape::Headline { voice / 2 } else { voice };
        add(costs, &[(Furniture, -voice), (Body, voice / 2), (Item, voice * 2 / 3), (Title, voice * 2 / 3)]);
    }

    // A headline may name the site too.
    if evidence.names_site {
        add(costs, &[(Furniture, -8), (Item, 8), (Title, 6), (Body, 4)]);
    }
    if evidence.glued {
        add(costs, &[(Furniture, -26), (Body, 26)]);
    }
    if evidence.foreign {
        add(costs, &[(Furniture, -16), (Item, 16), (Title, 12), (Body, 8)]);
    }
}

/// Adds what tables, pictures, insets, ranks and list signs say.
fn add_layout(piece: &LinePiece, evidence: &PieceFeatures, costs: &mut RoleCosts) {
    if evidence.row {
        add(costs, &[(Item, 22), (Title, 26), (Deck, 26), (Furniture, -8), (Widget, -1)]);
        add(costs, &[if evidence.apart { (Widget, -5) } else { (Sub, -14) }]);
    }
    if evidence.announced || evidence.asks || evidence.inset || evidence.point {
        // A point of a list is longer than a subheading.
        let is_text = evidence.point || evidence.inset && !evidence.announced && evidence.length >= 4;
        let body = if is_text { -14 } else { -6 };
        add(costs, &[(Item, 14), (Title, 22), (Deck, 22), (Sub, -12), (Body, body)]);
    }

    if evidence.poem {
        add(costs, &[(Title, -30)]);
    }
    if evidence.verse {
        add(costs, &[(Item, 24), (Title, 24), (Deck, 24), (Widget, 8), (Body, -20), (Sub, -12)]);
    }

    // A caption: a paragraph below a picture may also be the text of a story.
    if evidence.pictured && evidence.shape == PieceShape::Paragraph {
        add(costs, &[(Meta, -24), (Body, 8)]);
    } else if evidence.pictured {
        add(costs, &[(Item, 20), (Title, 12), (Meta, -18), (Furniture, -8)]);
    }

    if evidence.reading.ranked || piece.dashed || piece.line.bullet != ListSign::None {
        // A numbered name is no headline, and an announced list is part of its story.
        let name = evidence.is_short() && piece.line.bullet == ListSign::Number;
        let listed = if evidence.announced || name { 0 } else { 6 };
        add(costs, &[(Item, -listed), (Title, 8), (Head, 10), (Furniture, 2)]);
    }
}

/// Adds what the pieces above and below say.
fn add_context(piece: &LinePiece, evidence: &PieceFeatures, costs: &mut RoleCosts) {
    if evidence.goes_on {
        add(costs, &[(Title, 9), (Sub, -3)]);
    } else if evidence.told {
        // Of three words two are much.
        add(costs, &[(Title, if evidence.shape == PieceShape::Headline { -6 } else { -10 })]);
    }

    if evidence.headed {
        add(costs, &[(Title, -14)]);
    }
    if evidence.joins {
        add(costs, &[(Body, -10), (Title, 8), (Item, 8)]);
    }
    if evidence.ruled {
        add(costs, &[(Title, -14), (Widget, 4), (Sub, 8)]);
    }

    // A question between two paragraphs is a title only if the one below repeats it.
    if evidence.under && evidence.over && !evidence.told && piece.line.ending == LineEnding::Asking {
        add(costs, &[(Title, 3), (Body, -3)]);
    }

    if evidence.numbered {
        add(costs, &[(Sub, -10), (Title, 10), (Widget, 8), (Item, 10)]);
    }
    if evidence.named {
        add(costs, &[(Item, -8), (Widget, 6), (Furniture, 6)]);
    }
    if evidence.entry {
        add(costs, &[(Widget, 15), (Item, 20)]);
    }
    if evidence.last {
        add(costs, &[(Item, -8)]);
    }
    if evidence.listed {
        add(costs, &[(Title, if evidence.resumed { 12 } else { 4 })]);
    }
    if evidence.resumes {
        add(costs, &[(Title, 16), (Deck, 10), (Item, 8), (Sub, -6)]);
    }
    if evidence.author {
        add(costs, &[(Widget, -4), (Furniture, -4), (Item, 20)]);
    }
}

/// The costs of a paragraph.
fn paragraph(piece: &LinePiece, evidence: &PieceFeatures) -> RoleCosts {
    let words = piece.line.words as i32;
    let furniture = 10 + words.min(20);
    let widget = match words {
        ..12 => 3,
        12..20 => 6,
        20..40 => 10,
        _ => 20,
    };

    // A short paragraph may be an item of a list; a long one hardly.
    let item = if evidence.length <= 15 { 18 } else { 24 + words.min(20) };
    table(
        &[
            (Body, 0),
            (Furniture, furniture),
            (Widget, widget),
            (Item, item),
            (Title, item + 8),
            (Deck, 20),
            (Meta, 26),
            (Sub, 16),
        ],
        50,
    )
}

/// A penalty for a length that headlines seldom have.
fn unlike_headline(length: i32) -> i32 {
    match length {
        ..=1 => 26,
        2 => 16,
        3 => 7,
        4 => 2,
        5..=13 => 0,
        14 => 2,
        15 => 5,
        16 => 9,
        17 => 13,
        18 => 16,
        19 => 18,
        _ => 20,
    }
}

/// The costs of a piece with the length of a headline.
fn headline(piece: &LinePiece, evidence: &PieceFeatures) -> RoleCosts {
    let length = evidence.length;
    let unlike = unlike_headline(length);
    let leads = if piece.line.ending == LineEnding::Leading { 12 } else { 0 };
    let alone = if evidence.run < 2 { 3 } else { 0 };
    let running = if evidence.reading.running { 10 } else { 0 };
    let words = piece.line.words as i32;
    let repeated = evidence.label;

    // Text is long; it ends like the sentences of the page, and a teaser is cut off anywhere.
    let body = match length {
        ..=9 => 18,
        10..=14 => 16,
        15..=18 => 11,
        19..=20 => 6,
        _ => 3,
    };
    let body = body - leads / 2 - running / 2 - if evidence.teaser { 4 } else { 0 }
        + if evidence.stopped || evidence.unstopped { 6 } else { 0 };

    // Subheadings and heads of lists are short, and a colon speaks for both.
    let sub = (words * 5 / 2 + 2).min(26) - leads / 2 - running / 2;
    let head = 11 + (words - 3) * 4 - if leads > 0 && evidence.heads { 14 } else { 0 } - if repeated { 22 } else { 0 };

    // A name with a dash is a byline.
    let signed = if evidence.signed { 12 } else { 0 };
    table(
        &[
            (Item, unlike + leads + running + alone + if repeated { 20 } else { 0 } + signed),
            (
                Title,
                unlike + leads + running + if repeated { 30 } else { 0 } + signed
                    - if evidence.repeats == 2 { 5 } else { 0 },
            ),
            (Deck, unlike + 4),
            (Head, head),
            (Furniture, 14 + words - if repeated { 12 } else { 0 } - signed / 2),
            (Widget, 6 + (length - 10).max(0)),
            (Meta, 18 - signed - if words <= 4 { 4 } else { 0 }),
            (Body, body),
            (Sub, sub),
        ],
        40,
    )
}

/// The costs of a piece of one to three words.
fn short(piece: &LinePiece, evidence: &PieceFeatures) -> RoleCosts {
    let words = piece.line.words as i32;
    let row = i32::from(evidence.shorts >= 3) * 4;
    let ends = if piece.line.ending == LineEnding::Stop { 8 } else { 0 };
    let leads = if piece.line.ending == LineEnding::Leading { 6 } else { 0 };
    let signed = if evidence.signed { 8 } else { 0 };

    // Few headlines have three words, and hardly any fewer.
    let item = match words {
        3 => 11,
        2 => 17,
        _ => 28,
    };
    table(
        &[
            (Item, item + row + leads + signed),
            (Title, item + 8 + leads),
            (Deck, 25),
            (Head, 3 + row + ends - leads / 3 + signed),
            (Furniture, 6 - row),
            (Widget, 1),
            (Meta, 8 - if words > 1 { 4 } else { 0 }),
            (Body, 22 - ends - leads),
            (Sub, 8 - leads / 2),
        ],
        40,
    )
}

/// The costs added for a line that many pages of its source share. Less for a headline: it may be in a list that all have.
const fn furniture(shape: PieceShape) -> &'static [(PieceRole, i32)] {
    match shape {
        PieceShape::Paragraph | PieceShape::Sentence => {
            &[(Body, 30), (Sub, 20), (Item, 10), (Title, 20), (Furniture, -14)]
        }
        PieceShape::Headline => &[(Body, 16), (Sub, 16), (Title, 6), (Furniture, -8)],
        PieceShape::Short => &[(Body, 20), (Sub, 20), (Title, 10), (Item, 10), (Furniture, -6)],
    }
}

/// Adds what the markup and the other pages of the source say.
fn add_hints(evidence: &PieceFeatures, costs: &mut RoleCosts) {
    let marks = evidence.marks;
    if marks.is_empty() {
        return;
    }

    let headline = evidence.shape == PieceShape::Headline;
    if marks.has(MarkupMark::Title) {
        add(costs, &[(Title, -30)]);
    }
    if marks.has(MarkupMark::Heading) {
        add(costs, &[(Title, -6), (Head, -6), (Sub, -8), (Item, -2), (Body, 20), (Meta, 10)]);
    }

    // A linked headline is an item of a list, another link a control.
    if marks.has(MarkupMark::Link) {
        add(costs, &[(Body, 16), (Sub, 12), (Title, 4), (Meta, 4)]);
        add(costs, &[(if headline { Item } else { Furniture }, -8)]);
    }
    if marks.has(MarkupMark::ListItem) && headline && marks.has(MarkupMark::Link) {
        add(costs, &[(Item, -6)]);
    }

    // Zones of the page: even here a linked headline may be an item.
    if marks.has(MarkupMark::Navigation) || marks.has(MarkupMark::Footer) || marks.has(MarkupMark::Control) {
        add(costs, &[(Body, 30), (Sub, 30), (Title, 30), (Furniture, -10), (Widget, -6)]);
        add(costs, &[(Item, if headline && marks.has(MarkupMark::Link) { 0 } else { 20 })]);
    }
    if marks.has(MarkupMark::Aside) {
        add(costs, &[(Body, 14), (Sub, 12), (Title, 10)]);
    }

    if marks.has(MarkupMark::Time) || marks.has(MarkupMark::Byline) || marks.has(MarkupMark::Caption) {
        add(costs, &[(Meta, -14), (Between, -8), (Furniture, -6), (Body, 20), (Sub, 12), (Title, 20), (Item, 14)]);
    }

    // Main content.
    if marks.has(MarkupMark::Article) && !marks.has(MarkupMark::Link) {
        add(costs, &[(Item, 8), (Furniture, 6), (Body, -2), (Sub, -2)]);
    }
    if marks.has(MarkupMark::Paragraph) {
        add(costs, &[(Body, -10), (Item, 10), (Title, 14), (Head, 10), (Furniture, 4)]);
    }
    if marks.has(MarkupMark::TableRow) {
        add(costs, &[(Sub, -10), (Item, 8), (Title, 16)]);
    }

    // The other pages of the source.
    if marks.has(MarkupMark::Furniture) {
        add(costs, furniture(evidence.shape));
    }
    if marks.has(MarkupMark::Everywhere) {
        add(costs, &[(Body, 30), (Sub, 20), (Item, 20), (Title, 20), (Furniture, -14)]);
    }
}
