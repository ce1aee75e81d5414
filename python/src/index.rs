//! The index for crawlers.

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use mukarrar::index::{Expiry, Item, Rank};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::errors::{attempt, closed, detached, parameter, raised};
use crate::index_access::{answered, export_to_file, import_from_file, json, recovery_dict};
use crate::index_settings::{builder, opening_builder};
use crate::interruptible::interruptible;
use crate::item::{CheckedText, ItemFields, KeyedText, moment};
use crate::options::whole;
use crate::verdict::{PyMatch, PyVerdict};

/// Texts seen so far, in memory (`PyIndex(...)`) or in a directory (`PyIndex.open(path, ...)`).
///
/// Keywords, all optional: `threshold` (.6), `recall` (.99), `profile` (`"standard"`), `language` (found in each text),
/// `boilerplate` (`"ignore"`), `boilerplate_rules` (a file), `shingle` (`"word:3"`), `facts` (`"guard"`), `seed` (1 in memory, random for a
/// new directory), `verify`
/// (`"exact"` or `"estimate"`), `window` (a `timedelta` or text such as `"7d"`), `stories` (False; True tells them, of texts in order of
/// time) with `idf` (a file, of which the index keeps a copy), `story_threshold`, `story_leader`, `story_window`, `story_span` and
/// `least_words` as of `dedup`, `num_hashes`, `bands`, `rows`. A keyword that is `None` counts as left out.
///
/// Safe to share between threads: of equal texts inserted at once exactly one is new.
///
/// >>> import mukarrar
/// >>> seen = mukarrar.Index(threshold=0.6)
/// >>> first = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة أمس"
/// >>> again = "اعلنت وزاره الصحة عن إفتتاح ثلاثة مراكز جديدة في المدينة أمس"
/// >>> seen.check_and_insert("https://a.example/1", first)
/// Verdict('new')
/// >>> verdict = seen.check_and_insert("https://b.example/7", again)
/// >>> verdict.kind, verdict.match.key, verdict.match.relation, verdict.match.jaccard
/// ('duplicate', 'https://a.example/1', 'exact', 1.0)
/// >>> len(seen), "https://b.example/7" in seen
/// (1, False)
#[pyclass(name = "Index", module = "mukarrar", frozen)]
pub struct PyIndex {
    pub(crate) index: RwLock<Option<mukarrar::Index>>,
    pub(crate) directory: Option<PathBuf>,
    /// The process that made it. Asked before any lock, which another thread may have held when this process was forked.
    pub(crate) process: u32,
}

#[pymethods]
impl PyIndex {
    #[new]
    #[pyo3(signature = (**settings))]
    fn new(py: Python<'_>, settings: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let builder = builder(py, "Index", settings, |_, _, _| Ok(false))?;
        attempt(py, || builder.build()).map(|index| Self::holding(index, None))
    }

    /// Opens the index in a directory, or makes it. A setting that differs from that of an existing index is an
    /// `IndexOpenError`, and so is a second writer.
    ///
    /// `read_only` opens it while another process may write it, any number of times, and sees each commit. `create=False` opens
    /// only an existing index. Further keywords: those of `PyIndex`, `commit_every` (texts, 1,000) and `cache_size` (bytes).
    ///
    /// As a context manager the index is committed and closed at the end, also after an exception.
    ///
    /// >>> import mukarrar, tempfile
    /// >>> directory = tempfile.TemporaryDirectory()
    /// >>> with mukarrar.Index.open(directory.name + "/seen") as seen:
    /// ...     seen.check_and_insert("1", "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة")
    /// Verdict('new')
    /// >>> with mukarrar.Index.open(directory.name + "/seen", read_only=True) as seen:
    /// ...     seen.check("أعلنت وزارة الصحة عن إفتتاح ثلاثة مراكز جديدة").match.key
    /// '1'
    #[staticmethod]
    #[pyo3(signature = (path, *, read_only = false, create = true, **settings))]
    fn open(
        py: Python<'_>,
        path: PathBuf,
        read_only: bool,
        create: bool,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let builder = opening_builder(py, settings)?;

        // The index opens files later, when the working directory of the program may be another.
        let path = std::path::absolute(&path).unwrap_or(path);

        // An interrupted opening closes the index again.
        let place = path.clone();
        let opened = interruptible(py, None, move |_| match (read_only, create) {
            (true, _) => builder.open_read_only(&place),
            (false, true) => builder.open(&place),
            (false, false) => builder.open_existing(&place),
        });

        opened.map(|index| Self::holding(index, Some(path)))
    }

