//! The parts of a written date: numbers, folded words and signs.

use crate::document::date::to_ascii_digit;

/// A part of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A number and how many digits it has.
    Number(i64, usize),
    /// A word, folded.
    Word(String),
    /// Any other character but white space.
    Sign(char),
}

/// Splits a text of at most a hundred characters; `None` if it is longer: dates are shorter.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    const LONGEST: usize = 100;
    if text.chars().nth(LONGEST).is_some() {
        return None;
    }

    let solar_digits = text.chars().any(|c| ('\u{6F0}'..='\u{6F9}').contains(&c));
    let mut tokens: Vec<Token> = Vec::new();
    let mut characters = text.chars().map(to_ascii_digit).filter_map(folded).peekable();
    while let Some(first) = characters.next() {
        if first.is_ascii_digit() {
            let mut digits = String::from(first);
            while let Some(digit) = characters.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            tokens.push(Token::Number(digits.parse().ok()?, digits.len()));
        } else if first.is_alphabetic() {
            let mut word = String::from(first);
            while let Some(letter) = characters.next_if(|c| c.is_alphabetic()) {
                word.push(letter);
            }
            tokens.push(Token::Word(word));
        } else if !first.is_whitespace() {
            tokens.push(Token::Sign(first));
        }
    }

    // Persian digits tell the calendar of a year from 1300 on.
    if solar_digits { Some(tokens.into_iter().map(solar_year).collect()) } else { Some(tokens) }
}

/// A year of the Solar Hijri calendar as a number with five digits, which no other number has.
fn solar_year(token: Token) -> Token {
    match token {
        Token::Number(year @ 1300..1500, 4) => Token::Number(year, 5),
        other => other,
    }
}

/// A character in the form in which words are compared; `None` for marks and invisible characters.
fn folded(c: char) -> Option<char> {
    Some(match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ة' | 'ۀ' | 'ھ' => 'ه',
        'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        'ـ'
        | '\u{64B}'..='\u{65F}'
        | '\u{670}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{61C}'
        | '\u{2066}'..='\u{2069}'
        | '\u{FEFF}' => return None,
        '–' | '—' | '−' => '-',
        other => other.to_ascii_lowercase(),
    })
}

pub(super) fn fold(word: &str) -> String {
    word.chars().filter_map(folded).collect()
}

pub(super) fn is_word(token: &Token, words: &[&str]) -> bool {
    matches!(token, Token::Word(word) if words.contains(&word.as_str()))
}
