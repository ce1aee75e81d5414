//! Follow-ups and reports of a series: texts whose beginnings tell other news, before the same background.
//!
//! News sites print the background of a story again below each new development, and the figures of a month in the words
//! of the month before. Two such articles share most of their words, and a reader would keep both. A rewritten beginning
//! tells the same facts, mostly in the same words; the beginning of a follow-up has many words that the other text has
//! nowhere, in no form. So the rule counts these *new words*:
//!
//! - in the *lead* of one text, which is all that stands before its first long run of shared tokens: the other text is
//!   then the earlier report;
//! - among the first tokens of both texts, where fewer are enough, above all beside other numbers.

use std::cell::OnceCell;

use foldhash::HashSet;

use super::own::OwnText;
use super::told::digits;
use super::wording::tokens;
use super::{CorpusEvidence, PairWording, TextEvidence, TrigramFrequencies, VariantReason, own_frequencies, quartile};
use crate::normalize::alphabet;
use crate::similarity::word_forms::{is_content, stem};

/// Shared tokens in a row that end a lead. Rewritten leads share shorter runs.
const BACKGROUND: usize = 15;

/// Fewest new words of another lead.
const OF_LEAD: usize = 16;

/// Fewest new words of another lead for each 100 tokens of the longer text.
const OF_LEAD_SHARE: usize = 3;

/// Texts of the run that have a lead which is furniture: the menu of a site.
const FURNITURE: u32 = 10;

/// First tokens of both texts, and fewest new words among them on each side.
const OF_HEADS: (usize, usize) = (30, 6);

/// The same where each side also has a number that the other text lacks.
const OF_NUMBERED_HEADS: (usize, usize) = (20, 2);

/// Why two similar texts that no other rule refuses are no copies: they begin with other news. Symmetric. O(n log n) for n
/// tokens.
///
/// Texts of fewer than 3 or more than 20,000 tokens are not judged.
pub(crate) fn other_news(texts: &PairWording<'_>, evidence: CorpusEvidence<'_>) -> Option<VariantReason> {
    if texts.are_out_of_reach() {
        return None;
    }

    // Texts of one beginning have no own token there, and no lead.
    let PairWording { a, b, .. } = *texts;
    let [head_a, head_b] = [a, b].map(|text| text.wording.words().get(..OF_HEADS.0));
    if head_a.is_some() && head_a == head_b {
        return None;
    }

    let [own_a, own_b] = texts.own();
    let sides = [NewsSide::new(a, own_a, b), NewsSide::new(b, own_b, a)];

    // By the own tokens of both sides first, which need no stems.
    let have_new_words = |(tokens, least): (usize, usize)| {
        sides.iter().all(|side| side.may_have_new_words(tokens.min(side.length()), least))
            && sides.iter().all(|side| side.new_words(tokens.min(side.length())) >= least)
    };
    if have_new_words(OF_NUMBERED_HEADS) && have_other_numbers(&sides, OF_NUMBERED_HEADS.0) {
        return Some(VariantReason::Numbers);
    }

    let longer = a.wording.words().len().max(b.wording.words().len());
    let least = OF_LEAD.max((longer * OF_LEAD_SHARE).div_ceil(100));
    let has_other_lead = |side: &NewsSide<'_>| {
        let lead = side.lead();
        let shared = || texts.shared().iter().map(|shared| shared.trigram);
        side.may_have_new_words(lead, least)
            && side.new_words(lead) >= least
            && !side.is_furniture(lead, shared(), evidence.run)
    };

    (sides.iter().any(has_other_lead) || have_new_words(OF_HEADS)).then_some(VariantReason::Replaced)
}

/// Whether each side has a number among its first tokens that the other text lacks, and not the same digits.
fn have_other_numbers([a, b]: &[NewsSide<'_>; 2], first: usize) -> bool {
    let (of_a, of_b) = (a.own_numbers(first), b.own_numbers(first));
    !of_a.is_empty() && !of_b.is_empty() && digits(&of_a) != digits(&of_b)
}

/// One of two texts whose beginnings are compared.
struct NewsSide<'t> {
    text: TextEvidence<'t>,
    own: &'t OwnText,
    other: TextEvidence<'t>,
    /// The places of the new words in the beginning, ascending; found when first needed.
    new: OnceCell<Vec<usize>>,
}

impl<'t> NewsSide<'t> {
    fn new(text: TextEvidence<'t>, own: &'t OwnText, other: TextEvidence<'t>) -> Self {
        Self { text, own, other, new: OnceCell::new() }
    }

    fn length(&self) -> usize {
        self.own.length()
    }

    /// Number of tokens of the lead.
    fn lead(&self) -> usize {
        self.own.before_shared_run(BACKGROUND)
    }

    /// Whether at least `least` of the first tokens are own ones, as new words are.
    fn may_have_new_words(&self, first: usize, least: usize) -> bool {
        self.own.count(&(0..first)) >= least
    }

