//! The role of each piece: the cheapest sequence of roles, found by dynamic programming (Viterbi 1967).
//!
//! A piece costs what its words and shape say against a role, a step from one role to the next what the order of roles says
//! against it. Costs are small whole numbers that were set by hand; nothing is learned, so the same page is always cut alike.
//! A page's pieces are many times the twenty states, so the walk is linear in them.

use super::costs::emission;
use super::features::PieceFeatures;
use super::line_pieces::{LinePiece, PieceGap};
use super::roles::PieceRole;
use super::vocabulary::WordingClass;

use PieceRole::{Between, Body, Deck, Furniture, Head, Item, Meta, Sub, Title, Widget};

/// So much more than any evidence.
const NEVER: i32 = 1000;

/// A role, and whether a story is open that may go on behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RoleState {
    role: PieceRole,
    open: bool,
}

const fn state(role: PieceRole, open: bool) -> RoleState {
    RoleState { role, open }
}

/// Number of states. Types take it by itself, since a type that asks a constant for its length makes a cycle for the compiler.
const STATE_COUNT: usize = 15;

/// All states: title, deck, meta, body and subheading are of their own story.
const STATES: [RoleState; STATE_COUNT] = [
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
pub(super) struct RoleDecoder {
    from: Vec<[u8; STATE_COUNT]>,
}

impl RoleDecoder {
    /// Replaces `roles` by the cheapest sequence.
    pub(super) fn decode(&mut self, pieces: &[LinePiece], features: &[PieceFeatures], roles: &mut Vec<PieceRole>) {
        roles.clear();
        self.from.clear();
        let mut costs = [NEVER; STATE_COUNT];
        for (at, (piece, evidence)) in pieces.iter().zip(features).enumerate() {
            let own = emission(piece, evidence);
            let closes = evidence.closes_story();
            let mut next = [i32::MAX; STATE_COUNT];
            let mut from = [0; STATE_COUNT];
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

/// Whether a widget may begin with a piece.
fn opens_widget(evidence: &PieceFeatures) -> bool {
    let class = evidence.reading.class;
    evidence.author
        || matches!(
            class,
            Some(WordingClass::Block | WordingClass::Market | WordingClass::Author | WordingClass::Gallery)
        )
}

/// The cost of a page's first role.
fn begin(state: RoleState, evidence: &PieceFeatures) -> i32 {
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
const fn end(role: PieceRole) -> i32 {
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
fn step(from: RoleState, to: RoleState, gap: PieceGap, evidence: &PieceFeatures, closes: bool) -> i32 {
    // A list, menu or widget keeps a story open or closed as it was.
    let apart = |state: RoleState| state.role as u8 <= Widget as u8;
    let kept = match (apart(from), apart(to)) {
        (true, true) if from.open != to.open && !(from.open && closes) => return NEVER,
        (false, true) if !to.open && !closes => 4,
        _ => 0,
    };
    let kept = kept + if to.role == Widget && from.role != Widget && !opens_widget(evidence) { 22 } else { 0 };
    let blank = gap == PieceGap::Blank;
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
