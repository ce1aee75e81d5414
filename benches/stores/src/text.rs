//! Documents by their number: words by Zipf's law, a twentieth of them copies of an earlier text with three words changed.

pub const BANDS: usize = 34;
const ROWS: usize = 4;
const WORDS: u64 = 150;
const VOCABULARY: f64 = 200_000.0;

pub fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Uniform keys, as those of `MinHash` are, for the documents that are there before the measurement.
pub fn synthetic(document: u32, band: usize) -> u64 {
    mix(u64::from(document) * BANDS as u64 + band as u64)
}

/// The text that document `number` copies, if it is a copy.
pub fn source(number: u64) -> Option<u64> {
    (number > 0 && mix(number ^ 0xc0) % 20 == 0).then(|| mix(number ^ 0x50) % number)
}

/// Ranks by Zipf's law with exponent 1, by the inverse of its distribution function.
fn word(seed: u64) -> u64 {
    let uniform = (mix(seed) >> 11) as f64 / (1u64 << 53) as f64;
    VOCABULARY.powf(uniform) as u64
}

fn words(number: u64) -> Vec<u64> {
    let own = |text: u64, at: u64| word(mix(text ^ 0x7e87).wrapping_add(at));
    let text = source(number).unwrap_or(number);
    let mut words: Vec<u64> = (0..WORDS).map(|at| own(text, at)).collect();
    if text != number {
        for change in 0..3 {
            words[(mix(number + change) % WORDS) as usize] = own(number, change);
        }
    }
    words
}

/// The band keys of document `number`: `MinHash` over shingles of three words.
pub fn bands(number: u64) -> [u64; BANDS] {
    let mut sketch = [u64::MAX; BANDS * ROWS];
    for shingle in words(number).windows(3) {
        let hash = shingle.iter().fold(0, |hash, word| mix(hash ^ word));
        for (value, at) in sketch.iter_mut().zip(1u64..) {
            // One odd factor and one addend a value.
            let permuted = hash.wrapping_mul(mix(at) | 1).wrapping_add(mix(!at)) >> 20;
            *value = (*value).min(permuted);
        }
    }
    std::array::from_fn(|band| sketch[band * ROWS..][..ROWS].iter().fold(band as u64, |key, value| mix(key ^ value)))
}
