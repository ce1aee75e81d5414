//! The encoding that a page declares in its head.

/// Bytes searched for it. The HTML standard allows 1,024; some writers need more.
const HEAD: usize = 4096;

/// The label after the first `charset=` in a `<meta>` tag, or after the `encoding=` of an XML declaration.
pub(super) fn declared(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..HEAD).unwrap_or(bytes).to_ascii_lowercase();
    let xml = head.trim_ascii_start().starts_with(b"<?xml").then_some((&b"<?xml"[..], &b"encoding"[..]));
    let (tag, key) = xml.unwrap_or((b"<meta", b"charset"));

    // A `<meta>` without a charset is common, so the search goes on behind it.
    let mut at = 0;
    while let Some(next) = memchr::memmem::find(head.get(at..)?, tag) {
        let start = at + next + tag.len();
        let rest = head.get(start..)?;
        let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
        if let Some(label) = rest.get(..end).and_then(|inside| value(inside, key)) {
            return Some(label);
        }
        at = start;
    }

    None
}

/// The encoding label of a Content-Type.
#[cfg(feature = "warc")]
pub(in crate::input) fn of_content_type(content_type: &str) -> Option<String> {
    value(content_type.to_ascii_lowercase().as_bytes(), b"charset")
}

/// The value of `key` in lower-case bytes such as `charset="utf-8"`, without its quotes.
fn value(bytes: &[u8], key: &[u8]) -> Option<String> {
    let at = memchr::memmem::find(bytes, key)? + key.len();
    let rest = bytes.get(at..)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();

    let label = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.' | b'+');
    let label: Vec<u8> =
        rest.iter().skip_while(|byte| matches!(byte, b'"' | b'\'')).take_while(label).copied().collect();

    String::from_utf8(label).ok().filter(|label| !label.is_empty())
}
