//! The tally of a block of records, and the sum of all tallies.

use std::collections::BTreeMap;

use super::lengths::LengthCounts;
use super::repeats::RepeatSample;
use super::{DateTotals, DescribeOptions, Description, RecordTotals, SourceTotals};
use crate::document::Date;
use crate::input::{Corpus, FieldValue, InputOptions, ReadScratch, Record, RecordBlock};
use crate::normalize::Language;
use crate::page::SourceResolver;
use crate::pipeline::Progress;
use crate::shingle::hash::HashKeys;

/// Most sources that are told apart.
pub const MOST_SOURCES: usize = 1 << 16;

/// The name of all sources beyond the first [`MOST_SOURCES`].
const OTHERS: &str = "other sources";

/// The language of records that do not tell it.
const UNSURE: &str = "unsure";

/// Most examples of dates that cannot be read, and most characters of one.
const EXAMPLES: usize = 3;
const EXAMPLE: usize = 40;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The reader of a thread.
pub(super) struct RecordReader<'a> {
    options: &'a DescribeOptions,
    sources: SourceResolver,
    date: Option<usize>,
    keys: HashKeys,
    scratch: ReadScratch,
    progress: &'a dyn Progress,
}

/// What the records of a block are.
#[derive(Debug, Default)]
pub(super) struct BlockTally {
    sums: TallySums,
    sources: BTreeMap<String, [u64; 3]>,
    /// The hash of each text that is not empty.
    texts: Vec<u64>,
}

/// What the records of the input are.
#[derive(Debug, Default)]
pub(super) struct InputTally {
    sums: TallySums,
    sources: BTreeMap<String, [u64; 3]>,
    repeats: RepeatSample,
}

/// What is added up without more.
#[derive(Debug, Default)]
struct TallySums {
    records: RecordTotals,
    languages: BTreeMap<&'static str, u64>,
    words: LengthCounts,
    characters: LengthCounts,
    noted: BTreeMap<String, u64>,
    dates: DateTotals,
}

impl<'a> RecordReader<'a> {
    pub(super) fn new(options: &'a DescribeOptions, reading: &InputOptions, progress: &'a dyn Progress) -> Self {
        let place = |name: &String| reading.fields.iter().position(|field| field == name);
        Self {
            options,
            sources: SourceResolver::new(reading, options.source_field.as_deref()),
            date: options.date_field.as_ref().and_then(place),
            keys: HashKeys::new(0),
            scratch: ReadScratch::default(),
            progress,
        }
    }

    /// Reads the records of a block.
    pub(super) fn tally(&mut self, block: &RecordBlock) -> BlockTally {
        let mut tally = BlockTally::default();
        let mut scratch = std::mem::take(&mut self.scratch);

        block.read(&mut scratch, |record, bytes| {
            tally.sums.records.read += 1;
            tally.sums.records.bytes += bytes as u64;
            match record {
                Ok(record) => self.count(&record, &mut tally),
                Err(reason) => *tally.sums.records.rejected.entry(reason.code().to_owned()).or_default() += 1,
            }
            self.progress.advance(1, bytes as u64);
        });

        for (name, count) in std::mem::take(&mut scratch.passed) {
            *tally.sums.noted.entry(format!("passed over/{name}")).or_default() += count;
        }
        self.scratch = scratch;
        tally
    }

    fn count(&self, record: &Record<'_>, tally: &mut BlockTally) {
        let BlockTally { sums, sources, texts } = tally;
        let text = &*record.text;
        let words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count() as u64;
        sums.records.text_bytes += text.len() as u64;
        sums.words.add(words);
        sums.characters.add(text.chars().count() as u64);

        let is_empty = words == 0;
        if is_empty {
            sums.records.empty += 1;
        } else {
            *sums.languages.entry(Language::evident(text).map_or(UNSURE, Language::code)).or_default() += 1;
            texts.push(self.keys.bytes(text.as_bytes()));
        }

        for note in record.decoding.notes() {
            *sums.noted.entry(note.to_string()).or_default() += 1;
        }
        add_source(sources, &self.sources.of(record), [1, u64::from(is_empty), words]);
        if self.options.date_field.is_some() {
            let value = self.date.and_then(|place| record.fields.get(place)?.as_ref());
            sums.dates.add(value, |text| Date::read_in(text, self.options.date_order));
        }
    }
}

