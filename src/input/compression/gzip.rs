//! Gzip members, one after the other; those of BGZF several at once.
//!
//! The members are read here and not by `flate2`'s readers for two reasons: everything that was decompressed before the
//! damage is given, wherever it stands, so that the records of a damaged file do not depend on the sizes of buffers; and
//! the extra field in which BGZF writers note the size of a member is seen.

use std::io::{self, BufRead, BufReader, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

/// Members with a known size that are decompressed at once; they hold at most 64 KiB each.
const BATCH: usize = 64;

/// Bits of the flag byte.
const HEADER_SUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;

/// Decompresses member after member.
pub(super) struct GzipReader<R: Read> {
    reader: BufReader<R>,
    threads: usize,
    inflate: Box<Decompress>,
    crc: Crc,
    state: GzipState,
    /// What a batch gave.
    ready: Vec<u8>,
    at: usize,
    /// The error after that.
    error: Option<io::Error>,
}

enum GzipState {
    /// Between members.
    Header,
    Body,
    End,
}

impl<R: Read> GzipReader<R> {
    pub(super) fn new(reader: BufReader<R>, threads: usize) -> Self {
        let inflate = Box::new(Decompress::new(false));
        Self {
            reader,
            threads,
            inflate,
            crc: Crc::new(),
            state: GzipState::Header,
            ready: Vec::new(),
            at: 0,
            error: None,
        }
    }

    /// Begins the next member, if there is one.
    fn header(&mut self) -> io::Result<()> {
        match self.reader.fill_buf()?.first() {
            None => self.state = GzipState::End,
            Some(0) => {
                only_zeros(&mut self.reader)?;
                self.state = GzipState::End;
            }
            Some(_) => {
                let size = header(&mut self.reader)?;
                match size {
                    Some(size) => self.batch(size)?,
                    None => self.begin(),
                }
            }
        }
        Ok(())
    }

    fn begin(&mut self) {
        self.inflate.reset(false);
        self.crc.reset();
        self.state = GzipState::Body;
    }

    /// Decompresses some of the body straight into `buffer`. What was made before an error is given before it.
    fn body(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // At the end of the input there may still be output that did not fit before.
            let input = self.reader.fill_buf()?;
            let ended = input.is_empty();
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let result = self.inflate.decompress(input, buffer, FlushDecompress::None);
            let consumed = (self.inflate.total_in() - before_in) as usize;
            let made = (self.inflate.total_out() - before_out) as usize;
            self.reader.consume(consumed);
            self.crc.update(buffer.get(..made).unwrap_or_default());
            match result {
                Ok(Status::StreamEnd) => self.trailer(),
                Ok(_) if made == 0 && consumed == 0 => self.error = Some(if ended { truncated() } else { corrupt() }),
                Ok(_) => {}
                Err(_) => self.error = Some(corrupt()),
            }
            if made > 0 || self.error.is_some() || !matches!(self.state, GzipState::Body) {
                return Ok(made);
            }
        }
    }

    /// The check sum and size after a member.
    fn trailer(&mut self) {
        self.state = GzipState::Header;
        let mut trailer = [0; 8];
        if self.reader.read_exact(&mut trailer).is_err() {
            self.error = Some(truncated());
        } else if u64::from_le_bytes(trailer) != u64::from(self.crc.sum()) | u64::from(self.crc.amount()) << 32 {
            self.error = Some(wrong_sum());
        }
    }

    /// Reads up to [`BATCH`] members with known sizes, of which `size` bytes of the first are left, and decompresses
    /// them together.
    fn batch(&mut self, size: usize) -> io::Result<()> {
        let mut members = Vec::new();
        let mut next = Some(size);
        while let Some(size) = next.take() {
            let mut member = vec![0; size];
            if self.reader.read_exact(&mut member).is_err() {
                self.error = Some(truncated());
                break;
            }
            members.push(member);
            let more = members.len() < BATCH && matches!(self.reader.fill_buf(), Ok([0x1F, ..]));
            if more {
                match header(&mut self.reader) {
                    Ok(Some(size)) => next = Some(size),
                    // A member of another kind; its header is read.
                    Ok(None) => self.begin(),
                    Err(error) => self.error = Some(error),
                }
            }
        }
        self.together(&members);
        Ok(())
    }

    fn together(&mut self, members: &[Vec<u8>]) {
        let share = members.len().div_ceil(self.threads.max(1)).max(4);
        let mut shares: Vec<(Vec<u8>, Option<io::Error>)> = Vec::new();
        if share >= members.len() {
            shares.push(inflate_all(members));
        } else {
            std::thread::scope(|scope| {
                let workers: Vec<_> =
                    members.chunks(share).map(|members| scope.spawn(move || inflate_all(members))).collect();
                shares.extend(workers.into_iter().map(|worker| {
                    worker.join().unwrap_or_else(|_| (Vec::new(), Some(io::Error::other("a thread failed"))))
                }));
            });
        }
        (self.at, self.ready) = (0, Vec::with_capacity(shares.iter().map(|(bytes, _)| bytes.len()).sum()));
        for (bytes, error) in shares {
            self.ready.extend_from_slice(&bytes);
            if error.is_some() {
                // What was found wrong later stands behind this.
                self.error = error;
                return;
            }
        }
    }
}

