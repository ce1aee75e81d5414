//! A strict, lazy JSON scanner: checks a whole line and reports the top-level fields of its object as byte ranges.
//!
//! Own code where crates exist, because none kept all three demands. Every byte is checked (`serde_json` and
//! `sonic-rs` pass lone surrogates in values they skip, and `sonic-rs`'s object iterator passes what follows the
//! closing brace). No input may end the process (`sonic-rs` recurses without a limit: some 100,000 nested brackets
//! overflow the stack). Values are reported as ranges of the line, so that one can be replaced and all others stay byte
//! for byte. `serde_json` is the oracle in the tests. Grammar: RFC 8259, with lone surrogate escapes refused.

use std::borrow::Cow;
use std::ops::Range;

/// Deeper nesting is refused; RFC 8259 §9 allows a limit. What an honest writer nests stays under 20.
pub(super) const MAX_DEPTH: usize = 1024;

/// What is wrong, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Invalid {
    pub(super) offset: usize,
    pub(super) what: &'static str,
}

/// What kind of value stands somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Integer,
    /// A number with a fraction or an exponent.
    Float,
    String,
    Array,
    Object,
}

impl Kind {
    /// With an article, for messages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Integer => "an integer",
            Self::Float => "a number with a fraction or an exponent",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// A value: its kind and where it stands in the line, quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// Checks that `line` is one valid JSON value. If it is an object, calls `field` with each of its keys (decoded) and
/// values in order. Returns the kind of the value. Linear in the line; allocates only for keys with escapes.
///
/// # Errors
/// The line is no valid JSON; `field` may have been called for what stands before the error.
pub(super) fn scan<'a>(line: &'a str, mut field: impl FnMut(Cow<'a, str>, Value)) -> Result<Kind, Invalid> {
    let mut scanner = Scanner { line, bytes: line.as_bytes(), at: 0 };
    scanner.space();
    let kind = if scanner.peek() == Some(b'{') {
        scanner.fields(&mut field)?;
        Kind::Object
    } else {
        scanner.value()?
    };
    scanner.space();
    match scanner.peek() {
        None => Ok(kind),
        Some(_) => scanner.fail("more follows the value"),
    }
}

struct Scanner<'a> {
    line: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn fail<T>(&self, what: &'static str) -> Result<T, Invalid> {
        let what = if self.at < self.bytes.len() { what } else { "the line ends too early" };
        Err(Invalid { offset: self.at, what })
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Invalid> {
        if self.peek() != Some(byte) {
            return self.fail(what);
        }
        self.at += 1;
        Ok(())
    }

    /// The fields of the outermost object.
    fn fields(&mut self, field: &mut impl FnMut(Cow<'a, str>, Value)) -> Result<(), Invalid> {
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            let key = self.key()?;
            let start = self.at;
            let kind = self.value()?;
            field(decode(self.line, key), Value { kind, range: start..self.at });
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return self.fail("expected , or } after a value"),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// A key, the colon, and the space around it.
    fn key(&mut self) -> Result<Range<usize>, Invalid> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return self.fail("expected a key in double quotes");
        }
        self.string()?;
        let key = start..self.at;
        self.space();
        self.expect(b':', "expected : after a key")?;
        self.space();
        Ok(key)
    }

    /// Any value, at `at` without space before it. Containers are walked with a stack of bits, not by recursion.
    fn value(&mut self) -> Result<Kind, Invalid> {
        match self.peek() {
            Some(b'{') => self.container().map(|()| Kind::Object),
            Some(b'[') => self.container().map(|()| Kind::Array),
            _ => self.scalar(),
        }
    }

    fn scalar(&mut self) -> Result<Kind, Invalid> {
        match self.peek() {
            Some(b'"') => self.string().map(|()| Kind::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Kind::Bool),
            Some(b'f') => self.word("false", Kind::Bool),
            Some(b'n') => self.word("null", Kind::Null),
            _ => self.fail("expected a value"),
        }
    }

    fn word(&mut self, word: &'static str, kind: Kind) -> Result<Kind, Invalid> {
        if !self.bytes.get(self.at..).unwrap_or_default().starts_with(word.as_bytes()) {
            return self.fail("expected a value");
        }
        self.at += word.len();
        Ok(kind)
    }

    fn container(&mut self) -> Result<(), Invalid> {
        let mut stack = Stack::default();
        loop {
            // A value is expected here.
            let mut closed = match self.peek() {
                Some(open @ (b'{' | b'[')) => self.open(open, &mut stack)?,
                _ => self.scalar().map(|_| true)?,
            };
            while closed {
                let Some(object) = stack.top() else { return Ok(()) };
                closed = self.after_value(object)?;
                if closed {
                    stack.pop();
                }
            }
        }
    }

    /// Enters a container up to its first value; `true` if it is empty and therefore already left.
    fn open(&mut self, open: u8, stack: &mut Stack) -> Result<bool, Invalid> {
        let (object, close) = (open == b'{', open + 2);
        if !stack.push(object) {
            return self.fail("nested deeper than 1024 levels");
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(close) {
            self.at += 1;
            stack.pop();
            return Ok(true);
        }
        if object {
            self.key()?;
        }
        Ok(false)
    }

    /// Goes on after a value in a container: `true` if the container ends, `false` if another value follows.
    fn after_value(&mut self, object: bool) -> Result<bool, Invalid> {
        self.space();
        match (self.peek(), object) {
            (Some(b','), _) => {}
            (Some(b'}'), true) | (Some(b']'), false) => {
                self.at += 1;
                return Ok(true);
            }
            (_, true) => return self.fail("expected , or } after a value"),
            (_, false) => return self.fail("expected , or ] after a value"),
        }
        self.at += 1;
        self.space();
        if object {
            self.key()?;
        }
        Ok(false)
    }

    fn number(&mut self) -> Result<Kind, Invalid> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        let mut kind = Kind::Integer;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
            kind = Kind::Float;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
            kind = Kind::Float;
        }
        Ok(kind)
    }

