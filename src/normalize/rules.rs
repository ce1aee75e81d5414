//! The folding rules of each profile and language, as tables that are made at compile time.
//!
//! [`FoldRules`] maps a character to one byte: a folded letter in the compact alphabet, an ASCII letter or digit, or an
//! [`action`]. The walk reads these tables; the kernels read [`CompactTables`], which are derived from them.

use super::class::{CharClass, class, class_unfolded};
use super::compact_tables::CompactTables;
use super::language::Language;
use super::profile::Profile;
use super::{action, alphabet};

// Compact codes of the letters that have a rule of their own.
pub(super) const HAMZA: u8 = alphabet::code(0x621);
pub(super) const WAW: u8 = alphabet::code(0x648);
pub(super) const YEH: u8 = alphabet::code(0x64A);
pub(super) const AE: u8 = alphabet::code(0x6D5);
pub(super) const HEH_DOACHASHMEE: u8 = alphabet::code(0x6BE);
const ALEF: u8 = alphabet::code(0x627);
const HEH: u8 = alphabet::code(0x647);
const FARSI_YEH: u8 = alphabet::code(0x6CC);
const HEH_GOAL: u8 = alphabet::code(0x6C1);

/// Zero-width non-joiner.
pub(super) const ZWNJ: u32 = 0x200C;

/// The rules of one profile and language.
#[derive(Debug)]
pub(super) struct FoldRules {
    /// U+0600–U+06FF, indexed by the low bits of the lead byte and the trail byte.
    pub arabic: [u8; 256],
    /// U+0000–U+007F.
    pub ascii: [u8; 128],
    /// U+0080–U+00BF.
    pub latin: [u8; 64],
    /// U+2000–U+203F.
    pub punctuation: [u8; 64],
    /// The four tables as the kernels read them.
    pub compact: CompactTables,
    /// The action of the zero-width non-joiner.
    pub joiner: u8,
    /// The profile is not `none`: entities, URLs, marks, digits, case, script borders.
    pub folds: bool,
    /// Letter runs of three and more are cut.
    pub runs: bool,
    /// Letters whose runs are cut to one; 0 for none. Runs of other letters are cut to two.
    pub weak: [u8; 4],
    /// A detached waw joins the next word, and a yeh before a word-final hamza goes.
    pub arabic_words: bool,
    /// Uthmani spelling is written as everyday spelling before the walk.
    pub quran: bool,
    /// Persian affixes join their word. Then the walk alone folds.
    pub affixes: bool,
    /// The letter that heh and a hamza above compose to.
    heh_hamza: u32,
    language: Language,
    aggressive: bool,
}