impl<R: Read> Read for GzipReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let ready = self.ready.get(self.at..).unwrap_or_default();
            if !ready.is_empty() {
                let length = ready.len().min(buffer.len());
                buffer[..length].copy_from_slice(&ready[..length]);
                self.at += length;
                return Ok(length);
            }
            if let Some(error) = self.error.take() {
                self.state = GzipState::End;
                return Err(error);
            }
            match self.state {
                GzipState::Header => self.header()?,
                GzipState::End => return Ok(0),
                GzipState::Body => match self.body(buffer)? {
                    0 => {}
                    made => return Ok(made),
                },
            }
        }
    }
}

/// Decompresses members without their headers; what they hold until something is wrong.
fn inflate_all(members: &[Vec<u8>]) -> (Vec<u8>, Option<io::Error>) {
    let mut bytes = Vec::new();
    let mut inflate = Decompress::new(false);
    for member in members {
        inflate.reset(false);
        let start = bytes.len();
        if let Err(error) = inflate_one(&mut inflate, member, &mut bytes) {
            return (bytes, Some(error));
        }
        let mut crc = Crc::new();
        crc.update(bytes.get(start..).unwrap_or_default());
        let trailer = member.last_chunk().map_or(0, |trailer| u64::from_le_bytes(*trailer));
        if trailer != u64::from(crc.sum()) | u64::from(crc.amount()) << 32 {
            return (bytes, Some(wrong_sum()));
        }
    }
    (bytes, None)
}

fn inflate_one(inflate: &mut Decompress, member: &[u8], bytes: &mut Vec<u8>) -> io::Result<()> {
    let body = member.len().checked_sub(8).and_then(|end| member.get(..end)).ok_or_else(truncated)?;
    loop {
        bytes.reserve(1 << 16);
        let (consumed, made) = (inflate.total_in() as usize, inflate.total_out());
        let result = inflate.decompress_vec(body.get(consumed..).unwrap_or_default(), bytes, FlushDecompress::None);
        match result {
            Ok(Status::StreamEnd) if inflate.total_in() as usize == body.len() => return Ok(()),
            Ok(Status::StreamEnd) | Err(_) => return Err(corrupt()),
            Ok(_) if inflate.total_out() == made && inflate.total_in() as usize == consumed => return Err(truncated()),
            Ok(_) => {}
        }
    }
}

/// Reads the header of a member (RFC 1952). Returns how many bytes of the member follow, where its extra field tells.
fn header(reader: &mut impl BufRead) -> io::Result<Option<usize>> {
    let mut fixed = [0; 10];
    exactly(reader, &mut fixed)?;
    let [0x1F, 0x8B, 8, flags, ..] = fixed else {
        return Err(invalid("bytes that are no gzip member follow the last one"));
    };
    let mut length = fixed.len();
    let mut size = None;
    if flags & EXTRA != 0 {
        let mut extra_length = [0; 2];
        exactly(reader, &mut extra_length)?;
        let mut extra = vec![0; usize::from(u16::from_le_bytes(extra_length))];
        exactly(reader, &mut extra)?;
        length += 2 + extra.len();
        size = member_size(&extra);
    }
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            length += reader.by_ref().take(1 << 16).read_until(0, &mut Vec::new())?;
        }
    }
    if flags & HEADER_SUM != 0 {
        exactly(reader, &mut [0; 2])?;
        length += 2;
    }
    Ok(size.and_then(|size: usize| size.checked_sub(length)).filter(|left| *left > 8))
}

/// The size of a whole member, as BGZF notes it: the subfield `BC`.
fn member_size(mut extra: &[u8]) -> Option<usize> {
    while let [first, second, low, high, rest @ ..] = extra {
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let value = rest.get(..length)?;
        if let ([b'B', b'C'], [low, high]) = ([*first, *second], value) {
            return Some(usize::from(u16::from_le_bytes([*low, *high])) + 1);
        }
        extra = rest.get(length..)?;
    }
    None
}

fn only_zeros(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.iter().any(|byte| *byte != 0) {
            return Err(invalid("bytes that are no gzip member follow the last one"));
        }
        match buffer.len() {
            0 => return Ok(()),
            length => reader.consume(length),
        }
    }
}

fn exactly(reader: &mut impl BufRead, bytes: &mut [u8]) -> io::Result<()> {
    reader.read_exact(bytes).map_err(
        |error| {
            if error.kind() == io::ErrorKind::UnexpectedEof { truncated() } else { error }
        },
    )
}

fn truncated() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the gzip stream ends too early")
}

fn corrupt() -> io::Error {
    invalid("corrupt gzip data")
}

fn wrong_sum() -> io::Error {
    invalid("the check sum of the gzip data differs")
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
