//! A folded text as the guard compares it, and one side of a comparison.

use std::cell::{OnceCell, RefCell};
use std::sync::OnceLock;

use super::id_table::IdTable;
use super::known_word::{KnownWord, KnownWords};
use super::numbers::{self, NamedDate};
use super::word_meanings::WordMeaning;
use crate::shingle::hash::HashKeys;
use crate::similarity::word_forms::{
    ALEF, COMPARED, FARSI_YEH, HEH, SAME_WORD, SAME_WORD_OF_FEW, alikeness, contains, letters, stem, words,
};

/// Most letters of a word that is compared whole.
const SHORT_WORD: usize = 5;

/// Least alikeness of two spellings of such a word: one letter of five is another, or one is left out.
const SAME_SHORT_WORD: f64 = 0.75;

/// Endings of Persian nouns that light stems do not know: ها, های, ی.
const ENDINGS: [&[u8]; 3] = [&[HEH, ALEF], &[HEH, ALEF, FARSI_YEH], &[FARSI_YEH]];

/// Bits of the filter of trigrams, as words of 64.
const FILTER: usize = 128;

/// Bytes of a copy of a word.
const WINDOW: usize = KnownWords::LONGEST;

thread_local! {
    static KNOWN: RefCell<KnownWords> = RefCell::default();
}

/// A folded text, prepared once for any number of comparisons. About 40 bytes a token.
#[derive(Debug)]
pub(crate) struct FactsText {
    tokens: Box<[FactsToken]>,
    /// All words without spaces.
    joined: Box<[u8]>,
    /// The bytes of `joined`, three at a time, as bits by their hashes. Computed at first use.
    trigrams: OnceLock<Box<[u64; FILTER]>>,
    /// Number of tokens that are numbers in digits.
    numbers: usize,
    /// Computed at first use.
    dates: OnceLock<Box<[NamedDate]>>,
}

/// A token of a text.
#[derive(Debug, Clone, Copy)]
struct FactsToken {
    /// Its end in the joined words.
    end: u32,
    word: u64,
    stem: u64,
    meaning: Option<WordMeaning>,
    is_content: bool,
}

impl FactsText {
    /// Approximate size of a text in bytes for each token.
    pub(crate) const BYTES_PER_TOKEN: usize = size_of::<FactsToken>() + 8;

    /// Size of a text of any length, in bytes.
    pub(crate) const BYTES_PER_TEXT: usize = FILTER * size_of::<u64>();

    /// The text with these folded tokens (in the compact alphabet, joined by one space). O(bytes).
    pub(crate) fn new(folded: &[u8]) -> Self {
        let keys = HashKeys::new(0);
        let hashes: Vec<u64> = words(folded).map(|word| keys.bytes(word)).collect();
        Self::hashed(folded, &hashes, &keys)
    }

    /// The same with the hashes of the tokens with these keys. Only texts of the same keys are compared.
    pub(crate) fn hashed(folded: &[u8], hashes: &[u64], keys: &HashKeys) -> Self {
        KNOWN.with_borrow_mut(|known| {
            known.begin(keys);
            Self::knowing(folded, hashes, keys, known)
        })
    }

    fn knowing(folded: &[u8], hashes: &[u64], keys: &HashKeys, known: &mut KnownWords) -> Self {
        let mut joined = Vec::with_capacity(folded.len() + WINDOW);
        let mut tokens = Vec::with_capacity(hashes.len());
        let mut numbers = 0;
        let mut split = words(folded);

        for hash in hashes {
            let Some(word) = split.next() else { break };
            let end = joined.len() + word.len();
            // A copy of constant length is faster; what is too much is cut off again.
            let window = folded[split.begin_of(word)..].first_chunk::<WINDOW>();
            match window {
                Some(window) if word.len() <= WINDOW => joined.extend_from_slice(window),
                _ => joined.extend_from_slice(word),
            }
            joined.truncate(end);

            numbers += usize::from(numbers::is_number(word));
            let KnownWord { word, stem, meaning, is_content } = known.of(word, window, *hash, keys);
            tokens.push(FactsToken { end: end as u32, word, stem, meaning, is_content });
        }
        debug_assert!(tokens.len() == hashes.len() && split.next().is_none(), "a hash for each token");

        Self {
            tokens: tokens.into(),
            trigrams: OnceLock::new(),
            joined: joined.into(),
            numbers,
            dates: OnceLock::new(),
        }
    }

