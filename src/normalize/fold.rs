//! The fold core: one walk over the bytes, tokens into a sink.
//!
//! Common characters are one table lookup each, in loops over runs of Arabic letters, ASCII letters and digits; the word
//! under construction lies in a reused buffer as compact bytes. Everything else goes through [`FoldWalk::step`], one
//! character at a time. Rules that look ahead in their wording (a letter after teh marbuta, a digit after a mark, a
//! hamza after its letter) are kept as state instead, so that deleted characters and expansions between are no special
//! case and the time is linear. All word rules act when the token is complete; a common token passes one cheap test.

use crate::document::Span;

use super::class::{CharClass, class, class_unfolded, is_digit};
use super::rules::{AE, FoldRules, HEH_DOACHASHMEE, HamzaMarks, WAW, action};
use super::{FoldScratch, TokenSink, alphabet, words};

/// What the characters of a token are; a border between Arabic and anything else ends the token.
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

/// A mark after a digit: what it is shows only when the digits after it have been counted.
#[derive(Debug, Clone, Copy, Default)]
struct NumberMark {
    /// Whether it is a decimal mark if it is no thousands mark.
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

/// Reasons why a token cannot simply be pushed.
mod attention {
    /// A [`super::NumberMark`] is open.
    pub(super) const NUMBER: u8 = 1;
    /// Detached waws wait for a word.
    pub(super) const WAWS: u8 = 2;
    /// The token ends with a Central Kurdish heh.
    pub(super) const HEH: u8 = 4;
}

/// No letter that a mark could compose with.
const NO_BASE: u32 = 0;

/// A letter that no mark composes with, but that marks belong to: teh marbuta.
const NO_COMPOSITION: u32 = 0x629;

/// What teh marbuta becomes.
const TEH_FOLDED: u32 = 0x647;

/// The last letter before [`FoldWalk::run_end`], not yet looked up: few letters are ever asked for.
const BASE_IN_RUN: u32 = 1;

/// One walk over a text.
pub(super) struct FoldWalk<'t, S> {
    rules: &'static FoldRules,
    text: &'t str,
    sink: &'t mut S,
    /// The token under construction is the first `len` bytes.
    token: &'t mut Vec<u8>,
    len: usize,
    start: usize,
    end: usize,
    group: TokenGroup,
    last: LastChar,
    /// The last letter as written, while marks after it can reach it.
    base: u32,
    /// Where the last run of letters and plain marks ended.
    run_end: usize,
    marks: HamzaMarks,
    number: NumberMark,
    /// A break stands between the last token and the one under construction.
    broken: bool,
    attention: u8,
    waws: &'t mut Vec<Span>,
}

/// Pushes the tokens of `text`, whose entities and URLs are gone already.
pub(super) fn walk<S: TokenSink>(rules: &'static FoldRules, text: &str, scratch: &mut FoldScratch, sink: &mut S) {
    FoldWalk::new(rules, text, scratch, sink).run();
}

/// Pushes the tokens that begin in `from..until`, both of which follow a plain separator (or are the ends of the text),
/// and those that the last of them join. Returns where it stopped: a place that follows a plain separator too, or the
/// end of the text.
pub(super) fn walk_piece<S: TokenSink>(
    rules: &'static FoldRules,
    text: &str,
    (from, until): (usize, usize),
    scratch: &mut FoldScratch,
    sink: &mut S,
) -> usize {
    FoldWalk::new(rules, text, scratch, sink).run_piece(from, until)
}

/// Whether an ASCII byte is white space or a break, where no rule but that of detached waws looks across.
pub(super) fn is_separator(rules: &FoldRules, byte: u8) -> bool {
    rules.ascii.get(usize::from(byte)).is_some_and(|&code| matches!(code, action::SPACE | action::BREAK))
}

