//! Zip: a directory at the end of the file, and the members at the places that it names. WACZ, web archives of the
//! browser, are zip too.
//!
//! The directory decides. Members that share bytes are read once: an archive whose members are the same bytes over and
//! over unpacks to any size.

use std::io::{self, BufReader, Read};
use std::sync::Arc;

use rawzip::extra_fields::ExtraFieldId;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipFileHeaderRecord, ZipLocator};

use super::source::ArchiveSource;
use super::{ArchiveMisfit, RawEntry, damaged};
use crate::error::Remedy;
use crate::input::compression::{self, Compression, DecoderPieces, DecompressionLimits};
use crate::input::opener::OpenedFile;
use crate::input::read_meter::ReadMeter;
use crate::input::reject::RejectReason;
use crate::input::remedies;

mod checked;

use checked::CheckedReader;

/// The largest place of a directory that is searched for from the end: the longest comment, and some bytes behind it.
const SEARCHED: u64 = 1 << 20;

/// The size of the header before a member with an empty name.
const SMALLEST_HEADER: u64 = 30;

/// The members of a zip archive.
pub(super) struct ZipMembers {
    archive: ZipArchive<Arc<ArchiveSource>>,
    members: std::vec::IntoIter<ZipMember>,
    is_wacz: bool,
    /// Why the directory ends too early.
    broken: Option<RejectReason>,
    meter: ReadMeter,
}

/// A member as the directory describes it.
struct ZipMember {
    name: Vec<u8>,
    method: CompressionMethod,
    is_encrypted: bool,
    is_special: bool,
    /// Whether a member before it has some of its bytes.
    is_shared: bool,
    size: u64,
    crc: u32,
    start: u64,
    packed: u64,
    place: ZipArchiveEntryWayfinder,
}

impl ZipMembers {
    /// Reads the directory. `meter` counts the bytes that members are unpacked from.
    ///
    /// # Errors
    ///
    /// It is missing, or that of a document.
    pub(super) fn open(source: ArchiveSource, meter: ReadMeter) -> Result<Self, ArchiveMisfit> {
        let length = source.length();
        let mut buffer = vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let located =
            ZipLocator::new().max_search_space(SEARCHED).locate_in_reader(Arc::new(source), &mut buffer, length);
        let archive = located.map_err(|(_, error)| {
            let what = format!("a zip archive without a readable directory at its end ({error})");
            (what, remedies::PACK_ANEW)
        })?;

        let (mut members, broken) = directory(&archive, &mut buffer);
        if let Some((what, remedy)) = document(&members) {
            return Err((format!("{what}, which is not read"), remedy));
        }
        mark_shared(&mut members);

        let has = |found: &dyn Fn(&[u8]) -> bool| members.iter().any(|member| found(&member.name));
        let is_wacz = has(&|name| name == b"datapackage.json") && has(&|name| name.starts_with(b"archive/"));
        Ok(Self { archive, members: members.into_iter(), is_wacz, broken, meter })
    }

    /// Whether it is a WACZ, whose pages are in `archive/`.
    pub(super) fn is_wacz(&self) -> bool {
        self.is_wacz
    }

    /// The bytes before the next entry; `None` after the last.
    pub(super) fn position(&self) -> Option<u64> {
        self.members.as_slice().first().map(|member| member.start)
    }

    /// The next entry; `None` at the end.
    pub(super) fn next(&mut self) -> Option<RawEntry> {
        let Some(member) = self.members.next() else { return self.broken.take().map(RawEntry::Broken) };
        if member.is_special {
            return Some(RawEntry::Special { name: member.name });
        }
        let content = self.content(&member);
        Some(RawEntry::File { name: member.name, content })
    }

    /// The bytes of a member, unpacked as they are read.
    fn content(&self, member: &ZipMember) -> Result<OpenedFile, RejectReason> {
        let unreadable = |what: String, remedy: Remedy| Err(RejectReason::Unreadable { what, remedy: Some(remedy) });
        if member.is_encrypted {
            return unreadable("is encrypted".to_owned(), remedies::DECRYPT);
        }
        if member.is_shared {
            return unreadable("it shares bytes with another member".to_owned(), remedies::PACK_ANEW);
        }

        let entry = self.archive.get_entry(member.place).map_err(|error| damaged(error.to_string()))?;
        let (start, end) = entry.compressed_data_range();
        let source = self.archive.get_ref();
        // The directory may announce any size.
        if start > end || end > source.length() {
            return Err(damaged("its bytes would be behind the end of the archive"));
        }

        let packed = || self.meter.counted(source.stream(start..end));
        let unpacked: Box<dyn Read + Send> = match member.method {
            // Bytes that are stored as they are can be read by place, if they are whole.
            CompressionMethod::STORE if end - start == member.size && is_whole(source.stream(start..end), member) => {
                return Ok(source.part(start..end));
            }
            CompressionMethod::STORE => packed(),
            CompressionMethod::DEFLATE => {
                Box::new(flate2::bufread::DeflateDecoder::new(BufReader::with_capacity(1 << 16, packed())))
            }
            CompressionMethod::ZSTD => compression::reader(packed(), Compression::Zstd, DecompressionLimits::PLAIN),
            CompressionMethod::BZIP2 => compression::reader(packed(), Compression::Bzip2, DecompressionLimits::PLAIN),
            CompressionMethod::XZ => compression::reader(packed(), Compression::Xz, DecompressionLimits::PLAIN),
            method => return unreadable(format!("is compressed with {method}"), remedies::UNPACK),
        };

        let checked = CheckedReader::new(unpacked, member.size, member.crc);
        Ok(source.streamed(Box::new(DecoderPieces::new(checked, "zip"))))
    }
}