    /// Checks whether `text` repeats a stored text. Stores nothing. With stories, the verdict has the `story` that it would join.
    ///
    /// `source` is whose text it is, `title` its title (for stories), `date` when it was published, `seen` when it was first seen (now, unless given), `kind` what
    /// unit it is (a document, unless given). Moments are `datetime`s, text or seconds since 1970.
    #[pyo3(signature = (text, **about), text_signature = "($self, text, *, source=None, title=None, date=None, seen=None, kind=None)")]
    fn check(&self, py: Python<'_>, text: &str, about: Option<&Bound<'_, PyDict>>) -> PyResult<PyVerdict> {
        let about = ItemFields::new("check", about)?;
        self.with(py, |index| index.foretell(about.of(text))).and_then(PyVerdict::told)
    }

    /// Stores `text` under `key`, whether it repeats another or not; an empty text is not stored. `KeyExistsError` if `key` is
    /// taken. Keywords as of `check`.
    #[pyo3(signature = (key, text, **about), text_signature = "($self, key, text, *, source=None, title=None, date=None, seen=None, kind=None)")]
    fn insert(&self, py: Python<'_>, key: &str, text: &str, about: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        let about = ItemFields::new("insert", about)?;
        self.with(py, |index| index.insert(key, about.of(text)))
    }

