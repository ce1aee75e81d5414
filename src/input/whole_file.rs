//! Files that are one record each: plain text and HTML pages.

use std::borrow::Cow;
use std::path::{MAIN_SEPARATOR, Path};

use super::record::Record;
use super::reject::RejectReason;
use super::{InputFormat, InputOptions, text};

/// Reads a file as one record, whose id is its relative path. `bom` tells that it begins with the byte order mark of
/// UTF-8.
pub(super) fn record<'a>(
    format: InputFormat,
    bytes: &'a [u8],
    bom: bool,
    relative: &'a Path,
    options: &InputOptions,
) -> Result<Record<'a>, RejectReason> {
    // A file that is held in memory anyway may still be too large.
    let (size, limit) = (bytes.len() as u64, options.max_record_size);
    if size > limit {
        return Err(RejectReason::TooLarge { size, limit });
    }

    let id = path_id(relative);
    match format {
        #[cfg(feature = "html")]
        InputFormat::Html => super::html::record(bytes, id, &super::html::PageOrigin::default(), options),
        _ => text::record(bytes, bom, id, options),
    }
}

/// A relative path as an id: `/` between its parts on every system, so that ids do not depend on the system.
fn path_id(relative: &Path) -> Cow<'_, str> {
    if MAIN_SEPARATOR == '/' {
        return relative.to_string_lossy();
    }
    Cow::Owned(relative.to_string_lossy().replace(MAIN_SEPARATOR, "/"))
}
