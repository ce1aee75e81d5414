//! The library knows no command line: no message shows an option, and an interface can show every remedy in its own words.

use std::io;
use std::path::{Path, PathBuf};

use mukarrar::document::RecordSource;
use mukarrar::error::{Error, ErrorKind, Operation, Phrasing, Remedy};
use mukarrar::input::{Corpus, InputOptions, Reject, RejectReason};
use mukarrar::pipeline::{Options, Pipeline};

/// An interface that brackets everything that it names.
struct Bracketed;

impl Phrasing for Bracketed {
    fn parameter(&self, name: &'static str) -> Option<String> {
        Some(format!("[{name}]"))
    }

    fn setting(&self, name: &'static str, value: &str) -> Option<String> {
        Some(format!("[{name}={value}]"))
    }

    fn rebuild(&self, feature: &'static str) -> String {
        format!("[{feature}]")
    }

    fn operation(&self, operation: Operation) -> Option<String> {
        Some(format!("[{operation:?}]"))
    }
}

/// An interface without parameters and operations.
struct Mute;

impl Phrasing for Mute {
    fn parameter(&self, _: &'static str) -> Option<String> {
        None
    }

    fn setting(&self, _: &'static str, _: &str) -> Option<String> {
        None
    }

    fn operation(&self, _: Operation) -> Option<String> {
        None
    }
}

fn source() -> RecordSource {
    let corpus = Corpus::from_reader("in.jsonl", &b"{}\n"[..], InputOptions::default()).unwrap();
    corpus.source(mukarrar::document::DocId::new(0))
}

fn remedies() -> Vec<Remedy> {
    vec![
        "convert it".into(),
        Remedy::Choose { purpose: "name the field", parameter: "text_field" },
        Remedy::Set { purpose: "remove documents", settings: &[("unit", "document"), ("keep", "first")] },
        Remedy::Raise { parameter: "memory", least: 7 },
        Remedy::Omit { purpose: "keep it", parameter: "unique_ids" },
        Remedy::Rebuild { feature: "gzip" },
        Remedy::Run { purpose: "make it", operations: &[Operation::ImportIndex, Operation::BuildIndex] },
    ]
}

fn reasons() -> Vec<RejectReason> {
    let (field, what) = (|| "text".to_owned(), || "it ends too early".to_owned());
    let remedy = Some(Remedy::Rebuild { feature: "gzip" });
    vec![
        RejectReason::InvalidJson { offset: 3, what: what() },
        RejectReason::NotAnObject,
        RejectReason::MissingText { field: field() },
        RejectReason::NullText { field: field() },
        RejectReason::TextNotAString { field: field(), found: "a number" },
        RejectReason::DuplicateField { field: field() },
        RejectReason::FieldCount { found: 2, expected: 3, lines: 1, escapes: false },
        RejectReason::UnclosedQuote { below: 2, lines: 9 },
        RejectReason::InvalidUtf8 { offset: 5 },
        RejectReason::NotText,
        RejectReason::NoPage { offset: 5, most: 10 },
        RejectReason::BrokenBody { what: what() },
        RejectReason::BrokenRecord { what: what() },
        RejectReason::TooLarge { size: 20, limit: 10 },
        RejectReason::RepeatedId { id: field(), first: source() },
        RejectReason::Unreadable { what: what(), remedy },
        RejectReason::Damaged { what: what() },
        RejectReason::NotJsonLines { found: "an array" },
        RejectReason::Lost { what: what() },
        RejectReason::Extracted,
        RejectReason::NotInInput,
    ]
}

fn errors() -> Vec<Error> {
    let (path, what) = (|| PathBuf::from("a.jsonl"), || "is empty".to_owned());
    let mut errors: Vec<Error> = vec![
        Error::io("read", "a.jsonl", io::ErrorKind::NotFound.into()),
        Error::io(
            "write",
            "-",
            io::Error::other(Error::from(ErrorKind::Space { directory: path(), needed: 2, available: 1 })),
        ),
        Error::parameter("threshold", 2, "at most 1"),
        ErrorKind::KeyExists { key: "1".to_owned() }.into(),
        ErrorKind::Forked { opened_by: 7 }.into(),
        ErrorKind::ReadOnly.into(),
        ErrorKind::Incompatible { what: "seed", left: "1".to_owned(), right: "2".to_owned() }.into(),
        ErrorKind::Corrupt { what: "signature", offset: 3, reason: "it is too short" }.into(),
        ErrorKind::Space { directory: path(), needed: 2, available: 1 }.into(),
        ErrorKind::Memory { given: 1, floor: 2, what: "the input".to_owned() }.into(),
        ErrorKind::Internal { what: what() }.into(),
    ];
    for remedy in remedies() {
        errors.push(Error::parameter("threshold", 2, "at most 1").with_remedy(remedy.clone()));
        errors.push(ErrorKind::Unreadable { path: path(), what: what(), remedy: remedy.clone() }.into());
        errors.push(ErrorKind::Index { path: path(), what: what(), remedy: remedy.clone() }.into());
        errors.push(ErrorKind::Damaged { path: path(), what: what(), remedy: remedy.clone() }.into());
        errors.push(ErrorKind::Output { path: path(), what: what(), remedy: remedy.clone() }.into());
        errors.push(ErrorKind::Gold { path: path(), line: 1, reason: what(), remedy: Some(remedy) }.into());
    }
    errors
}

