//! Sends outputs to buckets: in parts that appear together, when the run has ended well.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path as ObjectPath;
use object_store::{MultipartId, ObjectStoreExt};

use super::address::{Address, Location, Service};
use super::client::{BucketStore, Client};
use super::failure::{self, Failure};
use super::listing;
use mukarrar::error::Result;
use mukarrar::report::{OutputStore, SentOutput};

/// Bytes of a part; larger for files that would have too many parts.
const PART: u64 = 8 << 20;

/// The largest number of parts; S3 allows 10,000.
const PARTS: u64 = 9_000;

/// Parts that are under way at once. Each is in memory.
const REQUESTS: usize = 2;

/// How long the end of the process waits until uploads are given up.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Uploads that have begun and appear nowhere yet, for [`discard`].
static BEGUN: Mutex<Vec<BegunUpload>> = Mutex::new(Vec::new());

/// An upload in parts.
#[derive(Clone)]
struct BegunUpload {
    service: Service,
    store: BucketStore,
    path: ObjectPath,
    id: MultipartId,
}

impl BegunUpload {
    /// Gives it up: the server forgets its parts.
    async fn abort(&self) -> object_store::Result<()> {
        self.store.parts.abort_multipart(&self.path, &self.id).await
    }

    fn note(&self) {
        BEGUN.lock().unwrap_or_else(PoisonError::into_inner).push(self.clone());
    }

    fn forget(&self) {
        BEGUN.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| other.id != self.id);
    }
}

/// Gives up all uploads, for a process that is about to end.
pub(super) fn discard() {
    let begun = std::mem::take(&mut *BEGUN.lock().unwrap_or_else(PoisonError::into_inner));
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        for upload in &begun {
            // A server that does not answer keeps the parts; they appear nowhere.
            let _ = tokio::time::timeout(LAST_WAIT, upload.abort()).await;
        }
    });
}

/// Takes the outputs of a run that have an address.
pub(crate) struct RemoteOutputs {
    client: Arc<Client>,
    /// For files that are not sent yet.
    directory: PathBuf,
}

impl fmt::Debug for RemoteOutputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteOutputs").field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl RemoteOutputs {
    pub(super) fn new(client: Arc<Client>, directory: PathBuf) -> Self {
        Self { client, directory }
    }

    /// Checks, before anything is computed, that `address` can be written, and that it is empty if it is a directory.
    ///
    /// # Errors
    ///
    /// It cannot, or it is not.
    pub(super) fn check(&self, address: &Address) -> std::result::Result<(), Failure> {
        address.check_output()?;
        let Location::Bucket { service, bucket, key } = &address.location else { return Ok(()) };
        let store = self.client.bucket(*service, bucket)?;
        let path = listing::key_path(key)?;

        self.client.run(async {
            let failed = |error: object_store::Error| failure::of_store(&error, *service);
            let is_directory = address.shown.ends_with('/') || key.is_empty();
            if is_directory && !listing::is_empty(*service, &*store.objects, &path).await? {
                return Err(Failure::wrong("is not empty", "give a new directory, or empty this one first"));
            }

            // An upload without parts shows whether the key has the right to write, and leaves nothing.
            let probe = if is_directory { path.clone().join(".mukarrar") } else { path };
            let id = store.parts.create_multipart(&probe).await.map_err(failed)?;
            store.parts.abort_multipart(&probe, &id).await.map_err(failed)
        })
    }

    fn begin(&self, file: &Path, address: &Path) -> std::result::Result<Box<dyn SentOutput>, Failure> {
        let parsed = Address::literal(address)?;
        parsed.check_output()?;
        let Location::Bucket { service, bucket, key } = &parsed.location else {
            return Err(Failure::wrong("names no bucket", "give an address such as s3://bucket/clean.jsonl"));
        };
        let (store, path) = (self.client.bucket(*service, bucket)?, listing::key_path(key)?);

        let local = |error: io::Error| Failure::local("it cannot be read again", &error);
        let size = file.metadata().map_err(local)?.len();
        let (client, address) = (Arc::clone(&self.client), address.to_owned());
        if size <= PART {
            let file = file.to_owned();
            return Ok(Box::new(WholeOutput { client, service: *service, store, path, file, address }));
        }

        let failed = |error: object_store::Error| failure::of_store(&error, *service);
        let id = client.run(store.parts.create_multipart(&path)).map_err(failed)?;
        let upload = BegunUpload { service: *service, store, path, id };
        upload.note();

        // Dropped on an error, it gives the upload up.
        let mut output = PartedOutput { client, upload, address, parts: Vec::new(), is_complete: false };
        output.send(file, size)?;
        Ok(Box::new(output))
    }
}

impl OutputStore for RemoteOutputs {
    fn directory(&self) -> &Path {
        &self.directory
    }

    fn send(&self, file: &Path, address: &Path) -> Result<Box<dyn SentOutput>> {
        self.begin(file, address).map_err(|failed| failed.of_output(address))
    }
}

/// A small output, sent as one.
struct WholeOutput {
    client: Arc<Client>,
    service: Service,
    store: BucketStore,
    path: ObjectPath,
    file: PathBuf,
    address: PathBuf,
}

impl SentOutput for WholeOutput {
    fn complete(self: Box<Self>) -> Result<()> {
        let Self { client, service, store, path, file, address } = *self;
        let bytes = std::fs::read(file).map_err(|error| Failure::local("it cannot be read again", &error));
        let sent = bytes.and_then(|bytes| {
            let put = client.run(store.objects.put(&path, bytes.into()));
            put.map(drop).map_err(|error| failure::of_store(&error, service))
        });
        sent.map_err(|failed| failed.of_output(address))
    }
}

/// A large output, whose parts were sent.
struct PartedOutput {
    client: Arc<Client>,
    upload: BegunUpload,
    address: PathBuf,
    parts: Vec<object_store::multipart::PartId>,
    is_complete: bool,
}

impl PartedOutput {
    /// Sends all parts.
    fn send(&mut self, file: &Path, size: u64) -> std::result::Result<(), Failure> {
        let BegunUpload { service, store, path, id } = &self.upload;
        let length = PART.max(size.div_ceil(PARTS));

        let sent = stream::iter(0..size.div_ceil(length)).map(|number| async move {
            let bytes = read_part(file, number * length, length.min(size - number * length))
                .map_err(|error| Failure::local("it cannot be read again", &error))?;
            let number = usize::try_from(number).unwrap_or(usize::MAX);
            let put = store.parts.put_part(path, id, number, bytes.into()).await;
            put.map_err(|error| failure::of_store(&error, *service))
        });
        self.parts = self.client.run(sent.buffered(REQUESTS).try_collect())?;
        Ok(())
    }
}

impl SentOutput for PartedOutput {
    fn complete(mut self: Box<Self>) -> Result<()> {
        let parts = std::mem::take(&mut self.parts);
        let BegunUpload { service, store, path, id } = &self.upload;
        let completed = self.client.run(store.parts.complete_multipart(path, id, parts));
        completed.map_err(|error| failure::of_store(&error, *service).of_output(&self.address))?;

        self.is_complete = true;
        Ok(())
    }
}

impl Drop for PartedOutput {
    fn drop(&mut self) {
        self.upload.forget();
        if !self.is_complete {
            // The run has failed already, and says why.
            let _ = self.client.run(async { tokio::time::timeout(LAST_WAIT, self.upload.abort()).await });
        }
    }
}

fn read_part(file: &Path, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(file)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(length).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}
