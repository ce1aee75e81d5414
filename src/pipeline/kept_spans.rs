//! The parts of units that are compared, as the first pass found them: later passes need no sieve.

use crate::document::{Excerpt, Span, UnitId};

/// A part of a unit that is compared, for a unit that is not compared whole. 12 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeptSpan {
    /// Its unit: a place in a block, or in the run.
    pub(super) unit: u32,
    /// Its first byte in the text of the unit, and the end.
    pub(super) start: u32,
    pub(super) end: u32,
}

/// The parts of all units that are not compared whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct KeptSpans(Vec<KeptSpan>);

impl KeptSpans {
    /// Appends the parts of a unit, unless it is compared whole. Units ascend.
    pub(super) fn push(&mut self, unit: u32, excerpt: &Excerpt<'_>) {
        if excerpt.is_whole() {
            return;
        }

        let part =
            |(start, piece): (usize, &str)| KeptSpan { unit, start: start as u32, end: (start + piece.len()) as u32 };
        self.0.extend(excerpt.pieces().map(part));
    }

    /// Appends the parts of units of a block, whose first unit is unit `first` of the run.
    pub(super) fn append(&mut self, block: &Self, first: u32) {
        debug_assert!(block.0.is_sorted_by_key(|span| span.unit), "units ascend");
        self.0.extend(block.0.iter().map(|span| KeptSpan { unit: span.unit + first, ..*span }));
    }

    /// Renumbers the units, which keep their order, and drops those without a new number.
    pub(super) fn renumber(&mut self, new: impl Fn(u32) -> Option<UnitId>) {
        self.0.retain_mut(|span| new(span.unit).map(|unit| span.unit = unit.0).is_some());
    }

    /// The parts of a unit, in `spans`, which are overwritten; `None` if it is compared whole. O(log n).
    pub(super) fn of<'s>(&self, unit: UnitId, spans: &'s mut Vec<Span>) -> Option<&'s [Span]> {
        let first = self.0.partition_point(|span| span.unit < unit.0);
        let of_unit = self.0[first..].iter().take_while(|span| span.unit == unit.0);

        spans.clear();
        spans.extend(of_unit.map(|span| Span::new(span.start as usize, span.end as usize)));
        (!spans.is_empty()).then_some(spans)
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.0[..])
    }

    /// The parts, units ascending.
    pub(super) fn as_slice(&self) -> &[KeptSpan] {
        &self.0
    }

    /// The parts that [`as_slice`](Self::as_slice) gave.
    pub(super) fn from_vec(spans: Vec<KeptSpan>) -> Self {
        Self(spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_by_their_unit() {
        let mut block = KeptSpans::default();
        block.push(0, &Excerpt::whole("كل النص"));
        block.push(1, &Excerpt::new("abcdef", &[Span::new(0, 2), Span::new(3, 6)]));
        block.push(4, &Excerpt::new("abc", &[Span::new(1, 3)]));
        let mut run = KeptSpans::default();
        run.append(&block, 10);

        let mut spans = Vec::new();
        assert_eq!(run.of(UnitId(11), &mut spans), Some(&[Span::new(0, 2), Span::new(3, 6)][..]));
        assert_eq!(run.of(UnitId(10), &mut spans), None);

        run.renumber(|unit| (unit != 11).then_some(UnitId(unit - 1)));
        assert_eq!(run.of(UnitId(11), &mut spans), None);
        assert_eq!(run.of(UnitId(13), &mut spans), Some(&[Span::new(1, 3)][..]));
    }
}
