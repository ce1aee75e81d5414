//! Credits glued to text: datelines and bylines at the head of a line, links and keywords at its tail.
//!
//! «الرياض - واس: أعلن …», «سبق- الرياض: …» and «الرياض 26 شوال 1436 هـ الموافق 11 أغسطس 2015 م واس أعلنت …» name the
//! publisher of a story: two papers print one report under two heads. Precision comes first: only the first and last lines of a
//! text are read, a head has at most 14 tokens, none of them a word of sentences, and enough text must follow it.

use crate::static_table::StaticTable;
use std::collections::BTreeSet;

use memchr::memmem::Finder;

use super::credit_gap::CreditGap;
use super::cue_prefilter::PREFILTER;
use super::cues;
use super::matcher::{self, PhrasePart, TokenBuffer};
use super::tail_signs;
use crate::normalize::{FoldScratch, Normalizer};

/// Lines at the head of a text that may begin with a credit, and at its end that may end with one: a dateline may follow a
/// byline.
pub(super) const LINES: usize = 3;
/// Longer lines are paragraphs: no credit lies further inside the text than one.
pub(super) const PARAGRAPH_BYTES: usize = 240;

/// Fewest tokens behind a head that is cut off.
const BEHIND_HEAD: usize = 8;
/// Most tokens of a name or place between two dashes.
const SEGMENT: usize = 4;
/// Most tokens of a byline that has a line to itself.
const BYLINE: usize = 6;
/// Bytes of a line in which a head, and what must follow it, are searched.
const HEAD_BYTES: usize = 320;
/// Bytes of a line in which a tail is searched.
const TAIL_BYTES: usize = 640;
/// Most tokens of keywords behind the last sentence.
const KEYWORDS: usize = 20;
/// Most tokens behind "the end": a time, an agency's mark.
const BEHIND_END: usize = 8;

/// The folded lists.
struct CreditLists {
    places: Vec<PhrasePart>,
    words: BTreeSet<Vec<u8>>,
    labels: Vec<PhrasePart>,
    tails: Vec<PhrasePart>,
    tag_tails: Vec<PhrasePart>,
    end_tails: Vec<PhrasePart>,
    /// The first two bytes of the phrases of all three kinds of tails, as bits.
    tail_beginnings: [u64; 16],
    /// Byte strings of which each tail holds one, in any spelling.
    finders: Vec<Finder<'static>>,
}

static LISTS: StaticTable<CreditLists> = StaticTable::new(|| CreditLists {
    places: fold(cues::PLACES),
    words: cues::SENTENCE_WORDS
        .iter()
        .flat_map(|word| [PhrasePart::fold(word), PhrasePart::fold(&format!("و{word}"))])
        .flat_map(PhrasePart::into_words)
        .collect(),
    labels: fold(cues::BYLINE_LABELS),
    tails: fold(cues::TAILS),
    tag_tails: fold(cues::TAG_TAILS),
    end_tails: fold(cues::END_TAILS),
    tail_beginnings: beginnings([cues::TAILS, cues::TAG_TAILS, cues::END_TAILS]),
    finders: tail_signs::all().map(Finder::new).collect(),
});

fn fold(phrases: &[&str]) -> Vec<PhrasePart> {
    phrases.iter().map(|phrase| PhrasePart::fold(phrase)).collect()
}

/// The bits of the first two bytes of phrases.
fn beginnings(lists: [&[&str]; 3]) -> [u64; 16] {
    let mut bits = [0; 16];
    for phrase in lists.into_iter().flat_map(fold) {
        match phrase.into_words().first().and_then(|word| beginning(word)) {
            Some(key) => bits[key / 64] |= 1 << (key % 64),
            // A phrase of one byte, or of none, may begin with any token.
            None => bits = [u64::MAX; 16],
        }
    }
    bits
}

/// One of 1,024 numbers for the first two bytes of a word; `None` if it has fewer.
fn beginning(word: &[u8]) -> Option<usize> {
    let [first, second] = *word.first_chunk()?;
    Some((usize::from(first) << 3 ^ usize::from(second)) % 1024)
}

/// The credit at the head of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineHead {
    /// The whole line is a byline.
    Line,
    /// A credit that ends at this byte of the line.
    Cut(usize),
}

/// Finds credits; holds reusable buffers.
#[derive(Debug)]
pub(super) struct CreditFinder {
    normalizer: Normalizer,
    scratch: FoldScratch,
    tokens: TokenBuffer,
}

