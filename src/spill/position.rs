//! Reading and writing at an offset of a file, on every system.

use std::fs::File;
use std::io;

/// Fills `bytes` from the byte `offset` of `file` on.
///
/// Several threads may use one file so. On Windows the position of the file moves, elsewhere it stays.
///
/// # Errors
///
/// The system refuses, or the file ends before `bytes` is full (`UnexpectedEof`).
pub fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset);

    #[cfg(windows)]
    {
        let mut done = 0;
        while done < bytes.len() {
            match std::os::windows::fs::FileExt::seek_read(file, &mut bytes[done..], offset + done as u64) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Writes all of `bytes` from the byte `offset` of `file` on. A gap before `offset` reads as zeros.
///
/// Several threads may use one file so. On Windows the position of the file moves, elsewhere it stays.
///
/// # Errors
///
/// The system refuses; a part of `bytes` may have been written.
pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::write_all_at(file, bytes, offset);

    #[cfg(windows)]
    {
        let mut done = 0;
        while done < bytes.len() {
            match std::os::windows::fs::FileExt::seek_write(file, &bytes[done..], offset + done as u64) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_where_they_were_written() {
        let file = tempfile::tempfile().unwrap();
        write_at(&file, b"later", 5).unwrap();
        write_at(&file, b"first", 0).unwrap();

        let mut bytes = [0; 8];
        read_at(&file, &mut bytes, 1).unwrap();
        assert_eq!(&bytes, b"irstlate");
    }

    #[test]
    fn a_file_that_ends_before_is_an_error() {
        let file = tempfile::tempfile().unwrap();
        write_at(&file, b"short", 0).unwrap();

        let error = read_at(&file, &mut [0; 8], 1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
