//! Selects repeated spans to remove, so that one occurrence of each stays whole.
//!
//! Documents are processed in input order, each from its first word. A window of m words is cut if an equal window ends
//! before it begins and no word of that earlier window was cut. The earlier window (the *keeper*) is the first in the
//! input or, if that one was damaged by a cut, the first undamaged one since. The cut is extended while the words at
//! both places are equal and those of the keeper stay. Therefore
//!
//! - every removed piece still occurs, in one run of at least m words, in the remaining text;
//! - no two windows of remaining contiguous text are equal, unless they overlap or a cut was shortened afterwards.
//!
//! Adjacent cuts are joined. A cut is then shortened: to a sentence border if one is within [`REACH`] words of its end,
//! and always to word borders. A cut never grows over text that is not repeated.

use ahash::AHashMap;

use super::cut_borders::{CutWords, SettledCut};
use super::links::{WindowLink, WindowLinks};
use super::spans::RepeatedSpan;
use super::word_store::WordStore;
use crate::document::{DocId, Span};
use crate::error::Result;

/// By how many words each end of a cut may be moved inwards to keep sentences whole.
pub(super) const REACH: u64 = 8;

/// Returns the text of a document.
pub(super) type TextReader<'r> = &'r mut dyn FnMut(DocId) -> Result<String>;

/// Selects the spans to remove. Words are numbered over all documents.
pub(super) struct PassageCutter<'a> {
    store: &'a WordStore,
    /// Words of a window.
    window: u64,
    reach: u64,
    read: TextReader<'a>,
    /// The text read last.
    last_text: Option<(DocId, String)>,
    /// Ranges of cut words, ascending and disjoint. The last one belongs to `open`, if there is an open cut.
    cuts: Vec<(u64, u64)>,
    /// For a first occurrence that a cut damaged: an equal window that stays.
    substitutes: AHashMap<u64, u64>,
    open: Option<OpenCut>,
    removed: Vec<RepeatedSpan>,
    /// Windows with equal hashes and unequal words.
    mismatched: u64,
}

/// The cut that may still grow: the last of [`PassageCutter::cuts`].
struct OpenCut {
    document: DocId,
    /// Adjacent pieces, each with a keeper of its own.
    pieces: Vec<RepeatedPiece>,
}

/// `length` words from `b` on that are removed, and the equal words from `a` on that stay.
#[derive(Debug, Clone, Copy)]
struct RepeatedPiece {
    a: u64,
    b: u64,
    length: u64,
}

impl<'a> PassageCutter<'a> {
    pub(super) fn new(store: &'a WordStore, window: usize, reach: u64, read: TextReader<'a>) -> Self {
        Self {
            store,
            window: window as u64,
            reach,
            read,
            last_text: None,
            cuts: Vec::new(),
            substitutes: AHashMap::new(),
            open: None,
            removed: Vec::new(),
            mismatched: 0,
        }
    }

    /// The spans to remove, in input order, and the number of mismatched windows. `check` is called with the number of
    /// entries held so far.
    ///
    /// # Errors
    ///
    /// A temporary file or a text cannot be read; `check` fails.
    pub(super) fn run(
        mut self,
        links: &WindowLinks,
        check: &mut dyn FnMut(usize) -> Result<()>,
    ) -> Result<(Vec<RepeatedSpan>, u64)> {
        // Input order: a keeper is settled before its repeats are cut.
        links.each(|link| {
            self.link(link)?;
            check(self.cuts.len() + self.removed.len() + self.substitutes.len())
        })?;
        self.close()?;

        Ok((self.removed, self.mismatched))
    }