impl Default for CreditFinder {
    fn default() -> Self {
        Self { normalizer: matcher::normalizer(), scratch: FoldScratch::default(), tokens: TokenBuffer::default() }
    }
}

impl CreditFinder {
    fn fold(&mut self, text: &str) {
        self.tokens.clear();
        self.normalizer.fold(text, &mut self.scratch, &mut self.tokens);
    }

    /// The credit at the head of `line`, which has no white space at its ends.
    pub(super) fn head(&mut self, line: &str) -> Option<LineHead> {
        if !PREFILTER.may_be_credit(line) {
            return None;
        }

        let head = head_of(line, HEAD_BYTES);
        self.fold(head);
        let seen = CreditPart { tokens: &self.tokens, line: head };
        if head.len() == line.len() && seen.is_byline() {
            return Some(LineHead::Line);
        }

        // The longer forms first: the agency of a full dateline would also match as a head of its own.
        let end = seen.dated().or_else(|| seen.agency()).or_else(|| seen.dashed()).or_else(|| seen.place())?;
        (seen.tokens.len() >= end + BEHIND_HEAD).then(|| LineHead::Cut(seen.rest(end)))
    }

    /// The beginning of the tail of `line`, which has no white space at its ends; `last` if no text follows the line.
    pub(super) fn tail(&mut self, line: &str, last: bool) -> Option<usize> {
        // A search in the bytes of the line rules most tails out before anything is folded.
        let start = ceil(line, line.len().saturating_sub(TAIL_BYTES));
        let tail = &line[start..];
        let bytes = tail.as_bytes();
        // One look at all of them together first: each finder alone would read all of the tail.
        if !tail_signs::may_have_any(bytes) || !LISTS.finders.iter().any(|finder| finder.find(bytes).is_some()) {
            return None;
        }

        self.fold(tail);
        let seen = CreditPart { tokens: &self.tokens, line: tail };
        (0..seen.tokens.len()).find_map(|at| seen.tail_at(at, last)).map(|at| start + at)
    }
}

/// The words of `text` within its first `most` bytes; none if its first word is longer.
fn head_of(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = text.as_bytes()[..most].iter().rposition(u8::is_ascii_whitespace);
    end.map_or("", |end| &text[..end])
}

/// The first place from `least` on where white space separates words; the start of the text for 0, else its end.
fn ceil(text: &str, least: usize) -> usize {
    if least == 0 {
        return 0;
    }
    let place = text.as_bytes()[least..].iter().position(u8::is_ascii_whitespace);
    place.map_or(text.len(), |place| least + place)
}

/// A part of a line with its tokens.
struct CreditPart<'a> {
    tokens: &'a TokenBuffer,
    line: &'a str,
}

