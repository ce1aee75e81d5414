//! What a record tells besides its text: source, address, date and title. All of it is evidence.

use crate::document::Date;

/// Whose record it is, and of which moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordPlace {
    /// The key of the source.
    pub(crate) source: u64,
    /// The key of the address; 0 without one.
    pub(crate) address: u64,
    /// Whether the record names its source, in a field or by its address. Otherwise its file is the source.
    pub(crate) is_named: bool,
    pub(crate) is_titled: bool,
    pub(crate) published: Option<Date>,
}

impl RecordPlace {
    /// Whether two records are of one source, and no one page that was read twice.
    pub(crate) fn may_be_told_apart(self, other: Self) -> bool {
        self.source == other.source && !self.has_same_address(other)
    }

    /// Whether two records are at one address of one source: a page that was read twice, or parts of one page.
    pub(crate) fn is_of_one_page(self, other: Self) -> bool {
        self.source == other.source && self.has_same_address(other)
    }

    fn has_same_address(self, other: Self) -> bool {
        self.address != 0 && self.address == other.address
    }

    /// Whether the record has neither a title nor an address.
    pub(crate) fn is_bare(self) -> bool {
        !self.is_titled && self.address == 0
    }

    /// Whether two records are at two addresses of one source.
    pub(crate) fn has_other_address(self, other: Self) -> bool {
        self.address != 0 && other.address != 0 && self.may_be_told_apart(other)
    }
}

/// The title, source and address of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordHeading {
    /// The tokens of the title in the compact alphabet, joined by one space; empty without one.
    pub(crate) title: Box<[u8]>,
    pub(crate) place: RecordPlace,
}

impl RecordHeading {
    /// Whether two records are of one source, and no one page that was read twice.
    pub(crate) fn may_be_told_apart(&self, other: &Self) -> bool {
        self.place.may_be_told_apart(other.place)
    }

    /// Whether two records are at one address of one source: a page that was read twice, or parts of one page.
    pub(crate) fn is_of_one_page(&self, other: &Self) -> bool {
        self.place.is_of_one_page(other.place)
    }

    /// Whether both records have titles, and not the same.
    pub(crate) fn has_other_title(&self, other: &Self) -> bool {
        !self.title.is_empty() && !other.title.is_empty() && self.title != other.title
    }
}

/// A folded text and the heading of its record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeadedText<'t> {
    /// Its tokens in the compact alphabet, joined by one space.
    pub(crate) folded: &'t [u8],
    pub(crate) heading: &'t RecordHeading,
}
