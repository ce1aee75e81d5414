//! The letters and digits of texts as they are written, not folded.

/// Whether `c` is a letter or a digit, as [`char::is_alphanumeric`] says. The common cases need no Unicode table.
#[inline]
pub(crate) fn is_alphanumeric(c: char) -> bool {
    match c {
        '\0'..='\x7F' => c.is_ascii_alphanumeric(),
        '\u{620}'..='\u{64A}' | '\u{660}'..='\u{669}' | '\u{66E}'..='\u{6D3}' => true,
        // Signs of news: commas, question marks, guillemets, dashes and quotation marks.
        '\u{60C}' | '\u{61B}' | '\u{61F}' | '«' | '»' | '\u{2010}'..='\u{2027}' => false,
        _ => c.is_alphanumeric(),
    }
}

/// The letters and digits of a text in lower case, by which spellings of a headline are compared.
pub(crate) fn letters(text: &str) -> String {
    let mut letters = String::with_capacity(text.len());
    for c in text.chars().filter(|c| is_alphanumeric(*c)) {
        match c {
            // The letters of the common scripts have one case or a simple one.
            '\0'..='\x7F' | '\u{600}'..='\u{6FF}' => letters.push(c.to_ascii_lowercase()),
            _ => letters.extend(c.to_lowercase()),
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_letters_as_the_unicode_table_has_them() {
        for c in '\0'..='\u{1FFFF}' {
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
            let plain: String = [c].into_iter().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            assert_eq!(letters(c.encode_utf8(&mut [0; 4])), plain, "{c:?}");
        }
    }
}
