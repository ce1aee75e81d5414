//! The language gate.

use super::Language;

/// The language of a document.
pub(super) fn detect(_text: &str) -> Language {
    Language::Ar
}
