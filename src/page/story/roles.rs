//! The roles that a piece may have on its page.

/// What a piece is on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum PieceRole {
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
