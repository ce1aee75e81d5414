//! Addresses as paths: inputs are fetched to this machine and read from there, outputs are sent when the run has ended well.
//!
//! An input is asked for by ranges, several at once, and written to a temporary directory, or to the work directory of the
//! run, where a killed run goes on with the ranges that are missing. Its records have the address in ids and messages. The
//! crate `object_store` knows the clouds; addresses of the web and of the Hugging Face Hub are asked for directly.

mod address;
mod client;
mod credentials;
mod failure;
mod fetch;
mod hub;
mod kept;
mod listing;
mod object;
mod spool;
mod upload;
mod web;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use address::{Address, Extent, shown};
use client::Client;
use fetch::{FetchJob, FileFailed};
use kept::{KeptContent, KeptFile, KeptInput, KeptInputs};
use listing::ListedFile;
use object::{ObjectState, RemoteObject};
use spool::Spool;
pub(crate) use upload::RemoteOutputs;

use mukarrar::error::Result;
use mukarrar::input::{FetchedInputs, InputFormat, SkipReason};
use mukarrar::pipeline::Progress;
use mukarrar::spill::SpillDir;

/// What a run says of where files of this machine go, and how the input is read.
pub(crate) struct RemoteSettings {
    /// Where temporary files go.
    pub(crate) temp_dir: PathBuf,
    /// Where fetched files are kept for a later run of the same command.
    pub(crate) work_dir: Option<PathBuf>,
    /// The format that every file is read in, if one was asked for.
    pub(crate) format: Option<InputFormat>,
}

/// The remote inputs and outputs of one run.
pub(crate) struct RemoteFiles {
    pub(crate) inputs: FetchedInputs,
    pub(crate) outputs: Option<Arc<RemoteOutputs>>,
    /// `None` without remote inputs.
    spool: Option<Spool>,
}

impl RemoteFiles {
    /// Checks the outputs, and fetches the inputs.
    ///
    /// # Errors
    ///
    /// The first address that cannot be used.
    pub(crate) fn open(
        inputs: &[PathBuf],
        outputs: &[PathBuf],
        settings: &RemoteSettings,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let first = inputs.first().or(outputs.first()).map(|path| shown(path)).unwrap_or_default();
        let client = Arc::new(Client::new().map_err(|failed| failed.of_input(first))?);
        let parse = |path: &PathBuf| Address::parse(path).map_err(|failed| failed.of_input(shown(path)));
        let inputs: Vec<Address> = inputs.iter().map(parse).collect::<Result<_>>()?;

        // Outputs first: better to refuse before anything is fetched.
        let store = RemoteOutputs::new(Arc::clone(&client), settings.temp_dir.clone());
        for path in outputs {
            let checked = Address::parse(path).and_then(|address| store.check(&address));
            checked.map_err(|failed| failed.of_output(shown(path)))?;
        }
        let outputs = (!outputs.is_empty()).then(|| Arc::new(store));

        let (inputs, spool) = match inputs.is_empty() {
            true => (FetchedInputs::default(), None),
            false => {
                let (kept, spool) = fetched(&client, &inputs, settings, progress)?;
                (kept.in_directory(spool.directory()), Some(spool))
            }
        };
        Ok(Self { inputs, outputs, spool })
    }

    /// Fetches the inputs into `directory`, where they stay for [`reopen`](Self::reopen) in other processes.
    ///
    /// # Errors
    ///
    /// The first address that cannot be used, or the disk refuses.
    pub(crate) fn keep(
        inputs: &[PathBuf],
        directory: &Path,
        settings: RemoteSettings,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let first = inputs.first().map(|path| shown(path)).unwrap_or_default();
        let client = Client::new().map_err(|failed| failed.of_input(first))?;
        let parse = |path: &PathBuf| Address::parse(path).map_err(|failed| failed.of_input(shown(path)));
        let inputs: Vec<Address> = inputs.iter().map(parse).collect::<Result<_>>()?;

        let settings = RemoteSettings { work_dir: Some(directory.to_owned()), ..settings };
        let (kept, _spool) = fetched(&client, &inputs, &settings, progress)?;
        kept.write(directory)?;
        Ok(Self { inputs: kept.in_directory(directory), outputs: None, spool: None })
    }

    /// The inputs that [`keep`](Self::keep) fetched into `directory`; `None` if there are none.
    ///
    /// # Errors
    ///
    /// The note of them cannot be read.
    pub(crate) fn reopen(directory: &Path) -> Result<Option<Self>> {
        let kept = KeptInputs::read(directory)?;
        Ok(kept.map(|kept| Self { inputs: kept.in_directory(directory), outputs: None, spool: None }))
    }

