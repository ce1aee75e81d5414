//! The walk: reads the bytes of a text once and pushes tokens into a sink. It defines folding; the kernels equal it.
//!
//! Loops over runs of Arabic and ASCII letters look up one table byte a character and write the compact bytes of the
//! token into a reused buffer. All other characters go through [`FoldWalk::step`] one at a time, and the rare ones to
//! `rare.rs`. Rules that look ahead (a letter after teh marbuta, a digit after a mark, a hamza after its letter) are
//! kept as state, so that deleted characters and expansions between need no special case and the time is linear. Word
//! rules act when the token is complete; a common token passes one cheap test.

mod rare;

use crate::document::Span;

use super::persian_affixes::AffixJoiner;
use super::rules::{AE, FoldRules, HEH_DOACHASHMEE, HamzaMarks};
use super::sink::TokenSink;
use super::{action, alphabet, word_rules};

/// The kind of characters of a token; a border between Arabic and anything else ends the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TokenGroup {
    Arabic,
    Digits,
    Other,
}

/// The last character that was not deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LastChar {
    Separator,
    Arabic,
    Teh,
    KurdishHeh,
    Digit,
    Other,
}

/// A mark after a digit: its meaning is decided when the digits after it have been counted.
#[derive(Debug, Clone, Copy, Default)]
struct NumberMark {
    /// Whether it can be a decimal mark.
    decimal: bool,
    /// Length of the token before it.
    len: usize,
    /// End of the token before it, in the text.
    end: usize,
    /// Start of the first digit after it.
    next: usize,
    /// Digits after it.
    digits: usize,
}

/// Reasons why a token needs [`FoldWalk::finish_token`].
mod attention {
    /// A [`super::NumberMark`] is open.
    pub(super) const NUMBER: u8 = 1;
    /// Detached waws wait for a word.
    pub(super) const WAWS: u8 = 2;
    /// The token ends with a Central Kurdish heh.
    pub(super) const HEH: u8 = 4;
}

// Values of `FoldWalk::base` besides a letter.

/// No letter that a mark could belong to.
const NO_BASE: u32 = 0;

/// Teh marbuta: marks belong to it, but none composes with it.
const NO_COMPOSITION: u32 = 0x629;

/// The last letter before [`FoldWalk::run_end`], not looked up yet: few letters have a hamza mark.
const BASE_IN_RUN: u32 = 1;

/// The folded form of teh marbuta.
const TEH_FOLDED: u32 = 0x647;

/// The buffers of a walk, reused from text to text.
#[derive(Debug, Default)]
pub(super) struct WalkBuffers {
    /// The token under construction.
    token: Vec<u8>,
    /// Detached waws that wait for a word.
    waws: Vec<Span>,
}

/// One walk over a text. Its sink is called through a pointer: the kernels fold most text, and a walk for each kind of
/// sink is half a megabyte of program.
pub(super) struct FoldWalk<'t> {
    rules: &'static FoldRules,
    text: &'t str,
    sink: &'t mut dyn TokenSink,
    /// The token under construction is the first `len` bytes.
    token: &'t mut Vec<u8>,
    len: usize,
    /// Its first byte in the text, and the byte after its last.
    start: usize,
    end: usize,
    group: TokenGroup,
    last: LastChar,
    /// The last letter of the text while marks after it belong to it: a code point, or one of the values above.
    base: u32,
    /// End of the last run of letters and plain marks.
    run_end: usize,
    /// Hamza marks after `base`.
    marks: HamzaMarks,
    /// The open number mark, if [`attention::NUMBER`] is set.
    number: NumberMark,
    /// A break lies between the last token and the one under construction.
    broken: bool,
    /// Bits of [`attention`].
    attention: u8,
    waws: &'t mut Vec<Span>,
}

/// Pushes the tokens of `text`, in which entities and URLs are rewritten already.
pub(super) fn walk(rules: &'static FoldRules, text: &str, buffers: &mut WalkBuffers, sink: &mut dyn TokenSink) {
    if rules.affixes {
        let mut joiner = AffixJoiner::new(rules, text, sink);
        FoldWalk::new(rules, text, buffers, &mut joiner).run();
        joiner.finish();
    } else {
        FoldWalk::new(rules, text, buffers, sink).run();
    }
}

