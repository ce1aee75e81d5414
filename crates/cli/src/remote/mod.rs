//! Addresses as paths: inputs are copied to this machine and read from there, outputs are sent when the run has ended well.
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
use fetch::{FetchedFile, FileFailed};
use listing::ListedFile;
use object::{ObjectState, RemoteObject};
use spool::Spool;
pub(crate) use upload::RemoteOutputs;

use mukarrar::error::Result;
use mukarrar::input::{CopiedFile, InputFormat, LocalCopies, SkipReason};
use mukarrar::pipeline::Progress;
use mukarrar::spill::SpillDir;

/// What a run says of where files of this machine go, and how the input is read.
pub(crate) struct RemoteSettings {
    /// Where temporary files go.
    pub(crate) temp_dir: PathBuf,
    /// Where the copies are kept for a later run of the same command.
    pub(crate) work_dir: Option<PathBuf>,
    /// The format that every file is read in, if one was asked for.
    pub(crate) format: Option<InputFormat>,
}

/// The remote inputs and outputs of one run.
pub(crate) struct RemoteFiles {
    pub(crate) copies: LocalCopies,
    pub(crate) outputs: Option<Arc<RemoteOutputs>>,
    /// `None` without remote inputs.
    spool: Option<Spool>,
}

impl RemoteFiles {
    /// Checks the outputs, and copies the inputs to this machine.
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
        let client = Arc::new(Client::new()?);
        let parse = |path: &PathBuf| Address::parse(path).map_err(|failed| failed.of_input(shown(path)));
        let inputs: Vec<Address> = inputs.iter().map(parse).collect::<Result<_>>()?;

        // Outputs first: better to refuse before anything is fetched.
        let store = RemoteOutputs::new(Arc::clone(&client), settings.temp_dir.clone());
        for path in outputs {
            let checked = Address::parse(path).and_then(|address| store.check(&address));
            checked.map_err(|failed| failed.of_output(shown(path)))?;
        }
        let outputs = (!outputs.is_empty()).then(|| Arc::new(store));

        let (copies, spool) = match inputs.is_empty() {
            true => (LocalCopies::default(), None),
            false => copied(&client, &inputs, settings, progress).map(|(copies, spool)| (copies, Some(spool)))?,
        };
        Ok(Self { copies, outputs, spool })
    }

    /// Ends a run. The copies of a work directory stay if the run is not `over`.
    pub(crate) fn end(self, over: bool) {
        if let (Some(spool), true) = (self.spool, over) {
            spool.forget();
        }
    }
}

/// Removes temporary copies and gives up uploads, for a process that is about to end.
pub(crate) fn discard() {
    spool::discard();
    upload::discard();
}

/// Copies all files of the inputs.
fn copied(
    client: &Client,
    inputs: &[Address],
    settings: &RemoteSettings,
    progress: &dyn Progress,
) -> Result<(LocalCopies, Spool)> {
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
    let mut fetched = Vec::with_capacity(wanted.len());
    for (shown, object, state) in fetch::states(client, wanted).map_err(failed)? {
        let copy = spool.copy(&shown, state).map_err(|failed| failed.of_input(&shown))?;
        fetched.push(FetchedFile { shown, object, copy });
    }

    let missing = fetched.iter().map(|file| file.copy.missing_bytes()).sum();
    SpillDir::temporary(spool.directory()).require(missing)?;
    fetch::fetch(client, &fetched, progress).map_err(failed)?;
    Ok((entered(&listed, &fetched, settings.format), spool))
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

/// The copies, as the library reads them.
fn entered(
    listed: &[(&Address, Vec<ListedFile>)],
    fetched: &[FetchedFile],
    format: Option<InputFormat>,
) -> LocalCopies {
    let places: BTreeMap<&str, &Path> =
        fetched.iter().map(|file| (file.shown.as_str(), file.copy.path.as_path())).collect();
    let place = |address: &Address, file: &ListedFile| places.get(name_of(address, file).as_str()).copied();

    let mut copies = LocalCopies::default();
    for (address, files) in listed {
        if address.extent == Extent::Directory {
            let copied = files.iter().map(|file| match place(address, file) {
                Some(place) if is_fetched(address, file, format) => CopiedFile::at(&file.relative, place),
                _ if listing::stays_below(&file.relative) => CopiedFile::not_fetched(&file.relative),
                _ => CopiedFile::broken(flat_name(&file.relative), "its name leads out of the directory"),
            });
            copies = copies.directory(&address.given, address.directory_name(), copied.collect());
        } else {
            let copied =
                files.iter().filter_map(|file| Some(CopiedFile::at(name_of(address, file), place(address, file)?)));
            copies = copies.files(&address.given, copied.collect());
        }
    }
    copies
}

/// A path that leads out of its directory, as one name.
fn flat_name(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::is_separator, "_")
}
