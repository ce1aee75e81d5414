//! `mukarrar index build`, `add`, `check` and `query`: read records and look each one up in an index.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;

use super::answers::{AnswerCounts, RecordAnswer};
use super::args::{RecordsArgs, SettingsArgs};
use super::opening::{builder_for, builder_with_settings, open_existing};
use super::transfer::refuse_inside_index;
use crate::args::names::Names;
use crate::console::Console;
use crate::exit::{self, Exit};
use crate::remedies::{CommandLinePhrasing, parse};
use crate::{finish, inputs, summary};
use mukarrar::document::{Date, DateOrder, DocId};
use mukarrar::error::{ErrorKind, Result};
use mukarrar::index::{Rank, Settings, ToldVerdict};
use mukarrar::input::{Corpus, FieldValue, Input, Record, RepeatedIds, StoragePolicy};
use mukarrar::page::{SourceResolver, UnitLevel};
use mukarrar::report::ReportStyle;
use mukarrar::wording::counted;
use mukarrar::{Index, Item, Verdict};

/// Number of records that are looked up at once.
const BATCH: usize = 2048;

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    records: RecordsArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    #[command(flatten)]
    records: RecordsArgs,
    /// Replace the stored text with the same key, for pages that changed. The new text is not checked. A text without tokens
    /// is classified as empty, and only removes the stored text.
    #[arg(long, help_heading = "Running")]
    replace: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    records: RecordsArgs,
    /// Exit with 1 if a duplicate was found.
    #[arg(long, help_heading = "Running")]
    check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct QueryArgs {
    #[command(flatten)]
    records: RecordsArgs,
    /// Largest number of stored texts to list for each record. At most 256, since no more are verified.
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Matching")]
    top: usize,
    /// Score that ranks them: jaccard or containment.
    #[arg(long, value_name = "SCORE", default_value_t = Rank::Jaccard, value_parser = Names::of(&["jaccard", "containment"], parse::<Rank>), hide_possible_values = true, help_heading = "Matching")]
    by: Rank,
}

pub(super) fn build(arguments: &BuildArgs, console: &Console) -> Result<Exit> {
    let BuildArgs { records, settings } = arguments;
    let directory = &records.index.directory;
    if directory.join("index.json").exists() {
        return Err(ErrorKind::Index {
            path: directory.clone(),
            what: "is an index already".to_owned(),
            remedy: "add to it with `mukarrar index add`, or name another directory".into(),
        }
        .into());
    }

    let builder = builder_with_settings(&records.index, settings)?;
    // Read before the index is made: an input that cannot be read leaves no empty index behind.
    let corpus = read_records(records)?;
    // An empty input makes an empty index.
    if !corpus.is_empty() {
        corpus.refuse_unreadable()?;
    }
    let index = builder.open(directory)?;
    let stop = stop_between_batches();
    let answers = look_up(&corpus, (records, index.settings()), &stop, console, |items| told(index.tell_all(items)))?;
    Ok(close(index, finish_lookup(&corpus, &answers, records, console), console))
}

pub(super) fn add(arguments: &AddArgs, console: &Console) -> Result<Exit> {
    let AddArgs { records, replace } = arguments;
    let corpus = read_records(records)?;
    corpus.refuse_unreadable()?;
    let index = open_existing(&records.index, console)?;

    let store = |items: &[(&str, Item<'_>)]| -> Vec<Result<RecordAnswer>> {
        if *replace {
            items.iter().map(|(key, item)| put(&index, key, *item)).collect()
        } else {
            told(index.tell_all(items))
        }
    };

    let stop = stop_between_batches();
    let answers = look_up(&corpus, (records, index.settings()), &stop, console, store)?;
    Ok(close(index, finish_lookup(&corpus, &answers, records, console), console))
}

/// Makes the first interrupt end the pass behind the batch in progress, so that all that was answered is stored.
fn stop_between_batches() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    exit::on_first_interrupt(move || stopped.store(true, Ordering::Relaxed));
    stop
}

/// Replaces the text that is stored under `key`. A text without tokens only removes the stored one.
fn put(index: &Index, key: &str, item: Item<'_>) -> Result<RecordAnswer> {
    let replaced = index.replace(key, item)?;
    Ok(if index.contains(key)? {
        RecordAnswer::Stored { replaced }
    } else {
        RecordAnswer::Verdict(Verdict::Empty, None)
    })
}

/// Closes the index, which commits what was stored. If that fails after another failure, both are reported.
fn close(index: Index, exit: Exit, console: &Console) -> Exit {
    match index.close() {
        Ok(()) => exit,
        Err(error) => {
            let error = error.message(&CommandLinePhrasing);
            console.error(&format!("{error}; records that were answered since the last commit may not be stored"));
            Exit::Error
        }
    }
}

