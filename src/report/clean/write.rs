//! Writes the records that stay; neighbouring records are copied in one piece, or converted one by one.

#[cfg(feature = "parquet")]
use std::cell::RefCell;
use std::io::Write;
use std::path::Path;

use super::added_fields::AddedFields;
use super::convert::{ConvertedRecord, RecordConverter};
use super::destination::CleanDestination;
use super::extender::RecordExtender;
use super::form::CleanForm;
use super::joined_pieces::JoinedPieces;
use super::joining::check_joined;
use super::json_writer::JsonWriter;
use super::plan::Cleaning;
use super::strip::BoilerplateStripper;
use super::{tidy, wide};
use crate::document::DocId;
use crate::error::Result;
#[cfg(feature = "parquet")]
use crate::input;
use crate::input::{Compression, InputFile, InputFormat};
use crate::report::output::Outputs;

impl Cleaning<'_> {
    /// Writes the records that stay, into `outputs`, which the caller commits, or into `stream`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if an output cannot be written; an input cannot be read again or has
    /// changed; the files cannot be joined in one stream.
    pub fn write(&self, destination: &CleanDestination, outputs: &mut Outputs, stream: &mut dyn Write) -> Result<()> {
        self.progress.begin("write", (self.corpus.len() - self.corpus.references()) as u64);
        // A stream cannot be taken back, so its records are checked first.
        if let (CleanDestination::Stream, Some(annotation)) = (destination, &self.annotation) {
            self.check_objects(&annotation.added)?;
        }
        match destination {
            CleanDestination::Stream => {
                let path = Path::new("-");
                check_joined(path, self.corpus)?;
                self.check_added()?;
                self.joined(destination, stream, path, Compression::None)
            }
            CleanDestination::File(path) => self.one_file(path, destination, outputs),
            CleanDestination::Directory(_) => {
                self.check_added()?;
                for (number, file) in self.cleaned().filter(|(_, file)| self.is_written(file)) {
                    self.file_of_its_own(number, file, destination, outputs)?;
                }
                Ok(())
            }
        }
    }

    /// Writes the records of one file below the directory `destination`.
    fn file_of_its_own(
        &self,
        number: usize,
        file: &InputFile,
        destination: &CleanDestination,
        outputs: &mut Outputs,
    ) -> Result<()> {
        let target = destination.target(&file.output_path());
        let (whole, each) = compressions(file.format, destination.compression(file.compression));
        let mut values = file.layout.map(|layout| JsonWriter::new(destination.json_form(layout)));

        let mut output = outputs.create(&target, whole)?;
        wide::written(file, &mut output, &target, |joined| {
            self.head(file, joined)?;
            self.file(number, file, joined, &mut Vec::new(), each, values.as_mut())?;
            values.take().map_or(Ok(()), |values| values.finish(joined))
        })?;
        outputs.finish(output)
    }

    /// Writes the records of all files into the file `path`.
    fn one_file(&self, path: &Path, destination: &CleanDestination, outputs: &mut Outputs) -> Result<()> {
        let stays = |document| self.stays(document);
        let decoded = !self.found.summary.decoded.is_empty();
        let form = CleanForm::of(path, self.corpus, decoded, &stays)?;

        let mut written = self.cleaned().map(|(_, file)| file).filter(|file| self.is_written(file));
        let format = match written.next() {
            Some(file) if form == CleanForm::Copied => file.format,
            // A text that is removed leaves no file, as in a directory.
            None if form == CleanForm::Copied => return Ok(()),
            #[cfg(feature = "parquet")]
            _ if matches!(form, CleanForm::Parquet(_)) => InputFormat::Parquet,
            _ => InputFormat::JsonLines,
        };

        let (whole, each) = compressions(format, destination.compression(Compression::None));
        let mut output = outputs.create(path, whole)?;
        if form == CleanForm::Copied {
            self.check_added()?;
            self.joined(destination, &mut output, path, each)?;
        } else {
            self.converted(&form, JoinedPieces::new(&mut output, path))?;
        }
        outputs.finish(output)
    }

    /// Writes the records of all files byte for byte: one header, or one array, for all of them.
    fn joined(
        &self,
        destination: &CleanDestination,
        out: &mut dyn Write,
        target: &Path,
        each: Compression,
    ) -> Result<()> {
        let (mut has_header, mut values) = (false, None);
        let mut buffer = Vec::new();
        let files: Vec<_> = self.cleaned().collect();

        let mut write = |joined: &mut JoinedPieces<'_>| {
            for (number, file) in &files {
                if file.header.is_some() && !has_header {
                    self.head(file, joined)?;
                    has_header = true;
                }
                if let (Some(layout), None) = (file.layout, &values) {
                    values = Some(JsonWriter::new(destination.json_form(layout)));
                }
                let of_file = values.as_mut().filter(|_| file.layout.is_some());
                self.file(*number, file, joined, &mut buffer, each, of_file)?;
            }
            values.take().map_or(Ok(()), |values| values.finish(joined))
        };

        match wide::encoded_like(files.iter().map(|(_, file)| *file), destination) {
            Some(file) => wide::written(file, out, target, write),
            None => write(&mut JoinedPieces::new(out, target)),
        }
    }

    /// Writes the records of all files in another format.
    fn converted(&self, form: &CleanForm, out: JoinedPieces<'_>) -> Result<()> {
        let mut stripper = self.stripper();
        let extender = RecordExtender::new(self);
        let added = self.annotation.as_ref().map(|annotation| &annotation.added);
        if let (Some(added), Some(file)) = (added, self.corpus.cleaned_files().first()) {
            added.check_columns(file, form.columns())?;
        }
        let columns = added.map_or_else(Vec::new, AddedFields::added_columns);
        let mut converter = RecordConverter::begin(self.corpus, form, columns, out)?;

        for (_, file) in self.cleaned() {
            #[cfg(feature = "parquet")]
            if file.is_table() {
                let options = self.corpus.options();
                self.with_fates(file, |fate| {
                    input::each_table_row(file, options, fate, &mut |row, object| {
                        let document = DocId::new(file.records.start + row);
                        let cells = extender.cells(document)?;
                        let record = ConvertedRecord::Row { file, object };
                        converter.record(record, |object| extender.object(document, object), &cells)
                    })
                })?;
                continue;
            }

            for document in file.records.clone().map(DocId::new) {
                self.progress.advance(1, 0);
                if !self.stays(document) {
                    continue;
                }
                let text = self.edited_text(document, stripper.as_mut())?;
                let record = ConvertedRecord::Document { document, text: text.as_deref() };
                let cells = extender.cells(document)?;
                converter.record(record, |object| extender.object(document, object), &cells)?;
            }
        }
        converter.end()
    }

    /// The files whose records are written, with their numbers. References come first, and are not written.
    fn cleaned(&self) -> impl Iterator<Item = (usize, &InputFile)> {
        let references = self.corpus.files().len() - self.corpus.cleaned_files().len();
        self.corpus.files().iter().enumerate().skip(references)
    }

    /// Whether a file has an output: line formats always, whole-file formats if the record stays, Parquet if the input
    /// could be opened.
    fn is_written(&self, file: &InputFile) -> bool {
        if file.format.is_table() {
            return file.is_table();
        }
        if file.is_failed {
            return false;
        }
        !file.format.is_whole_file() || file.records.clone().any(|place| self.stays(DocId::new(place)))
    }

    pub(super) fn stays(&self, document: DocId) -> bool {
        self.found.rejects.binary_search(&document).is_err() && !self.removed.contains(&document)
    }

    /// The new text of a record that is edited; `None` for other records.
    pub(super) fn edited_text(
        &self,
        document: DocId,
        stripper: Option<&mut BoilerplateStripper<'_>>,
    ) -> Result<Option<String>> {
        let Some(cuts) = self.edited.get(&document) else { return Ok(None) };

        // Spans of copies and of boilerplate are removed together, in one pass over the text.
        let record = self.corpus.read(document)?;
        let stripped = stripper.and_then(|stripper| stripper.strip(document, &record, cuts));
        Ok(Some(stripped.map_or_else(|| tidy::without(&record.text, cuts), |(left, _)| left)))
    }

    /// Writes the records of one file; `each` compresses the single records of an archive, `values` writes those of
    /// JSON.
    fn file(
        &self,
        number: usize,
        file: &InputFile,
        out: &mut JoinedPieces<'_>,
        buffer: &mut Vec<u8>,
        each: Compression,
        values: Option<&mut JsonWriter>,
    ) -> Result<()> {
        #[cfg(feature = "parquet")]
        if file.format.is_table() {
            return self.table(file, out);
        }
        if file.format == InputFormat::Warc {
            return self.archive(number, out, buffer, each);
        }
        if let Some(values) = values {
            return self.values(file, out, values);
        }

        let extender = RecordExtender::new(self);
        if extender.is_active() {
            return self.extended_file(file, out, &extender);
        }

        let copied = |place: &usize| {
            let document = DocId::new(*place);
            self.stays(document) && !self.edited.contains_key(&document)
        };

        let mut stripper = self.stripper();
        let mut places = file.records.clone().peekable();
        while let Some(place) = places.next() {
            let document = DocId::new(place);
            self.progress.advance(1, 0);

            // Unchanged neighbours are copied together.
            if copied(&place) {
                let mut end = place + 1;
                while places.next_if(copied).is_some() {
                    end += 1;
                }
                self.progress.advance((end - place - 1) as u64, 0);
                self.corpus.copy(document..DocId::new(end), buffer, |piece| out.piece(&[piece]))?;
            } else if let Some(text) = self.edited_text(document, stripper.as_mut())? {
                // The record with a new text value.
                let bytes = self.corpus.rewrite(document, &text)?;
                out.piece(&[&bytes, self.corpus.line_end(document)])?;
            }
        }
        Ok(())
    }
}

