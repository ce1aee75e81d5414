//! Mojibake: Arabic text that another program decoded wrongly, and its repair.
//!
//! UTF-8 read as windows-1252 shows `Ù…` for each letter, as windows-1256 `ظپ`, as ISO-8859-6 much the same with
//! control characters; windows-1256 read as windows-1252 shows `ÇáÓ`. A wrong decoding is undone by encoding again;
//! bytes that the encoding does not assign are taken for themselves. It may have happened more than once.
//!
//! A decoding is undone only if the text shows it (a tenth of it are pairs of a misread lead and a misread trail byte:
//! mojibake has .41 and more, clean text at most .002), the bytes are valid UTF-8, and the result is Arabic. Characters
//! that became U+FFFD are lost; such text stays as it is.

use crate::static_table::StaticTable;
use std::borrow::Cow;

use super::{Encoding, EncodingKind, arabic, detect};

/// Most wrong decodings that are undone.
const ROUNDS: u8 = 3;

/// Length of each of the three windows of [`suspicious`], in bytes. Counts must fit in a byte.
const WINDOW: usize = 128;

/// A repair of mojibake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MojibakeRepair {
    /// The last wrong decoding.
    pub misread: MisreadEncoding,
    /// Number of wrong decodings, from 1.
    pub times: u8,
}

/// The encoding of the bytes, and the one it was mistaken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MisreadEncoding {
    /// UTF-8 as windows-1252, or as Latin-1, which is contained in it.
    Utf8AsWindows1252,
    /// UTF-8 as windows-1256.
    Utf8AsWindows1256,
    /// UTF-8 as ISO-8859-6.
    Utf8AsIso8859_6,
    /// windows-1256 as windows-1252.
    Windows1256AsWindows1252,
    /// ISO-8859-6 as windows-1252.
    Iso8859_6AsWindows1252,
}

impl MojibakeRepair {
    /// The short, stable name under which such repairs are counted.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match (self.misread, self.times) {
            (MisreadEncoding::Utf8AsWindows1252, 0 | 1) => "utf-8 as windows-1252",
            (MisreadEncoding::Utf8AsWindows1252, _) => "utf-8 as windows-1252, more than once",
            (MisreadEncoding::Utf8AsWindows1256, 0 | 1) => "utf-8 as windows-1256",
            (MisreadEncoding::Utf8AsWindows1256, _) => "utf-8 as windows-1256, more than once",
            (MisreadEncoding::Utf8AsIso8859_6, 0 | 1) => "utf-8 as iso-8859-6",
            (MisreadEncoding::Utf8AsIso8859_6, _) => "utf-8 as iso-8859-6, more than once",
            (MisreadEncoding::Windows1256AsWindows1252, _) => "windows-1256 as windows-1252",
            (MisreadEncoding::Iso8859_6AsWindows1252, _) => "iso-8859-6 as windows-1252",
        }
    }
}

/// The result of [`repair`].
#[derive(Debug, PartialEq, Eq)]
pub(in crate::input) enum RepairVerdict {
    Clean,
    Repaired(String, MojibakeRepair),
    /// It is mojibake, but characters are lost.
    Lost,
}

/// Whether a text may be mojibake, by its beginning, middle and end. Takes constant time.
pub(in crate::input) fn suspicious(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() <= 3 * WINDOW {
        return bytes.chunks(WINDOW).any(suspicious_window);
    }

    [0, bytes.len() / 2, bytes.len() - WINDOW]
        .iter()
        .any(|start| bytes.get(*start..start + WINDOW).is_some_and(suspicious_window))
}

/// Whether a window has many letters that misread lead bytes become, `Â Ã Ø Ù Ú Û` or `ط ظ ع غ`, or Latin letters with
/// accents alone.
fn suspicious_window(window: &[u8]) -> bool {
    let (mut latin, mut accents, mut arabic, mut characters) = (0_u8, 0_u8, 0_u8, 0_u8);
    let seconds = window.get(1..).unwrap_or(&[]);

    // Counted without branches, over two slices of one length that the compiler reads by registers: this runs on every text.
    for (first, second) in window[..seconds.len()].iter().zip(seconds) {
        let accent = u8::from(*first == 0xC3);
        let lead = u8::from(second.wrapping_sub(0x98) < 4) | u8::from(second & 0xFE == 0x82);
        accents += accent;
        latin += accent & lead;
        arabic += u8::from(*first == 0xD8) & u8::from(second.wrapping_sub(0xB7) < 4);
        characters += u8::from(first & 0xC0 != 0x80);
    }

    let [latin, accents, arabic, characters] = [latin, accents, arabic, characters].map(usize::from);
    latin * 12 >= characters.max(24) || arabic * 7 >= characters.max(24) || accents * 5 >= 2 * characters.max(24)
}

