//! Every fold kernel against the walk: hashes, count and fingerprint of the tokens of any text, under any rules.
//!
//! The first byte chooses profile and language, the second how far the text is shifted in its block.
//! `cargo fuzz run fold_kernels`, or `bash fuzz/run SECONDS` on a stable compiler.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mukarrar::normalize::{FoldPath, Language, Normalizer, Profile};
use mukarrar::shingle::{ShingleKind, Shingler};

fuzz_target!(|data: &[u8]| {
    let [rules, shift, rest @ ..] = data else { return };
    let text = " ".repeat(usize::from(shift % 80)) + &String::from_utf8_lossy(rest);
    let profile = Profile::ALL[usize::from(rules % 4) % Profile::ALL.len()];
    let language = Language::ALL[usize::from(rules / 4) % Language::ALL.len()];
    let normalizer = Normalizer::new(profile, language);
    for kind in [ShingleKind::Word(1), ShingleKind::Char(3)] {
        let mut shingler = Shingler::new(kind, 1);
        let mut all = |kernel| {
            let shingled = shingler.shingle(&normalizer.with_kernel(kernel), &text);
            (shingled.hashes.to_vec(), shingled.tokens, shingled.fingerprint, shingled.numbers)
        };
        let expected = all(FoldPath::WALK);
        for kernel in FoldPath::available() {
            assert_eq!(all(kernel), expected, "{} {normalizer:?}", kernel.name());
        }
    }
});
