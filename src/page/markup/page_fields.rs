//! The title, date and author of stories, as the page says them.

use std::collections::BTreeMap;

use crate::document::{ArticleFields, Date, LineHint, PageLayout, Span, Unit, UnitKind, letters};
use crate::page::lines;
use crate::page::story::StoryFields;

/// What a page says about one of its units: the title, date and author of a story, as far as they are found; of other units
/// nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageFields {
    /// The title.
    pub title: Option<String>,
    /// When it was published.
    pub published: Option<Date>,
    /// Who wrote it.
    pub byline: Option<String>,
}

/// Fields of each unit; those of units that are no stories are empty. `base` are the units that `text` gives by itself, and
/// `known` what it says of them.
pub(super) fn fields(
    text: &str,
    layout: Option<&PageLayout>,
    units: &[Unit],
    base: &[Unit],
    known: &[StoryFields],
) -> Vec<PageFields> {
    let page = FieldPage::new(text, layout, units);
    let of_unit = |unit: &Unit| {
        if unit.kind != UnitKind::Story {
            return PageFields::default();
        }
        let (said, seen) = (page.story(unit), seen(unit, base, known));
        let byline = || seen.and_then(|seen| seen.byline).map(|byline| byline.of(text).to_owned());
        PageFields {
            title: said.title,
            published: said.published.as_deref().and_then(Date::read).or_else(|| seen?.published),
            byline: said.byline.or_else(byline),
        }
    };
    let mut fields: Vec<PageFields> = units.iter().map(of_unit).collect();
    share(&mut fields, units);
    fields
}

/// Gives the parts of a story what is known of the first of them.
fn share(fields: &mut [PageFields], units: &[Unit]) {
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, unit) in units.iter().enumerate() {
        let Some(title) = unit.title else { continue };
        let first = *first.entry(title).or_insert(at);
        let PageFields { published, byline, .. } = fields[first].clone();
        let own = &mut fields[at];
        own.published = own.published.or(published);
        own.byline = own.byline.take().or(byline);
    }
}

/// What the text says of the first story of its own that begins in `unit`, or that `unit` begins in.
fn seen<'k>(unit: &Unit, base: &[Unit], known: &'k [StoryFields]) -> Option<&'k StoryFields> {
    let touches = |span: Span| span.start < unit.span.end && span.end > unit.span.start;
    let first = base.partition_point(|found| found.span.end <= unit.span.start);
    let own = base.get(first..).unwrap_or_default().iter().take_while(|found| touches(found.span));
    let number = first + own.clone().position(|found| found.kind == UnitKind::Story)?;
    known.binary_search_by_key(&number, |fields| fields.unit).ok().and_then(|place| known.get(place))
}

struct FieldPage<'p> {
    text: &'p str,
    layout: Option<&'p PageLayout>,
    units: &'p [Unit],
    lines: Vec<Span>,
    /// What the head of the page says, by the letters of its titles.
    described: Vec<(String, &'p ArticleFields)>,
    /// Whether a line is what the head of the page calls it.
    named: bool,
    /// Where the first story stands, if no story has a title.
    untitled: Option<Span>,
}

impl<'p> FieldPage<'p> {
    fn new(text: &'p str, layout: Option<&'p PageLayout>, units: &'p [Unit]) -> Self {
        let mut lines = Vec::new();
        if layout.is_some() {
            lines::each_line(text, |line| lines.push(line.span));
        }
        let described = layout.map_or(&[][..], |layout| &layout.described);
        let titled = |article: &'p ArticleFields| (letters(article.title.as_deref().unwrap_or_default()), article);
        let described = described.iter().map(titled).collect();
        let mut stories = units.iter().filter(|unit| unit.kind == UnitKind::Story);
        let first = stories.clone().next().map(|unit| unit.span);
        let untitled = first.filter(|_| stories.all(|unit| unit.title.is_none()));
        let named = layout.is_some_and(|layout| layout.lines.iter().any(|hint| hint.headline));
        Self { text, layout, units, lines, described, named, untitled }
    }

    fn story(&self, unit: &Unit) -> ArticleFields {
        let title = unit.title.and_then(|title| self.units.get(title)).map(|title| title.span);
        let words = title.map(|title| title.of(self.text).split_whitespace().collect::<Vec<_>>().join(" "));
        let mut fields = ArticleFields { title: words, ..ArticleFields::default() };
        self.fill(&mut fields, title, unit.span);
        fields
    }

    /// Adds what the head of the page says of an article of this title, then what stands in the article itself.
    fn fill(&self, fields: &mut ArticleFields, title: Option<Span>, story: Span) {
        let letters = fields.title.as_deref().map(letters).unwrap_or_default();
        let same = self.described.iter().filter(|(title, _)| !title.is_empty() && *title == letters);
        same.for_each(|(_, article)| fields.fill_from(article));
        // The title of the page with the name of the site, a first heading where that names no line, or a page of one story.
        let hint = title.and_then(|title| self.hint(title));
        let whole = hint.is_some_and(|hint| hint.headline || !self.named && hint.heading == 1);
        if let Some((_, page)) = self.described.last().filter(|_| whole || self.untitled == Some(story)) {
            let first = self.described.first().map_or(*page, |(_, article)| article);
            fields.fill_from(if whole { page } else { first });
        }
        let article = self.hint(story).and_then(|hint| (hint.article as usize).checked_sub(1));
        if let Some(own) = article.and_then(|article| self.layout?.articles.get(article)) {
            fields.fill_from(own);
        }
    }

    /// What the markup says of the line at which a span begins.
    fn hint(&self, span: Span) -> Option<&LineHint> {
        let at = self.lines.partition_point(|line| line.end <= span.start);
        self.layout?.lines.get(at)
    }
}
