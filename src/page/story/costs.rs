//! What a piece costs in each role: what its words, its shape, its neighbours and its markup say against it.

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::LinePiece;
use super::roles::PieceRole;
use super::vocabulary::WordingClass;
use crate::page::hints::MarkupMark;
use crate::page::lines::{LineEnding, ListSign};

use PieceRole::{Between, Body, Deck, Furniture, Head, Item, Meta, Sub, Title, Widget};

/// Roles.
const ROLES: usize = 10;

/// The costs of a piece in each role.
pub(super) fn emission(piece: &LinePiece, evidence: &PieceFeatures) -> [i32; ROLES] {
    let mut costs = match (evidence.reading.class, evidence.reading.time) {
        (_, true) => table(&[(Furniture, 3), (Between, 0), (Meta, 0), (Widget, 0), (Sub, 10), (Body, 30)], 45),
        (Some(class), _) => by_class(class, evidence),
        (None, _) => by_shape(piece, evidence),
    };
    hinted(evidence, &mut costs);
    costs
}

/// Costs by role, the others `rest`.
fn table(known: &[(PieceRole, i32)], rest: i32) -> [i32; ROLES] {
    let mut costs = [rest; ROLES];
    for (role, cost) in known {
        costs[*role as usize] = *cost;
    }
    costs
}