/// The place in [`FoldRules::arabic`] of a character of two bytes whose lead is 0xD8–0xDB.
#[inline]
const fn arabic_index(lead: u8, trail: u8) -> usize {
    ((lead & 3) as usize) << 6 | (trail & 0x3F) as usize
}

impl<'t, S: TokenSink> FoldWalk<'t, S> {
    fn new(rules: &'static FoldRules, text: &'t str, scratch: &'t mut FoldScratch, sink: &'t mut S) -> Self {
        if scratch.token.len() < 64 {
            scratch.token.resize(64, 0);
        }
        scratch.waws.clear();
        Self {
            rules,
            text,
            sink,
            token: &mut scratch.token,
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
            waws: &mut scratch.waws,
        }
    }

    fn run(mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(&lead) = bytes.get(at) {
            at = self.advance(lead, at);
        }
        self.flush();
        self.release_waws();
    }

    fn run_piece(mut self, from: usize, until: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = from;
        while let Some(&lead) = bytes.get(at) {
            if at >= until && self.rests() && (at == until || is_separator(self.rules, bytes[at - 1])) {
                return at;
            }
            at = self.advance(lead, at);
        }
        self.flush();
        self.release_waws();
        bytes.len()
    }

    /// Whether nothing before this place can reach what comes after it.
    fn rests(&self) -> bool {
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
            *slot = code;
            len += usize::from(code >> 7);
            rest = after;
        }
        self.len = len;
        self.base = BASE_IN_RUN;
        self.last = LastChar::Arabic;
        self.end = bytes.len() - rest.len();
        self.run_end = self.end;
        // Every fifth word ends with teh marbuta: not worth a call.
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

    /// A character of U+0080–U+00BF: guillemets and no-break spaces mostly.
    fn narrow(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let trail = bytes.get(at + 1).map_or(0, |trail| trail & 0x3F);
        let code = self.rules.latin[usize::from(trail)];
        self.apply(code, 0x80 + u32::from(trail), at, at + 2);
        at + 2
    }

