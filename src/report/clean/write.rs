//! Writing what stays: runs of neighbouring records in one piece, as they stand in the input.

#[cfg(feature = "parquet")]
use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;

use super::{BoilerplateStripper, CleanDestination, Cleaning, tidy};
use crate::document::DocId;
use crate::error::{Error, Result};
#[cfg(feature = "parquet")]
use crate::input;
use crate::input::{Compression, InputFile, InputFormat};
use crate::report::output::Outputs;

impl Cleaning<'_> {
    /// Writes the records that stay: into `outputs`, to be committed by the caller, or into `stream`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if something cannot be written; an input that is read again and cannot be,
    /// or changed; several plain texts that would run together in one stream.
    pub fn write(&self, destination: &CleanDestination, outputs: &mut Outputs, stream: &mut dyn Write) -> Result<()> {
        destination.check_stream(self.corpus)?;
        let mut buffer = Vec::new();
        let mut headed = false;
        let mut streamed = JoinedPieces::new(stream, Path::new("-"));
        let references = self.corpus.files().len() - self.corpus.cleaned_files().len();
        for (number, file) in self.corpus.files().iter().enumerate().skip(references) {
            if *destination == CleanDestination::Stream {
                if let Some(header) = file.header.as_ref().filter(|_| !headed) {
                    streamed.piece(&[&header.raw])?;
                    headed = true;
                }
                self.file(number, file, &mut streamed, &mut buffer, Compression::None)?;
            } else if self.is_written(file) {
                let target = destination.target(&file.relative);
                let compression = destination.compression(file.compression);
                let (whole, each) = match (file.format, compression) {
                    // It is compressed inside, and read by place.
                    (InputFormat::Parquet, _) => (Compression::None, Compression::None),
                    // Archives have a member for each record, so that it can be read alone.
                    (InputFormat::Warc, Compression::Gzip) => (Compression::None, compression),
                    _ => (compression, Compression::None),
                };
                let mut output = outputs.create(&target, whole)?;
                let mut joined = JoinedPieces::new(&mut output, &target);
                if let Some(header) = &file.header {
                    joined.piece(&[&header.raw])?;
                }
                self.file(number, file, &mut joined, &mut buffer, each)?;
                outputs.finish(output)?;
            }
        }
        Ok(())
    }

    /// A file of lines is written even if no line stays; a text is there or not, and so is Parquet that could be opened.
    fn is_written(&self, file: &InputFile) -> bool {
        if file.format == InputFormat::Parquet {
            return file.is_table();
        }
        !file.format.is_whole_file() || file.records.clone().any(|place| self.stays(DocId::new(place)))
    }

    fn stays(&self, document: DocId) -> bool {
        self.found.rejects.binary_search(&document).is_err() && !self.removed.contains(&document)
    }

    /// What is left of the text of a record that stays, if it is not copied as it is.
    fn edited_text(&self, document: DocId, stripper: Option<&mut BoilerplateStripper<'_>>) -> Result<Option<String>> {
        let Some(cuts) = self.edited.get(&document) else { return Ok(None) };
        let record = self.corpus.read(document)?;
        let stripped = stripper.and_then(|stripper| stripper.strip(document, &record, cuts));
        Ok(Some(stripped.map_or_else(|| tidy::without(&record.text, cuts), |(left, _)| left)))
    }

    fn file(
        &self,
        number: usize,
        file: &InputFile,
        out: &mut JoinedPieces<'_>,
        buffer: &mut Vec<u8>,
        each: Compression,
    ) -> Result<()> {
        #[cfg(feature = "parquet")]
        if file.format == InputFormat::Parquet {
            return self.table(file, out);
        }
        if file.format == InputFormat::Warc {
            return self.archive(number, out, buffer, each);
        }
        let copied = |place: &usize| {
            let document = DocId::new(*place);
            self.stays(document) && !self.edited.contains_key(&document)
        };
        let mut stripper = self.stripper();
        let mut places = file.records.clone().peekable();
        while let Some(place) = places.next() {
            let document = DocId::new(place);
            if copied(&place) {
                let mut end = place + 1;
                while places.next_if(copied).is_some() {
                    end += 1;
                }
                self.corpus.copy(document..DocId::new(end), buffer, |piece| out.piece(&[piece]))?;
            } else if let Some(text) = self.edited_text(document, stripper.as_mut())? {
                let bytes = self.corpus.rewrite(document, &text)?;
                out.piece(&[&bytes, self.corpus.line_end(document)])?;
            }
        }
        Ok(())
    }
}

#[cfg(feature = "parquet")]
impl Cleaning<'_> {
    /// Parquet is written anew, row by row.
    fn table(&self, file: &InputFile, out: &mut JoinedPieces<'_>) -> Result<()> {
        let stripper = RefCell::new(self.stripper());
        let failed = RefCell::new(None);
        let fate = |row: usize| {
            let document = DocId::new(file.records.start + row);
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
        let JoinedPieces { out, target, .. } = out;
        input::copy(file, self.corpus.options(), &fate, &mut |bytes| {
            out.write_all(bytes).map_err(|source| Error::io("write", *target, source))
        })?;
        failed.into_inner().map_or(Ok(()), Err)
    }
}

impl Cleaning<'_> {
    /// An archive: documents that stay, and every record that is no document.
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
            let compressed = || -> io::Result<Vec<u8>> {
                let mut writer = each.writer(Vec::new())?;
                writer.write_all(record)?;
                writer.finish()
            };
            let bytes = compressed().map_err(|source| Error::io("write", out.target, source))?;
            out.out.write_all(&bytes).map_err(|source| Error::io("write", out.target, source))
        })
    }

    /// Archives are rejected by this build.
    #[cfg(not(feature = "warc"))]
    #[allow(clippy::unused_self, reason = "as where archives are read")]
    fn archive(&self, _: usize, _: &mut JoinedPieces<'_>, _: &mut Vec<u8>, _: Compression) -> Result<()> {
        Ok(())
    }
}

/// Pieces one after the other; a last line without an end gets one only if something follows it.
pub(super) struct JoinedPieces<'a> {
    out: &'a mut dyn Write,
    open_line: bool,
    /// For messages.
    target: &'a Path,
}

impl<'a> JoinedPieces<'a> {
    /// Nothing written yet.
    pub(super) fn new(out: &'a mut dyn Write, target: &'a Path) -> Self {
        Self { out, open_line: false, target }
    }

    /// A piece of whole records, given in parts.
    pub(super) fn piece(&mut self, parts: &[&[u8]]) -> Result<()> {
        let between: &[u8] = if self.open_line { b"\n" } else { b"" };
        let mut write = || -> io::Result<()> {
            self.out.write_all(between)?;
            parts.iter().try_for_each(|part| self.out.write_all(part))
        };
        write().map_err(|source| Error::io("write", self.target, source))?;
        self.open_line = parts.iter().rev().find(|part| !part.is_empty()).is_none_or(|part| !part.ends_with(b"\n"));
        Ok(())
    }
}
