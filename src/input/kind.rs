//! What a file is by its first bytes: records, an archive of files, or something that holds no records.
//!
//! The bytes decide before the name does: a PDF that is called `news.txt` is a PDF. A signature counts only if no text
//! begins with it.

use super::content::ContentHead;
use super::remedies;
use super::slices::tail;
use crate::error::Remedy;

/// Bytes that are looked at. The signature of tar is at 257.
pub(super) const HEAD: usize = 512;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FileKind {
    /// A format whose records are read, or text.
    Records,
    Tar,
    Zip,
    /// Apache Arrow: a stream of messages, or a file with a footer.
    Arrow,
    /// What it is, with an article, and the remedy.
    Unread(&'static str, Remedy),
}

/// Why a build without archives refuses one: what it is, and the remedy.
#[cfg(not(feature = "archives"))]
pub(super) const UNREAD_ARCHIVE: (&str, Remedy) = ("an archive", remedies::BUILD_ARCHIVES);

/// What the first bytes of a file announce.
pub(super) fn of(head: &mut impl ContentHead) -> FileKind {
    let bytes = head.peek(HEAD);
    let bytes = bytes.get(..HEAD).unwrap_or(bytes);

    match bytes {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => FileKind::Zip,
        [b'P', b'K', 7, 8, b'P', b'K', 3, 4, ..] => FileKind::Zip,
        [b'A', b'R', b'R', b'O', b'W', b'1', 0, 0, ..] => FileKind::Arrow,
        _ if is_arrow_stream(bytes) => FileKind::Arrow,
        _ if is_tar(bytes) => FileKind::Tar,
        _ => unread(bytes).map_or(FileKind::Records, |(what, remedy)| FileKind::Unread(what, remedy)),
    }
}

/// Whether a block is the header of a tar member: its check sum is the sum of its bytes, those of the sum counted as
/// spaces.
pub(super) fn is_tar(block: &[u8]) -> bool {
    let Some(block) = block.first_chunk::<HEAD>() else { return false };
    let Some(stored) = tar_number(&block[148..156]) else { return false };

    // Some old programs took bytes for signed numbers.
    let outside = || block[..148].iter().chain(&block[156..]).copied();
    let unsigned = outside().map(i64::from).sum::<i64>() + 8 * i64::from(b' ');
    let signed = outside().map(|byte| i64::from(byte as i8)).sum::<i64>() + 8 * i64::from(b' ');

    // A block of zeros, the end of an archive, has another sum.
    i64::try_from(stored).is_ok_and(|stored| stored == unsigned || stored == signed)
}

/// A number in a tar header: octal digits, or binary if the first bit is set. `None` if it is neither, or above 2⁶³.
pub(super) fn tar_number(field: &[u8]) -> Option<u64> {
    let (first, rest) = field.split_first()?;
    if first & 0x80 != 0 {
        // Sizes are never negative, and 2⁶³ bytes are more than any file has.
        let bytes = std::iter::once(first & 0x7F).chain(rest.iter().copied());
        return bytes
            .into_iter()
            .try_fold(0_u64, |number, byte| (number < 1 << 55).then_some(number << 8 | u64::from(byte)));
    }

    let digits = field.trim_ascii_start();
    let end = digits.iter().position(|byte| matches!(byte, 0 | b' ')).unwrap_or(digits.len());
    let digits = &digits[..end];
    let is_octal = digits.iter().all(|byte| (b'0'..=b'7').contains(byte));
    (is_octal && digits.len() <= 21).then(|| digits.iter().fold(0, |number, byte| number << 3 | u64::from(byte - b'0')))
}

/// Whether bytes begin with a message of an Arrow stream: the mark of a continuation, the length of its metadata, and
/// the offset of a table in them. Before version 0.15 there was no mark, and such streams are refused as no text.
fn is_arrow_stream(bytes: &[u8]) -> bool {
    let Some([0xFF, 0xFF, 0xFF, 0xFF, length @ ..]) = bytes.first_chunk::<8>() else { return false };
    let length = u32::from_le_bytes(*length);
    let offset = bytes.get(8..12).and_then(|offset| offset.try_into().ok()).map_or(0, u32::from_le_bytes);
    (8..1 << 30).contains(&length) && offset >= 4 && offset < length
}

/// How compressed data begins. A file that is compressed was decompressed before, so this is the second time.
const COMPRESSED: [&[u8]; 4] = [b"\x1F\x8B\x08", b"\x28\xB5\x2F\xFD", b"\xFD7zXZ\0", b"BZh91AY"];

/// Signatures at the very beginning that no text has.
const SIGNATURES: &[(&[u8], &str, Remedy)] = &[
    (b"%PDF-", "a PDF document", remedies::EXTRACT_PDF),
    (b"%!PS", "a PostScript document", remedies::EXTRACT_PDF),
    (b"{\\rtf", "an RTF document", remedies::SAVE_AS_TEXT),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Office document", remedies::SAVE_AS_TEXT),
    (b"AT&TFORM", "a DjVu document", remedies::EXTRACT_TEXT),
    (b"SQLite format 3\0", "an SQLite database", remedies::EXPORT_SQLITE),
    (b"FEA1", "an old Feather file", remedies::WRITE_PARQUET),
    (b"Obj\x01", "an Avro file", remedies::WRITE_PARQUET),
    (b"ORC\x0A", "an ORC file", remedies::WRITE_PARQUET),
    (b"ORC\x08", "an ORC file", remedies::WRITE_PARQUET),
    (b"SEQ\x04", "a Hadoop sequence file", remedies::WRITE_PARQUET),
    (b"SEQ\x05", "a Hadoop sequence file", remedies::WRITE_PARQUET),
    (b"SEQ\x06", "a Hadoop sequence file", remedies::WRITE_PARQUET),
    (b"\x89HDF\r\n\x1A\n", "an HDF5 file", remedies::WRITE_PARQUET),
    (b"\x93NUMPY", "a NumPy array", remedies::WRITE_PARQUET),
    (b"GGUF", "a model file", remedies::LEAVE_OUT),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", remedies::UNPACK_7Z),
    (b"Rar!\x1A\x07", "a RAR archive", remedies::UNPACK_RAR),
    (b"!<arch>\n", "an ar archive", remedies::UNPACK),
    (b"MSCF\0\0\0\0", "a cabinet archive", remedies::UNPACK),
    (b"xar!", "a xar archive", remedies::UNPACK),
    (b"\xED\xAB\xEE\xDB", "an RPM package", remedies::UNPACK),
    (b"\xC7\x71", "a cpio archive", remedies::UNPACK),
    (b"\x04\x22\x4D\x18", "compressed with lz4", remedies::UNPACK_LZ4),
    (b"\x02\x21\x4C\x18", "compressed with lz4", remedies::UNPACK_LZ4),
    (b"LZIP\x01", "compressed with lzip", remedies::DECOMPRESS),
    (b"\x89LZO\0\r\n\x1A\n", "compressed with lzop", remedies::DECOMPRESS),
    (b"\xFF\x06\0\0sNaPpY", "compressed with snappy", remedies::DECOMPRESS),
    (b"\x1F\x9D", "compressed with compress", remedies::DECOMPRESS),
    (b"\x1F\xA0", "compressed with pack", remedies::DECOMPRESS),
    (b"\x7FELF", "a program", remedies::LEAVE_OUT),
    (b"\xFE\xED\xFA\xCE", "a program", remedies::LEAVE_OUT),
    (b"\xFE\xED\xFA\xCF", "a program", remedies::LEAVE_OUT),
    (b"\xCF\xFA\xED\xFE", "a program", remedies::LEAVE_OUT),
    (b"\xCA\xFE\xBA\xBE", "a program", remedies::LEAVE_OUT),
    (b"\0asm", "a program", remedies::LEAVE_OUT),
    (b"\x89PNG\r\n\x1A\n", "an image", remedies::EXTRACT_TEXT),
    (b"\xFF\xD8\xFF", "an image", remedies::EXTRACT_TEXT),
    (b"II*\0", "an image", remedies::EXTRACT_TEXT),
    (b"MM\0*", "an image", remedies::EXTRACT_TEXT),
    (b"\0\0\x01\0", "an image", remedies::EXTRACT_TEXT),
    (b"8BPS\0", "an image", remedies::EXTRACT_TEXT),
    (b"OggS\0", "a recording", remedies::EXTRACT_TEXT),
    (b"fLaC\0", "a recording", remedies::EXTRACT_TEXT),
    (b"\x1A\x45\xDF\xA3", "a recording", remedies::EXTRACT_TEXT),
    (b"wOFF\0", "a font", remedies::LEAVE_OUT),
    (b"wOF2\0", "a font", remedies::LEAVE_OUT),
    (b"\0\x01\0\0\0", "a font", remedies::LEAVE_OUT),
    (b"PACK\0\0\0", "a git pack", remedies::LEAVE_OUT),
];

/// What a file that is not read is, and the remedy.
fn unread(bytes: &[u8]) -> Option<(&'static str, Remedy)> {
    let known = SIGNATURES.iter().find(|(signature, ..)| bytes.starts_with(signature));
    if let Some((_, what, remedy)) = known {
        return Some((*what, remedy.clone()));
    }

    if COMPRESSED.iter().any(|begin| bytes.starts_with(begin)) {
        return Some(("compressed twice", remedies::DECOMPRESS));
    }

    // These begin with letters, so a byte that no text has must follow.
    let has_zero = bytes.get(..64).unwrap_or(bytes).contains(&0);
    match bytes {
        _ if is_pickle(bytes) => Some(("a pickle", remedies::WRITE_PICKLE)),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] if has_zero => Some(("an image", remedies::EXTRACT_TEXT)),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', ..] => Some(("an image or a recording", remedies::EXTRACT_TEXT)),
        [b'B', b'M', ..] if bytes.get(6..10) == Some(&[0; 4]) => Some(("an image", remedies::EXTRACT_TEXT)),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] if bytes.first() == Some(&0) => {
            Some(("a recording or an image", remedies::EXTRACT_TEXT))
        }
        [b'I', b'D', b'3', 2..=4, ..] => Some(("a recording", remedies::EXTRACT_TEXT)),
        [b'M', b'Z', ..] if has_zero => Some(("a program", remedies::LEAVE_OUT)),
        [b'0', b'7', b'0', b'7', b'0', b'1' | b'2' | b'7', rest @ ..] if is_cpio(rest) => {
            Some(("a cpio archive", remedies::UNPACK))
        }
        _ => None,
    }
}

