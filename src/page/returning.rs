//! Lines that return on other pages of a source: what a run learns from all its pages before it cuts the first.
//!
//! A line is known by its letters and digits; diacritics, signs and the width of blanks do not count. [`LineCounter`] counts on
//! how many unlike pages of a source each line stands. Pages with the same lines count once. [`mark`] tells the cutter:
//!
//! - A line of at most 24 words is *furniture* if it stands on at least 4 pages and on a third of the source's pages. It is
//!   *everywhere* from 8 pages and three quarters on; then a headline of a list that all pages carry is furniture too.
//! - A repeated story is no furniture. Lines that stand next to one another and on about as many pages are a block; a block with 25
//!   words of sentences gets no mark, nor does the line just above it, its title. A line of more than 24 words never gets one.
//!
//! A source of three pages therefore has no furniture. A headline that returns on fewer pages gets no mark: a subheading that two
//! versions of a story share returns just so, and the shape and neighbours of a headline tell it well enough.

use std::collections::BTreeMap;

use ahash::AHashSet;

use super::hints::{LineMarks, MarkupMark};
use super::lines::{self, LineEnding, LineRole, TextLine};

/// Fewest pages with a line that is furniture.
const FURNITURE_PAGES: u32 = 4;
/// Of so many pages of the source at least one has it.
const FURNITURE_SHARE: u32 = 3;
/// The same for a line that stands everywhere: fewest pages,
const EVERYWHERE_PAGES: u32 = 8;
/// and this many of four.
const EVERYWHERE_QUARTERS: u32 = 3;
/// Fewest pages of a line that may belong to a repeated story.
const RETURNING_PAGES: u32 = 2;
/// Most words of furniture; longer lines are paragraphs.
const LONGEST: u32 = 24;
/// Words of a line that is no headline, whatever it ends with.
const SENTENCE: u32 = 15;
/// Words of sentences that make a block a story.
const STORY: u32 = 25;
/// Lines between the title of a story and its text, at most: a byline, a date, a caption.
const BELOW_TITLE: usize = 3;
/// Lines that are counted before they are sorted in.
const BUFFER: usize = 1 << 17;
/// Lines that are remembered, 16 bytes each.
const MOST: usize = 1 << 20;

/// The distinct lines of one page.
#[derive(Debug)]
pub(crate) struct PageLines(Vec<u64>);

impl PageLines {
    /// Of a text. Linear in its length.
    pub(crate) fn of(text: &str) -> Self {
        let mut hashes = Vec::new();
        lines::each_range(text, |range| hashes.extend(text.get(range).and_then(line_hash)));
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }
}

/// A line with the number of pages that have it.
#[derive(Debug, Clone, Copy)]
struct CountedLine {
    hash: u64,
    pages: u32,
}

/// Counts the lines of pages, which come in input order. At most 2²⁰ lines are remembered; beyond that those that
/// were seen least are forgotten. What is forgotten depends on the input alone.
#[derive(Debug, Default)]
pub(crate) struct LineCounter {
    pages: BTreeMap<String, u32>,
    seen: AHashSet<u64>,
    buffer: Vec<CountedLine>,
    table: Vec<CountedLine>,
}

impl LineCounter {
    /// Bytes that the counts of lines take at most; those of pages grow with the input.
    pub(crate) const BYTES: u64 = ((MOST + 2 * BUFFER) * size_of::<CountedLine>()) as u64;

    /// Counts a page, unless one of the same lines was counted before.
    pub(crate) fn add(&mut self, source: &str, page: &PageLines) {
        let salt = salt(source);
        let whole = page.0.iter().fold(salt, |hash, line| mix(hash ^ line));
        if page.0.is_empty() || !self.seen.insert(whole) {
            return;
        }
        match self.pages.get_mut(source) {
            Some(pages) => *pages += 1,
            None => {
                self.pages.insert(source.to_owned(), 1);
            }
        }
        for line in &page.0 {
            self.buffer.push(CountedLine { hash: mix(salt ^ line), pages: 1 });
            if self.buffer.len() >= BUFFER {
                self.merge();
            }
        }
    }

    /// Sorts the buffer into the table, and forgets the rarest if there are too many.
    fn merge(&mut self) {
        self.table.append(&mut self.buffer);
        self.table.sort_unstable_by_key(|line| line.hash);
        self.table.dedup_by(|later, earlier| {
            let same = later.hash == earlier.hash;
            earlier.pages += if same { later.pages } else { 0 };
            same
        });
        let mut rare = 1;
        while self.table.len() > MOST {
            self.table.retain(|line| line.pages > rare);
            rare += 1;
        }
    }

    /// The lines that stand on more than one page.
    pub(crate) fn finish(mut self) -> ReturningLines {
        self.merge();
        self.table.retain(|line| line.pages >= RETURNING_PAGES);
        self.table.shrink_to_fit();
        ReturningLines { pages: self.pages, lines: self.table }
    }
}