    fn digits(&mut self) -> Result<(), Invalid> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { self.fail("expected a digit") } else { Ok(()) }
    }

    /// A string from its opening quote.
    fn string(&mut self) -> Result<(), Invalid> {
        self.at += 1;
        loop {
            self.at += plain(self.bytes.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                _ => return self.fail("control characters must be escaped in a string"),
            }
        }
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Invalid> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') => match unicode(self.bytes.get(self.at..).unwrap_or_default()) {
                Some((_, length)) => {
                    self.at += length;
                    Ok(())
                }
                None => self.fail("\\u needs four hexadecimal digits that make a character, alone or as a pair"),
            },
            _ => self.fail("unknown escape"),
        }
    }
}

/// One bit for each open container: is it an object?
struct Stack {
    bits: [u64; MAX_DEPTH / 64],
    depth: usize,
}

impl Default for Stack {
    fn default() -> Self {
        Self { bits: [0; MAX_DEPTH / 64], depth: 0 }
    }
}

impl Stack {
    fn push(&mut self, object: bool) -> bool {
        let Some(word) = self.bits.get_mut(self.depth / 64) else { return false };
        let bit = 1 << (self.depth % 64);
        *word = if object { *word | bit } else { *word & !bit };
        self.depth += 1;
        true
    }

    fn top(&self) -> Option<bool> {
        let last = self.depth.checked_sub(1)?;
        self.bits.get(last / 64).map(|word| word >> (last % 64) & 1 == 1)
    }

    fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

/// Bytes before the first quote, backslash or control character. Eight at a time; in the mask of each word the lowest
/// set bit is exact (borrows only reach higher bytes), and only the lowest is used.
fn plain(bytes: &[u8]) -> usize {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = LOW << 7;
    let zero = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
    let (words, rest) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let control = word.wrapping_sub(LOW * 0x20) & !word & HIGH;
        let found = control | zero(word ^ (LOW * u64::from(b'"'))) | zero(word ^ (LOW * u64::from(b'\\')));
        if found != 0 {
            return place * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    bytes.len() - rest.len() + rest.iter().position(special).unwrap_or(rest.len())
}

/// The character that a `\uXXXX` escape, or a surrogate pair of two, stands for, and the length of the escape.
fn unicode(bytes: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let escape = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        escape.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
    };
    let first = unit(0)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 6));
    }
    let second = unit(6)?;
    if !(0xD800..0xDC00).contains(&first) || !(0xDC00..0xE000).contains(&second) {
        return None;
    }
    Some((char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))?, 12))
}

/// The text of the string that stands at `range` of a scanned line, quotes included. Borrowed if it has no escapes.
pub(super) fn decode(line: &str, range: Range<usize>) -> Cow<'_, str> {
    let inner = line.get(range.start + 1..range.end.saturating_sub(1)).unwrap_or_default();
    let Some(mut escape) = memchr::memchr(b'\\', inner.as_bytes()) else { return Cow::Borrowed(inner) };
    let (mut text, mut rest) = (String::with_capacity(inner.len()), inner);
    loop {
        text.push_str(rest.get(..escape).unwrap_or_default());
        rest = rest.get(escape..).unwrap_or_default();
        let (character, length) = unescape(rest.as_bytes());
        text.push(character);
        rest = rest.get(length..).unwrap_or_default();
        match memchr::memchr(b'\\', rest.as_bytes()) {
            Some(next) => escape = next,
            None => break,
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// The character that the escape at the start of `bytes` stands for, and its length. The scanner has checked it.
fn unescape(bytes: &[u8]) -> (char, usize) {
    let character = match bytes.get(1) {
        Some(b'u') => return unicode(bytes).unwrap_or((char::REPLACEMENT_CHARACTER, 2)),
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(&other) => char::from(other),
        None => char::REPLACEMENT_CHARACTER,
    };
    (character, 2)
}

#[cfg(test)]
mod tests;
