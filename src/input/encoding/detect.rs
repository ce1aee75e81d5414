//! Which encoding bytes are in.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::{Encoding, EncodingHints, EncodingKind, SingleByteTable, arabic};
use crate::input::reject::RejectReason;

/// Bytes that are looked at for UTF-16.
const HEAD: usize = 4096;

/// Bytes that are fed to the detector at most.
const FED: usize = 1 << 20;

/// Another encoding than the one detected must look so much more like Arabic, and like Arabic at all.
const BETTER: f64 = 1.5;
pub(super) const NATURAL: f64 = 0.15;

/// The encoding that a byte order mark tells, and its length. UTF-32, which nobody writes, is not decoded.
pub(super) fn marked(bytes: &[u8]) -> Option<(Encoding, usize)> {
    if bytes.starts_with(b"\xFF\xFE\0\0") {
        return None;
    }
    encoding_rs::Encoding::for_bom(bytes).map(|(encoding, length)| (Encoding(EncodingKind::Standard(encoding)), length))
}

/// Whether there are bytes that are rare in other text than UTF-16: zero, or the high byte of Arabic letters.
pub(super) fn zeros_stand_apart(bytes: &[u8]) -> bool {
    memchr::memchr2(0, 6, bytes.get(..HEAD).unwrap_or(bytes)).is_some()
}

/// UTF-16 without a mark: in seven of ten units the high byte is that of Latin or Arabic, nearly never the low one, and the
/// whole has no half characters.
pub(super) fn is_utf16(encoding: Encoding, bytes: &[u8]) -> bool {
    let head = bytes.get(..HEAD.min(bytes.len() & !1)).unwrap_or_default();
    let is_high = |byte: u8| byte == 0 || byte == 6;
    let (mut high, mut low) = (0, 0);
    for [first, second] in head.as_chunks::<2>().0 {
        let little = encoding.0 == EncodingKind::Standard(encoding_rs::UTF_16LE);
        let (upper, lower) = if little { (*second, *first) } else { (*first, *second) };
        high += usize::from(is_high(upper));
        low += usize::from(is_high(lower));
    }
    let units = head.len() / 2;
    // A last byte alone is what is left of a cut.
    high * 10 >= units * 7 && low * 20 <= units && !encoding.decode(bytes.get(..bytes.len() & !1).unwrap_or_default()).1
}

/// The encoding of bytes that are neither marked nor UTF-16 nor wholly UTF-8.
///
/// # Errors
///
/// They are no text.
pub(super) fn unmarked(bytes: &[u8], hints: EncodingHints<'_>) -> Result<Encoding, RejectReason> {
    if is_damaged_utf8(bytes) {
        return Ok(Encoding::UTF_8);
    }
    let odd = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\x0C' | b'\r' | b'\x1B');
    let controls = bytes.iter().filter(|byte| odd(byte)).count();
    if memchr::memchr(0, bytes).is_some() || controls * 50 > bytes.len() {
        return Err(RejectReason::NotText);
    }
    let mut declared = hints.declared.and_then(Encoding::for_label);
    if let Some(encoding) = declared {
        match encoding.decode(bytes) {
            (_, true) => declared = None,
            (text, false) if arabic::share(&text) > 0.5 => return Ok(encoding),
            (_, false) => {}
        }
    }
    let detected = detected(bytes, hints.tld);
    // What is declared is often wrong for Arabic; where neither gives Arabic there is no reason to doubt it.
    Ok(declared.filter(|_| arabic::share(&detected.decode(bytes).0) <= 0.5).unwrap_or(detected))
}

/// UTF-8 in which little is wrong: at least eight whole characters beyond ASCII for every broken one.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole >= 8 * broken
}

/// The most likely encoding: that of the detector, unless one that it does not know is much more like Arabic.
fn detected(bytes: &[u8], tld: Option<&str>) -> Encoding {
    let fed = bytes.get(..FED).unwrap_or(bytes);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(fed, true);
    // The detector takes lower case labels of ASCII only.
    let label = |tld: &&str| !tld.is_empty() && tld.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let guess = detector.guess(tld.filter(label).map(str::as_bytes), Utf8Detection::Deny);
    let guess = Encoding(EncodingKind::Standard(guess));
    let natural = |encoding: Encoding| {
        let (text, lossy) = encoding.decode(fed);
        if lossy { 0.0 } else { arabic::naturalness(&text) }
    };
    let (mut best, mut floor) = (guess, (natural(guess) * BETTER).max(NATURAL));
    let standard = [encoding_rs::WINDOWS_1256, encoding_rs::ISO_8859_6].map(EncodingKind::Standard);
    for kind in
        standard.into_iter().chain([SingleByteTable::MacArabic, SingleByteTable::Cp720].map(EncodingKind::Table))
    {
        let found = natural(Encoding(kind));
        if found > floor {
            (best, floor) = (Encoding(kind), found);
        }
    }
    best
}
