//! What a corpus can do without: repeated passages, of which another occurrence stays, whole.
//!
//! Documents are gone through in input order, each from its first word on. A window of m words is cut if a window that is
//! equal, ends before it begins and of which nothing was cut stands earlier: the first in the input, or where that one
//! was damaged, the first undamaged one since. From there the cut goes on as long as the words of both places are equal and
//! those of the earlier one stay. So
//!
//! - whatever is cut stands in one piece of at least m words in what is left: nothing is justified by text that goes too,
//! - no two windows of what was left in one piece are equal, unless they overlap or a cut was made shorter since.
//!
//! Cuts that touch become one, which is then drawn back to where a sentence begins or ends, if one does within
//! [`REACH`] words, and to the borders of words in any case; a cut never grows over text that is not repeated.

use ahash::AHashMap;

use super::links::{WindowLink, WindowLinks};
use super::sentence;
use super::store::WordStore;
use super::words::is_glued;
use super::{RepeatedSpan, span_of};
use crate::document::{DocId, Span};
use crate::error::Result;

/// How many words a cut is drawn back at each end to keep sentences whole.
pub(super) const REACH: u64 = 8;

/// Gives the text of a document.
pub(super) type TextReader<'r> = &'r mut dyn FnMut(DocId) -> Result<String>;

/// Cuts what repeats.
pub(super) struct PassageCutter<'a> {
    store: &'a WordStore,
    /// Words of a window.
    window: u64,
    reach: u64,
    read: TextReader<'a>,
    /// The text read last.
    text: Option<(DocId, String)>,
    /// Words that are cut, ascending; the last may be growing still.
    cuts: Vec<(u64, u64)>,
    /// For windows whose first occurrence was damaged: another that stays.
    instead: AHashMap<u64, u64>,
    open: Option<OpenCut>,
    found: Vec<RepeatedSpan>,
    lost: u64,
}

/// The cut that grows: the last of [`PassageCutter::cuts`].
struct OpenCut {
    document: DocId,
    /// What it is made of, one after the other.
    pieces: Vec<RepeatedPiece>,
}

/// Words that go, from `b` on, and the equal words from `a` on that stay for them.
#[derive(Debug, Clone, Copy)]
struct RepeatedPiece {
    a: u64,
    b: u64,
    length: u64,
}

impl<'a> PassageCutter<'a> {
    pub(super) fn new(store: &'a WordStore, window: usize, reach: u64, read: TextReader<'a>) -> Self {
        let window = window as u64;
        let (cuts, found, instead) = (Vec::new(), Vec::new(), AHashMap::new());
        Self { store, window, reach, read, text: None, cuts, instead, open: None, found, lost: 0 }
    }

    /// What goes, in input order, and how many windows were lost to equal hashes of unlike words. `check` hears how many
    /// things are held so far.
    ///
    /// # Errors
    ///
    /// The disk refuses; a text cannot be read; what `check` says.
    pub(super) fn run(
        mut self,
        links: &WindowLinks,
        check: &mut dyn FnMut(usize) -> Result<()>,
    ) -> Result<(Vec<RepeatedSpan>, u64)> {
        links.each(|link| {
            self.link(link)?;
            check(self.cuts.len() + self.found.len() + self.instead.len())
        })?;
        self.close()?;
        Ok((self.found, self.lost))
    }

    fn link(&mut self, link: WindowLink) -> Result<()> {
        let document = self.store.document(link.window);
        if self.open.as_ref().is_some_and(|open| open.document != document) {
            self.close()?;
        }
        let mut next = self.resume(link.window);
        while next < link.window + link.count {
            let first = link.first + (next - link.window);
            let length = match self.keeper(first, next) {
                Some(keeper) => self.take(document, keeper, next)?,
                None => 0,
            };
            next = if length > 0 { self.resume(next) } else { next + 1 };
        }
        Ok(())
    }

    /// The first window from `window` on that does not lie in the open cut.
    fn resume(&self, window: u64) -> u64 {
        let end = if self.open.is_some() { self.cuts.last().map_or(0, |cut| cut.1) } else { 0 };
        window.max((end + 1).saturating_sub(self.window))
    }

