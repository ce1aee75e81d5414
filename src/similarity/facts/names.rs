//! Names: words that can be one, and names that the word before them announces.

use crate::static_table::StaticTable;
use std::collections::BTreeMap;

use foldhash::{HashMap, HashSet};

use super::facts_text::{FactsSide, are_spellings};
use super::frequencies::WordFrequencies;
use super::word_meanings::spellings;
use crate::similarity::word_forms::{
    ALEF, BEH, FEH, HEH, KAF, LAM, MEEM, NOON, TEH, WAW, YEH, is_boundary, letter, letters,
};

/// The particle of the future.
const SEEN: u8 = letter('س');

/// The article.
const ARTICLE: [u8; 2] = [ALEF, LAM];

/// Common nouns and adjectives, without article. Each occurs in at least 0.05 % of the documents of one of three news
/// collections and 0.02 % of another, with and without the article (at least a twentieth each), and seldom next to
/// names. In the compact alphabet.
static COMMON: StaticTable<HashSet<Vec<u8>>> = StaticTable::new(|| spellings(include_str!("common.txt")));

/// Words before a name: the next word is one unless it is a common word.
const ANNOUNCING: &str =
    "دولة إمارة مدينة بمدينة الرئيس للرئيس ملك الملك الأمير الشيخ السلطان الدكتور المهندس السيد بن بنت ابن";

/// Words before a name: the next word is also one if it has the article.
const NAMING: &str = "جمهورية مملكة سلطنة محافظة بمحافظة قرية بقرية بلدة ببلدة حي بحي عيد بعيد سورة شارع بشارع";

/// The announcing words in the compact alphabet; true for those of [`NAMING`].
static ANNOUNCES: StaticTable<HashMap<Vec<u8>, bool>> = StaticTable::new(|| {
    let table = |words: &str, names: bool| -> Vec<(Vec<u8>, bool)> {
        spellings(&words.replace(' ', "\n")).into_iter().map(|word| (word, names)).collect()
    };
    [table(ANNOUNCING, false), table(NAMING, true)].concat().into_iter().collect()
});

/// Tokens after a name in which both texts must share two words.
const FRAME: usize = 7;

/// Most names of a text that are examined.
const NAMES: usize = 256;

/// Whether a word in the compact alphabet is a common noun, an adjective or a verb in the plural: no name, and a synonym may
/// replace it.
pub(super) fn is_common(word: &[u8]) -> bool {
    // Of feminine nouns: dual, plural and possessive suffixes. Of all nouns: possessive suffixes.
    const FEMININE: [&[u8]; 6] =
        [&[TEH, YEH, NOON], &[TEH, ALEF, NOON], &[ALEF, TEH], &[TEH, HEH, ALEF], &[TEH, HEH], &[TEH, HEH, MEEM]];
    const POSSESSED: [&[u8]; 3] = [&[HEH, ALEF], &[HEH, MEEM], &[HEH]];

    let feminine = || {
        let bases = FEMININE.iter().filter_map(|end| without_end(word, end));
        bases.map(|base| [base, &[HEH]].concat()).any(|base| is_listed_noun(&base))
    };
    let possessed = || POSSESSED.iter().filter_map(|end| without_end(word, end)).any(is_listed_noun);

    is_plural_verb(word) || is_listed_noun(word) || feminine() || possessed()
}

/// Whether a word is in the list of common words, with any proclitic of those below.
fn is_listed_noun(word: &[u8]) -> bool {
    const BEFORE: [&[u8]; 12] = [
        &[WAW],
        &[BEH],
        &[LAM],
        &[FEH],
        &[KAF],
        &[ALEF, LAM],
        &[WAW, ALEF, LAM],
        &[BEH, ALEF, LAM],
        &[KAF, ALEF, LAM],
        &[FEH, ALEF, LAM],
        &[LAM, LAM],
        &[WAW, BEH, ALEF, LAM],
    ];

    // The code of a letter begins no other character, so a prefix ends where a character does.
    let bases = BEFORE.iter().filter_map(|before| word.strip_prefix(*before));
    COMMON.contains(word) || bases.into_iter().any(|base| COMMON.contains(base))
}

