//! The signs between the tokens of a credit.

/// The signs between two tokens.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CreditGap {
    pub(super) dash: bool,
    pub(super) slash: bool,
    pub(super) colon: bool,
    pub(super) comma: bool,
    pub(super) open: bool,
    pub(super) close: bool,
    /// The end of a sentence, or a quotation.
    pub(super) stop: bool,
}

impl CreditGap {
    /// The signs in the text between two tokens.
    pub(super) fn of(text: &str) -> Self {
        let mut gap = Self::default();
        for (at, c) in text.char_indices() {
            match c {
                '-' | '–' | '—' => gap.dash = true,
                // At the end of a word it belongs to the word: «لـ رويترز».
                'ـ' => gap.dash |= at > 0,
                '/' | '|' => gap.slash = true,
                ':' | '：' => gap.colon = true,
                '،' | ',' => gap.comma = true,
                '(' | '[' => gap.open = true,
                ')' | ']' => gap.close = true,
                '.' | '!' | '؟' | '?' | '؛' | '…' | '«' | '»' | '"' | '“' | '”' => gap.stop = true,
                _ => {}
            }
        }
        gap
    }

    /// Whether it separates the parts of a credit.
    pub(super) const fn parts(self) -> bool {
        self.dash || self.slash || self.colon
    }
}
