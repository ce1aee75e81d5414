//! Gzip members, read as one stream; BGZF members several at once.
//!
//! The readers of `flate2` are not used, for three reasons. All bytes decompressed before damage must be given, so that
//! the records of a damaged file do not depend on the sizes of buffers. The extra field, in which BGZF writers note the
//! size of a member, must be seen. And damage costs its member only: the next one is looked for.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::gzip_header::{TRIAL, exactly, header, invalid, is_member, is_truncation, truncated};
use super::members::passed_over;
use super::rewind::RewindReader;
use crate::input::slices::tail;
use crate::parallel;

/// Most members of known size that are decompressed at once; each holds at most 64 KiB.
const BATCH: usize = 64;

/// Most bytes that look like a member and are none, in one file: each costs a trial.
const TRIALS: u32 = 1 << 16;

/// Decompresses consecutive members.
pub(super) struct GzipReader<R: Read> {
    reader: RewindReader<R>,
    threads: usize,
    inflate: Box<Decompress>,
    crc: Crc,
    state: GzipState,
    /// Decompressed bytes; those before `at` have been read.
    ready: Vec<u8>,
    at: usize,
    /// The error that follows them.
    error: Option<io::Error>,
    /// Members of a batch after a damaged one: content, and the error that follows it.
    later: VecDeque<InflatedMembers>,
    /// How often bytes that look like a member may turn out to be none.
    trials: u32,
}

