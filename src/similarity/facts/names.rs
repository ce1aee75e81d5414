//! What can be a name, and names that a word before them announces.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ahash::{AHashMap, AHashSet};

use super::WordFrequencies;
use super::table::spellings;
use super::text::{FactsText, are_spellings};

/// Common nouns and adjectives, without article: they stand in .05 % of the documents of one of three collections of news and in
/// .02 % of another or more, with the article and without (a twentieth each at least), and seldom beside names.
static COMMON: LazyLock<AHashSet<String>> =
    LazyLock::new(|| include_str!("common.txt").lines().flat_map(spellings).collect());

/// Words after which a name stands, unless it is a common word.
const ANNOUNCING: &str =
    "دولة إمارة مدينة بمدينة الرئيس للرئيس ملك الملك الأمير الشيخ السلطان الدكتور المهندس السيد بن بنت ابن";

/// Words after which a word with the article is always a name.
const NAMING: &str = "جمهورية مملكة سلطنة محافظة بمحافظة قرية بقرية بلدة ببلدة حي بحي عيد بعيد سورة شارع بشارع";

static ANNOUNCES: LazyLock<AHashMap<String, bool>> = LazyLock::new(|| {
    let table = |words: &'static str, names: bool| words.split(' ').flat_map(spellings).map(move |word| (word, names));
    table(ANNOUNCING, false).chain(table(NAMING, true)).collect()
});

/// How many tokens after two names one text of the form goes on in both.
const FRAME: usize = 7;

/// Names of a text that are looked at, at most.
const NAMES: usize = 256;

/// Whether a word is a common noun, an adjective or a verb in the plural, which another may stand for: no name.
pub(super) fn is_common(word: &str) -> bool {
    const BEFORE: [&str; 13] = ["", "و", "ب", "ل", "ف", "ك", "ال", "وال", "بال", "كال", "فال", "لل", "وبال"];
    // The dual, the plural and what is somebody's, of feminine nouns, and what is somebody's.
    const FEMININE: [&str; 6] = ["تين", "تان", "ات", "تها", "ته", "تهم"];
    const POSSESSED: [&str; 3] = ["ها", "هم", "ه"];
    let is_listed =
        |word: &str| BEFORE.iter().filter_map(|before| word.strip_prefix(before)).any(|base| COMMON.contains(base));
    let feminine =
        || FEMININE.iter().filter_map(|end| word.strip_suffix(end)).any(|base| is_listed(&format!("{base}ه")));
    let possessed = || POSSESSED.iter().filter_map(|end| word.strip_suffix(end)).any(is_listed);
    is_plural_verb(word) || is_listed(word) || feminine() || possessed()
}

/// يفرون, وسيقومون, ارتكبوا.
fn is_plural_verb(word: &str) -> bool {
    let letters = word.chars().count();
    let bare = word.strip_prefix(['و', 'ف']).unwrap_or(word);
    let bare = bare.strip_prefix('س').unwrap_or(bare);
    let present = bare.starts_with(['ي', 'ت']) && bare.ends_with("ون") && bare.chars().count() >= 5;
    present || word.ends_with("وا") && letters >= 5
}

/// Whether a word announces the name after it.
fn announces(word: &str) -> bool {
    ANNOUNCES.contains_key(word)
}

/// Whether a word can be the name that the word before it announces.
pub(super) fn is_announced(before: &str, word: &str) -> bool {
    let definite = word.starts_with("ال");
    ANNOUNCES.get(before).is_some_and(|names| *names && definite || !is_common(word))
}

/// Names that one text has where the other has others, each after the same two words, of which the last announces it, and with
/// two words behind that both have. They are not aligned: forms repeat their sentences for each country, so that a text of
/// one stands against any of the sentences of a text of many.
pub(super) fn introduced(a: &FactsText<'_>, b: &FactsText<'_>, frequencies: &WordFrequencies) -> usize {
    let in_a = announced(a, b, frequencies);
    if in_a.is_empty() {
        return 0;
    }
    let in_b = announced(b, a, frequencies);
    let shared = in_a.iter().filter_map(|(before, places)| Some((places, in_b.get(before)?)));
    shared.map(|(places_a, places_b)| against(a, places_a, b, places_b)).sum()
}

/// Places of rare names that the other text does not know, by the two words before them.
fn announced<'a>(
    text: &FactsText<'a>,
    other: &FactsText<'_>,
    frequencies: &WordFrequencies,
) -> BTreeMap<(&'a str, &'a str), Vec<usize>> {
    let words = text.words();
    let may_tell = |at: usize| !announces(words[at]) && frequencies.is_rare(words[at]);
    let is_name = |at: &usize| text.is_own(*at, other) && is_announced(words[at - 1], words[*at]) && may_tell(*at);
    let names = (1..words.len()).filter(is_name).take(NAMES);
    let mut places: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for at in names {
        let before = if at > 1 { words[at - 2] } else { "" };
        places.entry((before, words[at - 1])).or_default().push(at);
    }
    places
}

/// How many of the names at these places stand against other names, on the side that has fewer.
fn against(a: &FactsText<'_>, in_a: &[usize], b: &FactsText<'_>, in_b: &[usize]) -> usize {
    let own = |text: &FactsText<'_>, places: &[usize], other: &FactsText<'_>, others: &[usize]| -> Vec<usize> {
        let is_new = |at: &&usize| !others.iter().any(|place| are_spellings(text.words()[**at], other.words()[*place]));
        places.iter().filter(is_new).copied().collect()
    };
    let (own_a, own_b) = (own(a, in_a, b, in_b), own(b, in_b, a, in_a));
    let framed = |text: &FactsText<'_>, places: &[usize], other: &FactsText<'_>, others: &[usize]| {
        let frames = |at: &&usize| others.iter().any(|place| goes_on_alike(text.words(), **at, other.words(), *place));
        places.iter().filter(frames).count()
    };
    framed(a, &own_a, b, &own_b).min(framed(b, &own_b, a, &own_a))
}

/// Whether soon after two places two words stand that are the same in both texts.
fn goes_on_alike(a: &[&str], at: usize, b: &[&str], place: usize) -> bool {
    let after = |words: &[&str], at: usize| at + 1..words.len().min(at + 1 + FRAME);
    let (after_a, after_b) = (&a[after(a, at)], &b[after(b, place)]);
    after_a.windows(2).any(|two| after_b.windows(2).any(|others| others == two))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_no_names() {
        for word in ["السور", "بالحاءط", "بنزين", "للوقود", "ويفرون", "ارتكبوا", "سيارتين", "منزلها"]
        {
            assert!(is_common(word), "{word}");
        }
        for word in ["القحطاني", "سنغافوره", "ناصر", "نورفاليا", "مالي"] {
            assert!(!is_common(word), "{word}");
        }
    }

    #[test]
    fn names_are_set_against_names_of_the_same_frame() {
        let count = |a: &str, b: &str| introduced(&FactsText::new(a), &FactsText::new(b), &WordFrequencies::default());
        let one = "زار رءيس جمهوريه نورفاليا معرض الكتاب";
        assert_eq!(count(one, "زار رءيس جمهوريه سولاريا معرض الكتاب"), 1);
        assert_eq!(count(one, "زار رءيس جمهوريه نورفاليه معرض الكتاب"), 0, "a spelling");
        assert_eq!(count(one, "وصل رءيس جمهوريه سولاريا الي مدينه اخري"), 0, "another sentence");
        assert_eq!(count(one, &format!("{one} ثم زار رءيس جمهوريه سولاريا معرض الكتاب")), 0, "one of two");
    }
}