/// A word without this end, if it has it.
fn without_end<'w>(word: &'w [u8], end: &[u8]) -> Option<&'w [u8]> {
    word.strip_suffix(end).filter(|rest| is_boundary(word, rest.len()))
}

/// Whether a word has the form of a verb in the plural: يفرون, وسيقومون, ارتكبوا.
fn is_plural_verb(word: &[u8]) -> bool {
    if without_end(word, &[WAW, ALEF]).is_some() {
        return letters(word) >= 5;
    }

    // Without the conjunction and the particle of the future.
    let bare = match word {
        [WAW | FEH, rest @ ..] => rest,
        _ => word,
    };
    let bare = bare.strip_prefix(&[SEEN]).unwrap_or(bare);
    let has_person = matches!(bare.first(), Some(&(YEH | TEH)));
    has_person && without_end(bare, &[WAW, NOON]).is_some() && letters(bare) >= 5
}

/// Whether a word announces the name after it.
fn announces(word: &[u8]) -> bool {
    ANNOUNCES.contains_key(word)
}

/// Whether a word can be the name that the word before it announces.
pub(super) fn is_announced(before: &[u8], word: &[u8]) -> bool {
    let definite = word.starts_with(&ARTICLE);
    ANNOUNCES.get(before).is_some_and(|names| *names && definite || !is_common(word))
}

/// Number of names that are replaced by other names in a frame: after the same two words, of which the second announces
/// the name, and before two shared words. The texts are not aligned for this, since a form repeats its sentences for
/// each country, and an alignment may match a sentence with that of any country.
pub(super) fn introduced(a: &FactsSide<'_>, b: &FactsSide<'_>, frequencies: &WordFrequencies) -> usize {
    let in_a = announced(a, frequencies);
    if in_a.is_empty() {
        return 0;
    }

    let in_b = announced(b, frequencies);
    let shared = in_a.iter().filter_map(|(before, places)| Some((places, in_b.get(before)?)));
    shared.map(|(places_a, places_b)| against(a, places_a, b, places_b)).sum()
}

/// Places of rare names that the other text does not know, by the two words before them.
fn announced<'a>(text: &FactsSide<'a>, frequencies: &WordFrequencies) -> BTreeMap<(&'a [u8], &'a [u8]), Vec<usize>> {
    let words = text.words();
    let may_tell = |at: usize| !announces(words[at]) && frequencies.is_rare_word(words[at]);
    let is_name = |at: &usize| *at > 0 && is_announced(words[at - 1], words[*at]) && may_tell(*at);
    let names = text.own().filter(is_name).take(NAMES);

    let mut places: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for at in names {
        // The first name may have only one word before it.
        let before: &[u8] = if at > 1 { words[at - 2] } else { b"" };
        places.entry((before, words[at - 1])).or_default().push(at);
    }

    places
}

/// Number of names at these places that are replaced by other names, on the side that has fewer.
fn against(a: &FactsSide<'_>, in_a: &[usize], b: &FactsSide<'_>, in_b: &[usize]) -> usize {
    let own = |text: &FactsSide<'_>, places: &[usize], other: &FactsSide<'_>, others: &[usize]| -> Vec<usize> {
        let is_new = |at: &&usize| !others.iter().any(|place| are_spellings(text.words()[**at], other.words()[*place]));
        places.iter().filter(is_new).copied().collect()
    };
    let (own_a, own_b) = (own(a, in_a, b, in_b), own(b, in_b, a, in_a));

    // Of the names without a spelling in the other text, those in a common frame.
    let framed = |text: &FactsSide<'_>, places: &[usize], other: &FactsSide<'_>, others: &[usize]| {
        let frames = |at: &&usize| others.iter().any(|place| goes_on_alike(text.words(), **at, other.words(), *place));
        places.iter().filter(frames).count()
    };

    framed(a, &own_a, b, &own_b).min(framed(b, &own_b, a, &own_a))
}