impl Cleaning<'_> {
    /// Writes the JSON values that stay.
    fn values(&self, file: &InputFile, out: &mut JoinedPieces<'_>, values: &mut JsonWriter) -> Result<()> {
        let extender = RecordExtender::new(self);
        let mut stripper = self.stripper();
        for document in file.records.clone().map(DocId::new) {
            self.progress.advance(1, 0);
            if !self.stays(document) {
                continue;
            }
            let bytes = match self.edited_text(document, stripper.as_mut())? {
                Some(text) => self.corpus.rewrite(document, &text)?.into(),
                None => self.corpus.raw(document)?,
            };
            values.value(&extender.extended(document, bytes)?, out)?;
        }
        Ok(())
    }
}

#[cfg(feature = "parquet")]
impl Cleaning<'_> {
    /// Writes a Parquet or Arrow file anew, row by row.
    fn table(&self, file: &InputFile, out: &mut JoinedPieces<'_>) -> Result<()> {
        let (options, mut write) = (self.corpus.options(), |bytes: &[u8]| out.bytes(bytes));
        let extender = RecordExtender::new(self);
        let columns = self.annotation.as_ref().map(|annotation| annotation.added.table_columns());
        let cells = |row: usize| extender.cells(DocId::new(file.records.start + row));
        let added = columns.as_deref().map(|columns| input::AddedTable { columns, cells: &cells });

        self.with_fates(file, |fate| match file.format {
            InputFormat::Arrow => input::copy_arrow(file, options, fate, added, &mut write),
            _ => input::copy(file, options, self.options.memory, fate, added, &mut write),
        })
    }

    /// Calls `work` with what decides on each row of `file`, by its place in the file.
    fn with_fates(
        &self,
        file: &InputFile,
        work: impl FnOnce(&dyn Fn(usize) -> input::RowFate) -> Result<()>,
    ) -> Result<()> {
        let stripper = RefCell::new(self.stripper());
        // The row callback has no error, so the first one is kept here.
        let failed = RefCell::new(None);

        let fate = |row: usize| {
            let document = DocId::new(file.records.start + row);
            self.progress.advance(1, 0);
            if !self.stays(document) {
                return input::RowFate::Goes;
            }

            match self.edited_text(document, stripper.borrow_mut().as_mut()) {
                Ok(text) => text.map_or(input::RowFate::Stays, input::RowFate::Edited),
                Err(error) => {
                    failed.borrow_mut().get_or_insert(error);
                    input::RowFate::Stays
                }
            }
        };
        work(&fate)?;

        failed.into_inner().map_or(Ok(()), Err)
    }
}

