//! The roles that a piece may have on its page.

/// The role of a piece on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum PieceRole {
    /// Menus, controls, notes.
    Furniture,
    /// The name of a section, the head of a list.
    Head,
    /// A headline of a list.
    Item,
    /// A time or «more» between headlines.
    Between,
    /// Part of a widget: comments, polls, the weather.
    Widget,
    /// The headline of a story.
    Title,
    /// A further headline below it.
    Deck,
    /// Byline, date, caption between title and text.
    Meta,
    /// A paragraph.
    Body,
    /// A subheading, a row of a table, a short line in a story.
    Sub,
}
