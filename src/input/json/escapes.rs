//! The escapes of JSON strings. Writers of ASCII escape every Arabic letter, so runs of `\u06xx` must be fast; other
//! escapes are sparse among long runs of bytes that are copied.

/// The value of a hexadecimal digit; 255 for other bytes.
const HEX: [u8; 256] = {
    let mut table = [255; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        table[digit as usize] = value;
        table[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    table
};

/// Set for a byte that is not a digit; above the two bytes of a letter.
const BAD: u32 = 1 << 16;

/// The bits that the third digit of a `\u06xx` gives to the two UTF-8 bytes of its letter.
const HIGH: [u32; 256] = letter_bytes(4);

/// The bits that the fourth digit gives.
const LOW: [u32; 256] = letter_bytes(0);

/// The bits that a digit, shifted left by `shift`, gives to the UTF-8 bytes of a letter from U+0600 to U+06FF.
const fn letter_bytes(shift: u32) -> [u32; 256] {
    let mut table = [BAD; 256];
    let mut at = 0;

    while at < 256 {
        let bits = (HEX[at] as u32) << shift;
        if HEX[at] < 16 {
            // Both tables set the fixed bits of the two bytes; the halves are joined with `|`.
            table[at] = (0xD8 | bits >> 6) | (0x80 | bits & 0x3F) << 8;
        }
        at += 1;
    }

    table
}

/// The character of a short escape, by the byte after the backslash; 0 for `u` and for invalid bytes.
const SIMPLE: [u8; 256] = {
    let mut table = [0; 256];
    let pairs = *b"\"\"\\\\//b\x08f\x0Cn\nr\rt\t";
    let mut at = 0;
    while at < pairs.len() {
        table[pairs[at] as usize] = pairs[at + 1];
        at += 2;
    }
    table
};

/// Checks the escapes in the content of a string; half a surrogate pair is accepted.
pub(super) fn valid(mut content: &[u8]) -> Option<()> {
    while !content.is_empty() {
        // In a run of escapes the next one follows at once, and a search for it would cost more.
        let at = if content.first() == Some(&b'\\') { Some(0) } else { memchr::memchr(b'\\', content) };
        let Some(at) = at else { break };
        let escape = content.get(at..)?;

        let length = match escape.get(1)? {
            b'u' => {
                unit(escape)?;
                6
            }
            simple => (SIMPLE[usize::from(*simple)] != 0).then_some(2)?,
        };

        content = escape.get(length..)?;
    }
    Some(())
}

/// Buffers for decoding, to be reused.
#[derive(Debug, Default)]
pub(in crate::input) struct EscapeBuffers {
    /// The text that was decoded last.
    pub(in crate::input) text: String,
    /// The letters of a run before they are checked; of fixed length.
    run: Vec<u8>,
}

/// Decodes the content of a string into `to.text`; `None` if an escape is invalid or half a surrogate pair.
pub(in crate::input) fn decode(content: &str, to: &mut EscapeBuffers) -> Option<()> {
    let EscapeBuffers { text, run } = to;
    text.clear();
    // No escape is shorter than the bytes of its character.
    text.reserve(content.len());

    let mut rest = content;
    loop {
        match rest.as_bytes() {
            [] => return Some(()),
            [b'\\', b'u', b'0', b'6', ..] if rest.len() >= 8 => {
                let (mut taken, mut made) = arabic(rest.as_bytes(), run)?;
                // The byte copied last may be the first of a longer character; it is left to the next step.
                while !rest.is_char_boundary(taken) {
                    (taken, made) = (taken - 1, made - 1);
                }
                text.push_str(simdutf8::basic::from_utf8(run.get(..made)?).ok()?);
                rest = rest.get(taken..)?;
            }
            [b'\\', b'u', ..] => {
                let (character, length) = unicode(rest.as_bytes())?;
                text.push(character);
                rest = rest.get(length..)?;
            }
            [b'\\', simple, ..] => {
                let byte = Some(SIMPLE[usize::from(*simple)]).filter(|byte| *byte != 0)?;
                text.push(char::from(byte));
                rest = rest.get(2..)?;
            }
            bytes => {
                let (plain, after) = rest.split_at_checked(memchr::memchr(b'\\', bytes).unwrap_or(rest.len()))?;
                // A backslash at the end of the content.
                if plain.is_empty() {
                    return None;
                }
                text.push_str(plain);
                rest = after;
            }
        }
    }
}

/// Length of a run in bytes of UTF-8.
const RUN: usize = 1 << 11;

/// Decodes a run of `\u06xx` into `run`; one other byte may follow each escape, such as the space between words.
/// Returns how many bytes were read and how many were written; `None` if a digit is invalid.
///
/// Branches on the ends of words would be mispredicted, so that byte is always written, and counted without a branch.
fn arabic(bytes: &[u8], run: &mut Vec<u8>) -> Option<(usize, usize)> {
    run.resize(RUN, 0);

    let (mut at, mut length, mut letters) = (0, 0, 0);
    while let (Some(eight), Some(three)) =
        (bytes.get(at..).and_then(<[u8]>::first_chunk), run.get_mut(length..).and_then(<[u8]>::first_chunk_mut))
    {
        let eight = u64::from_le_bytes(*eight);
        if eight as u32 != u32::from_le_bytes(*b"\\u06") {
            break;
        }
        // Both tables are indexed by a byte, so the lookups need no bounds checks.
        let letter = HIGH[usize::from((eight >> 32) as u8)] | LOW[usize::from((eight >> 40) as u8)];
        letters |= letter;

        let after = (eight >> 48) as u8;
        let plain = usize::from(after != b'\\');
        let [first, second, ..] = letter.to_le_bytes();
        *three = [first, second, after];
        (at, length) = (at + 6 + plain, length + 2 + plain);
    }

    // Invalid digits are gathered in `letters` and checked once for the whole run.
    (letters & BAD == 0).then_some((at, length))
}

/// The UTF-16 unit of the `\uxxxx` at the beginning of `escape`.
pub(super) fn unit(escape: &[u8]) -> Option<u32> {
    let [b'\\', b'u', digits @ ..] = escape.first_chunk::<6>()? else { return None };
    let [a, b, c, d] = digits.map(|digit| HEX[usize::from(digit)]);
    let unit = u32::from(a) << 12 | u32::from(b) << 8 | u32::from(c) << 4 | u32::from(d);
    // HEX is 255 for other bytes and at most 15 for digits.

    ((a | b | c | d) < 16).then_some(unit)
}

/// The character at the beginning of `rest`, of two units if they are a surrogate pair, and the length of its escape.
fn unicode(rest: &[u8]) -> Option<(char, usize)> {
    let (mut code, mut length) = (unit(rest)?, 6);
    if (0xD800..0xDC00).contains(&code) {
        let low = unit(rest.get(6..)?)?.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
        code = 0x1_0000 + ((code - 0xD800) << 10 | low);
        length = 12;
    }

    Some((char::from_u32(code)?, length))
}
