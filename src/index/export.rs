//! Export, import and merge: the texts of an index move to another one, with their stories.

use std::io::{BufRead, Write};

use super::answer::Verdict;
#[cfg(feature = "persistent")]
use super::answer::Verify;
#[cfg(feature = "persistent")]
use super::builder::IndexBuilder;
use super::copy_counts::{CopyCount, CopyCounts};
use super::export_format::{
    EXPORT, EXPORT_VERSION, ExportHeader, ExportLine, ImportedText, read, unreadable, write_line,
};
use super::language_votes::LanguageVotes;
use super::prepare::{PreparedText, TextPreparer};
use super::ranking::verdict;
use super::stats::MergeStats;
use super::storage::going_on;
use super::stored_text::{InsertNumber, StoredText};
use super::stories::{StoryCarrier, ToldText, each_told};
use super::text_index::Index;
use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "persistent")]
use crate::error::{Operation, Remedy};
use crate::story::StoredTelling;

/// A text of another index.
struct CarriedText<'a> {
    record: &'a StoredText,
    copies: Option<CopyCount>,
    /// What that index tells of it, and its number there.
    telling: Option<(InsertNumber, StoredTelling)>,
}

#[cfg(feature = "persistent")]
impl IndexBuilder {
    /// The builder of an index that can import an export, from the first line of the export.
    ///
    /// # Errors
    ///
    /// The line is not the header of an export of this version, or the exported index used learned boilerplate, which
    /// an export does not contain: configure a builder with the rules instead.
    pub fn of_export(first_line: &str) -> Result<Self> {
        let header: ExportHeader = read(Ok(first_line.to_owned()), 1, EXPORT)?;
        let builder = Self::stored(&|name| header.value(name))?;

        // Settings that no builder can reproduce, such as another fold, differ here.
        let settings = builder.settings()?;
        if let Some(idf) =
            header.value("idf").filter(|idf| settings.rarity().is_none_or(|table| table.digest() != *idf))
        {
            let remedy = Remedy::Run {
                purpose: "make an empty index with that table and the same settings, and import into it",
                operations: &[Operation::BuildIndex],
            };
            let expected = "that of the shipped table, since the table is not in the export";
            return Err(Error::parameter("idf", idf, expected).with_remedy(remedy));
        }
        header.require(&settings)?;

        // Texts are hashed anew, with a seed of the new directory. Signatures stay as they are.
        Ok(if settings.verify == Verify::Exact { builder.without_seed() } else { builder })
    }
}

impl Index {
    /// Writes a line of JSON with the settings, then one for each stored text, in the order of insertion:
    /// [`import`](Self::import) reads them. Returns the number of texts. With stories, each line has what is told of its text, and
    /// there are lines for what is told of removed ones.
    ///
    /// # Errors
    ///
    /// The index cannot be read, or `out` fails.
    pub fn export(&self, out: &mut dyn Write) -> Result<u64> {
        self.export_while(out, &|| true)
    }

    /// As [`export`](Self::export), as long as `goes_on` is true; it is asked before each text.
    ///
    /// # Errors
    ///
    /// As [`export`](Self::export); [`ErrorKind::Interrupted`], after a part of the lines.
    pub fn export_while(&self, out: &mut dyn Write, goes_on: &dyn Fn() -> bool) -> Result<u64> {
        self.require_own_process()?;
        let failed = |source| Error::io("write", "the export", source);
        let settings = self.settings.list().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        // Before the votes are read: a reader looks for new commits.
        self.storage.version()?;
        let languages = self.storage.votes();
        write_line(out, &ExportHeader { mukarrar_index: EXPORT_VERSION, settings, languages }).map_err(failed)?;

        let copies = self.all_copies(goes_on)?;
        let mut count = 0;
        each_told(&*self.storage, self.stories.is_some(), &mut |number, text| {
            going_on(goes_on)?;
            let line = match text {
                ToldText::Stored(record, telling) => {
                    count += 1;
                    ExportLine::of(number, record, copies.get(number), telling.as_ref())
                }
                ToldText::Removed(telling) => ExportLine::of_removed(number, &telling),
            };
            write_line(out, &line).map_err(failed)
        })?;

        out.flush().map_err(failed)?;
        Ok(count)
    }

