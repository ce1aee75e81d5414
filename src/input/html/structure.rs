//! A page line by line, with what its markup says of each line: for cutting it into stories.
//!
//! All that a reader sees becomes text, not the main text alone: lists of headlines matter here. A block element ends a line,
//! as does `<br>`; a row of nothing but links has a line for each; the cells of a row of a table stand on one line. What is
//! hidden, scripts and fields of forms are left out. A blank line stands where a section, a list or a table begins or ends.
//!
//! The tokens are walked once, without a tree: a stack holds the open elements, [`DEEPEST`] at most, and ends those that HTML
//! lets a page leave open. So pages that are made to exhaust a parser cost no more than others of their length.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::line::{LineContext, OpenLink, PageLine};
use super::stack::ElementStack;
use super::walk::{attribute, is_block, is_void};
use super::zones::{self, ArticleScope};
use crate::document::{ArticleFields, LineHint, PageLayout, Zone};

/// Fewest words of a link that makes what it begins a card.
const CARD_WORDS: u32 = 4;

/// Articles that are told apart; what follows stands in the last one.
const MOST_ARTICLES: usize = 100_000;

/// What a page shows, and what its markup says of it.
#[derive(Debug, Default)]
pub(super) struct StructuredPage {
    pub(super) text: String,
    pub(super) layout: PageLayout,
    /// The first byline.
    pub(super) byline: Option<String>,
}

