//! Markup hints of a page: what its HTML tells about the lines of its text.

/// The part of a page that a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Zone {
    /// No part that the markup names: the content of the page.
    #[default]
    Open,
    /// Menus and pagination.
    Navigation,
    /// Breadcrumbs: home, section, part.
    Path,
    /// The header of the page, not of an article.
    Header,
    /// The footer of the page or of an article.
    Footer,
    /// Outside the article: related and most read stories, widgets.
    Aside,
    /// Forms, buttons, share bars, advertisements, notes about cookies.
    Controls,
    /// Readers' comments.
    Comments,
    /// Keywords.
    Tags,
    /// The caption of a picture.
    Caption,
    /// The author.
    Byline,
    /// When it was published.
    Time,
}

impl Zone {
    /// Whether everything inside belongs to the zone, despite markup of its own.
    #[must_use]
    pub const fn is_sealed(self) -> bool {
        matches!(self, Self::Path | Self::Controls | Self::Comments | Self::Tags)
    }
}

/// The markup hint of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineHint {
    /// The part of the page.
    pub zone: Zone,
    /// The level of a heading: 1 to 6 as in HTML, 7 where only a class calls it a title; 0 for no heading.
    pub heading: u8,
    /// The article that holds the line, counted from 1; 0 outside articles.
    pub article: u32,
    /// Percent of the letters that are links, 0 to 100; times and numbers next to a link are not counted.
    pub linked: u8,
    /// Whether the line is in a list item.
    pub item: bool,
    /// Whether the line is a row of a table.
    pub row: bool,
    /// Whether the line is a headline that the head of the page names.
    pub headline: bool,
    /// The number of the element around the line's block, which lines of one article often share. It has no other
    /// meaning.
    pub holder: u32,
}

impl LineHint {
    /// Whether the markup gives no hint on the line.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        *self == Self { holder: self.holder, ..Self::default() }
    }

    /// Whether the line is a link of a menu or of the header of the page, above the title `own`: not one of the article's
    /// own header.
    pub(crate) fn is_menu_above(&self, own: &Self) -> bool {
        let of_page = self.article == 0 || self.article != own.article;
        let menu = matches!(self.zone, Zone::Navigation | Zone::Header);
        self.is_link() && menu && self.zone != own.zone && of_page
    }

    /// Whether the line is a link with little else.
    #[must_use]
    pub const fn is_link(&self) -> bool {
        self.linked >= LINK
    }
}

/// Least percent of linked letters of a line that counts as a link.
const LINK: u8 = 75;

/// The fields of an article, from the markup of its page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArticleFields {
    /// The title.
    pub title: Option<String>,
    /// The time of publication, as written in the page.
    pub published: Option<String>,
    /// The author.
    pub byline: Option<String>,
}

/// The markup hints of a page's text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageLayout {
    /// One hint for each line of the text that is not blank.
    pub lines: Vec<LineHint>,
    /// The fields of each article, in the order of [`LineHint::article`], which counts from 1.
    pub articles: Vec<ArticleFields>,
    /// The articles that the head of the page describes; the page itself is the last.
    pub described: Vec<ArticleFields>,
}

impl ArticleFields {
    /// Whether all fields are missing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes missing fields from `other`.
    pub(crate) fn fill_from(&mut self, other: &Self) {
        for (field, value) in [
            (&mut self.title, &other.title),
            (&mut self.published, &other.published),
            (&mut self.byline, &other.byline),
        ] {
            if field.is_none() {
                field.clone_from(value);
            }
        }
    }
}
