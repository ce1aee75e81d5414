//! Functions over one text: its folded form, tokens, language and units.

use mukarrar::normalize::Language;
use mukarrar::page::{Cutter, UnitLevel};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{attempt, detached};
use crate::options::FoldOptions;

/// normalize(text, *, profile="standard", language=None)
/// --
///
/// The folded tokens of a text joined by one space: what is compared.
///
/// `profile` is `none`, `light`, `standard` or `aggressive`; `language` one of `ar`, `fa`, `ur`, `ckb`, `ps`, `ug`,
/// `other`, or `None` to find it in the text.
///
/// >>> import mukarrar
/// >>> mukarrar.normalize("قالَ الـرئيس: «إنَّ الأمر» ٣٫٥٪")
/// 'قال الرءيس ان الامر 3.5'
/// >>> mukarrar.normalize("كتاب", language="xx")
/// Traceback (most recent call last):
///     ...
/// mukarrar.ParameterError: language cannot be xx: one of ar, fa, ur, ckb, ps, ug, other
#[pyfunction]
#[pyo3(signature = (text, **folding), text_signature = "(text, *, profile='standard', language=None)")]
pub fn normalize(py: Python<'_>, text: &str, folding: Option<&Bound<'_, PyDict>>) -> PyResult<String> {
    let folding = FoldOptions::from_keywords("normalize", folding)?;
    detached(py, || folding.normalizer(text).normalize(text))
}

/// The folded tokens of a text, each with the place it came from.
///
/// Takes the keywords of `normalize`.
///
/// >>> import mukarrar
/// >>> text = "إنَّ الأمر"
/// >>> [(token.text, token.start, token.end) for token in mukarrar.tokens(text)]
/// [('ان', 0, 8), ('الامر', 9, 19)]
/// >>> token = mukarrar.tokens(text)[1]
/// >>> text[token.char_start:token.char_end]
/// 'الأمر'
#[pyfunction]
#[pyo3(signature = (text, **folding), text_signature = "(text, *, profile='standard', language=None)")]
pub fn tokens(py: Python<'_>, text: &str, folding: Option<&Bound<'_, PyDict>>) -> PyResult<Vec<PyToken>> {
    let folding = FoldOptions::from_keywords("tokens", folding)?;
    detached(py, || {
        let characters = CharCounter::of(text);
        let tokens = folding.normalizer(text).tokens(text);

        let token = |token: mukarrar::normalize::Token| {
            let (start, end) = (token.span.start, token.span.end);
            let (char_start, char_end) = (characters.before(start), characters.before(end));
            PyToken { text: token.text, start, end, char_start, char_end }
        };

        tokens.into_iter().map(token).collect()
    })
}

/// Counts the characters before a byte of a text.
struct CharCounter<'t> {
    text: &'t str,
    /// Number of characters before every 64th byte. Empty for ASCII, where each byte is a character.
    marks: Vec<usize>,
}

impl<'t> CharCounter<'t> {
    const STEP: usize = 64;

    fn of(text: &'t str) -> Self {
        let mut marks = Vec::new();
        if !text.is_ascii() {
            let mut count = 0;
            for block in text.as_bytes().chunks(Self::STEP) {
                marks.push(count);
                count += starts(block);
            }

            // The end of the text may be the start of a block of its own.
            marks.push(count);
        }

        Self { text, marks }
    }

    fn before(&self, byte: usize) -> usize {
        debug_assert!(byte <= self.text.len(), "a place outside the text");
        let Some(mark) = self.marks.get(byte / Self::STEP) else { return byte.min(self.text.len()) };

        let since = self.text.as_bytes().get(byte / Self::STEP * Self::STEP..byte);
        mark + since.map_or(0, starts)
    }
}

