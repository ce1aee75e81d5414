//! HTML entities: all numeric ones, and the names that occur in scraped news.
//!
//! Forms: `&#1582;` (one to seven digits), `&#x62E;` (one to six), `&name;` (two to six letters), and without `;` the
//! five of [`BARE`] unless a letter, digit, `=` or `;` follows. Numbers are read as in HTML: 0, surrogates and values
//! above U+10FFFF are U+FFFD, 0x80–0x9F are Windows-1252.

/// The names with their characters.
const NAMES: [(&[u8], char); 26] = [
    (b"nbsp", '\u{A0}'),
    (b"quot", '"'),
    (b"amp", '&'),
    (b"lt", '<'),
    (b"gt", '>'),
    (b"apos", '\''),
    (b"laquo", '«'),
    (b"raquo", '»'),
    (b"ldquo", '“'),
    (b"rdquo", '”'),
    (b"lsquo", '‘'),
    (b"rsquo", '’'),
    (b"hellip", '…'),
    (b"ndash", '–'),
    (b"mdash", '—'),
    (b"zwnj", '\u{200C}'),
    (b"zwj", '\u{200D}'),
    (b"lrm", '\u{200E}'),
    (b"rlm", '\u{200F}'),
    (b"shy", '\u{AD}'),
    (b"bull", '•'),
    (b"middot", '·'),
    (b"copy", '©'),
    (b"reg", '®'),
    (b"trade", '™'),
    (b"euro", '€'),
];

/// The names that need no `;`. None is a prefix of another, so the order does not matter.
const BARE: [(&[u8], char); 5] = [(b"nbsp", '\u{A0}'), (b"quot", '"'), (b"amp", '&'), (b"lt", '<'), (b"gt", '>')];

/// Windows-1252 from 0x80 to 0x9F.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{FFFD}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{FFFD}', 'Ž', '\u{FFFD}', //
    '\u{FFFD}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{FFFD}', 'ž', 'Ÿ',
];

/// The entity at the start of `bytes`: its character and its length in bytes. `None` if there is none.
pub(super) fn entity(bytes: &[u8]) -> Option<(char, usize)> {
    match bytes {
        [b'&', b'#', b'x' | b'X', rest @ ..] => number(rest, 16, 6).map(|(character, len)| (character, 3 + len)),
        [b'&', b'#', rest @ ..] => number(rest, 10, 7).map(|(character, len)| (character, 2 + len)),
        [b'&', rest @ ..] => name(rest).map(|(character, len)| (character, 1 + len)),
        _ => None,
    }
}

/// Up to `most` digits and `;` at the start of `bytes`: the character and the bytes taken.
fn number(bytes: &[u8], radix: u32, most: usize) -> Option<(char, usize)> {
    let count = bytes.iter().take_while(|&&byte| char::from(byte).is_digit(radix)).take(most + 1).count();
    if count == 0 || count > most || bytes.get(count) != Some(&b';') {
        return None;
    }

    // At most seven decimal or six hexadecimal digits: no overflow.
    let digits = bytes[..count].iter().filter_map(|&byte| char::from(byte).to_digit(radix));
    let value = digits.fold(0, |value, digit| value * radix + digit);

    let character = match value {
        0 => char::REPLACEMENT_CHARACTER,
        0x80..=0x9F => WINDOWS_1252[value as usize - 0x80],
        _ => char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER),
    };

    Some((character, count + 1))
}

/// A name at the start of `bytes`, with or without `;`: the character and the bytes taken.
fn name(bytes: &[u8]) -> Option<(char, usize)> {
    let letters = bytes.iter().take(7).take_while(|byte| byte.is_ascii_alphabetic()).count();
    if (2..=6).contains(&letters) && bytes.get(letters) == Some(&b';') {
        let found = NAMES.iter().find(|(name, _)| *name == &bytes[..letters]);
        return found.map(|&(_, character)| (character, letters + 1));
    }

    let &(name, character) = BARE.iter().find(|(name, _)| bytes.starts_with(name))?;
    let follows = bytes.get(name.len());

    // As in HTML: `&amp=` and `&ampx` are query parameters of a URL, not entities.
    let glued = follows.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'=' | b';'));
    (!glued).then_some((character, name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_numeric_and_bare_entities_are_read() {
        let cases: [(&str, Option<(char, usize)>); 16] = [
            ("&amp;", Some(('&', 5))),
            ("&nbsp x", Some(('\u{A0}', 5))),
            ("&nbspx", None),
            ("&amp=1", None),
            ("&lt", Some(('<', 3))),
            ("&laquo", None),
            ("&bogus;", None),
            ("&hellip;", Some(('…', 8))),
            ("&Amp;", None),
            ("&#1582;", Some(('خ', 7))),
            ("&#x62E;", Some(('خ', 7))),
            ("&#X62e;", Some(('خ', 7))),
            ("&#150;", Some(('–', 6))),
            ("&#55296;", Some(('\u{FFFD}', 8))),
            ("&#12345678;", None),
            ("&#1582", None),
        ];
        for (text, expected) in cases {
            assert_eq!(entity(text.as_bytes()), expected, "{text}");
        }
    }
}