/// Costs of a piece whose words say what it is.
fn by_class(class: WordingClass, evidence: &PieceFeatures) -> [i32; ROLES] {
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

/// Costs of a piece whose shape alone speaks.
fn by_shape(piece: &LinePiece, evidence: &PieceFeatures) -> [i32; ROLES] {
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
    let mut add = |role: PieceRole, cost: i32| costs[role as usize] += cost;
    if evidence.reading.ui > 0 && piece.line.words <= 26 {
        let voice = i32::from(evidence.reading.ui.min(3)) * if piece.line.words <= 14 { 8 } else { 6 };
        add(Furniture, -voice);
        add(Body, voice / 2);
        add(Item, voice * 2 / 3);
        add(Title, voice * 2 / 3);
    }
    if evidence.glued {
        add(Furniture, -26);
        add(Body, 26);
    }
    if evidence.row {
        add(Item, 22);
        add(Title, 26);
        add(Deck, 26);
        add(Furniture, -8);
        add(Widget, -1);
        add(Sub, -14);
    }
    if evidence.announced || evidence.asks || evidence.inset {
        add(Item, 14);
        add(Title, 22);
        add(Sub, -12);
        add(Body, -6);
    }
    if evidence.foreign {
        add(Furniture, -16);
        add(Item, 16);
        add(Title, 12);
        add(Body, 8);
    }
    if evidence.pictured && evidence.shape == PieceShape::Paragraph {
        add(Meta, -24);
        add(Body, 8);
    } else if evidence.pictured {
        add(Item, 20);
        add(Title, 12);
        add(Meta, -18);
        add(Furniture, -8);
    }
    if evidence.goes_on {
        add(Title, 9);
        add(Sub, -3);
    } else if evidence.told && evidence.shape == PieceShape::Headline {
        add(Title, -6);
    }
    if evidence.under && evidence.over && !evidence.told && piece.line.ending == LineEnding::Asking {
        add(Title, 3);
        add(Body, -3);
    }
    if evidence.last {
        add(Item, -8);
    }
    if evidence.listed {
        add(Title, 4);
    }
    if evidence.author {
        add(Widget, -4);
        add(Furniture, -4);
        add(Item, 20);
    }
    if evidence.reading.ranked || piece.dashed || piece.line.bullet != ListSign::None {
        let name = evidence.is_short() && piece.line.bullet == ListSign::Number;
        let listed = if evidence.announced || name { 0 } else { 6 };
        add(Item, -listed);
        add(Title, 8);
        add(Head, 10);
        add(Furniture, 2);
    }
    costs
}

/// Costs of a paragraph.
fn paragraph(piece: &LinePiece, evidence: &PieceFeatures) -> [i32; ROLES] {
    let words = piece.line.words as i32;
    let furniture = 10 + words.min(20);
    let widget = match words {
        ..12 => 3,
        12..20 => 6,
        20..40 => 10,
        _ => 20,
    };
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

/// How far a length is from those of headlines.
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

/// Costs of a piece of a headline's length.
fn headline(piece: &LinePiece, evidence: &PieceFeatures) -> [i32; ROLES] {
    let length = evidence.length;
    let unlike = unlike_headline(length);
    let leads = if piece.line.ending == LineEnding::Leading { 12 } else { 0 };
    let alone = if evidence.run < 2 { 3 } else { 0 };
    let running = if evidence.reading.running { 10 } else { 0 };
    let words = piece.line.words as i32;
    let repeated = evidence.label;
    let body = match length {
        ..=9 => 18,
        10..=14 => 16,
        15..=18 => 11,
        19..=20 => 6,
        _ => 3,
    };
    let body = body - leads / 2 - running / 2 - if evidence.teaser { 4 } else { 0 }
        + if evidence.stopped || evidence.unstopped { 6 } else { 0 };
    let sub = (words * 5 / 2 + 2).min(26) - leads / 2 - running / 2;
    let head = 11 + (words - 3) * 4 - if leads > 0 && evidence.heads { 14 } else { 0 } - if repeated { 22 } else { 0 };
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

/// Costs of one to three words.
fn short(piece: &LinePiece, evidence: &PieceFeatures) -> [i32; ROLES] {
    let words = piece.line.words as i32;
    let row = i32::from(evidence.shorts >= 3) * 4;
    let ends = if piece.line.ending == LineEnding::Stop { 8 } else { 0 };
    let leads = if piece.line.ending == LineEnding::Leading { 6 } else { 0 };
    let signed = if evidence.signed { 8 } else { 0 };
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

/// What a line adds that stands on many pages of its source. A headline may be one of a list that all of them have.
const fn furniture(shape: PieceShape) -> &'static [(PieceRole, i32)] {
    match shape {
        PieceShape::Paragraph | PieceShape::Sentence => {
            &[(Body, 30), (Sub, 20), (Item, 10), (Title, 20), (Furniture, -14)]
        }
        PieceShape::Headline => &[(Body, 16), (Sub, 16), (Title, 6), (Furniture, -8)],
        PieceShape::Short => &[(Body, 20), (Sub, 20), (Title, 10), (Item, 10), (Furniture, -6)],
    }
}

/// Adds what markup and the other pages of the source say.
fn hinted(evidence: &PieceFeatures, costs: &mut [i32; ROLES]) {
    let marks = evidence.marks;
    if marks.is_empty() {
        return;
    }
    let mut add_all = |all: &[(PieceRole, i32)]| all.iter().for_each(|(role, cost)| costs[*role as usize] += cost);
    let headline = evidence.shape == PieceShape::Headline;
    if marks.has(MarkupMark::Title) {
        add_all(&[(Title, -30)]);
    }
    if marks.has(MarkupMark::Heading) {
        add_all(&[(Title, -6), (Head, -6), (Sub, -8), (Item, -2), (Body, 20), (Meta, 10)]);
    }
    if marks.has(MarkupMark::Link) {
        add_all(&[(Body, 16), (Sub, 12), (Title, 4), (Meta, 4)]);
        add_all(&[(if headline { Item } else { Furniture }, -8)]);
    }
    if marks.has(MarkupMark::ListItem) && headline && marks.has(MarkupMark::Link) {
        add_all(&[(Item, -6)]);
    }
    if marks.has(MarkupMark::Navigation) || marks.has(MarkupMark::Footer) || marks.has(MarkupMark::Control) {
        add_all(&[(Body, 30), (Sub, 30), (Title, 30), (Furniture, -10), (Widget, -6)]);
        add_all(&[(Item, if headline && marks.has(MarkupMark::Link) { 0 } else { 20 })]);
    }
    if marks.has(MarkupMark::Aside) {
        add_all(&[(Body, 14), (Sub, 12), (Title, 10)]);
    }
    if marks.has(MarkupMark::Time) || marks.has(MarkupMark::Byline) || marks.has(MarkupMark::Caption) {
        add_all(&[(Meta, -14), (Between, -8), (Furniture, -6), (Body, 20), (Sub, 12), (Title, 20), (Item, 14)]);
    }
    if marks.has(MarkupMark::Article) && !marks.has(MarkupMark::Link) {
        add_all(&[(Item, 8), (Furniture, 6), (Body, -2), (Sub, -2)]);
    }
    if marks.has(MarkupMark::Paragraph) {
        add_all(&[(Body, -10), (Item, 10), (Title, 14), (Head, 10), (Furniture, 4)]);
    }
    if marks.has(MarkupMark::TableRow) {
        add_all(&[(Sub, -10), (Item, 8), (Title, 16)]);
    }
    if marks.has(MarkupMark::Furniture) {
        add_all(furniture(evidence.shape));
    }
    if marks.has(MarkupMark::Everywhere) {
        add_all(&[(Body, 30), (Sub, 20), (Item, 20), (Title, 20), (Furniture, -14)]);
    }
}