/// Reads a page line by line.
pub(super) fn read(html: &str) -> StructuredPage {
    let tokenizer = Tokenizer::new(StructureSink::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    while !input.is_empty() {
        // It stops only where the sink asks for it, which never happens here.
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

#[derive(Default)]
struct StructureSink(RefCell<StructureState>);

impl TokenSink for StructureSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return state.start(&tag),
            Token::TagToken(tag) => state.end(&tag),
            Token::CharacterTokens(characters) => state.characters(&characters),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// An article while the page is read.
#[derive(Debug)]
struct OpenArticle {
    kind: ArticleScope,
    /// The one around it, from 1; 0 for none.
    parent: u32,
    /// Words that are no link, no heading and in no other part of the page.
    words: u32,
    /// It has a heading that is no link.
    headed: bool,
    /// It has a first heading that is no link.
    first: bool,
    /// It begins with a link to another article.
    card: bool,
    time: Option<String>,
    byline: Option<String>,
}

#[derive(Default)]
struct StructureState {
    text: String,
    hints: Vec<LineHint>,
    line: PageLine,
    stack: ElementStack,
    articles: Vec<OpenArticle>,
    /// The first byline of the page.
    byline: Option<String>,
    /// Blocks that began.
    blocks: u32,
    /// How deep the open link began.
    link: Option<usize>,
    /// Inside an element without markup, whose content is not shown.
    raw: bool,
    /// A section began or ended since the last line, or two `<br>` stood between.
    parted: bool,
    /// A `<br>` stood since the last line.
    broken: bool,
}

impl StructureState {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        match name {
            "script" => return self.raw(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => return self.raw(RawKind::Rawtext),
            "title" | "textarea" => return self.raw(RawKind::Rcdata),
            "a" => return self.link(tag),
            "wbr" => return TokenSinkResult::Continue,
            "img" | "input" => self.line.space(),
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
        TokenSinkResult::Continue
    }

    fn raw(&mut self, kind: RawKind) -> TokenSinkResult<()> {
        self.raw = true;
        TokenSinkResult::RawData(kind)
    }

    fn link(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        if self.link.is_some() {
            self.end_link();
        }
        self.line.begin_inline();
        if attribute(tag, "href").is_some() {
            let sealed = self.stack.context().zone.is_sealed();
            let zone = zones::zone(tag, true).filter(|_| !sealed);
            self.line.begin_link(OpenLink { zone, hidden: zones::is_hidden(tag) });
            self.link = Some(self.stack.depth());
        }
        TokenSinkResult::Continue
    }

    fn end_link(&mut self) {
        self.line.end_link();
        self.link = None;
    }

    fn characters(&mut self, characters: &str) {
        if self.raw {
            return;
        }
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

    /// What is known of the place inside an element that begins.
    fn context(&mut self, tag: &Tag) -> LineContext {
        let mut context = self.stack.context();
        let article = zones::scope(tag).filter(|_| !context.zone.is_sealed());
        if let Some(kind) = article {
            context.article = self.begin_article(kind, context.article);
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

    fn begin_article(&mut self, kind: ArticleScope, parent: u32) -> u32 {
        if self.articles.len() < MOST_ARTICLES {
            self.articles.push(OpenArticle {
                kind,
                parent,
                words: 0,
                headed: false,
                first: false,
                card: false,
                time: None,
                byline: None,
            });
        }
        self.articles.len() as u32
    }

    fn time(&mut self, tag: &Tag, article: u32) {
        if let Some(article) = (article as usize).checked_sub(1).and_then(|at| self.articles.get_mut(at))
            && let Some(time) = attribute(tag, "datetime").map(str::trim).filter(|time| !time.is_empty())
        {
            article.time.get_or_insert_with(|| time.to_owned());
        }
    }

    fn end(&mut self, tag: &Tag) {
        let name = &*tag.name;
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
            // A link that was left open ends with what it began in.
            if self.link.is_some_and(|began| began > self.stack.depth()) {
                self.end_link();
            }
        }
    }

    /// Notes who wrote the article that the line stands in.
    fn sign(&mut self) {
        let article = self.line.article();
        let Some(byline) = self.line.byline() else { return };
        self.byline.get_or_insert_with(|| byline.clone());
        if let Some(article) = (article as usize).checked_sub(1).and_then(|at| self.articles.get_mut(at)) {
            article.byline.get_or_insert(byline);
        }
    }

    /// Writes the line that ends here, if anything stands on it.
    fn end_line(&mut self) {
        self.sign();
        let Self { text, hints, line, articles, parted, broken, .. } = self;
        line.finish(|piece, hint, words| {
            *broken = false;
            if std::mem::take(parted) && !text.is_empty() {
                text.push('\n');
            }
            text.push_str(piece);
            text.push('\n');
            note(articles, &hint, words);
            hints.push(hint);
        });
    }

    fn finish(mut self) -> StructuredPage {
        self.end_line();
        self.text.truncate(self.text.trim_end().len());
        // The main part of a page without a heading of its own says nothing of where articles are.
        let says = |at: &u32| {
            self.articles.get(*at as usize - 1).is_some_and(|root| root.kind != ArticleScope::Main || root.headed)
        };
        let roots = (0..self.articles.len()).map(|at| Some(root(&self.articles, at)).filter(says).unwrap_or(0));
        let roots: Vec<u32> = roots.collect();
        for hint in &mut self.hints {
            hint.article = (hint.article as usize).checked_sub(1).and_then(|at| roots.get(at).copied()).unwrap_or(0);
        }
        let fields =
            |article: OpenArticle| ArticleFields { title: None, published: article.time, byline: article.byline };
        let articles = self.articles.into_iter().map(fields).collect();
        let (text, byline) = (self.text, self.byline);
        StructuredPage { text, byline, layout: PageLayout { lines: self.hints, articles, described: Vec::new() } }
    }
}

/// Adds a line to the article that it stands in.
fn note(articles: &mut [OpenArticle], hint: &LineHint, words: u32) {
    let Some(article) = (hint.article as usize).checked_sub(1).and_then(|at| articles.get_mut(at)) else { return };
    match hint.zone {
        Zone::Open if hint.is_link() => article.card |= article.words == 0 && (hint.heading > 0 || words >= CARD_WORDS),
        Zone::Open if hint.heading > 0 => (article.headed, article.first) = (true, article.first || hint.heading == 1),
        Zone::Open => article.words += words,
        _ => {}
    }
}

/// The article that one belongs to, both counted from 1: the text of an article, the entries of a live page and what else stands
/// in an article is that article's, cards of others aside; what stands in the main part is one by itself, unless the first heading
/// of the page stands over all of that part.
fn root(articles: &[OpenArticle], at: usize) -> u32 {
    let mut root = at;
    for _ in 0..super::stack::DEEPEST {
        let Some(article) = articles.get(root) else { break };
        let parent = (article.parent as usize).checked_sub(1);
        let Some((next, around)) = parent.and_then(|next| Some((next, articles.get(next)?))) else { break };
        let holds = match around.kind {
            ArticleScope::Main => around.first && !article.first,
            _ => around.words > 0 || around.headed,
        };
        let joins = article.kind == ArticleScope::Body || holds && !article.card;
        if !joins {
            break;
        }
        root = next;
    }
    root as u32 + 1
}

fn ends_line(name: &str) -> bool {
    is_block(name) || matches!(name, "button" | "label")
}

fn is_cell(name: &str) -> bool {
    matches!(name, "td" | "th")
}

/// Elements whose beginning and end part what stands on a page.
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
