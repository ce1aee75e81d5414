//! The tables of a rule set as the kernels read them: one byte for each character of the four table ranges.

use super::action;

/// Bytes of the kernels' own that are no compact letter, ASCII letter or digit. Bytes above
/// [`NUMBER_MARK`](code::NUMBER_MARK) belong to a word; those between it and the digits send the word to the walk.
pub(super) mod code {
    /// Nothing; never stored.
    pub const DELETED: u8 = 0;
    /// Ends a token.
    pub const SPACE: u8 = 1;
    /// Ends a token.
    pub const BREAK: u8 = 2;
    /// Ends a token, except between digits.
    pub const NUMBER_MARK: u8 = 3;
    /// Deleted, except after a possible digit.
    pub const TATWEEL: u8 = 4;
    /// The walk decides.
    pub const RARE: u8 = 5;
    /// `&` or `@`, while the kernel looks for entities and addresses.
    pub const SUSPICIOUS: u8 = 6;
    /// Teh marbuta: becomes heh when the words are found.
    pub const TEH: u8 = 0x7F;
}

/// The kernels' byte for each character of the four table ranges.
#[derive(Debug, Clone, Copy)]
pub(super) struct CompactTables {
    /// U+0000–U+007F.
    pub(super) ascii: [u8; 128],
    /// U+0600–U+06FF.
    pub(super) arabic: [u8; 256],
    /// U+0080–U+00BF.
    pub(super) latin: [u8; 64],
    /// U+2000–U+203F.
    pub(super) punctuation: [u8; 64],
}

impl CompactTables {
    /// No table: every character is deleted.
    pub(super) const EMPTY: Self = Self { ascii: [0; 128], arabic: [0; 256], latin: [0; 64], punctuation: [0; 64] };

    /// The kernels' form of tables that hold [`action`]s and folded characters.
    pub(super) const fn of(ascii: [u8; 128], arabic: [u8; 256], latin: [u8; 64], punctuation: [u8; 64]) -> Self {
        let mut tables = Self { ascii, arabic, latin, punctuation };

        let mut place = 0;
        while place < 256 {
            tables.arabic[place] = translate(arabic[place]);
            if place < 128 {
                tables.ascii[place] = translate(ascii[place]);
            }
            if place < 64 {
                tables.latin[place] = translate(latin[place]);
                tables.punctuation[place] = translate(punctuation[place]);
            }
            place += 1;
        }

        tables
    }

    /// Whether a digit may precede the tatweel whose last byte is `source[at]`. Never says no wrongly.
    pub(super) fn may_follow_digit(&self, source: &[u8], at: usize) -> bool {
        match source.get(..at.saturating_sub(1)) {
            Some([.., lead @ 0xD8..=0xDB, trail]) => {
                let code = self.arabic[usize::from(lead & 3) << 6 | usize::from(trail & 0x3F)];
                // A rare character may be a digit or expand to one.
                code == code::RARE || code.is_ascii_digit()
            }
            Some([.., byte]) => !byte.is_ascii() || byte.is_ascii_digit(),
            _ => false,
        }
    }
}

/// The kernels' byte for an [`action`] or folded character. Marks are deleted like other ignorable characters, since
/// they matter only to a hamza after them, and that is rare.
const fn translate(byte: u8) -> u8 {
    match byte {
        action::DELETED | action::SMALL | action::DROPPED | action::MARK => code::DELETED,
        action::SPACE => code::SPACE,
        action::BREAK => code::BREAK,
        action::NUMBER_MARK => code::NUMBER_MARK,
        action::TATWEEL => code::TATWEEL,
        action::TEH => code::TEH,
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | 0x80.. => byte,
        _ => code::RARE,
    }
}
