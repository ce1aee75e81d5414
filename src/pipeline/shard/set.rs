//! The plan of a sharded run, and the stages that follow it.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::{self, FileDigest, ShardFileKind, ShardFileName};
use super::parts;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::page::UnitLevel;
use crate::pipeline::run_identity::RunIdentity;
use crate::pipeline::run_task::RunTask;
use crate::pipeline::work_dir::write_whole;
use crate::pipeline::{Pipeline, Progress};

/// The version of all files of a sharded run. Every change of one of them raises it.
const FORMAT: u32 = 2;

/// The file of the plan.
const PLAN: &str = "shards.json";

/// The plan as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StoredPlan {
    format: u32,
    /// How the run is asked for, in the words of the interface that planned it.
    arguments: Vec<String>,
    /// Number of files of each part, in input order.
    parts: Vec<usize>,
    run: RunIdentity,
}

/// The part of the plan that every format has.
#[derive(Deserialize)]
struct StoredFormat {
    format: u32,
}

/// A directory with the plan of a sharded run.
#[derive(Debug)]
pub struct ShardSet {
    pub(super) directory: PathBuf,
    plan: StoredPlan,
    /// The digest of the plan.
    digest: FileDigest,
}

impl ShardSet {
    /// The directory in that of the run for files that the caller fetched from other machines. It may be there before the plan.
    pub const FETCHED: &str = "fetched";

    /// Plans a run of `pipeline` over `input` in `parts` parts of consecutive files, about equal in bytes, and writes the plan
    /// to `directory`, which is created if needed. `arguments` are kept with the plan for the caller. The same plan may be
    /// made again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`]: there are fewer files than parts, an input is a stream, or the options need the whole
    /// input in one process (stories, a work directory). [`ErrorKind::Output`]: the directory holds another plan, or other
    /// files.
    pub fn plan(
        directory: &Path,
        pipeline: &Pipeline,
        input: &Input,
        parts: usize,
        arguments: Vec<String>,
    ) -> Result<Self> {
        check_options(pipeline)?;
        let run = RunIdentity::new(RunTask::Clusters, pipeline.options(), input)?;
        let sizes = run.sizes();
        if parts == 0 || parts > sizes.len() || parts > MOST_PARTS {
            let most = sizes.len().min(MOST_PARTS);
            let expected = format!("from 1 to {most}: a part is one file of the input or more");
            return Err(Error::parameter("parts", parts, expected));
        }

        let plan = StoredPlan { format: FORMAT, arguments, parts: parts::divided(&sizes, parts), run };
        let bytes =
            serde_json::to_vec_pretty(&plan).map_err(|error| Error::internal(format!("a plan is no JSON: {error}")))?;

        fs::create_dir_all(directory).map_err(|source| Error::io("write", directory, source))?;
        let path = directory.join(PLAN);
        match fs::read(&path) {
            Ok(stored) if stored == bytes => {}
            Ok(_) => return Err(refuse(directory, "holds the plan of another run")),
            Err(_) if has_other_files(directory) => {
                return Err(refuse(directory, "holds something that is no sharded run"));
            }
            Err(_) => write_whole(&path, &bytes)?,
        }
        Ok(Self { directory: directory.to_owned(), plan, digest: *blake3::hash(&bytes).as_bytes() })
    }

    /// Opens the plan in `directory`.
    ///
    /// # Errors
    ///
    /// There is none, or it is of another version.
    pub fn open(directory: &Path) -> Result<Self> {
        let path = directory.join(PLAN);
        let bytes = fs::read(&path).map_err(|source| Error::io("read", &path, source))?;
        let unreadable = |what: String| {
            let remedy = "plan the run again in an empty directory".into();
            Error::from(ErrorKind::Unreadable { path: path.clone(), what, remedy })
        };

        let found = serde_json::from_slice::<StoredFormat>(&bytes);
        let StoredFormat { format } = found.map_err(|_| unreadable("is no plan of a sharded run".to_owned()))?;
        if format != FORMAT {
            return Err(unreadable(format!("has format {format}, and this version reads {FORMAT}")));
        }
        let plan = serde_json::from_slice(&bytes).map_err(|error| unreadable(format!("cannot be read: {error}")))?;
        Ok(Self { directory: directory.to_owned(), plan, digest: *blake3::hash(&bytes).as_bytes() })
    }

    /// The arguments that the plan was made with.
    #[must_use]
    pub fn arguments(&self) -> &[String] {
        &self.plan.arguments
    }

