//! What a file is by its first bytes: records, an archive of files, or something that holds no records.
//!
//! The bytes decide before the name does: a PDF that is called `news.txt` is a PDF. A signature counts only if no text
//! begins with it.

use std::path::Path;

use super::by_name::{ByName, by_name};
use super::content::ContentHead;
use super::encoding::BOM;
use super::slices::tail;
use super::{InputFormat, InputOptions, remedies, text_kinds};
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
    /// Parquet whose name announces another format of records.
    Parquet,
    /// What it is, with an article, and the remedy.
    Unread(&'static str, Remedy),
}

/// Why a build without archives refuses one: what it is, and the remedy.
#[cfg(not(feature = "archives"))]
pub(super) const UNREAD_ARCHIVE: (&str, Remedy) = ("an archive", remedies::BUILD_ARCHIVES);

/// What the first bytes of a file at `path` announce, which is read with `options`. XML is no text, unless its name or the options
/// say what it is.
pub(super) fn of_file(path: &Path, head: &mut impl ContentHead, options: &InputOptions) -> FileKind {
    let is_named = options.format.is_some() || by_name(path) == ByName::Known(InputFormat::Html);
    match of(head) {
        FileKind::Records if !is_named && is_xml(head.peek(HEAD)) => {
            FileKind::Unread("an XML file", remedies::EXTRACT_RECORDS)
        }
        FileKind::Records if options.format.is_none() && is_misnamed_parquet(path, head) => FileKind::Parquet,
        FileKind::Records => {
            let bytes = head.peek(HEAD);
            let text = text_kinds::of(path, bytes.get(..HEAD).unwrap_or(bytes)).filter(|_| options.format.is_none());
            let unread = text.map(|(what, remedy)| FileKind::Unread(what, remedy));
            unread.or_else(|| by_misfit(path, head, options)).unwrap_or(FileKind::Records)
        }
        kind => kind,
    }
}

/// Whether a file begins as Parquet does, and its name announces another format. Other files with such bytes are known
/// by them when their format is asked for.
fn is_misnamed_parquet(path: &Path, head: &mut impl ContentHead) -> bool {
    let is_misnamed = matches!(by_name(path), ByName::Json | ByName::Known(_))
        && by_name(path) != ByName::Known(InputFormat::Parquet);
    // The first page has a header whose first byte no text has.
    is_misnamed && head.peek(HEAD).starts_with(b"PAR1\x15")
}

/// What the name of a file announces that no first bytes tell, where they are no text either: Brotli has no signature,
/// and an archive may be damaged in its first bytes.
fn by_misfit(path: &Path, head: &mut impl ContentHead, options: &InputOptions) -> Option<FileKind> {
    let (what, remedy) = match by_name(path) {
        // Without members: blocks of zeros, which end an archive.
        ByName::Archive if is_blank(head.peek(HEAD)) => return Some(FileKind::Tar),
        ByName::Archive => ("a damaged archive, by its name", remedies::PACK_ANEW),
        _ if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("br")) => {
            ("compressed with Brotli, by its name", remedies::DECOMPRESS)
        }
        _ => return None,
    };

    let bytes = head.peek(HEAD);
    let bytes = bytes.get(..HEAD).unwrap_or(bytes);
    // The last character of the head may be cut off.
    let is_utf8 = std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'))
        || std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none() && !bytes.contains(&0));
    (options.format.is_none() && !bytes.is_empty() && !is_utf8).then_some(FileKind::Unread(what, remedy))
}

/// Whether a first block is full of zeros.
fn is_blank(bytes: &[u8]) -> bool {
    bytes.get(..HEAD).is_some_and(|block| block.iter().all(|byte| *byte == 0))
}