    /// Number of words among the first tokens that the other text has in no form. `first` is at most the lead, or one of the
    /// heads.
    fn new_words(&self, first: usize) -> usize {
        // Most beginnings have no own token, and need no stems.
        if self.own.count(&(0..first)) == 0 {
            return 0;
        }

        let new = self.new.get_or_init(|| self.find_new_words(self.lead().max(OF_HEADS.0)));
        new.partition_point(|place| *place < first)
    }

    /// The places of the new words among the first tokens.
    fn find_new_words(&self, first: usize) -> Vec<usize> {
        let may_be_new =
            |(place, word): &(usize, &[u8])| self.own.is_own(*place) && is_content(word) && !alphabet::is_number(word);
        let own: Vec<(usize, &[u8])> = tokens(self.text.folded)
            .take(first)
            .enumerate()
            .filter(may_be_new)
            .map(|(place, word)| (place, stem(word)))
            .collect();

        // Own stems are few, so the other text is searched for them, and not collected.
        let mut lacking: HashSet<&[u8]> = own.iter().map(|(_, stem)| *stem).collect();
        let bits = lacking.iter().fold(0, |bits, stem| bits | stem_bit(stem));
        for known in tokens(self.other.folded).map(stem) {
            if bits & stem_bit(known) != 0 {
                lacking.remove(known);
            }
        }
        own.into_iter().filter(|(_, stem)| lacking.contains(stem)).map(|(place, _)| place).collect()
    }

    /// The numbers among the first tokens that the other text lacks.
    fn own_numbers(&self, first: usize) -> Vec<&'t [u8]> {
        let other = self.other.folded;
        let is_own = |token: &&[u8]| alphabet::is_number(token) && !tokens(other).any(|known| known == *token);
        tokens(self.text.folded).take(first).filter(is_own).collect()
    }

    /// Whether the first tokens are furniture: nearly all their trigrams are in many texts of the run, and in more than the
    /// `shared` trigrams are.
    fn is_furniture(&self, lead: usize, shared: impl Iterator<Item = u64>, run: Option<&TrigramFrequencies>) -> bool {
        let Some(run) = run else { return false };
        // The lower quartile: news has common phrases too.
        let of_lead = quartile(own_frequencies(self.text.wording, self.own, &(0..lead), run), 1);
        of_lead > FURNITURE && of_lead > quartile(shared.filter_map(|trigram| run.of(trigram)).collect(), 1)
    }
}

