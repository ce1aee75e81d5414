//! The role of each piece: the cheapest sequence of roles, found by dynamic programming (Viterbi 1967).
//!
//! A piece costs what its words and shape say against a role, a step from one role to the next what the order of roles says
//! against it. Costs are small whole numbers that were set by hand; nothing is learned, so the same page is always cut alike.
//! A page's pieces are many times the twenty states, so the walk is linear in them.

use super::features::{Features, Shape};
use super::pieces::{Gap, Piece};
use super::words::Class;
use crate::page::hints::Mark;
use crate::page::lines::{Bullet, Ending};

/// What a piece is on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Role {
    /// Menus, controls, notes.
    Furniture,
    /// A section's name, what stands over a list.
    Head,
    /// A headline of a list.
    Item,
    /// A time or «more» between headlines.
    Between,
    /// Part of a widget: comments, polls, the weather.
    Widget,
    /// The headline over a story.
    Title,
    /// A further headline under it.
    Deck,
    /// Byline, date, caption between title and text.
    Meta,
    /// A paragraph.
    Body,
    /// A subheading, a row of a table, a short line in a story.
    Sub,
}

use Role::{Between, Body, Deck, Furniture, Head, Item, Meta, Sub, Title, Widget};

/// Roles.
const ROLES: usize = 10;
/// So much more than any evidence.
const NEVER: i32 = 1000;

/// A role, and whether a story is open that may go on behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    role: Role,
    open: bool,
}

const fn state(role: Role, open: bool) -> State {
    State { role, open }
}

/// All states: title, deck, meta, body and subheading are of their own story.
const STATES: [State; 15] = [
    state(Furniture, false),
    state(Head, false),
    state(Item, false),
    state(Between, false),
    state(Widget, false),
    state(Furniture, true),
    state(Head, true),
    state(Item, true),
    state(Between, true),
    state(Widget, true),
    state(Title, true),
    state(Deck, true),
    state(Meta, true),
    state(Body, true),
    state(Sub, true),
];

/// Finds roles; holds the buffers that it reuses.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    from: Vec<[u8; STATES.len()]>,
}

impl Decoder {
    /// Replaces `roles` by the cheapest sequence.
    pub(super) fn decode(&mut self, pieces: &[Piece], features: &[Features], roles: &mut Vec<Role>) {
        roles.clear();
        self.from.clear();
        let mut costs = [NEVER; STATES.len()];
        for (at, (piece, evidence)) in pieces.iter().zip(features).enumerate() {
            let own = emission(piece, evidence);
            let closes = closes(evidence);
            let mut next = [i32::MAX; STATES.len()];
            let mut from = [0; STATES.len()];
            for (to, state) in STATES.iter().enumerate() {
                let enter = own[state.role as usize]
                    + if closes && state.open && state.role as u8 <= Widget as u8 { NEVER } else { 0 };
                if at == 0 {
                    next[to] = enter + begin(*state, evidence);
                    continue;
                }
                for (before, cost) in costs.iter().enumerate() {
                    let total = cost + step(STATES[before], *state, piece.gap, evidence, closes) + enter;
                    if total < next[to] {
                        next[to] = total;
                        from[to] = before as u8;
                    }
                }
            }
            self.from.push(from);
            costs = next;
        }
        let mut last = 0;
        for (at, state) in STATES.iter().enumerate() {
            if costs[at] + end(state.role) < costs[last] + end(STATES[last].role) {
                last = at;
            }
        }
        for from in self.from.iter().rev() {
            roles.push(STATES[last].role);
            last = usize::from(from[last]);
        }
        roles.reverse();
    }
}

/// Whether no story goes on behind a piece.
pub(super) fn closes(evidence: &Features) -> bool {
    evidence.author || matches!(evidence.reading.class, Some(Class::Border | Class::Author))
}

/// Whether a widget may begin with a piece.
fn opens_widget(evidence: &Features) -> bool {
    let class = evidence.reading.class;
    evidence.author || matches!(class, Some(Class::Block | Class::Market | Class::Author | Class::Gallery))
}

