//! Finds the beginnings and ends of words, and the bytes that need the walk, by 64-bit mask arithmetic that all kernels
//! share.

use super::super::compact_tables::code;
use super::super::rules::FoldRules;
use super::stream::WalkFlag;

/// The properties of 64 compact bytes, one bit a byte.
pub(super) struct BlockMasks {
    /// Belongs to a word, or is rare.
    pub word: u64,
    /// An Arabic letter.
    pub arabic: u64,
    /// Teh marbuta (an Arabic letter too).
    pub teh: u64,
    /// An ASCII digit.
    pub digits: u64,
    /// [`code::NUMBER_MARK`].
    pub number_marks: u64,
    /// Below the digits.
    pub rare: u64,
    /// Equals the byte before it.
    pub repeated: u64,
    /// The three letters that have a word rule.
    pub hamza: u64,
    pub yeh: u64,
    pub waw: u64,
    /// The byte after the 64.
    pub next: u8,
}

/// Words found in 64 compact bytes.
pub(super) struct FoundWords {
    /// First bytes of words.
    pub starts: u64,
    /// First bytes after words.
    pub ends: u64,
    /// Bytes that need the walk.
    pub flags: u64,
}

/// The state between blocks: the last bit of each mask, and the rules.
#[derive(Debug, Default)]
pub(super) struct WordCarry {
    word: u64,
    arabic: u64,
    teh: u64,
    digits: u64,
    repeated: u64,
    yeh: u64,
    /// Words ended so far.
    ended: usize,
    /// All bits, or none: script borders end words.
    borders: u64,
    /// All bits, or none: letter runs are cut.
    runs: u64,
    /// All bits, or none: detached waws and word-final hamzas matter.
    arabic_words: u64,
}

impl WordCarry {
    pub(super) fn new(rules: &FoldRules) -> Self {
        let all = |yes: bool| if yes { u64::MAX } else { 0 };

        Self {
            borders: all(rules.folds),
            runs: all(rules.runs),
            arabic_words: all(rules.arabic_words),
            ..Self::default()
        }
    }

    /// Words ended so far.
    pub(super) const fn ended(&self) -> usize {
        self.ended
    }

    /// Counts the words that end at the bits of `ends`.
    #[inline(always)]
    pub(super) const fn end(&mut self, ends: u64) {
        self.ended += ends.count_ones() as usize;
    }

    /// The words of the next 64 bytes.
    #[inline(always)]
    pub(super) fn step(&mut self, masks: &BlockMasks) -> FoundWords {
        let BlockMasks { word, arabic, teh, digits, number_marks, rare, repeated, hamza, yeh, waw, next } = *masks;
        let after = |mask: u64, last: u64| mask << 1 | last;

        // Borders of words: separators, script borders, and ة, which ends a word before any letter.
        let (word_before, arabic_before) = (after(word, self.word), after(arabic, self.arabic));
        let split = word & word_before & self.borders & ((arabic ^ arabic_before) | after(teh, self.teh));
        let starts = word & (!word_before | split);
        let ends = word_before & (!word | split);

        // Flags: marks between digits, letter runs, a yeh and hamza at the end, a lone waw.
        let next_digit = u64::from(next.is_ascii_digit());
        let in_number = number_marks & after(digits, self.digits) & (digits >> 1 | next_digit << 63);
        let repeated = repeated & arabic & self.runs;
        let runs = repeated & after(repeated, self.repeated);
        let next_ends = u64::from(next < 0x80 && next != code::TEH);
        let last = ends >> 1 | next_ends << 63;
        let short = ((hamza & after(yeh, self.yeh)) | (waw & starts)) & last & self.arabic_words;

        (self.word, self.arabic, self.teh) = (word >> 63, arabic >> 63, teh >> 63);
        (self.digits, self.repeated, self.yeh) = (digits >> 63, repeated >> 63, yeh >> 63);

        FoundWords { starts, ends, flags: (rare & word) | in_number | runs | short }
    }
}

/// Appends the flags of `found`, in the block at `at`; `words` words began before it.
#[cold]
pub(super) fn flag(found: &FoundWords, at: usize, words: usize, flags: &mut Vec<WalkFlag>) {
    let mut rest = found.flags;

    while rest != 0 {
        let bit = rest.trailing_zeros();
        rest &= rest - 1;

        // The bit itself counts, since a flagged byte may begin its word.
        let begun = words + (found.starts & (u64::MAX >> (63 - bit))).count_ones() as usize;
        flags.push(WalkFlag { place: (at + bit as usize) as u16, word: begun.saturating_sub(1) as u16 });
    }
}