/// Whether bytes begin XML that is no page of HTML.
fn is_xml(bytes: &[u8]) -> bool {
    let bytes = bytes.get(..HEAD).unwrap_or(bytes);
    let text = bytes.strip_prefix(BOM).unwrap_or(bytes).trim_ascii_start();
    let begins = |with: &[&[u8]]| with.iter().any(|begin| text.starts_with(begin));
    if !begins(&[b"<?xml ", b"<mediawiki ", b"<rss ", b"<feed ", b"<TEI ", b"<TEI.2>"]) {
        return false;
    }

    let lower = text.to_ascii_lowercase();
    !["<html", "<!doctype html"].iter().any(|page| memchr::memmem::find(&lower, page.as_bytes()).is_some())
}

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
    (b"RCF\x01", "a Hadoop RCFile", remedies::WRITE_PARQUET),
    (b"\0\x01\0\0Standard ", "an Access database", remedies::EXPORT_TABLE),
    (b"<stata_dta>", "a Stata file", remedies::EXPORT_TABLE),
    (b"$FL2@(#)", "an SPSS file", remedies::EXPORT_TABLE),
    (b"RDX2\n", "an R data file", remedies::EXPORT_TABLE),
    (b"RDX3\n", "an R data file", remedies::EXPORT_TABLE),
    (b"X\n\0\0\0", "an R data file", remedies::EXPORT_TABLE),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file", remedies::EXPORT_TABLE),
    (b"!BDN", "an Outlook mailbox", remedies::EXTRACT_TEXT),
    (b"ITSF\x03", "a help file", remedies::EXTRACT_TEXT),
    (b"\xFF\xFE\0\0", "text in UTF-32", remedies::CONVERT_UTF32),
    (b"\0\0\xFE\xFF", "text in UTF-32", remedies::CONVERT_UTF32),
    (b"GGUF", "a model file", remedies::LEAVE_OUT),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", remedies::UNPACK_7Z),
    (b"Rar!\x1A\x07", "a RAR archive", remedies::UNPACK_RAR),
    (b"!<arch>\n", "an ar archive", remedies::UNPACK),
    (b"MSCF\0\0\0\0", "a cabinet archive", remedies::UNPACK),
    (b"xar!", "a xar archive", remedies::UNPACK),
    (b"\xED\xAB\xEE\xDB", "an RPM package", remedies::UNPACK),
    (b"\xC7\x71", "a cpio archive", remedies::UNPACK),
    (b"\x5D\0\0", "compressed with lzma", remedies::DECOMPRESS),
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
    (b"dex\n0", "a program", remedies::LEAVE_OUT),
    (b"\x1BLua", "a program", remedies::LEAVE_OUT),
    (b"\xAC\xED\0\x05", "a Java object", remedies::LEAVE_OUT),
    (b"L\0\0\0\x01\x14\x02\0", "a Windows shortcut", remedies::LEAVE_OUT),
    (b"ElfFile\0", "a Windows event log", remedies::LEAVE_OUT),
    (b"bplist00", "a property list", remedies::LEAVE_OUT),
    (b"LUKS\xBA\xBE", "an encrypted disk", remedies::LEAVE_OUT),
    (b"\xD4\xC3\xB2\xA1\x02\0", "a capture of a network", remedies::LEAVE_OUT),
    (b"\xA1\xB2\xC3\xD4\0\x02", "a capture of a network", remedies::LEAVE_OUT),
    (b"\xDE\x12\x04\x95", "a catalog of translations", remedies::LEAVE_OUT),
    (b"d8:announce", "a torrent", remedies::LEAVE_OUT),
    (b"#ROSBAG V", "a recording", remedies::LEAVE_OUT),
    (b"\x89PNG\r\n\x1A\n", "an image", remedies::EXTRACT_TEXT),
    (b"\xFF\xD8\xFF", "an image", remedies::EXTRACT_TEXT),
    (b"II*\0", "an image", remedies::EXTRACT_TEXT),
    (b"MM\0*", "an image", remedies::EXTRACT_TEXT),
    (b"\0\0\x01\0", "an image", remedies::EXTRACT_TEXT),
    (b"8BPS\0", "an image", remedies::EXTRACT_TEXT),
    (b"\0\0\0\x0CjP  ", "an image", remedies::EXTRACT_TEXT),
    (b"\0\0\0\x0CJXL ", "an image", remedies::EXTRACT_TEXT),
    (b"OggS\0", "a recording", remedies::EXTRACT_TEXT),
    (b"FLV\x01", "a recording", remedies::EXTRACT_TEXT),
    (b"MThd\0", "a recording", remedies::EXTRACT_TEXT),
    (b"#!AMR", "a recording", remedies::EXTRACT_TEXT),
    (b"\0\0\x01\xBA", "a recording", remedies::EXTRACT_TEXT),
    (b"\0\0\x01\xB3", "a recording", remedies::EXTRACT_TEXT),
    (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "a recording", remedies::EXTRACT_TEXT),
    (b"fLaC\0", "a recording", remedies::EXTRACT_TEXT),
    (b"\x1A\x45\xDF\xA3", "a recording", remedies::EXTRACT_TEXT),
    (b"wOFF\0", "a font", remedies::LEAVE_OUT),
    (b"wOF2\0", "a font", remedies::LEAVE_OUT),
    (b"\0\x01\0\0\0", "a font", remedies::LEAVE_OUT),
    (b"OTTO\0", "a font", remedies::LEAVE_OUT),
    (b"PACK\0\0\0", "a git pack", remedies::LEAVE_OUT),
    (b"DIRC\0\0\0", "an index of git", remedies::LEAVE_OUT),
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
    let start = bytes.get(..64).unwrap_or(bytes);
    let has_zero = start.contains(&0);
    let has_control = start.iter().any(|byte| *byte < b'\t');
    // Packed bytes are of any value, but 64 of them often have none so low.
    let has_control_anywhere = || bytes.iter().any(|byte| *byte < b'\t');
    match bytes {
        _ if is_pickle(bytes) => Some(("a pickle", remedies::WRITE_PICKLE)),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] if has_zero => Some(("an image", remedies::EXTRACT_TEXT)),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W' | b'A', ..] => {
            Some(("an image or a recording", remedies::EXTRACT_TEXT))
        }
        [b'B', b'M', ..] if bytes.get(6..10) == Some(&[0; 4]) => Some(("an image", remedies::EXTRACT_TEXT)),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] if bytes.first() == Some(&0) => {
            Some(("a recording or an image", remedies::EXTRACT_TEXT))
        }
        [b'I', b'D', b'3', 2..=4, ..] => Some(("a recording", remedies::EXTRACT_TEXT)),
        [0xFF, 0xFA | 0xFB | 0xF2 | 0xF3, ..] if has_control => Some(("a recording", remedies::EXTRACT_TEXT)),
        [b'C' | b'F' | b'Z', b'W', b'S', 1..=8, ..] => Some(("a program", remedies::LEAVE_OUT)),
        [0x1E, b'{' | b'[', ..] => Some(("a JSON text sequence", remedies::DROP_SEPARATORS)),
        [b'P', b'A', b'R', b'E', ..] if has_zero => Some(("an encrypted Parquet file", remedies::DECRYPT_FILE)),
        [b'x', 0x01 | 0x9C | 0xDA, ..] if has_control_anywhere() => {
            Some(("compressed with zlib", remedies::DECOMPRESS))
        }
        // A block of any length, then the order of bytes.
        [b'\n', b'\r', b'\r', b'\n', _, _, _, _, 0x1A, 0x2B, 0x3C, 0x4D, ..]
        | [b'\n', b'\r', b'\r', b'\n', _, _, _, _, 0x4D, 0x3C, 0x2B, 0x1A, ..] => {
            Some(("a capture of a network", remedies::LEAVE_OUT))
        }
        // Compiled Python: a number of the version, and flags.
        [0x40..=0xFF, b'\r', b'\r', b'\n', 0..=3, 0, 0, 0, ..] => Some(("a program", remedies::LEAVE_OUT)),
        [_, _, _, 0, 0, 0, 0, 0, b'{', b'"', ..] => Some(("a model file", remedies::LEAVE_OUT)),
        _ if bytes.get(8..12) == Some(b"DUCK") && has_zero => Some(("a DuckDB database", remedies::EXPORT_TABLE)),
        _ if bytes.get(16..20) == Some(b"\xDE\xC0\xEF\xBE") => Some(("an LMDB database", remedies::WRITE_PARQUET)),
        _ if bytes.get(257..262) == Some(b"ustar") => Some(("a damaged tar archive", remedies::PACK_ANEW)),
        _ if bytes.get(60..68) == Some(b"BOOKMOBI") => Some(("an e-book", remedies::SAVE_AS_TEXT)),
        [b'M', b'Z', ..] if has_zero => Some(("a program", remedies::LEAVE_OUT)),
        [b'0', b'7', b'0', b'7', b'0', b'1' | b'2' | b'7', rest @ ..] if is_cpio(rest) => {
            Some(("a cpio archive", remedies::UNPACK))
        }
        _ => None,
    }
}

