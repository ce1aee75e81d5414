//! Every fold kernel gives the hashes of the walk, over the project's vectors and over real text.
//!
//! The vectors and `corpus/` always; the shared corpora where they are, else a message.
#![allow(clippy::print_stdout, reason = "a skipped corpus is told")]

use crate::common;
use std::path::{Path, PathBuf};

use mukarrar::document::DocId;
use mukarrar::input::{Corpus, InputOptions};
use mukarrar::normalize::{FoldPath, Language, Normalizer, Profile};
use mukarrar::shingle::{ShingleKind, Shingler};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The texts of a file or directory.
fn texts(path: &Path) -> Vec<String> {
    let Ok(corpus) = Corpus::open(&[path.to_path_buf()], InputOptions::default()) else { return Vec::new() };
    let read = |place| corpus.read(DocId::new(place)).ok().map(|record| record.text.into_owned());
    (0..corpus.len()).filter_map(read).collect()
}

/// Compares all that a [`Shingler`] gives, kernel by kernel.
fn check(normalizer: Normalizer, kind: ShingleKind, texts: &[String]) {
    let mut shingler = Shingler::new(kind, 1);
    let mut all = |kernel, text: &str| {
        let shingled = shingler.shingle(&normalizer.with_kernel(kernel), text);
        (shingled.hashes.to_vec(), shingled.tokens, shingled.fingerprint, shingled.numbers)
    };
    for text in texts {
        let expected = all(FoldPath::WALK, text);
        for kernel in FoldPath::available() {
            assert!(all(kernel, text) == expected, "{} {normalizer:?} {kind}: {text}", kernel.name());
        }
    }
}

#[test]
fn vectors_hash_alike_under_every_profile_and_language() {
    let data = root().join("tests/data");
    let files = ["normalize_vectors.tsv", "language_vectors.tsv", "language_sentences.tsv", "reference_spans.tsv"];
    let read = |file| std::fs::read_to_string(data.join(file)).unwrap_or_default();
    let mut lines: Vec<String> =
        files.into_iter().flat_map(|file| read(file).lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    assert!(lines.len() > 100, "the vectors are there");
    lines.extend(files.map(read));
    lines.extend(texts(&root().join("corpus")));
    for profile in Profile::ALL {
        for language in Language::ALL {
            check(Normalizer::new(profile, language), ShingleKind::Word(1), &lines);
        }
        check(Normalizer::new(profile, Language::Ar), ShingleKind::Char(8), &lines);
    }
}

#[cfg(feature = "gzip")]
#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn real_text_hashes_alike() {
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
        let texts = texts(&common::shared(&format!("corpora/{corpus}.jsonl.gz")));
        assert!(!texts.is_empty(), "{corpus}");
        for profile in [Profile::Standard, Profile::Aggressive] {
            check(Normalizer::new(profile, language), ShingleKind::Word(1), &texts);
        }
        // Wrong rules for the text bring out the rare paths.
        check(Normalizer::new(Profile::Standard, Language::Ckb), ShingleKind::Word(1), &texts);
        check(Normalizer::new(Profile::None, language), ShingleKind::Word(1), &texts);
    }
}