fn add_source(sources: &mut BTreeMap<String, [u64; 3]>, name: &str, counts: [u64; 3]) {
    // Most records come from a source that is known already.
    if !sources.contains_key(name) {
        sources.insert(name.to_owned(), [0; 3]);
    }
    if let Some(sums) = sources.get_mut(name) {
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
}

impl DateTotals {
    fn add(&mut self, value: Option<&FieldValue>, read: impl Fn(&str) -> Option<Date>) {
        let (date, shown) = match value {
            None => return self.missing += 1,
            Some(FieldValue::Text(text)) if text.trim().is_empty() => return self.missing += 1,
            Some(FieldValue::Text(text)) => (read(text), text.clone()),
            Some(FieldValue::Number(number)) => (Date::from_number(*number), number.to_string()),
        };
        let Some(date) = date else {
            self.unreadable += 1;
            if self.examples.len() < EXAMPLES {
                self.examples.push(shown.chars().take(EXAMPLE).collect());
            }
            return;
        };

        self.dated += 1;
        self.first = Some(self.first.map_or(date, |first| first.min(date)));
        self.last = Some(self.last.map_or(date, |last| last.max(date)));
        *self.days.entry(date.seconds().div_euclid(DAY)).or_default() += 1;
    }

    fn merge(&mut self, other: Self) {
        self.dated += other.dated;
        self.missing += other.missing;
        self.unreadable += other.unreadable;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = [self.last, other.last].into_iter().flatten().max();
        add_counts(&mut self.days, other.days);
        let room = EXAMPLES.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(room));
    }

    /// Names the field, and counts the months.
    fn finish(mut self, field: &str) -> Self {
        field.clone_into(&mut self.field);
        for (day, count) in &self.days {
            let shown = Date::from_seconds(day * DAY).to_string();
            let day = shown.split('T').next().unwrap_or(&shown);
            let month = day.rsplit_once('-').map_or(day, |(month, _)| month);
            *self.months.entry(month.to_owned()).or_default() += count;
        }
        self
    }
}

fn add_counts<K: Ord>(sums: &mut BTreeMap<K, u64>, counts: BTreeMap<K, u64>) {
    for (key, count) in counts {
        *sums.entry(key).or_default() += count;
    }
}

impl InputTally {
    /// Whether there was no record.
    pub(super) fn is_empty(&self) -> bool {
        self.sums.records.read == 0
    }

    /// Adds the tally of the next block.
    pub(super) fn add(&mut self, tally: BlockTally) {
        let BlockTally { sums, sources, texts } = tally;
        for (name, counts) in sources {
            let is_known = self.sources.len() < MOST_SOURCES || self.sources.contains_key(&name);
            add_source(&mut self.sources, if is_known { &name } else { OTHERS }, counts);
        }
        texts.into_iter().for_each(|hash| self.repeats.add(hash));

        let all = &mut self.sums;
        all.records.read += sums.records.read;
        all.records.empty += sums.records.empty;
        all.records.bytes += sums.records.bytes;
        all.records.text_bytes += sums.records.text_bytes;
        add_counts(&mut all.records.rejected, sums.records.rejected);
        add_counts(&mut all.languages, sums.languages);
        add_counts(&mut all.noted, sums.noted);
        all.words.merge(&sums.words);
        all.characters.merge(&sums.characters);
        all.dates.merge(sums.dates);
    }

    /// The description. The corpus knows the files.
    pub(super) fn finish(self, options: &DescribeOptions, corpus: &Corpus) -> Description {
        let Self { sums, sources, repeats } = self;
        let total =
            |(source, [records, empty, words]): (String, [u64; 3])| SourceTotals { source, records, empty, words };
        let mut sources: Vec<SourceTotals> = sources.into_iter().map(total).collect();
        sources.sort_by(|a, b| b.records.cmp(&a.records).then_with(|| a.source.cmp(&b.source)));

        let mut noted: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for (note, count) in sums.noted {
            let (kind, name) = note.split_once('/').unwrap_or((&note, ""));
            noted.entry(kind.to_owned()).or_default().insert(name.to_owned(), count);
        }

        Description {
            files: corpus.cleaned_files().len() as u64,
            skipped_files: corpus.skipped().counts(),
            records: sums.records,
            languages: sums.languages,
            words: sums.words.summary(),
            characters: sums.characters.summary(),
            sources,
            dates: options.date_field.as_deref().map(|field| sums.dates.finish(field)),
            noted,
            repeats: repeats.finish(),
        }
    }
}
