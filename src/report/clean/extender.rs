//! Writes records with the fields that a plan adds to them.

use std::borrow::Cow;

use super::added_fields::{AddedFields, AddedValues};
use super::annotation::Annotation;
use super::joined_pieces::JoinedPieces;
use super::plan::Cleaning;
use crate::document::DocId;
use crate::error::{Error, Result};
use crate::input::{InputFile, InputFormat};
use crate::report::shown_units::ShownUnits;

/// Extends the records of a plan with their annotations; does nothing if it has none.
pub(super) struct RecordExtender<'c, 'a> {
    cleaning: &'c Cleaning<'a>,
    shown: ShownUnits<'c>,
}

impl<'c, 'a> RecordExtender<'c, 'a> {
    pub(super) fn new(cleaning: &'c Cleaning<'a>) -> Self {
        let shown = ShownUnits::new(cleaning.corpus, &cleaning.found.units, &cleaning.found.names);
        Self { cleaning, shown }
    }

    fn annotation(&self) -> Option<&'c Annotation<'a>> {
        self.cleaning.annotation.as_ref()
    }

    /// Whether it does anything.
    pub(super) fn is_active(&self) -> bool {
        self.annotation().is_some()
    }

    /// A record, or a row of CSV, as it was read or edited, with its annotation.
    pub(super) fn extended(&self, document: DocId, raw: Cow<'_, [u8]>) -> Result<Vec<u8>> {
        let Some(annotation) = self.annotation() else { return Ok(raw.into_owned()) };
        let values = annotation.values(self.cleaning, document, &self.shown)?;
        annotation.added.extended(self.file(document)?, document, &raw, &values)
    }

    /// An object that a record became, with its annotation.
    pub(super) fn object(&self, document: DocId, object: Vec<u8>) -> Result<Vec<u8>> {
        let Some(annotation) = self.annotation() else { return Ok(object) };
        let values = annotation.values(self.cleaning, document, &self.shown)?;
        annotation.added.object(self.file(document)?, document, &object, &values)
    }

    /// The cells of the added columns; none without an annotation.
    pub(super) fn cells(&self, document: DocId) -> Result<Vec<String>> {
        match self.annotation() {
            Some(annotation) => Ok(annotation.values(self.cleaning, document, &self.shown)?.cells()),
            None => Ok(Vec::new()),
        }
    }

    fn file(&self, document: DocId) -> Result<&'c InputFile> {
        let corpus = self.cleaning.corpus;
        let file = corpus.file_of(document).and_then(|file| corpus.files().get(file.index()));
        file.ok_or_else(|| Error::internal(format!("record {} is in no file", document.index())))
    }
}

impl Cleaning<'_> {
    /// Writes the records of one file that stay, each with its added fields.
    pub(super) fn extended_file(
        &self,
        file: &InputFile,
        out: &mut JoinedPieces<'_>,
        extender: &RecordExtender<'_, '_>,
    ) -> Result<()> {
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
            out.piece(&[&extender.extended(document, bytes)?, self.corpus.line_end(document)])?;
        }
        Ok(())
    }

    /// Writes the header of a table, with the added columns.
    pub(super) fn head(&self, file: &InputFile, out: &mut JoinedPieces<'_>) -> Result<()> {
        match (&self.annotation, &file.header) {
            (Some(annotation), _) => annotation.added.head(file, out),
            (None, Some(header)) => out.piece(&[&header.raw]),
            (None, None) => Ok(()),
        }
    }

    /// Checks that fields can be added to files that are copied.
    pub(super) fn check_added(&self) -> Result<()> {
        self.annotation.as_ref().map_or(Ok(()), |annotation| annotation.added.check_files())
    }

    /// Checks that no object of JSON that stays has the added field.
    pub(super) fn check_objects(&self, added: &AddedFields<'_>) -> Result<()> {
        let is_json = |file: &&InputFile| matches!(file.format, InputFormat::JsonLines | InputFormat::Json);
        for file in self.corpus.cleaned_files().iter().filter(is_json) {
            for document in file.records.clone().map(DocId::new).filter(|document| self.stays(*document)) {
                added.check_object(file, document, &self.corpus.raw(document)?)?;
            }
        }
        Ok(())
    }
}