    /// Number of tokens.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Number of tokens that are numbers in digits.
    pub(super) fn numbers(&self) -> usize {
        self.numbers
    }

    /// Whether the joined words hold the letters of a word, which has three bytes or more.
    fn holds(&self, word: &[u8]) -> bool {
        let trigrams = self.trigrams.get_or_init(|| Box::new(trigram_bits(&self.joined)));
        let may_hold = word.windows(3).map(trigram).all(|bit| trigrams[bit / 64] >> (bit % 64) & 1 == 1);
        may_hold && contains(&self.joined, word)
    }

    /// The word at a place.
    fn word(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |before| self.tokens[before].end);
        &self.joined[start as usize..self.tokens[at].end as usize]
    }

    /// The words in text order.
    fn words(&self) -> Vec<&[u8]> {
        let mut start = 0;
        let word = |token: &FactsToken| {
            let word = &self.joined[start..token.end as usize];
            start = token.end as usize;
            word
        };
        self.tokens.iter().map(word).collect()
    }
}

/// The bit of three bytes in the filter.
fn trigram(bytes: &[u8]) -> usize {
    let joined = bytes.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
    (joined.wrapping_mul(0x9E37_79B1) >> 19) as usize
}

/// The bits of all trigrams of some bytes.
fn trigram_bits(bytes: &[u8]) -> [u64; FILTER] {
    // A byte for each bit first: to set it needs no byte that was set before.
    let mut found = [0_u8; 64 * FILTER];
    bytes.windows(3).for_each(|three| found[trigram(three)] = 1);

    let mut bits = [0; FILTER];
    for (bits, found) in bits.iter_mut().zip(found.as_chunks::<64>().0) {
        for (eight, found) in found.as_chunks::<8>().0.iter().enumerate() {
            // The product moves the lowest bit of each byte to its place in the highest byte.
            let packed = u64::from_le_bytes(*found).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            *bits |= packed << (8 * eight);
        }
    }
    bits
}

/// One of two compared texts.
pub(super) struct FactsSide<'a> {
    text: &'a FactsText,
    /// Collected at first use.
    words: OnceCell<Vec<&'a [u8]>>,
    /// For each word, whether it is a content word that the other text knows in no form.
    own: Vec<bool>,
}

/// Two texts that are compared, in a fixed order.
pub(super) struct FactsPair<'a> {
    pub(super) a: FactsSide<'a>,
    pub(super) b: FactsSide<'a>,
    /// The number of each word of a text among the words of both: equal words have equal numbers.
    pub(super) ids: [Vec<u32>; 2],
    /// Number of distinct words.
    pub(super) distinct: usize,
}

impl<'a> FactsPair<'a> {
    /// A pair of texts of the same keys. O(n) for n tokens, and a search for each content word of one text alone.
    pub(super) fn new(a: &'a FactsText, b: &'a FactsText) -> Self {
        let mut numbers = IdTable::new(a.len() + b.len());
        let in_a: Vec<u32> = a.tokens.iter().map(|token| numbers.number(token.word)).collect();
        let words_of_a = numbers.len();
        let in_b: Vec<u32> = b.tokens.iter().map(|token| numbers.number(token.word)).collect();

        let mut has = vec![false; numbers.len()];
        in_b.iter().for_each(|id| has[*id as usize] = true);
        let is_shared = |id: u32| (id as usize) < words_of_a && has[id as usize];

        let a = FactsSide::new(a, b, &in_a, numbers.len(), is_shared);
        let b = FactsSide::new(b, a.text, &in_b, numbers.len(), is_shared);
        Self { a, b, distinct: numbers.len(), ids: [in_a, in_b] }
    }
}

impl<'a> FactsSide<'a> {
    /// `text` beside `other`. `ids` are the numbers of its words, below `distinct`.
    fn new(
        text: &'a FactsText,
        other: &FactsText,
        ids: &[u32],
        distinct: usize,
        is_shared: impl Fn(u32) -> bool,
    ) -> Self {
        let mut own = vec![false; text.len()];
        let mut stems: Option<StemSearch<'_>> = None;
        // Each word is searched once.
        let mut known: Vec<Option<bool>> = vec![None; distinct];

        for (place, (token, id)) in text.tokens.iter().zip(ids).enumerate() {
            if !token.is_content || is_shared(*id) {
                continue;
            }
            own[place] = *known[*id as usize].get_or_insert_with(|| {
                let stems = stems.get_or_insert_with(|| StemSearch::new(other));
                !stems.finds(token.stem) && !other.holds(text.word(place))
            });
        }

        Self { text, words: OnceCell::new(), own }
    }