    fn link(&mut self, link: WindowLink) -> Result<()> {
        // A cut never spans two documents.
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

            // After a cut go on at its end: a window that is partly cut may extend it with another keeper.
            next = if length > 0 { self.resume(next) } else { next + 1 };
        }
        Ok(())
    }

    /// The first window from `window` on that is not wholly inside the open cut.
    fn resume(&self, window: u64) -> u64 {
        match (&self.open, self.cuts.last()) {
            (Some(_), Some((_, end))) => window.max((end + 1).saturating_sub(self.window)),
            _ => window,
        }
    }

    /// Start of the first cut that ends after `word`; `u64::MAX` if there is none.
    fn next_cut(&self, word: u64) -> u64 {
        let next = self.cuts.partition_point(|(_, end)| *end <= word);
        self.cuts.get(next).map_or(u64::MAX, |(start, _)| *start)
    }

    fn is_intact(&self, window: u64) -> bool {
        self.next_cut(window) >= window + self.window
    }

    /// An intact window equal to `window` that ends before it; `first` is the first occurrence. A window that overlaps
    /// `window` cannot stay for it.
    fn keeper(&mut self, first: u64, window: u64) -> Option<u64> {
        if self.is_intact(first) {
            return self.ends_before(first, window);
        }
        if let Some(substitute) = self.substitutes.get(&first).copied()
            && self.is_intact(substitute)
        {
            return self.ends_before(substitute, window);
        }

        // No intact occurrence came before, so this one stays and is the keeper of those that follow.
        if self.is_intact(window) {
            self.substitutes.insert(first, window);
        }
        None
    }

    fn ends_before(&self, keeper: u64, window: u64) -> Option<u64> {
        (keeper + self.window <= window).then_some(keeper)
    }

    /// Cuts the words from `b` on that equal the kept words from `a` on. Returns their number, or 0 if only the hashes
    /// of the two windows are equal.
    fn take(&mut self, document: DocId, a: u64, b: u64) -> Result<u64> {
        debug_assert!(a + self.window <= b);

        // The keeper's words must stay: they end at the next cut, at the end of their document, and at `b`.
        let end_of_a = self.store.words_of(self.store.document(a)).end;
        let most = (end_of_a.min(self.next_cut(a)).min(b) - a).min(self.store.words_of(document).end - b);
        let length = self.store.equal_after(a, b, most)?;
        if length < self.window {
            self.mismatched += 1;
            return Ok(0);
        }

        let end = b + length;
        if let (Some(open), Some(cut)) = (&mut self.open, self.cuts.last_mut())
            && b <= cut.1
        {
            // The first words are cut already, for another keeper.
            let known = cut.1 - b;
            open.pieces.push(RepeatedPiece { a: a + known, b: cut.1, length: length - known });
            cut.1 = end;
            return Ok(length);
        }

        self.close()?;
        self.cuts.push((b, end));
        self.open = Some(OpenCut { document, pieces: vec![RepeatedPiece { a, b, length }] });
        Ok(length)
    }

    /// Ends the open cut: fixes its borders and appends its spans.
    fn close(&mut self) -> Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let Some((start, end)) = self.cuts.pop() else { return Ok(()) };

        let text = match self.last_text.take() {
            Some((document, text)) if document == open.document => text,
            _ => (self.read)(open.document)?,
        };
        let settled = self.settle(&text, open.document, start, end)?;
        self.last_text = Some((open.document, text));

        // If nothing is left, its words stay, and are intact for what follows.
        let Some(settled) = settled else { return Ok(()) };
        self.cuts.push((settled.start, settled.end));
        self.append(&open, &settled)
    }

    /// Appends one span for each piece of a cut.
    fn append(&mut self, open: &OpenCut, settled: &SettledCut) -> Result<()> {
        let mut begin = settled.span.start;
        for RepeatedPiece { a, b, length } in &open.pieces {
            let (from, until) = ((*b).max(settled.start), (b + length).min(settled.end));
            if from >= until {
                continue;
            }

            // Pieces are adjacent: each ends where the next begins, the last at the border of the cut.
            let is_last = until == settled.end;
            let stop = if is_last { settled.span.end } else { self.store.span(until)?.start.max(begin) };
            self.removed.push(RepeatedSpan {
                document: open.document,
                span: Span::new(begin, stop),
                keeper: self.store.document(*a),
                keeper_span: self.store.span_of(a + (from - b)..a + (until - b))?,
                tokens: until - from,
            });
            begin = stop;
        }
        Ok(())
    }

    /// Shortens the cut from word `start` to before word `end`; `None` if nothing of it is left.
    fn settle(&self, text: &str, document: DocId, start: u64, end: u64) -> Result<Option<SettledCut>> {
        debug_assert!(start < end);
        let of_document = self.store.words_of(document);

        // One word more on each side shows what the cut borders on.
        let first = start.saturating_sub(1).max(of_document.start);
        let spans = self.store.spans(first..(end + 1).min(of_document.end))?;
        let words = CutWords::new(text, spans, first, of_document);

        // Each end moves inwards to a sentence border within reach, else to the next word border.
        let last_start = (start + self.reach).min(end.saturating_sub(1));
        let first_end = end.saturating_sub(self.reach).max(start + 1);
        let first_clean = (start..end).find(|word| words.is_clean(*word));
        let last_clean = (start + 1..=end).rev().find(|word| words.is_clean(*word));
        let sentence_start = (start..=last_start).find(|word| words.is_sentence_border(*word));
        let sentence_end = (first_end..=end).rev().find(|word| words.is_sentence_border(*word));

        let borders = sentence_start.or(first_clean).zip(sentence_end.or(last_clean));
        Ok(match borders {
            Some((from, until)) if from < until => words.settled(from, until),
            // Too short for both sentence borders: whole words only.
            Some(_) => first_clean.zip(last_clean).and_then(|(from, until)| words.settled(from, until)),
            None => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::folded_words::{FoldedWords, WordFolder};
    use super::super::links::links;
    use super::super::runs::tests::{documents, store};
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
