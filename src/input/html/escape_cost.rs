//! The work of writing a page as HTML, which the extractor of the main text does.
//!
//! The serializer of `html5ever` looks for `<` and `>` up to the end of a text for each character that it escapes. So a
//! text of n characters, most of them `&`, costs n² steps. [`EscapeCost`] counts these steps before the extractor runs.

use html5ever::tokenizer::Tag;

/// Counts an upper bound of the bytes that the serializer reads, over the tokens of a page.
#[derive(Debug, Default)]
pub(super) struct EscapeCost {
    /// Bytes of the texts and attributes that ended.
    total: u64,
    /// Bytes of the text since the last tag.
    length: usize,
    /// Characters of it that are escaped, or looked at for it.
    escaped: usize,
}

impl EscapeCost {
    /// Adds characters to the text that began after the last tag.
    pub(super) fn characters(&mut self, characters: &str) {
        self.length += characters.len();
        self.escaped += escaped(characters);
    }

    /// Ends the text, and adds the attributes of the tag.
    pub(super) fn tag(&mut self, tag: &Tag) {
        self.end_text();

        for attribute in &tag.attrs {
            self.add(attribute.value.len(), escaped(&attribute.value));
        }
    }

    /// The bytes that the serializer reads at most.
    pub(super) fn finish(mut self) -> u64 {
        self.end_text();
        self.total
    }

    fn end_text(&mut self) {
        self.add(self.length, self.escaped);
        (self.length, self.escaped) = (0, 0);
    }

    /// For each escaped character at most the whole text is read.
    fn add(&mut self, length: usize, escaped: usize) {
        self.total = self.total.saturating_add((length as u64).saturating_mul(escaped as u64));
    }
}

/// Number of characters at which the serializer stops: those that it escapes, and U+0080 to U+00BF, which begin with
/// the byte of a no-break space.
fn escaped(text: &str) -> usize {
    text.bytes().filter(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | 0xC2)).count()
}
