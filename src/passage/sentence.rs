//! Where a sentence ends: at a line break, or at `. ! ? ؟ ۔ …` unless the full stop ends an abbreviation.

/// Marks that end a sentence.
const ENDS: [char; 6] = ['.', '!', '?', '؟', '۔', '…'];

/// Closing marks after them that belong to the sentence.
const CLOSES: [char; 8] = ['»', '”', '’', '"', '\'', ')', ']', '}'];

/// The byte in `gap` at which the sentence ends: after its last mark, or at the line break. `None` if it goes on. `gap`
/// is the text between `word` and the next word.
pub(super) fn end_in(word: &str, gap: &str) -> Option<usize> {
    let line = gap.find(['\n', '\r']);
    let mut from = 0;

    while let Some(mark) = gap[from..].find(ENDS).map(|mark| from + mark) {
        if line.is_some_and(|line| line < mark) {
            return line;
        }

        let rest = gap[mark..].trim_start_matches(ENDS);
        from = gap.len() - rest.len();

        // Addresses are no tokens, so they are part of the gap; a full stop inside one ends nothing.
        let inside = rest.starts_with(char::is_alphanumeric);
        let abbreviates = &gap[mark..from] == "." && mark == 0 && is_abbreviation(word);
        if !inside && !abbreviates {
            return Some(gap.len() - rest.trim_start_matches(CLOSES).len());
        }
    }

    line
}

/// One or two letters, as in د. and أ.ف.ب; a number may end a sentence.
fn is_abbreviation(word: &str) -> bool {
    let letters = || word.chars().filter(|character| character.is_alphabetic());
    letters().count() <= 2 && letters().next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_lines_end_sentences_and_abbreviations_do_not() {
        for (word, gap, kept) in [
            ("انتهى", ". ", Some(".")),
            ("انتهى", ".» «", Some(".»")),
            ("انتهى", "».\n", Some("».")),
            ("انتهى", "؟! ", Some("؟!")),
            ("انتهى", " ...", Some(" ...")),
            ("انتهى", " \n ", Some(" ")),
            ("2015", ". ", Some(".")),
            ("د", ". ", None),
            ("د", ".\n", Some(".")),
            ("قال", "، ", None),
            ("البرنامج", " (www.example.org)، ", None),
            ("البرنامج", " (www.example.org). ", Some(" (www.example.org).")),
            ("قال", ": «", None),
        ] {
            assert_eq!(end_in(word, gap).map(|end| &gap[..end]), kept, "{word}{gap}");
        }
    }
}
