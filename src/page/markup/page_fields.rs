//! The title, date and author of stories, as given by the page.

use std::collections::BTreeMap;

use crate::document::{
    ArticleFields, Date, LineHint, PageLayout, Span, Unit, UnitKind, before_change, is_of_change, letters,
};
use crate::page::lines;
use crate::page::story::StoryFields;

/// The title, date and author of a story, as far as the page gives them; empty for other units.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageFields {
    /// The title.
    pub title: Option<String>,
    /// The time of publication.
    pub published: Option<Date>,
    /// The author.
    pub byline: Option<String>,
}

/// The fields of each unit; `base` are the units by the text alone, and `known` their fields by the text.
pub(super) fn fields(
    text: &str,
    layout: Option<&PageLayout>,
    units: &[Unit],
    base: &[Unit],
    known: &[StoryFields],
) -> Vec<PageFields> {
    let page = FieldPage::new(text, layout, units);
    let of_unit = |unit: &Unit| match unit.kind {
        UnitKind::Story => page.fields(unit, by_text(unit, base, known)),
        _ => PageFields::default(),
    };

    let mut fields: Vec<PageFields> = units.iter().map(of_unit).collect();
    share(&mut fields, units);
    fields
}

/// Completes the parts of a story with the date and author of its first part.
fn share(fields: &mut [PageFields], units: &[Unit]) {
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, unit) in units.iter().enumerate() {
        let Some(title) = unit.title else { continue };
        // Parts of a story share its title.
        let first = *first.entry(title).or_insert(at);
        let PageFields { published, byline, .. } = fields[first].clone();
        let own = &mut fields[at];
        own.published = own.published.or(published);
        own.byline = own.byline.take().or(byline);
    }
}

/// The fields by the text of the first story of `base` that overlaps `unit`; `None` if none does.
fn by_text<'k>(unit: &Unit, base: &[Unit], known: &'k [StoryFields]) -> Option<&'k StoryFields> {
    let first = base.partition_point(|own| own.span.end <= unit.span.start);
    let mut overlapping = base[first..].iter().take_while(|own| own.span.start < unit.span.end);
    let number = first + overlapping.position(|own| own.kind == UnitKind::Story)?;

    // Only stories that begin a unit of `base` have fields, so a miss is no error.
    known.binary_search_by_key(&number, |fields| fields.unit).ok().map(|place| &known[place])
}

/// A page whose stories get their fields.
struct FieldPage<'p> {
    text: &'p str,
    layout: Option<&'p PageLayout>,
    units: &'p [Unit],
    lines: Vec<Span>,
    /// The articles that the head of the page describes, with the letters of their titles; the page itself is the last.
    described: Vec<(String, &'p ArticleFields)>,
    /// Whether a line is the headline that the head of the page names.
    named: bool,
    /// The first story, if no story has a title.
    untitled: Option<Span>,
}

impl<'p> FieldPage<'p> {
    fn new(text: &'p str, layout: Option<&'p PageLayout>, units: &'p [Unit]) -> Self {
        let mut lines = Vec::new();
        if layout.is_some() {
            lines::each_line(text, |line| lines.push(line.span));
        }

        // Letters make titles equal that differ in quotation marks and spaces.
        let described = layout.map_or(&[][..], |layout| &layout.described);
        let described = described.iter().map(|article| (title_letters(article), article)).collect();

        let mut stories = units.iter().filter(|unit| unit.kind == UnitKind::Story);
        let first = stories.clone().next().map(|unit| unit.span);
        let untitled = first.filter(|_| stories.all(|unit| unit.title.is_none()));

        let named = layout.is_some_and(|layout| layout.lines.iter().any(|hint| hint.headline));
        Self { text, layout, units, lines, described, named, untitled }
    }

