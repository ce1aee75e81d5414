//! The direction that a model of the user's gave a document.
//!
//! A vector is a list of numbers, or as many little-endian `f32` in base64. Only its direction counts. Its numbers are rounded to
//! whole ones, 1/32767 of its length, so that sums and products do not depend on the machine.

use super::options::WHOLE;

/// Largest number of numbers in a vector.
pub(crate) const MOST_NUMBERS: usize = 1 << 16;

/// The length that directions are scaled to.
const SCALE: f64 = 32_767.0;

/// Why a field holds no vector.
pub(crate) type VectorMisfit = &'static str;

/// The direction of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextEmbedding {
    values: Box<[i16]>,
    length: u64,
}

/// The sum of the directions of some documents.
#[derive(Debug, Clone)]
pub(super) struct EmbeddingSum {
    values: Box<[i32]>,
    length: u64,
}

impl TextEmbedding {
    /// The direction that a field holds; `None` if all of its numbers are zero.
    ///
    /// # Errors
    ///
    /// It holds no vector: why.
    pub(crate) fn parse(field: &str) -> Result<Option<Self>, VectorMisfit> {
        let values = numbers_of(field.trim())?;
        if values.is_empty() {
            return Err("has no number");
        }
        if values.len() > MOST_NUMBERS {
            return Err("has more than 65536 numbers");
        }
        if values.iter().any(|value| !value.is_finite()) {
            return Err("has a number that is not finite");
        }
        Ok(Self::new(&values))
    }

    /// The direction of some finite numbers; `None` if all are zero.
    fn new(values: &[f32]) -> Option<Self> {
        let length = values.iter().map(|value| f64::from(*value) * f64::from(*value)).sum::<f64>().sqrt();
        if length == 0.0 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "no number of a vector is larger than its length")]
        let scaled = |value: &f32| (f64::from(*value) / length * SCALE).round() as i16;
        let values: Box<[i16]> = values.iter().map(scaled).collect();
        let length = length_of(values.iter().map(|value| i64::from(*value)));
        // Rounding leaves a number of any vector that is not too long.
        (length > 0).then_some(Self { values, length })
    }

    /// Number of numbers.
    pub(crate) fn dimension(&self) -> usize {
        self.values.len()
    }

    /// The cosine with another direction of the same dimension; 0 if they point apart.
    pub(super) fn cosine(&self, other: &Self) -> i64 {
        debug_assert_eq!(self.dimension(), other.dimension(), "vectors of one run have one dimension");
        let pairs = self.values.iter().zip(&other.values);
        let product: i64 = pairs.map(|(a, b)| i64::from(*a) * i64::from(*b)).sum();
        cosine(product, self.length, other.length)
    }
}

impl EmbeddingSum {
    /// The sum of one direction.
    pub(super) fn of(first: &TextEmbedding) -> Self {
        Self { values: first.values.iter().map(|value| i32::from(*value)).collect(), length: first.length }
    }

    /// Adds a direction.
    pub(super) fn add(&mut self, other: &TextEmbedding) {
        for (sum, value) in self.values.iter_mut().zip(&other.values) {
            *sum = sum.saturating_add(i32::from(*value));
        }
        self.length = length_of(self.values.iter().map(|value| i64::from(*value)));
    }

    /// The cosine with a direction of the same dimension; 0 if they point apart.
    pub(super) fn cosine(&self, other: &TextEmbedding) -> i64 {
        let pairs = self.values.iter().zip(&other.values);
        let product: i64 = pairs.map(|(a, b)| i64::from(*a) * i64::from(*b)).sum();
        cosine(product, self.length, other.length)
    }
}

/// The length of a vector of whole numbers.
fn length_of(values: impl Iterator<Item = i64>) -> u64 {
    values.map(|value| (value * value).unsigned_abs()).fold(0_u64, u64::saturating_add).isqrt()
}

/// A product as a cosine, in units of [`WHOLE`], from 0 to 1.
#[expect(clippy::cast_possible_truncation, reason = "clamped to a cosine of 1 before")]
fn cosine(product: i64, a: u64, b: u64) -> i64 {
    let scaled = i128::from(product) * i128::from(WHOLE);
    scaled.checked_div(i128::from(a) * i128::from(b)).unwrap_or(0).clamp(0, i128::from(WHOLE)) as i64
}

/// The numbers of a list in JSON, or of base64.
fn numbers_of(field: &str) -> Result<Vec<f32>, VectorMisfit> {
    if field.starts_with('[') {
        return serde_json::from_str(field).map_err(|_| "is no list of numbers");
    }
    let bytes = from_base64(field).ok_or("is neither a list of numbers nor base64")?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err("holds bytes that are no whole f32 numbers");
    }
    Ok(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
}

/// The bytes of base64, of the usual alphabet or that of addresses, with or without `=` at the end.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for digit in digits {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    // A single digit at the end is no byte, and left-over bits are zeros.
    (held < 6 && bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedding(field: &str) -> TextEmbedding {
        TextEmbedding::parse(field).unwrap().unwrap()
    }

    #[test]
    fn a_list_and_its_bytes_are_one_direction() {
        // 1, 2 and -0.5 as little-endian f32.
        let list = embedding("[1, 2.0, -5e-1]");
        for field in ["AACAPwAAAEAAAAC/", "AACAPwAAAEAAAAC_", " AACAPwAAAEAAAAC/ "] {
            assert_eq!(embedding(field), list, "{field}");
        }
        assert_eq!(list.dimension(), 3);
        assert_eq!(embedding("AACAPw==").dimension(), 1);
    }

    #[test]
    fn only_the_direction_counts() {
        let a = embedding("[3, 4]");
        assert!(WHOLE - a.cosine(&embedding("[30, 40]")) < WHOLE / 1000);
        assert_eq!((a.cosine(&embedding("[-4, 3]")), a.cosine(&embedding("[-3, -4]"))), (0, 0));
        let half = embedding("[4, 3]").cosine(&a) as f64 / WHOLE as f64;
        assert!((half - 0.96).abs() < 0.001, "{half}");

        let mut sum = EmbeddingSum::of(&embedding("[1, 0]"));
        sum.add(&embedding("[0, 7]"));
        let middle = sum.cosine(&embedding("[1, 1]"));
        assert!(WHOLE - middle < WHOLE / 1000, "every document counts alike: {middle}");
    }

    #[test]
    fn what_is_no_vector_says_why() {
        let misfit = |field: &str| TextEmbedding::parse(field).unwrap_err();
        assert_eq!(misfit("[]"), "has no number");
        assert_eq!(misfit(""), "has no number");
        assert_eq!(misfit("[1, null]"), "is no list of numbers");
        assert_eq!(misfit("[1, \"a\"]"), "is no list of numbers");
        assert_eq!(misfit("0.5 0.5"), "is neither a list of numbers nor base64");
        assert_eq!(misfit("AACA"), "holds bytes that are no whole f32 numbers");
        // NaN.
        assert_eq!(misfit("AADAfw=="), "has a number that is not finite");
        assert_eq!(misfit("[1e39]"), "has a number that is not finite");
        assert_eq!(TextEmbedding::parse("[0, 0.0]"), Ok(None));
    }
}