    /// Ends a run. Files in a work directory stay if the run is not `over`.
    pub(crate) fn end(self, over: bool) {
        if let (Some(spool), true) = (self.spool, over) {
            spool.forget();
        }
    }
}

/// Removes temporary files and gives up uploads, for a process that is about to end.
pub(crate) fn discard() {
    spool::discard();
    upload::discard();
}

/// Fetches all files of the inputs.
fn fetched(
    client: &Client,
    inputs: &[Address],
    settings: &RemoteSettings,
    progress: &dyn Progress,
) -> Result<(KeptInputs, Spool)> {
    let spool = match &settings.work_dir {
        Some(directory) => Spool::kept(directory)?,
        None => Spool::temporary(&settings.temp_dir)?,
    };

    let mut listed = Vec::with_capacity(inputs.len());
    for address in inputs {
        let files = listing::list(client, address).map_err(|failed| failed.of_input(&address.shown))?;
        listed.push((address, files));
    }

    let wanted = wanted(&listed, settings.format);
    let failed = |(shown, failed): FileFailed| failed.of_input(shown);
    let mut jobs = Vec::with_capacity(wanted.len());
    for (shown, object, state) in fetch::states(client, wanted).map_err(failed)? {
        let spooled = spool.file(&shown, state).map_err(|failed| failed.of_input(&shown))?;
        jobs.push(FetchJob { shown, object, spooled });
    }

    let missing = jobs.iter().map(|job| job.spooled.missing_bytes()).sum();
    SpillDir::temporary(spool.directory()).require(missing)?;
    fetch::fetch(client, &jobs, progress).map_err(failed)?;
    Ok((entered(&listed, &jobs, settings.format), spool))
}

/// The files that are fetched, each once: not those that a directory of files would skip.
fn wanted(
    listed: &[(&Address, Vec<ListedFile>)],
    format: Option<InputFormat>,
) -> Vec<(String, RemoteObject, Option<ObjectState>)> {
    let (mut wanted, mut known) = (Vec::new(), BTreeSet::new());
    for (address, files) in listed {
        for file in files.iter().filter(|file| is_fetched(address, file, format)) {
            let name = name_of(address, file);
            if known.insert(name.clone()) {
                wanted.push((name, file.object.clone(), file.state.clone()));
            }
        }
    }
    wanted
}

fn is_fetched(address: &Address, file: &ListedFile, format: Option<InputFormat>) -> bool {
    let is_skipped = SkipReason::in_directory(&file.relative, format).is_some();
    address.extent != Extent::Directory || !is_skipped && listing::stays_below(&file.relative)
}

/// The address of a file as ids and messages show it.
fn name_of(address: &Address, file: &ListedFile) -> String {
    match address.extent {
        Extent::File => address.shown.clone(),
        Extent::Directory | Extent::Pattern(_) => format!("{}{}", address.directory_name(), file.relative.display()),
    }
}

/// The files behind the inputs, with the names of the fetched files in their directory.
fn entered(listed: &[(&Address, Vec<ListedFile>)], jobs: &[FetchJob], format: Option<InputFormat>) -> KeptInputs {
    let places: BTreeMap<&str, &Path> =
        jobs.iter().map(|job| (job.shown.as_str(), job.spooled.path.as_path())).collect();
    let place = |address: &Address, file: &ListedFile| {
        let place = places.get(name_of(address, file).as_str())?.file_name()?;
        Some(KeptContent::At(place.into()))
    };

    let of_address = |(address, files): &(&Address, Vec<ListedFile>)| {
        let in_directory = |file: &ListedFile| match place(address, file) {
            Some(content) if is_fetched(address, file, format) => KeptFile { name: file.relative.clone(), content },
            _ if listing::stays_below(&file.relative) => {
                KeptFile { name: file.relative.clone(), content: KeptContent::NotFetched }
            }
            _ => {
                let content = KeptContent::Broken("its name leads out of the directory".to_owned());
                KeptFile { name: flat_name(&file.relative).into(), content }
            }
        };
        let named =
            |file: &ListedFile| Some(KeptFile { name: name_of(address, file).into(), content: place(address, file)? });

        let is_directory = address.extent == Extent::Directory;
        KeptInput {
            given: address.given.clone(),
            directory: is_directory.then(|| address.directory_name()),
            files: match is_directory {
                true => files.iter().map(in_directory).collect(),
                false => files.iter().filter_map(named).collect(),
            },
        }
    };
    KeptInputs(listed.iter().map(of_address).collect())
}

/// A path that leads out of its directory, as one name.
fn flat_name(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::is_separator, "_")
}
