//! The text of a field of a page: its form, and whether it can be a name.

/// `text` with single spaces.
pub(super) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether `text` can be a name: no address, and at most [`NAME_WORDS`] words.
pub(super) fn is_name(text: &str) -> bool {
    !text.contains("://") && text.split_whitespace().count() <= NAME_WORDS
}

/// Most words of a name, or of the names of several authors.
const NAME_WORDS: usize = 12;