/// Whether bytes begin a pickle: protocols 2 to 5 begin with their number, and then a frame or the mark of a container;
/// the older ones are text of a form of their own.
fn is_pickle(bytes: &[u8]) -> bool {
    match bytes {
        [0x80, 4 | 5, 0x95, ..] => true,
        [0x80, 2..=5, opcode, ..] => b"]}()c\x8c\x94UXKGNI\x88\x89".contains(opcode),
        _ => [&b"(lp0\n"[..], b"(lp1\n", b"(dp0\n", b"(dp1\n", b"ccopy_reg\n"]
            .iter()
            .any(|begin| bytes.starts_with(begin)),
    }
}

/// Whether the header of a cpio member goes on as the textual forms do.
fn is_cpio(rest: &[u8]) -> bool {
    tail(rest, 0).get(..70).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> FileKind {
        of(&mut &*bytes)
    }

    fn name(bytes: &[u8]) -> Option<&'static str> {
        match kind(bytes) {
            FileKind::Unread(what, _) => Some(what),
            _ => None,
        }
    }

    #[test]
    fn no_signature_is_the_beginning_of_a_text() {
        for text in [
            &b"PK is a country code"[..],
            b"GIF89a is a format",
            b"BM is a state of the art machine",
            b"ORC is a format",
            b"MZ was a person",
            b"ID3 tags hold titles",
            b"070701 is a number",
            b"RIFF is a container",
            b"SEQ is a word",
            "الخبر الأول".as_bytes(),
            b"\xFF\xFE\x2A\x06",
            b"{\"text\": 1}",
            b"",
        ] {
            assert_eq!(kind(text), FileKind::Records, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn a_signature_tells_what_a_file_is() {
        for (bytes, what) in [
            (&b"%PDF-1.7\n"[..], "a PDF document"),
            (b"SQLite format 3\0\x10\0", "an SQLite database"),
            (b"\x80\x04\x95\x10\0\0\0\0\0\0\0]", "a pickle"),
            (b"\x80\x02]q\0", "a pickle"),
            (b"(lp0\nS'a'\n", "a pickle"),
            (b"\x93NUMPY\x01\0", "a NumPy array"),
            (b"\x7FELF\x02\x01", "a program"),
            (b"\x89PNG\r\n\x1A\n", "an image"),
            (b"GIF89a\x01\0\x01\0", "an image"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "an image or a recording"),
            (b"7z\xBC\xAF\x27\x1C\0\x04", "a 7z archive"),
            (b"Rar!\x1A\x07\x01\0", "a RAR archive"),
            (b"\x04\x22\x4D\x18\x64", "compressed with lz4"),
            (b"SEQ\x06\x19org", "a Hadoop sequence file"),
        ] {
            assert_eq!(name(bytes), Some(what), "{}", bytes.escape_ascii());
        }
        assert_eq!(kind(b"PK\x03\x04\x14\0"), FileKind::Zip);
        assert_eq!(kind(b"ARROW1\0\0\xFF\xFF"), FileKind::Arrow);
        assert_eq!(kind(b"\xFF\xFF\xFF\xFF\x50\x01\0\0\x10\0\0\0\0\0"), FileKind::Arrow);
    }

    #[test]
    fn numbers_of_tar_are_octal_or_binary() {
        assert_eq!(tar_number(b"00000000017\0"), Some(15));
        assert_eq!(tar_number(b"     17 \0"), Some(15));
        assert_eq!(tar_number(b"\x80\0\0\0\0\0\0\0\0\0\x01\x02"), Some(258));
        assert_eq!(tar_number(b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), None);
        assert_eq!(tar_number(b"0000000001x\0"), None);
    }
}
