//! Detection of the encoding of bytes.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::{Encoding, EncodingHints, EncodingKind, SingleByteTable, arabic};
use crate::input::reject::RejectReason;

/// Bytes that are looked at for UTF-16.
const HEAD: usize = 4096;

/// Most bytes that are fed to the detector.
const FED: usize = 1 << 20;

/// How many times as natural as the detected encoding another one must make the text to be preferred.
const BETTER: f64 = 1.5;

/// Least [`arabic::naturalness`] of a text that counts as Arabic.
pub(super) const NATURAL: f64 = 0.15;

/// The encoding that a byte order mark tells, and the length of the mark. UTF-32 is not supported: no such text was
/// met.
pub(super) fn marked(bytes: &[u8]) -> Option<(Encoding, usize)> {
    // The mark of UTF-32LE begins with that of UTF-16LE.
    if bytes.starts_with(b"\xFF\xFE\0\0") {
        return None;
    }

    encoding_rs::Encoding::for_bom(bytes).map(|(encoding, length)| (Encoding(EncodingKind::Standard(encoding)), length))
}

/// Whether the beginning has bytes that are common in UTF-16 alone: zero, or the high byte of Arabic letters. Fast.
fn has_utf16_bytes(bytes: &[u8]) -> bool {
    memchr::memchr2(0, 6, bytes.get(..HEAD).unwrap_or(bytes)).is_some()
}

/// Whether bytes without a mark are UTF-16 of this byte order: in 70 % of the units of the beginning the high byte is
/// that of Latin or Arabic, in at most 5 % the low byte is, and all surrogates are paired.
fn is_utf16(encoding: Encoding, bytes: &[u8]) -> bool {
    // A text that was cut off may end in half a unit.
    let (units, _) = bytes.as_chunks::<2>();
    let head = units.get(..HEAD / 2).unwrap_or(units);

    let is_little = encoding.0 == EncodingKind::Standard(encoding_rs::UTF_16LE);
    let is_high = |byte: u8| byte == 0 || byte == 6;
    let (mut high, mut low) = (0, 0);
    for [first, second] in head {
        let (upper, lower) = if is_little { (*second, *first) } else { (*first, *second) };
        high += usize::from(is_high(upper));
        low += usize::from(is_high(lower));
    }

    // Cheap tests first: most bytes are not UTF-16 and need not be decoded.
    let is_likely = high * 10 >= head.len() * 7 && low * 20 <= head.len();
    is_likely && !encoding.decode(units.as_flattened()).1
}

/// UTF-16 of bytes without a mark, by the positions of zero bytes.
pub(super) fn unmarked_utf16(bytes: &[u8]) -> Option<Encoding> {
    if !has_utf16_bytes(bytes) {
        return None;
    }
    let orders = [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE].map(|order| Encoding(EncodingKind::Standard(order)));
    orders.into_iter().find(|order| is_utf16(*order, bytes))
}

/// The encoding of bytes that have no byte order mark and are neither UTF-16 nor valid UTF-8.
///
/// # Errors
///
/// [`RejectReason::NotText`]: they hold zero bytes or many control characters.
pub(super) fn unmarked(bytes: &[u8], hints: EncodingHints<'_>) -> Result<Encoding, RejectReason> {
    if is_damaged_utf8(bytes) {
        return Ok(Encoding::UTF_8);
    }

    // Compressed and other binary data is no text in any encoding.
    let is_control = |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\x0C' | b'\r' | b'\x1B');
    let controls = bytes.iter().filter(is_control).count();
    if memchr::memchr(0, bytes).is_some() || controls * 50 > bytes.len() {
        return Err(RejectReason::NotText);
    }

    // A declared encoding that makes the text Arabic needs no detection; one that does not fit the bytes is wrong.
    let mut declared = hints.declared.and_then(Encoding::for_label);
    if let Some(encoding) = declared {
        match encoding.decode(bytes) {
            (_, true) => declared = None,
            (text, false) if arabic::share(&text) > 0.5 => return Ok(encoding),
            (_, false) => {}
        }
    }

    let detected = detected(bytes, hints.tld);

    // Declarations of Arabic text are often wrong. Where neither encoding gives Arabic, nothing speaks against the
    // declared.
    Ok(declared.filter(|_| arabic::share(&detected.decode(bytes).0) <= 0.5).unwrap_or(detected))
}

/// Whether bytes are UTF-8 with little damage: at least eight characters beyond ASCII for each invalid sequence.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }

    whole >= 8 * broken
}

/// The detector's encoding, unless one that it does not know, or an Arabic one, makes the text much more natural.
fn detected(bytes: &[u8], tld: Option<&str>) -> Encoding {
    let fed = bytes.get(..FED).unwrap_or(bytes);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(fed, true);

    // The detector accepts labels of lower-case ASCII only.
    let label = |tld: &&str| !tld.is_empty() && tld.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let guess = detector.guess(tld.filter(label).map(str::as_bytes), Utf8Detection::Deny);
    let guess = Encoding(EncodingKind::Standard(guess));

    // Text with bytes that the encoding does not assign is not in it.
    let natural = |encoding: Encoding| {
        let (text, lossy) = encoding.decode(fed);
        if lossy { 0.0 } else { arabic::naturalness(&text) }
    };

    let (mut best, mut floor) = (guess, (natural(guess) * BETTER).max(NATURAL));
    let standard = [encoding_rs::WINDOWS_1256, encoding_rs::ISO_8859_6].map(EncodingKind::Standard);
    let tables = [SingleByteTable::MacArabic, SingleByteTable::Cp720].map(EncodingKind::Table);
    for kind in standard.into_iter().chain(tables) {
        let found = natural(Encoding(kind));
        if found > floor {
            (best, floor) = (Encoding(kind), found);
        }
    }

    best
}
