//! Tar: headers of 512 bytes, each followed by the bytes of its member, padded to whole blocks.
//!
//! Read are the forms of V7, ustar, GNU (long names, large sizes) and pax. Archives one behind the other are read as
//! one. Where no header is, the next one is searched for, so that damage costs the members that it hits.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use super::source::{self, ArchiveSource};
use super::{RawEntry, cut_off, damaged};
use crate::input::byte_stream::FailedReader;
use crate::input::held::FileStamp;
use crate::input::kind::{self, is_tar};
use crate::input::opener::OpenedFile;
use crate::input::reject::RejectReason;
use crate::input::remedies;

mod extension;

use extension::Extensions;

/// The size of a block, to which everything is padded.
const BLOCK: u64 = kind::HEAD as u64;

/// The largest extended header that is read. Names are far smaller; what is larger is no name.
const LONGEST: u64 = 1 << 20;

/// A header without a size.
const NO_SIZE: &str = "its header has an unreadable size";

/// Bytes passed over at once.
const PASSED: usize = 8192;

type Block = [u8; kind::HEAD];

/// The members of a tar archive.
pub(super) struct TarMembers {
    bytes: TarBytes,
    /// A header that was read already.
    next: Option<Block>,
    /// What remains to be said after the members.
    broken: Option<RejectReason>,
    ended: bool,
    /// Whether the last member is read, so that it tells itself if its bytes are cut off.
    is_given: bool,
}

impl TarMembers {
    /// Begins to read an archive, of which nothing was taken yet.
    pub(super) fn new(opened: OpenedFile) -> Self {
        let bytes = match ArchiveSource::of(opened) {
            Ok(source) => TarBytes::Places { source, at: 0, is_cut: false },
            Err(OpenedFile { bytes, stamp, .. }) => {
                let stream =
                    TarStream { reader: bytes.into_reader(), left: 0, padding: 0, turn: 0, is_in_member: false };
                TarBytes::Stream { shared: Arc::new(Mutex::new(stream)), stamp }
            }
        };
        Self { bytes, next: None, broken: None, ended: false, is_given: false }
    }

    /// The bytes before the next entry; `None` of a stream.
    pub(super) fn position(&self) -> Option<u64> {
        match &self.bytes {
            TarBytes::Places { at, .. } => Some(*at),
            TarBytes::Stream { .. } => None,
        }
    }

    /// The next entry; `None` at the end.
    pub(super) fn next(&mut self) -> Option<RawEntry> {
        let mut extensions = Extensions::default();
        while !self.ended {
            match self.step(&mut extensions) {
                Ok(Some(entry)) => return Some(entry),
                Ok(None) => {}
                Err(error) => {
                    self.ended = true;
                    if !(self.is_given && self.bytes.failed_in_member()) {
                        self.broken = Some(damaged(error.to_string()));
                    }
                }
            }
        }
        self.broken.take().map(RawEntry::Broken)
    }

    /// Notes that the last member is not read.
    pub(super) fn pass_over(&mut self) {
        self.is_given = false;
    }

    /// Reads one header: an entry, or nothing if it belongs to the next one.
    fn step(&mut self, extensions: &mut Extensions) -> io::Result<Option<RawEntry>> {
        let (block, passed) = self.next_header()?;
        self.next = block;
        if passed > 0 {
            let what = format!("{passed} bytes of the archive are no member");
            return Ok(Some(RawEntry::Broken(RejectReason::BrokenRecord { what })));
        }

        let Some(block) = self.next.take() else {
            self.ended = true;
            return Ok(None);
        };
        // A header follows the last member, so that member is whole.
        self.is_given = false;
        let header = TarHeader(&block);
        match header.kind() {
            kind @ (b'x' | b'X' | b'L') => {
                let data = self.read_extension(header.size().ok_or_else(no_size)?)?;
                extensions.add(kind, &data);
                Ok(None)
            }
            // Data about all members, volume labels, long names of links: nothing of a member.
            b'g' | b'K' | b'V' => self.bytes.skip(padded(header.size().ok_or_else(no_size)?)).map(|()| None),
            _ => self.entry(header, std::mem::take(extensions)),
        }
    }

    /// The next block with a header, and the number of bytes before it that are none; no block at the end.
    fn next_header(&mut self) -> io::Result<(Option<Block>, u64)> {
        if let Some(block) = self.next.take() {
            return Ok((Some(block), 0));
        }

        let mut passed = 0;
        loop {
            match self.bytes.block()? {
                TarBlock::End => return Ok((None, passed)),
                // Blocks of zeros end an archive, and pad it; another one may follow.
                TarBlock::Whole(block) if block.iter().all(|byte| *byte == 0) => {}
                TarBlock::Whole(block) if is_tar(&block[..]) => return Ok((Some(*block), passed)),
                TarBlock::Whole(_) => passed += BLOCK,
                TarBlock::Rest(length) => passed += length,
            }
        }
    }

