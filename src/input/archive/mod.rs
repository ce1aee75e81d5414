//! Archives of files: tar and zip. Their members are read one after the other, like the files of a directory.
//!
//! A member is named `ARCHIVE!MEMBER` in ids and messages. If the archive is a plain file and the member is stored in it
//! as it is, its bytes are mapped or read by place like those of a file; else they come as a stream. What is wrong with
//! one member is a reject of its own, and the members after it are read.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::InputFormat;
use super::by_name::{ByName, by_name};
use super::files::FoundFile;
use super::opener::OpenedFile;
use super::read_meter::ReadMeter;
use super::reject::RejectReason;
use super::remedies;
use super::skipped::{self, SkipReason};
use crate::error::Remedy;

mod member_names;
mod source;
mod tar;
mod zip;

use member_names::MemberNames;
use source::ArchiveSource;
use tar::TarMembers;
use zip::ZipMembers;

/// Why an archive cannot be read at all: what it is, with an article, and the remedy.
pub(super) type ArchiveMisfit = (String, Remedy);

/// An archive that is being read.
pub(super) struct OpenArchive {
    path: PathBuf,
    relative: Arc<Path>,
    members: ArchiveMembers,
    names: MemberNames,
    /// The format of all members, if one was asked for.
    format: Option<InputFormat>,
}

enum ArchiveMembers {
    Tar(Box<TarMembers>),
    Zip(ZipMembers),
}

/// The next entry of an archive, as its format gives it.
enum RawEntry {
    /// A regular file.
    File { name: Vec<u8>, content: Result<OpenedFile, RejectReason> },
    /// An entry that is no regular file.
    Special { name: Vec<u8> },
    /// Bytes that are no entry.
    Broken(RejectReason),
}

/// The next member of an archive.
pub(super) enum ArchiveMember {
    File {
        found: FoundFile,
        content: Result<OpenedFile, RejectReason>,
    },
    Skipped {
        path: PathBuf,
        reason: SkipReason,
    },
    /// Bytes of the archive that are no member: a reject of the archive itself.
    Broken {
        found: FoundFile,
        reason: RejectReason,
    },
}

impl OpenArchive {
    /// Begins to read a tar archive, of which nothing was taken yet.
    pub(super) fn tar(found: &FoundFile, opened: OpenedFile, format: Option<InputFormat>) -> Self {
        Self::new(found, ArchiveMembers::Tar(Box::new(TarMembers::new(opened))), format)
    }

    /// Reads the directory of a zip archive. `meter` counts the bytes that its members are unpacked from.
    ///
    /// # Errors
    ///
    /// It is a stream, its directory is damaged, or it is a document that is packed as zip.
    pub(super) fn zip(
        found: &FoundFile,
        opened: OpenedFile,
        format: Option<InputFormat>,
        meter: ReadMeter,
    ) -> Result<Self, ArchiveMisfit> {
        let Ok(source) = ArchiveSource::of(opened) else {
            return Err(("a zip archive in a stream, and its directory is at its end".to_owned(), remedies::GIVE_FILE));
        };
        let members = ZipMembers::open(source, meter)?;
        Ok(Self::new(found, ArchiveMembers::Zip(members), format))
    }

    fn new(found: &FoundFile, members: ArchiveMembers, format: Option<InputFormat>) -> Self {
        let relative = found.relative.as_path().into();
        let names = MemberNames::default();
        Self { path: found.path.clone(), relative, members, names, format }
    }

    /// The bytes of the archive before the next member; `None` of a stream, and after the last member.
    pub(super) fn position(&self) -> Option<u64> {
        match &self.members {
            ArchiveMembers::Tar(members) => members.position(),
            ArchiveMembers::Zip(members) => members.position(),
        }
    }

    /// The next member; `None` at the end of the archive.
    pub(super) fn next(&mut self) -> Option<ArchiveMember> {
        let entry = match &mut self.members {
            ArchiveMembers::Tar(members) => members.next()?,
            ArchiveMembers::Zip(members) => members.next()?,
        };
        Some(match entry {
            RawEntry::File { name, content } => self.file(&name, content),
            RawEntry::Special { name } => {
                let name = MemberNames::shown(&name);
                ArchiveMember::Skipped { path: self.path_of(&name), reason: SkipReason::Special }
            }
            RawEntry::Broken(reason) => {
                let found = FoundFile {
                    path: self.path.clone(),
                    fetched: None,
                    relative: self.relative.to_path_buf(),
                    named: false,
                    sniffed: false,
                    is_archive: false,
                    broken: None,
                    archive: None,
                };
                ArchiveMember::Broken { found, reason }
            }
        })
    }

    /// Decides on a regular file by its name.
    fn file(&mut self, name: &[u8], content: Result<OpenedFile, RejectReason>) -> ArchiveMember {
        let name = MemberNames::shown(name);
        let kind = by_name(Path::new(&name));
        let is_readable = kind != ByName::Unknown || self.format.is_some();

        let by_directory = match &self.members {
            ArchiveMembers::Zip(members) if members.is_wacz() && !name.starts_with("archive/") => {
                Some(SkipReason::NoPages)
            }
            _ => None,
        };
        let unknown = (!is_readable).then_some(SkipReason::Unknown);
        if let Some(reason) = by_directory.or_else(|| skip_reason(&name)).or(unknown) {
            self.pass_over();
            return ArchiveMember::Skipped { path: self.path_of(&name), reason };
        }

        let content = if MemberNames::leads_out(&name) {
            self.pass_over();
            let what = "its name leads out of the archive".to_owned();
            Err(RejectReason::Unreadable { what, remedy: Some(remedies::PACK_ANEW) })
        } else {
            content
        };
        let name = self.names.unique(name);
        let found = FoundFile {
            path: self.path_of(&name),
            fetched: None,
            relative: joined(&self.relative, &name),
            named: false,
            sniffed: kind == ByName::Bare && self.format.is_none(),
            is_archive: false,
            broken: None,
            archive: Some(Arc::clone(&self.relative)),
        };
        ArchiveMember::File { found, content }
    }

    /// Notes that the last member is not read.
    pub(super) fn pass_over(&mut self) {
        if let ArchiveMembers::Tar(members) = &mut self.members {
            members.pass_over();
        }
    }

    fn path_of(&self, member: &str) -> PathBuf {
        joined(&self.path, member)
    }
}

/// The path of a member: `ARCHIVE!MEMBER`.
fn joined(archive: &Path, member: &str) -> PathBuf {
    let mut path = archive.as_os_str().to_owned();
    path.push("!");
    path.push(member);
    path.into()
}

/// Why a member is skipped for the name of one of its folders or its own.
fn skip_reason(name: &str) -> Option<SkipReason> {
    let mut folders = name.split('/').collect::<Vec<_>>();
    let own = folders.pop().unwrap_or(name);

    // A folder `..` is no hidden one, but leads out of the archive.
    let of_folder = folders.into_iter().filter(|folder| *folder != "..").find_map(|folder| {
        skipped::reason_of_name(folder).filter(|reason| matches!(reason, SkipReason::Hidden | SkipReason::Bookkeeping))
    });
    of_folder.or_else(|| skipped::reason_of_name(own))
}

/// The reject for a member, or the rest of an archive, that is cut off.
fn damaged(what: impl Into<String>) -> RejectReason {
    RejectReason::Damaged { what: what.into() }
}

/// The error of a read that reaches the end of an archive too early.
fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the archive is cut off here")
}