/// Pushes the tokens that begin in `from..until`, and further ones while a rule connects them. `from` follows a
/// separator or is 0. Returns the place where it stopped: one that follows a separator, or the end of the text.
pub(super) fn walk_piece(
    rules: &'static FoldRules,
    text: &str,
    (from, until): (usize, usize),
    buffers: &mut WalkBuffers,
    sink: &mut dyn TokenSink,
) -> usize {
    FoldWalk::new(rules, text, buffers, sink).run_piece(from, until)
}

/// Whether an ASCII byte is white space or a break: only the rule of detached waws looks across one.
pub(super) fn is_separator(rules: &FoldRules, byte: u8) -> bool {
    rules.ascii.get(usize::from(byte)).is_some_and(|&code| matches!(code, action::SPACE | action::BREAK))
}

/// The place in [`FoldRules::arabic`] of a character of two bytes whose lead is 0xD8–0xDB.
#[inline]
const fn arabic_index(lead: u8, trail: u8) -> usize {
    ((lead & 3) as usize) << 6 | (trail & 0x3F) as usize
}

impl<'t> FoldWalk<'t> {
    fn new(
        rules: &'static FoldRules,
        text: &'t str,
        buffers: &'t mut WalkBuffers,
        sink: &'t mut dyn TokenSink,
    ) -> Self {
        let WalkBuffers { token, waws } = buffers;
        // Room for a common token and for the eight-byte load of its test.
        if token.len() < 64 {
            token.resize(64, 0);
        }
        waws.clear();

        Self {
            rules,
            text,
            sink,
            token,
            len: 0,
            start: 0,
            end: 0,
            group: TokenGroup::Other,
            last: LastChar::Separator,
            base: NO_BASE,
            run_end: 0,
            marks: HamzaMarks::default(),
            number: NumberMark::default(),
            broken: true,
            attention: 0,
            waws,
        }
    }

    /// Walks over the whole text.
    fn run(mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;

        while let Some(&lead) = bytes.get(at) {
            at = self.advance(lead, at);
        }

        self.flush();
        self.release_waws();
    }

    /// Walks from `from` to the first place from `until` on where the state is that of a new walk.
    fn run_piece(mut self, from: usize, until: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = from;

        while let Some(&lead) = bytes.get(at) {
            // A walk from here gives the same tokens as this one.
            if at >= until && self.is_initial() && (at == until || is_separator(self.rules, bytes[at - 1])) {
                return at;
            }
            at = self.advance(lead, at);
        }

        self.flush();
        self.release_waws();
        bytes.len()
    }

    /// Whether no character before this place can affect a later token.
    fn is_initial(&self) -> bool {
        self.len == 0 && self.attention == 0 && self.last == LastChar::Separator
    }

    /// Takes the character at `at`, or the run that begins with it. Returns the place after it.
    #[inline(always)]
    fn advance(&mut self, lead: u8, at: usize) -> usize {
        match lead {
            0xD8..=0xDB => self.arabic(at),
            0..=0x7F => self.ascii(at),
            0xC2 => self.narrow(at),
            _ => self.wide(at),
        }
    }

    /// A run of Arabic letters and plain marks, or one other character of U+0600–U+06FF. Returns the place after it.
    #[inline(always)]
    fn arabic(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let rules = self.rules;
        let mut rest = &bytes[at..];
        let [lead, trail, ..] = *rest else { return bytes.len() };
        let first = rules.arabic[arabic_index(lead, trail)];

        if first < 0x80 {
            self.apply(first, 0x600 + arabic_index(lead, trail) as u32, at, at + 2);
            return at + 2;
        }

        self.enter_arabic(at);

        let mut len = self.len;
        let mut stop = action::DELETED;
        while let [lead @ 0xD8..=0xDB, trail, after @ ..] = rest {
            let code = rules.arabic[arabic_index(*lead, *trail)];
            if code < action::MARK {
                stop = code;
                break;
            }
            let Some(slot) = self.token.get_mut(len) else {
                self.grow(len);
                continue;
            };
            // A mark is written too, but the next character overwrites it: no branch for the two kinds.
            *slot = code;
            len += usize::from(code >> 7);
            rest = after;
        }

        self.len = len;
        // Marks after the run belong to its last letter.
        self.base = BASE_IN_RUN;
        self.last = LastChar::Arabic;
        self.end = bytes.len() - rest.len();
        self.run_end = self.end;

        // Every fifth word ends with teh marbuta, so it is treated here and not in `apply`.
        if stop == action::TEH {
            self.push(alphabet::code(TEH_FOLDED));
            (self.base, self.last) = (NO_COMPOSITION, LastChar::Teh);
            self.end += 2;
        }

        self.end
    }