/// The cost of a page's first role.
fn begin(state: State, evidence: &Features) -> i32 {
    match (state.role, state.open) {
        (Furniture, false) => 0,
        (Widget, false) if opens_widget(evidence) => 0,
        (Widget, false) => 22,
        (Head | Title, _) => 2,
        (Item, false) => 3,
        (Between, false) => 5,
        (Meta, _) => 6,
        (Body, _) => 10,
        _ => NEVER,
    }
}

/// The cost of a page's last role.
const fn end(role: Role) -> i32 {
    match role {
        Title => 24,
        Deck => 20,
        Meta => 15,
        Sub => 12,
        Head => 4,
        _ => 0,
    }
}

/// The cost of one role behind another.
fn step(from: State, to: State, gap: Gap, evidence: &Features, closes: bool) -> i32 {
    // A list, menu or widget keeps a story open or closed as it was.
    let apart = |state: State| state.role as u8 <= Widget as u8;
    let kept = match (apart(from), apart(to)) {
        (true, true) if from.open != to.open && !(from.open && closes) => return NEVER,
        (false, true) if !to.open && !closes => 4,
        _ => 0,
    };
    let kept = kept + if to.role == Widget && from.role != Widget && !opens_widget(evidence) { 22 } else { 0 };
    let blank = gap == Gap::Blank;
    let told = blank && !evidence.airy;
    let open = from.open;
    let pick = |told: bool, yes: i32, no: i32| if told { yes } else { no };
    kept + match (from.role, to.role) {
        (Furniture, Furniture) => 0,
        (Furniture, Head) => 2,
        (Furniture, Item) => pick(blank, 6, 8),
        (Furniture, Between) => 6,
        (Furniture, Widget) => 0,
        (Furniture, Title) => pick(blank, 2, 4),
        (Furniture, Meta) => pick(evidence.reading.class.is_some() || evidence.reading.time, 8, 14),
        (Furniture, Body) => pick(open, 10, 25),
        (Furniture, Sub) => pick(open, pick(blank, 6, 14), 60),

        (Head, Head) => 4,
        (Head, Furniture) => 6,
        (Head, Item) => 0,
        (Head, Between) => 3,
        (Head, Title) => 4,
        (Head, Body) => pick(open, 24, 14),
        (Head, Widget) => 4,
        (Head, Meta) => 10,
        (Head, Sub) => 60,

        (Item, Item | Between) => 0,
        (Item, Head) => pick(blank, 1, 4),
        (Item, Furniture) => pick(blank, 3, 6),
        (Item, Widget) => 2,
        (Item, Title) => pick(blank, 4, 14),
        (Item, Body) => pick(open, pick(blank, 8, 14), 22),
        (Item, Sub) => pick(open && (blank || evidence.asks), 10, 30),
        (Item, Meta | Deck) => 40,

        (Between, Item) => 0,
        (Between, Head | Furniture | Title | Between | Widget) => 2,
        (Between, Body) => pick(open, 5, 15),
        (Between, Sub) => pick(open, 8, 60),
        (Between, Meta) => 16,

        (Widget, Widget) => 0,
        (Widget, Furniture) => pick(evidence.reading.class.is_some() || evidence.reading.time, 3, 12),
        (Widget, Between) => 8,
        (Widget, Head) => pick(blank, 3, pick(evidence.reading.class.is_some(), 5, 14)),
        (Widget, Title) => pick(blank, 10, 25),
        (Widget, Item) => pick(blank || evidence.pure >= 3 && evidence.length >= 5, 14, 28),
        (Widget, Body) => pick(open, 30, 40),
        (Widget, Sub) => 60,
        (Widget, Meta) => 30,

        (Title, Meta) => pick(blank && evidence.reading.class.is_none() && !evidence.reading.time, 6, 0),
        (Title, Body) => 0,
        (Title, Deck) => 3,
        (Title, Title) => pick(evidence.echo, 0, 12),
        (Title, Item) => 25,
        (Title, Furniture) => 16,
        (Title, _) => 30,

        (Deck, Deck) => 4,
        (Deck, Meta) => pick(blank && evidence.reading.class.is_none() && !evidence.reading.time, 6, 0),
        (Deck, Body) => 0,
        (Deck, Title) => pick(evidence.echo, 0, 12),
        (Deck, _) => 30,

        (Meta, Meta) => pick(blank && evidence.reading.class.is_none() && !evidence.reading.time, 6, 0),
        (Meta, Body) => 0,
        (Meta, Deck) => 8,
        (Meta, Title) => 10,
        (Meta, Furniture) => 14,
        (Meta, Sub) => 8,
        (Meta, _) => 25,

        (Body, Body) => 0,
        (Body, Sub) => 3,
        (Body, Title) => pick(told, 16, 18),
        (Body, Head) => pick(blank, 4, 7),
        (Body, Furniture) => pick(blank, 5, 7),
        (Body, Between) => 5,
        (Body, Widget) => 4,
        (Body, Item) => pick(told, 14, pick(blank, 18, 22)),
        (Body, Meta | Deck) => 30,

        (Sub, Body) => 0,
        (Sub, Sub) => 1,
        (Sub, Furniture | Head | Between | Widget) => 10,
        (Sub, Title) => 24,
        (Sub, _) => 40,

        (Furniture | Head | Between | Widget, Deck) => NEVER,
    }
}

