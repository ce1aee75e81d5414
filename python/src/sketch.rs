//! Signatures of texts.

use std::sync::{Mutex, PoisonError};

use mukarrar::lsh::{Banding, BandingOverrides};
use mukarrar::normalize::{Language, Normalizer, Profile};
use mukarrar::page::{Boilerplate, Sieve};
use mukarrar::pipeline::Options;
use mukarrar::shingle::{ShingleKind, Shingler};
use mukarrar::sketch::{self, SketchParams};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple, PyType};

use crate::errors::{attempt, detached, raised};
use crate::options::{each, language, number, overrides, whole, word};

/// Makes the MinHash signature of a text from its folded shingles.
///
/// Keywords, all optional: `threshold` (.6) and `recall` (.99) decide bands and rows and so the length; `num_hashes`, `bands`
/// and `rows` set them by hand; `profile` (`"standard"`), `language` (found in each text), `boilerplate` (`"ignore"`),
/// `shingle` (`"word:3"`), `seed` (1). Signatures made with the same parameters by Rust, by the command line's index or
/// here are the same.
///
/// >>> import mukarrar
/// >>> hasher = mukarrar.MinHasher(threshold=0.6)
/// >>> hasher.num_hashes, hasher.bands, hasher.rows
/// (136, 34, 4)
/// >>> a = hasher.sketch("أعلنت الوزارة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة")
/// >>> b = hasher.sketch("اعلنت الوزاره امس عن إفتتاح ثلاثة مراكز صحيّة جديدة في المدينه")
/// >>> a.jaccard(b).value
/// 1.0
#[pyclass(name = "MinHasher", module = "mukarrar", frozen)]
pub struct PyMinHasher {
    banding: Banding,
    language: Option<Language>,
    boilerplate: Boilerplate,
    hasher: sketch::MinHasher,
    /// Buffers that no thread uses now.
    idle: Mutex<Vec<HashWorker>>,
}

struct HashWorker {
    sieve: Sieve,
    shingler: Shingler,
}

#[pymethods]
impl PyMinHasher {
    #[new]
    #[pyo3(signature = (**settings))]
    fn new(py: Python<'_>, settings: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let (mut threshold, mut recall) = (Options::DEFAULT_THRESHOLD, Options::DEFAULT_RECALL);
        let mut by_hand = BandingOverrides::default();
        let (mut profile, mut of, mut boilerplate) = (Profile::default(), None, Boilerplate::default());
        let (mut shingle, mut seed) = (ShingleKind::default(), Options::DEFAULT_SEED);

        each("MinHasher", settings, |name, value| {
            match name {
                "threshold" => threshold = number(name, value)?,
                "recall" => recall = number(name, value)?,
                "profile" => profile = word(value)?,
                "language" => of = language(value)?,
                "boilerplate" => boilerplate = word(value)?,
                "shingle" => shingle = word(value)?,
                "seed" => seed = whole(name, value)?,
                _ => return overrides(&mut by_hand, name, value),
            }
            Ok(true)
        })?;

        attempt(py, || {
            let banding = Banding::choose(threshold, recall, by_hand)?;
            let params = SketchParams::new(banding.num_hashes(), seed, shingle, profile)?;
            let hasher = sketch::MinHasher::new(params);
            Ok(Self { banding, language: of, boilerplate, hasher, idle: Mutex::default() })
        })
    }

    /// The signature of a text.
    ///
    /// >>> import mukarrar
    /// >>> hasher = mukarrar.MinHasher(num_hashes=16, language="ar")
    /// >>> len(hasher.sketch("قال الوزير إن الأمر انتهى"))
    /// 16
    fn sketch(&self, py: Python<'_>, text: &str) -> PyResult<PySignature> {
        detached(py, || self.with(|worker| PySignature(self.of(worker, text).0)))
    }

    /// The keys of a signature's bands, `bands` of them. Texts that share a key are candidates, which must still be verified.
    ///
    /// >>> import mukarrar
    /// >>> hasher = mukarrar.MinHasher()
    /// >>> len(hasher.band_keys(hasher.sketch("قال الوزير إن الأمر انتهى")))
    /// 34
    fn band_keys(&self, py: Python<'_>, signature: &PySignature) -> PyResult<Vec<u64>> {
        attempt(py, || {
            signature.0.params().check_compatible(self.hasher.params())?;

            let mut keys = Vec::with_capacity(self.banding.bands());
            self.banding.keys(signature.0.values(), &mut keys);
            Ok(keys)
        })
    }

    /// Length of a signature.
    #[getter]
    fn num_hashes(&self) -> usize {
        self.banding.num_hashes()
    }

    /// Number of bands.
    #[getter]
    fn bands(&self) -> usize {
        self.banding.bands()
    }

    /// Rows of a band.
    #[getter]
    fn rows(&self) -> usize {
        self.banding.rows()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let (py, this) = (slf.py(), slf.get());
        let settings = PyDict::new(py);
        let params = this.hasher.params();

        // Bands and rows are pickled instead of the threshold and recall that they came from, of which nothing else is left.
        settings.set_item("bands", this.banding.bands())?;
        settings.set_item("rows", this.banding.rows())?;
        settings.set_item("profile", params.profile().name())?;
        settings.set_item("language", this.language.map(Language::code))?;
        settings.set_item("boilerplate", this.boilerplate.name())?;
        settings.set_item("shingle", params.shingle().to_string())?;
        settings.set_item("seed", params.seed())?;

        let make = slf.get_type().getattr("_from_settings")?;
        Ok((make, PyTuple::new(py, [settings])?))
    }

