//! A page line by line, with a markup hint for each line: the input for cutting a page into stories.
//!
//! All visible text is kept, not the main text alone, since lists of headlines matter here. Block elements and `<br>`
//! end a line; a row of links alone gives a line for each link; the cells of a table row share one line. Hidden
//! elements, scripts and form fields are left out. A blank line marks where a section, a list or a table begins or
//! ends.
//!
//! One walk over the tokens, without a tree: a stack of at most [`DEEPEST`](super::stack::DEEPEST) open elements closes
//! those that HTML allows a page to leave open. So crafted pages cost no more than others of their length.

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token};

use super::articles::PageArticles;
use super::line::{LineContext, OpenLink, PageLine};
use super::stack::ElementStack;
use super::tokens::TokenReader;
use super::walk::{attribute, is_block, is_void};
use super::zones;
use crate::document::{LineHint, PageLayout, Zone};

/// The text of a page and the hints of its markup.
#[derive(Debug, Default)]
pub(super) struct StructuredPage {
    pub(super) text: String,
    pub(super) layout: PageLayout,
    /// The first byline of the page.
    pub(super) byline: Option<String>,
}

/// The reading of a page line by line.
#[derive(Default)]
pub(super) struct StructureReader {
    text: String,
    hints: Vec<LineHint>,
    line: PageLine,
    stack: ElementStack,
    articles: PageArticles,
    /// The first byline of the page.
    byline: Option<String>,
    /// Number of blocks that have begun.
    blocks: u32,
    /// Depth at which the open link began.
    link: Option<usize>,
    /// Inside an element such as a script, whose content is neither markup nor shown.
    raw: bool,
    /// Since the last line a section began or ended, or two `<br>` followed each other.
    parted: bool,
    /// A `<br>` followed the last line.
    broken: bool,
}

impl TokenReader for StructureReader {
    fn token(&mut self, token: &Token) -> Option<RawKind> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return self.start(tag),
            Token::TagToken(tag) => self.end(tag),
            Token::CharacterTokens(characters) => self.characters(characters),
            _ => {}
        }
        None
    }
}

