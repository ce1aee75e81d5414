//! One walk over the tokens of a page: its text, its metadata, and the size of its tree. Linear, without a tree.

use html5ever::LocalName;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token};

use super::dates;
use super::metadata::{MetadataCandidates, PageMetadata};
use super::tokens::{self, TokenReader};
use super::{MAX_DEPTH, MAX_ELEMENTS, MAX_WORK};

/// The result of one walk.
#[derive(Debug, Default)]
pub(super) struct WalkedPage {
    /// Words with single spaces, a line for each block; empty if only the metadata were asked for.
    pub(super) text: String,
    pub(super) metadata: PageMetadata,
    pub(super) elements: usize,
    /// The largest number of elements open at once, without those that close by themselves.
    pub(super) deepest: usize,
}

impl WalkedPage {
    /// Whether the main text may be looked for.
    pub(super) const fn is_parsable(&self) -> bool {
        !is_too_large(self.elements, self.deepest)
    }
}

/// Whether a page has too many elements, or too deep ones, to look for its main text.
const fn is_too_large(elements: usize, deepest: usize) -> bool {
    deepest > MAX_DEPTH || elements > MAX_ELEMENTS || elements.saturating_mul(deepest) > MAX_WORK
}

/// Walks over a page or a fragment of one.
pub(super) fn walk(html: &str) -> WalkedPage {
    tokens::read(html, PageWalk::default()).finish()
}

/// Where the next characters go.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum TextTarget {
    #[default]
    Text,
    /// The text, with white space kept.
    Preformatted,
    Title,
    JsonLd,
    /// Nowhere: scripts, styles and the like.
    Nothing,
}

/// A walk under way.
#[derive(Default)]
pub(super) struct PageWalk {
    /// The text is not wanted.
    metadata_alone: bool,
    text: String,
    /// The gap between the last character and the next.
    gap: TextGap,
    inside: TextTarget,
    /// Content of a title or of JSON-LD.
    aside: String,
    found: MetadataCandidates,
    elements: usize,
    depth: usize,
    deepest: usize,
    /// Number of open `<svg>` and `<math>`, in which elements of every name nest.
    foreign: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TextGap {
    #[default]
    None,
    Space,
    Line,
}

impl TokenReader for PageWalk {
    fn token(&mut self, token: &Token) -> Option<RawKind> {
        match token {
            Token::TagToken(tag) => return self.tag(tag),
            Token::CharacterTokens(characters) => self.characters(characters),
            _ => {}
        }
        None
    }
}

impl PageWalk {
    /// A walk for the metadata alone, without text.
    pub(super) fn of_metadata() -> Self {
        Self { metadata_alone: true, ..Self::default() }
    }

    /// Whether the page is too large by now to look for its main text.
    pub(super) const fn is_too_large(&self) -> bool {
        is_too_large(self.elements, self.deepest)
    }

    /// The page, after its last token.
    pub(super) fn finish(self) -> WalkedPage {
        let Self { text, found, elements, deepest, .. } = self;
        WalkedPage { text, metadata: found.finish(), elements, deepest }
    }

    fn tag(&mut self, tag: &Tag) -> Option<RawKind> {
        if tag.kind == TagKind::EndTag {
            self.end(&tag.name);
            return None;
        }
        self.start(tag)
    }

    fn start(&mut self, tag: &Tag) -> Option<RawKind> {
        self.elements += 1;

        let name = &*tag.name;
        self.between(name);
        self.foreign += usize::from(is_foreign(name) && !tag.self_closing);
        if (self.foreign > 0 || is_counted(name)) && !tag.self_closing {
            self.depth += 1;
            self.deepest = self.deepest.max(self.depth);
        }

        if name != "meta"
            && let Some((rank, moment)) = dates::moment(tag, false)
        {
            self.found.moment(rank, &moment);
        }

        // Each element whose content is not markup tells the tokenizer how its content ends.
        match name {
            "script" => {
                let json =
                    attribute(tag, "type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"));
                self.aside(if json { TextTarget::JsonLd } else { TextTarget::Nothing });
                return Some(RawKind::ScriptData);
            }
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                self.aside(TextTarget::Nothing);
                return Some(RawKind::Rawtext);
            }
            "title" => {
                self.aside(TextTarget::Title);
                return Some(RawKind::Rcdata);
            }
            "textarea" => {
                self.aside(TextTarget::Nothing);
                return Some(RawKind::Rcdata);
            }
            "pre" => self.inside = TextTarget::Preformatted,
            "meta" => self.meta(tag),
            // Without a value the candidates ignore it.
            "link" if attribute(tag, "rel").is_some_and(|rel| rel.trim().eq_ignore_ascii_case("canonical")) => {
                self.found.canonical(attribute(tag, "href").unwrap_or(""));
            }
            _ => {}
        }

