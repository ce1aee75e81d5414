//! Measures of how Arabic a decoded text looks, by which encodings are chosen.

/// Characters that are looked at; further ones would not change a decision.
const SAMPLE: usize = 20_000;

/// The commonest words of written Arabic, in the spelling of news.
const COMMON: [&str; 20] = [
    "في", "من", "على", "إلى", "الى", "أن", "ان", "عن", "مع", "هذا", "هذه", "ما", "لا", "التي", "الذي", "بعد", "قال",
    "كما", "بين", "كان",
];

/// Share of letters of the Arabic script among letters beyond ASCII; 0 without any.
pub(super) fn share(text: &str) -> f64 {
    let (mut letters, mut arabic) = (0_u32, 0_u32);
    for character in text.chars().take(SAMPLE).filter(|character| !character.is_ascii() && character.is_alphabetic()) {
        letters += 1;
        arabic += u32::from(is_arabic(character));
    }

    if letters == 0 { 0.0 } else { f64::from(arabic) / f64::from(letters) }
}

/// Share of words that begin with the Arabic article or are common, among words of Arabic letters alone; 0 without any.
/// News has .3 to .5; text decoded from the wrong Arabic encoding has less than .05.
pub(super) fn naturalness(text: &str) -> f64 {
    let end = text.char_indices().nth(SAMPLE).map_or(text.len(), |(at, _)| at);

    let (mut words, mut natural) = (0_u32, 0_u32);
    for word in text.get(..end).unwrap_or(text).split(|character: char| !character.is_alphabetic()) {
        if !word.is_ascii() && word.chars().all(is_arabic) {
            words += 1;
            // `ال` with fewer letters after it is mostly part of a word's stem.
            let article = word.strip_prefix("ال").is_some_and(|rest| rest.chars().count() >= 3);
            natural += u32::from(article || COMMON.contains(&word));
        }
    }
    if words == 0 { 0.0 } else { f64::from(natural) / f64::from(words) }
}

fn is_arabic(character: char) -> bool {
    matches!(character, '\u{620}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}
