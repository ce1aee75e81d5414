//! Bands and rows: the recall that was asked for decides them, never the data or the machine.
//!
//! A pair of Jaccard J becomes a candidate with probability `1 − (1 − Jʳ)ᵇ`. Of all (b, r) that reach the recall R at
//! the threshold T with a signature of at most [`Banding::LONGEST`] values, the rule takes the largest r, then the
//! smallest b: the steepest curve, so the fewest candidates below the threshold.

use crate::error::{Error, Result};

/// How a signature is cut into bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banding {
    bands: usize,
    rows: usize,
}

/// Values set by hand; the rule chooses the others so that the recall holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BandingOverrides {
    /// Exact length of the signature; bands × rows must use all of it.
    pub num_hashes: Option<usize>,
    /// Number of bands.
    pub bands: Option<usize>,
    /// Number of rows per band.
    pub rows: Option<usize>,
}

impl Banding {
    /// Longest signature that the rule chooses by itself.
    pub const LONGEST: usize = 192;

    /// The banding that makes a pair exactly at `threshold` a candidate with probability `recall` or more.
    ///
    /// # Errors
    ///
    /// The threshold is outside (0, 1], the recall is outside (0, 1), or the overrides contradict each other or cannot
    /// reach the recall; the message names values that fit. If both bands and rows are given, the recall follows from
    /// them and is not checked.
    pub fn choose(threshold: f64, recall: f64, overrides: BandingOverrides) -> Result<Self> {
        check_rates(threshold, recall)?;

        let BandingOverrides { num_hashes, bands, rows } = overrides;
        for (name, value) in [("num_hashes", num_hashes), ("bands", bands), ("rows", rows)] {
            if let Some(value) = value.filter(|value| !(1..=MOST).contains(value)) {
                return Err(Error::parameter(name, value, format!("from 1 to {MOST}")));
            }
        }

        // The products cannot overflow: each factor is at most `MOST`.
        match (num_hashes, bands, rows) {
            (None, Some(bands), Some(rows)) => Self::fixed(bands, rows),
            (Some(k), Some(bands), Some(rows)) if bands * rows == k => Self::fixed(bands, rows),
            (Some(k), Some(bands), _) if k % bands == 0 && rows.is_none() => Self::fixed(bands, k / bands),
            (Some(k), _, Some(rows)) if k % rows == 0 && bands.is_none() => Self::fixed(k / rows, rows),
            (Some(k), None, None) => Self::using_all(threshold, recall, k),
            (None, None, None) => Self::within(threshold, recall, Self::LONGEST),
            (None, None, Some(rows)) => Self::fixed(bands_needed(threshold, recall, rows)?, rows),
            (None, Some(bands), None) => Self::most_rows(threshold, recall, bands),
            (Some(k), _, _) => Err(inconsistent(k, bands, rows)),
        }
    }

    /// Applies the rule to signatures of at most `longest` values.
    ///
    /// # Errors
    ///
    /// Even one row needs more than `longest` bands; the message says what to change.
    pub(crate) fn within(threshold: f64, recall: f64, longest: usize) -> Result<Self> {
        // More rows always need more values, so the first number of rows that does not fit ends the search.
        let fits = |rows: &usize| bands_needed(threshold, recall, *rows).is_ok_and(|bands| bands * rows <= longest);

        match (1..=longest).take_while(fits).last() {
            Some(rows) => Self::fixed(bands_needed(threshold, recall, rows)?, rows),
            None => Err(Error::parameter(
                "recall",
                recall,
                format!(
                    "at threshold {threshold} it needs {} values, more than {longest}: raise the threshold, lower the \
                     recall, or set bands and rows",
                    needed(threshold, recall, 1)
                ),
            )),
        }
    }

    /// The banding with the most rows that uses all `k` values and reaches the recall.
    fn using_all(threshold: f64, recall: f64, k: usize) -> Result<Self> {
        let keeps =
            |rows: &usize| k.is_multiple_of(*rows) && k as f64 / *rows as f64 >= needed(threshold, recall, *rows);

        match (1..=k).rev().find(keeps) {
            Some(rows) => Self::fixed(k / rows, rows),
            None => Err(Error::parameter(
                "num_hashes",
                k,
                format!("recall {recall} at threshold {threshold} needs at least {}", needed(threshold, recall, 1)),
            )),
        }
    }

    /// The banding with the most rows that reaches the recall with `bands` bands.
    fn most_rows(threshold: f64, recall: f64, bands: usize) -> Result<Self> {
        let keeps = |rows: &usize| bands as f64 >= needed(threshold, recall, *rows) && bands * rows <= MOST;

        match (1..=MOST).take_while(keeps).last() {
            Some(rows) => Self::fixed(bands, rows),
            None => Err(Error::parameter(
                "bands",
                bands,
                format!("recall {recall} at threshold {threshold} needs at least {}", needed(threshold, recall, 1)),
            )),
        }
    }

    fn fixed(bands: usize, rows: usize) -> Result<Self> {
        match bands.checked_mul(rows) {
            Some(product) if product <= MOST => Ok(Self { bands, rows }),
            _ => Err(Error::parameter("bands", bands, format!("bands × rows at most {MOST}"))),
        }
    }

    /// Number of bands.
    #[must_use]
    pub const fn bands(self) -> usize {
        self.bands
    }

    /// Number of rows per band.
    #[must_use]
    pub const fn rows(self) -> usize {
        self.rows
    }

    /// Length of the signature: bands × rows.
    #[must_use]
    pub const fn num_hashes(self) -> usize {
        self.bands * self.rows
    }

