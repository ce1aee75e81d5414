//! `mukarrar index`.

mod answers;
pub(super) mod args;

use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;
use std::time::SystemTime;

use super::console::{Console, failed};
use super::{Exit, job, summary};
use answers::{Answer, Answers};
use args::{
    AddArgs, BuildArgs, CheckArgs, DirectoryArgs, ExpireArgs, ExportArgs, ImportArgs, IndexCommand, MergeArgs,
    QueryArgs, RecordsArgs, RemoveArgs, SettingsArgs, StatsArgs, StatsFormat,
};
use mukarrar::document::{Date, DocId};
use mukarrar::error::{Error, ErrorKind, Result};
use mukarrar::index::{Expiry, IndexBuilder, Merged};
use mukarrar::input::{Corpus, FieldValue, Record};
use mukarrar::page::{Rules, Sources, UnitLevel};
use mukarrar::report::output::{self, Outputs};
use mukarrar::{Index, Item, Verdict};

/// Records that are asked about at once.
const BATCH: usize = 2048;

pub(super) fn run(command: &IndexCommand, console: &Console) -> Result<Exit> {
    match command {
        IndexCommand::Build(arguments) => build(arguments, console),
        IndexCommand::Add(arguments) => add(arguments, console),
        IndexCommand::Check(arguments) => check(arguments, console),
        IndexCommand::Query(arguments) => query(arguments, console),
        IndexCommand::Remove(arguments) => remove(arguments, console),
        IndexCommand::Expire(arguments) => expire(arguments, console),
        IndexCommand::Stats(arguments) => stats(arguments, console),
        IndexCommand::Compact(arguments) => compact(arguments, console),
        IndexCommand::Export(arguments) => export(arguments, console),
        IndexCommand::Import(arguments) => import(arguments, console),
        IndexCommand::Merge(arguments) => merge(arguments, console),
    }
}

fn build(arguments: &BuildArgs, console: &Console) -> Result<Exit> {
    let BuildArgs { records, settings } = arguments;
    let directory = &records.index.directory;
    if directory.join("index.json").exists() {
        return Err(ErrorKind::Index {
            path: directory.clone(),
            what: "is an index already".to_owned(),
            remedy: "add to it with `mukarrar index add`, or name another directory".to_owned(),
        }
        .into());
    }
    let corpus = open_input(records)?;
    let index = made(&records.index, settings)?.open(directory)?;
    let answers = ask(&corpus, records, console, |items| verdicts(index.check_and_insert_all(items)))?;
    Ok(close(index, end(&corpus, &answers, records, console), console))
}