    fn read_extension(&mut self, size: u64) -> io::Result<Vec<u8>> {
        if size > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a name of {size} bytes in the archive")));
        }
        let mut data = self.bytes.take(padded(size))?;
        data.truncate(size as usize);
        Ok(data)
    }

    /// The entry of a header; nothing for a folder.
    fn entry(&mut self, header: TarHeader<'_>, extensions: Extensions) -> io::Result<Option<RawEntry>> {
        let size = extensions.size.or_else(|| header.size());
        let name = extensions.name.unwrap_or_else(|| header.name());

        // Links, devices and pipes have no data. Their size is ignored.
        if let b'1'..=b'4' | b'6' = header.kind() {
            return self.special(name, 0).map(Some);
        }
        // Without its size the next header is searched for; the bytes up to it are reported as no member.
        let Some(size) = size else {
            let reason = RejectReason::Unreadable { what: NO_SIZE.to_owned(), remedy: None };
            return Ok(Some(RawEntry::File { name, content: Err(reason) }));
        };

        let entry = match header.kind() {
            // Old archives mark folders by a slash alone.
            0 if name.ends_with(b"/") => return Ok(None),
            b'5' => return Ok(None),
            b'S' => self.refused(name, size, "is a sparse file"),
            b'M' => self.refused(name, size, "goes on from another volume"),
            0 | b'0' | b'7' if extensions.is_sparse => self.refused(name, size, "is a sparse file"),
            0 | b'0' | b'7' => {
                self.is_given = true;
                Ok(RawEntry::File { name, content: Ok(self.bytes.member(size)) })
            }
            _ => self.special(name, size),
        };
        entry.map(Some)
    }

    fn special(&mut self, name: Vec<u8>, size: u64) -> io::Result<RawEntry> {
        self.bytes.skip(padded(size))?;
        Ok(RawEntry::Special { name })
    }

    fn refused(&mut self, name: Vec<u8>, size: u64, what: &str) -> io::Result<RawEntry> {
        self.bytes.skip(padded(size))?;
        let reason = RejectReason::Unreadable { what: what.to_owned(), remedy: Some(remedies::UNPACK) };
        Ok(RawEntry::File { name, content: Err(reason) })
    }
}

/// The bytes of a member, with those that fill its last block.
fn padded(size: u64) -> u64 {
    size.saturating_add(BLOCK - 1) / BLOCK * BLOCK
}

/// The error for a header with an unreadable size.
fn no_size() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, NO_SIZE)
}

/// A header.
struct TarHeader<'a>(&'a Block);

impl TarHeader<'_> {
    /// The byte that tells the kind of the entry.
    fn kind(&self) -> u8 {
        self.0[156]
    }

    /// The size of its data in bytes; `None` if it cannot be read.
    fn size(&self) -> Option<u64> {
        kind::tar_number(&self.0[124..136])
    }

    fn name(&self) -> Vec<u8> {
        let text = |field: &[u8]| field.split(|byte| *byte == 0).next().unwrap_or(&[]).to_vec();
        let name = text(&self.0[..100]);

        // Only the form of POSIX has a prefix there; GNU keeps times in its place.
        let prefix = if self.0[257..263] == *b"ustar\0" { text(&self.0[345..500]) } else { Vec::new() };
        if prefix.is_empty() { name } else { [prefix, name].join(&b'/') }
    }
}

/// The bytes of an archive from the current place on.
enum TarBytes {
    Places { source: ArchiveSource, at: u64, is_cut: bool },
    Stream { shared: Arc<Mutex<TarStream>>, stamp: Option<FileStamp> },
}

/// A block of an archive.
enum TarBlock {
    Whole(Box<Block>),
    /// Fewer bytes at the end than a block has, not all zero.
    Rest(u64),
    End,
}

impl TarBytes {
    fn block(&mut self) -> io::Result<TarBlock> {
        let mut block = [0; kind::HEAD];
        let length = match self {
            Self::Places { is_cut: true, .. } => return Err(cut_off()),
            Self::Places { source, at, .. } => {
                let length = source.read_at(*at, &mut block)?;
                *at += length as u64;
                length
            }
            Self::Stream { shared, .. } => lock(shared).block(&mut block)?,
        };

        Ok(match length {
            kind::HEAD => TarBlock::Whole(Box::new(block)),
            length if block.iter().all(|byte| *byte == 0) || length == 0 => TarBlock::End,
            length => TarBlock::Rest(length as u64),
        })
    }

