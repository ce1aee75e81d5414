//! What holds for every text: the laws of folding, on strings made of the characters that could break them.

use mukarrar::document::Span;
use mukarrar::normalize::{FoldScratch, Language, Normalizer, Profile, Token, TokenSink};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

/// Letters that fold, compose, join or split, in every language's table.
const LETTERS: &str = "ءآأؤإئابةتسعفقكلمنهويىٱپچژگکیەہھۃۀۂےۓێۆڕڵۇۋڭښځېۍټ\u{620}\u{63B}\u{680}\u{870}\u{8A8}\u{77F}";
/// Marks and ignorables: composing, plain, spacing, of other scripts, joiners, tatweel.
const MARKS: &str = "\u{64B}\u{64E}\u{651}\u{652}\u{653}\u{654}\u{655}\u{670}\u{6E5}\u{674}\u{6DD}\u{8F0}\u{301}\u{307}\
    \u{640}\u{640}\u{200C}\u{200D}\u{200F}\u{FEFF}\u{AD}\u{34F}\u{E0041}";
/// White space, line breaks and punctuation, those that stand in numbers among them.
const SEPARATORS: &str = " \t\n\r\u{A0}\u{200B}\u{2028}\u{3000}\u{B}\u{0}.,،٫٬'’؛؟«»-_/@&;#:\u{2026}\u{FF0E}";
/// Digits and numbers of several scripts.
const NUMBERS: &str = "0123459٠١٢٩۴۵²½①\u{966}\u{1369}";
/// Presentation forms, Latin with case, scripts without, letters that only lower or expand.
const OTHERS: &str = "ﷲﷺ﵁﷿﷼﷽ﻻﻷﺀﺓﺔﹶﹷﱠﮥﯾ\u{675}\u{678}abzXYİıſKéÉΣЖ中가🔴";

/// Pieces in which several characters make one rule apply.
const PIECES: [&str; 38] = [
    "اﷲ",
    "لﷲ",
    "ۓ\u{654}",
    "ے\u{654}\u{653}",
    " و ",
    "و ",
    "\nو",
    "وو",
    "ووو",
    "يي",
    "ههه",
    "ءءء",
    "ىء",
    "ييء",
    "شيء ",
    "ة",
    "ةا",
    "ةة",
    "1,000",
    ".5",
    "٬٠٠٠",
    "12.5.2015",
    "5ـ6",
    "ا\u{654}",
    "و\u{64E}\u{654}",
    "&amp;",
    "&nbsp",
    "&amp;amp;",
    "&#1607;",
    "&#1611;",
    "&#x20;",
    "&#10;",
    "http://",
    "www.",
    "a@b.c",
    "ه\u{200C}",
    "هـ",
    "&laquo;",
];

fn one_of(characters: &'static str) -> impl Strategy<Value = String> {
    prop::sample::select(characters.chars().collect::<Vec<_>>()).prop_map(String::from)
}

/// Text dense in what rules act on.
fn tricky() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => one_of(LETTERS),
        3 => one_of(MARKS),
        2 => one_of(SEPARATORS),
        2 => one_of(NUMBERS),
        1 => one_of(OTHERS),
        3 => prop::sample::select(PIECES.to_vec()).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Arabic script, marks, digits and separators alone: what has a canonical form that folding promises to see through.
fn arabic_script() -> impl Strategy<Value = String> {
    let piece = prop_oneof![6 => one_of(LETTERS), 4 => one_of(MARKS), 1 => one_of(SEPARATORS), 1 => one_of(NUMBERS)];
    prop::collection::vec(piece, 0..40)
        // A mark of another script between a letter and its hamza hides it, and canonical order moves it.
        .prop_map(|pieces| pieces.concat().replace(['\u{301}', '\u{307}'], ""))
        .prop_filter("one hamza or madda on a letter", |text| !has_two_hamza_marks(&text.nfd().collect::<String>()))
}

fn normalizer_of(profiles: &'static [Profile]) -> impl Strategy<Value = Normalizer> {
    (prop::sample::select(profiles), prop::sample::select(Language::ALL.to_vec()))
        .prop_map(|(profile, language)| Normalizer::new(profile, language))
}

fn normalizer() -> impl Strategy<Value = Normalizer> {
    normalizer_of(&Profile::ALL)
}

/// Every profile but `none`, which folds nothing.
fn folding() -> impl Strategy<Value = Normalizer> {
    normalizer_of(&[Profile::Light, Profile::Standard, Profile::Aggressive])
}

fn words(normalizer: &Normalizer, text: &str) -> Vec<String> {
    normalizer.tokens(text).into_iter().map(|token| token.text).collect()
}

