//! The same scan as the strict one, for lines that have nothing wrong with them: most of them, in most inputs.
//!
//! A line is valid or it is not known whether it is; then the strict scan reads it again and says what is wrong. So this
//! one needs no messages, and may give up on what is rare: keys with escapes, and nesting beyond 64 levels. Strings, which
//! are nearly all of such input, are passed over with `memchr`. That both scans say the same of every line that this one
//! accepts is tested on tables and on random and damaged lines.
//! (`sonic-rs` was measured for this: its lazy iterator passes what follows the closing brace, and deep nesting overflows
//! its stack.)

use std::ops::Range;

/// Checks that `line` is one valid JSON object and calls `field` with each of its keys and the range of its value, quotes
/// included. `field` returns whether it takes a string: then it checks the escapes of it itself, when it decodes them.
/// `None` if something is wrong, or too rare.
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

/// Whether a byte stands anywhere that must not stand in a string.
fn has_controls(bytes: &[u8]) -> bool {
    let mut chunks = bytes.chunks_exact(128);
    // The inner loop has no branches, so that it is made of vector instructions.
    let dirty = |chunk: &[u8]| chunk.iter().fold(false, |found, byte| found | (*byte < b' '));
    chunks.by_ref().any(dirty) || dirty(chunks.remainder())
}

struct JsonCursor<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether strings must be searched for control characters.
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

    /// Only white space may follow.
    fn end(&mut self) -> Option<()> {
        self.space();
        (self.at == self.bytes.len()).then_some(())
    }

    /// A key, the colon, and the space around it. Returns where the key stands, without quotes.
    fn key(&mut self) -> Option<Range<usize>> {
        let key = self.string()?;
        if memchr::memchr(b'\\', self.bytes.get(key.clone())?).is_some() {
            return None;
        }
        self.space();
        self.eat(b':')?;
        self.space();
        Some(key)
    }

    /// Passes over a string, its escapes unchecked. Returns where its content stands.
    fn string(&mut self) -> Option<Range<usize>> {
        self.eat(b'"')?;
        let start = self.at;
        loop {
            let quote = self.at + memchr::memchr(b'"', self.bytes.get(self.at..)?)?;
            self.at = quote + 1;
            let content = self.bytes.get(start..quote)?;
            let backslashes = content.iter().rev().take_while(|byte| **byte == b'\\').count();
            if backslashes % 2 == 0 {
                return (!self.controls || !has_controls(content)).then_some(start..quote);
            }
        }
    }

    /// Passes over any value.
    fn value(&mut self) -> Option<()> {
        // One bit a level, 1 for objects; the lowest is the innermost.
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

    /// Opens an array or object; whether it was closed at once.
    fn open(&mut self, kinds: &mut u64, depth: &mut u32) -> Option<bool> {
        let object = self.next()? == b'{';
        self.space();
        if self.peek()? == if object { b'}' } else { b']' } {
            self.at += 1;
            return Some(true);
        }
        if *depth == u64::BITS {
            return None;
        }
        (*kinds, *depth) = (*kinds << 1 | u64::from(object), *depth + 1);
        if object {
            self.key()?;
        }
        Some(false)
    }

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
        let found = self.bytes.get(self.at..)?.starts_with(word);
        self.at += word.len();
        found.then_some(())
    }

    fn number(&mut self) -> Option<()> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
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

    /// At least one digit.
    fn digits(&mut self) -> Option<()> {
        let rest = self.bytes.get(self.at..)?;
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(())
    }
}