impl CreditPart<'_> {
    /// The text between token `at - 1` and token `at`, with its first byte.
    fn between(&self, at: usize) -> (usize, &str) {
        let gap = self.tokens.gap(at, self.line.len());
        (gap.start, gap.of(self.line))
    }

    fn gap(&self, at: usize) -> CreditGap {
        CreditGap::of(self.between(at).1)
    }

    /// The first byte of the text behind a credit of `end` tokens and its signs.
    fn rest(&self, end: usize) -> usize {
        let (start, gap) = self.between(end);
        // Behind the last sign, other signs are of the text: a quotation mark, a bracket that opens.
        let behind = gap.rsplit(['-', '–', '—', 'ـ', '/', '|', ':', '：', ')', ']']).next().unwrap_or(gap);
        start + (gap.len() - behind.trim_start().len())
    }

    /// Whether tokens `from..to` may be names and places: without numbers, words of sentences and ends of sentences.
    fn names(&self, from: usize, to: usize) -> bool {
        (from..to).all(|at| {
            let name = self.tokens.get(at).is_some_and(|token| !LISTS.words.contains(token));
            name && !self.tokens.is_number(at) && (at == from || !self.gap(at).stop)
        })
    }

    /// Whether the signs between tokens `from..to` leave at most a name or place between two of them.
    fn segments(&self, from: usize, to: usize) -> bool {
        // The tokens since the last sign.
        let mut length = 0;
        (from..to).all(|at| {
            let gap = self.gap(at);
            length = if at > from && (gap.parts() || gap.open || gap.close || gap.comma) { 1 } else { length + 1 };
            length <= SEGMENT
        })
    }

    /// The end of a place, two dates around الموافق, and an agency: «الرياض 26 شوال 1436 هـ الموافق 11 أغسطس 2015 م واس».
    fn dated(&self) -> Option<usize> {
        let between = (2..=8).find(|at| matcher::is_dateline_word(self.tokens, *at))?;
        // Without a number before it the word is part of a sentence.
        (1..between).any(|at| self.tokens.is_number(at)).then_some(())?;
        (between + 1..=between + 7).find_map(|at| matcher::agency_end(self.tokens, at))
    }

    /// The end of up to six tokens and an agency with signs around it: «واشنطن (رويترز) -», «الرياض - واس:».
    fn agency(&self) -> Option<usize> {
        (0..=6).find_map(|at| {
            let end = matcher::agency_end(self.tokens, at)?;
            let (before, behind) = (self.gap(at), self.gap(end));

            let opened = at == 0 || before.parts() || before.open || before.comma;
            let closed = behind.parts() || (before.open && behind.close) || (before.dash && (1..=3).contains(&at));
            (opened && closed && self.names(0, at) && self.segments(0, at)).then(|| self.extended(end))
        })
    }

    /// The end of a credit whose first `end` tokens may be followed by a name or place and one more sign: «واس- الرياض:»,
    /// «القاهرة – محمد عبده –».
    fn extended(&self, end: usize) -> usize {
        let gap = self.gap(end);
        // A colon ends a credit; only a dash lets it go on.
        let next = (end + 1..=end + 4).find(|at| self.gap(*at).dash || self.gap(*at).colon);
        let goes_on = |at: &usize| gap.dash && !gap.colon && self.spaced(*at) && self.names(end, *at);
        next.filter(goes_on).unwrap_or(end)
    }

    /// The end of names and places with dashes between them and a colon behind: «سبق- الرياض:», «فلاح الجوفان- سبق- متابعة:».
    fn dashed(&self) -> Option<usize> {
        let end = (2..=9).find(|at| self.gap(*at).colon)?;
        let dashed = (1..end).any(|at| self.gap(at).dash);
        (dashed && self.names(0, end) && self.segments(0, end)).then_some(())?;

        // A bracket that the colon lies in belongs to the credit: «عين اليوم – جازان (تصوير: محمد القيسي)».
        let unclosed = (1..end).any(|at| self.gap(at).open && !(at..end).any(|at| self.gap(at).close));
        if unclosed { (end + 1..=end + 4).find(|at| self.gap(*at).close) } else { Some(end) }
    }

    /// The end of a listed place with a dash or colon, or with brackets, behind it; and of a name up to one more dash or
    /// colon.
    fn place(&self) -> Option<usize> {
        let end = self.longest(&LISTS.places, 0)?;
        let behind = self.gap(end);

        if behind.open {
            let close = (end + 1..=end + 3).find(|at| self.gap(*at).close)?;
            return self.names(end, close).then_some(close);
        }
        if behind.stop || !(behind.dash || behind.colon) || !self.spaced(end) {
            return None;
        }
        Some(self.extended(end))
    }

    /// Whether the gap before token `at` has white space: «الرياض- أعلن», not «الرياض-جدة».
    fn spaced(&self, at: usize) -> bool {
        self.between(at).1.contains(char::is_whitespace)
    }

    /// Whether the line is a byline and nothing else: «محمد الحربي – الرياض», «كتب: محمد الحربي».
    fn is_byline(&self) -> bool {
        let tokens = self.tokens.len();
        if !(2..=BYLINE).contains(&tokens)
            || !self.names(0, tokens)
            || self.gap(tokens).stop
            || self.gap(tokens).parts()
        {
            return false;
        }

        // By its label, or by a dash behind a name.
        let label = |phrase: &PhrasePart| self.tokens.end_of(phrase, 0);
        let labelled = LISTS.labels.iter().filter_map(label).any(|end| end < tokens && self.gap(end).parts());

        let apart = |at: usize| self.gap(at).dash && self.between(at).1.starts_with(char::is_whitespace);
        labelled || (1..tokens).any(apart) && (1..tokens).all(|at| !self.gap(at).colon) && self.segments(0, tokens)
    }

    /// The end of the longest of `phrases` that begin at token `at`.
    fn longest(&self, phrases: &[PhrasePart], at: usize) -> Option<usize> {
        phrases.iter().filter_map(|phrase| self.tokens.end_of(phrase, at)).max()
    }

    /// The first byte of the tail that begins at token `at`.
    fn tail_at(&self, at: usize, last: bool) -> Option<usize> {
        // Few tokens begin a phrase.
        let key = self.tokens.get(at).and_then(beginning);
        if key.is_some_and(|key| LISTS.tail_beginnings[key / 64] >> (key % 64) & 1 == 0) {
            return None;
        }

        let start = self.tokens.span(at)?.start;
        if self.longest(&LISTS.tails, at).is_some() {
            return Some(start);
        }

        let tokens = self.tokens.len();
        if let Some(end) = self.longest(&LISTS.end_tails, at) {
            let (from, gap) = self.between(at);
            return gap.find("//").filter(|_| tokens <= end + BEHIND_END).map(|slashes| from + slashes);
        }

        // Keywords: only behind the end of a sentence, at the end of the text, and without one among themselves.
        let end = self.longest(&LISTS.tag_tails, at).filter(|_| last)?;
        let keywords = end < tokens && tokens <= end + KEYWORDS && !self.gap(tokens).stop;
        let unbroken = || (end..tokens).all(|at| !self.between(at).1.contains(['.', '!', '؟']));
        let ended = self.between(at).1.contains(['.', '!', '؟', '?', '…', '”', '»', '"', ')']);
        (keywords && ended && unbroken()).then_some(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "أعلنت الوزارة اليوم عن افتتاح ثلاثة مراكز صحية جديدة في المدينة بحضور الأهالي";

    #[test]
    fn datelines_and_bylines_are_cut_at_the_first_word_of_the_text() {
        let heads = [
            "الرياض - واس:",
            "الرياض (واس)",
            "واشنطن (رويترز) -",
            "باريس – أ ف ب –",
            "باريس (أ.ف.ب)",
            "سبق- الرياض:",
            "سبق-جدة :",
            "فلاح الجوفان- سبق- متابعة:",
            "فهد كاملي- سبق- جزيرة فرسان:",
            "سبق- وكالات:",
            "القاهرة -",
            "القاهرة – محمد عبده –",
            "لندن (الشرق الأوسط)",
            "واس- الرياض:",
            "* طوكيو - «رويترز»:",
            "خالد علي – سبق – جدة:",
            "عين اليوم – جازان (تصوير: محمد القيسي)",
            "الرياض 26 شوال 1436 هـ الموافق 11 أغسطس 2015 م واس",
        ];
        let mut credits = CreditFinder::default();
        for head in heads {
            let line = format!("{head} {BODY}");
            let found = credits.head(&line);
            assert_eq!(found, Some(LineHead::Cut(head.len() + 1)), "{line}");
        }
    }

    #[test]
    fn sentences_are_not_cut() {
        let lines = [
            BODY.to_owned(),
            format!("قال الوزير: {BODY}"),
            format!("وقالت (رويترز) إن {BODY}"),
            format!("ووفقاً لـ \"رويترز\"، {BODY}"),
            format!("وزير الصحة - في بيان -: {BODY}"),
            format!("القاهرة-الإسكندرية {BODY}"),
            "الرياض: حفل كبير".to_owned(),
            "قال مصدر – في الوزارة".to_owned(),
        ];
        let mut credits = CreditFinder::default();
        for line in lines {
            assert_eq!(credits.head(&line), None, "{line}");
        }
    }

    #[test]
    fn a_short_line_of_names_and_a_dash_is_a_byline() {
        let mut credits = CreditFinder::default();
        for line in ["محمد الحربي – الرياض", "عين اليوم – جدة", "كتب: محمد الحربي", "بقلم/ سارة القحطاني"]
        {
            assert_eq!(credits.head(line), Some(LineHead::Line), "{line}");
        }
    }

    #[test]
    fn tails_are_cut_where_their_words_begin() {
        let tails = [
            "رابط الخبر بصحيفة الوئام: الوزارة تفتتح مراكز",
            "سمات الدفاع المدني حريق",
            "// انتهى // 12:30 ت م",
            "للتواصل مع الكاتب ارسل رسالة SMS تبدأ بالرمز (61)",
        ];
        let mut credits = CreditFinder::default();
        for tail in tails {
            let body = format!("{BODY}. ");
            assert_eq!(credits.tail(&format!("{body}{tail}"), true), Some(body.len()), "{tail}");
        }
        for line in [format!("{BODY} سمات القائد"), format!("انتهى {BODY}"), format!("{BODY}. سمات القائد كثيرة.")]
        {
            assert_eq!(credits.tail(&line, true), None, "{line}");
        }
    }
}