    /// The fields of a story: by the markup, else `by_text`.
    fn fields(&self, unit: &Unit, by_text: Option<&StoryFields>) -> PageFields {
        let marked = self.marked(unit);
        let byline = || Some(by_text?.byline?.of(self.text).to_owned());
        PageFields {
            title: marked.title,
            published: marked.published.as_deref().and_then(Date::read).or_else(|| self.told(unit, by_text?.published)),
            byline: marked.byline.or_else(byline),
        }
    }

    /// The date of a story by its text, unless all lines with a year around its title tell when it was changed.
    fn told(&self, unit: &Unit, date: Option<Date>) -> Option<Date> {
        let begin = self.line(unit.span);
        let title = unit.title.and_then(|title| self.units.get(title)).map_or(begin, |title| self.line(title.span));

        // Above the title and between it and the text, where the text itself is sought for a date; but above a menu or the
        // header stands what day it is.
        let above = title.saturating_sub(DATED_ABOVE);
        let own = self.layout.and_then(|layout| layout.lines.get(title)).copied().unwrap_or_default();
        let is_part = |hint: &LineHint| hint.is_menu_above(&own);
        let hints = self.layout.and_then(|layout| layout.lines.get(above..title)).unwrap_or_default();
        let first = hints.iter().rposition(is_part).map_or(above, |at| above + at + 1);

        let lines = |from: usize| {
            let around = self.lines.get(from..begin).unwrap_or_default();
            around.iter().map(|line| line.of(self.text)).filter(|line| line.len() <= LONGEST_DATED)
        };
        let told = lines(first).any(|line| has_year(&before_change(line)));
        let other = lines(above).any(|line| has_year(&before_change(line)) || is_of_change(line));
        date.filter(|_| told || !other)
    }

    /// The fields of a story by the markup, with the title by its unit.
    fn marked(&self, unit: &Unit) -> ArticleFields {
        let title = unit.title.and_then(|title| self.units.get(title)).map(|title| title.span);
        let words = title.map(|title| title.of(self.text).split_whitespace().collect::<Vec<_>>().join(" "));

        let mut fields = ArticleFields { title: words, ..ArticleFields::default() };
        self.fill(&mut fields, title, unit.span);
        fields
    }

    /// Fills empty fields from the head of the page, then from the article of the story. The head is more reliable: it
    /// describes no cards.
    fn fill(&self, fields: &mut ArticleFields, title: Option<Span>, story: Span) {
        let letters = title_letters(fields);
        let same = self.described.iter().filter(|(title, _)| !title.is_empty() && *title == letters);
        same.for_each(|(_, article)| fields.fill_from(article));

        // The story that the page as a whole is about: its title is the named headline, or a first heading where no line is
        // named; or no story has a title, and this is the first.
        let hint = title.and_then(|title| self.hint(title));
        let whole = hint.is_some_and(|hint| hint.headline || !self.named && hint.heading == 1);
        if let Some((_, page)) = self.described.last().filter(|_| whole || self.untitled == Some(story)) {
            fields.fill_from(page);
        }

        let article = self.hint(story).and_then(|hint| (hint.article as usize).checked_sub(1));
        if let Some(own) = article.and_then(|article| self.layout?.articles.get(article)) {
            fields.fill_from(own);
        }
    }

    /// The hint of the line where a span begins.
    fn hint(&self, span: Span) -> Option<&LineHint> {
        self.layout?.lines.get(self.line(span))
    }

    /// The number of the line where a span begins.
    fn line(&self, span: Span) -> usize {
        self.lines.partition_point(|line| line.end <= span.start)
    }
}

/// Lines above a title among which is its date.
const DATED_ABOVE: usize = 4;
/// Longest line that is a date with some words, in bytes.
const LONGEST_DATED: usize = 240;

/// Whether a text names a year: a number of four digits from 1300 on.
fn has_year(text: &str) -> bool {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    numbers.any(|number| number.len() == 4 && ("1300".."2200").contains(&number))
}

/// The letters of an article's title, by which titles are compared; empty without a title.
fn title_letters(article: &ArticleFields) -> String {
    article.title.as_deref().map_or_else(String::new, letters)
}
