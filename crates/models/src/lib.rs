//! Programs of others that the library is compared with in tests: the main text of a page by `dom_smoothie`.
//!
//! They stand apart from the tests of the library, since their dependencies turn on features of macros, with which
//! every other crate would be compiled a second time.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_smoothie::{Config, Readability};
use mukarrar::document::DocId;
use mukarrar::error::Result;
use mukarrar::input::{Corpus, InputOptions};

/// The text of a page as the library reads it: the main text, or all text if the library finds no main text.
///
/// # Errors
///
/// The page cannot be read.
pub fn main_text(html: &str) -> Result<String> {
    read(html, false)
}

/// The text of a page as `dom_smoothie` finds it. `dom_smoothie` returns HTML, and the library reads the text of that HTML.
///
/// # Errors
///
/// The page, or its main part, cannot be read.
pub fn main_text_of_model(html: &str) -> Result<String> {
    let config = Config { disable_json_ld: true, ..Config::default() };
    let extract = || Readability::new(html, None, Some(config)).ok()?.parse().ok();
    // It panics on some pages, where the library finds no main text.
    let article = catch_unwind(AssertUnwindSafe(extract)).ok().flatten();

    if let Some(article) = article {
        let text = read(&article.content, true)?;
        if text.contains(char::is_alphanumeric) {
            return Ok(text);
        }
    }
    read(html, true)
}

/// Reads a page: all of its text, or its main text.
fn read(html: &str, all: bool) -> Result<String> {
    let mut options = InputOptions::default();
    options.html_raw = all;
    let corpus = Corpus::from_reader("page.html", html.as_bytes(), options)?;
    Ok(corpus.read(DocId::new(0))?.text.into_owned())
}
