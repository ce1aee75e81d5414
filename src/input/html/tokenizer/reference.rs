//! Character references: `&amp;`, `&#1610;`, `&#x64a;`.

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// A reference that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reference {
    first: char,
    second: Option<char>,
    /// Its length without the `&`.
    pub(super) len: usize,
    /// The standard allows it only with a warning.
    pub(super) is_error: bool,
}

impl Reference {
    pub(super) fn characters(self) -> impl Iterator<Item = char> {
        std::iter::once(self.first).chain(self.second)
    }
}

/// The longest name of a character, with its `;`, has 32 letters.
const LONGEST: usize = 32;

/// Reads the reference whose `&` stands before `rest`; `None` if there is none, so the `&` is text.
pub(super) fn read(rest: &[u8], in_attribute: bool) -> Option<Reference> {
    match rest.first()? {
        b'#' => number(rest),
        first if first.is_ascii_alphanumeric() => name(rest, in_attribute),
        _ => None,
    }
}

fn number(rest: &[u8]) -> Option<Reference> {
    let is_hex = matches!(rest.get(1), Some(b'x' | b'X'));
    let (begin, base) = if is_hex { (2, 16) } else { (1, 10) };

    let (mut value, mut at) = (0_u32, begin);
    while let Some(digit) = rest.get(at).and_then(|byte| char::from(*byte).to_digit(base)) {
        value = value.saturating_mul(base).saturating_add(digit);
        at += 1;
    }
    if at == begin {
        return None;
    }

    let has_end = rest.get(at) == Some(&b';');
    let (character, is_odd) = character(value);
    Some(Reference { first: character, second: None, len: at + usize::from(has_end), is_error: is_odd || !has_end })
}

/// The character of a number, and whether the standard warns of it.
fn character(value: u32) -> (char, bool) {
    let replaced = match value {
        0 => Some('\u{fffd}'),
        0x80..=0x9F => C1_REPLACEMENTS.get(value as usize - 0x80).copied().flatten(),
        _ => None,
    };
    if let Some(replaced) = replaced {
        return (replaced, true);
    }

    let is_odd =
        matches!(value, 0x01..=0x08 | 0x0B | 0x0D..=0x1F | 0x7F..=0x9F | 0xFDD0..=0xFDEF) || value & 0xFFFE == 0xFFFE;
    char::from_u32(value).map_or(('\u{fffd}', true), |character| (character, is_odd))
}

fn name(rest: &[u8], in_attribute: bool) -> Option<Reference> {
    let rest = rest.get(..LONGEST).unwrap_or(rest);
    let letters = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();

    // A `;` is the last character of a name, so a name with it is the longest one.
    if rest.get(letters) == Some(&b';')
        && let Some((first, second)) = entity(&rest[..=letters])
    {
        return Some(Reference { first, second, len: letters + 1, is_error: false });
    }

    // Some old names need no `;`, and the longest of them counts. They have at most six letters.
    let len = (1..=letters.min(6)).rev().find(|len| entity(&rest[..*len]).is_some())?;
    let (first, second) = entity(&rest[..len])?;
    // In addresses such as `?a=1&copy=2` such a name is none.
    if in_attribute && rest.get(len).is_some_and(|next| *next == b'=' || next.is_ascii_alphanumeric()) {
        return None;
    }
    Some(Reference { first, second, len, is_error: true })
}

/// The characters of a whole name.
fn entity(name: &[u8]) -> Option<(char, Option<char>)> {
    let (first, second) = *NAMED_ENTITIES.get(std::str::from_utf8(name).ok()?)?;
    // Beginnings of names are in the table too, with zeros.
    let first = char::from_u32(first).filter(|first| *first != '\0')?;
    Some((first, char::from_u32(second).filter(|second| *second != '\0')))
}