pub(super) fn check(arguments: &CheckArgs, console: &Console) -> Result<Exit> {
    let CheckArgs { records, check } = arguments;
    let corpus = read_records(records)?;
    corpus.refuse_unreadable()?;
    let index = builder_for(&records.index).open_read_only(&records.index.directory)?;

    let answer = |items: &[(&str, Item<'_>)]| -> Vec<Result<RecordAnswer>> {
        let items: Vec<Item<'_>> = items.iter().map(|(_, item)| *item).collect();
        told(index.foretell_all(&items))
    };

    let answers = look_up(&corpus, (records, index.settings()), &AtomicBool::new(false), console, answer)?;
    match finish_lookup(&corpus, &answers, records, console) {
        Exit::Done if *check && answers.duplicates() > 0 => Ok(Exit::CopiesFound),
        exit => Ok(exit),
    }
}

pub(super) fn query(arguments: &QueryArgs, console: &Console) -> Result<Exit> {
    let QueryArgs { records, top, by } = arguments;
    let corpus = read_records(records)?;
    corpus.refuse_unreadable()?;
    let index = builder_for(&records.index).open_read_only(&records.index.directory)?;

    let answer = |items: &[(&str, Item<'_>)]| {
        let found = |item: &Item<'_>| index.query(*item, *top, *by).map(RecordAnswer::Matches);
        items.iter().map(|(_, item)| found(item)).collect()
    };

    let answers = look_up(&corpus, (records, index.settings()), &AtomicBool::new(false), console, answer)?;
    Ok(finish_lookup(&corpus, &answers, records, console))
}

fn told(answers: Vec<Result<ToldVerdict>>) -> Vec<Result<RecordAnswer>> {
    let answer = |ToldVerdict { verdict, story, .. }: ToldVerdict| RecordAnswer::Verdict(verdict, story);
    answers.into_iter().map(|told| told.map(answer)).collect()
}

/// Reads the records. Refuses to write answers over an input, or into the index.
fn read_records(records: &RecordsArgs) -> Result<Corpus> {
    let RecordsArgs { index, input, fields, output, .. } = records;
    let mut names: Vec<String> = SourceResolver::fields(fields.source_field.as_deref()).collect();
    names.extend(fields.date_field.iter().chain(&fields.seen_field).cloned());

    let mut reading = inputs::input_options(&input.reading, UnitLevel::Document, names);
    reading.ask_if_there(fields.title_field.fields());
    let listed = Input::open(&input.inputs, reading)?;
    inputs::check_outputs(output, None, &listed)?;
    refuse_inside_index(&output.output, &index.directory)?;

    Corpus::read_once(listed, StoragePolicy::default())
}

/// A writer that ignores a closed pipe: records are stored even if nobody reads the answers any more.
struct ClosedPipeIgnorer<'a>(&'a mut dyn io::Write);

impl io::Write for ClosedPipeIgnorer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Looks up every record with `answer`, and writes the answers.
///
/// An error of the index is written as the answer of its record, because other records of the batch may have been stored.
/// No batch is looked up after one with such an error, or after `stop` was set.
fn look_up(
    corpus: &Corpus,
    (records, settings): (&RecordsArgs, &Settings),
    stop: &AtomicBool,
    console: &Console,
    answer: impl Fn(&[(&str, Item<'_>)]) -> Vec<Result<RecordAnswer>>,
) -> Result<AnswerCounts> {
    let mut lookup = LookupPass::new(corpus, records)?;
    lookup.answers.has_stories = settings.stories().is_some();
    let mut outputs = records.output.compression.outputs(None);
    finish::write_results(&records.output, &mut outputs, console, |style, out| {
        lookup.write_all(&answer, stop, style, out)
    })?;
    outputs.commit()?;
    Ok(lookup.answers)
}

/// The state of one pass over the records.
struct LookupPass<'a> {
    corpus: &'a Corpus,
    names: RepeatedIds,
    sources: SourceResolver,
    /// Places of the fields that may hold a title.
    titles: Vec<usize>,
    /// Place of the date field among the fields of a record.
    date: Option<usize>,
    /// Place of the field with the time when a record was first seen.
    seen: Option<usize>,
    /// Order of day and month in a date as numbers.
    order: Option<DateOrder>,
    answers: AnswerCounts,
}

impl<'a> LookupPass<'a> {
    fn new(corpus: &'a Corpus, records: &RecordsArgs) -> Result<Self> {
        let fields = &records.fields;
        let place_of =
            |name: &Option<String>| corpus.options().fields.iter().position(|field| Some(field) == name.as_ref());

        Ok(Self {
            corpus,
            names: corpus.names()?,
            sources: SourceResolver::new(corpus.options(), fields.source_field.as_deref()),
            titles: fields.title_field.fields().into_iter().filter_map(|name| place_of(&Some(name))).collect(),
            date: place_of(&fields.date_field),
            seen: place_of(&fields.seen_field),
            order: fields.date_order,
            answers: AnswerCounts::default(),
        })
    }

    fn write_all(
        &mut self,
        answer: impl Fn(&[(&str, Item<'_>)]) -> Vec<Result<RecordAnswer>>,
        stop: &AtomicBool,
        style: ReportStyle,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let out = &mut ClosedPipeIgnorer(out);
        self.answers.begin(style.format, out)?;

        let ids: Vec<DocId> = self.corpus.ids().collect();
        for (at, batch) in ids.chunks(BATCH).enumerate() {
            if at > 0 && stop.load(Ordering::Relaxed) {
                self.answers.is_interrupted = true;
                break;
            }
            self.write_batch(batch, &answer, style, out)?;
            if self.answers.failure.is_some() {
                break;
            }
        }

        self.answers.end(style.format, out)
    }

    fn write_batch(
        &mut self,
        batch: &[DocId],
        answer: impl Fn(&[(&str, Item<'_>)]) -> Vec<Result<RecordAnswer>>,
        style: ReportStyle,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let records = self.read_batch(batch);
        let sources: Vec<_> = records.iter().map(|(_, record)| self.sources.of(record)).collect();
        let items: Vec<(&str, Item<'_>)> = records
            .iter()
            .zip(&sources)
            .map(|((key, record), source)| (key.as_str(), self.item(record, source)))
            .collect();

        for ((key, _), answer) in items.iter().zip(answer(&items)) {
            let answer = answer.unwrap_or_else(|error| match error.kind() {
                ErrorKind::KeyExists { .. } => RecordAnswer::KeyKnown,
                _ => RecordAnswer::Failed(error),
            });
            self.answers.write(key, &answer, style.format, out)?;
        }
        Ok(())
    }

    /// The readable records of a batch with their keys. Others are counted as rejected.
    fn read_batch(&mut self, batch: &[DocId]) -> Vec<(String, Record<'a>)> {
        let mut records = Vec::with_capacity(batch.len());
        for id in batch {
            match self.corpus.read(*id) {
                Ok(record) => records.push((self.names.shown(*id, &record.id).into_owned(), record)),
                Err(_) => self.answers.rejects.push(*id),
            }
        }
        records
    }

    fn item<'r>(&self, record: &'r Record<'_>, source: &'r str) -> Item<'r> {
        let source = (!source.is_empty()).then_some(source);
        let item = Item::new(&record.text).source(source).title(self.title(record));
        item.date(date_at(record, self.date, self.order)).seen(date_at(record, self.seen, self.order))
    }
}

impl LookupPass<'_> {
    /// The title of a record; empty without one.
    fn title<'r>(&self, record: &'r Record<'_>) -> &'r str {
        let text = |place: &usize| match record.fields.get(*place)?.as_ref()? {
            FieldValue::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            FieldValue::Number(_) => None,
        };
        self.titles.iter().find_map(text).unwrap_or("")
    }
}

/// The date in the field at `place`; `None` if the record has no such field or it is no date.
fn date_at(record: &Record<'_>, place: Option<usize>, order: Option<DateOrder>) -> Option<Date> {
    match record.fields.get(place?)?.as_ref()? {
        FieldValue::Text(text) => Date::read_in(text, order),
        FieldValue::Number(number) => Date::from_number(*number),
    }
}

/// Reports on a pass over the records, and returns its exit.
fn finish_lookup(corpus: &Corpus, answers: &AnswerCounts, records: &RecordsArgs, console: &Console) -> Exit {
    let RecordsArgs { strict, verbosity, .. } = records;
    summary::show_rejected(corpus, &answers.rejects, &[], verbosity, console);
    if !verbosity.quiet {
        console.note(&answers.to_string());
    }

    if let Some(failure) = &answers.failure {
        let (answered, all) = (answers.answered(), corpus.ids().count());
        console
            .error(&format!("{failure}; {answered} of {all} records were answered, and none was looked up after that"));
        return Exit::Error;
    }

    if answers.is_interrupted {
        let (answered, all) = (answers.answered(), corpus.ids().count());
        console.error(&format!(
            "interrupted; {answered} of {all} records were answered, and their texts are stored; `mukarrar index add` with the same records goes on"
        ));
        return Exit::Interrupted;
    }

    if *strict && !answers.rejects.is_empty() {
        console.error(&format!(
            "--strict: {} rejected; the others were answered",
            counted(answers.rejects.len() as u64, "record", "records")
        ));
        return Exit::Error;
    }
    finish::warn_of_rejects(answers.rejects.len() as u64, corpus.len() as u64, console);

    Exit::Done
}
