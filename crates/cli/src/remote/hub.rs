//! Datasets of the Hugging Face Hub.

use std::env;
use std::path::PathBuf;

use reqwest::Url;
use reqwest::header::{HeaderMap, LINK};
use serde::Deserialize;

use super::client::Client;
use super::failure::{self, Asked, Failure};
use super::listing::ListedFile;
use super::object::RemoteObject;
use super::web;

/// One revision of a dataset.
pub(super) struct HubDataset {
    endpoint: String,
    dataset: String,
    /// The commit, so that all files are of one.
    commit: String,
}

/// What the Hub says of a revision.
#[derive(Deserialize)]
struct Revision {
    sha: String,
}

/// An entry of a directory.
#[derive(Deserialize)]
struct TreeEntry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
}

impl HubDataset {
    /// Finds the commit of a revision: a branch, a tag or a commit.
    ///
    /// # Errors
    ///
    /// The dataset or revision does not exist, or it needs a token.
    pub(super) async fn open(client: &Client, dataset: &str, revision: &str) -> Result<Self, Failure> {
        let endpoint = env::var("HF_ENDPOINT").unwrap_or_else(|_| "https://huggingface.co".to_owned());
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        let revision = revision.replace('/', "%2F");

        let url = parsed(&format!("{endpoint}/api/datasets/{dataset}/revision/{revision}"))?;
        let (Revision { sha: commit }, _) = json(client, url).await?;
        Ok(Self { endpoint, dataset: dataset.to_owned(), commit })
    }

    /// The file at `path`.
    ///
    /// # Errors
    ///
    /// The path makes no address.
    pub(super) fn object(&self, path: &str) -> Result<RemoteObject, Failure> {
        let Self { endpoint, dataset, commit } = self;
        let mut url = parsed(&format!("{endpoint}/datasets/{dataset}/resolve/{commit}"))?;
        // Each part is encoded.
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.extend(path.split('/'));
        }
        Ok(RemoteObject::Web { url, asked: Asked::Hub })
    }

    /// All files below `directory`.
    ///
    /// # Errors
    ///
    /// The directory does not exist, or the Hub cannot be reached.
    pub(super) async fn list(&self, client: &Client, directory: &str) -> Result<Vec<ListedFile>, Failure> {
        let directory = directory.trim_end_matches('/');
        let Self { endpoint, dataset, commit } = self;
        let mut url = parsed(&format!("{endpoint}/api/datasets/{dataset}/tree/{commit}"))?;
        if let (Ok(mut parts), false) = (url.path_segments_mut(), directory.is_empty()) {
            parts.extend(directory.split('/'));
        }
        url.set_query(Some("recursive=true"));

        let (mut files, mut next) = (Vec::new(), Some(url));
        while let Some(url) = next {
            let (entries, after): (Vec<TreeEntry>, _) = json(client, url).await?;
            for entry in entries.into_iter().filter(|entry| entry.kind == "file") {
                let relative = entry.path.strip_prefix(directory).unwrap_or(&entry.path).trim_start_matches('/');
                let (relative, object) = (PathBuf::from(relative), self.object(&entry.path)?);
                files.push(ListedFile { relative, object, state: None });
            }
            next = after;
        }
        Ok(files)
    }
}

fn parsed(url: &str) -> Result<Url, Failure> {
    Url::parse(url).map_err(|error| Failure::wrong(format!("makes no address: {error}"), "check HF_ENDPOINT"))
}

/// An answer in JSON, and the address of the next page.
async fn json<T: for<'de> Deserialize<'de>>(client: &Client, url: Url) -> Result<(T, Option<Url>), Failure> {
    let answer = web::get(client, &url, &HeaderMap::new(), Asked::Hub).await?;
    if !answer.status().is_success() {
        return Err(failure::of_status(answer.status(), "", 0, Asked::Hub));
    }

    let next = answer.headers().get(LINK).and_then(|link| next_page(link.to_str().ok()?));
    let bytes = answer.bytes().await.map_err(|error| failure::of_web(&error, 0, Asked::Hub))?;
    let value = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::wrong(format!("cannot be listed: the Hub gave no list ({error})"), "check the address and HF_ENDPOINT")
    })?;
    Ok((value, next))
}

/// The address of the next page in a `Link` header: `<https://…>; rel="next"`.
fn next_page(link: &str) -> Option<Url> {
    let link = link.split(',').find(|link| link.contains("rel=\"next\""))?;
    Url::parse(link.split_once('<')?.1.split_once('>')?.0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_one_that_is_called_so() {
        let link = "<https://h/a?cursor=1>; rel=\"prev\", <https://h/a?cursor=3>; rel=\"next\"";
        assert_eq!(next_page(link).unwrap().as_str(), "https://h/a?cursor=3");
        assert!(next_page("<https://h/a>; rel=\"last\"").is_none());
    }
}
