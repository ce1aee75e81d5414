//! A page line by line, with a markup hint for each line: the input for cutting a page into stories.
//!
//! All visible text is kept, not the main text alone, since lists of headlines matter here. Block elements and `<br>`
//! end a line; a row of links alone gives a line for each link; the cells of a table row share one line. Hidden
//! elements, scripts and form fields are left out. A blank line marks where a section, a list or a table begins or
//! ends.
//!
//! One walk over the tokens, without a tree: a stack of at most [`DEEPEST`](super::stack::DEEPEST) open elements closes
//! those that HTML allows a page to leave open. So crafted pages cost no more than others of their length. Behind the
//! last line the [`places`](super::places) of the page are settled, and the hints made.

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token};

use super::articles::PageArticles;
use super::boxes::{PageBoxes, SettledBoxes};
use super::dates::{self, MomentRank};
use super::described::{Headlines, NamedHeadline};
use super::line::{LineContext, LineDraft, OpenLink, PageLine, WordRun};
use super::metadata::{PageMetadata, is_same_address};
use super::places::{MainHeading, PagePlaces, SettledPlace};
use super::stack::ElementStack;
use super::tokens::TokenReader;
use super::walk::{attribute, is_block, is_void};
use super::zones::{self, NamedZone, ZoneSource};
use crate::document::{LineHint, PageLayout, Zone, is_of_change};

/// The text of a page and the hints of its markup.
#[derive(Debug, Default)]
pub(super) struct StructuredPage {
    pub(super) text: String,
    pub(super) layout: PageLayout,
    /// The first byline of the page.
    pub(super) byline: Option<String>,
    /// The moment of the page's publication by its elements.
    pub(super) moment: Option<(MomentRank, String)>,
}

/// A moment that an element of the page names.
struct Moment {
    place: u32,
    rank: MomentRank,
    /// As in [`ArticleFields`](crate::document::ArticleFields).
    written: String,
    /// The number of the line that it is in.
    line: usize,
    /// The number of the box that it is in.
    block: u32,
}

/// A byline that the page has.
struct NamedByline {
    place: u32,
    name: String,
    /// The number of the box that it is in.
    block: u32,
}

/// The reading of a page line by line.
#[derive(Default)]
pub(super) struct StructureReader {
    text: String,
    /// The lines, each with the place of its first run among `runs`.
    drafts: Vec<(LineDraft, usize)>,
    runs: Vec<WordRun>,
    line: PageLine,
    stack: ElementStack,
    places: PagePlaces,
    articles: PageArticles,
    /// The bylines of the page.
    bylines: Vec<NamedByline>,
    moments: Vec<Moment>,
    /// Posts of a thread so far.
    thread_posts: usize,
    /// The addresses that headings lead to.
    addresses: Vec<String>,
    boxes: PageBoxes,
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
            "title" => return self.raw(RawKind::Rcdata),
            "textarea" => {
                self.places.field(self.stack.context().place);
                return self.raw(RawKind::Rcdata);
            }
            "a" => return self.link(tag),
            "wbr" => return None,
            "input" => self.input(tag),
            "img" => {
                self.line.space();
                self.boxes.picture(self.stack.context().block);
            }
            "amp-img" => self.boxes.picture(self.stack.context().block),
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

        if is_void(name) || tag.self_closing {
            self.moment(tag, self.stack.context());
        } else {
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
        if let Some(address) = attribute(tag, "href") {
            let around = self.stack.context();
            let place = zones::zone(tag, true).map(|named| (self.places.part(around.place, named), named.zone));
            let file = is_file(address);

            // Where a heading leads tells whether it is of this page.
            let mut number = 0;
            if around.heading > 0 {
                self.addresses.push(address.to_owned());
                number = self.addresses.len() as u32;
            }
            self.line.begin_link(OpenLink { place, hidden: zones::is_hidden(tag), file, address: number });
            self.link = Some(self.stack.depth());
        }

        None
    }

    /// Notes a field of a form that a reader fills in.
    fn input(&mut self, tag: &Tag) {
        self.line.space();
        let kind = attribute(tag, "type").unwrap_or("text");
        if ["text", "password", "email", "tel", "number"].iter().any(|filled| kind.eq_ignore_ascii_case(filled)) {
            self.places.field(self.stack.context().place);
        }
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
            (context.holder, context.block) = (context.block, self.boxes.begin(context.block));
            (context.class, context.post_title) = zones::title_class(tag);
            context.paragraph = name == "p";
        }
        self.moment(tag, context);