    /// Stores every text of an export made with the same settings, in its order. Texts whose key is stored already are
    /// counted and left out. Stories come as they were told ([`merge`](Self::merge) says how).
    ///
    /// # Errors
    ///
    /// The settings differ, or a line is not valid: the error names the line, and the texts before it stay stored. On
    /// disk, also errors of reading and writing.
    pub fn import(&self, input: &mut dyn BufRead) -> Result<MergeStats> {
        self.import_while(input, &|| true)
    }

    /// As [`import`](Self::import), as long as `goes_on` is true; it is asked before each text. The texts until then stay stored.
    ///
    /// # Errors
    ///
    /// As [`import`](Self::import); [`ErrorKind::Interrupted`].
    pub fn import_while(&self, input: &mut dyn BufRead, goes_on: &dyn Fn() -> bool) -> Result<MergeStats> {
        self.require_own_process()?;
        let mut merged = MergeStats::default();
        let mut lines = input.lines().zip(1..);
        let header = match lines.next() {
            Some((line, _)) => read::<ExportHeader>(line, 1, EXPORT)?,
            None => return Err(unreadable(1, "nothing".to_owned(), EXPORT)),
        };
        self.check_header(&header)?;

        let mut carrier = StoryCarrier::default();
        for (line, number) in lines {
            going_on(goes_on)?;
            let line: ExportLine = read(line, number, "export it again".into())?;
            let wrong = |what| unreadable(number, what, "export it again".into());
            let ImportedText { record, copies, telling } = line.into_text(&self.settings).map_err(wrong)?;
            match (record, telling) {
                (Some(record), telling) => {
                    self.take(CarriedText { record: &record, copies, telling }, false, &mut carrier, &mut merged)?;
                }
                (None, Some((theirs, telling))) => self.take_removed(theirs, telling, &mut carrier)?,
                (None, None) => {}
            }
        }

        // Texts are stored folded, so they tell their language no more.
        self.add_votes(&header.languages)?;
        Ok(merged)
    }

    /// Checks and inserts every text of another index with equal settings, in its order, as if its pages had been
    /// crawled after those of this index. Its counts of copies are added to those of this index.
    ///
    /// Stories come as they were told: every text keeps its story, score and words. A text that is not stored, because it repeats a
    /// stored one or has its key, is in the story of that one; if it was the first of its story, so are the others of that story.
    /// Two stories of one event without such a text stay two. Texts that are told later are compared with the stories of both, as of
    /// their days. What was told of removed texts comes too.
    ///
    /// # Errors
    ///
    /// The settings differ. On disk, also errors of reading and writing.
    pub fn merge(&self, other: &Self) -> Result<MergeStats> {
        self.merge_while(other, &|| true)
    }

    /// As [`merge`](Self::merge), as long as `goes_on` is true; it is asked before each text. The texts until then stay stored.
    ///
    /// # Errors
    ///
    /// As [`merge`](Self::merge); [`ErrorKind::Interrupted`].
    pub fn merge_while(&self, other: &Self, goes_on: &dyn Fn() -> bool) -> Result<MergeStats> {
        if std::ptr::eq(self, other) {
            return Err(Error::parameter("merge", "an index with itself", "another index"));
        }

        self.require_own_process()?;
        other.require_own_process()?;
        let theirs = other.settings.list();
        let value = |name: &str| theirs.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone());
        if let Some((what, left, right)) = self.settings.difference(value) {
            return Err(ErrorKind::Incompatible { what, left, right }.into());
        }

        let mut merged = MergeStats::default();

