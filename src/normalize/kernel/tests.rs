//! Every kernel equals the walk: the same tokens in the same order, for every profile and language.

use proptest::prelude::*;

use super::{BatchSink, FoldPath};
use crate::normalize::{FoldScratch, Language, Normalizer, Profile, TokenBatch, alphabet};

/// The tokens of a text, each ended by a zero byte; both ways of reading a batch must agree.
#[derive(Default)]
struct Collect(Vec<u8>);

impl BatchSink for Collect {
    fn token(&mut self, token: &[u8]) {
        assert!(!token.is_empty() && !token.contains(&0));
        self.0.extend_from_slice(token);
        self.0.push(0);
    }

    fn batch(&mut self, batch: &TokenBatch<'_>) {
        for (word, (window, place, length)) in batch.words().zip(batch.windows()) {
            assert_eq!(word, batch.word(place, length));
            assert_eq!(window[..length.min(16)], word[..length.min(16)]);
            self.token(word);
        }
    }

    fn restart(&mut self) {
        self.0.clear();
    }
}

/// One normalizer for each set of rules, and one more for each language.
fn normalizers() -> impl Iterator<Item = Normalizer> {
    let of = |profile| Language::ALL.map(|language| Normalizer::new(profile, language));
    Profile::ALL.into_iter().flat_map(of)
}

/// Compares every kernel with the walk that spans come from.
fn check(normalizer: Normalizer, text: &str, scratch: &mut FoldScratch) {
    let mut expected = Collect::default();
    for token in normalizer.tokens(text) {
        alphabet::push_compact(&token.text, &mut expected.0);
        expected.0.push(0);
    }
    for kernel in FoldPath::available() {
        let mut found = Collect::default();
        normalizer.with_kernel(kernel).fold_batches(text, scratch, &mut found);
        if found.0 != expected.0 {
            let name = kernel.name();
            let shown = [&found, &expected].map(|tokens| alphabet::to_utf8(&tokens.0).replace('\0', "|"));
            panic!("{name} {normalizer:?}\n{}\n{}\nof {text:?}", shown[0], shown[1]);
        }
    }
}

fn check_all(text: &str) {
    let mut scratch = FoldScratch::default();
    normalizers().for_each(|normalizer| check(normalizer, text, &mut scratch));
}

/// Pieces in which one rule or two apply, separators, and filling.
const PIECES: [&str; 96] = [
    "و",
    " و ",
    "و ",
    " و",
    "\nو",
    "و\n",
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
    "ة1",
    "ةa",
    "ه\u{200C}",
    "هـ",
    "ه",
    "ە",
    "1,000",
    ".5",
    "٬٠٠٠",
    "12.5.2015",
    "5ـ6",
    "²ـ3",
    "aـ1",
    "1ـ",
    "ـ",
    "ـــ",
    "1",
    "23",
    "٤٥",
    "۶",
    "ا\u{654}",
    "و\u{64E}\u{654}",
    "\u{653}",
    "\u{655}",
    "\u{64B}",
    "\u{64E}",
    "\u{651}",
    "\u{670}",
    "\u{6E5}",
    "\u{301}",
    "&amp;",
    "&nbsp",
    "&amp;amp;",
    "&#1607;",
    "&#x20;",
    "&",
    "http://",
    "http://a",
    "www.",
    "www.a ",
    "a@b.c",
    "@",
    ":/",
    "ww",
    " ",
    "  ",
    "\n",
    "\t",
    "\u{A0}",
    "\u{200B}",
    "\u{200C}",
    "\u{200D}",
    "\u{2028}",
    "\u{3000}",
    "،",
    "؛",
    ".",
    ",",
    "'",
    "’",
    "«",
    "»",
    "…",
    "(",
    "ﷲ",
    "ﷺ",
    "﷽",
    "ﻻ",
    "é",
    "É",
    "Ж",
    "中",
    "🔴",
    "İ",
    "a",
    "Word",
    "كلمة",
    "ب",
    "ٹ",
];

fn tricky(pieces: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(PIECES.to_vec()).prop_map(String::from),
        2 => prop::sample::select(vec!["كلمة ", "word ", "بيت", "ال"]).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
        1 => (0x600..0x700_u32).prop_map(|c| char::from_u32(c).map(String::from).unwrap_or_default()),
    ];
    prop::collection::vec(piece, pieces).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn kernels_equal_the_walk_on_tricky_text(pad in 0..130_usize, text in tricky(0..40)) {
        check_all(&format!("{}{text}", "ب".repeat(pad / 2) + &" ".repeat(pad % 2)));
    }

    #[test]
    fn kernels_equal_the_walk_on_long_text(text in tricky(100..400)) {
        check_all(&text);
    }
}

#[test]
fn every_piece_at_every_place_of_a_block() {
    for piece in PIECES {
        for pad in 0..66 {
            check_all(&format!("{}{piece}", " ".repeat(pad)));
            check_all(&format!("{}{piece} و بيت {piece}{piece}", "x".repeat(pad)));
        }
    }
}

#[test]
fn every_character_of_two_bytes_alone_and_between_letters() {
    for code_point in 0..0x800 {
        let Some(character) = char::from_u32(code_point) else { continue };
        check_all(&format!("{character} ب{character}ب 1{character}2 a{character}"));
    }
}

/// Windows end at separators; a text with none for longer than a window, and waws at every border.
#[test]
fn windows_meet_without_a_seam() {
    let line = "و قال الوزير إن 1,000 طن وصلت و\n";
    let long = line.repeat(70_000 / line.len());
    for shift in 0..40 {
        check(
            Normalizer::new(Profile::Standard, Language::Ar),
            &format!("{}{long}", "ا".repeat(shift)),
            &mut FoldScratch::default(),
        );
    }
    for glued in
        ["ب".repeat(40_000), "بa".repeat(30_000), "بـ،".repeat(20_000), "و\u{A0}".repeat(30_000), "中".repeat(40_000)]
    {
        check(
            Normalizer::new(Profile::Standard, Language::Ar),
            &format!("{long}{glued}{long}"),
            &mut FoldScratch::default(),
        );
    }
}

/// A URL behind the first window makes the sink start again.
#[test]
fn a_late_url_restarts_the_sink() {
    let long = "قال الوزير أمس ".repeat(4_000);
    for late in ["http://a.b ", "a@b.c ", "&quot;", "ww ", "www.x "] {
        check(
            Normalizer::new(Profile::Standard, Language::Ar),
            &format!("{long}{late}{long}"),
            &mut FoldScratch::default(),
        );
    }
}

/// Random texts for as long as `MUKARRAR_MINUTES` says (five minutes): `cargo test --release -- --ignored kernels_equal`.
#[test]
#[ignore = "runs for minutes"]
fn kernels_equal_the_walk_for_minutes() {
    let minutes = std::env::var("MUKARRAR_MINUTES").ok().and_then(|minutes| minutes.parse().ok()).unwrap_or(5);
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60 * minutes);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 10_000,
        ..ProptestConfig::with_cases(200)
    });
    while std::time::Instant::now() < end {
        let strategy = (0..130_usize, tricky(0..120));
        runner
            .run(&strategy, |(pad, text)| {
                check_all(&format!("{}{text}", "x".repeat(pad)));
                Ok(())
            })
            .unwrap();
    }
}