impl Cleaning<'_> {
    /// Writes an archive: the documents that stay, and all records that are no documents.
    #[cfg(feature = "warc")]
    fn archive(
        &self,
        number: usize,
        out: &mut JoinedPieces<'_>,
        buffer: &mut Vec<u8>,
        each: Compression,
    ) -> Result<()> {
        self.corpus.archived(number, buffer, |document, record| {
            if document.is_some_and(|document| !self.stays(document)) {
                return Ok(());
            }

            let bytes = each.whole(record).map_err(|source| out.write_error(source))?;
            out.bytes(&bytes)
        })
    }

    /// This build rejects archives, so none has documents.
    #[cfg(not(feature = "warc"))]
    #[allow(clippy::unused_self, reason = "as where archives are read")]
    fn archive(&self, _: usize, _: &mut JoinedPieces<'_>, _: &mut Vec<u8>, _: Compression) -> Result<()> {
        Ok(())
    }
}

/// The compression of a whole output file, and of each record in it.
fn compressions(format: InputFormat, compression: Compression) -> (Compression, Compression) {
    match (format, compression) {
        // These are compressed inside, and are read by position.
        (InputFormat::Parquet | InputFormat::Arrow, _) => (Compression::None, Compression::None),
        // One gzip member for each record of an archive, so that it can be read alone.
        (InputFormat::Warc, Compression::Gzip) => (Compression::None, compression),
        _ => (compression, Compression::None),
    }
}