    /// Whether the word at a place is a content word that the other text knows in no form: neither the word, nor another
    /// form of it, nor joined with a neighbour.
    pub(super) fn is_own(&self, at: usize) -> bool {
        self.own[at]
    }

    /// The places of own words, ascending.
    pub(super) fn own(&self) -> impl Iterator<Item = usize> + '_ {
        self.own.iter().enumerate().filter(|(_, is_own)| **is_own).map(|(place, _)| place)
    }

    /// The text itself.
    pub(super) fn text(&self) -> &'a FactsText {
        self.text
    }

    /// Number of words.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The word at a place.
    pub(super) fn word(&self, at: usize) -> &'a [u8] {
        self.text.word(at)
    }

    /// The words in text order. Collected at first use: most pairs need few of them.
    pub(super) fn words(&self) -> &[&'a [u8]] {
        self.words.get_or_init(|| self.text.words())
    }

    /// The hash of the light stem of a word.
    pub(super) fn stem(&self, at: usize) -> u64 {
        self.text.tokens[at].stem
    }

    /// The meaning of a word, if it is known.
    pub(super) fn meaning(&self, at: usize) -> Option<WordMeaning> {
        self.text.tokens[at].meaning
    }

    /// The meanings of all words that have one.
    pub(super) fn meanings(&self) -> impl Iterator<Item = WordMeaning> + '_ {
        self.text.tokens.iter().filter_map(|token| token.meaning)
    }

    /// Whether a word of the text has this meaning.
    pub(super) fn tells(&self, meant: WordMeaning) -> bool {
        self.meanings().any(|meaning| meaning == meant)
    }

    /// The dates of the text, in text order.
    pub(super) fn dates(&self) -> &[NamedDate] {
        self.text.dates.get_or_init(|| numbers::dates(self.words()).into())
    }
}

impl FactsText {
    /// The light stems of all words.
    fn stems(&self) -> IdTable {
        let mut stems = IdTable::new(self.tokens.len());
        self.tokens.iter().for_each(|token| {
            stems.number(token.stem);
        });
        stems
    }
}

/// Bits of a [`StemSearch`], as a power of two.
const SIGN_BITS: u32 = 13;

/// Stems that are sought among all tokens of a text. For more, a table is worth its time.
const FEW_STEMS: usize = 16;

/// A search for the stems of a text. Few of those that are sought are there.
struct StemSearch<'t> {
    text: &'t FactsText,
    /// The upper bits of all stems, as bits.
    signs: [u64; (1 << SIGN_BITS) / 64],
    /// Number of stems that were sought among all tokens.
    sought: usize,
    table: Option<IdTable>,
}

impl<'t> StemSearch<'t> {
    fn new(text: &'t FactsText) -> Self {
        let mut signs = [0; (1 << SIGN_BITS) / 64];
        for token in &text.tokens {
            let sign = Self::sign(token.stem);
            signs[sign / 64] |= 1 << (sign % 64);
        }
        Self { text, signs, sought: 0, table: None }
    }

    /// Whether a word of the text has this stem.
    fn finds(&mut self, stem: u64) -> bool {
        let sign = Self::sign(stem);
        if self.signs[sign / 64] >> (sign % 64) & 1 == 0 {
            return false;
        }
        if self.sought < FEW_STEMS {
            self.sought += 1;
            return self.text.tokens.iter().any(|token| token.stem == stem);
        }
        self.table.get_or_insert_with(|| self.text.stems()).contains(stem)
    }

    fn sign(stem: u64) -> usize {
        (stem >> (u64::BITS - SIGN_BITS)) as usize
    }
}

/// Whether two words are spellings of one: similar stems that share at least half of the letters of the longer one,
/// since a short word can occur in a long one by chance.
pub(crate) fn are_spellings(a: &[u8], b: &[u8]) -> bool {
    are_as_alike(a, b, SAME_WORD)
}

