//! The table of all units: which document each belongs to, what it is and where it stands.

use super::{DocId, Span, Unit, UnitKind};

/// A unit's place in the table: input order, documents first, then place in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub(crate) u32);

impl UnitId {
    /// For indexing.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// All units of a run, in input order. 24 bytes a unit.
#[derive(Debug, Clone, Default)]
pub struct Units {
    rows: Vec<UnitRow>,
}

#[derive(Debug, Clone, Copy)]
struct UnitRow {
    document: DocId,
    number: u32,
    start: u32,
    end: u32,
    tokens: u32,
    kind: UnitKind,
}

impl Units {
    /// Appends a unit: `number` counts the document's units from 0, `tokens` its folded tokens.
    #[expect(clippy::cast_possible_truncation, reason = "records hold less than 4 GiB, inputs fewer than 2^32 units")]
    pub(crate) fn push(&mut self, document: DocId, number: usize, unit: &Unit, tokens: usize) -> UnitId {
        let (start, end) = (unit.span.start as u32, unit.span.end as u32);
        let row = UnitRow { document, number: number as u32, start, end, tokens: tokens as u32, kind: unit.kind };
        self.rows.push(row);
        UnitId(self.rows.len() as u32 - 1)
    }

    /// Keeps the units for which `keep` says yes; returns the new id of each old one.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Self, UnitId) -> bool) -> Vec<Option<UnitId>> {
        let mut next = 0;
        let new_ids: Vec<Option<UnitId>> = self
            .ids()
            .map(|unit| {
                let kept = keep(self, unit).then_some(UnitId(next));
                next += u32::from(kept.is_some());
                kept
            })
            .collect();
        let mut kept = new_ids.iter().map(Option::is_some);
        self.rows.retain(|_| kept.next().unwrap_or(false));
        new_ids
    }

    /// Number of units.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Every unit, in input order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = UnitId> + use<> {
        (0..self.rows.len() as u32).map(UnitId)
    }

    /// The units of a document, in text order.
    pub(crate) fn of_document(&self, document: DocId) -> impl Iterator<Item = UnitId> + use<> {
        let start = self.rows.partition_point(|row| row.document < document);
        let end = self.rows.partition_point(|row| row.document <= document);
        (start as u32..end as u32).map(UnitId)
    }

    /// The document it belongs to.
    #[must_use]
    pub fn document(&self, unit: UnitId) -> DocId {
        self.rows[unit.index()].document
    }

    /// The first unit of a document; `None` if it has none.
    pub(crate) fn first_of(&self, document: DocId) -> Option<UnitId> {
        let place = self.rows.partition_point(|row| row.document < document);
        self.rows.get(place).filter(|row| row.document == document).map(|_| UnitId(place as u32))
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self, unit: UnitId) -> UnitKind {
        self.rows[unit.index()].kind
    }

    /// Where it stands in the document's text.
    #[must_use]
    pub fn span(&self, unit: UnitId) -> Span {
        let row = &self.rows[unit.index()];
        Span::new(row.start as usize, row.end as usize)
    }

    /// Its number among the document's units, from 0; `None` if it is the whole document.
    #[must_use]
    pub fn number(&self, unit: UnitId) -> Option<usize> {
        let row = &self.rows[unit.index()];
        (row.kind != UnitKind::Document).then_some(row.number as usize)
    }

    /// Number of folded tokens.
    #[must_use]
    pub fn tokens(&self, unit: UnitId) -> usize {
        self.rows[unit.index()].tokens as usize
    }

    /// The id shown for it, from the id shown for its document: `DOCID`, or `DOCID#N` inside a document.
    #[must_use]
    pub fn shown_id(&self, unit: UnitId, document_id: &str) -> String {
        match self.number(unit) {
            Some(number) => format!("{document_id}#{number}"),
            None => document_id.to_owned(),
        }
    }
}