    /// A run of ASCII letters or digits, or one other ASCII character. Returns the place after it.
    #[inline(always)]
    fn ascii(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let code = self.rules.ascii[usize::from(bytes[at] & 0x7F)];

        match code {
            action::SPACE => self.separate(false),
            action::BREAK => self.separate(true),
            action::NUMBER_MARK => self.number_mark(bytes[at]),
            b'0'..=b'9' => self.digit(code, at, at + 1),
            _ => return self.ascii_letters(at),
        }

        at + 1
    }

    /// A run of ASCII letters. Returns the place after it.
    #[inline]
    fn ascii_letters(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let rules = self.rules;
        self.enter_other(TokenGroup::Other, at);

        let mut rest = &bytes[at..];
        let mut len = self.len;
        while let [byte @ 0..=0x7F, after @ ..] = rest {
            let code = rules.ascii[usize::from(*byte)];
            // Below the letters: digits and actions.
            if code < b'A' {
                break;
            }
            let Some(slot) = self.token.get_mut(len) else {
                self.grow(len);
                continue;
            };
            *slot = code;
            len += 1;
            rest = after;
        }

        self.len = len;
        self.last = LastChar::Other;
        self.end = bytes.len() - rest.len();
        self.end
    }

    /// A character of U+0080–U+00BF, mostly guillemets and no-break spaces. Returns the place after it.
    fn narrow(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        // The lead byte 0xC2 always has a trail byte in UTF-8.
        let trail = bytes.get(at + 1).map_or(0, |trail| trail & 0x3F);
        let code = self.rules.latin[usize::from(trail)];
        self.apply(code, 0x80 + u32::from(trail), at, at + 2);
        at + 2
    }

    /// Any other character. Returns the place after it.
    fn wide(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        // U+2000–U+203F: quotation marks, dashes and joiners are common enough for a table.
        if let [0xE2, 0x80, trail, ..] = bytes[at..] {
            let place = trail & 0x3F;
            self.apply(self.rules.punctuation[usize::from(place)], 0x2000 + u32::from(place), at, at + 3);
            return at + 3;
        }

        let Some(character) = self.text.get(at..).and_then(|rest| rest.chars().next()) else { return bytes.len() };
        let end = at + character.len_utf8();
        self.step(u32::from(character), at, end);
        end
    }

    /// Carries out the table byte `code` of the character `code_point` at `start..end`.
    fn apply(&mut self, code: u8, code_point: u32, start: usize, end: usize) {
        match code {
            action::DELETED => {}
            action::SPACE => self.separate(false),
            action::BREAK => self.separate(true),
            action::NUMBER_MARK => self.number_mark_of(code_point),
            action::TATWEEL => self.tatweel(start, end),
            action::SMALL | action::DROPPED => self.base = NO_BASE,
            action::HAMZA => self.hamza(code_point, end),
            action::MARK => self.mark(end),
            action::TEH => self.letter(alphabet::code(TEH_FOLDED), code_point, LastChar::Teh, start, end),
            action::KURDISH_HEH => {
                // Undecided until the next character or the end of the token.
                self.letter(HEH_DOACHASHMEE, code_point, LastChar::KurdishHeh, start, end);
                self.attention |= attention::HEH;
            }
            action::KURDISH_JOINER => self.settle_heh(AE),
            b'0'..=b'9' => self.digit(code, start, end),
            // `MARK` is 0x7F, so only letter codes remain from 0x80 on.
            0x80.. => self.letter(code, code_point, LastChar::Arabic, start, end),
            action::RARE => self.rare(code_point, start, end),
            // ASCII letters.
            _ => self.other_letter(u32::from(code), start, end),
        }
    }

    /// A character outside the tables, or one code point of an expansion.
    fn step(&mut self, code_point: u32, start: usize, end: usize) {
        let code = match code_point {
            0x600..=0x6FF => self.rules.arabic[code_point as usize - 0x600],
            _ => self.rules.action(code_point),
        };

        self.apply(code, code_point, start, end);
    }

    /// An Arabic letter whose folded form is `code`.
    fn letter(&mut self, code: u8, code_point: u32, last: LastChar, start: usize, end: usize) {
        self.enter_arabic(start);
        self.push(code);
        self.base = code_point;
        self.marks = HamzaMarks::default();
        self.last = last;
        self.end = end;
    }

    /// A letter or number of another script.
    fn other_letter(&mut self, code_point: u32, start: usize, end: usize) {
        self.enter_other(TokenGroup::Other, start);
        self.push_character(code_point);
        self.last = LastChar::Other;
        self.end = end;
    }