/// [`are_spellings`] for words of texts of few words, in which another word tells of another thing: the stems are more alike, or
/// the words are short, since a stem of three letters has lost too much of them.
pub(crate) fn are_sure_spellings(a: &[u8], b: &[u8]) -> bool {
    let are_short = letters(a).max(letters(b)) <= SHORT_WORD;
    let has_ending = |long: &[u8], short| long.strip_prefix(short).is_some_and(|rest| ENDINGS.contains(&rest));

    are_as_alike(a, b, SAME_WORD_OF_FEW)
        || are_short && alikeness(a, b) >= SAME_SHORT_WORD
        || has_ending(a, b)
        || has_ending(b, a)
}

/// [`are_spellings`] with another least alikeness of the stems.
fn are_as_alike(a: &[u8], b: &[u8], least: f64) -> bool {
    let (a, b) = (stem(a), stem(b));
    let (of_a, of_b) = (letters(a), letters(b));
    let (few, many) = (of_a.min(of_b), of_a.max(of_b));

    // Alikeness times the letters of both is twice the shared letters, which are at most those of the shorter word.
    let most_alike = (2 * few) as f64 / ((few + many).max(1) as f64);
    if many <= COMPARED && (2 * few < many || most_alike < least) {
        return false;
    }

    let alike = alikeness(a, b);
    alike >= least && alike * (few + many) as f64 >= many as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::alphabet;

    #[test]
    fn spellings_share_half_of_the_longer_word() {
        for (a, b, expected) in [
            ("غارسيا", "جارسيا", true),
            ("تشيلسي", "شيلسي", true),
            ("سنغافوره", "النوري", false),
            ("القاهره", "بغداد", false),
        ] {
            let [x, y] = [a, b].map(alphabet::to_compact);
            assert_eq!(are_spellings(&x, &y), expected, "{a} / {b}");
        }
    }

    #[test]
    fn sure_spellings_share_more() {
        for (a, b, expected) in [
            ("افريقيا", "اريقيا", true),
            ("لانو", "لان", true),
            ("بزاره", "بذاره", true),
            ("راههای", "راه", true),
            ("روسيا", "فرنسا", false),
            ("استراليا", "اسبانيا", false),
            ("الاتصالات", "المواصلات", false),
        ] {
            let [x, y] = [a, b].map(alphabet::to_compact);
            assert_eq!(are_sure_spellings(&x, &y), expected, "{a} / {b}");
            assert_eq!(are_sure_spellings(&y, &x), expected, "{b} / {a}");
        }
    }

    #[test]
    fn words_are_those_of_the_text_whatever_spaces_separate_them() {
        for text in ["", "كلمه", "  ab  c1234567890123456789  كلمه ", "كلمه اخري وكلمات كثيره بعدها هنا"]
        {
            let folded = alphabet::to_compact(text);
            let facts = FactsText::new(&folded);
            let plain: Vec<&[u8]> = folded.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).collect();
            assert_eq!(facts.words(), plain, "{text}");
            assert!(plain.iter().enumerate().all(|(at, word)| facts.word(at) == *word), "{text}");
            let joined = plain.concat();
            assert!(joined.windows(3).all(|three| facts.holds(three)) && !facts.holds(b"xyz"), "{text}");
        }
    }

    #[test]
    fn stems_are_found_whether_few_or_many_are_sought() {
        let (text, others) = ((0..60), (60..120));
        let folded = |words: std::ops::Range<u32>| words.map(|n| format!("كلمه{n}")).collect::<Vec<_>>().join(" ");
        let [text, others] = [text, others].map(|words| FactsText::new(&alphabet::to_compact(&folded(words))));
        let mut search = StemSearch::new(&text);
        for (token, other) in text.tokens.iter().zip(&others.tokens) {
            assert!(search.finds(token.stem) && !search.finds(other.stem));
        }
    }

    #[test]
    fn a_text_knows_its_words_their_forms_and_their_joints() {
        let text = |text: &str| FactsText::new(&alphabet::to_compact(text));
        let (a, b) = (text("وصل المدير عبدالعزيز بغداد اليوم"), text("مدير عبد العزيز في القاهره مع بغداد"));
        let pair = FactsPair::new(&a, &b);
        assert_eq!(pair.a.own().collect::<Vec<_>>(), [0], "وصل alone");
        assert_eq!(pair.b.own().collect::<Vec<_>>(), [4], "القاهره alone");
        assert_eq!(pair.ids[0][3], pair.ids[1][6], "equal words have equal numbers");
    }
}
