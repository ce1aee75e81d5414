//! Promise: what was fetched from elsewhere is read like a file or a directory of this machine, under the name of the
//! original; outputs for addresses go to the store, whole or not at all.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use mukarrar::document::DocId;
use mukarrar::error::Result;
use mukarrar::input::{Compression, Corpus, FetchedFile, FetchedInputs, Input, InputOptions, SkipReason};
use mukarrar::report::output::Outputs;
use mukarrar::report::{OutputStore, SentOutput};

fn options(fetched: FetchedInputs) -> InputOptions {
    let mut options = InputOptions::default();
    options.fetched = fetched;
    options
}

/// The ids, or the places and reasons of rejects.
fn shown(corpus: &Corpus) -> Vec<String> {
    let read = |id: DocId| match corpus.read(id) {
        Ok(record) => record.id.into_owned(),
        Err(reject) => format!("{} {}", reject.source, reject.reason.code()),
    };
    corpus.ids().map(read).collect()
}

#[test]
fn a_fetched_directory_is_read_by_the_rules_of_directories() {
    let home = tempfile::tempdir().unwrap();
    let names = ["b/x.jsonl", "a.txt", "b/README.md", ".c/x.txt", "d.pdf", "_SUCCESS", "e"];
    for (number, name) in names.iter().enumerate() {
        let local = home.path().join("local").join(name);
        fs::create_dir_all(local.parent().unwrap()).unwrap();
        let text = if name.ends_with("jsonl") { "{\"text\": \"نص\"}\n" } else { "نص" };
        fs::write(local, text).unwrap();
        fs::write(home.path().join(number.to_string()), text).unwrap();
    }
    let files = names.iter().enumerate().map(|(number, name)| match SkipReason::in_directory(Path::new(name), None) {
        Some(_) => FetchedFile::not_fetched(*name),
        None => FetchedFile::at(*name, home.path().join(number.to_string())),
    });
    let given = PathBuf::from("s3://b/p/");
    let fetched = FetchedInputs::default().directory(&given, "s3://b/p/", files.collect());

    let corpus = Corpus::open(&[given], options(fetched)).unwrap();
    assert_eq!(shown(&corpus), ["a.txt", "s3://b/p/b/x.jsonl:1"]);
    let local = Corpus::open(&[home.path().join("local")], InputOptions::default()).unwrap();
    assert_eq!(corpus.skipped().counts(), local.skipped().counts());
}

#[test]
fn a_dataset_that_was_saved_names_its_own_files() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join("0");
    fs::write(&state, "{\"_data_files\": [{\"filename\": \"data.arrow\"}]}").unwrap();
    fs::write(home.path().join("1"), "no table").unwrap();
    let files = vec![
        FetchedFile::at("d/state.json", state),
        FetchedFile::at("d/data.arrow", home.path().join("1")),
        FetchedFile::at("d/cache-1.arrow", home.path().join("1")),
    ];
    let given = PathBuf::from("s3://b/");
    let fetched = FetchedInputs::default().directory(&given, "s3://b/", files);
    let input = Input::open(&[given], options(fetched)).unwrap();
    let read: Vec<_> = input.files().map(|(path, _)| path.to_owned()).collect();
    assert_eq!(read, [Path::new("s3://b/d/data.arrow")]);
}

#[test]
fn what_cannot_be_read_is_a_reject_below_a_directory_and_an_error_by_itself() {
    let given = PathBuf::from("s3://b/p/");
    let files = vec![FetchedFile::broken("x.jsonl", "its name leads out of the directory")];
    let fetched = FetchedInputs::default().directory(&given, "s3://b/p/", files);
    let corpus = Corpus::open(&[given], options(fetched)).unwrap();
    assert_eq!(shown(&corpus), ["s3://b/p/x.jsonl unreadable"]);

    let error = Corpus::open(&["s3://b/none.jsonl".into()], InputOptions::default()).err().unwrap().to_string();
    assert!(error.contains("s3://b/none.jsonl: is an address") && error.contains("was not fetched"), "{error}");
}

#[test]
fn one_address_is_no_input_and_reference_at_once() {
    let home = tempfile::tempdir().unwrap();
    let place = home.path().join("0");
    fs::write(&place, "{\"text\": \"نص\"}\n").unwrap();
    let given = PathBuf::from("s3://b/x.jsonl");
    let fetched = FetchedInputs::default().files(&given, vec![FetchedFile::at(&given, place)]);
    let input = Input::open(std::slice::from_ref(&given), options(fetched)).unwrap();
    assert!(input.against(&[given]).is_err_and(|error| error.to_string().contains("copy of itself")));
}

/// A store in memory, whose uploads may fail.
#[derive(Debug, Default)]
struct MemoryStore {
    home: PathBuf,
    refuses: bool,
    log: Arc<Mutex<Vec<String>>>,
}

struct MemoryOutput(String, Arc<Mutex<Vec<String>>>);

impl OutputStore for MemoryStore {
    fn directory(&self) -> &Path {
        &self.home
    }

    fn send(&self, file: &Path, address: &Path) -> Result<Box<dyn SentOutput>> {
        if self.refuses {
            return Err(mukarrar::Error::parameter("output", address.display(), "another one"));
        }
        let line = format!("{} {}", address.display(), fs::read_to_string(file).unwrap());
        self.log.lock().unwrap().push(format!("sent {line}"));
        Ok(Box::new(MemoryOutput(line, Arc::clone(&self.log))))
    }
}

impl SentOutput for MemoryOutput {
    fn complete(self: Box<Self>) -> Result<()> {
        self.1.lock().unwrap().push(format!("complete {}", self.0));
        Ok(())
    }
}

/// Writes one output for an address and one for a path.
fn written(store: MemoryStore, local: &Path) -> Result<()> {
    let mut outputs = Outputs::new().with_store(Arc::new(store));
    for target in [Path::new("s3://b/x"), local] {
        let mut output = outputs.create(target, Compression::None)?;
        output.write_all(b"new").unwrap();
        outputs.finish(output)?;
    }
    outputs.commit()
}

#[test]
fn outputs_for_addresses_are_sent_first_and_appear_last() {
    let home = tempfile::tempdir().unwrap();
    let local = home.path().join("local");
    let temporary = tempfile::tempdir().unwrap();
    let store = MemoryStore { home: temporary.path().to_owned(), ..MemoryStore::default() };
    let log = Arc::clone(&store.log);
    written(store, &local).unwrap();
    assert_eq!(*log.lock().unwrap(), ["sent s3://b/x new", "complete s3://b/x new"]);
    assert_eq!(fs::read(&local).unwrap(), b"new");
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);

    fs::remove_file(&local).unwrap();
    let store = MemoryStore { home: temporary.path().to_owned(), refuses: true, ..MemoryStore::default() };
    assert!(written(store, &local).is_err());
    assert!(!local.exists(), "nothing appears if something cannot be sent");
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);

    let error = Outputs::new().create(Path::new("s3://b/x"), Compression::None).err().unwrap().to_string();
    assert!(error.contains("is an address, not a path"), "{error}");
}