/// Whether the texts share two neighbouring words soon after the two places.
fn goes_on_alike(a: &[&[u8]], at: usize, b: &[&[u8]], place: usize) -> bool {
    let after = |words: &[&[u8]], at: usize| at + 1..words.len().min(at + 1 + FRAME);
    let (after_a, after_b) = (&a[after(a, at)], &b[after(b, place)]);
    after_a.windows(2).any(|two| after_b.windows(2).any(|others| others == two))
}

#[cfg(test)]
mod tests {
    use super::super::facts_text::{FactsPair, FactsText};
    use super::*;
    use crate::normalize::alphabet;
    use proptest::prelude::*;

    #[test]
    fn common_words_are_no_names() {
        for word in ["السور", "بالحاءط", "بنزين", "للوقود", "ويفرون", "ارتكبوا", "سيارتين", "منزلها"]
        {
            assert!(is_common(&alphabet::to_compact(word)), "{word}");
        }
        for word in ["القحطاني", "سنغافوره", "ناصر", "نورفاليا", "مالي", "كتبم⡆"]
        {
            assert!(!is_common(&alphabet::to_compact(word)), "{word}");
        }
    }

    /// Common words as they are defined, over characters.
    fn plain_is_common(word: &str) -> bool {
        const BEFORE: [&str; 13] = ["", "و", "ب", "ل", "ف", "ك", "ال", "وال", "بال", "كال", "فال", "لل", "وبال"];
        let is_listed = |word: &str| {
            let bases = BEFORE.iter().filter_map(|before| word.strip_prefix(before));
            bases.into_iter().any(|base| COMMON.contains(&alphabet::to_compact(base)))
        };
        let base = |ends: &[&str], end: &str| {
            ends.iter().filter_map(|suffix| word.strip_suffix(suffix)).any(|base| is_listed(&format!("{base}{end}")))
        };

        let bare = word.strip_prefix(['و', 'ف']).unwrap_or(word);
        let bare = bare.strip_prefix('س').unwrap_or(bare);
        let present = bare.starts_with(['ي', 'ت']) && bare.ends_with("ون") && bare.chars().count() >= 5;
        present
            || word.ends_with("وا") && word.chars().count() >= 5
            || is_listed(word)
            || base(&["تين", "تان", "ات", "تها", "ته", "تهم"], "ه")
            || base(&["ها", "هم", "ه"], "")
    }

    proptest! {
        #[test]
        fn common_words_are_told_by_their_letters(
            before in "(|و|ب|ل|ف|ك|ال|وال|بال|كال|فال|لل|وبال|س|وس|ت|ي)",
            word in "(سور|سيار|حاءط|منزل|وقود|شرك|ناصر|يفر|[ء-ي⡆]{1,5})", end in "(|تين|تان|ات|تها|ته|تهم|ها|هم|ه|ون|وا|⡆)",
        ) {
            let word = format!("{before}{word}{end}");
            prop_assert_eq!(is_common(&alphabet::to_compact(&word)), plain_is_common(&word), "{}", word);
        }
    }

    #[test]
    fn names_are_set_against_names_of_the_same_frame() {
        let count = |a: &str, b: &str| {
            let [a, b] = [a, b].map(|text| FactsText::new(&alphabet::to_compact(text)));
            let pair = FactsPair::new(&a, &b);
            introduced(&pair.a, &pair.b, &WordFrequencies::default())
        };
        let one = "زار رءيس جمهوريه نورفاليا معرض الكتاب";
        assert_eq!(count(one, "زار رءيس جمهوريه سولاريا معرض الكتاب"), 1);
        assert_eq!(count(one, "زار رءيس جمهوريه نورفاليه معرض الكتاب"), 0, "a spelling");
        assert_eq!(count(one, "وصل رءيس جمهوريه سولاريا الي مدينه اخري"), 0, "another sentence");
        assert_eq!(count(one, &format!("{one} ثم زار رءيس جمهوريه سولاريا معرض الكتاب")), 0, "one of two");
    }
}