/// The costs of a piece in each role.
fn emission(piece: &Piece, evidence: &Features) -> [i32; ROLES] {
    let mut costs = match (evidence.reading.class, evidence.reading.time) {
        (_, true) => table(&[(Furniture, 3), (Between, 0), (Meta, 0), (Widget, 0), (Sub, 10), (Body, 30)], 45),
        (Some(class), _) => by_class(class, evidence),
        (None, _) => by_shape(piece, evidence),
    };
    hinted(evidence, &mut costs);
    costs
}

/// Costs by role, the others `rest`.
fn table(known: &[(Role, i32)], rest: i32) -> [i32; ROLES] {
    let mut costs = [rest; ROLES];
    for (role, cost) in known {
        costs[*role as usize] = *cost;
    }
    costs
}

/// Costs of a piece whose words say what it is.
fn by_class(class: Class, evidence: &Features) -> [i32; ROLES] {
    let long = evidence.shape == Shape::Paragraph;
    match class {
        Class::Menu => {
            table(&[(Furniture, 0), (Head, 0), (Meta, 6), (Widget, 6), (Between, 10), (Sub, 12), (Item, 30)], 45)
        }
        Class::Points => table(&[(Sub, -4), (Head, 4), (Furniture, 10), (Widget, 6)], 40),
        Class::Site => table(
            &[(Furniture, 2), (Head, 4), (Meta, 3), (Between, 4), (Widget, 3), (Item, 9), (Title, 13), (Sub, 20)],
            30,
        ),
        Class::List => table(&[(Head, -4), (Furniture, 6), (Widget, 8), (Between, 8), (Sub, 25), (Meta, 6)], 45),
        Class::Block => table(&[(Widget, -4), (Furniture, 5), (Head, 8), (Sub, 16), (Meta, 8)], 45),
        Class::Market => table(&[(Widget, 2), (Head, 4), (Furniture, 5), (Sub, 4)], 45),
        Class::Gallery => table(&[(Meta, 0), (Furniture, 0), (Widget, 1), (Head, 2), (Between, 3), (Sub, 25)], 45),
        Class::Control if long => table(&[(Furniture, 0), (Widget, 1), (Body, 10)], 45),
        Class::Control => table(&[(Furniture, 0), (Meta, 1), (Between, 3), (Widget, 1), (Head, 12), (Item, 35)], 45),
        Class::More => table(&[(Between, 0), (Furniture, 1), (Head, 3), (Widget, 2), (Meta, 6)], 45),
        Class::Inline => table(&[(Furniture, 0), (Between, 2), (Widget, 2), (Meta, 4)], 45),
        Class::Code | Class::Stamp => table(&[(Meta, 0), (Furniture, 0), (Between, 1), (Widget, 1), (Sub, 14)], 40),
        Class::Border => table(&[(Furniture, 0), (Widget, 1)], 60),
        Class::Caption => table(&[(Meta, 0), (Furniture, 0), (Widget, 0), (Between, 4), (Item, 20), (Sub, 20)], 30),
        Class::Byline if long => table(&[(Body, 0), (Furniture, 20), (Meta, 12)], 30),
        Class::Byline => {
            table(&[(Meta, 0), (Furniture, 2), (Between, 4), (Widget, 2), (Item, 22), (Title, 26), (Body, 22)], 30)
        }
        Class::Author => table(&[(Widget, 0), (Furniture, 1), (Meta, 4)], 40),
    }
}

