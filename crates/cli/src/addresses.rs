//! Refuses addresses of other machines (`s3://…`) where paths are expected: as an output, one would become a local directory.

use std::path::{Path, PathBuf};

use clap::ArgMatches;

use mukarrar::error::{ErrorKind, Result};
use mukarrar::report::output_name::{is_address, refuse_address};

/// The arguments that are outputs.
const OUTPUTS: [&str; 6] = ["output", "removed", "rejected", "clusters", "summary", "report"];

/// Refuses every path among the arguments that is an address.
///
/// # Errors
///
/// Names the first one.
pub(super) fn refuse(matches: &ArgMatches) -> Result<()> {
    for id in matches.ids() {
        // Other values than paths, and groups, have another type.
        let Ok(Some(paths)) = matches.try_get_many::<PathBuf>(id.as_str()) else { continue };

        for path in paths {
            if OUTPUTS.contains(&id.as_str()) { refuse_address(path)? } else { refuse_input(path)? }
        }
    }

    matches.subcommand().map_or(Ok(()), |(_, of_command)| refuse(of_command))
}

fn refuse_input(path: &Path) -> Result<()> {
    if !is_address(path) {
        return Ok(());
    }

    let what = "is an address, not a path: this program reads files".to_owned();
    let remedy = "copy it to this machine, or pipe it in and give - as the input".into();
    Err(ErrorKind::Unreadable { path: path.to_owned(), what, remedy }.into())
}