    /// The S-curve: the probability, in [0, 1], that a pair of this Jaccard becomes a candidate.
    #[must_use]
    pub fn probability(self, jaccard: f64) -> f64 {
        let band = jaccard.powi(i32::try_from(self.rows).unwrap_or(i32::MAX));
        1.0 - (1.0 - band).powi(i32::try_from(self.bands).unwrap_or(i32::MAX))
    }
}

/// Largest signature length that a caller may ask for.
const MOST: usize = 4096;

/// Number of bands of `rows` rows that reaches `recall` at `threshold`: a whole number, or infinity.
fn needed(threshold: f64, recall: f64, rows: usize) -> f64 {
    // Solves `1 − (1 − Tʳ)ᵇ ≥ R` for b. `ln_1p` keeps the precision where Tʳ is tiny.
    let band = threshold.powi(i32::try_from(rows).unwrap_or(i32::MAX));
    if band >= 1.0 { 1.0 } else { ((-recall).ln_1p() / (-band).ln_1p()).ceil().max(1.0) }
}

fn bands_needed(threshold: f64, recall: f64, rows: usize) -> Result<usize> {
    let bands = needed(threshold, recall, rows);

    if bands * rows as f64 <= MOST as f64 {
        Ok(bands as usize)
    } else {
        let expected = format!("recall {recall} at threshold {threshold} would need {bands} bands: fewer rows");
        Err(Error::parameter("rows", rows, expected))
    }
}

fn check_rates(threshold: f64, recall: f64) -> Result<()> {
    if !(threshold > 0.0 && threshold <= 1.0) {
        return Err(Error::parameter("threshold", threshold, "a number above 0 and at most 1"));
    }
    if !(recall > 0.0 && recall < 1.0) {
        return Err(Error::parameter("recall", recall, "a number above 0 and below 1"));
    }
    Ok(())
}

fn inconsistent(k: usize, bands: Option<usize>, rows: Option<usize>) -> Error {
    let expected = match (bands, rows) {
        (Some(bands), Some(rows)) => format!("bands × rows must use all values: {bands} × {rows} = {}", bands * rows),
        (Some(n), None) | (None, Some(n)) => {
            format!(
                "a multiple of {n} is needed to use all values, such as {} or {}",
                (k / n).max(1) * n,
                (k / n + 1) * n
            )
        }
        (None, None) => String::new(),
    };
    Error::parameter("num_hashes", k, expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(threshold: f64, recall: f64, overrides: BandingOverrides) -> Result<(usize, usize)> {
        Banding::choose(threshold, recall, overrides).map(|banding| (banding.bands(), banding.rows()))
    }

    /// Against a search of all (b, r) straight from the promise.
    #[test]
    fn the_rule_takes_the_most_rows_then_the_fewest_bands() {
        for threshold in [0.1_f64, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0] {
            for recall in [0.5_f64, 0.9, 0.95, 0.99, 0.999] {
                let mut best = None;
                for rows in 1..=192 {
                    for bands in (1..=192 / rows).rev() {
                        if 1.0 - (1.0 - threshold.powi(rows as i32)).powi(bands as i32) >= recall {
                            best = Some((bands, rows));
                        }
                    }
                }
                assert_eq!(
                    choose(threshold, recall, BandingOverrides::default()).ok(),
                    best,
                    "T {threshold} R {recall}"
                );
            }
        }
    }

    #[test]
    fn overrides_are_kept_and_the_rest_follows() {
        let with = |num_hashes, bands, rows| choose(0.6, 0.99, BandingOverrides { num_hashes, bands, rows });
        assert_eq!(with(None, None, None).unwrap(), (34, 4));
        assert_eq!(with(None, Some(20), Some(5)).unwrap(), (20, 5));
        assert_eq!(with(Some(128), None, Some(4)).unwrap(), (32, 4));
        assert_eq!(with(Some(128), Some(64), None).unwrap(), (64, 2));
        assert_eq!(with(Some(256), None, None).unwrap(), (64, 4));
        assert_eq!(with(None, None, Some(3)).unwrap(), (19, 3));
        assert_eq!(with(None, Some(60), None).unwrap(), (60, 5));
    }

    #[test]
    fn what_cannot_work_says_what_would() {
        let error = |t, r, num_hashes, bands, rows| {
            choose(t, r, BandingOverrides { num_hashes, bands, rows }).unwrap_err().to_string()
        };
        assert!(error(0.6, 0.99, Some(128), Some(20), Some(5)).contains("20 × 5 = 100"));
        assert!(error(0.6, 0.99, Some(128), None, Some(5)).contains("125 or 130"));
        assert!(error(0.6, 0.99, Some(3), None, None).contains("at least 6"));
        assert!(error(0.01, 0.99, None, None, None).contains("459 values"));
        assert!(error(0.6, 0.99, None, Some(2), None).contains("at least 6"));
        for (t, r) in [(0.0, 0.9), (1.1, 0.9), (f64::NAN, 0.9), (0.5, 0.0), (0.5, 1.0), (0.5, f64::NAN)] {
            assert!(choose(t, r, BandingOverrides::default()).is_err(), "{t} {r}");
        }
        assert!(error(0.5, 0.9, None, Some(0), Some(5)).contains("from 1 to 4096"));
    }

    #[test]
    fn an_identical_pair_is_always_a_candidate() {
        assert!(
            (Banding::choose(1.0, 0.99, BandingOverrides::default()).unwrap().probability(1.0) - 1.0).abs() < 1e-12
        );
    }
}