/// Costs of a piece whose shape alone speaks.
fn by_shape(piece: &Piece, evidence: &Features) -> [i32; ROLES] {
    let mut costs = match evidence.shape {
        Shape::Paragraph => paragraph(piece, evidence),
        Shape::Sentence => table(
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
        Shape::Headline => headline(piece, evidence),
        Shape::Short => short(piece, evidence),
    };
    let mut add = |role: Role, cost: i32| costs[role as usize] += cost;
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
    if evidence.pictured && evidence.shape == Shape::Paragraph {
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
    } else if evidence.told && evidence.shape == Shape::Headline {
        add(Title, -6);
    }
    if evidence.under && evidence.over && !evidence.told && piece.line.ending == Ending::Asking {
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
    if evidence.reading.ranked || piece.dashed || piece.line.bullet != Bullet::None {
        let name = evidence.is_short() && piece.line.bullet == Bullet::Number;
        let listed = if evidence.announced || name { 0 } else { 6 };
        add(Item, -listed);
        add(Title, 8);
        add(Head, 10);
        add(Furniture, 2);
    }
    costs
}

/// Costs of a paragraph.
fn paragraph(piece: &Piece, evidence: &Features) -> [i32; ROLES] {
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
fn headline(piece: &Piece, evidence: &Features) -> [i32; ROLES] {
    let length = evidence.length;
    let unlike = unlike_headline(length);
    let leads = if piece.line.ending == Ending::Leading { 12 } else { 0 };
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
fn short(piece: &Piece, evidence: &Features) -> [i32; ROLES] {
    let words = piece.line.words as i32;
    let row = i32::from(evidence.shorts >= 3) * 4;
    let ends = if piece.line.ending == Ending::Stop { 8 } else { 0 };
    let leads = if piece.line.ending == Ending::Leading { 6 } else { 0 };
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

/// Adds what markup says.
fn hinted(evidence: &Features, costs: &mut [i32; ROLES]) {
    let marks = evidence.marks;
    if marks.is_empty() {
        return;
    }
    let mut add_all = |all: &[(Role, i32)]| all.iter().for_each(|(role, cost)| costs[*role as usize] += cost);
    let headline = evidence.shape == Shape::Headline;
    if marks.has(Mark::Title) {
        add_all(&[(Title, -30)]);
    }
    if marks.has(Mark::Heading) {
        add_all(&[(Title, -6), (Head, -6), (Sub, -8), (Item, -2), (Body, 20), (Meta, 10)]);
    }
    if marks.has(Mark::Link) {
        add_all(&[(Body, 16), (Sub, 12), (Title, 4), (Meta, 4)]);
        add_all(&[(if headline { Item } else { Furniture }, -8)]);
    }
    if marks.has(Mark::ListItem) && headline && marks.has(Mark::Link) {
        add_all(&[(Item, -6)]);
    }
    if marks.has(Mark::Navigation) || marks.has(Mark::Footer) || marks.has(Mark::Control) {
        add_all(&[(Body, 30), (Sub, 30), (Title, 30), (Furniture, -10), (Widget, -6)]);
        add_all(&[(Item, if headline && marks.has(Mark::Link) { 0 } else { 20 })]);
    }
    if marks.has(Mark::Aside) {
        add_all(&[(Body, 14), (Sub, 12), (Title, 10)]);
    }
    if marks.has(Mark::Time) || marks.has(Mark::Byline) || marks.has(Mark::Caption) {
        add_all(&[(Meta, -14), (Between, -8), (Furniture, -6), (Body, 20), (Sub, 12), (Title, 20), (Item, 14)]);
    }
    if marks.has(Mark::Article) && !marks.has(Mark::Link) {
        add_all(&[(Item, 8), (Furniture, 6), (Body, -2), (Sub, -2)]);
    }
    if marks.has(Mark::Paragraph) {
        add_all(&[(Body, -10), (Item, 10), (Title, 14), (Head, 10), (Furniture, 4)]);
    }
    if marks.has(Mark::TableRow) {
        add_all(&[(Sub, -10), (Item, 8), (Title, 16)]);
    }
}