/// Whether stored bytes have their check sum.
fn is_whole(stored: Box<dyn Read + Send>, member: &ZipMember) -> bool {
    io::copy(&mut CheckedReader::new(stored, member.size, member.crc), &mut io::sink()).is_ok()
}

/// The files of the directory, in its order, and why it ends too early.
fn directory(archive: &ZipArchive<Arc<ArchiveSource>>, buffer: &mut [u8]) -> (Vec<ZipMember>, Option<RejectReason>) {
    let mut members = Vec::new();
    let mut entries = archive.entries(buffer);
    loop {
        match entries.next_entry() {
            Ok(Some(entry)) if entry.is_dir() => {}
            Ok(Some(entry)) => members.push(ZipMember::of(&entry)),
            Ok(None) => return (members, None),
            Err(error) => return (members, Some(damaged(error.to_string()))),
        }
    }
}

impl ZipMember {
    fn of(entry: &ZipFileHeaderRecord<'_>) -> Self {
        // The name in UTF-8, where the name itself is in another encoding. A version and a check sum precede it.
        let unicode = entry.extra_fields().find(|(id, _)| *id == ExtraFieldId::INFO_ZIP_UNICODE_PATH);
        let name = match unicode.and_then(|(_, field)| field.get(5..)) {
            Some(name) => name.to_vec(),
            None => entry.file_path().as_bytes().to_vec(),
        };

        Self {
            name,
            method: entry.compression_method(),
            is_encrypted: entry.flags().is_encrypted() || entry.compression_method() == CompressionMethod::AES,
            is_special: entry.mode().is_symlink(),
            is_shared: false,
            size: entry.uncompressed_size_hint(),
            crc: entry.crc32(),
            start: entry.local_header_offset(),
            packed: entry.compressed_size_hint(),
            place: entry.wayfinder(),
        }
    }
}

/// Marks the members of whose bytes a member before them has some.
fn mark_shared(members: &mut [ZipMember]) {
    let mut order: Vec<&mut ZipMember> = members.iter_mut().collect();
    order.sort_by_key(|member| member.start);

    let mut end = 0;
    for member in order {
        member.is_shared = member.start < end;
        if !member.is_shared {
            end = member.start.saturating_add(member.packed).saturating_add(SMALLEST_HEADER);
        }
    }
}

/// What a document that is packed as zip is, and the remedy; `None` for an archive of files.
fn document(members: &[ZipMember]) -> Option<(&'static str, Remedy)> {
    let has = |wanted: &[u8]| members.iter().any(|member| member.name == wanted);
    let begins = |folder: &[u8]| members.iter().any(|member| member.name.starts_with(folder));
    let ends = |end: &[u8]| members.iter().any(|member| member.name.ends_with(end));

    if has(b"[Content_Types].xml") {
        let known: [(&[u8], _, _); 3] = [
            (b"word/", "a Word document", remedies::SAVE_AS_TEXT),
            (b"xl/", "an Excel workbook", remedies::SAVE_AS_CSV),
            (b"ppt/", "a PowerPoint presentation", remedies::SAVE_AS_TEXT),
        ];
        return known.into_iter().find(|(folder, ..)| begins(folder)).map(|(_, what, remedy)| (what, remedy));
    }
    if has(b"META-INF/container.xml") {
        return Some(("an EPUB book", remedies::SAVE_AS_TEXT));
    }
    if has(b"mimetype") && has(b"META-INF/manifest.xml") {
        return Some(("an OpenDocument file", remedies::SAVE_AS_TEXT));
    }
    if has(b"META-INF/MANIFEST.MF") || has(b"AndroidManifest.xml") {
        return Some(("a program", remedies::LEAVE_OUT));
    }
    if ends(b"/data.pkl") {
        return Some(("a PyTorch model", remedies::LEAVE_OUT));
    }
    let is_arrays = !members.is_empty() && members.iter().all(|member| member.name.ends_with(b".npy"));
    is_arrays.then_some(("an archive of NumPy arrays", remedies::WRITE_PARQUET))
}