impl FoldRules {
    /// The rules of a profile and language.
    pub(super) const fn of(profile: Profile, language: Language) -> &'static Self {
        match (profile, language) {
            (Profile::None, _) => &NONE,
            (Profile::Light, _) | (_, Language::Other) => &LIGHT,
            (Profile::Standard, Language::Ar) => &ARABIC,
            (Profile::Aggressive, Language::Ar) => &AGGRESSIVE,
            (_, Language::Fa) => &PERSIAN,
            (_, Language::Ur) => &URDU,
            (_, Language::Ckb) => &KURDISH,
            (_, Language::Ps) => &PASHTO,
            (_, Language::Ug) => &UYGHUR,
        }
    }

    /// The folded form of an Arabic letter; `None` if it is dropped.
    pub(super) const fn letter(&self, letter: u32) -> Option<u32> {
        match self.language {
            Language::Ar => arabic(letter, self.aggressive),
            Language::Fa => Some(persian(letter)),
            Language::Ur => Some(urdu(letter)),
            Language::Ckb => Some(kurdish(letter)),
            Language::Ps => Some(pashto(letter)),
            Language::Ug => Some(uyghur(letter)),
            Language::Other => Some(letter),
        }
    }

    /// The letter that `base` and the hamza and madda marks after it compose to; `base` itself if they do not compose.
    pub(super) const fn compose(&self, base: u32, marks: HamzaMarks) -> u32 {
        match (marks, base) {
            (HamzaMarks { above: true, .. }, 0x648) => 0x624,
            (HamzaMarks { above: true, .. }, 0x64A | 0x649 | 0x6CC) => 0x626,
            (HamzaMarks { above: true, .. }, 0x6D2) => 0x6D3,
            (HamzaMarks { above: true, .. }, 0x627) => 0x623,
            (HamzaMarks { above: true, .. }, 0x6D5) => 0x6C0,
            (HamzaMarks { above: true, .. }, 0x6C1) => 0x6C2,
            (HamzaMarks { above: true, .. }, 0x647) => self.heh_hamza,
            // For an alef with several marks, hamza above wins over madda, and madda over hamza below.
            (HamzaMarks { madda: true, .. }, 0x627) => 0x622,
            (HamzaMarks { below: true, .. }, 0x627) => 0x625,
            _ => base,
        }
    }

    /// Whether a letter folds to two: the Urdu yeh barree with hamza above (ۓ) is ئے, as the other keyboard writes it.
    pub(super) const fn splits(&self, letter: u32) -> bool {
        letter == 0x6D3 && matches!(self.language, Language::Ur)
    }

    /// The table byte of any code point: an [`action`] or a folded character.
    pub(super) const fn action(&self, code_point: u32) -> u8 {
        if !self.folds {
            // A letter without a one-byte code is written as UTF-8 by the walk.
            return match class_unfolded(code_point) {
                CharClass::Letter if code_point < 0x80 => code_point as u8,
                CharClass::Letter if alphabet::code(code_point) != 0 => alphabet::code(code_point),
                CharClass::Letter => action::RARE,
                CharClass::Space => action::SPACE,
                _ => action::BREAK,
            };
        }

        match class(code_point) {
            CharClass::Break => action::BREAK,
            CharClass::Space => action::SPACE,
            CharClass::NumberMark => action::NUMBER_MARK,
            CharClass::Deleted if code_point == ZWNJ => self.joiner,
            CharClass::Deleted => action::DELETED,
            CharClass::Mark if code_point >= 0x653 && code_point <= 0x655 => action::HAMZA,
            CharClass::Mark => action::MARK,
            CharClass::Small => action::SMALL,
            CharClass::Tatweel => action::TATWEEL,
            CharClass::Digit(value) => b'0' + value,
            CharClass::Arabic => self.letter_action(code_point),
            // Only ASCII fits one byte; every other letter is written as UTF-8 by the walk.
            CharClass::Upper(lower) if lower < 0x80 => lower as u8,
            CharClass::Letter if code_point < 0x80 => code_point as u8,
            _ => action::RARE,
        }
    }

    /// The table byte of an Arabic letter.
    const fn letter_action(&self, letter: u32) -> u8 {
        match self.letter(letter) {
            Some(_) if self.splits(letter) => action::RARE,
            None => action::DROPPED,
            // These letters depend on the next one, so the walk decides their folded form.
            Some(_) if matches!(self.language, Language::Ar) && (letter == 0x629 || letter == 0x6C3) => action::TEH,
            Some(_) if matches!(self.language, Language::Ckb) && letter == 0x647 => action::KURDISH_HEH,
            Some(folded) if alphabet::code(folded) != 0 => alphabet::code(folded),
            Some(_) => action::RARE,
        }
    }

    /// Fills the tables from the other fields.
    const fn with_tables(mut self) -> Self {
        let mut place = 0;
        while place < 256 {
            self.arabic[place] = self.action(0x600 + place as u32);
            if place < 128 {
                self.ascii[place] = self.action(place as u32);
            }
            if place < 64 {
                self.latin[place] = self.action(0x80 + place as u32);
                self.punctuation[place] = self.action(0x2000 + place as u32);
            }
            place += 1;
        }

        self.compact = CompactTables::of(self.ascii, self.arabic, self.latin, self.punctuation);
        self
    }
}

/// Which of U+0653–U+0655 follow a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct HamzaMarks {
    /// Hamza above, U+0654.
    pub above: bool,
    /// Madda, U+0653.
    pub madda: bool,
    /// Hamza below, U+0655.
    pub below: bool,
}

/// The defaults that every rule set starts from.
const BASE: FoldRules = FoldRules {
    arabic: [0; 256],
    ascii: [0; 128],
    latin: [0; 64],
    punctuation: [0; 64],
    compact: CompactTables::EMPTY,
    joiner: action::DELETED,
    folds: true,
    runs: true,
    weak: [0; 4],
    arabic_words: false,
    affixes: false,
    quran: false,
    heh_hamza: 0x647,
    language: Language::Other,
    aggressive: false,
};

static NONE: FoldRules = FoldRules { folds: false, runs: false, ..BASE }.with_tables();
static LIGHT: FoldRules = FoldRules { runs: false, ..BASE }.with_tables();

const ARABIC_RULES: FoldRules =
    FoldRules { weak: [ALEF, WAW, YEH, HEH], arabic_words: true, language: Language::Ar, ..BASE };
static ARABIC: FoldRules = ARABIC_RULES.with_tables();
static AGGRESSIVE: FoldRules = FoldRules { aggressive: true, quran: true, ..ARABIC_RULES }.with_tables();

