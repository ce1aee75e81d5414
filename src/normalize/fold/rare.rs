//! The rare characters and rules of the walk: everything outside its hot loops.

use crate::document::Span;

use super::super::class::{CharClass, class, class_unfolded, is_digit};
use super::super::rules::{AE, HEH_DOACHASHMEE, HamzaMarks, WAW};
use super::super::{alphabet, word_rules};
use super::{BASE_IN_RUN, FoldWalk, LastChar, NO_BASE, NumberMark, TokenGroup, arabic_index, attention};

/// The ligature of the word Allah.
const ALLAH: u32 = 0xFDF2;

// The two letters that yeh barree with hamza above stands for.
const YEH_HAMZA: u32 = 0x626;
const YEH_BARREE: u32 = 0x6D2;

impl FoldWalk<'_> {
    /// A character whose folded form is not one byte.
    #[cold]
    pub(super) fn rare(&mut self, code_point: u32, start: usize, end: usize) {
        let class = if self.rules.folds { class(code_point) } else { class_unfolded(code_point) };

        match class {
            CharClass::Expands(parts) if code_point == ALLAH => self.allah(parts, start, end),
            CharClass::Expands(parts) => parts.iter().for_each(|&part| self.step(part, start, end)),
            CharClass::Upper(lower) => self.other_letter(lower, start, end),
            CharClass::Arabic if self.rules.splits(code_point) => {
                [YEH_HAMZA, YEH_BARREE].into_iter().for_each(|letter| self.step(letter, start, end));
                // A hamza after it is its own once more.
                self.marks.above = true;
            }
            CharClass::Arabic => self.wide_arabic(code_point, start, end),
            CharClass::Combining => self.combining(code_point, start, end),
            // İ: the only character whose lower case has two code points.
            _ if code_point == 0x130 && self.rules.folds => {
                self.other_letter(u32::from('i'), start, end);
                self.push_character(0x307);
            }
            _ => self.other_letter(code_point, start, end),
        }
    }

    /// The ligature of the word Allah. Many fonts draw it without its alef, or without alef and lam, so writers type
    /// these before it: اﷲ is الله, and لﷲ is لله.
    fn allah(&mut self, letters: &[u32], start: usize, end: usize) {
        if self.base == BASE_IN_RUN {
            self.find_base();
        }

        let typed = match self.base {
            _ if !self.has_base() => 0,
            0x622 | 0x623 | 0x625 | 0x627 | 0x671 => 1,
            0x644 => 2,
            _ => 0,
        };
        letters.iter().skip(typed).for_each(|&letter| self.step(letter, start, end));
    }

    /// An Arabic letter that folds to no code of the compact alphabet.
    fn wide_arabic(&mut self, letter: u32, start: usize, end: usize) {
        let folded = self.rules.letter(letter);
        debug_assert!(folded.is_some(), "a dropped letter has an action of its own");

        self.enter_arabic(start);
        self.push_character(folded.unwrap_or(letter));
        self.base = letter;
        self.marks = HamzaMarks::default();
        self.last = LastChar::Arabic;
        self.end = end;
    }

    /// A combining mark of another script: continues the token before it, of any group.
    fn combining(&mut self, code_point: u32, start: usize, end: usize) {
        if self.len == 0 {
            self.enter_other(TokenGroup::Other, start);
        }

        if self.attention & attention::NUMBER != 0 {
            self.resolve_number();
            // The number mark may have been the end of the token.
            if self.len == 0 {
                self.enter_other(TokenGroup::Other, start);
            }
        }

        self.attention &= !attention::HEH;
        self.push_character(code_point);
        self.last = LastChar::Other;
        self.end = end;
    }

    /// Decides the meaning of the open number mark: a thousands mark before exactly three digits, else a decimal mark
    /// if it can be one and digits follow, else a separator.
    #[cold]
    pub(super) fn resolve_number(&mut self) {
        self.attention &= !attention::NUMBER;
        let NumberMark { decimal, len, end, next, digits } = self.number;
        debug_assert!(len <= self.len, "the token before the mark is a prefix of the token under construction");

        if digits == 3 {
            return;
        }

        if digits > 0 && decimal {
            // Inserts the decimal point between the digits before the mark and those after it.
            self.push(0);
            self.token.copy_within(len..self.len - 1, len + 1);
            self.token[len] = b'.';
            return;
        }

        // A separator: the digits before the mark are a token, those after it begin the next one.
        let (after, last_end) = (len..self.len, self.end);
        (self.len, self.end) = (len, end);
        self.flush();
        self.token.copy_within(after.clone(), 0);
        (self.len, self.start, self.end) = (after.len(), next, last_end);
        self.group = TokenGroup::Digits;
        self.broken = true;
    }

    /// A tatweel between two digits is a dash; anywhere else it is deleted.
    #[cold]
    pub(super) fn tatweel(&mut self, start: usize, end: usize) {
        let before = self.text.get(..start).and_then(|text| text.chars().next_back());
        let after = self.text.get(end..).and_then(|text| text.chars().next());
        if before.is_some_and(|c| is_digit(c, true)) && after.is_some_and(|c| is_digit(c, false)) {
            self.separate(true);
        }

        if self.attention & attention::HEH != 0 {
            // The tatweel makes the heh a consonant, so it belongs to the token.
            self.end = end;
            self.settle_heh(HEH_DOACHASHMEE);
        }
    }

    /// Writes `code` for the undecided Central Kurdish heh at the end of the token, if it ends with one.
    pub(super) fn settle_heh(&mut self, code: u8) {
        if self.attention & attention::HEH != 0 {
            self.attention &= !attention::HEH;
            self.last = LastChar::Arabic;
            self.token[self.len - 1] = code;
        }
    }

    /// A hamza or madda: the original letter before it is replaced by the composed letter.
    pub(super) fn hamza(&mut self, mark: u32, end: usize) {
        if !self.has_base() {
            return;
        }

        self.end = end;
        if self.base == BASE_IN_RUN {
            self.find_base();
        }

        let before = self.rules.compose(self.base, self.marks);
        match mark {
            0x653 => self.marks.madda = true,
            0x654 => self.marks.above = true,
            _ => self.marks.below = true,
        }

        // Composed from the letter in the text, since its folded form may have lost the difference.
        let composed = self.rules.compose(self.base, self.marks);
        if self.rules.splits(composed) {
            // Another hamza before this one has split it already.
            if !self.rules.splits(before) {
                self.token[self.len - 1] = alphabet::code(YEH_HAMZA);
                self.push(alphabet::code(YEH_BARREE));
            }
        } else if composed != self.base {
            let code = self.rules.arabic[(composed & 0xFF) as usize];
            self.token[self.len - 1] = code;
        }
    }

    /// Looks up the last letter of the run that ended at `run_end`.
    fn find_base(&mut self) {
        let Some(run) = self.text.as_bytes().get(..self.run_end) else {
            debug_assert!(false, "a run ends inside the text");
            return;
        };

        // A run holds two-byte characters alone: its letters, and marks, which are passed over.
        let mut indices = run.rchunks_exact(2).map(|pair| arabic_index(pair[0], pair[1]));
        let letter = indices.find(|&index| self.rules.arabic[index] >= 0x80);
        self.base = letter.map_or(NO_BASE, |index| 0x600 + index as u32);
        self.marks = HamzaMarks::default();
    }

    /// Appends a character to the token in the compact alphabet.
    #[cold]
    pub(super) fn push_character(&mut self, code_point: u32) {
        match alphabet::code(code_point) {
            0 => {
                let character = char::from_u32(code_point);
                debug_assert!(character.is_some(), "code points come from the text and the tables");
                let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
                character.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| self.push(byte));
            }
            code => self.push(code),
        }
    }

    /// Applies the rare rules to the token, then pushes it or, if it is a detached waw, holds it back.
    ///
    /// The order is part of the definition: an open number first, since it may split the token; then the heh, letter
    /// runs, detached waws, and the word-final hamza.
    #[inline(never)]
    pub(super) fn finish_token(&mut self) {
        if self.attention & attention::NUMBER != 0 {
            self.resolve_number();
            if self.len == 0 {
                return;
            }
        }

        self.settle_heh(AE);

        let arabic = self.group == TokenGroup::Arabic;
        if arabic && self.rules.runs {
            self.len = word_rules::collapse_runs(&mut self.token[..self.len], &self.rules.weak);
        }

        if self.rules.arabic_words {
            if self.holds_waw() {
                return;
            }
            if arabic {
                self.len = word_rules::settle(&mut self.token[..self.len], &self.rules.weak);
            }
        }

        self.deliver();
    }

    /// Holds back the token if it is a detached waw, and returns true; else joins the waws held back with it.
    fn holds_waw(&mut self) -> bool {
        // A waw joins the next word only if white space alone lies between.
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
            // More than three waws fold as three do, by the rule for letter runs.
            let count = self.waws.len().min(3);
            (0..count).for_each(|_| self.push(0));
            self.token.copy_within(..self.len - count, count);
            self.token[..count].fill(WAW);
            self.waws.clear();
            self.attention &= !attention::WAWS;
        }

        // Before a token of another group they are tokens of their own.
        self.release_waws();
        false
    }

    /// Pushes the waws held back as tokens of their own.
    pub(super) fn release_waws(&mut self) {
        for span in self.waws.drain(..) {
            self.sink.token(&[WAW], span);
        }
        self.attention &= !attention::WAWS;
    }
}
