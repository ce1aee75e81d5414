//! What the report of a result is made of. Results in Python hold it, and make the page when they are asked for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use mukarrar::Result;
use mukarrar::describe::Description;
use mukarrar::document::DocId;
use mukarrar::input::Corpus;
use mukarrar::pipeline::{Clustering, Options, PairList, Summary};
use mukarrar::report::{HtmlReport, html_description};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::interruptible::interruptible;
use crate::run_output::written;

/// A result that can be made a page.
pub enum ReportedResult {
    /// A run with its corpus: the bytes of records in memory, and the places of those in files.
    Run(Box<ReportedRun>),
    /// The description of an input, and how the page names the input.
    Description(Box<Description>, String),
    /// A page that was made already.
    Page(Vec<u8>),
}

/// A run over a corpus.
pub struct ReportedRun {
    pub(crate) corpus: Corpus,
    pub(crate) options: Options,
    pub(crate) summary: Summary,
    pub(crate) found: FoundResult,
    /// The records that the run removed; `None` for a run that removes nothing.
    pub(crate) removed: Option<BTreeSet<DocId>>,
}

/// What a run found.
pub enum FoundResult {
    Clusters(Clustering),
    Pairs(PairList),
}

impl ReportedResult {
    /// The page as bytes of HTML in UTF-8, with at most `most` clusters or pairs.
    fn page(&self, most: usize) -> Result<Vec<u8>> {
        match self {
            Self::Run(run) => run.page(most),
            Self::Description(found, title) => written(|out| html_description(found, title, out)),
            Self::Page(page) => Ok(page.clone()),
        }
    }
}

impl ReportedRun {
    fn page(&self, most: usize) -> Result<Vec<u8>> {
        let mut report = HtmlReport::new(&self.corpus, &self.options, &self.summary).most_clusters(most);
        if let Some(removed) = &self.removed {
            report = report.removed(removed);
        }

        written(|out| match &self.found {
            FoundResult::Clusters(found) => report.clusters(found, out),
            FoundResult::Pairs(found) => report.pairs(found, out),
        })
    }
}

/// Makes the page of a result.
#[pyclass(name = "ReportSource", module = "mukarrar", frozen)]
pub struct ReportSource {
    found: Arc<ReportedResult>,
}

impl ReportSource {
    pub(crate) fn new(found: ReportedResult) -> Self {
        Self { found: Arc::new(found) }
    }
}

#[pymethods]
impl ReportSource {
    /// The report as a page of HTML in UTF-8, with at most `most` clusters or pairs.
    fn html<'py>(&self, py: Python<'py>, most: usize) -> PyResult<Bound<'py, PyBytes>> {
        let found = Arc::clone(&self.found);
        let page = interruptible(py, None, move |_| found.page(most))?;
        Ok(PyBytes::new(py, &page))
    }
}
