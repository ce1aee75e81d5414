//! What a run gives to Python: JSON that `mukarrar/_records.py` reads, and what its report is made of.
//!
//! Results are the JSON that the command line writes, so that the two cannot differ.

use std::io::Write;

use mukarrar::document::DocId;
use mukarrar::input::Corpus;
use mukarrar::pipeline::{Pipeline, RunAlarm, Summary};
use mukarrar::report::{self, ReportFormat, ReportStyle};
use mukarrar::{ErrorKind, Result};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::PythonPhrasing;
use crate::report_source::{ReportSource, ReportedResult};

pub(crate) const JSON_LINES: ReportStyle = ReportStyle { format: ReportFormat::Jsonl, isolate: false, color: false };
pub(crate) const JSON: ReportStyle = ReportStyle { format: ReportFormat::Json, isolate: false, color: false };

/// The results of a run: bytes of JSON Lines, but for the summary, which is one object.
#[derive(Default)]
pub struct RunOutput {
    pub(crate) results: Vec<u8>,
    /// The kept records, of a run that removes some.
    pub(crate) kept: Option<Vec<u8>>,
    pub(crate) rejected: Vec<u8>,
    pub(crate) summary: Vec<u8>,
    pub(crate) alarms: Vec<u8>,
    /// What removals would have lost; of runs without loss.
    pub(crate) losses: Vec<u8>,
    /// `None` for results that have no report.
    pub(crate) report: Option<ReportedResult>,
}

impl RunOutput {
    /// The output of a run whose results `write` writes.
    pub(crate) fn listed(
        corpus: &Corpus,
        rejects: &[DocId],
        summary: &Summary,
        write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>,
    ) -> Result<Self> {
        let mut output = Self { results: written(write)?, ..Self::default() };
        output.set_summary(summary)?;
        output.set_rejected(rejects, corpus)?;
        Ok(output)
    }

    /// The output of something that is one object of JSON, which `write` writes.
    pub(crate) fn object(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Result<Self> {
        Ok(Self { results: written(write)?, ..Self::default() })
    }

    pub(crate) fn set_summary(&mut self, summary: &Summary) -> Result<()> {
        self.summary = written(|out| serde_json::to_writer(out, summary).map_err(Into::into))?;
        Ok(())
    }

    pub(crate) fn set_rejected(&mut self, rejects: &[DocId], corpus: &Corpus) -> Result<()> {
        self.rejected =
            written(|out| report::write_rejected(rejects, corpus, &PythonPhrasing, ReportFormat::Jsonl, out))?;
        Ok(())
    }

    /// Alarms with their sentences, a line each.
    pub(crate) fn set_alarms(&mut self, alarms: &[RunAlarm]) -> Result<()> {
        self.alarms = written(|out| {
            alarms.iter().try_for_each(|alarm| {
                let mut row = serde_json::to_value(alarm)?;
                if let Some(fields) = row.as_object_mut() {
                    fields.insert("message".to_owned(), alarm.message(&PythonPhrasing).into());
                }
                serde_json::to_writer(&mut *out, &row)?;
                out.write_all(b"\n")
            })
        })?;
        Ok(())
    }

    /// The parts by their names.
    pub(crate) fn parts(self, py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
        let parts = PyDict::new(py);
        let fields = [
            ("results", Some(self.results)),
            ("kept", self.kept),
            ("rejected", Some(self.rejected)),
            ("summary", Some(self.summary)),
            ("alarms", Some(self.alarms)),
            ("losses", Some(self.losses)),
        ];
        for (name, bytes) in fields {
            parts.set_item(name, bytes.map(|bytes| PyBytes::new(py, &bytes)))?;
        }

        parts.set_item("report", self.report.map(|found| Bound::new(py, ReportSource::new(found))).transpose()?)?;
        Ok(parts)
    }
}

/// What `write` writes to memory. Only reading a record again can fail.
pub(crate) fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    write(&mut out).map_err(|source| ErrorKind::Io { action: "read", path: "records".into(), source })?;
    Ok(out)
}

/// Refuses a run that read not one record: an empty result would look like a clean one.
pub(crate) fn refuse_nothing_read(pipeline: &Pipeline, corpus: &Corpus, rejects: &[DocId]) -> Result<()> {
    let Err(error) = corpus.refuse_nothing_read(rejects) else { return Ok(()) };

    // The same call with other arguments begins anew.
    pipeline.forget_work()?;
    Err(error)
}