        // The other index must see commits of its writer first, if it is only read.
        other.storage.version()?;
        let copies = other.all_copies(goes_on)?;
        let mut carrier = StoryCarrier::default();
        each_told(&*other.storage, other.stories.is_some(), &mut |theirs, text| {
            going_on(goes_on)?;
            match text {
                ToldText::Stored(record, telling) => {
                    let telling = telling.map(|telling| (theirs, telling));
                    let text = CarriedText { record, copies: copies.get(theirs), telling };
                    self.take(text, true, &mut carrier, &mut merged)
                }
                ToldText::Removed(telling) => self.take_removed(theirs, telling, &mut carrier),
            }
        })?;
        self.add_votes(&other.storage.votes())?;
        Ok(merged)
    }

    /// The copies of all texts: 40 bytes for each text that has any.
    pub(super) fn all_copies(&self, goes_on: &dyn Fn() -> bool) -> Result<CopyCounts> {
        let mut copies = CopyCounts::default();
        self.storage.each_copied(&mut |doc, count| {
            going_on(goes_on)?;
            copies.add(doc, count);
            Ok(())
        })?;
        Ok(copies)
    }

    fn add_votes(&self, votes: &LanguageVotes) -> Result<()> {
        let _turn = self.turn();
        self.storage.add_votes(votes)
    }

    /// Stores a record of another index with its copies and its story. A checked record is not stored if it repeats a stored text:
    /// then it is a copy of that text, and so are its copies.
    fn take(
        &self,
        text: CarriedText<'_>,
        is_checked: bool,
        carrier: &mut StoryCarrier,
        merged: &mut MergeStats,
    ) -> Result<()> {
        let CarriedText { record, copies, telling } = text;
        self.storage.make_room()?;
        self.workers.with(&self.settings, |worker| {
            // A text without tokens is never stored, so an index exports none; a file may contain one.
            let Some(text) = worker.prepare_again(&self.settings, record) else {
                return Ok(());
            };

            let _turn = self.turn();
            let storage = &*self.storage;
            let mut leave_out = |ours| match telling {
                Some((theirs, ref telling)) => carrier.left_out(storage, theirs, telling.clone(), ours),
                None => Ok(()),
            };
            if let Some(ours) = storage.find(&record.key)? {
                merged.keys_known += 1;
                return leave_out(ours);
            }

            let repeated = if is_checked { self.repeated_by(worker, &text)? } else { None };
            if let Some(number) = repeated {
                let one = CopyCount::one(record.seen);
                storage.add_copies(number, copies.map_or(one, |copies| copies.plus(one)))?;
                merged.duplicates += 1;
                return leave_out(number);
            }

            let further = self.further_keys(&text)?;
            let telling = telling.map(|(theirs, telling)| carrier.next_row(storage, theirs, telling)).transpose()?;
            let number = storage.version()?.next;
            self.store_told(&record.key, text, (&further, None), telling.as_ref())?;
            copies.map_or(Ok(()), |copies| storage.add_copies(number, copies))?;
            merged.inserted += 1;
            Ok(())
        })
    }

    /// Takes what another index tells of a text that was removed there.
    fn take_removed(&self, theirs: InsertNumber, telling: StoredTelling, carrier: &mut StoryCarrier) -> Result<()> {
        self.storage.make_room()?;
        let _turn = self.turn();
        carrier.removed(&*self.storage, theirs, telling)
    }

    /// The stored text that a text is a copy of.
    fn repeated_by(&self, worker: &mut TextPreparer, text: &PreparedText) -> Result<Option<InsertNumber>> {
        let found = self.candidate_snapshot(worker, text)?;
        let number = found.best.as_ref().map(|(number, _)| *number);
        Ok(number.filter(|_| matches!(verdict(found.best, found.is_cut), Verdict::Duplicate(_))))
    }

    fn check_header(&self, header: &ExportHeader) -> Result<()> {
        if header.mukarrar_index != EXPORT_VERSION {
            let what = format!("an export of version {}, not {EXPORT_VERSION}", header.mukarrar_index);
            return Err(unreadable(1, what, "export it again with this version".into()));
        }
        header.require(&self.settings)
    }
}
