//! URLs and e-mail addresses: where they stand in a text.
//!
//! A URL begins with `http://`, `https://` or `www.` in any case, wherever that stands, and ends before white space, a
//! quotation mark, `<`, `>`, `«`, `»` or `،`. An address is `local@label.rest` over the ASCII characters that
//! addresses hold. The leftmost wins; a URL wins over an address that begins at the same place.

/// The first URL or address of `text` that begins at `from` or later: its first byte and the one past its last.
///
/// Linear over all calls that continue where the last one ended.
pub(super) fn next(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = from;
    let mut run_end = from;
    while let Some(&byte) = bytes.get(at) {
        if matches!(byte, b'h' | b'H' | b'w' | b'W')
            && let Some(end) = url(text, at)
        {
            return Some((at, end));
        }
        // Most bytes can begin neither: those of Arabic letters, and ASCII punctuation.
        if at < run_end || !may_begin_address(byte) {
            at += 1;
            continue;
        }
        run_end = at + run(text, at, is_local);
        if let Some(end) = (run_end > at).then(|| address(text, run_end)).flatten() {
            return Some((at, end));
        }
        at += 1;
    }
    None
}

/// Whether `byte` may begin a character that [`is_local`] accepts.
const fn may_begin_address(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | 0xC4 | 0xC5 | 0xE2)
}

/// The end of the URL that begins at `at`.
fn url(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let head = match rest.as_bytes() {
        [b'w' | b'W', b'w' | b'W', b'w' | b'W', b'.', ..] => 4,
        _ => scheme(rest)?,
    };
    let body = run(text, at + head, is_url);
    (body > 0).then_some(at + head + body)
}

/// Bytes of `http://` or `https://` at the start of `rest`; the long s counts as an s, as case folding has it.
fn scheme(rest: &str) -> Option<usize> {
    let http = rest.get(..4).filter(|head| head.eq_ignore_ascii_case("http"))?.len();
    let after = &rest[http..];
    let s = after.chars().next().filter(|c| matches!(c, 's' | 'S' | 'ſ')).map_or(0, char::len_utf8);
    after[s..].starts_with("://").then_some(http + s + 3)
}

/// The end of the address whose local part ends at `at`.
fn address(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let label_start = (bytes.get(at) == Some(&b'@')).then_some(at + 1)?;
    let label_end = label_start + run(text, label_start, is_label);
    let tail_start = (label_end > label_start && bytes.get(label_end) == Some(&b'.')).then_some(label_end + 1)?;
    let tail = run(text, tail_start, |c| is_label(c) || c == '.');
    (tail > 0).then_some(tail_start + tail)
}

/// Bytes of the run of characters at `at` that `belongs` accepts.
fn run(text: &str, at: usize, belongs: impl Fn(char) -> bool) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

/// ASCII letters and digits, and the four characters that case folding makes equal to an ASCII letter.
fn is_alphanumeric(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, 'ı' | 'İ' | 'ſ' | '\u{212A}')
}

fn is_local(character: char) -> bool {
    is_alphanumeric(character) || matches!(character, '.' | '_' | '%' | '+' | '-')
}

fn is_label(character: char) -> bool {
    is_alphanumeric(character) || character == '-'
}

/// Not white space (all of Unicode's and the separator controls), not a bracket or quotation mark, not an Arabic comma.
fn is_url(character: char) -> bool {
    !(character.is_whitespace() || matches!(character, '\u{1C}'..='\u{1F}' | '<' | '>' | '"' | '«' | '»' | '،'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        let mut at = 0;
        while let Some((start, end)) = next(text, at) {
            out.push(&text[start..end]);
            at = end;
        }
        out
    }

    #[test]
    fn urls_and_addresses_are_found_where_they_stand() {
        let cases: [(&str, &[&str]); 10] = [
            ("انظر https://t.co/Ab1?x=2، ثم", &["https://t.co/Ab1?x=2"]),
            ("xhttp://a b", &["http://a"]),
            ("awww.x.com» WWW.Y", &["www.x.com", "WWW.Y"]),
            ("xwww.a@b.c d", &["xwww.a@b.c"]),
            ("www.a@b.c/d e", &["www.a@b.c/d"]),
            ("راسل a.b+c@d-e.com.", &["a.b+c@d-e.com."]),
            ("a@b c@.d @e.f g@h.", &[]),
            ("http:// www. https:/x", &[]),
            ("a@b@c.d", &["b@c.d"]),
            ("www.\u{85}x httpſ://y", &["httpſ://y"]),
        ];
        for (text, expected) in cases {
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