static PERSIAN: FoldRules =
    FoldRules { weak: [ALEF, WAW, FARSI_YEH, HEH], affixes: true, language: Language::Fa, ..BASE }.with_tables();
static URDU: FoldRules =
    FoldRules { weak: [ALEF, WAW, FARSI_YEH, HEH_GOAL], heh_hamza: 0x6C2, language: Language::Ur, ..BASE }
        .with_tables();
static KURDISH: FoldRules = FoldRules { joiner: action::KURDISH_JOINER, language: Language::Ckb, ..BASE }.with_tables();
static PASHTO: FoldRules =
    FoldRules { joiner: action::SPACE, heh_hamza: 0x6C0, language: Language::Ps, ..BASE }.with_tables();
static UYGHUR: FoldRules = FoldRules { language: Language::Ug, ..BASE }.with_tables();

/// Arabic: one alef, one yeh, one kaf, one heh, one hamza; `aggressive` drops the hamza and the foreign letters.
const fn arabic(letter: u32, aggressive: bool) -> Option<u32> {
    let folded = match letter {
        0x622 | 0x623 | 0x625 | 0x671 | 0x672 | 0x673 | 0x675 | 0x870..=0x882 => 0x627,
        0x6D3 => 0x626,
        0x649 | 0x6CC | 0x6CD | 0x6CE | 0x6D0 | 0x6D1 | 0x6D2 => 0x64A,
        0x620 | 0x63D | 0x63E | 0x63F | 0x777 | 0x8A8 | 0x8A9 => 0x64A,
        0x6A9 | 0x6AA | 0x63B | 0x63C | 0x6AC | 0x6AE | 0x77F => 0x643,
        0x6C0 | 0x6C1 | 0x6C2 | 0x6BE | 0x6D5 | 0x6FF | 0x629 | 0x6C3 => 0x647,
        other => other,
    };

    // Only `aggressive` tells the carriers of hamza apart, so that each can lose its hamza.
    Some(match (folded, aggressive) {
        (0x624 | 0x626, false) => 0x621,
        (0x621, true) => return None,
        (0x624, true) => 0x648,
        (0x626, true) => 0x64A,
        (0x67E, true) => 0x628,
        (0x686, true) => 0x62C,
        (0x6A4 | 0x6A2, true) => 0x641,
        (0x6AF | 0x6AD, true) => 0x643,
        (0x698, true) => 0x632,
        (0x6A7, true) => 0x642,
        (0x6BA, true) => 0x646,
        (other, _) => other,
    })
}

/// Persian: Arabic yeh, kaf and heh become the Persian ones; alef loses its hamza but keeps a madda; one carrier of
/// hamza.
const fn persian(letter: u32) -> u32 {
    match letter {
        0x623 | 0x625 | 0x671 => 0x627,
        0x64A | 0x649 => 0x6CC,
        0x643 | 0x6AA => 0x6A9,
        0x629 | 0x6C0 | 0x6C1 | 0x6C2 | 0x6C3 | 0x6BE | 0x6D5 => 0x647,
        0x624 => 0x626,
        other => other,
    }
}

/// Urdu: letters of an Arabic keyboard become their Urdu counterparts; nothing else changes.
const fn urdu(letter: u32) -> u32 {
    match letter {
        0x671 => 0x627,
        0x64A | 0x649 => 0x6CC,
        0x643 | 0x6AA => 0x6A9,
        0x647 | 0x6D5 => 0x6C1,
        0x6C0 => 0x6C2,
        0x629 => 0x6C3,
        other => other,
    }
}

/// Central Kurdish: yeh and kaf of an Arabic keyboard become the Kurdish ones. The walk decides the heh by its place.
const fn kurdish(letter: u32) -> u32 {
    match letter {
        0x64A | 0x649 => 0x6CC,
        0x643 | 0x6AA => 0x6A9,
        other => other,
    }
}

/// Pashto: the five yehs stay distinct; Persian gaf becomes the Pashto one; one heh, with and without hamza.
const fn pashto(letter: u32) -> u32 {
    match letter {
        0x649 => 0x6CC,
        0x643 | 0x6AA => 0x6A9,
        0x6AF => 0x6AB,
        0x6C1 | 0x6D5 => 0x647,
        0x6C2 => 0x6C0,
        other => other,
    }
}

/// Uyghur: ى and ە are vowels of their own; Persian kaf and Arabic heh are typing variants.
const fn uyghur(letter: u32) -> u32 {
    match letter {
        0x6A9 | 0x6AA => 0x643,
        0x647 | 0x6C1 => 0x6BE,
        other => other,
    }
}
