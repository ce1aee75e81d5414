//! The places of a page: the elements that name a part of it or hold an article, and which of these names are true.
//!
//! What holds the page itself often has the name of a part: ASP.NET puts a `<form>` around everything, and systems put
//! the names of a post's keywords, of a state or of a button among the classes of the element around it. While the page
//! is read, such an element looks like any other. So each line notes its place alone, and the names are settled behind
//! the last line: one pass from the innermost places outwards, one back.

use super::zones::{ArticleScope, NamedZone, ZoneSource};
use crate::document::Zone;

/// An element holds the page if it has the headline that the head of the page names, and at least this many words of paragraphs.
const NAMED_WORDS: u32 = 8;
/// The same number for an element with a first heading that the head does not name, and for one with an article.
const HEADED_WORDS: u32 = 25;
/// The same in a form without either.
const FORM_WORDS: u32 = 40;
/// The same in another element.
const BARE_WORDS: u32 = 60;
/// Fewest paragraphs without a heading or an article.
const BARE_PARAGRAPHS: u32 = 2;
/// Fewest links with the words of a headline in a form that holds a page of headlines.
const FORM_LINKS: u32 = 3;
/// Words of paragraphs for each field to fill in, below which a form is one.
const FIELD_WORDS: u32 = 12;

/// An element that names a part of the page or holds an article.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// The number of the place around it. Places are numbered as they begin; 0 is the page.
    parent: u32,
    /// [`Zone::Open`] for an article.
    zone: Zone,
    /// `None` for an article.
    source: Option<ZoneSource>,
    scope: Option<ArticleScope>,
    /// The innermost article.
    article: u32,
    held: Contents,
}

/// What a place holds, without the places in it.
#[derive(Debug, Clone, Copy, Default)]
struct Contents {
    /// Words of paragraphs.
    words: u32,
    paragraphs: u32,
    /// Links with the words of a headline.
    links: u32,
    /// Fields to fill in.
    fields: u32,
    /// Whether a heading is in it.
    headed: bool,
}

impl Contents {
    fn add(&mut self, other: &Self) {
        self.words = self.words.saturating_add(other.words);
        self.paragraphs += other.paragraphs;
        self.links += other.links;
        self.fields += other.fields;
        self.headed |= other.headed;
    }

    /// Whether it has at least so many words of paragraphs, and more than a form to fill in.
    fn has_words(&self, least: u32) -> bool {
        self.words >= least.max(FIELD_WORDS.saturating_mul(self.fields))
    }
}

/// What a line adds to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlaceLine {
    /// A paragraph of so many words.
    Paragraph(u32),
    /// A link with the words of a headline.
    Link,
    /// A heading, a label, or a short link.
    Other,
}

/// The heading of what the page is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct MainHeading {
    pub(super) place: u32,
    /// Whether the head of the page names it.
    pub(super) named: bool,
}

/// What is true of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct SettledPlace {
    pub(super) zone: Zone,
    /// The innermost article, from 1; 0 for none.
    pub(super) article: u32,
    /// Within its article, it is in a part that speaks of other things: related stories, comments, controls.
    pub(super) beside: bool,
    /// It is in the header of the page.
    pub(super) over: bool,
}

/// What is true of the place of a number. `places` are all places of the page.
pub(super) fn settled_place(places: &[SettledPlace], number: u32) -> SettledPlace {
    debug_assert!((number as usize) < places.len(), "a place that never began");
    places.get(number as usize).copied().unwrap_or_default()
}

/// The places of a page, in the order in which they begin.
#[derive(Debug)]
pub(super) struct PagePlaces(Vec<Place>);

impl Default for PagePlaces {
    fn default() -> Self {
        Self(vec![Place::default()])
    }
}

impl PagePlaces {
    /// Adds a part of the page inside of `parent`; returns its number.
    pub(super) fn part(&mut self, parent: u32, named: NamedZone) -> u32 {
        let article = self.numbered(parent).map_or(0, |place| place.article);
        let NamedZone { zone, source } = named;
        self.add(Place { parent, zone, source: Some(source), article, ..Place::default() })
    }

    /// Adds an article inside of `parent`; returns its number.
    pub(super) fn article(&mut self, parent: u32, article: u32, scope: ArticleScope) -> u32 {
        self.add(Place { parent, scope: Some(scope), article, ..Place::default() })
    }

    fn add(&mut self, place: Place) -> u32 {
        let number = self.0.len() as u32;
        debug_assert!(place.parent < number, "a place begins behind the one around it");
        self.0.push(place);
        number
    }

    /// The zone that a place names, true or not.
    pub(super) fn zone(&self, place: u32) -> Zone {
        self.numbered(place).map_or(Zone::Open, |place| place.zone)
    }

    fn numbered(&self, place: u32) -> Option<&Place> {
        self.0.get(place as usize)
    }

    /// Adds a line to its place; `heading` is the level of its heading.
    pub(super) fn note(&mut self, place: u32, line: PlaceLine, heading: u8) {
        let Some(Place { held, .. }) = self.0.get_mut(place as usize) else {
            debug_assert!(false, "a line of a place that never began");
            return;
        };
        held.headed |= (1..=6).contains(&heading);
        match line {
            PlaceLine::Paragraph(words) => {
                held.words = held.words.saturating_add(words);
                held.paragraphs += 1;
            }
            PlaceLine::Link => held.links += 1,
            PlaceLine::Other => {}
        }
    }

