//! Alignment of two texts: their shared tokens, the own tokens of each, and the blocks where the texts differ.
//!
//! A token is *shared* if it lies in a trigram that the other text has, else *own*. Of the trigrams that occur once in
//! each text, the most that have one order are joined to *stretches*; between two stretches lies a *gap*. Neighbouring
//! gaps form one *block* if the stretches between them are short against their own text, since a rewritten paragraph
//! still shares some phrases.

use std::ops::Range;

use super::own::{OwnText, TRIGRAM};
use super::wording::{SharedTrigram, Wording};
use crate::similarity::token_gaps::{GapPiece, TokenSlot, longest_ascending, visit_gap};

/// Most neighbouring gaps of one block.
const GAPS_OF_BLOCK: usize = 64;

/// Two aligned texts; the shorter one is the first.
#[derive(Debug)]
pub(super) struct TextAlignment {
    /// Number of tokens of the first text.
    tokens: usize,
    /// The gaps between the stretches, in text order; the first and the last may be empty.
    gaps: Vec<StretchGap>,
}

/// The text between two stretches, and the length of the stretch after it.
#[derive(Debug, Clone)]
struct StretchGap {
    a: Range<usize>,
    b: Range<usize>,
    /// Own tokens on each side.
    own: [usize; 2],
    /// Tokens of the stretch after it.
    stretch: usize,
}

/// A place where the texts have different words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReplacedBlock {
    pub(super) a: Range<usize>,
    pub(super) b: Range<usize>,
    /// Own tokens of the side that has fewer.
    pub(super) own: usize,
}

/// Two texts aligned token by token.
#[derive(Debug)]
pub(super) struct TokenAlignment {
    /// For each token of the first text, whether the second has it in the same order.
    pub(super) matched: Vec<bool>,
    /// Number of tokens of the first text that lie in stretches.
    pub(super) anchored: usize,
    /// The places where the texts have different tokens, in text order.
    pub(super) slots: Vec<TokenSlot>,
}

/// A run of tokens that both texts have.
#[derive(Debug, Clone)]
struct CommonStretch {
    a: Range<usize>,
    b: Range<usize>,
}

impl TextAlignment {
    /// Aligns two texts, given by the hashes of their tokens, their shared trigrams and their own tokens. O(n log n) for n tokens.
    pub(super) fn new((a, b): (&[u64], &[u64]), shared: &[SharedTrigram<'_>], own: &[OwnText; 2]) -> Self {
        // A trigram that occurs once in each text has one possible counterpart. In the order of the first text: a table of its
        // places is faster than a sort.
        const NOWHERE: u32 = u32::MAX;
        let mut counterparts = vec![NOWHERE; a.len()];
        for SharedTrigram { in_a, in_b, .. } in shared {
            if let ([in_a], [in_b]) = (in_a, in_b) {
                counterparts[*in_a as usize] = *in_b;
            }
        }
        let mut once: Vec<(usize, usize)> = Vec::with_capacity(shared.len());
        let placed = counterparts.iter().enumerate().filter(|(_, in_b)| **in_b != NOWHERE);
        once.extend(placed.map(|(in_a, in_b)| (in_a, *in_b as usize)));

        let stretches = stretches(&longest_ascending(&once), a, b);
        Self { tokens: a.len(), gaps: gaps(&stretches, own) }
    }

    /// Disjoint blocks with at least `least` own tokens on each side, those with most own tokens first. Gaps are joined
    /// if the stretches between them have at most half as many tokens as the block has own ones.
    pub(super) fn blocks(&self, least: usize) -> Vec<ReplacedBlock> {
        let mut candidates = self.candidates(least.max(1));
        candidates.sort_unstable();

        let mut taken = vec![false; self.gaps.len()];
        let mut blocks = Vec::new();

        for candidate in candidates {
            let gaps = candidate.first..=candidate.last;
            // A better block has one of its gaps.
            if taken[gaps.clone()].iter().any(|taken| *taken) {
                continue;
            }

            taken[gaps].fill(true);
            let (first, last) = (&self.gaps[candidate.first], &self.gaps[candidate.last]);
            blocks.push(ReplacedBlock {
                a: first.a.start..last.a.end,
                b: first.b.start..last.b.end,
                own: candidate.own.0,
            });
        }

        blocks
    }

    /// Number of gaps in which both texts have own tokens.
    pub(super) fn replacements(&self) -> usize {
        self.gaps.iter().filter(|gap| gap.own[0] > 0 && gap.own[1] > 0).count()
    }

    /// An upper bound of the tokens of the first text that the second has in the same order.
    pub(super) fn most_matched(&self) -> usize {
        let in_gaps: usize = self.gaps.iter().map(|gap| gap.a.len()).sum();
        let at_most: usize = self.gaps.iter().map(|gap| gap.a.len().min(gap.b.len())).sum();
        self.tokens - in_gaps + at_most
    }

    /// The alignment token by token: also inside the gaps.
    pub(super) fn in_detail(&self, a: &Wording, b: &Wording) -> TokenAlignment {
        let mut detail =
            TokenAlignment { matched: vec![true; a.words().len()], anchored: a.words().len(), slots: Vec::new() };

        for gap in &self.gaps {
            // All tokens outside of gaps lie in stretches and match.
            detail.anchored -= gap.a.len();
            detail.matched[gap.a.clone()].fill(false);

            let TokenAlignment { matched, slots, .. } = &mut detail;
            visit_gap(a.words(), gap.a.clone(), b.words(), gap.b.clone(), |piece| match piece {
                GapPiece::Both(tokens) => matched[tokens].fill(true),
                GapPiece::Slot(slot) => slots.push(slot),
            });
        }

        detail
    }

    /// All runs of neighbouring gaps that can be a block.
    fn candidates(&self, least: usize) -> Vec<BlockCandidate> {
        let has_own = |gap: &StretchGap| gap.own != [0, 0];
        let mut candidates = Vec::new();

        // A block begins and ends with a gap that has own tokens.
        for (first, _) in self.gaps.iter().enumerate().filter(|(_, gap)| has_own(gap)) {
            let (mut own, mut between) = ([0, 0], 0);

            for (last, gap) in self.gaps.iter().enumerate().skip(first).take(GAPS_OF_BLOCK) {
                own = [own[0] + gap.own[0], own[1] + gap.own[1]];
                let fewer = own[0].min(own[1]);

                if has_own(gap) && fewer >= least && 2 * between <= fewer {
                    candidates.push(BlockCandidate { own: std::cmp::Reverse(fewer), between, first, last });
                }

                between += gap.stretch;
            }
        }

        candidates
    }
}

/// Neighbouring gaps that can be one block; ordered by preference, the best first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct BlockCandidate {
    own: std::cmp::Reverse<usize>,
    /// Tokens of the stretches between the gaps.
    between: usize,
    first: usize,
    last: usize,
}

