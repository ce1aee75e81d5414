//! One file on another machine: what it is, and its bytes by ranges.

use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStoreExt};
use reqwest::Url;

use super::address::Service;
use super::client::{BucketStore, Client};
use super::failure::{self, Asked, Cause, Failure};
use super::web;

/// Pieces of bytes as they arrive.
pub(super) type ByteStream = BoxStream<'static, Result<bytes::Bytes, Failure>>;

/// A file on another machine.
#[derive(Clone)]
pub(super) enum RemoteObject {
    Stored { service: Service, store: BucketStore, path: ObjectPath },
    Web { url: Url, asked: Asked },
}

/// What tells one state of a file from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ObjectState {
    /// Its size, if the server tells it.
    pub(super) size: Option<u64>,
    /// The entity tag.
    pub(super) tag: Option<String>,
    /// When it was written, in seconds since 1970; 0 if the server does not tell it.
    pub(super) modified: u64,
    /// Whether the server gives ranges of it.
    pub(super) has_ranges: bool,
}

impl ObjectState {
    fn stored(meta: &ObjectMeta) -> Self {
        let modified = u64::try_from(meta.last_modified.timestamp()).unwrap_or(0);
        Self { size: Some(meta.size), tag: meta.e_tag.as_deref().map(quoted), modified, has_ranges: true }
    }

    /// The time of the file's last change.
    pub(super) fn time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.modified)
    }

    /// Whether this is the state that a server told first. What it does not tell, or only roughly (a weak tag), says
    /// nothing.
    pub(super) fn is_still(&self, first: &Self) -> bool {
        let strong = |state: &Self| state.tag.clone().filter(|tag| !tag.starts_with("W/"));
        let is_size = self.size.is_none() || first.size.is_none() || self.size == first.size;
        match (strong(self), strong(first)) {
            (Some(tag), Some(first)) => is_size && tag == first,
            _ => is_size && self.modified == first.modified,
        }
    }
}

/// A tag in quotes, as headers have it: the lists of Azure give it without.
fn quoted(tag: &str) -> String {
    if tag.ends_with('"') { tag.to_owned() } else { format!("\"{tag}\"") }
}

impl RemoteObject {
    /// An object whose state a list of its bucket told.
    pub(super) fn listed(service: Service, store: &BucketStore, meta: &ObjectMeta) -> (Self, ObjectState) {
        let path = meta.location.clone();
        (Self::Stored { service, store: store.clone(), path }, ObjectState::stored(meta))
    }

    /// Asks for its state.
    ///
    /// # Errors
    ///
    /// It is not there, or must not be read.
    pub(super) async fn state(&self, client: &Client) -> Result<ObjectState, Failure> {
        let (service, store, path) = match self {
            Self::Web { url, asked } => return web::state(client, url, *asked).await,
            Self::Stored { service, store, path } => (*service, store, path),
        };

        match store.objects.head(path).await {
            Ok(meta) => Ok(ObjectState::stored(&meta)),
            // An answer without a body does not tell why; that to another request does.
            Err(error) => {
                let failed = failure::of_store(&error, service);
                if failed.cause == Cause::Connection {
                    return Err(failed);
                }
                let options = GetOptions { range: Some(GetRange::Bounded(0..1)), ..GetOptions::default() };
                let told = store.objects.get_opts(path, options).await;
                Err(told.err().map_or(failed, |error| failure::of_store(&error, service)))
            }
        }
    }

    /// The bytes of a `range`, or all; fails if the file is not in the state `first` any longer.
    ///
    /// # Errors
    ///
    /// The server refuses, or the file changed.
    pub(super) async fn read(
        &self,
        client: &Client,
        range: Option<Range<u64>>,
        first: &ObjectState,
    ) -> Result<ByteStream, Failure> {
        let (service, store, path) = match self {
            Self::Web { url, asked } => return web::read(client, url, *asked, range, first).await,
            Self::Stored { service, store, path } => (*service, store, path),
        };

        let range = range.map(GetRange::Bounded);
        let options = GetOptions { range, if_match: first.tag.clone(), ..GetOptions::default() };
        let found = store.objects.get_opts(path, options).await.map_err(|error| failure::of_store(&error, service))?;
        if !ObjectState::stored(&found.meta).is_still(first) {
            return Err(Failure::changed());
        }
        Ok(found.into_stream().map_err(move |error| failure::of_store(&error, service)).boxed())
    }
}
