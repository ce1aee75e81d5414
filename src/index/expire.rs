//! Expiry: an index forgets texts by their age.

use super::storage::{ExpiryBound, going_on};
use super::text_index::Index;
use crate::document::Date;
use crate::error::{Error, Remedy, Result};

/// Which texts an index forgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expiry {
    /// Those first seen before a moment.
    SeenBefore(Date),
    /// Those that are older than the newest text by more than the window of the index: no text as new as that can match
    /// them.
    OutsideWindow,
}

impl Index {
    /// Forgets texts by their age. Returns how many.
    ///
    /// # Errors
    ///
    /// [`Expiry::OutsideWindow`] of an index without a window; on disk, errors of reading and writing.
    pub fn expire(&self, expiry: Expiry) -> Result<u64> {
        self.expire_while(expiry, &|| true)
    }

    /// As [`expire`](Self::expire), as long as `goes_on` is true; it is asked many times a second. All texts are forgotten, or
    /// none.
    ///
    /// # Errors
    ///
    /// As [`expire`](Self::expire); [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted).
    pub fn expire_while(&self, expiry: Expiry, goes_on: &dyn Fn() -> bool) -> Result<u64> {
        self.require_own_process()?;
        self.storage.make_room()?;

        let _turn = self.turn();
        let bound = match (expiry, self.settings.window) {
            (Expiry::SeenBefore(moment), _) => ExpiryBound::Seen(moment),
            (Expiry::OutsideWindow, Some(window)) => match self.storage.newest() {
                Some(newest) => ExpiryBound::Moment(window.before(newest)),
                // Nothing was ever stored.
                None => return Ok(0),
            },
            (Expiry::OutsideWindow, None) => {
                let expected = "it needs an index that was made with a window";
                let remedy = Remedy::Choose { purpose: "expire by age, or make an index", parameter: "window" };
                return Err(Error::parameter("expire", "outside the window", expected).with_remedy(remedy));
            }
        };

        let docs = self.storage.older(bound, goes_on)?;
        going_on(goes_on)?;
        self.storage.remove(&docs)
    }
}