        self.stack.push(tag.name.clone(), block, context);
        self.line.enter(context, block);
    }

    /// The context inside an element that begins: that of its parent, changed by the tag.
    fn context(&mut self, tag: &Tag) -> LineContext {
        let mut context = self.stack.context();

        // Whether the names are true is seen when the page has been read.
        let scope = zones::scope(tag);
        if let Some(kind) = scope {
            context.article = self.articles.begin(kind, context.article);
            context.place = self.places.article(context.place, context.article, kind);
            context.zone = Zone::Open;
        }

        // The first post of a thread is the article, the others are replies.
        let is_post = zones::is_thread_post(tag);
        self.thread_posts += usize::from(is_post);
        let reply = NamedZone { zone: Zone::Comments, source: ZoneSource::Part };

        // An element that holds an article names no other zone. Comments are the exception: each of them may be an article.
        let named = zones::zone(tag, context.article > 0);
        let named = if is_post && self.thread_posts > 1 { Some(reply) } else { named };
        if let Some(named) = named.filter(|named| scope.is_none() || named.zone == Zone::Comments) {
            context.place = self.places.part(context.place, named);
            context.zone = named.zone;
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

    /// Notes the moment in the attributes of an element, unless words before it tell that it is that of a change.
    fn moment(&mut self, tag: &Tag, context: LineContext) {
        let timed = context.zone == Zone::Time && context.place != self.stack.context().place;
        let Some((rank, written)) = dates::moment(tag, timed) else { return };
        if rank == MomentRank::Published || !is_of_change(self.line.last_words()) {
            let line = self.drafts.len();
            self.moments.push(Moment { place: context.place, rank, written, line, block: context.block });
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

    /// Writes the line that ends here, if it is not blank.
    fn end_line(&mut self) {
        // Before the line ends, since its byline ends with it.
        let block = self.line.block();
        self.bylines.extend(self.line.byline().map(|(place, name)| NamedByline { place, name, block }));
        if let Some((place, written)) = self.line.moment() {
            let (line, block) = (self.drafts.len(), self.line.block());
            self.moments.push(Moment { place, rank: MomentRank::Written, written, line, block });
        }

        let Self { text, drafts, runs, line, places, parted, broken, .. } = self;
        let first = runs.len();
        line.finish(runs, |piece, draft| {
            *broken = false;
            // The first line has nothing to be parted from.
            if std::mem::take(parted) && !text.is_empty() {
                text.push('\n');
            }
            text.push_str(piece);
            text.push('\n');
            places.note(draft.place, draft.content(piece), draft.heading);
            drafts.push((draft, first));
        });
    }

    /// The page, after its last token.
    pub(super) fn finish(mut self, metadata: &PageMetadata) -> StructuredPage {
        self.end_line();
        self.text.truncate(self.text.trim_end().len());

        let headlines = Headlines::of(metadata);
        // There is one draft for each line that is not blank.
        let text = std::mem::take(&mut self.text);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        debug_assert_eq!(lines.len(), self.drafts.len(), "one draft for each line");
        let named: Vec<Option<NamedHeadline>> = lines.iter().map(|line| headlines.names(line)).collect();

        // Which places are true tells which lines are of the article, and only those date and sign it.
        let main = self.main_heading(&named);
        let settled = self.places.settle(main.map(|(_, heading)| heading));
        let mut hints = self.hints(&settled);
        for (hint, named) in hints.iter_mut().zip(&named) {
            hint.headline = named.is_some();
        }
        self.settle_headings(&mut hints, &lines, main, metadata.url.as_deref());
        let main_line = main.map(|(line, _)| line);
        let boxes = self.boxes.settle(&self.drafts, &hints, &lines, main_line);
        self.settle_captions(&mut hints, &lines, &boxes);

        // Paragraphs that each have a box of their own share the next one.
        let containers = boxes.containers();
        for hint in &mut hints {
            hint.holder = containers.get(hint.holder as usize).copied().unwrap_or(0);
        }
        // Moments and names beside links to other stories are theirs.
        self.moments.retain(|moment| !boxes.is_of_other(moment.block));
        self.bylines.retain(|byline| !boxes.is_of_other(byline.block));
        for (hint, (draft, _)) in hints.iter().zip(&self.drafts) {
            self.articles.note(hint, draft.words);
        }

        let roots = self.articles.roots();
        let root = |article: u32| {
            let Some(at) = (article as usize).checked_sub(1) else { return 0 };
            debug_assert!(at < roots.len(), "a line of an article that was never opened");
            roots.get(at).copied().unwrap_or(0)
        };
        let own = self.own_articles(main.map(|(_, heading)| heading.place), &settled, &roots);
        let is_own = |place: &SettledPlace| place.article == 0 || own.contains(&root(place.article));
        let byline = self.sign(&settled, is_own);
        let moment = self.date(&settled, &hints, main_line, is_own);

        // Hints name the articles as they were opened; from here on they name the roots.
        for hint in &mut hints {
            hint.article = root(hint.article);
        }

        let layout = PageLayout { lines: hints, articles: self.articles.into_fields(), described: Vec::new() };
        StructuredPage { text, byline, moment, layout }
    }

    /// The line and the heading of what the page is about: one that the head of the page names, else the first of the
    /// first level.
    fn main_heading(&self, named: &[Option<NamedHeadline>]) -> Option<(usize, MainHeading)> {
        let mut best: Option<(u8, usize)> = None;
        for (at, ((draft, _), named)) in self.drafts.iter().zip(named).enumerate() {
            let named = *named == Some(NamedHeadline::OfPage);
            let rank = match (draft.heading, named, draft.is_link) {
                (1, true, false) => 0,
                (1.., true, false) => 1,
                (1, true, true) => 2,
                // The path to a page ends with its title.
                (0, true, false) if self.places.zone(draft.place) != Zone::Path => 3,
                (1, false, false) => 4,
                (1, false, true) => 5,
                _ => continue,
            };
            if best.is_none_or(|(other, _)| rank < other) {
                best = Some((rank, at));
            }
        }

        let (rank, at) = best?;
        let place = self.drafts.get(at)?.0.place;
        Some((at, MainHeading { place, named: rank < 4 }))
    }

    /// Settles what is a heading, and which headings lead elsewhere.
    fn settle_headings(
        &self,
        hints: &mut [LineHint],
        lines: &[&str],
        main: Option<(usize, MainHeading)>,
        address: Option<&str>,
    ) {
        let draft = |at: usize| self.drafts.get(at).map(|(draft, _)| draft);
        let main = main.filter(|(_, heading)| heading.named).map(|(at, _)| at);
        let class = main.and_then(draft).filter(|main| main.heading == 0 && main.class > 0).map(|main| main.class);
        let mut post_titles = self.drafts.iter().filter(|(draft, _)| draft.post_title && draft.heading > 0);
        let is_only = post_titles.next().is_some() && post_titles.next().is_none();

        for (at, ((hint, line), (draft, _))) in hints.iter_mut().zip(lines).zip(&self.drafts).enumerate() {
            // A heading that is only a date parts the days of a list.
            let dated = hint.heading > 0 && draft.words <= DATE_WORDS && line.contains(char::is_numeric);
            if dated && dates::written(line).is_some() {
                hint.heading = 0;
                if hint.zone == Zone::Open {
                    hint.zone = Zone::Time;
                }
                continue;
            }

            // The titles of other stories look like that which the head of the page names.
            if hint.heading == 0 && class == Some(draft.class) && !hint.is_link() && TITLE_WORDS.contains(&draft.words)
            {
                hint.heading = 7;
            }

            // A title may lead to its own page.
            let here = self.addresses.get((draft.address as usize).wrapping_sub(1)).zip(address);
            let is_here = here.is_some_and(|(own, page)| is_same_address(own, page));
            let is_own = is_here || draft.heading == 1 && main == Some(at);
            let is_title = is_own && self.heads_text(at, 1) || is_only && draft.post_title && self.heads_text(at, 2);
            if draft.heading > 0 && hint.is_link() && is_title {
                (hint.linked, hint.headline) = (0, true);
            }
        }
    }

    /// Finds captions that are not called so: the only line in the box of a picture, if it is short and no sentence.
    fn settle_captions(&self, hints: &mut [LineHint], lines: &[&str], boxes: &SettledBoxes<'_>) {
        for at in boxes.below_pictures() {
            let (Some(hint), Some(line), Some((draft, _))) = (hints.get_mut(at), lines.get(at), self.drafts.get(at))
            else {
                continue;
            };
            let is_label = draft.words <= TEXT_WORDS && !line.ends_with(['.', '؟', '!', '۔', '»']);
            let is_plain = hint.heading == 0 && !hint.headline && !hint.is_link() && hint.zone == Zone::Open;
            if is_label && is_plain && !boxes.is_inline(draft.block) {
                hint.zone = Zone::Caption;
            }
        }
    }

    /// Whether so many paragraphs are below the heading at `at`, before anything that leads elsewhere.
    fn heads_text(&self, at: usize, least: usize) -> bool {
        let below = self.drafts.iter().skip(at + 1).take(TEXT_LINES).map(|(draft, _)| draft);
        let own = below.take_while(|draft| draft.heading == 0 && !(draft.is_link && draft.words > LINK_WORDS));
        own.filter(|draft| !draft.is_link && draft.words > TEXT_WORDS).count() >= least
    }

    /// The articles that the page is about: that of its heading, and that with the most words.
    fn own_articles(&self, heading: Option<u32>, settled: &[SettledPlace], roots: &[u32]) -> [u32; 2] {
        let mut words = vec![0_u32; roots.len() + 1];
        for (root, own) in roots.iter().zip(self.articles.words()) {
            if let Some(words) = words.get_mut(*root as usize) {
                *words = words.saturating_add(own);
            }
        }
        let largest = (1..words.len()).rev().max_by_key(|article| words[*article]).unwrap_or(0);

        let headed = heading.and_then(|place| settled.get(place as usize)).map_or(0, |place| place.article as usize);
        let headed = headed.checked_sub(1).and_then(|at| roots.get(at)).copied().unwrap_or(0);
        [headed, largest as u32]
    }

    fn hints(&self, settled: &[SettledPlace]) -> Vec<LineHint> {
        let mut hints = Vec::with_capacity(self.drafts.len());
        // The pieces of a line share its runs, which are looked at once.
        let mut lines = self.drafts.chunk_by(|(_, first), (_, next)| first == next).peekable();
        while let Some(pieces) = lines.next() {
            let Some((line, first)) = pieces.first() else { continue };
            let next = lines.peek().and_then(|next| next.first()).map_or(self.runs.len(), |(_, first)| *first);
            let whole = line.whole(self.runs.get(*first..next).unwrap_or_default(), settled);
            hints.extend(pieces.iter().map(|(piece, _)| piece.hint(whole, settled)));
        }
        hints
    }

    /// Gives the articles their bylines. Returns the first one of the page.
    fn sign(&mut self, settled: &[SettledPlace], is_own: impl Fn(&SettledPlace) -> bool) -> Option<String> {
        let mut first = None;
        for NamedByline { place, name, .. } in std::mem::take(&mut self.bylines) {
            let Some(place) = settled.get(place as usize).filter(|place| !place.beside) else { continue };
            // A name that only words introduce may stand anywhere.
            if !matches!(place.zone, Zone::Byline | Zone::Open | Zone::Time | Zone::Footer) {
                continue;
            }

            if let Some(article) = self.articles.numbered(place.article) {
                article.byline.get_or_insert_with(|| name.clone());
            }
            if is_own(place) {
                first.get_or_insert(name);
            }
        }
        first
    }

    /// Gives the articles their times: the surest one, of equals the first. Returns that of the page.
    fn date(
        &mut self,
        settled: &[SettledPlace],
        hints: &[LineHint],
        heading: Option<usize>,
        is_own: impl Fn(&SettledPlace) -> bool,
    ) -> Option<(MomentRank, String)> {
        let mut moments = std::mem::take(&mut self.moments);
        // Stable, so that the first stays before others of its rank.
        moments.sort_by_key(|moment| moment.rank);
        // Above a menu or the header stands what day it is.
        let own = heading.and_then(|heading| hints.get(heading)).copied().unwrap_or_default();
        let is_part = |hint: &LineHint| hint.is_menu_above(&own);
        let above = heading.and_then(|heading| hints.get(..heading)).unwrap_or_default();
        let begin = above.iter().rposition(is_part).map_or(0, |at| at + 1);

        let mut first = None;
        for Moment { place, rank, written, line, .. } in moments {
            let Some(place) = settled.get(place as usize).filter(|place| !place.beside) else { continue };
            if let Some(article) = self.articles.numbered(place.article) {
                article.time.get_or_insert_with(|| written.clone());
            }

            let behind = heading.is_some_and(|heading| heading <= line);
            let told = behind || !place.over && rank < MomentRank::Written && line >= begin;
            if is_own(place) && told && first.is_none() {
                first = Some((rank, written));
            }
        }
        first
    }
}

/// Most words of a link that is no headline.
const LINK_WORDS: u32 = 3;
/// Most words of a date.
const DATE_WORDS: u32 = 8;
/// Words of a title.
const TITLE_WORDS: std::ops::RangeInclusive<u32> = 3..=20;
/// Lines below a title in which its text begins.
const TEXT_LINES: usize = 24;
/// Most words of a line that is no paragraph.
const TEXT_WORDS: u32 = 14;

/// Endings of addresses of files that are read apart from the page.
const FILES: [&str; 12] =
    [".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".zip", ".rar", ".odt", ".csv", ".epub"];

/// Whether an address leads to a file that is read apart from the page.
fn is_file(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let ends = |end: &&str| {
        let start = path.len().checked_sub(end.len());
        start.and_then(|start| path.get(start..)).is_some_and(|own| own.eq_ignore_ascii_case(end))
    };
    FILES.iter().any(ends)
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
