//! The class of a code point, the same for every profile that folds: reads the generated
//! [`unicode_tables`](super::unicode_tables).

use super::unicode_tables::{BLOCK_OF, ENTRIES, EXPANSION_POOL, EXPANSIONS, LOWER};

/// The class of a code point. The numbers are those of `tools/tables.py`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CharClass {
    /// Ends a token; no rule looks across it. Line breaks, controls, punctuation, symbols, unassigned code points.
    Break,
    /// White space inside a line: ends a token.
    Space,
    /// `.` `,` `،` `٫` `٬` `'` `’`: ends a token, except between digits.
    NumberMark,
    /// A letter, or a number that is no decimal digit, of another script.
    Letter,
    /// A combining mark of another script: part of the token.
    Combining,
    /// A decimal digit (general category Nd), with its value.
    Digit(u8),
    /// Ignorable: deleted, invisible to every rule.
    Deleted,
    /// An Arabic mark: deleted; may compose with the letter before it.
    Mark,
    /// A spacing small letter or high hamza: deleted.
    Small,
    /// Tatweel: deleted; a dash between digits.
    Tatweel,
    /// An Arabic letter.
    Arabic,
    /// A letter-like digit of another script (no decimal): a tatweel next to it is a dash.
    DigitLike,
    /// A cased letter of another script, with its lower case.
    Upper(u32),
    /// A compatibility character, with the code points it expands to.
    Expands(&'static [u32]),
}

// The layout of an entry, as `tools/tables.py` writes it.
const KEPT: u16 = 0x20;
const FIRST_LOWER: u16 = 0x400;
const FIRST_EXPANSION: u16 = 0x1000;
const BLOCK_BITS: u32 = 7;

/// The table entry of a code point (any below 0x110000).
const fn entry(code_point: u32) -> u16 {
    let block = BLOCK_OF[(code_point >> BLOCK_BITS) as usize] as usize;
    ENTRIES[(block << BLOCK_BITS) | (code_point & ((1 << BLOCK_BITS) - 1)) as usize]
}

/// The class of a code point under the profiles that fold.
pub(super) const fn class(code_point: u32) -> CharClass {
    let entry = entry(code_point);

    if entry >= FIRST_EXPANSION {
        let (first, length, _) = EXPANSIONS[(entry - FIRST_EXPANSION) as usize];
        let (_, rest) = EXPANSION_POOL.split_at(first as usize);
        return CharClass::Expands(rest.split_at(length as usize).0);
    }

    // Cased letters of other scripts; Arabic has no case.
    if entry >= FIRST_LOWER {
        return CharClass::Upper(LOWER[(entry - FIRST_LOWER) as usize]);
    }

    // The low five bits are the class; a digit has its value above them.
    match entry & 0x1F {
        1 => CharClass::Space,
        2 => CharClass::NumberMark,
        3 => CharClass::Letter,
        4 => CharClass::Combining,
        5 => CharClass::Digit(((entry >> 6) & 0xF) as u8),
        6 => CharClass::Deleted,
        7 => CharClass::Mark,
        8 => CharClass::Small,
        9 => CharClass::Tatweel,
        10 => CharClass::Arabic,
        11 => CharClass::DigitLike,
        _ => CharClass::Break,
    }
}

/// The class of a code point under the profile `none`: nothing is expanded, lowered or deleted. Every letter, mark and
/// number by general category is [`CharClass::Letter`].
pub(super) const fn class_unfolded(code_point: u32) -> CharClass {
    let entry = entry(code_point);
    let own = if entry >= FIRST_EXPANSION {
        EXPANSIONS[(entry - FIRST_EXPANSION) as usize].2
    } else if entry >= FIRST_LOWER {
        KEPT
    } else {
        entry
    };

    match own & 0x1F {
        _ if own & KEPT != 0 => CharClass::Letter,
        1 => CharClass::Space,
        2 => CharClass::NumberMark,
        _ => CharClass::Break,
    }
}

/// Whether a character makes a tatweel next to it a dash: a digit, or an expansion that begins (if `last`: ends) with
/// one.
pub(super) fn is_digit(character: char, last: bool) -> bool {
    match class(u32::from(character)) {
        CharClass::Digit(_) | CharClass::DigitLike => true,
        CharClass::Expands(parts) => {
            let part = if last { parts.last() } else { parts.first() };
            part.is_some_and(|&part| matches!(class(part), CharClass::Digit(_) | CharClass::DigitLike))
        }
        _ => false,
    }
}
