//! Addresses: what a path such as `s3://bucket/news/` names.

use std::path::{Path, PathBuf};

use reqwest::Url;

use super::failure::Failure;

/// A service that holds objects in buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Service {
    S3,
    Google,
    Azure,
}

/// What a path names on another machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// The key, or the prefix of keys, in a bucket.
    Bucket { service: Service, bucket: String, key: String },
    /// A file that a web server gives.
    Web(Url),
    /// A path in a dataset of the Hugging Face Hub.
    Hub { dataset: String, revision: String, path: String },
}

/// Whether an address names one file, a directory or a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Extent {
    File,
    /// All files below it.
    Directory,
    /// The files of the directory whose name fits the pattern.
    Pattern(String),
}

/// An address.
#[derive(Debug, Clone)]
pub(super) struct Address {
    /// As it was given.
    pub(super) given: PathBuf,
    /// Its name in ids and messages: without a query and without a password, which may be secret.
    pub(super) shown: String,
    pub(super) location: Location,
    pub(super) extent: Extent,
}

impl Address {
    /// The address that `given` is. A `*` in its last part makes it a pattern.
    ///
    /// # Errors
    ///
    /// It has another scheme, or is not complete.
    pub(super) fn parse(given: &Path) -> Result<Self, Failure> {
        Self::read(given, true)
    }

    /// The address of one file, in which a `*` is a character.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub(super) fn literal(given: &Path) -> Result<Self, Failure> {
        Self::read(given, false)
    }

    fn read(given: &Path, has_patterns: bool) -> Result<Self, Failure> {
        let text =
            given.to_str().ok_or_else(|| Failure::wrong("is an address that is no UTF-8", "write it in UTF-8"))?;
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));

        let bucket = |service| bucket_location(service, rest);
        let (location, path) = match scheme.to_ascii_lowercase().as_str() {
            "s3" => bucket(Service::S3)?,
            "gs" => bucket(Service::Google)?,
            "az" => bucket(Service::Azure)?,
            "hf" => hub_location(rest)?,
            "http" | "https" => (web_location(text)?, String::new()),
            "file" => {
                let path = Url::parse(text).ok().and_then(|url| url.to_file_path().ok());
                let remedy = path.map_or_else(|| "give its path".to_owned(), |path| format!("give {}", path.display()));
                return Err(Failure::wrong("is a file of this machine, and those are named by their path", remedy));
            }
            _ => {
                let remedy = "give an address that begins with s3://, gs://, az://, https:// or hf://datasets/";
                return Err(Failure::wrong("has a scheme that is not known", remedy));
            }
        };

        let shown = if matches!(location, Location::Web(_)) { without_secrets(text) } else { text.to_owned() };
        let extent = extent(&location, &path, has_patterns)?;
        Ok(Self { given: given.to_owned(), shown, location: located(location, &extent, path), extent })
    }

    /// Whether something can be written there.
    ///
    /// # Errors
    ///
    /// It cannot, or it names several files.
    pub(super) fn check_output(&self) -> Result<(), Failure> {
        let read_only = |whose: &str| {
            let what = format!("cannot be written: addresses of {whose} are only read");
            Err(Failure::wrong(what, "write to a file, or to s3://, gs:// or az://"))
        };
        match (&self.location, &self.extent) {
            (Location::Web(_), _) => read_only("the web"),
            (Location::Hub { .. }, _) => read_only("the Hugging Face Hub"),
            (Location::Bucket { .. }, Extent::Pattern(_)) => {
                Err(Failure::wrong("is a pattern, and one output is written", "give the name of the output"))
            }
            (Location::Bucket { .. }, Extent::File | Extent::Directory) => Ok(()),
        }
    }

    /// The name of the directory that the address lists, with a slash at its end.
    pub(super) fn directory_name(&self) -> String {
        match &self.extent {
            Extent::Pattern(pattern) => self.shown.strip_suffix(pattern.as_str()).unwrap_or(&self.shown).to_owned(),
            _ if self.shown.ends_with('/') => self.shown.clone(),
            _ => format!("{}/", self.shown),
        }
    }
}

/// A bucket, and the key in it.
fn bucket_location(service: Service, rest: &str) -> Result<(Location, String), Failure> {
    let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err(Failure::wrong("names no bucket", "give an address such as s3://bucket/news.jsonl"));
    }

    let location = Location::Bucket { service, bucket: bucket.to_owned(), key: String::new() };
    Ok((location, key.to_owned()))
}

/// A dataset, its revision, and the path in it: `datasets/OWNER/NAME@REVISION/PATH`.
fn hub_location(rest: &str) -> Result<(Location, String), Failure> {
    let incomplete = || Failure::wrong("names no dataset", "give an address such as hf://datasets/OWNER/NAME/data/");
    let rest = rest.strip_prefix("datasets/").ok_or_else(|| {
        Failure::wrong("is no address of a dataset", "give an address such as hf://datasets/OWNER/NAME/data/")
    })?;

    let (owner, rest) = rest.split_once('/').ok_or_else(incomplete)?;
    let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (name, revision) = name.split_once('@').unwrap_or((name, "main"));
    if owner.is_empty() || name.is_empty() || revision.is_empty() {
        return Err(incomplete());
    }

    // These revisions have slashes: `@refs/convert/parquet`.
    let (mut revision, mut path) = (revision.replace("%2F", "/").replace("%2f", "/"), path);
    if revision == "refs" {
        for _ in 0..2 {
            let (part, below) = path.split_once('/').unwrap_or((path, ""));
            revision = format!("{revision}/{part}");
            path = below;
        }
    }

    let location = Location::Hub { dataset: format!("{owner}/{name}"), revision, path: String::new() };
    Ok((location, path.to_owned()))
}

