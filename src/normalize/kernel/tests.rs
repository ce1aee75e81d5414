//! Every kernel equals the walk: tokens, order and count.

use super::{BatchSink, Kernel};
use crate::normalize::{Language, Normalizer, Profile, Scratch, alphabet};

/// The tokens of a text as strings.
#[derive(Default)]
struct Collect(Vec<String>);

impl BatchSink for Collect {
    fn token(&mut self, token: &[u8]) {
        self.0.push(alphabet::to_utf8(token));
    }

    fn restart(&mut self) {
        self.0.clear();
    }
}

fn folded(kernel: Kernel, normalizer: Normalizer, text: &str, scratch: &mut Scratch) -> Vec<String> {
    let mut sink = Collect::default();
    normalizer.with_kernel(kernel).fold_batches(text, scratch, &mut sink);
    sink.0
}

fn normalizers() -> Vec<Normalizer> {
    let of = |profile| Language::ALL.map(|language| Normalizer::new(profile, language));
    Profile::ALL.into_iter().flat_map(of).collect()
}

/// Compares every kernel with the spans' walk.
fn check(normalizer: Normalizer, text: &str, scratch: &mut Scratch) {
    let expected: Vec<String> = normalizer.tokens(text).into_iter().map(|token| token.text).collect();
    for kernel in Kernel::available() {
        let found = folded(kernel, normalizer, text, scratch);
        if found != expected {
            let at = found.iter().zip(&expected).take_while(|(a, b)| a == b).count();
            let near = |tokens: &[String]| tokens[at.saturating_sub(2)..tokens.len().min(at + 4)].to_vec();
            panic!(
                "{} {normalizer:?}\n{:?}\n{:?}\n of {:?}",
                kernel.name(),
                near(&found),
                near(&expected),
                text.chars().take(3000).collect::<String>()
            );
        }
    }
}

#[test]
fn quick() {
    let mut scratch = Scratch::default();
    for normalizer in normalizers() {
        for text in ["قالَ الـرئيس: «إنَّ الأمر» ٣٫٥٪ و قال و\nمن شيء ههههه 10,000 g20 مدرسةالحي", "", "و", "a و ", "x"]
        {
            for pad in 0..70 {
                check(normalizer, &format!("{}{text}", " ".repeat(pad)), &mut scratch);
                check(normalizer, &format!("{}{text}", "ب".repeat(pad)), &mut scratch);
            }
        }
    }
}