    /// Any other character.
    fn wide(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
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

    /// What an action means, for the character `code_point` at `[start, end)`.
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
                self.letter(HEH_DOACHASHMEE, code_point, LastChar::KurdishHeh, start, end);
                self.attention |= attention::HEH;
            }
            action::KURDISH_JOINER => self.settle_heh(AE),
            b'0'..=b'9' => self.digit(code, start, end),
            0x80.. => self.letter(code, code_point, LastChar::Arabic, start, end),
            action::RARE => self.rare(code_point, start, end),
            _ => self.other_letter(u32::from(code), start, end),
        }
    }

    /// A character that no table lists, or one of the characters that another stands for.
    fn step(&mut self, code_point: u32, start: usize, end: usize) {
        let code = match code_point {
            0x600..=0x6FF => self.rules.arabic[code_point as usize - 0x600],
            _ => self.rules.action(code_point),
        };
        self.apply(code, code_point, start, end);
    }

    /// A character whose folded form is no single byte.
    #[cold]
    fn rare(&mut self, code_point: u32, start: usize, end: usize) {
        let class = if self.rules.folds { class(code_point) } else { class_unfolded(code_point) };
        match class {
            CharClass::Expands(parts) => parts.iter().for_each(|&part| self.step(part, start, end)),
            CharClass::Upper(lower) => self.other_letter(lower, start, end),
            CharClass::Arabic => self.wide_arabic(code_point, start, end),
            CharClass::Combining => self.combining(code_point, start, end),
            // The one character whose lower case is two.
            _ if code_point == 0x130 && self.rules.folds => {
                self.other_letter(u32::from('i'), start, end);
                self.push_character(0x307);
            }
            _ => self.other_letter(code_point, start, end),
        }
    }

    /// An Arabic letter with no code of its own in the compact alphabet.
    fn wide_arabic(&mut self, letter: u32, start: usize, end: usize) {
        self.enter_arabic(start);
        self.push_character(self.rules.letter(letter).unwrap_or(letter));
        self.base = letter;
        self.marks = HamzaMarks::default();
        self.last = LastChar::Arabic;
        self.end = end;
    }

    /// An Arabic letter, as `code`.
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

    /// A combining mark of another script: belongs to whatever token it follows.
    fn combining(&mut self, code_point: u32, start: usize, end: usize) {
        if self.len == 0 {
            self.enter_other(TokenGroup::Other, start);
        }
        if self.attention & attention::NUMBER != 0 {
            self.resolve_number();
            if self.len == 0 {
                self.enter_other(TokenGroup::Other, start);
            }
        }
        self.attention &= !attention::HEH;
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

    /// An Arabic letter after something else in the same token: ends the token where words are known to be glued.
    fn cross_into_arabic(&mut self, at: usize) {
        if self.attention & attention::NUMBER != 0 {
            self.resolve_number();
        }
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

    #[inline]
    fn number_mark(&mut self, mark: u8) {
        if self.last == LastChar::Digit { self.number_mark_of(u32::from(mark)) } else { self.separate(true) }
    }

    /// A mark that may stand inside a number.
    fn number_mark_of(&mut self, mark: u32) {
        if self.attention & attention::NUMBER != 0 {
            self.resolve_number();
        }
        if self.last != LastChar::Digit || !self.rules.folds {
            self.separate(true);
            return;
        }
        let decimal = mark == u32::from('.') || mark == 0x66B;
        self.number = NumberMark { decimal, len: self.len, end: self.end, next: 0, digits: 0 };
        self.attention |= attention::NUMBER;
        self.last = LastChar::Other;
    }

    /// Decides what the open mark was: a thousands mark before exactly three digits, a decimal mark, or a separator.
    #[cold]
    fn resolve_number(&mut self) {
        self.attention &= !attention::NUMBER;
        let NumberMark { decimal, len, end, next, digits } = self.number;
        if digits == 3 {
            return;
        }
        if digits > 0 && decimal {
            self.push(0);
            self.token.copy_within(len..self.len - 1, len + 1);
            self.token[len] = b'.';
            return;
        }
        let (after, last_end) = (len..self.len, self.end);
        (self.len, self.end) = (len, end);
        self.flush();
        self.token.copy_within(after.clone(), 0);
        (self.len, self.start, self.end) = (after.len(), next, last_end);
        self.group = TokenGroup::Digits;
        self.broken = true;
    }

    /// A tatweel between two digits is a dash; anywhere else it is nothing.
    #[cold]
    fn tatweel(&mut self, start: usize, end: usize) {
        let before = self.text.get(..start).and_then(|text| text.chars().next_back());
        let after = self.text.get(end..).and_then(|text| text.chars().next());
        if before.is_some_and(|c| is_digit(c, true)) && after.is_some_and(|c| is_digit(c, false)) {
            self.separate(true);
        }
        if self.attention & attention::HEH != 0 {
            // The tatweel says which heh this is, so it belongs to the token.
            self.end = end;
            self.settle_heh(HEH_DOACHASHMEE);
        }
    }

    /// Decides the Central Kurdish heh at the end of the token, if there is one.
    fn settle_heh(&mut self, code: u8) {
        if self.attention & attention::HEH != 0 {
            self.attention &= !attention::HEH;
            self.last = LastChar::Arabic;
            self.token[self.len - 1] = code;
        }
    }

    /// Whether a mark here belongs to the letter before it.
    fn has_base(&self) -> bool {
        self.base != NO_BASE && matches!(self.last, LastChar::Arabic | LastChar::Teh | LastChar::KurdishHeh)
    }

    fn mark(&mut self, end: usize) {
        if self.has_base() {
            self.end = end;
        }
    }

    /// A hamza or madda: the letter before it, as it was written, becomes the composed letter.
    fn hamza(&mut self, mark: u32, end: usize) {
        if !self.has_base() {
            return;
        }
        self.end = end;
        if self.base == BASE_IN_RUN {
            self.find_base();
        }
        match mark {
            0x653 => self.marks.madda = true,
            0x654 => self.marks.above = true,
            _ => self.marks.below = true,
        }
        let composed = self.rules.compose(self.base, self.marks);
        if composed != self.base {
            let code = self.rules.arabic[(composed & 0xFF) as usize];
            self.token[self.len - 1] = code;
        }
    }

    /// Looks up the last letter of the run that ended at `run_end`.
    fn find_base(&mut self) {
        let run = self.text.as_bytes().get(..self.run_end).unwrap_or_default();
        let mut indices = run.rchunks_exact(2).map(|pair| arabic_index(pair[0], pair[1]));
        let letter = indices.find(|&index| self.rules.arabic[index] >= 0x80);
        self.base = letter.map_or(NO_BASE, |index| 0x600 + index as u32);
        self.marks = HamzaMarks::default();
    }

    /// White space (`broken`: anything else) that ends a token.
    #[inline]
    fn separate(&mut self, broken: bool) {
        self.flush();
        self.broken |= broken;
        self.last = LastChar::Separator;
    }

    #[inline]
    fn push(&mut self, code: u8) {
        if self.len == self.token.len() {
            self.grow(self.len);
        }
        self.token[self.len] = code;
        self.len += 1;
    }

    #[cold]
    fn push_character(&mut self, code_point: u32) {
        match alphabet::code(code_point) {
            0 => {
                let character = char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER);
                character.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| self.push(byte));
            }
            code => self.push(code),
        }
    }

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
        let arabic = self.group == TokenGroup::Arabic && self.rules.runs;
        if self.attention != 0 || (arabic && words::is_suspicious(self.token, self.len)) {
            self.finish_token();
        } else {
            self.deliver();
        }
    }

    /// Pushes the token as it stands.
    #[inline(always)]
    fn deliver(&mut self) {
        self.sink.token_in(self.token, self.len, Span::new(self.start, self.end));
        self.len = 0;
        self.broken = false;
    }

    /// Applies the rare rules to the token, then pushes it or, if it is a detached waw, holds it back.
    #[inline(never)]
    fn finish_token(&mut self) {
        if self.attention & attention::NUMBER != 0 {
            self.resolve_number();
            if self.len == 0 {
                return;
            }
        }
        self.settle_heh(AE);
        let arabic = self.group == TokenGroup::Arabic;
        if arabic && self.rules.runs {
            self.len = words::collapse_runs(&mut self.token[..self.len], &self.rules.weak);
        }
        if self.rules.arabic_words {
            if self.holds_waw() {
                return;
            }
            if arabic {
                self.len = words::settle(&mut self.token[..self.len], &self.rules.weak);
            }
        }
        self.deliver();
    }

    /// Holds back a detached waw (true), or joins those held back with the word after them.
    fn holds_waw(&mut self) -> bool {
        if self.broken {
            self.release_waws();
        }
        if self.token[..self.len] == [WAW] {
            self.waws.push(Span::new(self.start, self.end));
            self.attention |= attention::WAWS;
            self.len = 0;
            self.broken = false;
            return true;
        }
        if let (TokenGroup::Arabic, Some(first)) = (self.group, self.waws.first()) {
            self.start = first.start;
            // A run of three folds as any longer one.
            let count = self.waws.len().min(3);
            (0..count).for_each(|_| self.push(0));
            self.token.copy_within(..self.len - count, count);
            self.token[..count].fill(WAW);
            self.waws.clear();
            self.attention &= !attention::WAWS;
        }
        self.release_waws();
        false
    }

    /// Pushes the waws held back as tokens of their own.
    fn release_waws(&mut self) {
        for span in self.waws.drain(..) {
            self.sink.token(&[WAW], span);
        }
        self.attention &= !attention::WAWS;
    }
}