/// Undoes up to [`ROUNDS`] wrong decodings. Linear in the text.
pub(in crate::input) fn repair(text: &str) -> RepairVerdict {
    let mut now = Cow::Borrowed(text);
    let mut last = None;
    for times in 1..=ROUNDS {
        let Some((undone, misread)) = undo(&now) else { break };
        last = Some(MojibakeRepair { misread, times });
        now = Cow::Owned(undone);
    }

    match last {
        Some(repair) if arabic::share(&now) > 0.5 => RepairVerdict::Repaired(now.into_owned(), repair),
        // Lost characters come from no byte, so nothing was undone.
        None if text.contains(char::REPLACEMENT_CHARACTER) && WAYS.iter().any(|way| way.shows(text)) => {
            RepairVerdict::Lost
        }
        _ => RepairVerdict::Clean,
    }
}

/// Undoes one wrong decoding: the text that the bytes should have been, and the encoding they were misread in.
fn undo(text: &str) -> Option<(String, MisreadEncoding)> {
    let mut found: Option<(String, MisreadEncoding)> = None;
    for way in WAYS.iter().filter(|way| way.shows(text)) {
        // Two misreadings can show in one text; the more natural result is right.
        let Some(undone) = way.bytes(text).and_then(|bytes| String::from_utf8(bytes).ok()) else { continue };
        let better = |(other, _): &(String, MisreadEncoding)| arabic::naturalness(&undone) > arabic::naturalness(other);
        if found.as_ref().is_none_or(better) {
            found = Some((undone, way.misread));
        }
    }

    found.or_else(|| legacy(text))
}

/// Undoes the reading of a single-byte Arabic encoding as windows-1252, which turns at least half of the letters into
/// letters with accents.
fn legacy(text: &str) -> Option<(String, MisreadEncoding)> {
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    let accents = text.chars().filter(|character| matches!(character, '\u{C0}'..='\u{FF}')).count();
    if accents * 2 < letters || accents < 8 {
        return None;
    }

    // The first path is that of windows-1252.
    let bytes = WAYS.first()?.bytes(text)?;
    let kinds = [
        (encoding_rs::WINDOWS_1256, MisreadEncoding::Windows1256AsWindows1252),
        (encoding_rs::ISO_8859_6, MisreadEncoding::Iso8859_6AsWindows1252),
    ];

    let decoded = kinds.into_iter().filter_map(|(encoding, misread)| {
        let (text, lossy) = Encoding(EncodingKind::Standard(encoding)).decode(&bytes);
        let natural = if lossy { 0.0 } else { arabic::naturalness(&text) };
        (natural >= detect::NATURAL).then(|| (natural, text.into_owned(), misread))
    });
    decoded.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, text, misread)| (text, misread))
}

/// For characters that come from no byte: neither a lead nor a trail byte.
const NO_BYTE: u8 = 0;

/// An encoding that UTF-8 was mistaken for.
struct MisreadPath {
    misread: MisreadEncoding,
    /// The characters of the bytes from 0x80 on, sorted.
    bytes: Vec<(char, u8)>,
    /// Whether unassigned bytes may have become the Latin-1 characters of the same number.
    latin: bool,
}

static WAYS: StaticTable<[MisreadPath; 3]> = StaticTable::new(|| {
    let way = |misread, encoding: &'static encoding_rs::Encoding, latin| {
        let character = |byte: u8| Encoding(EncodingKind::Standard(encoding)).decode(&[byte]).0.chars().next();
        let mut bytes: Vec<(char, u8)> = (0x80..=0xFF)
            .filter_map(|byte| Some((character(byte)?, byte)))
            .filter(|(character, _)| *character != char::REPLACEMENT_CHARACTER)
            .collect();

        bytes.sort_unstable();
        MisreadPath { misread, bytes, latin }
    };

    [
        way(MisreadEncoding::Utf8AsWindows1252, encoding_rs::WINDOWS_1252, true),
        way(MisreadEncoding::Utf8AsWindows1256, encoding_rs::WINDOWS_1256, false),
        way(MisreadEncoding::Utf8AsIso8859_6, encoding_rs::ISO_8859_6, true),
    ]
});

impl MisreadPath {
    /// The byte that `character` was read from; `None` if no byte gives it.
    fn byte(&self, character: char) -> Option<u8> {
        if character.is_ascii() {
            return Some(character as u8);
        }

        let known = self.bytes.binary_search_by_key(&character, |(character, _)| *character).ok();
        match known.and_then(|place| self.bytes.get(place)) {
            Some((_, byte)) => Some(*byte),
            None => u8::try_from(character).ok().filter(|_| self.latin),
        }
    }

    /// The bytes that `text` was read from; `None` if a character comes from no byte.
    fn bytes(&self, text: &str) -> Option<Vec<u8>> {
        text.chars().map(|character| self.byte(character)).collect()
    }

    /// Whether a tenth of the text are pairs of a lead byte of Arabic (or of a lead byte that was misread twice) and a
    /// trail byte.
    fn shows(&self, text: &str) -> bool {
        let (mut pairs, mut characters, mut before) = (0, 0, 0);
        for character in text.chars() {
            let byte = self.byte(character).unwrap_or(NO_BYTE);
            let lead = matches!(before, 0xD8..=0xDB | 0xC2 | 0xC3);
            pairs += usize::from(lead && matches!(byte, 0x80..=0xBF));
            characters += 1;
            before = byte;
        }

        pairs > 0 && pairs * 10 >= characters
    }
}