    /// The next `length` bytes, which are few.
    fn take(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut data = vec![0; length as usize];
        let found = match self {
            Self::Places { source, at, .. } => {
                let found = source.read_at(*at, &mut data)?;
                *at += length;
                found
            }
            Self::Stream { shared, .. } => lock(shared).fill(&mut data)?,
        };
        if found < data.len() { Err(cut_off()) } else { Ok(data) }
    }

    /// Passes over the next `length` bytes.
    fn skip(&mut self, length: u64) -> io::Result<()> {
        match self {
            Self::Places { source, at, .. } => {
                *at = at.saturating_add(length);
                if *at > source.length() { Err(cut_off()) } else { Ok(()) }
            }
            Self::Stream { shared, .. } => {
                lock(shared).left = length;
                Ok(())
            }
        }
    }

    /// The member of `size` bytes that begins here; the next block is behind it.
    fn member(&mut self, size: u64) -> OpenedFile {
        match self {
            Self::Places { source, at, is_cut } => {
                let (start, length) = (*at, source.length());
                *at = at.saturating_add(padded(size)).min(length);

                let end = start.saturating_add(size);
                if end <= length {
                    return source.part(start..end);
                }
                // What is there of a member that is cut off is read.
                *is_cut = true;
                let rest = source.stream(start.min(length)..length);
                source.streamed(Box::new(rest.chain(FailedReader(Some(cut_off())))))
            }
            Self::Stream { shared, stamp } => {
                let turn = {
                    let mut stream = lock(shared);
                    stream.left = padded(size);
                    stream.padding = stream.left.saturating_sub(size);
                    stream.turn
                };
                let reader = MemberReader { shared: Arc::clone(shared), turn, left: size };
                source::streamed(Box::new(reader), *stamp)
            }
        }
    }

    /// Whether the error that ends the archive is inside the bytes of the last member.
    fn failed_in_member(&self) -> bool {
        match self {
            Self::Places { is_cut, .. } => *is_cut,
            Self::Stream { shared, .. } => lock(shared).is_in_member,
        }
    }
}

/// The stream of an archive, which its members share: each reads its own bytes, then the next header is read.
struct TarStream {
    reader: Box<dyn Read + Send>,
    /// Bytes of the current member that were not read yet, padding included.
    left: u64,
    /// How many of those fill its last block.
    padding: u64,
    /// The number of members before the current one. A member whose turn is over reads nothing more.
    turn: u64,
    /// Whether the bytes of the last member were not all there.
    is_in_member: bool,
}

fn lock(stream: &Mutex<TarStream>) -> std::sync::MutexGuard<'_, TarStream> {
    // A thread that panicked while it read left a stream that is read from its place on.
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TarStream {
    /// Reads the next block behind the current member, and returns how many bytes it has.
    fn block(&mut self, block: &mut Block) -> io::Result<usize> {
        self.turn += 1;
        self.is_in_member = self.left > self.padding;

        let mut passed = [0; PASSED];
        while self.left > 0 {
            // The bytes of the member first, then the padding, so that an error tells in which of them it is.
            let own = self.left.saturating_sub(self.padding);
            let length = (if own > 0 { own } else { self.left }).min(PASSED as u64) as usize;
            let found = self.fill(&mut passed[..length])?;
            self.left -= found as u64;
            self.is_in_member = self.left > self.padding;
            // Some writers leave out what fills the last block.
            match (found < length, self.is_in_member) {
                (true, true) => return Err(cut_off()),
                (true, false) => break,
                (false, _) => {}
            }
        }
        (self.left, self.padding) = (0, 0);
        self.fill(block)
    }

    /// Fills `buffer` as far as there are bytes.
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.reader.read(rest) {
                Ok(0) => break,
                Ok(length) => filled += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

/// Reads one member of a stream.
struct MemberReader {
    shared: Arc<Mutex<TarStream>>,
    turn: u64,
    left: u64,
}

impl Read for MemberReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut stream = lock(&self.shared);
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if stream.turn != self.turn || length == 0 {
            return Ok(0);
        }

        match stream.reader.read(&mut buffer[..length])? {
            0 => Err(cut_off()),
            length => {
                self.left -= length as u64;
                stream.left -= length as u64;
                Ok(length)
            }
        }
    }
}
