//! Texts in the manner of news: words by Zipf's law, one text in twenty a copy.

use std::ops::Range;

use crate::rng::Rng;

/// There are no copies among so many texts at first.
const FIRST: u64 = 20_000;

/// A key, its text, and whether it is known to repeat another.
pub(crate) type Asked = (String, String, bool);

/// A stream of texts.
pub(crate) struct News {
    /// Of 2 to 9 letters.
    vocabulary: Vec<String>,
    /// Running sums of 1/rank.
    sums: Vec<f64>,
    /// Mean length of a text in words.
    words: u64,
    /// A copy repeats one of so many texts before it.
    reach: u64,
}

impl News {
    pub(crate) fn new(words: u64, reach: u64) -> Self {
        let letters: Vec<char> = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي".chars().collect();
        let mut random = Rng::new(1, 0, 1);
        let mut word = || -> String {
            (0..2 + random.below(8)).map(|_| letters[random.below(letters.len() as u64) as usize]).collect()
        };
        let vocabulary: Vec<String> = (0..200_000).map(|_| word()).collect();
        let mut sum = 0.0;
        let sums = (1..=vocabulary.len())
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        Self { vocabulary, sums, words, reach }
    }

    fn word(&self, random: &mut Rng) -> &str {
        let point = random.next() as f64 / u64::MAX as f64 * self.sums[self.sums.len() - 1];
        &self.vocabulary[self.sums.partition_point(|sum| *sum < point).min(self.vocabulary.len() - 1)]
    }

    /// Text number `n`, and whether it is a copy of an earlier one.
    fn text(&self, n: u64) -> (String, bool) {
        let mut random = of_text(n);
        if is_copy(&mut random, n) {
            // Only texts of their own are repeated: a copy of a copy would be a copy of what that repeats.
            let mut earlier = (0..64).map(|_| n - 1 - random.below(n.min(self.reach)));
            if let Some(of) = earlier.find(|of| !is_copy(&mut of_text(*of), *of)) {
                return (self.copy(of, &mut random), true);
            }
        }
        let count = self.words / 2 + random.below(self.words);
        let text: Vec<&str> = (0..count).map(|_| self.word(&mut random)).collect();
        (text.join(" "), false)
    }

    /// A text with a few words changed.
    fn copy(&self, of: u64, random: &mut Rng) -> String {
        let (original, _) = self.text(of);
        let mut text: Vec<&str> = original.split(' ').collect();
        for _ in 0..1 + self.words / 50 {
            let place = random.below(text.len() as u64) as usize;
            text[place] = self.word(random);
        }
        text.join(" ")
    }

    /// Texts by two threads: they are not what is measured.
    pub(crate) fn make(&self, numbers: Range<u64>) -> Vec<Asked> {
        let middle = numbers.start.midpoint(numbers.end);
        let part = |numbers: Range<u64>| -> Vec<Asked> {
            let text = |n| {
                let (text, is_copy) = self.text(n);
                (format!("https://news.example/2026/{n}"), text, is_copy)
            };
            numbers.map(text).collect()
        };
        std::thread::scope(|scope| {
            let second = scope.spawn(|| part(middle..numbers.end));
            let mut texts = part(numbers.start..middle);
            texts.extend(second.join().unwrap());
            texts
        })
    }
}

/// The random numbers of text number `n`.
fn of_text(n: u64) -> Rng {
    Rng::new(1, n, 2)
}

fn is_copy(random: &mut Rng, n: u64) -> bool {
    random.chance(50_000) && n > FIRST
}