fn add(arguments: &AddArgs, console: &Console) -> Result<Exit> {
    let AddArgs { records, replace } = arguments;
    let corpus = open_input(records)?;
    let index = existing(&records.index, console)?;
    let store = |items: &[(&str, Item<'_>)]| -> Vec<Result<Answer>> {
        if *replace {
            items.iter().map(|(key, item)| put(&index, key, *item)).collect()
        } else {
            verdicts(index.check_and_insert_all(items))
        }
    };
    let answers = ask(&corpus, records, console, store)?;
    Ok(close(index, end(&corpus, &answers, records, console), console))
}

/// Stores a text in place of what stands under its key. One without tokens leaves nothing there.
fn put(index: &Index, key: &str, item: Item<'_>) -> Result<Answer> {
    let replaced = index.replace(key, item)?;
    Ok(if index.contains(key)? { Answer::Stored { replaced } } else { Answer::Verdict(Verdict::Empty) })
}

/// Makes durable what was stored, once all answers are told: where the run failed, both failures are.
fn close(index: Index, exit: Exit, console: &Console) -> Exit {
    match index.close() {
        Ok(()) => exit,
        Err(error) => {
            console.error(&format!("{error}; what was answered since the last commit may not be stored"));
            Exit::Error
        }
    }
}

fn check(arguments: &CheckArgs, console: &Console) -> Result<Exit> {
    let CheckArgs { records, check } = arguments;
    let corpus = open_input(records)?;
    let index = room(&records.index).open_read_only(&records.index.directory)?;
    let answer = |items: &[(&str, Item<'_>)]| -> Vec<Result<Answer>> {
        let items: Vec<Item<'_>> = items.iter().map(|(_, item)| *item).collect();
        verdicts(index.check_all(&items))
    };
    let answers = ask(&corpus, records, console, answer)?;
    match end(&corpus, &answers, records, console) {
        Exit::Done if *check && answers.duplicates() > 0 => Ok(Exit::CopiesFound),
        exit => Ok(exit),
    }
}

fn query(arguments: &QueryArgs, console: &Console) -> Result<Exit> {
    let QueryArgs { records, top, by } = arguments;
    let corpus = open_input(records)?;
    let index = room(&records.index).open_read_only(&records.index.directory)?;
    let answer = |items: &[(&str, Item<'_>)]| {
        let found = |item: &Item<'_>| index.query(*item, *top, *by).map(Answer::Matches);
        items.iter().map(|(_, item)| found(item)).collect()
    };
    let answers = ask(&corpus, records, console, answer)?;
    Ok(end(&corpus, &answers, records, console))
}

fn verdicts(verdicts: Vec<Result<Verdict>>) -> Vec<Result<Answer>> {
    verdicts.into_iter().map(|verdict| verdict.map(Answer::Verdict)).collect()
}

fn remove(arguments: &RemoveArgs, console: &Console) -> Result<Exit> {
    let RemoveArgs { index, keys } = arguments;
    let index = existing(index, console)?;
    let (mut removed, mut unknown) = (0_u64, 0_u64);
    let mut forget = |key: &str| -> Result<()> {
        *if index.remove(key)? { &mut removed } else { &mut unknown } += 1;
        Ok(())
    };
    for key in keys {
        if key == "-" {
            for line in io::stdin().lock().lines() {
                forget(&line.map_err(|source| Error::io("read", "-", source))?)?;
            }
        } else {
            forget(key)?;
        }
    }
    index.close()?;
    console.note(&format!("removed {removed}, not there {unknown}"));
    Ok(Exit::Done)
}

fn expire(arguments: &ExpireArgs, console: &Console) -> Result<Exit> {
    let ExpireArgs { index, expiry } = arguments;
    let index = existing(index, console)?;
    let expiry = match expiry.age {
        Some(age) => Expiry::SeenBefore(age.before(now())),
        None => Expiry::OutsideWindow,
    };
    let expired = index.expire(expiry)?;
    index.close()?;
    console.note(&format!("expired {expired}"));
    Ok(Exit::Done)
}

fn stats(arguments: &StatsArgs, console: &Console) -> Result<Exit> {
    let index = Index::builder().open_read_only(&arguments.directory)?;
    let stats = index.stats()?;
    let json = serde_json::json!({ "settings": index.settings(), "stats": stats });
    console.print(|out| {
        if arguments.format == StatsFormat::Json {
            return writeln!(out, "{json}").map_err(failed);
        }
        for part in ["stats", "settings"] {
            for (name, value) in json[part].as_object().into_iter().flatten() {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                writeln!(out, "{name:<18} {value}").map_err(failed)?;
            }
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}

fn compact(arguments: &DirectoryArgs, console: &Console) -> Result<Exit> {
    let index = existing(arguments, console)?;
    let compacted = index.compact()?;
    index.close()?;
    let (before, after) = (compacted.bytes_before, compacted.bytes_after);
    console.note(&format!("{} documents, {before} bytes before, {after} after", compacted.documents));
    Ok(Exit::Done)
}

fn export(arguments: &ExportArgs, console: &Console) -> Result<Exit> {
    outside(&arguments.output, &arguments.directory)?;
    let index = Index::builder().open_read_only(&arguments.directory)?;
    let mut count = 0;
    let mut outputs = Outputs::new();
    if arguments.output.as_os_str() == "-" {
        console.print(|out| {
            count = index.export(out).map_err(of_standard_output)?;
            Ok(())
        })?;
    } else {
        let mut failure = None;
        job::file(&arguments.output, &mut outputs, |out| {
            match index.export(out) {
                Ok(written) => count = written,
                Err(error) => failure = Some(error),
            }
            Ok(())
        })?;
        if let Some(error) = failure {
            return Err(error);
        }
    }
    outputs.commit()?;
    console.note(&format!("exported {count}"));
    Ok(Exit::Done)
}

/// What export met on standard output: the reader may go away, as from every command.
fn of_standard_output(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe => {
            failed(io::ErrorKind::BrokenPipe.into())
        }
        _ => error,
    }
}

fn import(arguments: &ImportArgs, console: &Console) -> Result<Exit> {
    let ImportArgs { index, file } = arguments;
    let mut input: Box<dyn BufRead> = if file.as_os_str() == "-" {
        // The settings are read first, and then everything again.
        let mut held = tempfile::tempfile().map_err(|source| Error::io("write", "a temporary file", source))?;
        io::copy(&mut io::stdin().lock(), &mut held).map_err(|source| Error::io("read", "-", source))?;
        held.rewind().map_err(|source| Error::io("read", "a temporary file", source))?;
        Box::new(BufReader::new(held))
    } else {
        Box::new(BufReader::new(std::fs::File::open(file).map_err(|source| Error::io("read", file, source))?))
    };
    let mut first = String::new();
    input.read_line(&mut first).map_err(|source| Error::io("read", file, source))?;
    let index = if index.directory.join("index.json").exists() {
        existing(index, console)?
    } else {
        let builder = IndexBuilder::of_export(&first)?.cache_size(bytes(index.cache)).commit_every(index.commit_every);
        builder.open(&index.directory)?
    };
    let merged = index.import(&mut io::Cursor::new(first).chain(input))?;
    index.close()?;
    tell(&merged, console);
    Ok(Exit::Done)
}

fn merge(arguments: &MergeArgs, console: &Console) -> Result<Exit> {
    let other = Index::builder().open_read_only(&arguments.other)?;
    let index = existing(&arguments.index, console)?;
    let merged = index.merge(&other)?;
    index.close()?;
    tell(&merged, console);
    Ok(Exit::Done)
}

fn tell(merged: &Merged, console: &Console) {
    let Merged { inserted, duplicates, keys_known, .. } = merged;
    console.note(&format!("inserted {inserted}, duplicates {duplicates}, keys known {keys_known}"));
}

/// A writer of an index that is there.
fn existing(arguments: &DirectoryArgs, console: &Console) -> Result<Index> {
    let index = room(arguments).open_existing(&arguments.directory)?;
    tell_recovery(&index, console);
    Ok(index)
}

pub(super) fn tell_recovery(index: &Index, console: &Console) {
    if let Some(recovery) = index.recovery() {
        console.warning(&recovery.to_string());
    }
}

fn room(arguments: &DirectoryArgs) -> IndexBuilder {
    Index::builder().cache_size(bytes(arguments.cache)).commit_every(arguments.commit_every)
}

fn bytes(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

pub(super) fn made(arguments: &DirectoryArgs, settings: &SettingsArgs) -> Result<IndexBuilder> {
    let mut builder = room(arguments);
    if let Some(path) = &settings.boilerplate_rules {
        builder = builder.boilerplate_rules(Rules::open(path)?);
    }
    let SettingsArgs { threshold, recall, profile, lang, boilerplate, shingle, facts, verify, window, seed, .. } =
        settings;
    macro_rules! set {
        ($($name:ident: $value:expr),*) => { $(if let Some(value) = $value { builder = builder.$name(value); })* };
    }
    set!(
        threshold: *threshold, recall: *recall, profile: *profile, language: lang.0, boilerplate: *boilerplate,
        shingle: *shingle, facts: facts.map(Into::into), verify: verify.map(Into::into), window: *window, seed: *seed
    );
    Ok(builder)
}

/// This moment.
fn now() -> Date {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.ok().and_then(|since| Date::from_number(since.as_secs_f64())).unwrap_or(Date::EPOCH)
}

/// Reads the input, unless the answers would be written over it, or into the index.
fn open_input(records: &RecordsArgs) -> Result<Corpus> {
    let RecordsArgs { index, input, fields, output, .. } = records;
    let mut names: Vec<String> = Sources::fields(fields.source_field.as_deref()).collect();
    names.extend(fields.date_field.iter().chain(&fields.seen_field).cloned());
    let input = job::input(&input.inputs, &input.reading, UnitLevel::Document, names)?;
    job::not_inputs([&output.output], &input)?;
    outside(&output.output, &index.directory)?;
    Corpus::read_once(input, mukarrar::input::Holding::default())
}

/// Refuses to write among the files of an index.
fn outside(output: &Path, index: &Path) -> Result<()> {
    if output.as_os_str() == "-" { Ok(()) } else { output::outside(output, index) }
}

/// Goes on where nobody reads the answers any more: what is stored must not depend on that.
struct Deaf<'a>(&'a mut dyn io::Write);

impl io::Write for Deaf<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            done => done,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Asks about every record, batch by batch, and writes the answers, errors of the index among them: what was stored is told
/// even where others failed. After a batch with such an error nothing is asked.
fn ask(
    corpus: &Corpus,
    records: &RecordsArgs,
    console: &Console,
    answer: impl Fn(&[(&str, Item<'_>)]) -> Vec<Result<Answer>>,
) -> Result<Answers> {
    let RecordsArgs { fields, output, .. } = records;
    let sources = Sources::new(corpus.options(), fields.source_field.as_deref());
    let place = |name: &Option<String>| corpus.options().fields.iter().position(|field| Some(field) == name.as_ref());
    let (date, seen) = (place(&fields.date_field), place(&fields.seen_field));
    let names = corpus.names()?;
    let mut answers = Answers::default();
    let mut outputs = Outputs::new();
    let mut all = |style: mukarrar::report::Style, out: &mut dyn io::Write| -> io::Result<()> {
        let out = &mut Deaf(out);
        answers.begin(style.format, out)?;
        let ids: Vec<DocId> = corpus.ids().collect();
        for batch in ids.chunks(BATCH) {
            let mut records: Vec<(String, Record<'_>)> = Vec::with_capacity(batch.len());
            for id in batch {
                match corpus.read(*id) {
                    Ok(record) => records.push((names.shown(*id, &record.id).into_owned(), record)),
                    Err(_) => answers.rejects.push(*id),
                }
            }
            let named: Vec<_> = records.iter().map(|(_, record)| sources.of(record)).collect();
            let items: Vec<(&str, Item<'_>)> = records
                .iter()
                .zip(&named)
                .map(|((key, record), source)| {
                    let source = (!source.is_empty()).then_some(&**source);
                    let item = Item::new(&record.text).source(source);
                    (&**key, item.date(date_of(record, date)).seen(date_of(record, seen)))
                })
                .collect();
            for ((key, _), answer) in items.iter().zip(answer(&items)) {
                let answer = answer.unwrap_or_else(|error| match error.kind() {
                    ErrorKind::KeyExists { .. } => Answer::KeyKnown,
                    _ => Answer::Failed(error),
                });
                answers.write(key, &answer, style.format, out)?;
            }
            if answers.failure.is_some() {
                break;
            }
        }
        answers.end(style.format, out)
    };
    job::results(output, &mut outputs, console, |style, out| all(style, out))?;
    outputs.commit()?;
    Ok(answers)
}

fn date_of(record: &Record<'_>, place: Option<usize>) -> Option<Date> {
    match record.fields.get(place?)?.as_ref()? {
        FieldValue::Text(text) => Date::read(text),
        FieldValue::Number(number) => Date::from_number(*number),
    }
}

fn end(corpus: &Corpus, answers: &Answers, records: &RecordsArgs, console: &Console) -> Exit {
    let RecordsArgs { strict, verbosity, .. } = records;
    summary::passed_over(corpus, &answers.rejects, &[], verbosity, console);
    if !verbosity.quiet {
        console.note(&answers.to_string());
    }
    if let Some(failure) = &answers.failure {
        let (answered, all) = (answers.answered(), corpus.ids().count());
        console
            .error(&format!("{failure}; {answered} of {all} records were answered, and nothing was asked after that"));
        return Exit::Error;
    }
    if *strict && !answers.rejects.is_empty() {
        console.error(&format!("--strict: {} records rejected; the others were answered", answers.rejects.len()));
        return Exit::Error;
    }
    Exit::Done
}