    /// Checks `text` and stores it under `key` if it is new or a variant, in one step. `KeyExistsError` if `key` is taken.
    /// Keywords as of `check`.
    #[pyo3(signature = (key, text, **about), text_signature = "($self, key, text, *, source=None, title=None, date=None, seen=None, kind=None)")]
    fn check_and_insert(
        &self,
        py: Python<'_>,
        key: &str,
        text: &str,
        about: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<PyVerdict> {
        let about = ItemFields::new("check_and_insert", about)?;
        self.with(py, |index| index.tell(key, about.of(text))).and_then(PyVerdict::told)
    }

    /// Stores `text` under `key` in place of the stored text, for a page that changed. Returns whether there was one. Keywords
    /// as of `check`.
    #[pyo3(signature = (key, text, **about), text_signature = "($self, key, text, *, source=None, title=None, date=None, seen=None, kind=None)")]
    fn replace(&self, py: Python<'_>, key: &str, text: &str, about: Option<&Bound<'_, PyDict>>) -> PyResult<bool> {
        let about = ItemFields::new("replace", about)?;
        self.with(py, |index| index.replace(key, about.of(text)))
    }

    /// `check` for many texts, on all cores. An item is a text, or `(text, about)` with a dict of the keywords of `check`.
    ///
    /// >>> import mukarrar
    /// >>> mukarrar.Index().check_all(["أعلنت الوزارة", ""])
    /// [Verdict('new'), Verdict('empty')]
    fn check_all(&self, py: Python<'_>, texts: &Bound<'_, PyAny>) -> PyResult<Vec<PyVerdict>> {
        let texts = CheckedText::all("check_all", texts)?;
        self.in_batches(py, texts, |index, texts| {
            let items: Vec<Item<'_>> = texts.iter().map(CheckedText::item).collect();
            index.foretell_all(&items)
        })?
        .into_iter()
        .map(|verdict| PyVerdict::told(verdict.map_err(|error| raised(py, &error))?))
        .collect()
    }

    /// `insert` for many items, prepared on all cores and stored in the order given. An item is `(key, text)`, or
    /// `(key, text, about)` with a dict of the keywords of `check`. The first error is raised when all are done; with `return_errors` the answer is a list of `None` and exceptions instead.
    #[pyo3(signature = (items, *, return_errors = false))]
    fn insert_all<'py>(
        &self,
        py: Python<'py>,
        items: &Bound<'py, PyAny>,
        return_errors: bool,
    ) -> PyResult<Bound<'py, PyList>> {
        let items = KeyedText::all("insert_all", items)?;
        let insert = |index: &mukarrar::Index, items: &[KeyedText]| {
            index.insert_all(&items.iter().map(KeyedText::item).collect::<Vec<_>>())
        };
        let answers = self.in_batches(py, items, insert)?;
        answered(py, answers, return_errors, |()| Ok(py.None()))
    }

    /// `check_and_insert` for many items, as `insert_all` takes them: prepared on all cores, decided in the order given, as if one
    /// by one. The first error is raised when all are done; with `return_errors` it is in the list instead of the verdict.
    ///
    /// >>> import mukarrar
    /// >>> text = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة"
    /// >>> mukarrar.Index().check_and_insert_all([("1", text), ("2", text)])
    /// [Verdict('new'), Verdict('duplicate', Match('1', jaccard=1.0, relation='exact'))]
    #[pyo3(signature = (items, *, return_errors = false))]
    fn check_and_insert_all<'py>(
        &self,
        py: Python<'py>,
        items: &Bound<'py, PyAny>,
        return_errors: bool,
    ) -> PyResult<Bound<'py, PyList>> {
        let items = KeyedText::all("check_and_insert_all", items)?;
        let ask = |index: &mukarrar::Index, items: &[KeyedText]| {
            index.tell_all(&items.iter().map(KeyedText::item).collect::<Vec<_>>())
        };
        let answers = self.in_batches(py, items, ask)?;
        answered(py, answers, return_errors, |told| Ok(Py::new(py, PyVerdict::told(told)?)?.into_any()))
    }

    /// The stories of an index that was made with `stories=True`: texts of one event, in words of their own, as dicts of `story` (the key
    /// of the first text), `size`, `outlets`, `first_seen`, `last_seen`, `spread`, `recurring_form`, `terms` and `documents`. `since` (a
    /// moment) leaves out those whose latest text is older.
    #[pyo3(signature = (*, since = None))]
    fn stories<'py>(&self, py: Python<'py>, since: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let since = since.map(|since| moment("since", since)).transpose()?;
        let stories = self.with(py, |index| index.stories(since))?;
        json(py, serde_json::to_string(&stories))
    }

    /// Up to `top` stored texts most like `text`, best first by `"jaccard"` or `"containment"`; those below the threshold have no
    /// relation. Keywords as of `check`.
    ///
    /// >>> import mukarrar
    /// >>> seen = mukarrar.Index()
    /// >>> seen.insert("1", "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة")
    /// >>> seen.query("أعلنت وزارة الصحة عن إفتتاح ثلاثة مراكز جديدة")
    /// [Match('1', jaccard=1.0, relation='exact')]
    #[pyo3(
        signature = (text, top = 10, by = "jaccard", **about),
        text_signature = "($self, text, top=10, by='jaccard', *, source=None, title=None, date=None, seen=None, kind=None)"
    )]
    fn query(
        &self,
        py: Python<'_>,
        text: &str,
        #[pyo3(from_py_with = top)] top: usize,
        by: &str,
        about: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Vec<PyMatch>> {
        let about = ItemFields::new("query", about)?;
        let rank = match by {
            "jaccard" => Rank::Jaccard,
            "containment" => Rank::Containment,
            other => return Err(parameter(py, "by", other, "jaccard or containment")),
        };

        let found = self.with(py, |index| index.query(about.of(text), top, rank))?;
        Ok(found.iter().map(PyMatch::new).collect())
    }

    /// Pickles the way to the index. What comes back is read-only, in any process, and sees each commit; this commits first. An
    /// index in memory or a closed one is a `TypeError`.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (PathBuf,))> {
        let (py, index) = (slf.py(), slf.get());
        let Some(directory) = &index.directory else {
            return Err(PyTypeError::new_err(
                "an index in memory cannot be pickled: other processes would have copies of it; make it in a directory, with \
                 Index.open",
            ));
        };

        if index.closed(py)? {
            return Err(PyTypeError::new_err("a closed index cannot be pickled"));
        }
        index.commit(py)?;
        Ok((slf.get_type().getattr("_reopened")?, (directory.clone(),)))
    }

    /// A read-only index, for `pickle`.
    #[staticmethod]
    fn _reopened(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let opened = attempt(py, || mukarrar::Index::builder().open_read_only(&path))?;
        Ok(Self::holding(opened, Some(path)))
    }

    /// Removes the text under `key`. Returns whether there was one.
    fn remove(&self, py: Python<'_>, key: &str) -> PyResult<bool> {
        self.with(py, |index| index.remove(key))
    }

    fn __contains__(&self, py: Python<'_>, key: &str) -> PyResult<bool> {
        self.with(py, |index| index.contains(key))
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |index| Ok(usize::try_from(index.len()).unwrap_or(usize::MAX)))
    }

    // Without this, an empty index would be false, because it has a length.
    fn __bool__(&self) -> bool {
        true
    }

    /// Writes all changes so far to disk.
    fn commit(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, mukarrar::Index::commit)
    }

    /// Commits and closes the index. Closing twice does nothing; any other use of a closed index is a `ClosedError`.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.require_own_process(py)?;
        attempt(py, || {
            let index = self.index.write().unwrap_or_else(PoisonError::into_inner).take();
            index.map_or(Ok(()), mukarrar::Index::close)
        })
    }

    /// Whether it is closed.
    #[getter]
    fn closed(&self, py: Python<'_>) -> PyResult<bool> {
        detached(py, || self.index.read().unwrap_or_else(PoisonError::into_inner).is_none())
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*exception))]
    fn __exit__(&self, py: Python<'_>, exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        let _ = exception;
        self.close(py)
    }

    /// Removes texts by age and returns their number: with `before` those first seen before that moment, without it those
    /// outside the window of the index.
    #[pyo3(signature = (*, before = None))]
    fn expire(&self, py: Python<'_>, before: Option<&Bound<'_, PyAny>>) -> PyResult<u64> {
        let expiry = match before {
            Some(before) => Expiry::SeenBefore(moment("before", before)?),
            None => Expiry::OutsideWindow,
        };
        self.upkeep(py, |index, goes_on| index.expire_while(expiry, goes_on))
    }

    /// Frees the space of removed texts. Returns a dict of `documents`, `bytes_before` and `bytes_after`.
    fn compact<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let compacted = self.upkeep(py, mukarrar::Index::compact_while)?;
        json(py, serde_json::to_string(&compacted))
    }

    /// The sizes of the index, as a dict.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let stats = self.with(py, mukarrar::Index::stats)?;
        json(py, serde_json::to_string(&stats))
    }

    /// What the index holds most of, as a dict: the `top` texts with the most copies (`repeated`), which `check_and_insert` found and did
    /// not store, and the `top` forms that most stored texts share (`hot`), with the totals of both. It reads all keys of the index.
    ///
    /// >>> import mukarrar
    /// >>> seen = mukarrar.Index()
    /// >>> text = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة"
    /// >>> _ = seen.check_and_insert_all([("1", text), ("2", text), ("3", text)])
    /// >>> [(text["key"], text["copies"]) for text in seen.top()["repeated"]]
    /// [('1', 2)]
    #[pyo3(signature = (top = 10))]
    fn top<'py>(&self, py: Python<'py>, #[pyo3(from_py_with = top)] top: usize) -> PyResult<Bound<'py, PyAny>> {
        let found = self.upkeep(py, |index, goes_on| index.top_while(top, goes_on))?;
        json(py, serde_json::to_string(&found))
    }

    /// The settings of the index, as a dict of text.
    #[getter]
    fn settings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let settings = self.with(py, |index| Ok(serde_json::to_string(index.settings())))?;
        json(py, settings)
    }

    /// What opening repaired if the index was not closed (a kill, a crash, a power failure), else `None`: a dict of `was_closed`,
    /// `commit` and `documents` (the state that was restored), `leftover_files`, `lost_commits` (`None` if unknown) and `message`.
    #[getter]
    fn recovery<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let found = self.with(py, |index| Ok(index.recovery().cloned()))?;
        found.map(|found| recovery_dict(py, &found)).transpose()
    }

    /// Stores every text of another index with the same settings. Returns a dict of `inserted`, `duplicates` and `keys_known`.
    fn merge<'py>(&self, py: Python<'py>, other: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let other = other.get();
        if std::ptr::eq(self, other) {
            return Err(parameter(py, "other", "the index itself", "another index"));
        }

        let merged = self.upkeep(py, |index, goes_on| {
            let other = other.index.read().unwrap_or_else(PoisonError::into_inner);
            other.as_ref().map(|other| index.merge_while(other, goes_on)).transpose()
        })?;
        json(py, serde_json::to_string(&merged.ok_or_else(|| closed(py))?))
    }

    /// Writes every text to a file of JSON Lines, after a line with the settings, and returns their number. The file replaces an
    /// existing one, appears only when complete, and cannot be inside the index.
    fn export_to(&self, py: Python<'_>, path: PathBuf) -> PyResult<u64> {
        self.upkeep(py, |index, goes_on| export_to_file(index, self.directory.as_deref(), &path, goes_on))
    }

    /// Stores every text of an exported file. Returns a dict of `inserted`, `duplicates` and `keys_known`.
    fn import_from<'py>(&self, py: Python<'py>, path: PathBuf) -> PyResult<Bound<'py, PyAny>> {
        let merged = self.upkeep(py, |index, goes_on| import_from_file(index, &path, goes_on))?;
        json(py, serde_json::to_string(&merged))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let length = detached(py, || {
            let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
            index.as_ref().map(mukarrar::Index::len)
        })?;
        Ok(length.map_or_else(|| "Index(closed)".to_owned(), |length| format!("Index({length} texts)")))
    }
}

fn top(value: &Bound<'_, PyAny>) -> PyResult<usize> {
    whole("top", value)
}
