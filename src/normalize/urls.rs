//! Finds URLs and e-mail addresses in a text.
//!
//! A URL begins with `http://`, `https://` or `www.` in any case, also inside a word, and ends before white space, a
//! quotation mark, `<`, `>`, `«`, `»` or `،`. An address is `local@label.rest` in the ASCII characters of addresses.
//! The leftmost match wins, and a URL wins over an address that begins at the same place.

use memchr::{memchr_iter, memchr3_iter};

/// A place in a text: the first byte and the byte after the last.
type UrlSpan = (usize, usize);

/// Finds the URLs and addresses of one text, in order.
#[derive(Debug, Default)]
pub(super) struct UrlFinder {
    /// The next URL; `None` before the first search, `Some(None)` if there is none left.
    url: Option<Option<UrlSpan>>,
    /// The same for addresses.
    address: Option<Option<UrlSpan>>,
}

impl UrlFinder {
    /// The first URL or address of `text` that begins at `from` or later. Linear over all calls that each continue at
    /// the end of the last match.
    pub(super) fn next(&mut self, text: &str, from: usize) -> Option<UrlSpan> {
        // Each kind keeps its next match, so that no search is repeated.
        let url = renew(&mut self.url, from, || next_url(text, from));
        let address = renew(&mut self.address, from, || next_address(text, from));
        match (url, address) {
            (Some(url), Some(address)) if address.0 < url.0 => Some(address),
            (url, address) => url.or(address),
        }
    }
}

/// The known match if it begins at `from` or later, else the result of `search`.
fn renew(
    known: &mut Option<Option<UrlSpan>>,
    from: usize,
    search: impl FnOnce() -> Option<UrlSpan>,
) -> Option<UrlSpan> {
    match known {
        Some(Some(found)) if found.0 < from => *known.insert(search()),
        Some(found) => *found,
        None => *known.insert(search()),
    }
}

/// The first address that begins at `from` or later.
fn next_address(text: &str, from: usize) -> Option<UrlSpan> {
    memchr_iter(b'@', text.as_bytes().get(from..)?).find_map(|found| {
        let at = from + found;
        // An `@` is ASCII, so both ends are character boundaries.
        let before = text.get(from..at)?;
        let local = before.chars().rev().take_while(|&c| is_local(c)).map(char::len_utf8).sum::<usize>();
        (local > 0).then(|| address(text, at)).flatten().map(|end| (at - local, end))
    })
}

/// The first URL that begins at `from` or later: searches for the bytes that every URL has near its beginning.
fn next_url(text: &str, from: usize) -> Option<UrlSpan> {
    let bytes = text.as_bytes();
    memchr3_iter(b'/', b'w', b'W', bytes.get(from..)?).find_map(|found| {
        let at = from + found;
        // A slash may be the first of `://`; a w may begin `www.`.
        let starts = if bytes[at] == b'/' { scheme_starts(bytes, at) } else { [Some(at), None, None] };
        let start = starts.into_iter().flatten().find(|&start| start >= from && url(text, start).is_some())?;
        url(text, start).map(|end| (start, end))
    })
}

/// Where a scheme may begin whose first slash is at `slash`: `http:`, `https:`, or `httpſ:` with its two-byte ſ.
fn scheme_starts(bytes: &[u8], slash: usize) -> [Option<usize>; 3] {
    let follows = slash > 0 && bytes[slash - 1] == b':' && bytes.get(slash + 1) == Some(&b'/');
    [7, 6, 5].map(|back| slash.checked_sub(back).filter(|_| follows))
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

/// Bytes of `http://` or `https://` at the start of `rest`; the long s counts as an s, as in Unicode case folding.
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

/// Bytes of the run of characters at `at` that `belongs` accepts; `at` is a character boundary.
fn run(text: &str, at: usize, belongs: impl Fn(char) -> bool) -> usize {
    let Some(rest) = text.get(at..) else {
        debug_assert!(false, "a run begins at a character boundary");
        return 0;
    };

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

/// No white space (Unicode's, and the separator controls), no angle bracket or quotation mark, no Arabic comma.
fn is_url(character: char) -> bool {
    !(character.is_whitespace() || matches!(character, '\u{1C}'..='\u{1F}' | '<' | '>' | '"' | '«' | '»' | '،'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The first URL or address that begins at `from` or later, looked for at every byte.
    fn plain(text: &str, from: usize) -> Option<(usize, usize)> {
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

    fn found(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        let mut at = 0;
        let mut finder = UrlFinder::default();
        while let Some((start, end)) = finder.next(text, at) {
            assert_eq!(plain(text, at), Some((start, end)), "{text}");
            out.push(&text[start..end]);
            at = end;
        }
        assert_eq!(plain(text, at), None, "{text}");
        out
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_looking_at_every_byte_finds(pieces in prop::collection::vec(
            prop::sample::select(vec![
                "http", "HTTPs", "httpſ", "s", "://", ":", "/", "www.", "W", "w", ".", "a", "b1", "@", "@", "-", " ", "<", "«",
                "،", "ı", "İ", "\u{212A}", "é", "ب", "%",
            ]), 0..30)) {
            found(&pieces.concat());
        }
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
