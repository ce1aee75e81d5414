//! The language gate and Urdu folding on real text. Needs the reference collections.
#![cfg(feature = "gzip")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "the inputs are the project's own; a failure is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};

use crate::common;
use mukarrar::normalize::{Language, Normalizer, Profile};

/// The texts of a corpus.
fn texts(corpus: &str) -> Vec<String> {
    let corpus = common::shared_corpus(corpus);
    corpus.ids().map(|id| corpus.read(id).unwrap().text.into_owned()).collect()
}

#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn the_gate_is_right_on_every_document_with_letters() {
    let corpora = [
        ("saudinewsnet", Language::Ar),
        ("hespress_aljazeera", Language::Ar),
        ("almayadeen", Language::Ar),
        ("openiti_editions", Language::Ar),
        ("quran_suras", Language::Ar),
        ("hadith_darimi_diac", Language::Ar),
        ("tashkeela_diac", Language::Ar),
        ("urdu_news", Language::Ur),
        ("tehrantimes_en", Language::Other),
    ];
    for (corpus, language) in corpora {
        let texts = texts(corpus);
        for text in texts {
            let arabic_script = text.chars().any(|c| matches!(c, 'ء'..='غ' | 'ف'..='ي' | 'ٱ'..='ے'));
            // One English document quotes an Arabic word.
            let expected = if language == Language::Other && arabic_script { Language::Ar } else { language };
            let expected = if arabic_script { expected } else { Language::Other };
            assert_eq!(Language::detect(&text), expected, "{corpus}: {}", text.chars().take(80).collect::<String>());
        }
    }
}

/// A token is wrongly merged where its `standard` form also comes from another, more frequent `light` form and the two
/// differ by more than a keyboard's twin letters (ك ي ى ه for ک ی ی ہ).
#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn urdu_folding_merges_no_words() {
    let texts = texts("urdu_news");
    let [light, standard] = [Profile::Light, Profile::Standard].map(|profile| Normalizer::new(profile, Language::Ur));
    let mut merged: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let mut tokens = 0;
    for text in texts {
        for (before, after) in light.tokens(&text).into_iter().zip(standard.tokens(&text)) {
            assert_eq!(before.span, after.span);
            let twins = before.text.replace(['ي', 'ى'], "ی").replace('ك', "ک").replace('ه', "ہ");
            *merged.entry(after.text).or_default().entry(twins).or_default() += 1;
            tokens += 1;
        }
    }
    let wrong: usize = merged.values().map(|forms| forms.values().sum::<usize>() - forms.values().max().unwrap()).sum();
    println!("{wrong} of {tokens} tokens merged");
    assert!(tokens > 300_000 && wrong * 10_000 <= tokens, "{wrong} of {tokens}");
    let kept: BTreeSet<&str> = ["ہے", "ہی", "کے", "کی"].into_iter().collect();
    assert!(kept.iter().all(|word| merged.contains_key(*word)), "the words most at risk occur");
}