/// The content of members, and the error that ends it.
type InflatedMembers = (Vec<u8>, Option<io::Error>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GzipState {
    /// Between members.
    Header,
    Body,
    /// After damage: the next member must be looked for.
    Lost,
    End,
}

impl<R: Read> GzipReader<R> {
    pub(super) fn new(reader: BufReader<R>, threads: usize) -> Self {
        Self {
            reader: RewindReader::new(reader),
            threads,
            inflate: Box::new(Decompress::new(false)),
            crc: Crc::new(),
            state: GzipState::Header,
            ready: Vec::new(),
            at: 0,
            error: None,
            later: VecDeque::new(),
            trials: TRIALS,
        }
    }

    /// Begins the next member, a batch of members, or the end.
    fn header(&mut self) -> io::Result<()> {
        // Behind damage in a header, the search begins at that header.
        self.reader.mark();
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
                Ok(_) if made == 0 && consumed == 0 => self.lose(if ended { truncated() } else { corrupt() }),
                Ok(_) => {}
                Err(_) => self.lose(corrupt()),
            }

            if made > 0 || self.error.is_some() || self.state != GzipState::Body {
                return Ok(made);
            }
        }
    }

    /// Notes damage whose end is not known.
    fn lose(&mut self, error: io::Error) {
        (self.error, self.state) = (Some(error), GzipState::Lost);
    }

    /// Checks the checksum and size that follow a member.
    fn trailer(&mut self) {
        self.state = GzipState::Header;

        let mut trailer = [0; 8];
        // An error of the disk is told as it is.
        self.error = match exactly(&mut self.reader, &mut trailer) {
            Err(error) => Some(error),
            Ok(()) => (!fits_trailer(&self.crc, trailer)).then(wrong_sum),
        };
    }

    /// Reads up to [`BATCH`] members of known size, the first of which has `size` bytes left after its header, and
    /// decompresses them together.
    fn batch(&mut self, size: usize) -> io::Result<()> {
        let mut members = Vec::new();
        let mut next = Some(size);
        let mut error = None;

        while let Some(size) = next.take() {
            let mut member = vec![0; size];
            if let Err(failed) = exactly(&mut self.reader, &mut member) {
                error = Some(failed);
                break;
            }

            members.push(member);
            // Anything else than a member is left to `header`, after these members have been given.
            let has_next = members.len() < BATCH && matches!(self.reader.fill_buf(), Ok([0x1F, ..]));
            if has_next {
                self.reader.mark();
                match header(&mut self.reader) {
                    Ok(Some(size)) => next = Some(size),
                    // A member of unknown size. Its header has been read, so it is decompressed after the batch.
                    Ok(None) => self.begin(),
                    Err(failed) => error = Some(failed),
                }
            }
        }

        self.together(&members);
        if let Some(error) = error {
            self.later.push_back((Vec::new(), Some(error)));
        }
        Ok(())
    }

    /// Decompresses members in parallel. What they hold goes to `later`, in order.
    fn together(&mut self, members: &[Vec<u8>]) {
        // Fewer than four members are not worth a thread.
        let share = members.len().div_ceil(self.threads.max(1)).max(4);
        if share >= members.len() {
            self.later.extend(inflate_all(members));
            return;
        }

        for inflated in parallel::in_shares(members, share, inflate_all) {
            let failed = || vec![(Vec::new(), Some(io::Error::other("a thread failed")))];
            self.later.extend(inflated.unwrap_or_else(failed));
        }
    }

    /// The error as it is given: if members follow, they are read next.
    fn told(&mut self, error: io::Error) -> io::Error {
        let is_damage = error.kind() == io::ErrorKind::InvalidData || is_truncation(&error);
        let goes_on = is_damage
            && match self.state {
                _ if !self.later.is_empty() => true,
                // The header of the next member was read already.
                GzipState::Body => true,
                // The damaged member ended where it should.
                GzipState::Header if matches!(self.reader.peek(3), Ok([0x1F, 0x8B, 8])) => true,
                GzipState::Header | GzipState::Lost => self.find_member(),
                GzipState::End => false,
            };

        match (goes_on, self.state) {
            (true, GzipState::Lost) => self.state = GzipState::Header,
            (true, _) => {}
            (false, _) => self.state = GzipState::End,
        }
        if goes_on { passed_over(&error) } else { error }
    }

    /// Goes to the next bytes that begin a member and decompress; false if there are none.
    fn find_member(&mut self) -> bool {
        self.reader.rewind();
        loop {
            // The two bytes of the magic number may be in two pieces.
            let Ok(piece) = self.reader.peek(2 * TRIAL) else { return false };
            let found =
                memchr::memmem::find_iter(piece, b"\x1F\x8B\x08").find(|at| *at < TRIAL || piece.len() < 2 * TRIAL);
            let Some(at) = found else {
                let length = piece.len();
                if length < 2 * TRIAL {
                    return false;
                }
                self.reader.consume(TRIAL);
                continue;
            };

            self.reader.consume(at);
            match self.reader.peek(TRIAL) {
                Ok(bytes) if is_member(bytes) => return true,
                Ok(_) if self.trials > 0 => {
                    self.trials -= 1;
                    self.reader.consume(1);
                }
                Ok(_) | Err(_) => return false,
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
                return Err(self.told(error));
            }
            if let Some((bytes, error)) = self.later.pop_front() {
                (self.ready, self.at, self.error) = (bytes, 0, error);
                continue;
            }

            match self.state {
                GzipState::Header => {
                    if let Err(error) = self.header() {
                        self.lose(error);
                    }
                }
                GzipState::Lost | GzipState::End => return Ok(0),
                GzipState::Body => match self.body(buffer)? {
                    // An error or the next member follows.
                    0 => {}
                    made => return Ok(made),
                },
            }
        }
    }
}

/// Decompresses members without their headers: their content in order, and after each damaged one its error.
fn inflate_all(members: &[Vec<u8>]) -> Vec<InflatedMembers> {
    let mut done = Vec::new();
    let mut bytes = Vec::new();
    let mut inflate = Decompress::new(false);

    for member in members {
        let start = bytes.len();
        let result = match member.split_last_chunk() {
            None => Err(truncated()),
            Some((body, trailer)) => {
                inflate.reset(false);
                inflate_one(&mut inflate, body, &mut bytes).and_then(|()| {
                    let mut crc = Crc::new();
                    crc.update(tail(&bytes, start));
                    if fits_trailer(&crc, *trailer) { Ok(()) } else { Err(wrong_sum()) }
                })
            }
        };
        if let Err(error) = result {
            done.push((std::mem::take(&mut bytes), Some(error)));
        }
    }

    if !bytes.is_empty() {
        done.push((bytes, None));
    }
    done
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

fn corrupt() -> io::Error {
    invalid("corrupt gzip data")
}

fn wrong_sum() -> io::Error {
    invalid("the check sum of the gzip data differs")
}