    /// Where the first cut begins that ends after `word`.
    fn next_cut(&self, word: u64) -> u64 {
        let next = self.cuts.partition_point(|(_, end)| *end <= word);
        self.cuts.get(next).map_or(u64::MAX, |(start, _)| *start)
    }

    fn is_intact(&self, window: u64) -> bool {
        self.next_cut(window) >= window + self.window
    }

    /// A window that stays and justifies cutting `window`, which stood at `first` first.
    fn keeper(&mut self, first: u64, window: u64) -> Option<u64> {
        let mut keeper = first;
        if !self.is_intact(first) {
            match self.instead.get(&first).copied().filter(|instead| self.is_intact(*instead)) {
                Some(instead) => keeper = instead,
                None => {
                    if self.is_intact(window) {
                        self.instead.insert(first, window);
                    }
                    return None;
                }
            }
        }
        (keeper + self.window <= window).then_some(keeper)
    }

    /// Cuts what is equal from `b` on to what stays from `a` on; returns how many words, 0 if hashes deceived.
    fn take(&mut self, document: DocId, a: u64, b: u64) -> Result<u64> {
        let end_of_a = self.store.words_of(self.store.document(a)).end;
        let most = (end_of_a.min(self.next_cut(a)).min(b) - a).min(self.store.words_of(document).end - b);
        let length = self.store.equal_after(a, b, most)?;
        if length < self.window {
            self.lost += 1;
            return Ok(0);
        }
        let end = b + length;
        let growing = self.open.is_some().then(|| self.cuts.last().copied()).flatten().filter(|cut| b <= cut.1);
        match (growing, &mut self.open) {
            (Some((_, before)), Some(open)) => {
                let known = before - b;
                open.pieces.push(RepeatedPiece { a: a + known, b: before, length: length - known });
                if let Some(cut) = self.cuts.last_mut() {
                    cut.1 = end;
                }
            }
            _ => {
                self.close()?;
                self.cuts.push((b, end));
                self.open = Some(OpenCut { document, pieces: vec![RepeatedPiece { a, b, length }] });
            }
        }
        Ok(length)
    }

    /// Settles where the open cut begins and ends.
    fn close(&mut self) -> Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let Some((start, end)) = self.cuts.pop() else { return Ok(()) };
        let text = match self.text.take().filter(|(document, _)| *document == open.document) {
            Some((_, text)) => text,
            None => (self.read)(open.document)?,
        };
        let settled = self.settle(&text, open.document, start, end)?;
        self.text = Some((open.document, text));
        let Some(settled) = settled else { return Ok(()) };
        self.cuts.push((settled.start, settled.end));
        let mut begin = settled.span.start;
        for RepeatedPiece { a, b, length } in open.pieces {
            let (from, until) = (b.max(settled.start), (b + length).min(settled.end));
            if from >= until {
                continue;
            }
            let stop = if until == settled.end { settled.span.end } else { self.store.span(until)?.start.max(begin) };
            self.found.push(RepeatedSpan {
                document: open.document,
                span: Span::new(begin, stop),
                keeper: self.store.document(a),
                keeper_span: span_of(self.store, a + (from - b), a + (until - b))?,
                tokens: until - from,
            });
            begin = stop;
        }
        Ok(())
    }

    /// The cut from word `start` to word `end`, drawn back; `None` if nothing is left of it.
    fn settle(&self, text: &str, document: DocId, start: u64, end: u64) -> Result<Option<SettledCut>> {
        let of_document = self.store.words_of(document);
        let first = start.saturating_sub(1).max(of_document.start);
        let spans = self.store.spans(first..(end + 1).min(of_document.end))?;
        let span = |word: u64| spans.get((word - first) as usize).copied().filter(|_| word < of_document.end);
        let border = |word: u64| CutBorder {
            before: word.checked_sub(1).filter(|before| *before >= of_document.start).and_then(span),
            after: span(word),
            text,
        };
        let last_start = (start + self.reach).min(end.saturating_sub(1));
        let first_end = end.saturating_sub(self.reach).max(start + 1);
        let clean = |word: &u64| !border(*word).is_glued();
        let sentence = |word: &u64| border(*word).sentence().is_some();
        let sentences = (start..=last_start).find(sentence).or_else(|| (start..end).find(clean));
        let ends = (first_end..=end).rev().find(sentence).or_else(|| (start + 1..=end).rev().find(clean));
        let (Some(from), Some(until)) = (sentences, ends) else { return Ok(None) };
        if from >= until {
            // Too short for both: its words alone.
            let words = ((start..end).find(clean), (start + 1..=end).rev().find(clean));
            let (Some(from), Some(until)) = words else { return Ok(None) };
            return Ok(settled(text, from, until, &border));
        }
        Ok(settled(text, from, until, &border))
    }
}