    /// Number of parts.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.plan.parts.len()
    }

    /// A run of the stages by `pipeline` over `input`, which must be what was planned.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unreadable`] names the first option or file that is another one than in the plan.
    pub fn run<'a>(&'a self, pipeline: &'a Pipeline, input: Input, progress: &'a dyn Progress) -> Result<ShardRun<'a>> {
        check_options(pipeline)?;
        let ours = RunIdentity::new(RunTask::Clusters, pipeline.options(), &input)?;
        if let Some(difference) = ours.difference(&self.plan.run) {
            let what = format!("the run is not what was planned ({difference})");
            let remedy = "undo the change, or plan the run again in an empty directory".into();
            return Err(ErrorKind::Unreadable { path: self.directory.join(PLAN), what, remedy }.into());
        }
        Ok(ShardRun { set: self, pipeline, input, progress })
    }

    /// The files of a part, which counts from 1.
    pub(super) fn files_of(&self, part: u32) -> Range<usize> {
        let before = &self.plan.parts[..part as usize - 1];
        let first = before.iter().sum();
        first..first + self.plan.parts[part as usize - 1]
    }

    /// The number of a part as it is stored.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`]: there is no such part.
    pub(super) fn part(&self, part: usize) -> Result<u32> {
        match u32::try_from(part) {
            Ok(number) if (1..=self.parts()).contains(&part) => Ok(number),
            _ => Err(Error::parameter("part", part, format!("from 1 to {}, as planned", self.parts()))),
        }
    }

    /// All parts, from 1.
    pub(super) fn all_parts(&self) -> impl Iterator<Item = u32> + use<> {
        1..=self.plan.parts.len() as u32
    }

    /// The file of this kind and part, made from files with the digest `made_from`.
    pub(super) fn name(&self, kind: ShardFileKind, part: u32, made_from: FileDigest) -> ShardFileName {
        ShardFileName { kind, part, plan: self.digest, made_from }
    }

    /// The sketch of a part.
    pub(super) fn sketch(&self, part: u32) -> ShardFileName {
        self.name(ShardFileKind::Sketch, part, [0; 32])
    }

    /// The digest of all sketches, which a merge is made from.
    ///
    /// # Errors
    ///
    /// A sketch is missing, or belongs to another plan.
    pub(super) fn sketches(&self) -> Result<FileDigest> {
        self.digest_of(|part| self.sketch(part))
    }

    /// What a part verifies, in the merge of the sketches that are there.
    pub(super) fn work(&self, part: u32) -> Result<ShardFileName> {
        Ok(self.name(ShardFileKind::Work, part, self.sketches()?))
    }

    /// The verified pairs of a part, made from the work of this merge.
    pub(super) fn verified(&self, part: u32, sketches: FileDigest) -> Result<ShardFileName> {
        let work = file::digest(&self.directory, self.name(ShardFileKind::Work, part, sketches))?;
        Ok(self.name(ShardFileKind::Verified, part, work))
    }

    /// The digest of all verified pairs, which the fates are made from.
    pub(super) fn all_verified(&self, sketches: FileDigest) -> Result<FileDigest> {
        let names = self.all_parts().map(|part| self.verified(part, sketches)).collect::<Result<Vec<_>>>()?;
        self.digest_of(|part| names[part as usize - 1])
    }

    fn digest_of(&self, name: impl Fn(u32) -> ShardFileName) -> Result<FileDigest> {
        let mut hasher = blake3::Hasher::new();
        for part in self.all_parts() {
            hasher.update(&file::digest(&self.directory, name(part))?);
        }
        Ok(*hasher.finalize().as_bytes())
    }
}

/// Whether a directory holds something that a run did not put there before its plan.
fn has_other_files(directory: &Path) -> bool {
    let is_fetched = |entry: fs::DirEntry| entry.file_name() == ShardSet::FETCHED;
    fs::read_dir(directory).is_ok_and(|mut found| found.any(|entry| !entry.is_ok_and(is_fetched)))
}

/// Most parts: a merge keeps a file and its buffers open for each.
const MOST_PARTS: usize = 1_000;

/// Refuses options of runs that need the whole input in one process.
fn check_options(pipeline: &Pipeline) -> Result<()> {
    let options = pipeline.options();
    if options.unit == UnitLevel::Story {
        let expected =
            "document, paragraph or line in a sharded run: stories are cut with the lines that return in all files";
        return Err(Error::parameter("unit", options.unit, expected));
    }
    if let Some(directory) = &options.work_dir {
        let expected = "left out in a sharded run, whose directory keeps what is done";
        return Err(Error::parameter("work_dir", directory.display(), expected));
    }
    Ok(())
}

fn refuse(directory: &Path, what: &str) -> Error {
    let remedy = "name another directory, or remove this one".into();
    ErrorKind::Output { path: directory.to_owned(), what: what.to_owned(), remedy }.into()
}

/// What a stage did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardStage {
    /// It made its files.
    Made,
    /// Its files were there already, whole and made from what is there now.
    WasThere,
}

/// The stages of a planned run, each to be called in a process of its own.
pub struct ShardRun<'a> {
    pub(super) set: &'a ShardSet,
    pub(super) pipeline: &'a Pipeline,
    pub(super) input: Input,
    pub(super) progress: &'a dyn Progress,
}
