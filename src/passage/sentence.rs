//! Where sentences end: at a line break, and at `. ! ? ؟ ۔ …` unless the full stop ends an abbreviation.

/// Marks that end a sentence.
const ENDS: [char; 6] = ['.', '!', '?', '؟', '۔', '…'];

/// What closes behind them and belongs to the sentence.
const CLOSES: [char; 8] = ['»', '”', '’', '"', '\'', ')', ']', '}'];

/// Where in `gap`, the characters between two words, the first of which is `word`, a sentence ends: the offset behind its
/// last mark, or of the line break. `None` if the sentence goes on.
pub(super) fn end_in(word: &str, gap: &str) -> Option<usize> {
    let line = gap.find(['\n', '\r']);
    let mut from = 0;
    while let Some(mark) = gap[from..].find(ENDS).map(|mark| from + mark) {
        if line.is_some_and(|line| line < mark) {
            return line;
        }
        let rest = gap[mark..].trim_start_matches(ENDS);
        from = gap.len() - rest.len();
        // Folding passes over addresses, whose full stops end nothing.
        let inside = rest.starts_with(char::is_alphanumeric);
        let abbreviates = &gap[mark..from] == "." && mark == 0 && is_abbreviation(word);
        if !inside && !abbreviates {
            return Some(gap.len() - rest.trim_start_matches(CLOSES).len());
        }
    }
    line
}

/// One or two letters, as in د. and أ.ف.ب; digits end sentences.
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
