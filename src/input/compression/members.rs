//! Damage that costs a member of a compressed file, and not what follows it.

use std::fmt;
use std::io;

/// How the message of such damage ends. A resumed run recognizes it.
const PASSED_OVER: &str = ", so a member of the compressed file is lost";

/// The error of a member after which the reader goes on with the next one.
#[derive(Debug)]
struct DamagedMember(String);

impl fmt::Display for DamagedMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DamagedMember {}

/// The error as one after which the reader goes on.
#[cfg(feature = "gzip")]
pub(super) fn passed_over(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), DamagedMember(format!("{error}{PASSED_OVER}")))
}

/// Whether the reader that gave this error can be read again, and goes on behind the damage.
pub(in crate::input) fn goes_on(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<DamagedMember>())
}

/// The message of an error, without what follows behind the damage.
pub(in crate::input) fn damage(error: &io::Error) -> String {
    let what = error.to_string();
    what.strip_suffix(PASSED_OVER).map_or(what.clone(), str::to_owned)
}

/// Whether a message is that of such an error.
pub(in crate::input) fn is_passed_over(what: &str) -> bool {
    what.ends_with(PASSED_OVER)
}