/// A cut in its last shape.
struct SettledCut {
    start: u64,
    end: u64,
    span: Span,
}

fn settled<'t>(text: &str, start: u64, end: u64, border: &impl Fn(u64) -> CutBorder<'t>) -> Option<SettledCut> {
    if start >= end {
        return None;
    }
    let from = border(start).after?.start;
    let until = border(end).before?.end;
    let from = border(start).sentence().map_or(from, |end| {
        let skipped = text[end..].len() - text[end..].trim_start().len();
        (end + skipped).min(from)
    });
    let until = border(end).sentence().unwrap_or(until);
    Some(SettledCut { start, end, span: without_blanks(text, Span::new(from, until)) })
}

/// The place between two words of a document, or at its end.
struct CutBorder<'t> {
    before: Option<Span>,
    after: Option<Span>,
    text: &'t str,
}

impl CutBorder<'_> {
    /// Whether both are one word, or come from one character.
    fn is_glued(&self) -> bool {
        matches!((self.before, self.after), (Some(before), Some(after)) if is_glued(before, after))
    }

    /// The byte behind the sentence that ends here, if one does.
    fn sentence(&self) -> Option<usize> {
        match (self.before, self.after) {
            (Some(before), Some(after)) if !is_glued(before, after) => {
                let gap = Span::new(before.end, after.start).of(self.text);
                sentence::end_in(before.of(self.text), gap).map(|end| before.end + end)
            }
            (Some(_), Some(_)) => None,
            (Some(_), None) => Some(self.text.trim_end().len()),
            (None, _) => Some(0),
        }
    }
}