/// The lines of a run that stand on more than one page of a source.
#[derive(Debug, Default)]
pub struct ReturningLines {
    /// Unlike pages by source.
    pages: BTreeMap<String, u32>,
    /// Sorted by hash, which is of the line and its source.
    lines: Vec<CountedLine>,
}

impl ReturningLines {
    /// Those of one source.
    #[must_use]
    pub(crate) fn of(&self, source: &str) -> SourceLines<'_> {
        let pages = self.pages.get(source).copied().unwrap_or(0);
        SourceLines { salt: salt(source), pages, lines: &self.lines }
    }

    /// Bytes that they take.
    pub(crate) fn bytes(&self) -> u64 {
        size_of_val(&self.lines[..]) as u64
    }
}

/// The returning lines of one source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SourceLines<'a> {
    salt: u64,
    pages: u32,
    lines: &'a [CountedLine],
}

impl SourceLines<'_> {
    /// On how many pages a line stands; 0 for one that does not return.
    fn count(&self, line: &str) -> u32 {
        let Some(hash) = line_hash(line).map(|hash| mix(self.salt ^ hash)) else { return 0 };
        let found = self.lines.binary_search_by_key(&hash, |line| line.hash);
        found.map_or(0, |place| self.lines[place].pages)
    }
}

/// Adds the marks of `lines`, which are those of `text`, to `marks`, one for each line.
pub(super) fn mark(text: &str, lines: &[TextLine], source: SourceLines<'_>, marks: &mut [LineMarks]) {
    if source.pages < FURNITURE_PAGES {
        return;
    }
    let counted = |(at, line): (usize, &TextLine)| ReturnedLine { at, pages: source.count(line.span.of(text)) };
    let words = lines.iter().enumerate().filter(|(_, line)| line.role != LineRole::Wordless);
    let returned: Vec<ReturnedLine> = words.map(counted).collect();
    // From below: a title is known by the story under it.
    let (mut story, mut below) = (None, 0);
    for block in returned.chunk_by(|above, below| are_alike(above.pages, below.pages)).rev() {
        if is_story(block, lines) {
            (story, below) = (block.first().map(|first| first.pages), 0);
            continue;
        }
        for line in block.iter().rev() {
            let title = below < BELOW_TITLE && story.is_some_and(|story| are_alike(line.pages, story));
            below += 1;
            if title {
                story = None;
            } else if let Some(mark) = mark_of(&lines[line.at], line.pages, source.pages) {
                marks[line.at].add(mark);
            }
        }
    }
}

/// A line of a page, by its place, with the pages that it stands on.
#[derive(Debug, Clone, Copy)]
struct ReturnedLine {
    at: usize,
    pages: u32,
}

/// Whether lines that return together hold as much text as a story.
fn is_story(block: &[ReturnedLine], lines: &[TextLine]) -> bool {
    let returns = block.first().is_some_and(|line| line.pages >= RETURNING_PAGES);
    let words = block.iter().map(|line| sentence_words(&lines[line.at])).fold(0, u32::saturating_add);
    returns && words >= STORY
}

/// Whether lines that follow one another return together.
const fn are_alike(above: u32, below: u32) -> bool {
    let (less, more) = if above < below { (above, below) } else { (below, above) };
    less >= RETURNING_PAGES && 2 * less >= more
}

/// The words of a line that stories consist of; 0 of another line.
const fn sentence_words(line: &TextLine) -> u32 {
    let sentence = matches!(line.ending, LineEnding::Stop) || line.words >= SENTENCE;
    if sentence { line.words } else { 0 }
}

/// What a line is that stands on `pages` of the `all` pages of its source.
fn mark_of(line: &TextLine, pages: u32, all: u32) -> Option<MarkupMark> {
    let everywhere = u64::from(pages) * 4 >= u64::from(all) * u64::from(EVERYWHERE_QUARTERS);
    if pages >= EVERYWHERE_PAGES && everywhere && line.words <= LONGEST {
        return Some(MarkupMark::Everywhere);
    }
    let often = pages >= FURNITURE_PAGES && pages.saturating_mul(FURNITURE_SHARE) >= all;
    (often && line.words <= LONGEST).then_some(MarkupMark::Furniture)
}

/// What is equal for lines of equal letters and digits; nothing for a line without any.
fn line_hash(line: &str) -> Option<u64> {
    let (mut hash, mut apart, mut any) = (SEED, false, false);
    for c in line.chars() {
        if lines::is_word_char(c) {
            let blank = if apart && any { 1 << 32 } else { 0 };
            hash = (hash ^ blank ^ u64::from(c as u32)).wrapping_mul(FACTOR).rotate_left(23);
            (apart, any) = (false, true);
        } else {
            apart |= !lines::is_mark(c);
        }
    }
    any.then(|| mix(hash))
}

fn salt(source: &str) -> u64 {
    source.bytes().fold(SEED, |hash, byte| mix(hash ^ u64::from(byte)))
}

const SEED: u64 = 0xCBF2_9CE4_8422_2325;
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// Spreads the bits of a hash (the end of splitmix64).
const fn mix(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}