/// One of 64 bits for a stem, which tells most stems apart.
fn stem_bit(stem: &[u8]) -> u64 {
    let byte = |place: Option<&u8>| place.copied().map_or(0, u32::from);
    let mixed = byte(stem.first()) | byte(stem.get(1)) << 8 | byte(stem.last()) << 16 | (stem.len() as u32) << 24;
    1 << (mixed.wrapping_mul(0x9E37_79B1) >> 26)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shingle::hash::HashKeys;
    use crate::similarity::facts::WordFrequencies;
    use crate::similarity::own_text::Wording;
    use proptest::prelude::*;

    /// A text of `count` words that no other name has.
    fn passage(name: &str, count: usize) -> String {
        // Letters instead of digits, so that no word has the stem of another.
        let word = |number: usize| {
            let letters = ['س', 'ش', 'ص', 'ض', 'ط', 'ظ', 'ع', 'غ'];
            format!("{name}{}{}{}", letters[number / 64 % 8], letters[number / 8 % 8], letters[number % 8])
        };
        (0..count).map(word).collect::<Vec<_>>().join(" ")
    }

    fn has_lead(a: &str, b: &str) -> bool {
        reason(a, b, &[]) == Some(VariantReason::Replaced)
    }

    /// The reason of two texts in a run with these other texts.
    fn reason(a: &str, b: &str, others: &[String]) -> Option<VariantReason> {
        let keys = HashKeys::new(0);
        let wording = |text: &str| Wording::new(&alphabet::to_compact(text), &keys);
        let (words, [wording_a, wording_b]) = (WordFrequencies::default(), [a, b].map(wording));
        let of_others = others.iter().map(|text| wording(text));
        let in_run = of_others.chain([wording_a.clone(), wording_b.clone()]);
        let run = TrigramFrequencies::count(in_run.flat_map(|text| text.distinct().collect::<Vec<_>>()).collect());
        let evidence = CorpusEvidence { near: None, run: Some(&run), words: &words, are_two_pages: false };

        let [folded_a, folded_b] = [a, b].map(alphabet::to_compact);
        let a = TextEvidence { folded: &folded_a, wording: &wording_a };
        let b = TextEvidence { folded: &folded_b, wording: &wording_b };
        let found = other_news(&PairWording::new(a, b), evidence);
        assert_eq!(found, other_news(&PairWording::new(b, a), evidence), "symmetric");
        found
    }

    proptest! {
        #[test]
        fn new_words_are_those_that_the_other_text_has_in_no_form(
            a in prop::collection::vec("(ال|و)?[بتث]{1,4}(ه|ات)?|1[0-3]", 0..50),
            b in prop::collection::vec("(ال|و)?[بتث]{1,4}(ه|ات)?|1[0-3]", 0..50),
        ) {
            let keys = HashKeys::new(0);
            let folded = [a, b].map(|words| alphabet::to_compact(&words.join(" ")));
            let [wording_a, wording_b] = [0, 1].map(|text| Wording::new(&folded[text], &keys));
            let text = TextEvidence { folded: &folded[0], wording: &wording_a };
            let other = TextEvidence { folded: &folded[1], wording: &wording_b };
            let starts: Vec<u32> = wording_a.shared(&wording_b).iter().flat_map(|shared| shared.in_a.to_vec()).collect();
            let own = OwnText::new(wording_a.words().len(), starts.iter().copied());

            let known: HashSet<&[u8]> = tokens(&folded[1]).map(stem).collect();
            let is_new = |(place, word): &(usize, &[u8])| {
                own.is_own(*place) && is_content(word) && !alphabet::is_number(word) && !known.contains(stem(word))
            };
            let side = NewsSide::new(text, &own, other);
            for first in [OF_NUMBERED_HEADS.0, OF_HEADS.0, side.lead()].map(|first| first.min(side.length())) {
                let plain = tokens(&folded[0]).take(first).enumerate().filter(is_new).count();
                prop_assert_eq!(side.new_words(first), plain);
            }
        }
    }

    #[test]
    fn a_new_lead_before_an_earlier_report_is_other_news() {
        let report = passage("خبر", 100);
        assert!(has_lead(&report, &format!("{} {report}", passage("جديد", 20))), "one lead");
        let [first, second] = ["اول", "ثان"].map(|name| format!("{} {report}", passage(name, 20)));
        assert!(has_lead(&first, &second), "two leads");
    }

    #[test]
    fn a_short_or_a_rewritten_lead_is_the_same_news() {
        let report = passage("خبر", 100);
        assert!(!has_lead(&report, &format!("{} {report}", passage("جديد", 15))), "15 new words");

        // The same words in another order, and with other proclitics.
        let lead: Vec<String> = passage("جديد", 24).split(' ').map(str::to_owned).collect();
        let told = lead.iter().map(|word| format!("و{word}")).rev().collect::<Vec<_>>().join(" ");
        assert!(!has_lead(&format!("{} {report}", lead.join(" ")), &format!("{told} {report}")));
    }

    #[test]
    fn two_beginnings_of_few_new_words_are_other_news() {
        let report = passage("خبر", 100);
        let pair = |count| ["اول", "ثان"].map(|name| format!("{} {report}", passage(name, count)));
        let [first, second] = pair(6);
        assert!(has_lead(&first, &second));
        assert!(!has_lead(&first, &report), "on one side alone");
        let [first, second] = pair(5);
        assert!(!has_lead(&first, &second), "5 words");
    }

    #[test]
    fn other_numbers_at_the_beginning_need_two_other_words() {
        let report = passage("خبر", 100);
        let begin = |words: &str, number: &str| format!("{words} {number} {report}");
        let (first, second) = (begin("صعد الذهب", "1900"), begin("هبط النفط", "70"));
        assert_eq!(reason(&first, &second, &[]), Some(VariantReason::Numbers));
        assert_eq!(reason(&first, &begin("صعد الذهب", "70"), &[]), None, "a corrected figure");
        assert_eq!(reason(&first, &begin("هبط النفط", "1900"), &[]), None, "one figure");
        let split = begin("هبط النفط", "64 6");
        assert_eq!(reason(&begin("صعد الذهب", "64.6"), &split, &[]), None, "one figure in two spellings");
    }

    #[test]
    fn text_after_the_shared_beginning_is_no_lead() {
        let report = passage("خبر", 100);
        assert!(!has_lead(&report, &format!("{report} {}", passage("جديد", 40))));
        assert!(!has_lead(&report, &report));
    }

    #[test]
    fn the_menu_of_a_site_is_no_lead() {
        let (menu, report) = (passage("قائمه", 30), passage("خبر", 100));
        let page = format!("{menu} {report}");
        let others: Vec<String> = (0..10).map(|page| format!("{menu} {}", passage(&format!("نص{page}"), 50))).collect();
        assert_eq!(reason(&report, &page, &others[..9]), Some(VariantReason::Replaced), "on ten pages");
        assert_eq!(reason(&report, &page, &others), None, "on eleven pages");
    }

    #[test]
    fn a_long_text_needs_a_longer_lead() {
        let report = passage("خبر", 500);
        let with = |count| has_lead(&report, &format!("{} {report}", passage("جديد", count)));
        assert!(!with(15) && with(16));
        let long = [passage("خبر", 500), passage("نبا", 500)].join(" ");
        let with = |count| has_lead(&long, &format!("{} {long}", passage("جديد", count)));
        assert!(!with(30) && with(31), "3 of 100 tokens");
    }
}