/// The span with the blanks that would stand there twice.
fn without_blanks(text: &str, Span { start, end }: Span) -> Span {
    let (before, after) = (&text[..start], &text[end..]);
    let blank = |character: char| character.is_whitespace() && character != '\n' && character != '\r';
    if after.is_empty() || after.starts_with(['\n', '\r']) {
        return Span::new(before.trim_end_matches(blank).len(), end);
    }
    let open = before.chars().next_back().is_none_or(char::is_whitespace);
    let skipped = if open { after.len() - after.trim_start_matches(blank).len() } else { 0 };
    Span::new(start, end + skipped)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::links::links;
    use super::super::runs::tests::{documents, store};
    use super::super::words::{FoldedWords, WordFolder};
    use super::*;
    use crate::normalize::{Language, Normalizer, Profile};

    /// What is left of each document: pieces of words that stood together.
    fn pieces(documents: &[Vec<u64>], cuts: &[RepeatedSpan]) -> Vec<(usize, Vec<u64>)> {
        let mut pieces = Vec::new();
        for (place, words) in documents.iter().enumerate() {
            let mut from = 0;
            for cut in cuts.iter().filter(|cut| cut.document == DocId::new(place)) {
                // The store of the tests gives word n the bytes from 2n on.
                pieces.push((place, words[from..cut.span.start / 2].to_vec()));
                from = cut.span.end.div_ceil(2);
            }
            pieces.push((place, words[from..].to_vec()));
        }
        pieces
    }

    fn holds(words: &[u64], part: &[u64]) -> bool {
        words.windows(part.len()).any(|window| window == part)
    }

    proptest! {
        #[test]
        fn what_goes_stands_in_what_stays_and_nothing_repeats(documents in documents(), window in 2_usize..9) {
            let store = store(&documents, None);
            let links = links(&store, window, None).unwrap();
            // Texts of one-letter words, as the spans of the store say.
            let mut read = |document: DocId| Ok("x ".repeat(documents[document.index()].len()));
            let cutting = PassageCutter::new(&store, window, 0, &mut read);
            let (cuts, lost) = cutting.run(&links, &mut |_| Ok(())).unwrap();
            prop_assert_eq!(lost, 0);
            let left = pieces(&documents, &cuts);
            for cut in &cuts {
                let of = |document: DocId, span: Span| {
                    documents[document.index()][span.start / 2..span.end.div_ceil(2)].to_vec()
                };
                let (gone, kept) = (of(cut.document, cut.span), of(cut.keeper, cut.keeper_span));
                prop_assert_eq!(&gone, &kept);
                let stays = left.iter().any(|(place, words)| *place == cut.keeper.index() && holds(words, &kept));
                prop_assert!(stays, "{:?}", cut);
            }
            let windows: Vec<(usize, usize, &[u64])> = left
                .iter()
                .enumerate()
                .flat_map(|(piece, (_, words))| {
                    words.windows(window).enumerate().map(move |(at, words)| (piece, at, words))
                })
                .collect();
            for (number, (piece, at, words)) in windows.iter().enumerate() {
                let twice = windows[..number].iter().find(|(other, before, others)| {
                    others == words && (other != piece || before + window <= *at)
                });
                prop_assert!(twice.is_none(), "{:?} in {:?}", words, left);
            }
        }
    }

    /// The texts after cutting, with windows of five words.
    fn left(texts: &[&str]) -> Vec<String> {
        let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
        let mut words = FoldedWords::default();
        let mut folder = WordFolder::new(1);
        let folded = texts.iter().map(|text| folder.fold(&normalizer, text, &mut words));
        assert!(folded.sum::<usize>() > 0);
        let mut store = WordStore::new(None);
        store.push(&words).unwrap();
        let links = links(&store, 5, None).unwrap();
        let mut read = |document: DocId| Ok(texts[document.index()].to_owned());
        let (cuts, _) = PassageCutter::new(&store, 5, REACH, &mut read).run(&links, &mut |_| Ok(())).unwrap();
        let mut left: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        for cut in cuts.iter().rev() {
            left[cut.document.index()].replace_range(cut.span.start..cut.span.end, "");
        }
        left
    }

    #[test]
    fn a_cut_is_drawn_back_to_sentences() {
        let first = "قال الوزير أمس في كلمته إن العمل يبدأ غدا. وأضاف أن الخطة جاهزة تماما منذ شهر. شكرا";
        // The rest of the sentence that begins with other words stays with them.
        let near = "بحسب ما في كلمته إن العمل يبدأ غدا. «وأضاف أن الخطة جاهزة تماما منذ شهر». وغادر القاعة";
        assert_eq!(left(&[first, near])[1], "بحسب ما في كلمته إن العمل يبدأ غدا. وغادر القاعة");
        // The next sentence begins too far behind.
        let far = "بحسب ما قال الوزير أمس في كلمته إن العمل يبدأ غدا. وأضاف أن الخطة جاهزة تماما. وغادر القاعة";
        assert_eq!(left(&[first, far])[1], "بحسب ما وغادر القاعة");
    }

    #[test]
    fn without_a_sentence_in_reach_words_are_whole_and_blanks_stand_once() {
        let first = "واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة";
        let second = "قبل ذلك ثلاثةٌ أربعة خمسة ســتّة سبعة ثمانيةٌ وبعد ذلك";
        assert_eq!(left(&[first, second])[1], "قبل ذلك وبعد ذلك");
    }

    #[test]
    fn a_whole_copy_leaves_nothing_and_the_first_stays() {
        let text = "«واحد اثنان ثلاثة أربعة خمسة ستة».\n";
        assert_eq!(left(&[text, text, text]), [text, "\n", "\n"]);
    }
}