    /// Begins or continues a token with an Arabic letter at `at`.
    #[inline(always)]
    fn enter_arabic(&mut self, at: usize) {
        if self.len == 0 {
            self.start = at;
            self.group = TokenGroup::Arabic;
        } else if self.last != LastChar::Arabic {
            self.cross_into_arabic(at);
        }
    }

    /// An Arabic letter after another character of the same token: ends the token at a border between words.
    fn cross_into_arabic(&mut self, at: usize) {
        if self.attention & attention::NUMBER != 0 {
            self.resolve_number();
        }
        // A letter follows, so the Central Kurdish heh stays a consonant.
        self.attention &= !attention::HEH;

        if self.last == LastChar::Teh || (self.rules.folds && self.group != TokenGroup::Arabic) {
            self.flush();
        }

        if self.len == 0 {
            self.start = at;
            self.group = TokenGroup::Arabic;
        }
    }

    /// Begins or continues a token with a digit or a letter of another script at `at`.
    #[inline]
    fn enter_other(&mut self, group: TokenGroup, at: usize) {
        if self.attention & attention::NUMBER != 0 && group == TokenGroup::Other {
            self.resolve_number();
        }
        // A script border ends a token, under the profiles that fold.
        if self.group == TokenGroup::Arabic && self.rules.folds {
            self.flush();
        }

        if self.len == 0 {
            self.start = at;
            self.group = group;
        } else if self.group == TokenGroup::Digits {
            self.group = group;
        }
    }

    /// A decimal digit, as ASCII.
    fn digit(&mut self, code: u8, start: usize, end: usize) {
        self.enter_other(TokenGroup::Digits, start);

        if self.attention & attention::NUMBER != 0 {
            if self.number.digits == 0 {
                self.number.next = start;
            }
            self.number.digits += 1;
        }

        self.push(code);
        self.last = LastChar::Digit;
        self.end = end;
    }

    /// An ASCII number mark.
    #[inline]
    fn number_mark(&mut self, mark: u8) {
        if self.last == LastChar::Digit { self.number_mark_of(u32::from(mark)) } else { self.separate(true) }
    }

    /// A mark that may be part of a number: opens a [`NumberMark`] after a digit, else separates.
    fn number_mark_of(&mut self, mark: u32) {
        if self.attention & attention::NUMBER != 0 {
            self.resolve_number();
        }

        if self.last != LastChar::Digit || !self.rules.folds {
            self.separate(true);
            return;
        }

        // The other marks can only be thousands marks.
        let decimal = mark == u32::from('.') || mark == 0x66B;
        self.number = NumberMark { decimal, len: self.len, end: self.end, next: 0, digits: 0 };
        self.attention |= attention::NUMBER;
        self.last = LastChar::Other;
    }

    /// Whether a mark here belongs to the letter before it.
    fn has_base(&self) -> bool {
        self.base != NO_BASE && matches!(self.last, LastChar::Arabic | LastChar::Teh | LastChar::KurdishHeh)
    }

    /// An Arabic mark that composes with nothing.
    fn mark(&mut self, end: usize) {
        if self.has_base() {
            self.end = end;
        }
    }

    /// A separator, which ends a token: white space, or (`broken`) a break.
    #[inline]
    fn separate(&mut self, broken: bool) {
        self.flush();
        self.broken |= broken;
        self.last = LastChar::Separator;
    }

    /// Appends a byte to the token.
    #[inline]
    fn push(&mut self, code: u8) {
        if self.len == self.token.len() {
            self.grow(self.len);
        }
        self.token[self.len] = code;
        self.len += 1;
    }

    /// Makes room for more than `len` bytes of the token.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, len: usize) {
        self.token.resize((len + 1).next_power_of_two().max(64) * 2, 0);
    }

    /// Ends the token under construction, if there is one.
    #[inline(always)]
    fn flush(&mut self) {
        if self.len == 0 {
            return;
        }

        // Words with a rare rule are told apart by one test without a branch.
        let arabic = self.group == TokenGroup::Arabic && self.rules.runs;
        if self.attention != 0 || (arabic && word_rules::is_suspicious(self.token, self.len)) {
            self.finish_token();
        } else {
            self.deliver();
        }
    }

    /// Pushes the token without further rules.
    #[inline(always)]
    fn deliver(&mut self) {
        self.sink.token_in(self.token, self.len, Span::new(self.start, self.end));
        self.len = 0;
        self.broken = false;
    }
}