        None
    }

    fn end(&mut self, name: &LocalName) {
        let name = &**name;
        self.between(name);
        if self.foreign > 0 || is_counted(name) {
            self.depth = self.depth.saturating_sub(1);
        }
        self.foreign = self.foreign.saturating_sub(usize::from(is_foreign(name)));

        // Only these elements changed where characters go.
        if !is_kept_apart(name) {
            return;
        }
        let closed = std::mem::take(&mut self.inside);

        let aside = std::mem::take(&mut self.aside);
        match closed {
            TextTarget::Title => self.found.title(&aside),
            TextTarget::JsonLd => self.found.json_ld(&aside),
            _ => {}
        }
    }

    fn meta(&mut self, tag: &Tag) {
        let Some(content) = attribute(tag, "content") else { return };
        for key in ["property", "name"] {
            if let Some(name) = attribute(tag, key) {
                self.found.meta(&name.trim().to_ascii_lowercase(), content);
            }
        }

        // In the body it tells of an element of the page, which may be any.
        if let Some(name) = attribute(tag, "itemprop") {
            match dates::moment(tag, false) {
                Some((rank, moment)) => self.found.moment(rank, &moment),
                None => self.found.meta(&name.trim().to_ascii_lowercase(), content),
            }
        }
    }

    fn aside(&mut self, inside: TextTarget) {
        self.inside = inside;
        self.aside.clear();
    }

    /// Notes the gap that a tag makes: a block is a line of its own, the cells of a table are words of one line.
    fn between(&mut self, name: &str) {
        // The larger gap wins, so a cell at the end of a block still ends the line.
        let gap = match name {
            // A `wbr` allows a line break inside a word; it is no space.
            "td" | "th" | "img" | "input" | "button" => TextGap::Space,
            name if is_block(name) => TextGap::Line,
            _ => TextGap::None,
        };

        self.gap = self.gap.max(gap);
    }

    fn characters(&mut self, characters: &str) {
        match self.inside {
            TextTarget::Nothing => {}
            TextTarget::Text | TextTarget::Preformatted if self.metadata_alone => {}
            TextTarget::Title | TextTarget::JsonLd => self.aside.push_str(characters),
            TextTarget::Preformatted => {
                self.fill();
                self.text.push_str(characters);
            }
            TextTarget::Text => self.words(characters),
        }
    }

    fn words(&mut self, characters: &str) {
        let blank = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
        if blank(characters.as_bytes().first()) {
            self.gap = self.gap.max(TextGap::Space);
        }

        for word in characters.split_ascii_whitespace() {
            self.fill();
            self.text.push_str(word);
            self.gap = TextGap::Space;
        }

        // The words left a gap behind them; without white space at the end there is none.
        if !blank(characters.as_bytes().last()) && self.gap == TextGap::Space && !characters.is_empty() {
            self.gap = TextGap::None;
        }
    }

    /// Writes the gap before the next word.
    fn fill(&mut self) {
        let gap = std::mem::take(&mut self.gap);

        if self.text.is_empty() || self.text.ends_with('\n') {
            return;
        }

        match gap {
            TextGap::None => {}
            TextGap::Space => self.text.push(' '),
            TextGap::Line => self.text.push('\n'),
        }
    }
}

/// Elements whose content is neither text nor markup.
const HIDDEN: [&str; 8] = ["script", "style", "xmp", "iframe", "noembed", "noframes", "title", "textarea"];

/// The text of a part of a tree, as a walk over the tokens of its HTML gives it.
#[derive(Default)]
pub(super) struct TreeText {
    walk: PageWalk,
    /// The element whose end ends what is hidden. In a tree it may hold others of its name, and the first end counts.
    hidden: Option<&'static str>,
}

impl TreeText {
    pub(super) fn open(&mut self, name: &str) {
        if self.hidden.is_some() {
            return;
        }
        self.walk.between(name);
        self.hidden = HIDDEN.into_iter().find(|hidden| *hidden == name);
        if name == "pre" {
            self.walk.inside = TextTarget::Preformatted;
        }
    }

    pub(super) fn close(&mut self, name: &str) {
        if self.hidden.is_some_and(|hidden| hidden != name) {
            return;
        }
        self.hidden = None;
        self.walk.between(name);
        if is_kept_apart(name) {
            self.walk.inside = TextTarget::Text;
        }
    }

    pub(super) fn characters(&mut self, characters: &str) {
        if self.hidden.is_some() {
            return;
        }
        // A tokenizer sees no carriage returns.
        if self.walk.inside == TextTarget::Preformatted && characters.contains('\r') {
            return self.walk.characters(&characters.replace("\r\n", "\n").replace('\r', "\n"));
        }
        self.walk.characters(characters);
    }

    /// Adds the text of a piece of HTML.
    pub(super) fn markup(&mut self, html: &str) {
        self.walk = tokens::read(html, std::mem::take(&mut self.walk));
    }

    pub(super) fn finish(self) -> String {
        self.walk.text
    }
}

/// Whether the content of an element goes elsewhere than that of its parent.
fn is_kept_apart(name: &str) -> bool {
    name == "pre" || HIDDEN.contains(&name)
}

/// The value of an attribute; the first one counts.
pub(super) fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

/// Whether an open element of this name makes the tree deeper: not if it has no content, or if the next of its kind
/// closes it.
fn is_counted(name: &str) -> bool {
    !is_void(name)
        && !matches!(
            name,
            "p" | "li"
                | "dd"
                | "dt"
                | "option"
                | "optgroup"
                | "td"
                | "th"
                | "tr"
                | "tbody"
                | "thead"
                | "tfoot"
                | "colgroup"
                | "caption"
                | "script"
                | "style"
                | "title"
                | "textarea"
                | "iframe"
                | "xmp"
                | "noembed"
                | "noframes"
                | "html"
                | "head"
                | "body"
        )
}

/// Whether an element of this name has neither content nor an end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

fn is_foreign(name: &str) -> bool {
    matches!(name, "svg" | "math")
}

pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "br"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "frameset"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "optgroup"
            | "option"
            | "p"
            | "pre"
            | "section"
            | "select"
            | "summary"
            | "table"
            | "tbody"
            | "tfoot"
            | "thead"
            | "title"
            | "tr"
            | "ul"
    )
}
