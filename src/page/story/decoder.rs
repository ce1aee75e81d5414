//! The role of each piece: the cheapest sequence of roles, found by dynamic programming (Viterbi 1967).
//!
//! A sequence costs the sum of its roles (`costs.rs`) and of the steps between them (below). Costs are small whole numbers, set
//! by hand; nothing is learned. Decoding is linear in the pieces.

use super::costs::emission;
use super::features::PieceFeatures;
use super::line_pieces::{LinePiece, PieceGap};
use super::roles::PieceRole;
use super::vocabulary::WordingClass;

use PieceRole::{Between, Body, Deck, Furniture, Head, Item, Meta, Sub, Title, Widget};

/// More than all evidence together: a role or step that does not occur.
const NEVER: i32 = 1000;

/// A role, and whether a story is open that may continue behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RoleState {
    role: PieceRole,
    open: bool,
}

const fn state(role: PieceRole, open: bool) -> RoleState {
    RoleState { role, open }
}

/// The number of states.
const STATE_COUNT: usize = 15;

/// All states. Title, deck, meta, body and subheading always belong to an open story.
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

/// Finds roles; holds reusable buffers.
#[derive(Debug, Default)]
pub(super) struct RoleDecoder {
    /// For each piece and state, the state before it in the cheapest sequence.
    from: Vec<[u8; STATE_COUNT]>,
}

impl RoleDecoder {
    /// Replaces `roles` by the cheapest sequence of roles for `pieces`.
    pub(super) fn decode(&mut self, pieces: &[LinePiece], features: &[PieceFeatures], roles: &mut Vec<PieceRole>) {
        debug_assert_eq!(pieces.len(), features.len(), "each piece has features");
        roles.clear();
        self.from.clear();

        // Forwards: the cheapest way into each state of each piece.
        let mut costs = [NEVER; STATE_COUNT];
        for (at, (piece, evidence)) in pieces.iter().zip(features).enumerate() {
            let before = (at > 0).then_some(&costs);
            let (next, from) = advance(before, piece, evidence);
            self.from.push(from);
            costs = next;
        }

        // The first of equals, so that the result depends on nothing else.
        let mut last = 0;
        for (at, state) in STATES.iter().enumerate() {
            if costs[at] + end(state.role) < costs[last] + end(STATES[last].role) {
                last = at;
            }
        }

        // Backwards along the cheapest ways.
        for from in self.from.iter().rev() {
            roles.push(STATES[last].role);
            last = usize::from(from[last]);
        }
        roles.reverse();
    }
}

/// The cost of the cheapest sequence that ends with `piece` in each state, and the state before it in that sequence. `costs`
/// are those of the piece before; `None` for the first piece.
fn advance(
    costs: Option<&[i32; STATE_COUNT]>,
    piece: &LinePiece,
    evidence: &PieceFeatures,
) -> ([i32; STATE_COUNT], [u8; STATE_COUNT]) {
    let own = emission(piece, evidence);
    let closes = evidence.closes_story();
    let mut next = [i32::MAX; STATE_COUNT];
    let mut from = [0; STATE_COUNT];

    for (to, state) in STATES.iter().enumerate() {
        // Behind keywords or legal notes no list keeps a story open.
        let closed_open = closes && state.open && is_apart(*state);
        let enter = own[state.role as usize] + if closed_open { NEVER } else { 0 };
        let Some(costs) = costs else {
            next[to] = enter + begin(*state, evidence);
            continue;
        };

        for (before, cost) in costs.iter().enumerate() {
            let total = cost + step(STATES[before], *state, piece.gap, evidence, closes) + enter;
            // The first of equals wins.
            if total < next[to] {
                next[to] = total;
                from[to] = before as u8;
            }
        }
    }
    (next, from)
}

/// Whether a state is of no story: a list, menu or widget.
const fn is_apart(state: RoleState) -> bool {
    state.role as u8 <= Widget as u8
}

/// Whether the piece may head a widget.
fn opens_widget(evidence: &PieceFeatures) -> bool {
    let class = evidence.reading.class;
    evidence.author
        || matches!(
            class,
            Some(WordingClass::Block | WordingClass::Market | WordingClass::Author | WordingClass::Gallery)
        )
}

/// The cost of the first role of a page.
fn begin(state: RoleState, evidence: &PieceFeatures) -> i32 {
    // No story is open yet; a page seldom begins with text.
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

/// The cost of the last role of a page.
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

/// The cost of the state `to` directly behind `from`; `gap` and `evidence` are of the piece in `to`.
fn step(from: RoleState, to: RoleState, gap: PieceGap, evidence: &PieceFeatures, closes: bool) -> i32 {
    // A list, menu or widget keeps a story open or closed as it was, unless the piece closes it.
    let kept = match (is_apart(from), is_apart(to)) {
        (true, true) if from.open != to.open && !(from.open && closes) => return NEVER,
        (false, true) if !to.open && !closes => 4,
        _ => 0,
    };
    // A widget needs a head.
    let kept = kept + if to.role == Widget && from.role != Widget && !opens_widget(evidence) { 22 } else { 0 };

    // On an airy page a blank line is no evidence against the story going on.
    let blank = gap == PieceGap::Blank;
    let told = blank && !evidence.airy;
    let open = from.open;
    let known = evidence.reading.class.is_some() || evidence.reading.time;

    kept + match (from.role, to.role) {
        (Furniture, Furniture) => 0,
        (Furniture, Head) => 2,
        (Furniture, Item) => pick(blank, 6, 8),
        (Furniture, Between) => 6,
        (Furniture, Widget) => 0,
        (Furniture, Title) => pick(blank, 2, 4),
        (Furniture, Meta) => pick(known, 8, 14),
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
        (Item, Head) => pick(blank || evidence.leaves_table, 1, 4),
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
        (Widget, Furniture) => pick(known, 3, 12),
        (Widget, Between) => 8,
        (Widget, Head | Item) if evidence.leaves_table || evidence.named => 4,
        (Widget, Head) => pick(blank, 3, pick(evidence.reading.class.is_some(), 5, 14)),
        (Widget, Title) => pick(blank, 10, 25),
        (Widget, Item) => pick(blank || evidence.pure >= 3 && evidence.length >= 5, 14, 28),
        (Widget, Body) => pick(open, 30, 40),
        (Widget, Sub) => 60,
        (Widget, Meta) => 30,

        (Title, Meta) => pick(blank && !known, 6, 0),
        (Title, Body) => 0,
        (Title, Deck) => 3,
        (Title, Title) => pick(evidence.echo, 0, 12),
        (Title, Item) => 25,
        (Title, Furniture) => 16,
        (Title, _) => 30,

        (Deck, Deck) => 4,
        (Deck, Meta) => pick(blank && !known, 6, 0),
        (Deck, Body) => 0,
        (Deck, Title) => pick(evidence.echo, 0, 12),
        (Deck, _) => 30,

        (Meta, Meta) => pick(blank && !known, 6, 0),
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

const fn pick(condition: bool, yes: i32, no: i32) -> i32 {
    if condition { yes } else { no }
}