#[test]
fn no_message_shows_an_option_of_the_command_line() {
    let (errors, reasons) = (errors(), reasons());
    for error in &errors {
        assert!(!error.to_string().contains("--"), "{error}");
        assert!(!error.message(&Mute).contains('`'), "{}", error.message(&Mute));
    }
    for reason in &reasons {
        assert!(!reason.to_string().contains("--"), "{reason}");
    }
    // The codes tell whether a reason is missing above.
    let codes: std::collections::BTreeSet<&str> = reasons.iter().map(RejectReason::code).collect();
    assert_eq!(codes.len(), 21);
}

#[test]
fn an_interface_names_parameters_features_and_operations_by_its_own_words() {
    let shown: Vec<String> = remedies().iter().map(|remedy| remedy.describe(&Bracketed).unwrap()).collect();
    assert_eq!(
        shown,
        [
            "convert it",
            "name the field with [text_field]",
            "remove documents with [unit=document] and [keep=first]",
            "give [memory=7] or more",
            "keep it without [unique_ids]",
            "[gzip]",
            "make it with [ImportIndex] or [BuildIndex]",
        ]
    );
    let silent: Vec<Option<String>> = remedies().iter().map(|remedy| remedy.describe(&Mute)).collect();
    assert_eq!(silent[1..5], [None, None, None, None]);
    assert_eq!((silent[0].as_deref(), silent[6].as_deref()), (Some("convert it"), Some("make it")));

    let error = Error::parameter("max_gap", 2, "at most 1");
    assert_eq!(error.to_string(), "max_gap cannot be 2: at most 1");
    assert_eq!(error.message(&Bracketed), "[max_gap] cannot be 2: at most 1");
    let missing = Reject { source: source(), reason: RejectReason::MissingText { field: "text".to_owned() } };
    let known = "in.jsonl:1: there is no field \"text\"; name the field that holds the text";
    assert_eq!(missing.message(&Bracketed), format!("{known} with [text_field]"));
    assert_eq!(missing.to_string(), format!("{known} with `text_field`"));

    // An error inside an I/O error is shown in the same words.
    let inner = Error::from(ErrorKind::Space { directory: "/tmp".into(), needed: 2, available: 1 });
    let outer = Error::io("write", "-", io::Error::other(inner)).message(&Bracketed);
    assert!(outer.starts_with("cannot write -: /tmp has 1 bytes free") && outer.ends_with("[temp_dir]"), "{outer}");
}

#[test]
fn errors_of_a_run_name_the_fields_of_its_options() {
    let refused = |change: fn(&mut Options)| {
        let mut options = Options::default();
        change(&mut options);
        let error = Pipeline::new(options).err().unwrap();
        error.message(&Bracketed)
    };
    assert_eq!(refused(|options| options.max_bucket = 1), "[max_bucket] cannot be 1: at least 2");
    let edited = refused(|options| (options.edited, options.facts) = (true, mukarrar::similarity::facts::Facts::Off));
    assert!(edited.ends_with("with [facts=guard] and [shingle=word:3]"), "{edited}");
    let keep = refused(|options| options.keep = "latest".parse().unwrap());
    assert!(keep.starts_with("[keep] cannot be latest") && keep.ends_with("with [date_field]"), "{keep}");
    let window = refused(|options| options.window = Some("5d".parse().unwrap()));
    assert!(window.starts_with("[window] cannot be 5d") && window.ends_with("with [date_field]"), "{window}");
}

/// Strings of the sources, tests included. Documentation may name options: the command line links there.
#[test]
fn no_string_of_the_library_contains_an_option() {
    let mut files = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut wrong = Vec::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        let places = code.filter(|(_, line)| has_option(line)).map(|(at, _)| format!("{}:{}", path.display(), at + 1));
        wrong.extend(places);
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Whether a line contains `--word` as options are written: after a space, a bracket or a quote.
fn has_option(line: &str) -> bool {
    line.match_indices("--").any(|(at, _)| {
        let before = line[..at].chars().next_back().is_none_or(|c| matches!(c, ' ' | '(' | '`' | '"'));
        let mut after = line[at + 2..].chars();
        before
            && after.next().is_some_and(|c| c.is_ascii_lowercase())
            && after.next().is_some_and(|c| c.is_ascii_lowercase())
    })
}
