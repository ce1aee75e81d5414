//! Data for the script of a page: JSON that can stand in a `script` element.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::report::json_rows::write_fragment;
use crate::report::text::is_unsafe;

/// Writes `value` as JSON without `<`, `>` and `&`, so that no text in it can end the `script` element around it. A parser
/// of JSON gives the texts back.
pub(super) fn write_data<T: Serialize>(out: impl Write, value: &T) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(out, ScriptFormatter);
    Ok(value.serialize(&mut serializer)?)
}

struct ScriptFormatter;

impl Formatter for ScriptFormatter {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        write_fragment(writer, fragment, |c| matches!(c, '<' | '>' | '&') || is_unsafe(c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_script() {
        let text = "</script><!--<script>&\u{2028}\u{2029}\u{202e}\"\\أ";
        let mut out = Vec::new();
        write_data(&mut out, &text).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(!out.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\u{202e}']), "{out}");
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
    }
}
