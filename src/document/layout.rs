//! What the markup of a page says of the lines of its text.

/// The part of a page that a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Zone {
    /// None that the markup tells: whatever the page is about.
    #[default]
    Open,
    /// Menus, numbers of pages.
    Navigation,
    /// The way to the page: home, section, part.
    Path,
    /// The head of the page, not that of an article.
    Header,
    /// The foot of the page or of an article.
    Footer,
    /// Beside the article: related and most read stories, widgets.
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
    /// Whether all that stands inside belongs to it, whatever it looks like.
    #[must_use]
    pub const fn is_sealed(self) -> bool {
        matches!(self, Self::Path | Self::Controls | Self::Comments | Self::Tags)
    }
}

/// What the markup says of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineHint {
    /// The part of the page.
    pub zone: Zone,
    /// The level of a heading: 1 to 6 as in HTML, 7 where only a class calls it a title; 0 for no heading.
    pub heading: u8,
    /// The article that holds the line, counted from 1; 0 outside articles.
    pub article: u32,
    /// How many percent of the letters are links; times and numbers beside a link are not counted.
    pub linked: u8,
    /// Whether the line stands in an item of a list.
    pub item: bool,
    /// Whether it is a row of a table.
    pub row: bool,
    /// Whether it is the headline that the page says it has.
    pub headline: bool,
    /// The element that holds the block of the line: lines of one article often stand in one. Says nothing by itself.
    pub holder: u32,
}

impl LineHint {
    /// Whether the markup says nothing of the line.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        *self == Self { holder: self.holder, ..Self::default() }
    }

    /// Whether the line is a link and little else.
    #[must_use]
    pub const fn is_link(&self) -> bool {
        self.linked >= LINK
    }
}

/// Percent of the letters of a line that is a link.
const LINK: u8 = 75;

/// What a page says of one of its articles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArticleFields {
    /// The title.
    pub title: Option<String>,
    /// When it was published, as written there.
    pub published: Option<String>,
    /// Who wrote it.
    pub byline: Option<String>,
}

/// What the markup of a page says of its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageLayout {
    /// One for each line of the text that holds more than white space.
    pub lines: Vec<LineHint>,
    /// What the markup says of each article, by [`LineHint::article`] from 1.
    pub articles: Vec<ArticleFields>,
    /// What the head of the page says of articles, the one the page is about first.
    pub described: Vec<ArticleFields>,
}

impl ArticleFields {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes what is not known yet from `other`.
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

/// Letters and digits alone, in lower case: what two spellings of a headline share.
pub(crate) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