    /// Adds a field to fill in.
    pub(super) fn field(&mut self, place: u32) {
        if let Some(place) = self.0.get_mut(place as usize) {
            place.held.fields += 1;
        }
    }

    /// What is true of each place. `heading` is that of what the page is about.
    pub(super) fn settle(&self, heading: Option<MainHeading>) -> Vec<SettledPlace> {
        let wraps = self.wraps(heading);

        let mut settled: Vec<SettledPlace> = Vec::with_capacity(self.0.len());
        for (place, wraps) in self.0.iter().zip(wraps) {
            // The page itself has no place around it.
            let outer = settled.get(place.parent as usize).copied().unwrap_or_default();
            settled.push(match place {
                // A sealed zone holds no articles and no other zones.
                _ if outer.zone.is_sealed() => outer,
                Place { scope: Some(_), article, .. } => SettledPlace { article: *article, ..SettledPlace::default() },
                _ if wraps => outer,
                Place { zone, .. } => SettledPlace {
                    zone: *zone,
                    beside: outer.beside || is_beside(*zone),
                    over: outer.over || *zone == Zone::Header,
                    ..outer
                },
            });
        }
        settled
    }

    /// Whether each place holds the page or its article, so that its name is not that of a part.
    fn wraps(&self, heading: Option<MainHeading>) -> Vec<bool> {
        let count = self.0.len();
        let page = self.page();

        let mut headed = vec![false; count];
        let mut at = heading.map(|heading| heading.place as usize).filter(|_| count > 1);
        while let Some(place) = at.filter(|at| *at > 0) {
            headed[place] = true;
            at = self.0.get(place).map(|place| place.parent as usize);
        }
        let named = heading.is_some_and(|heading| heading.named);

        // From the innermost places outwards: what a part of the page holds is not held by what is around it.
        let mut held: Vec<Contents> = self.0.iter().map(|place| place.held).collect();
        let mut articles = vec![[0; 2]; count];
        let mut wraps = vec![false; count];
        for at in (1..count).rev() {
            let place = &self.0[at];
            wraps[at] = place.holds_page(&held[at], &page, headed[at].then_some(named), articles[at]);

            let parent = place.parent as usize;
            if let Some(scope) = place.scope {
                let words = held[at].words;
                let declared = if scope == ArticleScope::Article { 0 } else { words };
                articles[at] = [articles[at][0].max(words), articles[at][1].max(declared)];
            }
            if place.scope.is_some() || wraps[at] {
                let inner = held[at];
                held[parent].add(&inner);
            }
            let inner = articles[at];
            for (outer, inner) in articles[parent].iter_mut().zip(inner) {
                *outer = inner.max(*outer);
            }
        }
        wraps
    }

    /// What the page holds outside comments.
    fn page(&self) -> Contents {
        let mut commented = Vec::with_capacity(self.0.len());
        let mut page = Contents::default();
        for place in &self.0 {
            let inside = place.zone == Zone::Comments || commented.get(place.parent as usize) == Some(&true);
            commented.push(inside);
            if !inside {
                page.add(&place.held);
            }
        }
        page
    }
}

impl Place {
    /// Whether it holds the page or its article. `headed` tells that the heading of the page is in it, and whether the head
    /// of the page names that; `articles` are the words of the largest article in it, and of the largest main part or
    /// text of an article.
    fn holds_page(&self, held: &Contents, page: &Contents, headed: Option<bool>, articles: [u32; 2]) -> bool {
        let Some(source) = self.source else { return false };
        let most = 2 * held.words >= page.words;

        let titled = match headed {
            Some(true) => held.has_words(NAMED_WORDS) && (most || !is_around(self.zone)),
            Some(false) => held.has_words(HEADED_WORDS) && most,
            None => false,
        };

        // Comments may be articles, too.
        let article = articles[usize::from(self.zone == Zone::Comments)];
        let article = !is_around(self.zone) && article >= HEADED_WORDS && 2 * article >= page.words;

        let bare = held.paragraphs >= BARE_PARAGRAPHS && most;
        let alone = match source {
            ZoneSource::Form => {
                bare && held.has_words(FORM_WORDS) || held.links >= FORM_LINKS && 2 * held.links >= page.links
            }
            ZoneSource::Word => bare && held.has_words(BARE_WORDS),
            ZoneSource::Part => false,
        };

        // A caption has no heading. An element with one holds the text of a story beside its picture.
        let captioned = self.zone == Zone::Caption && source == ZoneSource::Word && held.headed;
        titled || article || alone || captioned
    }
}

/// Whether a zone lies around the content of a page.
const fn is_around(zone: Zone) -> bool {
    matches!(zone, Zone::Navigation | Zone::Header | Zone::Footer | Zone::Aside)
}

/// Whether dates and names in a zone are those of other things than the article around it.
const fn is_beside(zone: Zone) -> bool {
    matches!(
        zone,
        Zone::Navigation | Zone::Path | Zone::Aside | Zone::Controls | Zone::Comments | Zone::Tags | Zone::Caption
    )
}
