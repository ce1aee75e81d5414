//! Folding gives what the project's vectors, its table of code points and the reference normalizer say.
use std::fmt::Write as _;

use mukarrar::normalize::{Language, Normalizer, Profile};

/// The text of a cell in which `\uXXXX` and `\UXXXXXXXX` stand for characters.
fn unescape(cell: &str) -> String {
    let mut out = String::new();
    let mut rest = cell;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let digits = if rest[at + 1..].starts_with('U') { 8 } else { 4 };
        let code = u32::from_str_radix(&rest[at + 2..at + 2 + digits], 16).unwrap();
        out.push(char::from_u32(code).unwrap());
        rest = &rest[at + 2 + digits..];
    }
    out + rest
}

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect())
}

fn arabic(profile: Profile) -> Normalizer {
    Normalizer::new(profile, Language::Ar)
}

#[test]
fn arabic_vectors_fold_as_written() {
    let mut seen = 0;
    for row in rows(include_str!("../data/normalize_vectors.tsv")) {
        let (input, expected) = (unescape(row[0]), unescape(row[1]));
        assert_eq!(arabic(Profile::Standard).normalize(&input), expected, "{} ({})", row[0], row[2]);
        seen += 1;
    }
    assert_eq!(seen, 195);
}

/// Of every other language: what must fold together and what must stay apart.
#[test]
fn vectors_of_the_other_languages_fold_as_written() {
    let mut seen = [0; 5];
    for row in rows(include_str!("../data/language_vectors.tsv")) {
        let language: Language = row[0].parse().unwrap();
        let normalizer = Normalizer::new(Profile::Standard, language);
        assert_eq!(normalizer.normalize(&unescape(row[1])), unescape(row[2]), "{} {} ({})", row[0], row[1], row[3]);
        seen[Language::ALL.iter().position(|&other| other == language).unwrap() - 1] += 1;
    }
    assert!(seen.iter().all(|&count| count >= 20), "{seen:?}");
}

#[test]
fn the_gate_knows_the_language_of_a_sentence() {
    let mut seen = 0;
    for row in rows(include_str!("../data/language_sentences.tsv")) {
        let sentence = unescape(row[1]);
        assert_eq!(Language::detect(&sentence).code(), row[0], "{sentence}");
        seen += 1;
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn the_gate_says_when_a_text_does_not_tell_its_language() {
    let mut seen = 0;
    for row in rows(include_str!("../data/evident_vectors.tsv")) {
        let evident = Language::evident(row[1]);
        assert_eq!(evident.map_or("-", Language::code), row[0], "{} ({})", row[1], row[2]);
        // Alone such a text is Arabic.
        assert_eq!(Language::detect(row[1]), evident.unwrap_or(Language::Ar), "{}", row[1]);
        seen += 1;
    }
    assert_eq!(seen, 21);
}

/// What a row of the code point table says of `character` between `left` and `right`.
fn expected(cell: &str, left: char, right: char) -> String {
    let mut out = String::from(left);
    let parts: Vec<&str> = cell.split(' ').collect();
    for part in &parts {
        match *part {
            "DEL" => {}
            "DSEP" | "SEP" => out.push(' '),
            code => out.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap()),
        }
    }
    out.push(right);
    let mut words = String::new();
    for word in out.split_whitespace() {
        let _ = write!(words, "{}{word}", if words.is_empty() { "" } else { " " });
    }
    words
}

fn is_arabic_letter(code: u32) -> bool {
    matches!(code, 0x620..=0x64A | 0x66E..=0x6D3 | 0x6D5 | 0x6EE..=0x6EF | 0x6FA..=0x6FF | 0x750..=0x77F | 0x860..=0x8C9)
}

/// The characters on both sides that let what the row says stand in one token with them.
fn neighbours(cell: &str) -> (char, char) {
    let script = |part: &str, arabic: char| match u32::from_str_radix(part, 16) {
        Ok(0x30..=0x39) => '1',
        Ok(code) if is_arabic_letter(code) => arabic,
        _ => 'q',
    };
    let mut parts = cell.split(' ');
    let first = parts.next().unwrap_or_default();
    (script(first, 'س'), script(parts.next_back().unwrap_or(first), 'ص'))
}

#[test]
fn every_row_of_the_code_point_table_holds_for_three_profiles() {
    let mut seen = 0;
    for row in rows(include_str!("../data/fold_table.tsv")) {
        let code = u32::from_str_radix(row[0], 16).unwrap();
        let character = char::from_u32(code).unwrap();
        for (profile, cell) in [Profile::Light, Profile::Standard, Profile::Aggressive].into_iter().zip(&row[3..]) {
            let (left, right) = neighbours(cell);
            let mut want = expected(cell, left, right);
            // The one rule beside the table: a word ends after teh marbuta.
            if profile != Profile::Light && is_teh(character) {
                want = "سه ص".to_owned();
            }
            let text = format!("{left}{character}{right}");
            assert_eq!(arabic(profile).normalize(&text), want, "U+{code:04X} {} {profile}", row[1]);
            // A mark that only separates, one that counts in numbers and one that vanishes differ between digits.
            let between = format!("1{character}500 1{character}5");
            match *cell {
                "DEL" if !matches!(code, 0x640 | 0x883..=0x885) => {
                    assert_eq!(arabic(profile).normalize(&between), "1500 15", "U+{code:04X}")
                }
                "SEP" => assert_eq!(arabic(profile).normalize(&between), "1 500 1 5", "U+{code:04X}"),
                "DSEP" => {
                    let decimal = if matches!(code, 0x2E | 0x66B | 0x2024 | 0xFF0E) { "1500 1.5" } else { "1500 1 5" };
                    assert_eq!(arabic(profile).normalize(&between), decimal, "U+{code:04X}");
                }
                _ => {}
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 2265);
}

fn is_teh(character: char) -> bool {
    let letter = arabic(Profile::Light).normalize(&character.to_string());
    letter.ends_with(['ة', 'ۃ'])
}

/// The marks of Uthmani spelling, which the profile `aggressive` respells.
const UTHMANI: [char; 5] = ['\u{654}', '\u{670}', '\u{6E5}', '\u{6E6}', '\u{6E7}'];

/// Random strings, folded once by the reference normalizer: tokens and byte spans under every profile.
#[test]
fn tokens_and_spans_equal_the_references() {
    let mut seen = 0;
    for row in rows(include_str!("../data/reference_spans.tsv")) {
        let text = unescape(row[0]);
        for (profile, cell) in Profile::ALL.into_iter().zip(&row[1..]) {
            // The reference does not know the spelling of the Quran.
            if profile == Profile::Aggressive && text.contains(UTHMANI) {
                continue;
            }
            let found: Vec<(String, usize, usize)> = arabic(profile)
                .tokens(&text)
                .into_iter()
                .map(|token| (token.text, token.span.start, token.span.end))
                .collect();
            let want: Vec<(String, usize, usize)> = cell
                .split(' ')
                .filter(|token| !token.is_empty())
                .map(|token| {
                    let mut parts = token.split(':');
                    let mut next = || parts.next().unwrap();
                    (unescape(next()), next().parse().unwrap(), next().parse().unwrap())
                })
                .collect();
            assert_eq!(found, want, "{} {profile}", row[0]);
            seen += found.len();
        }
    }
    assert!(seen > 5_000, "{seen} tokens");
}