/// The stretches of trigrams that ascend in both texts: joined if they touch, then extended over equal tokens.
fn stretches(trigrams: &[(usize, usize)], a: &[u64], b: &[u64]) -> Vec<CommonStretch> {
    let mut stretches: Vec<CommonStretch> = Vec::new();

    for &(x, y) in trigrams {
        let (end_x, end_y) = (x + TRIGRAM, y + TRIGRAM);

        match stretches.last_mut() {
            // Continues the last stretch on its diagonal, without a gap.
            Some(last) if x <= last.a.end && y + last.a.start == last.b.start + x => {
                last.a.end = end_x;
                last.b.end = end_y;
            }
            // On another diagonal it may overlap the last stretch: only the part after it counts.
            Some(last) => {
                let (start_x, start_y) = (x.max(last.a.end), y.max(last.b.end));
                stretches.push(CommonStretch { a: start_x..end_x.max(start_x), b: start_y..end_y.max(start_y) });
            }
            None => stretches.push(CommonStretch { a: x..end_x, b: y..end_y }),
        }
    }

    extend(&mut stretches, a, b);
    stretches
}

/// Extends each stretch over equal tokens in both directions, at most to its neighbours.
fn extend(stretches: &mut [CommonStretch], a: &[u64], b: &[u64]) {
    for place in 0..stretches.len() {
        let (from_a, from_b) =
            place.checked_sub(1).map_or((0, 0), |last| (stretches[last].a.end, stretches[last].b.end));
        let (to_a, to_b) = stretches.get(place + 1).map_or((a.len(), b.len()), |next| (next.a.start, next.b.start));

        let CommonStretch { a: in_a, b: in_b } = &mut stretches[place];
        while in_a.start > from_a && in_b.start > from_b && a[in_a.start - 1] == b[in_b.start - 1] {
            in_a.start -= 1;
            in_b.start -= 1;
        }

        while in_a.end < to_a && in_b.end < to_b && a[in_a.end] == b[in_b.end] {
            in_a.end += 1;
            in_b.end += 1;
        }
    }
}

/// The gaps before, between and after the stretches.
fn gaps(stretches: &[CommonStretch], [own_a, own_b]: &[OwnText; 2]) -> Vec<StretchGap> {
    let end = CommonStretch { a: own_a.length()..own_a.length(), b: own_b.length()..own_b.length() };
    let mut gaps = Vec::with_capacity(stretches.len() + 1);
    let (mut from_a, mut from_b) = (0, 0);

    // An empty stretch at the end closes the last gap.
    for stretch in stretches.iter().chain([&end]) {
        let (a, b) = (from_a..stretch.a.start, from_b..stretch.b.start);
        let own = [own_a.count(&a), own_b.count(&b)];

        gaps.push(StretchGap { a, b, own, stretch: stretch.a.len() });
        (from_a, from_b) = (stretch.a.end, stretch.b.end);
    }

    gaps
}