impl StructureReader {
    fn start(&mut self, tag: &Tag) -> Option<RawKind> {
        let name = &*tag.name;

        match name {
            "script" => return self.raw(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => return self.raw(RawKind::Rawtext),
            "title" | "textarea" => return self.raw(RawKind::Rcdata),
            "a" => return self.link(tag),
            "wbr" => return None,
            "img" | "input" => self.line.space(),
            // A cell outside a row, as in a table laid out by blocks, is a line of its own.
            "td" | "th" if self.stack.is_in_block() => self.end_line(),
            "td" | "th" => self.line.cell(),
            "span" | "time" | "small" => self.line.begin_inline(),
            _ => {}
        }

        if ends_line(name) {
            self.end_line();
            self.parted |= is_section(name) || name == "br" && std::mem::replace(&mut self.broken, true);
        } else if name != "a" {
            self.line.touch();
        }

        if !is_void(name) && !tag.self_closing {
            self.open(tag);
        }
        None
    }

    fn raw(&mut self, kind: RawKind) -> Option<RawKind> {
        self.raw = true;
        Some(kind)
    }

    fn link(&mut self, tag: &Tag) -> Option<RawKind> {
        // HTML does not nest links: a new one ends the open one.
        if self.link.is_some() {
            self.end_link();
        }

        self.line.begin_inline();
        if attribute(tag, "href").is_some() {
            // Inside a sealed zone the link's own zone does not count.
            let sealed = self.stack.context().zone.is_sealed();
            let zone = zones::zone(tag, true).filter(|_| !sealed);
            self.line.begin_link(OpenLink { zone, hidden: zones::is_hidden(tag) });
            self.link = Some(self.stack.depth());
        }

        None
    }

    fn end_link(&mut self) {
        self.line.end_link();
        self.link = None;
    }

    fn characters(&mut self, characters: &str) {
        if self.raw {
            return;
        }

        // In `<pre>` each line feed ends a line.
        if !self.stack.context().preformatted {
            return self.line.characters(characters);
        }

        for (at, piece) in characters.split('\n').enumerate() {
            if at > 0 {
                self.end_line();
            }
            self.line.characters(piece);
        }
    }

    fn open(&mut self, tag: &Tag) {
        let name = &*tag.name;

        // Elements that this one ends come off the stack first, so that it does not inherit their context.
        self.stack.close_implied(name);

        let mut context = self.context(tag);

        let block = is_block(name) || is_cell(name);
        if block {
            self.blocks = self.blocks.saturating_add(1);
            (context.holder, context.block) = (context.block, self.blocks);
        }

        if name == "time" {
            self.time(tag, context.article);
        }

        self.stack.push(tag.name.clone(), block, context);
        self.line.enter(context, block);
    }

    /// The context inside an element that begins: that of its parent, changed by the tag.
    fn context(&mut self, tag: &Tag) -> LineContext {
        let mut context = self.stack.context();

        // A sealed zone holds no articles and no other zones.
        let article = zones::scope(tag).filter(|_| !context.zone.is_sealed());
        if let Some(kind) = article {
            context.article = self.articles.begin(kind, context.article);
            context.zone = Zone::Open;
        }

        if let Some(zone) = zones::zone(tag, context.article > 0).filter(|_| !context.zone.is_sealed()) {
            context.zone = zone;
        }

        context.hidden |= zones::is_hidden(tag);
        context.heading = zones::heading(tag).unwrap_or(context.heading);

        match &*tag.name {
            "pre" => context.preformatted = true,
            "li" | "dd" | "dt" => context.item = true,
            "tr" => (context.item, context.row) = (false, true),
            "table" => context.item = false,
            _ => {}
        }

        context
    }

    /// Takes the time of a `<time>` for the article that holds it; the first one counts.
    fn time(&mut self, tag: &Tag, article: u32) {
        if let Some(article) = self.articles.numbered(article)
            && let Some(time) = attribute(tag, "datetime").map(str::trim).filter(|time| !time.is_empty())
        {
            article.time.get_or_insert_with(|| time.to_owned());
        }
    }

    fn end(&mut self, tag: &Tag) {
        let name = &*tag.name;
        // The tokenizer gives no other end tag inside such an element.
        if std::mem::take(&mut self.raw) {
            return;
        }

        if matches!(name, "a" | "span" | "time" | "small") {
            self.line.end_inline();
        }
        if name == "a" {
            return self.end_link();
        }

        if ends_line(name) {
            self.end_line();
            self.parted |= is_section(name);
        } else if name != "a" {
            self.line.touch();
        }

        let block = is_block(name) || is_cell(name);
        if self.stack.close(&tag.name, block) {
            self.line.enter(self.stack.context(), block);
            // A link left open ends with the element it began in.
            if self.link.is_some_and(|began| began > self.stack.depth()) {
                self.end_link();
            }
        }
    }

    /// Notes the byline of the line for its article and, if it is the first, for the page.
    fn sign(&mut self) {
        // Before the line ends, since its byline ends with it.
        let article = self.line.article();
        let Some(byline) = self.line.byline() else { return };

        self.byline.get_or_insert_with(|| byline.clone());
        if let Some(article) = self.articles.numbered(article) {
            article.byline.get_or_insert(byline);
        }
    }

    /// Writes the line that ends here, if it is not blank.
    fn end_line(&mut self) {
        self.sign();

        let Self { text, hints, line, articles, parted, broken, .. } = self;
        line.finish(|piece, hint, words| {
            *broken = false;
            // The first line has nothing to be parted from.
            if std::mem::take(parted) && !text.is_empty() {
                text.push('\n');
            }
            text.push_str(piece);
            text.push('\n');
            articles.note(&hint, words);
            hints.push(hint);
        });
    }

    /// The page, after its last token.
    pub(super) fn finish(mut self) -> StructuredPage {
        self.end_line();
        self.text.truncate(self.text.trim_end().len());

        // Hints name the articles as they were opened; from here on they name the roots.
        let roots = self.articles.roots();
        for hint in &mut self.hints {
            if let Some(at) = (hint.article as usize).checked_sub(1) {
                debug_assert!(at < roots.len(), "a line of an article that was never opened");
                hint.article = roots.get(at).map_or(0, |root| *root);
            }
        }

        let layout = PageLayout { lines: self.hints, articles: self.articles.into_fields(), described: Vec::new() };
        StructuredPage { text: self.text, byline: self.byline, layout }
    }
}

/// Whether the beginning and the end of an element end the line.
fn ends_line(name: &str) -> bool {
    is_block(name) || matches!(name, "button" | "label")
}

fn is_cell(name: &str) -> bool {
    matches!(name, "td" | "th")
}

/// Whether the beginning and the end of an element leave a blank line.
fn is_section(name: &str) -> bool {
    matches!(
        name,
        "article"
            | "aside"
            | "section"
            | "nav"
            | "header"
            | "footer"
            | "main"
            | "form"
            | "ul"
            | "ol"
            | "dl"
            | "table"
            | "figure"
            | "blockquote"
            | "hr"
    )
}

#[cfg(test)]
mod tests;
