//! Returning lines: lines that several pages of a source share. A run counts them on all pages before it cuts the first.
//!
//! Two lines are equal if their letters and digits are; diacritics, signs and the width of blanks do not count.
//! [`LineCounter`] counts for each line the distinct pages of a source that hold it; pages with the same lines count once.
//! [`mark`] turns the counts into evidence for the cutter:
//!
//! - A line of at most 24 words is *furniture* if at least 4 pages and a third of the source's pages hold it. It is
//!   *everywhere* from 8 pages and three quarters on; then even a headline, of a list that all pages have, is furniture.
//! - A repeated story is no furniture. Consecutive lines on about equally many pages are a block; a block with 25 words of
//!   sentences gets no mark, nor does the line just above it, its title. A line of more than 24 words never gets one.
//!
//! A source of three pages therefore has no furniture. A headline on fewer pages gets no mark: two versions of a story share
//! their subheadings in the same way, and shape and neighbours are evidence enough for a headline.

use std::collections::BTreeMap;

use foldhash::HashSet;

use super::hints::{LineMarks, MarkupMark};
use super::line_ends;
use super::lines::{self, LineEnding, LineRole, TextLine};

/// Fewest pages with a line of furniture.
const FURNITURE_PAGES: u32 = 4;
/// One page of the source in this many holds it.
const FURNITURE_SHARE: u32 = 3;
/// Fewest pages with a line that is everywhere.
const EVERYWHERE_PAGES: u32 = 8;
/// Quarters of the source's pages that hold it.
const EVERYWHERE_QUARTERS: u32 = 3;
/// Fewest pages with a line of a repeated story.
const RETURNING_PAGES: u32 = 2;
/// Most words of furniture; longer lines are paragraphs.
const LONGEST: u32 = 24;
/// Fewest words of a line that is a sentence without a full stop; headlines have fewer.
const SENTENCE: u32 = 15;
/// Fewest words of sentences in a block that is a story.
const STORY: u32 = 25;
/// Most lines between the title of a story and its text: a byline, a date, a caption.
const BELOW_TITLE: usize = 3;
/// Lines that are buffered before they are merged into the table.
const BUFFER: usize = 1 << 17;
/// Most lines in the table, 16 bytes each.
const MOST: usize = 1 << 20;

/// The distinct lines of one page, as sorted hashes.
#[derive(Debug)]
pub(crate) struct PageLines(Vec<u64>);

impl PageLines {
    /// The lines of `text`. Linear in its length.
    pub(crate) fn of(text: &str) -> Self {
        let mut hashes = Vec::new();
        line_ends::each_range(text, |range| hashes.extend(text.get(range).and_then(line_hash)));
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }
}

/// A line with the number of pages that hold it.
#[derive(Debug, Clone, Copy)]
struct CountedLine {
    hash: u64,
    pages: u32,
}

/// Counts the lines of pages, which must come in input order. Beyond 2²⁰ distinct lines the rarest are forgotten, so the
/// result depends on the input alone.
#[derive(Debug, Default)]
pub(crate) struct LineCounter {
    pages: BTreeMap<String, u32>,
    seen: HashSet<u64>,
    buffer: Vec<CountedLine>,
    table: Vec<CountedLine>,
}

impl LineCounter {
    /// Most bytes of the counts of lines. The set of pages grows with the input.
    pub(crate) const BYTES: u64 = ((MOST + 2 * BUFFER) * size_of::<CountedLine>()) as u64;

    /// Counts a page, unless one with the same lines was counted already.
    pub(crate) fn add(&mut self, source: &str, page: &PageLines) {
        let salt = salt(source);
        let whole = page.0.iter().fold(salt, |hash, line| mix(hash ^ line));
        if page.0.is_empty() || !self.seen.insert(whole) {
            return;
        }

        // A name is copied only when it is new.
        match self.pages.get_mut(source) {
            Some(pages) => *pages += 1,
            None => {
                self.pages.insert(source.to_owned(), 1);
            }
        }

        // The same line of two sources is two lines.
        for line in &page.0 {
            self.buffer.push(CountedLine { hash: mix(salt ^ line), pages: 1 });
            if self.buffer.len() >= BUFFER {
                self.merge();
            }
        }
    }

    /// Merges the buffer into the table, and forgets the rarest lines while there are too many.
    fn merge(&mut self) {
        self.table.append(&mut self.buffer);
        self.table.sort_unstable_by_key(|line| line.hash);
        self.table.dedup_by(|later, earlier| {
            let same = later.hash == earlier.hash;
            earlier.pages += if same { later.pages } else { 0 };
            same
        });

        // Counts, not the order of lines, decide what is forgotten.
        let mut rare = 1;
        while self.table.len() > MOST {
            self.table.retain(|line| line.pages > rare);
            rare += 1;
        }
    }

    /// The lines that more than one page holds.
    pub(crate) fn finish(mut self) -> ReturningLines {
        self.merge();
        self.table.retain(|line| line.pages >= RETURNING_PAGES);
        self.table.shrink_to_fit();
        ReturningLines { pages: self.pages, lines: self.table }
    }
}

/// The lines of a run that more than one page of their source holds.
#[derive(Debug, Default)]
pub struct ReturningLines {
    /// Distinct pages by source.
    pages: BTreeMap<String, u32>,
    /// Sorted by the hash of line and source.
    lines: Vec<CountedLine>,
}

