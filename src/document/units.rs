//! The table of all units: the document, kind and place of each.

use super::{DocId, Span, Unit, UnitKind};

/// The position of a unit in the table: by document in input order, then by position in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub(crate) u32);

impl UnitId {
    /// For indexing.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// All units of a run, in input order. 24 bytes per unit.
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
    /// Appends a unit: `number` counts the document's units from 0, `tokens` its folded tokens. Documents come in input
    /// order.
    #[expect(clippy::cast_possible_truncation, reason = "records hold less than 4 GiB, inputs fewer than 2^32 units")]
    pub(crate) fn push(&mut self, document: DocId, number: usize, unit: &Unit, tokens: usize) -> UnitId {
        debug_assert!(self.rows.last().is_none_or(|last| last.document <= document), "documents come in order");
        let (start, end) = (unit.span.start as u32, unit.span.end as u32);

        self.rows.push(UnitRow { document, number: number as u32, start, end, tokens: tokens as u32, kind: unit.kind });

        UnitId(self.rows.len() as u32 - 1)
    }

    /// Changes the number of folded tokens of a unit.
    #[expect(clippy::cast_possible_truncation, reason = "records hold less than 4 GiB")]
    pub(crate) fn set_tokens(&mut self, unit: UnitId, tokens: usize) {
        self.rows[unit.index()].tokens = tokens as u32;
    }

    /// Keeps the units for which `keep` returns true. Returns the new id of each old one, `None` for those removed.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Self, UnitId) -> bool) -> Vec<Option<UnitId>> {
        let mut next = 0;
        let mut new_ids = Vec::with_capacity(self.rows.len());
        for unit in self.ids() {
            let kept = keep(self, unit).then_some(UnitId(next));
            next += u32::from(kept.is_some());
            new_ids.push(kept);
        }

        // `retain` visits each row once, in order.
        let mut kept = new_ids.iter();
        self.rows.retain(|_| kept.next().is_some_and(Option::is_some));

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

    /// The document that holds the unit.
    #[must_use]
    pub fn document(&self, unit: UnitId) -> DocId {
        self.rows[unit.index()].document
    }

    /// The first unit of a document; `None` if it has none.
    pub(crate) fn first_of(&self, document: DocId) -> Option<UnitId> {
        let place = self.rows.partition_point(|row| row.document < document);
        self.rows.get(place).filter(|row| row.document == document).map(|_| UnitId(place as u32))
    }

    /// The kind of the unit.
    #[must_use]
    pub fn kind(&self, unit: UnitId) -> UnitKind {
        self.rows[unit.index()].kind
    }

    /// The place of the unit in the document's text.
    #[must_use]
    pub fn span(&self, unit: UnitId) -> Span {
        let row = &self.rows[unit.index()];
        Span::new(row.start as usize, row.end as usize)
    }

    /// The number of the unit in its document, from 0; `None` for a whole document.
    #[must_use]
    pub fn number(&self, unit: UnitId) -> Option<usize> {
        let row = &self.rows[unit.index()];
        (row.kind != UnitKind::Document).then_some(row.number as usize)
    }

    /// The unit as it was cut, without its title.
    pub(crate) fn unit(&self, unit: UnitId) -> Unit {
        Unit { kind: self.kind(unit), span: self.span(unit), title: None }
    }

    /// Number of folded tokens.
    #[must_use]
    pub fn tokens(&self, unit: UnitId) -> usize {
        self.rows[unit.index()].tokens as usize
    }

    /// The id shown for the unit, from the id shown for its document: `DOCID`, or `DOCID#N` for a part of a document.
    #[must_use]
    pub fn shown_id(&self, unit: UnitId, document_id: &str) -> String {
        match self.number(unit) {
            Some(number) => format!("{document_id}#{number}"),
            None => document_id.to_owned(),
        }
    }
}