/// Whether bytes begin a pickle: protocols 2 to 5 begin with their number, which is a control character; the older ones are text
/// of a form of their own.
fn is_pickle(bytes: &[u8]) -> bool {
    match bytes {
        [0x80, 2..=5, ..] => true,
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
            b"CWS is a name",
            b"PARE ZERO",
            b"xyz",
            b"x\r\r\ny",
            b"\n\r\r\n\n\n",
            b"OTTO was a person",
            "الخبر الأول".as_bytes(),
            b"\xFF\xFE\x2A\x06",
            b"{\"text\": 1}",
            b"",
        ] {
            assert_eq!(kind(text), FileKind::Records, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn xml_is_no_text_unless_somebody_says_so() {
        let kind = |name: &str, bytes: &[u8], format: Option<InputFormat>| {
            let options = InputOptions { format, ..InputOptions::default() };
            of_file(Path::new(name), &mut &*bytes, &options)
        };
        let dump = b"<mediawiki xmlns=\"http://www.mediawiki.org/xml/export-0.11/\">";
        for (name, bytes) in [("a.txt", &dump[..]), ("dump", b"\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<rss>")] {
            assert!(matches!(kind(name, bytes, None), FileKind::Unread("an XML file", _)), "{name}");
            assert_eq!(kind(name, bytes, Some(InputFormat::Text)), FileKind::Records);
            assert_eq!(kind("a.html", bytes, None), FileKind::Records);
        }
        assert_eq!(kind("a", b"<?xml version=\"1.0\"?><!DOCTYPE html><html>", None), FileKind::Records);
        assert_eq!(kind("a", b"<?xmlish", None), FileKind::Records);
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
            (b"\x80\x02\x8A\x0A", "a pickle"),
            (b"RIFF\x10\0\0\0AVI LIST", "an image or a recording"),
            (b"\x5D\0\0\x80\0\xFF\xFF", "compressed with lzma"),
            (b"x\x9C\x4B\xCC\0", "compressed with zlib"),
            (b"\x58\0\0\0\0\0\0\0{\"__metadata__\"", "a model file"),
            (b"\xFF\xFB\x90\x64\0\0", "a recording"),
            (b"PARE\x15\0", "an encrypted Parquet file"),
            (b"\xA7\r\r\n\0\0\0\0\x10", "a program"),
            (b"$FL2@(#) SPSS DATA FILE", "an SPSS file"),
            (b"X\n\0\0\0\x03", "an R data file"),
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
