//! A fast scan of valid lines, which are most lines of most inputs.
//!
//! It accepts a line or leaves it to the strict scan, which reads it again and describes the error. So it needs no
//! messages and may give up on rare input: keys with escapes, and nesting beyond 64 levels. Strings, nearly all of such
//! input, are skipped with `memchr`. Tests on tables and on random and damaged lines check that both scans agree on
//! every line that this one accepts.
//!
//! (`sonic-rs` was measured too: its lazy iterator accepts anything after the closing brace, and deep nesting overflows
//! its stack.)

use std::ops::Range;

/// Checks that `line` is one valid JSON object, and calls `field` with each key and the range of its value, quotes
/// included. For a string, `field` returns whether it will check the escapes itself when it decodes them. `None` if the
/// line is invalid or too rare for this scan.
pub(in crate::input) fn scan<'a>(line: &'a str, mut field: impl FnMut(&'a str, Range<usize>) -> bool) -> Option<()> {
    let controls = has_controls(line.as_bytes());
    let mut cursor = JsonCursor { bytes: line.as_bytes(), at: 0, controls };

    cursor.space();
    cursor.eat(b'{')?;
    cursor.space();
    if cursor.peek() == Some(b'}') {
        cursor.at += 1;
        return cursor.end();
    }

    loop {
        let key = cursor.key()?;
        let start = cursor.at;
        if cursor.peek() == Some(b'"') {
            let content = cursor.string()?;
            if !field(line.get(key)?, start..cursor.at) {
                // The key has no escapes, so its bytes are its text.
                super::escapes::valid(cursor.bytes.get(content)?)?;
            }
        } else {
            cursor.value()?;
            field(line.get(key)?, start..cursor.at);
        }

        cursor.space();
        match cursor.next()? {
            b',' => cursor.space(),
            b'}' => return cursor.end(),
            _ => return None,
        }
    }
}

/// Whether any byte is a control character, which must not occur in a string.
fn has_controls(bytes: &[u8]) -> bool {
    let mut chunks = bytes.chunks_exact(128);
    // The inner loop has no branches, so the compiler uses vector instructions.
    let dirty = |chunk: &[u8]| chunk.iter().fold(false, |found, byte| found | (*byte < b' '));
    chunks.by_ref().any(dirty) || dirty(chunks.remainder())
}

/// Bytes of a string that are looked at one by one.
const FEW: usize = 16;

/// A position in a line.
struct JsonCursor<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether the line has control characters, so that each string must be searched for them.
    controls: bool,
}

impl JsonCursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Succeeds if only white space follows.
    fn end(&mut self) -> Option<()> {
        self.space();
        (self.at == self.bytes.len()).then_some(())
    }

    /// Reads a key, the colon and the white space around it. Returns the range of the key without quotes.
    fn key(&mut self) -> Option<Range<usize>> {
        let key = match self.short_string() {
            Some(key) => key,
            // Keys with escapes are left to the strict scan, which decodes them.
            None => self.string().filter(|key| !self.bytes[key.clone()].contains(&b'\\'))?,
        };

        self.space();
        self.eat(b':')?;
        self.space();
        Some(key)
    }

    /// Skips a string of few bytes without escapes, in a line without control characters. `None`, and nothing is skipped, for
    /// any other. A search for the quote would cost more than to look at each of the few bytes.
    fn short_string(&mut self) -> Option<Range<usize>> {
        let rest = self.bytes.get(self.at..)?.strip_prefix(b"\"").filter(|_| !self.controls)?;
        let length = rest.iter().take(FEW).position(|byte| matches!(byte, b'"' | b'\\'))?;
        let is_end = rest[length] == b'"';

        let start = self.at + 1;
        self.at = if is_end { start + length + 1 } else { self.at };
        is_end.then_some(start..start + length)
    }

    /// Skips a string without checking its escapes. Returns the range of its content.
    fn string(&mut self) -> Option<Range<usize>> {
        self.eat(b'"')?;
        let start = self.at;

        loop {
            let quote = self.at + memchr::memchr(b'"', self.bytes.get(self.at..)?)?;
            self.at = quote + 1;

            let content = self.bytes.get(start..quote)?;
            // A quote after an odd number of backslashes is escaped.
            let backslashes = content.iter().rev().take_while(|byte| **byte == b'\\').count();
            if backslashes % 2 == 0 {
                return (!self.controls || !has_controls(content)).then_some(start..quote);
            }
        }
    }

    /// Skips any value. Without recursion, so nesting cannot exhaust the stack.
    fn value(&mut self) -> Option<()> {
        // The kinds of the open levels: one bit for each, 1 for an object; the lowest is the innermost.
        let (mut kinds, mut depth) = (0_u64, 0_u32);
        loop {
            let closed = match self.peek()? {
                b'{' | b'[' => self.open(&mut kinds, &mut depth)?,
                _ => {
                    self.scalar()?;
                    true
                }
            };

            if !closed {
                continue;
            }

            // A value has ended: leave the levels that end here, up to the next value.
            loop {
                if depth == 0 {
                    return Some(());
                }
                self.space();
                match (self.next()?, kinds & 1 == 1) {
                    (b',', object) => {
                        self.space();
                        if object {
                            self.key()?;
                        }
                        break;
                    }
                    (b'}', true) | (b']', false) => (kinds, depth) = (kinds >> 1, depth - 1),
                    _ => return None,
                }
            }
        }
    }

    /// Opens an array or object; returns whether it was empty and is closed again.
    fn open(&mut self, kinds: &mut u64, depth: &mut u32) -> Option<bool> {
        let object = self.next()? == b'{';

        self.space();
        if self.peek()? == if object { b'}' } else { b']' } {
            self.at += 1;
            return Some(true);
        }

        // The bits are used up.
        if *depth == u64::BITS {
            return None;
        }

        (*kinds, *depth) = (*kinds << 1 | u64::from(object), *depth + 1);

        if object {
            self.key()?;
        }
        Some(false)
    }

    /// Skips a string, literal or number.
    fn scalar(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => {
                let content = self.string()?;
                super::escapes::valid(self.bytes.get(content)?)
            }
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            _ => self.number(),
        }
    }

    fn literal(&mut self, word: &[u8]) -> Option<()> {
        // A literal that does not fit ends the scan, so the place after it does not matter.
        let found = self.bytes.get(self.at..)?.starts_with(word);
        self.at += word.len();
        found.then_some(())
    }

    fn number(&mut self) -> Option<()> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        // A leading zero must be the only digit before the point.

        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }

        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }

        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }

        Some(())
    }

    /// Skips digits, of which there must be at least one.
    fn digits(&mut self) -> Option<()> {
        let rest = self.bytes.get(self.at..)?;
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();

        self.at += count;
        (count > 0).then_some(())
    }
}
