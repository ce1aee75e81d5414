//! Text made from a seed: words as frequent as in nature, and copies with as many edits as wanted.

/// SplitMix64: the same numbers everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to `end`, which is left out.
    pub fn below(&mut self, end: usize) -> usize {
        (self.bits() % end as u64) as usize
    }

    /// From 0 to 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// An Arabic word of its own for each number: its digits to the base of the letters.
pub fn word(mut number: usize) -> String {
    const LETTERS: [char; 20] =
        ['ب', 'ت', 'ث', 'ج', 'ح', 'خ', 'د', 'ذ', 'ر', 'ز', 'س', 'ش', 'ص', 'ض', 'ط', 'ظ', 'ع', 'غ', 'ف', 'ق'];
    // Letters of which no three are alike in a row, for folding shortens such runs.
    let mut word = String::from("م");
    for place in 0_usize.. {
        word.push(if place.is_multiple_of(2) { LETTERS[number % 20] } else { 'ل' });
        if place.is_multiple_of(2) {
            number /= 20;
        }
        if number == 0 && place >= 2 {
            return word;
        }
    }
    word
}

/// A word of a vocabulary in which the n-th is seen 1/n as often as the first (Zipf's law).
pub fn zipf(random: &mut Random, vocabulary: usize) -> usize {
    (vocabulary as f64).powf(random.unit()) as usize - 1
}

/// `length` words of a Zipf vocabulary.
pub fn words(random: &mut Random, vocabulary: usize, length: usize) -> Vec<usize> {
    (0..length).map(|_| zipf(random, vocabulary)).collect()
}

/// The text of these words.
pub fn spelled(words: &[usize]) -> String {
    let words: Vec<String> = words.iter().map(|number| word(*number)).collect();
    words.join(" ")
}

/// A copy: each word is replaced, dropped or doubled by a fresh one at `rate`, and perhaps a tail is cut.
pub fn edited(random: &mut Random, vocabulary: usize, original: &[usize], rate: f64) -> Vec<usize> {
    let mut copy = Vec::new();
    for word in original {
        if random.unit() >= rate {
            copy.push(*word);
            continue;
        }
        match random.below(3) {
            0 => copy.push(zipf(random, vocabulary)),
            1 => {}
            _ => copy.extend([*word, zipf(random, vocabulary)]),
        }
    }
    if random.below(4) == 0 {
        copy.truncate(copy.len() - copy.len() / 5);
    }
    copy
}

/// `families` texts of 3 to 250 words with up to `copies` edited and some exact copies of each, shuffled.
pub fn families(seed: u64, families: usize, copies: usize) -> Vec<String> {
    const VOCABULARY: usize = 20_000;
    let mut random = Random::new(seed);
    let mut texts = Vec::new();
    for _ in 0..families {
        let length = 3 + (random.unit() * random.unit() * 247.0) as usize;
        let original = words(&mut random, VOCABULARY, length);
        for _ in 0..random.below(copies + 1) {
            let rate = [0.0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15][random.below(7)];
            texts.push(spelled(&edited(&mut random, VOCABULARY, &original, rate)));
        }
        texts.push(spelled(&original));
    }
    shuffle(&mut random, &mut texts);
    texts
}

/// Fisher and Yates.
pub fn shuffle<T>(random: &mut Random, items: &mut [T]) {
    for place in (1..items.len()).rev() {
        items.swap(place, random.below(place + 1));
    }
}