impl ReturningLines {
    /// The returning lines of one source; of an unknown source none.
    #[must_use]
    pub(crate) fn of(&self, source: &str) -> SourceLines<'_> {
        let pages = self.pages.get(source).map_or(0, |pages| *pages);
        SourceLines { salt: salt(source), pages, lines: &self.lines }
    }

    /// Bytes of the lines.
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
    /// The pages that hold a line; 0 for a line that does not return.
    fn count(&self, line: &str) -> u32 {
        let Some(hash) = line_hash(line).map(|hash| mix(self.salt ^ hash)) else { return 0 };
        let place = self.lines.binary_search_by_key(&hash, |line| line.hash);
        place.map_or(0, |place| self.lines[place].pages)
    }
}

/// Adds the marks of the `lines` of `text` to `marks`, which has one entry for each line.
pub(super) fn mark(text: &str, lines: &[TextLine], source: SourceLines<'_>, marks: &mut [LineMarks]) {
    if source.pages < FURNITURE_PAGES {
        return;
    }
    debug_assert_eq!(lines.len(), marks.len(), "one entry for each line");

    let counted = |(at, line): (usize, &TextLine)| ReturnedLine { at, pages: source.count(line.span.of(text)) };
    let words = lines.iter().enumerate().filter(|(_, line)| line.role != LineRole::Wordless);
    let returned: Vec<ReturnedLine> = words.map(counted).collect();

    // From the bottom up, since a title is known by the story below it: `story` is the count of a story whose title is still
    // to come, `below` the lines above that story so far.
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

/// The place of a line on its page, with the number of pages that hold it.
#[derive(Debug, Clone, Copy)]
struct ReturnedLine {
    at: usize,
    pages: u32,
}

/// Whether a block holds as much text as a story.
fn is_story(block: &[ReturnedLine], lines: &[TextLine]) -> bool {
    let returns = block.first().is_some_and(|line| line.pages >= RETURNING_PAGES);
    let words = block.iter().map(|line| sentence_words(&lines[line.at])).fold(0, u32::saturating_add);
    returns && words >= STORY
}

/// Whether two consecutive lines belong to one block: both return, on about equally many pages.
const fn are_alike(above: u32, below: u32) -> bool {
    let (less, more) = if above < below { (above, below) } else { (below, above) };
    less >= RETURNING_PAGES && 2 * less >= more
}

/// The words of a line that is a sentence; 0 of another line.
const fn sentence_words(line: &TextLine) -> u32 {
    let sentence = matches!(line.ending, LineEnding::Stop) || line.words >= SENTENCE;
    if sentence { line.words } else { 0 }
}

/// The mark of a line that `pages` of the `all` pages of its source hold.
fn mark_of(line: &TextLine, pages: u32, all: u32) -> Option<MarkupMark> {
    let everywhere = u64::from(pages) * 4 >= u64::from(all) * u64::from(EVERYWHERE_QUARTERS);
    if pages >= EVERYWHERE_PAGES && everywhere && line.words <= LONGEST {
        return Some(MarkupMark::Everywhere);
    }

    let often = pages >= FURNITURE_PAGES && pages.saturating_mul(FURNITURE_SHARE) >= all;
    (often && line.words <= LONGEST).then_some(MarkupMark::Furniture)
}

/// A hash of the letters and digits of a line and of the breaks between its words; `None` if it has neither.
fn line_hash(line: &str) -> Option<u64> {
    let mut hasher = LineHasher::default();
    line.chars().for_each(|c| {
        hasher.push(c);
    });
    hasher.finish()
}

/// Computes the [`line_hash`] of a line, character by character.
#[derive(Debug, Clone)]
pub(crate) struct LineHasher {
    hash: u64,
    /// Whether a word has ended since the last letter or digit.
    apart: bool,
    /// Whether the line has a letter or digit.
    any: bool,
}

impl Default for LineHasher {
    fn default() -> Self {
        Self { hash: SEED, apart: false, any: false }
    }
}

impl LineHasher {
    /// Adds a character; whether it is a letter or digit.
    #[inline]
    pub(crate) fn push(&mut self, c: char) -> bool {
        let is_word_char = lines::is_word_char(c);
        if is_word_char {
            // A bit above all code points marks the break before this word.
            let blank = if self.apart && self.any { 1 << 32 } else { 0 };
            self.hash = (self.hash ^ blank ^ u64::from(c as u32)).wrapping_mul(FACTOR).rotate_left(23);
            (self.apart, self.any) = (false, true);
        } else {
            self.apart |= !lines::is_mark(c);
        }
        is_word_char
    }

    /// The hash; `None` if the line has no letter and no digit.
    pub(crate) fn finish(self) -> Option<u64> {
        self.any.then(|| mix(self.hash))
    }
}

fn salt(source: &str) -> u64 {
    source.bytes().fold(SEED, |hash, byte| mix(hash ^ u64::from(byte)))
}

/// The offset basis of FNV-1a.
const SEED: u64 = 0xCBF2_9CE4_8422_2325;
/// 2⁶⁴ over the golden ratio.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// Spreads the bits of a hash: the finaliser of SplitMix64.
const fn mix(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}
