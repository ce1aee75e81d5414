//! Gzip members, read as one stream; BGZF members several at once.
//!
//! The readers of `flate2` are not used, for two reasons. All bytes decompressed before damage must be given, so that
//! the records of a damaged file do not depend on the sizes of buffers. And the extra field, in which BGZF writers note
//! the size of a member, must be seen.

use std::io::{self, BufRead, BufReader, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::input::slices::tail;

/// Most members of known size that are decompressed at once; each holds at most 64 KiB.
const BATCH: usize = 64;

/// Bits of the flag byte (RFC 1952, section 2.3.1).
const HEADER_SUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;

/// Decompresses consecutive members.
pub(super) struct GzipReader<R: Read> {
    reader: BufReader<R>,
    threads: usize,
    inflate: Box<Decompress>,
    crc: Crc,
    state: GzipState,
    /// Decompressed bytes of a batch; those before `at` have been read.
    ready: Vec<u8>,
    at: usize,
    /// The error that follows them.
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

    /// Begins the next member, a batch of members, or the end.
    fn header(&mut self) -> io::Result<()> {
        match self.reader.fill_buf()?.first() {
            None => self.state = GzipState::End,
            // Tape blocks are padded with zeros, which the `gzip` tool ignores too.
            Some(0) => {
                only_zeros(&mut self.reader)?;
                self.state = GzipState::End;
            }
            Some(_) => match header(&mut self.reader)? {
                Some(size) => self.batch(size)?,
                None => self.begin(),
            },
        }
        Ok(())
    }

    /// Begins a member whose header has been read.
    fn begin(&mut self) {
        self.inflate.reset(false);
        self.crc.reset();
        self.state = GzipState::Body;
    }

    /// Decompresses a part of the body straight into `buffer`. An error found on the way is kept for the next call.
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
            self.crc.update(&buffer[..made]);

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

    /// Checks the checksum and size that follow a member.
    fn trailer(&mut self) {
        self.state = GzipState::Header;

        let mut trailer = [0; 8];

        if self.reader.read_exact(&mut trailer).is_err() {
            self.error = Some(truncated());
        } else if !fits_trailer(&self.crc, trailer) {
            self.error = Some(wrong_sum());
        }
    }

    /// Reads up to [`BATCH`] members of known size, the first of which has `size` bytes left after its header, and
    /// decompresses them together.
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
            // Anything else than a member is left to `header`, after these members have been given.
            let has_next = members.len() < BATCH && matches!(self.reader.fill_buf(), Ok([0x1F, ..]));
            if has_next {
                match header(&mut self.reader) {
                    Ok(Some(size)) => next = Some(size),
                    // A member of unknown size. Its header has been read, so it is decompressed after the batch.
                    Ok(None) => self.begin(),
                    Err(error) => self.error = Some(error),
                }
            }
        }

        self.together(&members);

        Ok(())
    }

    /// Decompresses members in parallel; their bytes up to the first error go to `ready`.
    fn together(&mut self, members: &[Vec<u8>]) {
        // Fewer than four members are not worth a thread.
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
                // It precedes any error that reading the members met.
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
            // The order matters: bytes of a batch, then the error behind them, then the next member.
            let ready = tail(&self.ready, self.at);
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
                    // An error or the next member follows.
                    0 => {}
                    made => return Ok(made),
                },
            }
        }
    }
}

/// Decompresses members without their headers. Returns the content up to the first error, and that error.
fn inflate_all(members: &[Vec<u8>]) -> (Vec<u8>, Option<io::Error>) {
    let mut bytes = Vec::new();
    let mut inflate = Decompress::new(false);
    for member in members {
        let Some((body, trailer)) = member.split_last_chunk() else { return (bytes, Some(truncated())) };

        inflate.reset(false);
        let start = bytes.len();
        if let Err(error) = inflate_one(&mut inflate, body, &mut bytes) {
            return (bytes, Some(error));
        }

        let mut crc = Crc::new();
        crc.update(tail(&bytes, start));
        if !fits_trailer(&crc, *trailer) {
            return (bytes, Some(wrong_sum()));
        }
    }

    (bytes, None)
}

/// Appends the content of a member's body to `bytes`, also of a damaged one up to the damage.
fn inflate_one(inflate: &mut Decompress, body: &[u8], bytes: &mut Vec<u8>) -> io::Result<()> {
    loop {
        // `decompress_vec` fills spare capacity and never grows the vector.
        bytes.reserve(1 << 16);
        let (consumed, made) = (inflate.total_in() as usize, inflate.total_out());
        let result = inflate.decompress_vec(tail(body, consumed), bytes, FlushDecompress::None);

        match result {
            // A body that ends before its bytes do is not as long as its header says.
            Ok(Status::StreamEnd) if inflate.total_in() as usize == body.len() => return Ok(()),
            Ok(Status::StreamEnd) | Err(_) => return Err(corrupt()),
            Ok(_) if inflate.total_out() == made && inflate.total_in() as usize == consumed => return Err(truncated()),
            Ok(_) => {}
        }
    }
}

/// Whether the trailer of a member, its CRC-32 and its size modulo 2³², is that of its content.
fn fits_trailer(crc: &Crc, trailer: [u8; 8]) -> bool {
    u64::from_le_bytes(trailer) == u64::from(crc.sum()) | u64::from(crc.amount()) << 32
}

/// Reads the header of a member (RFC 1952). Returns how many bytes of the member follow, if its extra field tells.
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

    // A name or comment of more than 64 KiB is damage, not a name; the body then does not decompress.
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            length += reader.by_ref().take(1 << 16).read_until(0, &mut Vec::new())?;
        }
    }

    if flags & HEADER_SUM != 0 {
        exactly(reader, &mut [0; 2])?;
        length += 2;
    }

    // No member is shorter than its trailer, so such a size is damage; it is then not relied on.
    Ok(size.and_then(|size: usize| size.checked_sub(length)).filter(|left| *left > 8))
}

/// The size of a whole member, from the subfield `BC` of the extra field, where BGZF writers note it less one.
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

/// Checks that only zero bytes follow.
fn only_zeros(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        // Buffer by buffer: the padding has no bound.
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

/// Fills `bytes`, or fails as a truncated stream.
fn exactly(reader: &mut impl BufRead, bytes: &mut [u8]) -> io::Result<()> {
    reader.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => truncated(),
        _ => error,
    })
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
