//! Reads a file of another kind than a corpus, such as rules or an export of an index: as it is, or decompressed.

use std::io::{self, Cursor, Read};

use super::compression::{self, Compression, DecompressionLimits};

/// The bytes of `reader`, decompressed if its first bytes announce gzip, Zstandard, bzip2 or xz.
///
/// # Errors
///
/// The first bytes cannot be read, or announce a compression that this build cannot undo.
pub fn decompressed(mut reader: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut head = Vec::new();
    reader.by_ref().take(compression::MAGIC).read_to_end(&mut head)?;
    let found = compression::detect(&head)
        .map_err(|(what, _)| io::Error::new(io::ErrorKind::Unsupported, format!("it is {what}")))?;

    let whole: Box<dyn Read + Send> = Box::new(Cursor::new(head).chain(reader));
    Ok(match found {
        Compression::None => whole,
        found => compression::reader(whole, found, DecompressionLimits::PLAIN),
    })
}
