//! Texts in parts: a list of strings, or of messages that hold one, joined by line breaks.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The fields of a message that may hold its text, the one that counts first.
pub(in crate::input) const FIELDS: [&str; 3] = ["content", "text", "value"];

/// The text of a list: its strings and the texts of its messages, each on lines of its own. A message is an object
/// with a text, or a list of such parts, in `content`, `text` or `value`. Nulls, and messages without such a field,
/// have no text; a list without any part is an empty text.
///
/// `None` if something else is in the list, or only messages without a text. `list` must be valid JSON. Linear.
pub(in crate::input) fn joined(list: &str) -> Option<String> {
    let mut json = serde_json::Deserializer::from_str(list);
    let mut text = None;
    TextCollector { text: &mut text }.deserialize(&mut json).ok()?;

    // Messages that all lack a text are a sign that another field holds it.
    text.or_else(|| (!list.contains('{')).then(String::new))
}

/// Appends each text that it meets.
struct TextCollector<'t> {
    text: &'t mut Option<String>,
}

impl TextCollector<'_> {
    fn push(&mut self, part: &str) {
        match self.text {
            Some(text) => {
                text.push('\n');
                text.push_str(part);
            }
            None => *self.text = Some(part.to_owned()),
        }
    }
}

impl<'de> DeserializeSeed<'de> for TextCollector<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextCollector<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or a list of texts")
    }

    fn visit_str<E>(mut self, part: &str) -> Result<(), E> {
        self.push(part);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(TextCollector { text: self.text })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut message: A) -> Result<(), A::Error> {
        // The order of the fields is that of the writer, so the best one is known at the end.
        let mut best: Option<(usize, Option<String>)> = None;
        while let Some(key) = message.next_key::<String>()? {
            let Some(rank) = FIELDS.iter().position(|field| *field == key) else {
                message.next_value::<IgnoredAny>()?;
                continue;
            };

            if best.as_ref().is_some_and(|(found, _)| *found == rank) {
                return Err(A::Error::custom("a field occurs twice"));
            }
            let mut text = None;
            message.next_value_seed(TextCollector { text: &mut text })?;
            let is_better = text.is_some() && best.as_ref().is_none_or(|(found, _)| rank < *found);
            if is_better {
                best = Some((rank, text));
            }
        }

        if let Some((_, Some(text))) = best {
            self.push(&text);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_messages_are_joined_by_line_breaks() {
        assert_eq!(joined(r#"["أول", null, "ثان\n"]"#).as_deref(), Some("أول\nثان\n"));
        let chat = r#"[{"role": "user", "content": "سؤال"}, {"content": null, "tool_calls": [1]},
            {"text": "ب", "content": [{"type": "text", "text": "جواب"}, {"type": "image"}]}, {"from": "gpt", "value": "ج"}]"#;
        assert_eq!(joined(chat).as_deref(), Some("سؤال\nجواب\nج"));
        assert_eq!(joined(r#"[["أول"], "ثان"]"#).as_deref(), Some("أول\nثان"));
        assert_eq!(joined(r#"[""]"#).as_deref(), Some(""));
    }

    #[test]
    fn other_lists_have_no_text() {
        for list in ["[1]", r#"["a", true]"#, r#"[{"content": 1}]"#, r#"[{"content": "a", "content": "b"}]"#] {
            assert_eq!(joined(list), None, "{list}");
        }
        assert_eq!(joined(r#"[{"role": "user"}]"#), None);
        assert_eq!((joined("[]").as_deref(), joined("[null]").as_deref()), (Some(""), Some("")));
    }
}