    #[classmethod]
    fn _from_settings(class: &Bound<'_, PyType>, settings: &Bound<'_, PyDict>) -> PyResult<Self> {
        Self::new(class.py(), Some(settings))
    }

    fn __repr__(&self) -> String {
        let params = self.hasher.params();
        let (bands, rows) = (self.banding.bands(), self.banding.rows());
        format!("MinHasher(bands={bands}, rows={rows}, shingle='{}', seed={})", params.shingle(), params.seed())
    }
}

impl PyMinHasher {
    pub fn banding(&self) -> Banding {
        self.banding
    }

    /// Calls `work` with buffers, which are kept for the next call.
    pub fn with<T>(&self, work: impl FnOnce(&mut FoldBuffers) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let params = self.hasher.params();
        let mut worker = FoldBuffers(idle.unwrap_or_else(|| HashWorker {
            sieve: Sieve::new(self.boilerplate),
            shingler: Shingler::new(params.shingle(), params.seed()),
        }));

        // No lock is held meanwhile, so that threads work at the same time.
        let done = work(&mut worker);

        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker.0);
        done
    }

    /// The signature of a text, and whether the text has tokens.
    pub fn of(&self, buffers: &mut FoldBuffers, text: &str) -> (sketch::Signature, bool) {
        let HashWorker { sieve, shingler } = &mut buffers.0;
        let language = self.language.unwrap_or_else(|| Language::detect(text));
        let normalizer = Normalizer::new(self.hasher.params().profile(), language);

        let shingled = shingler.shingle_excerpt(&normalizer, sieve.sift(text));
        (self.hasher.sketch(shingled.hashes), shingled.tokens > 0)
    }
}

/// The buffers of one thread.
pub struct FoldBuffers(HashWorker);

/// A MinHash signature with its parameters.
///
/// `bytes(signature)` are the bytes that Rust stores; `PySignature.from_bytes` reads them. It can be pickled, compared and
/// hashed. `numpy.asarray(signature)` is a view of its values as `uint32`, without a copy.
///
/// >>> import mukarrar, numpy, pickle
/// >>> signature = mukarrar.MinHasher(num_hashes=8).sketch("قال الوزير إن الأمر انتهى")
/// >>> mukarrar.Signature.from_bytes(bytes(signature)) == signature == pickle.loads(pickle.dumps(signature))
/// True
/// >>> numpy.asarray(signature).dtype, len(signature)
/// (dtype('uint32'), 8)
/// >>> mukarrar.Signature.from_bytes(b"MKRS")
/// Traceback (most recent call last):
///     ...
/// mukarrar.CorruptError: stored signature cannot be read at byte 4: it ends inside the header
#[pyclass(name = "Signature", module = "mukarrar", frozen, eq)]
#[derive(PartialEq)]
pub struct PySignature(sketch::Signature);

#[pymethods]
impl PySignature {
    /// Reads the bytes of `bytes(signature)`.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        sketch::Signature::from_bytes(data).map(Self).map_err(|error| raised(py, &error))
    }

    /// The signature as bytes.
    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_bytes())
    }

    fn __bytes__<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.to_bytes(py)
    }

    /// The estimated Jaccard similarity with its standard error. `IncompatibleError` if the parameters differ.
    fn jaccard(&self, py: Python<'_>, other: &Self) -> PyResult<PyEstimate> {
        let estimate = self.0.jaccard(&other.0).map_err(|error| raised(py, &error))?;
        Ok(PyEstimate { value: estimate.value, standard_error: estimate.std_error })
    }

    /// The signature of the union of the two sets.
    fn merge(&self, py: Python<'_>, other: &Self) -> PyResult<Self> {
        self.0.merge(&other.0).map(Self).map_err(|error| raised(py, &error))
    }

    /// The values.
    #[getter]
    fn values(&self) -> Vec<u32> {
        self.0.values().to_vec()
    }

    /// Whether the text had no tokens.
    #[getter]
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The memory of the values, for NumPy. The view keeps this object alive, and the values never move or change.
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let interface = PyDict::new(py);
        let order = if cfg!(target_endian = "little") { "<u4" } else { ">u4" };

        interface.set_item("version", 3)?;
        interface.set_item("typestr", order)?;
        interface.set_item("shape", (self.0.values().len(),))?;
        interface.set_item("data", (self.0.values().as_ptr() as usize, true))?;

        Ok(interface)
    }

    fn __len__(&self) -> usize {
        self.0.values().len()
    }

    fn __hash__(&self) -> u64 {
        self.0.values().iter().fold(0, |hash, value| hash.rotate_left(5) ^ u64::from(*value))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((slf.get_type().getattr("from_bytes")?, (slf.get().to_bytes(slf.py()),)))
    }

    fn __repr__(&self) -> String {
        let params = self.0.params();
        format!("Signature({} values, shingle='{}', seed={})", params.num_hashes(), params.shingle(), params.seed())
    }
}

/// An estimate from 0 to 1: its `value` and its `standard_error`.
#[pyclass(name = "Estimate", module = "mukarrar", frozen, get_all, eq)]
#[derive(PartialEq)]
pub struct PyEstimate {
    value: f64,
    standard_error: f64,
}

#[pymethods]
impl PyEstimate {
    /// An estimate of these fields, for `pickle`.
    #[staticmethod]
    fn _of(value: f64, standard_error: f64) -> Self {
        Self { value, standard_error }
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (f64, f64))> {
        Ok((slf.get_type().getattr("_of")?, (slf.get().value, slf.get().standard_error)))
    }

    fn __repr__(&self) -> String {
        format!("Estimate({}, standard_error={})", self.value, self.standard_error)
    }

    fn __float__(&self) -> f64 {
        self.value
    }
}