/// The address of a file on the web. What is not encrypted is read from this machine only.
fn web_location(text: &str) -> Result<Location, Failure> {
    let url = Url::parse(text)
        .map_err(|error| Failure::wrong(format!("is no address: {error}"), "write it as in a browser"))?;
    if !is_safe(&url) {
        return Err(Failure::wrong("is not encrypted", "give an address that begins with https://"));
    }
    Ok(Location::Web(url))
}

/// Whether nobody can read what goes to and fro: it is encrypted, or stays on this machine.
pub(super) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// Whether the path at a location names one file, a directory or a pattern.
fn extent(location: &Location, path: &str, has_patterns: bool) -> Result<Extent, Failure> {
    if let Location::Web(url) = location {
        return if url.path().ends_with('/') {
            Err(Failure::wrong("is a directory, and the web has no lists of files", "give the address of each file"))
        } else {
            Ok(Extent::File)
        };
    }

    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if has_patterns && folder.contains('*') {
        return Err(Failure::wrong("has * in a directory", "give * in the last part only, or a directory"));
    }
    Ok(match name {
        "" => Extent::Directory,
        name if has_patterns && name.contains('*') => Extent::Pattern(name.to_owned()),
        _ => Extent::File,
    })
}

/// The location of `path`, or of the directory that is listed.
fn located(location: Location, extent: &Extent, path: String) -> Location {
    let place = match extent {
        Extent::Pattern(_) => path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(),
        Extent::File | Extent::Directory => path,
    };
    match location {
        Location::Bucket { service, bucket, .. } => Location::Bucket { service, bucket, key: place },
        Location::Hub { dataset, revision, .. } => Location::Hub { dataset, revision, path: place },
        Location::Web(url) => Location::Web(url),
    }
}

/// An address as messages show it, even if it cannot be parsed.
pub(super) fn shown(given: &Path) -> PathBuf {
    let text = given.to_string_lossy();
    let is_web = text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
    if is_web { without_secrets(&text).into() } else { given.to_owned() }
}

/// A URL without user, password, query and fragment.
fn without_secrets(text: &str) -> String {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let text = &text[..end];
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };

    let host_end = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at(host_end);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// Whether `name` matches `pattern`. Each `*` matches any characters, none included.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|head| name.strip_prefix(head)) else { return false };
    let Some(tail) = parts.next_back() else { return rest.is_empty() };

    // The first place of each part leaves the most for the parts after it.
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Address {
        Address::parse(Path::new(text)).unwrap_or_else(|failure| panic!("{text}: {failure:?}"))
    }

    #[test]
    fn addresses_name_files_directories_and_patterns() {
        let key = |text: &str| match parsed(text) {
            Address { location: Location::Bucket { bucket, key, .. }, extent, .. } => (bucket, key, extent),
            other => panic!("{other:?}"),
        };
        let owned = |bucket: &str, key: &str, extent| (bucket.to_owned(), key.to_owned(), extent);
        assert_eq!(key("s3://b/x/y.jsonl"), owned("b", "x/y.jsonl", Extent::File));
        assert_eq!(key("gs://b/x/"), owned("b", "x/", Extent::Directory));
        assert_eq!(key("az://b"), owned("b", "", Extent::Directory));
        assert_eq!(key("s3://b/x/part-*.jsonl"), owned("b", "x", Extent::Pattern("part-*.jsonl".to_owned())));
        assert_eq!(parsed("s3://b/x/part-*.jsonl").directory_name(), "s3://b/x/");

        let hub = |text: &str| match parsed(text).location {
            Location::Hub { dataset, revision, path } => (dataset, revision, path),
            other => panic!("{other:?}"),
        };
        let owned = |dataset: &str, revision: &str, path: &str| (dataset.into(), revision.into(), path.into());
        assert_eq!(hub("hf://datasets/o/n/data/a.parquet"), owned("o/n", "main", "data/a.parquet"));
        assert_eq!(hub("hf://datasets/o/n@v1.0/"), owned("o/n", "v1.0", ""));
        assert_eq!(hub("hf://datasets/o/n@refs/convert/parquet/d/"), owned("o/n", "refs/convert/parquet", "d/"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["ftp://h/x", "s3:///x", "hf://models/o/n", "hf://datasets/o", "http://example.org/x", "https://h/"]
        {
            assert!(Address::parse(Path::new(text)).is_err(), "{text}");
        }
        assert!(Address::parse(Path::new("s3://b/*/x")).is_err());
        let of_file = |text: &str| Address::parse(Path::new(text)).unwrap_err().remedy;
        assert_eq!(of_file("file:///data/a%20b.jsonl"), "give /data/a b.jsonl");
        assert_eq!(of_file("FILE://elsewhere/a.jsonl"), "give its path");
        assert!(parsed("https://h/x").check_output().is_err() && parsed("s3://b/*").check_output().is_err());
    }

    #[test]
    fn names_show_no_secrets() {
        assert_eq!(parsed("https://me:secret@h/a%20b.jsonl?token=secret#x").shown, "https://h/a%20b.jsonl");
        assert_eq!(parsed("https://h/a@b").shown, "https://h/a@b");
    }

    #[test]
    fn patterns_fit_whole_names() {
        for (pattern, name) in [("*.jsonl", "a.jsonl"), ("a*b*c", "axbxbc"), ("*", ""), ("a*", "a")] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.jsonl", "a.json"), ("a*b*c", "acb"), ("ab*ba", "aba"), ("a", "ab")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
