//! Writing what stays.

use std::io::{self, Write};
use std::path::Path;

use super::{Cleaning, Destination};
use crate::document::DocId;
use crate::error::{Error, Result};
use crate::input::{Format, InputFile};
use crate::report::output::Outputs;

impl Cleaning<'_> {
    /// Writes the records that stay: into `outputs`, to be committed by the caller, or into `stream`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if something cannot be written.
    pub fn write(&self, destination: &Destination, outputs: &mut Outputs, stream: &mut dyn Write) -> Result<()> {
        let mut streamed = Joined { out: stream, open_line: false };
        for file in self.corpus.files() {
            if *destination == Destination::Stream {
                self.file(file, &mut streamed).map_err(|source| Error::io("write", "-", source))?;
            } else if self.is_written(file) {
                let target = destination.target(&file.relative);
                let mut output = outputs.create(&target, destination.compression(file.compression))?;
                let mut joined = Joined { out: &mut output, open_line: false };
                self.file(file, &mut joined).map_err(|source| Error::io("write", Path::new(&target), source))?;
                outputs.finish(output)?;
            }
        }
        Ok(())
    }

    /// A file of lines is written even if no line stays; a text is there or not.
    fn is_written(&self, file: &InputFile) -> bool {
        file.format == Format::JsonLines || file.records.clone().any(|place| self.stays(DocId::new(place)))
    }

    fn stays(&self, document: DocId) -> bool {
        self.found.names.get(document.index()).is_some_and(Option::is_some) && !self.removed.contains(&document)
    }

    fn file(&self, file: &InputFile, out: &mut Joined<'_>) -> io::Result<()> {
        for document in file.records.clone().map(DocId::new).filter(|document| self.stays(*document)) {
            let line_end = self.corpus.line_end(document);
            match self.edited.get(&document) {
                Some(text) => {
                    let bytes = self.corpus.rewrite(document, text).map_err(io::Error::other)?;
                    out.record(&bytes, line_end)?;
                }
                None => out.record(&self.corpus.raw(document), line_end)?,
            }
        }
        Ok(())
    }
}

/// Records one after the other; a last line without an end gets one only if something follows it.
struct Joined<'a> {
    out: &'a mut dyn Write,
    open_line: bool,
}

impl Joined<'_> {
    fn record(&mut self, bytes: &[u8], line_end: &[u8]) -> io::Result<()> {
        if self.open_line {
            self.out.write_all(b"\n")?;
        }
        self.open_line = line_end.is_empty();
        self.out.write_all(bytes)?;
        self.out.write_all(line_end)
    }
}
