//! Finds items in documents that are folded alike.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::folded_tokens::{FoldedTokens, power};
use super::{ContaminationHit, ContaminationOptions, HitRule, TestItems};
use crate::document::{DocId, Span};
use crate::normalize::{FoldScratch, Normalizer};

/// The items, folded with one language.
#[derive(Debug)]
pub(crate) struct ItemIndex {
    options: ContaminationOptions,
    items: Vec<FoldedTokens>,
    /// By length, the windows of items by their hashes.
    windows: BTreeMap<usize, ItemWindows>,
}

/// Windows of one length.
#[derive(Debug)]
struct ItemWindows {
    power: u64,
    /// The item and the place in it of each window.
    places: HashMap<u64, Vec<(usize, usize)>>,
}

impl ItemIndex {
    /// Folds the items. Takes time and memory linear in their tokens.
    pub(crate) fn new(items: &TestItems, options: ContaminationOptions, normalizer: &Normalizer) -> Self {
        let mut scratch = FoldScratch::default();
        let fold = |item: &super::TestItem| {
            let mut tokens = FoldedTokens::new();
            normalizer.fold(&item.text, &mut scratch, &mut tokens);
            tokens
        };
        let items: Vec<FoldedTokens> = items.items.iter().map(fold).collect();

        let mut windows: BTreeMap<usize, ItemWindows> = BTreeMap::new();
        for (number, item) in items.iter().enumerate().filter(|(_, item)| item.len() > 0) {
            let length = item.len().min(options.ngram);
            let of_length = windows
                .entry(length)
                .or_insert_with(|| ItemWindows { power: power(length), places: HashMap::default() });

            // An item that counts as a whole is found by its beginning.
            let last = if options.whole { 0 } else { item.len() - length };
            for start in 0..=last {
                let hash = item.window(start, length, of_length.power);
                of_length.places.entry(hash).or_default().push((number, start));
            }
        }
        Self { options, items, windows }
    }

    /// Appends the items that a document contains. `tokens` are those of `text`.
    pub(crate) fn find(&self, document: DocId, text: &str, tokens: &FoldedTokens, hits: &mut Vec<ContaminationHit>) {
        for (length, windows) in &self.windows {
            for start in 0..(tokens.len() + 1).saturating_sub(*length) {
                let hash = tokens.window(start, *length, windows.power);
                let places = windows.places.get(&hash).map_or(&[][..], Vec::as_slice);
                for (item, at) in places {
                    hits.extend(self.hit(document, text, tokens, start, (*item, *at)));
                }
            }
        }
    }

    /// The match of the item at `at` with the document at `start`; `None` if it does not count.
    fn hit(
        &self,
        document: DocId,
        text: &str,
        tokens: &FoldedTokens,
        start: usize,
        (number, at): (usize, usize),
    ) -> Option<ContaminationHit> {
        let item = &self.items[number];
        let is_equal = |shift: usize| tokens.token(start + shift) == item.token(at + shift);
        let most = (tokens.len() - start).min(item.len() - at);
        let length = (0..most).find(|shift| !is_equal(*shift)).unwrap_or(most);

        let is_short = item.len() < self.options.ngram;
        let rule = if is_short || self.options.whole {
            if length < item.len() {
                return None;
            }
            if item.len() < self.options.least_tokens { HitRule::Line } else { HitRule::Item }
        } else {
            // A run that begins earlier was found there.
            let is_later = start > 0 && at > 0 && tokens.token(start - 1) == item.token(at - 1);
            if length < self.options.ngram || is_later {
                return None;
            }
            HitRule::Ngram
        };
        if rule == HitRule::Line && !is_line(text, tokens, start, length) {
            return None;
        }

        let span = |tokens: &FoldedTokens, first: usize| {
            Span::new(tokens.span(first).start, tokens.span(first + length - 1).end)
        };
        let (span, item_span) = (span(tokens, start), span(item, at));
        let item_tokens = item.len();
        Some(ContaminationHit { document, span, item: number, item_span, tokens: length, item_tokens, rule })
    }
}

/// Whether some tokens are all of a line.
fn is_line(text: &str, tokens: &FoldedTokens, start: usize, length: usize) -> bool {
    let breaks = |from: usize, to: usize| Span::new(from, to).of(text).contains(['\n', '\r', '\u{2028}']);
    let end = start + length;

    let begins = start == 0 || breaks(tokens.span(start - 1).end, tokens.span(start).start);
    let ends = end == tokens.len() || breaks(tokens.span(end - 1).end, tokens.span(end).start);
    begins && ends
}

#[cfg(test)]
mod tests {
    use super::super::TestItem;
    use super::*;
    use crate::normalize::{Language, Profile};

    fn found(items: &[&str], text: &str, options: ContaminationOptions) -> Vec<(usize, HitRule, String)> {
        let item = |text: &&str| TestItem { id: String::new(), place: String::new(), text: (*text).to_owned() };
        let items = TestItems { items: items.iter().map(item).collect(), rejected: 0 };
        let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
        let index = ItemIndex::new(&items, options, &normalizer);

        let mut tokens = FoldedTokens::new();
        normalizer.fold(text, &mut FoldScratch::default(), &mut tokens);
        let mut hits = Vec::new();
        index.find(DocId::new(0), text, &tokens, &mut hits);
        hits.into_iter().map(|hit| (hit.item, hit.rule, hit.span.of(text).to_owned())).collect()
    }

    const TEXT: &str = "سأل المعلم الطلاب: ما عاصمة جمهورية مصر العربية وفي أي سنة افتتحت قناة السويس للملاحة الدولية؟\nالقاهرة\nثم انصرفوا";

    #[test]
    fn long_items_count_by_runs_short_ones_as_a_whole_and_words_as_lines() {
        let options = ContaminationOptions::default();
        let long = "ما عاصمة جمهوريّة مصر العربيّة وفي أيّ سنة إفتتحت قناة السويس للملاحة الدوليّة ومن حضر الحفل";
        let run = "ما عاصمة جمهورية مصر العربية وفي أي سنة افتتحت قناة السويس للملاحة الدولية";
        assert_eq!(found(&[long], TEXT, options), [(0, HitRule::Ngram, run.to_owned())]);
        assert_eq!(found(&[long], TEXT, ContaminationOptions { whole: true, ..options }), []);
        assert_eq!(found(&[run], TEXT, ContaminationOptions { whole: true, ..options }).len(), 1);

        let short = "قناه السويس للملاحه الدوليه وقد";
        assert_eq!(found(&[short], TEXT, options), []);
        let short = "افتتحت قناه السويس للملاحه الدوليه";
        assert_eq!(found(&[short], TEXT, options)[0].1, HitRule::Item);
        assert_eq!(found(&["القاهرة", "السويس", ""], TEXT, options), [(0, HitRule::Line, "القاهرة".to_owned())]);
    }
}
