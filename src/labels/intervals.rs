//! Confidence intervals of shares, sums of shares and their ratios.
//!
//! References: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927; Zou and Donner,
//! "Construction of confidence limits about effect measures", Statistics in Medicine 27, 2008 (sums); Donner and Zou,
//! "Closed-form confidence intervals for functions of the normal mean and standard deviation", Statistical Methods in
//! Medical Research 21, 2012 (ratios).

use serde::Serialize;

/// The 97.5 % quantile of the normal distribution: intervals of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// An estimate with its interval of 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The best guess.
    pub estimate: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl Interval {
    /// The share of `hits` in a whole of `all`, by a random sample of `drawn`. Wilson's interval, made narrower by the finite
    /// population correction: if all were drawn, the share is known. `None` if nothing was drawn.
    pub(super) fn of_share(hits: u64, drawn: u64, all: u64) -> Option<Self> {
        debug_assert!(hits <= drawn && drawn <= all, "{hits} hits of {drawn} of {all}");
        if drawn == 0 {
            return None;
        }

        let (n, share) = (drawn as f64, hits as f64 / drawn as f64);
        let rest = if all > 1 { ((all - drawn) as f64 / (all - 1) as f64).max(0.0) } else { 0.0 };
        // The correction divides the variance, which is the same as more draws.
        let z2 = Z * Z * rest;
        let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = (z2 * (share * (1.0 - share) / n + z2 / (4.0 * n * n))).sqrt() / (1.0 + z2 / n);

        let (low, high) = ((middle - half).clamp(0.0, share), (middle + half).clamp(share, 1.0));
        Some(Self { estimate: share, low, high })
    }

    /// The same interval of a share of `whole` things, in things.
    pub(super) fn scaled(self, whole: f64) -> Self {
        Self { estimate: self.estimate * whole, low: self.low * whole, high: self.high * whole }
    }

    /// The sum of independent estimates.
    pub(super) fn sum(parts: impl IntoIterator<Item = Self>) -> Self {
        let (mut estimate, mut below, mut above) = (0.0, 0.0, 0.0);
        for part in parts {
            estimate += part.estimate;
            below += (part.estimate - part.low).powi(2);
            above += (part.high - part.estimate).powi(2);
        }
        Self { estimate, low: (estimate - below.sqrt()).max(0.0), high: estimate + above.sqrt() }
    }

    /// The share of `part` in `part` and `rest`, which are independent; `None` if both are 0.
    pub(super) fn ratio(part: Self, rest: Self) -> Option<Self> {
        let whole = part.estimate + rest.estimate;
        if whole <= 0.0 {
            return None;
        }

        // The share is 1 / (1 + rest / part), so a bound of that quotient gives the opposite bound of the share.
        let share = |quotient: f64| 1.0 / (1.0 + quotient);
        let estimate = part.estimate / whole;
        let low = share(quotient_above(rest, part)).min(estimate);
        let high = share(quotient_below(rest, part)).max(estimate);
        Some(Self { estimate, low, high })
    }
}

/// The lower bound of `a / b`.
fn quotient_below(a: Interval, b: Interval) -> f64 {
    let product = a.estimate * b.estimate;
    let root = product * product - a.low * b.high * (2.0 * a.estimate - a.low) * (2.0 * b.estimate - b.high);
    let divisor = b.high * (2.0 * b.estimate - b.high);
    let bound = if divisor > 0.0 { (product - root.max(0.0).sqrt()) / divisor } else { a.low / b.high };
    if bound.is_finite() { bound.max(0.0) } else { 0.0 }
}

/// The upper bound of `a / b`; infinite if `b` may be 0.
fn quotient_above(a: Interval, b: Interval) -> f64 {
    let product = a.estimate * b.estimate;
    let root = product * product - a.high * b.low * (2.0 * a.estimate - a.high) * (2.0 * b.estimate - b.low);
    let divisor = b.low * (2.0 * b.estimate - b.low);
    if divisor > 0.0 { ((product + root.max(0.0).sqrt()) / divisor).max(0.0) } else { f64::INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 5e-4
    }

    #[test]
    fn shares_have_the_intervals_of_the_literature() {
        // Newcombe, Statistics in Medicine 17, 1998, table I: Wilson without continuity correction.
        for (hits, drawn, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let found = Interval::of_share(hits, drawn, 1_000_000_000).unwrap();
            assert!(near(found.low, low) && near(found.high, high), "{hits} of {drawn}: {found:?}");
        }
    }

    #[test]
    fn a_whole_that_was_drawn_is_known() {
        let found = Interval::of_share(3, 4, 4).unwrap();
        assert_eq!((found.low, found.estimate, found.high), (0.75, 0.75, 0.75));
        assert!(Interval::of_share(0, 0, 10).is_none());
    }

    #[test]
    fn a_sum_is_narrower_than_its_parts_together() {
        let part = Interval { estimate: 10.0, low: 7.0, high: 14.0 };
        let sum = Interval::sum([part, part]);
        assert_eq!(sum.estimate, 20.0);
        assert!(near(sum.low, 20.0 - 18.0_f64.sqrt()) && near(sum.high, 20.0 + 32.0_f64.sqrt()));
    }

    #[test]
    fn a_ratio_keeps_its_bounds_in_order() {
        let exact = |estimate| Interval { estimate, low: estimate, high: estimate };
        let known = Interval::ratio(exact(30.0), exact(10.0)).unwrap();
        assert!(near(known.low, 0.75) && near(known.high, 0.75), "{known:?}");

        let none = Interval { estimate: 0.0, low: 0.0, high: 5.0 };
        let found = Interval::ratio(exact(30.0), none).unwrap();
        assert!(found.estimate == 1.0 && found.high == 1.0 && near(found.low, 30.0 / 35.0), "{found:?}");
        let found = Interval::ratio(none, exact(30.0)).unwrap();
        assert!(found.estimate == 0.0 && found.low == 0.0 && found.high > 0.1, "{found:?}");
        assert!(Interval::ratio(exact(0.0), none).is_none());
    }
}
