//! Lists the files that an address names.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use futures_util::TryStreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectMeta, ObjectStore};

use super::address::{Address, Extent, Location, Service, fits};
use super::client::{BucketStore, Client};
use super::failure::{self, Asked, Cause, Failure};
use super::hub;
use super::object::{ObjectState, RemoteObject};

/// A file that an address names.
pub(super) struct ListedFile {
    /// Its path below the directory; of a file that was named, its name.
    pub(super) relative: PathBuf,
    pub(super) object: RemoteObject,
    /// Its state, if a list told it.
    pub(super) state: Option<ObjectState>,
}

/// The files that `address` names, sorted by path.
///
/// # Errors
///
/// There are none, they must not be read, or the server cannot be reached.
pub(super) fn list(client: &Client, address: &Address) -> Result<Vec<ListedFile>, Failure> {
    let mut files = client.run(found(client, address))?;
    files.sort_by(|a, b| a.relative.cmp(&b.relative));

    if files.is_empty() {
        return Err(match &address.extent {
            Extent::Pattern(_) => Failure::wrong("fits no file", "check the pattern; * stands for any characters"),
            Extent::File | Extent::Directory => {
                Failure::wrong("is empty: there are no files below it", "check the address")
            }
        });
    }
    Ok(files)
}

async fn found(client: &Client, address: &Address) -> Result<Vec<ListedFile>, Failure> {
    let files = match &address.location {
        Location::Web(url) => {
            return single(client, address, RemoteObject::Web { url: url.clone(), asked: Asked::Web }).await;
        }
        Location::Hub { dataset, revision, path } => {
            let files = hub::HubDataset::open(client, dataset, revision).await?;
            if address.extent == Extent::File {
                return single(client, address, files.object(path)?).await;
            }
            files.list(client, path).await?
        }
        Location::Bucket { service, bucket, key } => {
            let store = client.bucket(*service, bucket)?;
            let path = key_path(key)?;
            if address.extent == Extent::File {
                return single_object(client, address, *service, &store, path).await;
            }
            below(*service, &store, &path).await?
        }
    };

    Ok(match &address.extent {
        // The names of one directory: what is below others has more parts.
        Extent::Pattern(pattern) => files
            .into_iter()
            .filter(|file| file.relative.to_str().is_some_and(|name| !name.contains('/') && fits(pattern, name)))
            .collect(),
        Extent::File | Extent::Directory => files,
    })
}

/// A file that was named itself.
async fn single(client: &Client, address: &Address, object: RemoteObject) -> Result<Vec<ListedFile>, Failure> {
    let state = Some(object.state(client).await?);
    Ok(vec![ListedFile { relative: Path::new(&address.shown).file_name().unwrap_or_default().into(), object, state }])
}

/// An object that was named itself. If there is none, says whether it is a directory.
async fn single_object(
    client: &Client,
    address: &Address,
    service: Service,
    store: &BucketStore,
    path: ObjectPath,
) -> Result<Vec<ListedFile>, Failure> {
    let object = RemoteObject::Stored { service, store: store.clone(), path: path.clone() };
    match single(client, address, object).await {
        Err(failed) if failed.cause == Cause::Missing => {
            let first = store.objects.list(Some(&path)).try_next().await;
            Err(match first.map_err(|error| failure::of_store(&error, service)) {
                Ok(Some(_)) => Failure::wrong("is a directory", "end it with a slash to read all files below it"),
                _ => failed,
            })
        }
        found => found,
    }
}

/// All objects below a path.
async fn below(service: Service, store: &BucketStore, path: &ObjectPath) -> Result<Vec<ListedFile>, Failure> {
    let failed = |error: object_store::Error| failure::of_store(&error, service);
    let metas: Vec<ObjectMeta> = store.objects.list(Some(path)).try_collect().await.map_err(failed)?;

    let folders: BTreeSet<&str> = metas.iter().flat_map(|meta| folders(meta.location.as_ref())).collect();
    let mut files = Vec::with_capacity(metas.len());
    for meta in &metas {
        let relative = meta.location.as_ref().strip_prefix(path.as_ref()).unwrap_or(meta.location.as_ref());
        let relative = Path::new(relative.trim_start_matches('/'));
        // Consoles mark a directory with an empty object.
        let is_mark = meta.size == 0 && (relative.as_os_str().is_empty() || folders.contains(meta.location.as_ref()));
        if !is_mark {
            let (object, state) = RemoteObject::listed(service, store, meta);
            files.push(ListedFile { relative: relative.to_owned(), object, state: Some(state) });
        }
    }
    Ok(files)
}

/// The folders that a path is in.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

/// Whether nothing is at an address or below it.
///
/// # Errors
///
/// The server cannot be reached, or refuses to list.
pub(super) async fn is_empty(service: Service, store: &dyn ObjectStore, path: &ObjectPath) -> Result<bool, Failure> {
    let first = store.list(Some(path)).try_next().await;
    first.map(|first| first.is_none()).map_err(|error| failure::of_store(&error, service))
}

/// A key as the crate wants it.
///
/// # Errors
///
/// It has empty parts, `.` or `..`.
pub(super) fn key_path(key: &str) -> Result<ObjectPath, Failure> {
    ObjectPath::parse(key).map_err(|error| {
        Failure::wrong(format!("has a part that is not read: {error}"), "name objects without empty parts, . and ..")
    })
}

/// Whether a path stays below its directory on this machine too.
pub(super) fn stays_below(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_))) && !path.as_os_str().is_empty()
}