/// Number of characters that begin in `bytes`.
fn starts(bytes: &[u8]) -> usize {
    // All bytes of a character but the first have the form 10xxxxxx.
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

/// A folded token and where it came from.
///
/// `text` is the folded token. `start` and `end` are places in UTF-8 bytes, as everywhere in mukarrar's outputs;
/// `char_start` and `char_end` the same places as indexes into a Python string.
#[pyclass(name = "Token", module = "mukarrar", frozen, eq, get_all)]
#[derive(PartialEq)]
pub struct PyToken {
    text: String,
    start: usize,
    end: usize,
    char_start: usize,
    char_end: usize,
}

#[pymethods]
impl PyToken {
    /// A token of these fields, for `pickle`.
    #[staticmethod]
    fn _of(text: String, start: usize, end: usize, char_start: usize, char_end: usize) -> Self {
        Self { text, start, end, char_start, char_end }
    }

    #[expect(clippy::type_complexity, reason = "what pickle takes")]
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String, usize, usize, usize, usize))> {
        let Self { text, start, end, char_start, char_end } = slf.get();
        Ok((slf.get_type().getattr("_of")?, (text.clone(), *start, *end, *char_start, *char_end)))
    }

    fn __repr__(&self) -> String {
        format!("Token({:?}, start={}, end={})", self.text, self.start, self.end)
    }
}

/// The language of a text: `ar`, `fa`, `ur`, `ckb`, `ps`, `ug` or `other`.
///
/// >>> import mukarrar
/// >>> mukarrar.detect_language("این کتاب را می‌خوانم و گفتم که چرا"), mukarrar.detect_language("hello")
/// ('fa', 'other')
#[pyfunction]
pub fn detect_language(py: Python<'_>, text: &str) -> PyResult<&'static str> {
    detached(py, || Language::detect(text).code())
}

/// The units of a page, in text order: stories, headlines and boilerplate; or its paragraphs or lines.
///
/// `unit` is `document`, `story`, `paragraph` or `line`.
///
/// >>> import mukarrar
/// >>> page = "فتح المتحف أبوابه أمس بعد ترميم دام سنتين.\nالمصدر: صحيفة المدينة\n"
/// >>> [(unit.kind, unit.text) for unit in mukarrar.units(page)]
/// [('story', 'فتح المتحف أبوابه أمس بعد ترميم دام سنتين.'), ('boilerplate', 'المصدر: صحيفة المدينة')]
#[pyfunction]
#[pyo3(signature = (text, unit = "story"))]
pub fn units(py: Python<'_>, text: &str, unit: &str) -> PyResult<Vec<PyUnit>> {
    attempt(py, || {
        let level: UnitLevel = unit.parse()?;
        let mut cut = Vec::new();
        Cutter::new().cut(text, level, &mut cut);

        let unit = |(number, unit): (usize, mukarrar::document::Unit)| PyUnit {
            number,
            kind: unit.kind.name().to_owned(),
            start: unit.span.start,
            end: unit.span.end,
            title: unit.title,
            text: unit.span.of(text).to_owned(),
        };

        Ok(cut.into_iter().enumerate().map(unit).collect())
    })
}

/// A part of a page.
///
/// `number` counts the page's units from 0; `kind` is `document`, `story`, `headline`, `paragraph`, `line` or
/// `boilerplate`; `start` and `end` are its place in UTF-8 bytes; `title` the number of a story's title, or `None`; `text`
/// its original text.
#[pyclass(name = "Unit", module = "mukarrar", frozen, eq, get_all)]
#[derive(PartialEq)]
pub struct PyUnit {
    number: usize,
    kind: String,
    start: usize,
    end: usize,
    title: Option<usize>,
    text: String,
}

#[pymethods]
impl PyUnit {
    /// A unit of these fields, for `pickle`.
    #[staticmethod]
    fn _of(number: usize, kind: String, start: usize, end: usize, title: Option<usize>, text: String) -> Self {
        Self { number, kind, start, end, title, text }
    }

    #[expect(clippy::type_complexity, reason = "what pickle takes")]
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (usize, String, usize, usize, Option<usize>, String))> {
        let Self { number, kind, start, end, title, text } = slf.get();
        Ok((slf.get_type().getattr("_of")?, (*number, kind.clone(), *start, *end, *title, text.clone())))
    }

    fn __repr__(&self) -> String {
        format!("Unit({}, {:?}, start={}, end={})", self.number, self.kind, self.start, self.end)
    }
}
