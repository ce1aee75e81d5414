//! The limit of the units of a run: each has a place of 32 bits.

use crate::error::{Error, Result};

/// The largest number of units, and of rows of a route: places have 32 bits, and the last one marks units that are
/// gone.
pub(super) const MOST_UNITS: usize = u32::MAX as usize;

/// Checks that `added` units fit behind `held` ones, of `most` at all.
///
/// # Errors
///
/// They do not.
pub(super) fn require_places(held: usize, added: usize, most: usize) -> Result<()> {
    if added <= most.saturating_sub(held) {
        return Ok(());
    }

    let expected = format!("at most {most} units in one run: give fewer records at once, or larger units");
    Err(Error::parameter("inputs", format!("{} units", held.saturating_add(added)), expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_units_than_places_are_an_error() {
        require_places(0, 10, 10).unwrap();
        require_places(4, 6, 10).unwrap();
        require_places(10, 0, 10).unwrap();
        assert!(require_places(usize::MAX, 1, MOST_UNITS).is_err());
        let error = require_places(5, 6, 10).unwrap_err().to_string();
        assert!(error.contains("11 units") && error.contains("at most 10 units"), "{error}");
        require_places(0, MOST_UNITS, MOST_UNITS).unwrap();
        assert!(require_places(1, MOST_UNITS, MOST_UNITS).is_err());
    }
}
