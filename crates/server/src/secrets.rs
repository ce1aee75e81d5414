//! Reads files with secrets: the bearer token, and the private key of the certificate.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use mukarrar::error::{Error, Result};

/// Reads a file that only its owner may read; `parameter` is the one that names it.
///
/// # Errors
///
/// The file cannot be read, is not UTF-8, or can be read by other users ([`require_private`]).
pub(super) fn read(parameter: &'static str, path: &Path) -> Result<String> {
    let failed = |source| Error::io("read", path, source);
    let mut file = File::open(path).map_err(failed)?;

    // The permissions are those of the open file: the name may point to another file by now.
    require_private(parameter, path, &file)?;

    let mut text = String::new();
    file.read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// Refuses a file that other users can read or change. Its group may read it only if root owns it, as PostgreSQL rules for
/// keys: systems that hand out secrets write such files.
#[cfg(unix)]
fn require_private(parameter: &'static str, path: &Path, file: &File) -> Result<()> {
    use std::os::unix::fs::MetadataExt;

    let metadata = file.metadata().map_err(|source| Error::io("read", path, source))?;
    let allowed = if metadata.uid() == 0 { 0o740 } else { 0o700 };
    let mode = metadata.mode() & 0o777;
    // A pipe (`<(…)` of a shell) has no permissions of its own.
    if !metadata.is_file() || mode & !allowed == 0 {
        return Ok(());
    }

    let expected = format!("a file that only its owner can read; run `chmod 600 {}`", path.display());
    Err(Error::parameter(parameter, format!("{} (mode {mode:04o})", path.display()), expected))
}

/// Access lists of other systems are not examined.
#[cfg(not(unix))]
fn require_private(_: &'static str, _: &Path, _: &File) -> Result<()> {
    Ok(())
}