/// The line breaks that a text is cut at.
fn is_line_break(character: char) -> bool {
    matches!(character, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether one letter carries two of hamza above, hamza below and madda. Hamza above wins there, whatever the order, while
/// canonical composition takes the first; no orthography writes it.
fn has_two_hamza_marks(decomposed: &str) -> bool {
    decomposed
        .split(|c| LETTERS.contains(c) || SEPARATORS.contains(c) || NUMBERS.contains(c))
        .any(|marks| ['\u{653}', '\u{654}', '\u{655}'].into_iter().filter(|&mark| marks.contains(mark)).count() > 1)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn folding_folded_tokens_changes_nothing(normalizer in normalizer(), text in tricky()) {
        let once = words(&normalizer, &text);
        prop_assert_eq!(words(&normalizer, &once.join("\n")), once);
    }

    #[test]
    fn canonically_equal_texts_fold_alike(normalizer in folding(), text in arabic_script()) {
        let composed: String = text.nfc().collect();
        let decomposed: String = text.nfd().collect();
        let folded = words(&normalizer, &text);
        prop_assert_eq!(words(&normalizer, &composed), folded.clone());
        prop_assert_eq!(words(&normalizer, &decomposed), folded);
    }

    #[test]
    fn line_by_line_is_the_whole(normalizer in normalizer(), text in tricky()) {
        let lines: Vec<String> = text.split(is_line_break).flat_map(|line| words(&normalizer, line)).collect();
        prop_assert_eq!(lines, words(&normalizer, &text));
    }

    #[test]
    fn spans_ascend_on_character_borders(normalizer in normalizer(), text in tricky()) {
        let tokens = normalizer.tokens(&text);
        for Token { span, .. } in &tokens {
            prop_assert!(span.start < span.end && text.get(span.start..span.end).is_some(), "{:?}", span);
        }
        for pair in tokens.windows(2) {
            let (before, after) = (pair[0].span, pair[1].span);
            prop_assert!(before.start <= after.start && before.end <= after.end, "{:?} {:?}", before, after);
            // Only a character that expands, or an entity, is shared.
            prop_assert!(before.end <= after.start || text[after.start..before.end].chars().count() == 1
                || text[after.start..].starts_with('&'), "{:?} {:?}", before, after);
        }
    }

    #[test]
    fn the_source_of_a_token_folds_to_it(normalizer in normalizer(), text in tricky()) {
        let tokens = normalizer.tokens(&text);
        for (place, token) in tokens.iter().enumerate() {
            let shares = |other: Option<&Token>| other.is_some_and(|other| {
                other.span.start < token.span.end && token.span.start < other.span.end
            });
            if place.checked_sub(1).is_some_and(|before| shares(tokens.get(before))) || shares(tokens.get(place + 1)) {
                continue;
            }
            let source = token.span.of(&text);
            // A dagger alef is a letter only behind another one, of which it can be the next word (ةٰ), and the rules for the
            // Quran read it together with what follows it, such as the digit of ئٰ².
            let is_apart = text[token.span.end..].chars().next().is_none_or(char::is_whitespace);
            if source.starts_with('\u{670}') || source.contains('\u{670}') && !is_apart {
                continue;
            }
            prop_assert_eq!(words(&normalizer, source), vec![token.text.clone()], "{:?}", source);
        }
    }

    #[test]
    fn tokens_are_bounded_and_clean(normalizer in normalizer(), text in tricky()) {
        struct Check(usize);
        impl TokenSink for Check {
            fn token(&mut self, token: &[u8], _span: Span) {
                assert!(!token.is_empty() && !token.contains(&0));
                self.0 += token.len();
            }
        }
        let mut sink = Check(0);
        normalizer.fold(&text, &mut FoldScratch::default(), &mut sink);
        // ﷽ is 3 bytes and becomes 19 letters, the longest expansion of all.
        prop_assert!(sink.0 <= 7 * text.len(), "{} bytes from {}", sink.0, text.len());
    }

    #[test]
    fn a_reused_scratch_changes_nothing(normalizer in normalizer(), first in tricky(), second in tricky()) {
        struct Collect(Vec<(Vec<u8>, Span)>);
        impl TokenSink for Collect {
            fn token(&mut self, token: &[u8], span: Span) {
                self.0.push((token.to_vec(), span));
            }
        }
        let (mut used, mut fresh) = (Collect(Vec::new()), Collect(Vec::new()));
        let mut scratch = FoldScratch::default();
        normalizer.fold(&first, &mut scratch, &mut Collect(Vec::new()));
        normalizer.fold(&second, &mut scratch, &mut used);
        normalizer.fold(&second, &mut FoldScratch::default(), &mut fresh);
        prop_assert_eq!(used.0, fresh.0);
    }

    #[test]
    fn any_text_has_a_language(text in any::<String>()) {
        let letters = text.chars().any(|c| matches!(c, 'ا'..='غ' | 'ف'..='ي'));
        prop_assert!(!letters || Language::detect(&text) != Language::Other);
    }
}

/// Texts that make slow code slow: one word, one number, one run of marks, waws alone, half entities and addresses.
#[test]
fn a_megabyte_of_anything_folds() {
    let pieces = [
        "ب",
        "ةا",
        "1",
        "1,",
        "\u{654}",
        "ا\u{654}",
        "و ",
        "و",
        "ي",
        "&amp",
        "&#1;",
        "a@",
        "a.",
        "wwww",
        "http:",
        "ـ",
        "1ـ",
        "ﷺ",
        "\0",
    ];
    for piece in pieces {
        let text = piece.repeat(1_000_000 / piece.len());
        for profile in Profile::ALL {
            let normalizer = Normalizer::new(profile, Language::Ar);
            let tokens = normalizer.tokens(&text);
            assert!(tokens.windows(2).all(|pair| pair[0].span.start <= pair[1].span.start), "{piece:?} {profile}");
        }
        let _ = Language::detect(&text);
    }
}
