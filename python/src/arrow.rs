//! Signatures of Arrow record batches, exchanged through the Arrow C data interface and its PyCapsules
//! (<https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>). No column is copied, and the Python side
//! needs no Arrow package.

use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::{
    Array, ArrayRef, FixedSizeListArray, Int32Array, Int64Array, LargeStringArray, ListArray, RecordBatch, StringArray,
    StringViewArray, StructArray, UInt32Array, UInt64Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use mukarrar::lsh::Banding;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

use rayon::prelude::*;

use crate::arrow_table::ArrowInput;
use crate::errors::{attached, detached, parameter};
use crate::sketch::PyMinHasher;
use crate::threads::on_threads;

/// Computes the signatures and band keys of a record batch, a table or a reader, on all cores. The result has the unchanged column
/// of ids, `signature` and `band_keys`.
///
/// `batch` is any object with `__arrow_c_array__`, such as a `pyarrow.RecordBatch`, or with `__arrow_c_stream__`, such as a
/// `pyarrow.Table`. So is the result: `pyarrow.record_batch(result)` or `pyarrow.table(result)` takes it without a copy. `id` and `text` name its columns; texts are any kind of Arrow string. A
/// null text has neither signature nor keys, a text without tokens a signature but no keys, so that no join on keys pairs it.
///
/// `layout` is `"fixed"` for lists of fixed size of `uint32` and `uint64`, or `"list"` for plain lists of `int32` and `int64` that
/// hold the same bits, for engines without unsigned numbers, such as Spark.
///
/// >>> import mukarrar, pyarrow
/// >>> batch = pyarrow.record_batch({"id": ["a", "b"], "text": ["قال الوزير إن الأمر انتهى", None]})
/// >>> made = pyarrow.record_batch(mukarrar.sketch_batch(batch, mukarrar.MinHasher(num_hashes=12, rows=3)))
/// >>> made.schema.field("band_keys").type
/// FixedSizeListType(fixed_size_list<item: uint64 not null>[4])
/// >>> made["id"].to_pylist(), made["signature"].null_count
/// (['a', 'b'], 1)
#[pyfunction]
#[pyo3(signature = (batch, hasher, *, id = "id", text = "text", layout = "fixed"))]
pub fn sketch_batch(
    py: Python<'_>,
    batch: &Bound<'_, PyAny>,
    hasher: &Bound<'_, PyMinHasher>,
    id: &str,
    text: &str,
    layout: &str,
) -> PyResult<Py<PyAny>> {
    let layout = match layout {
        "fixed" => ColumnLayout::Fixed,
        "list" => ColumnLayout::List,
        other => return Err(parameter(py, "layout", other, "fixed or list")),
    };
    let input = ArrowInput::of(batch)?;
    let (id, place) = (place_of(py, &input.schema(), "id", id)?, place_of(py, &input.schema(), "text", text)?);
    let hasher = hasher.get();
    let most = layout.most_rows(hasher.banding());

    input.map(py, |batch| {
        let texts = TextColumn::named(py, &batch, place, "text")?;
        if batch.num_rows() > most {
            let expected = format!("at most {most} in lists of this length; cut it");
            return Err(parameter(py, "batch", &format!("{} rows", batch.num_rows()), &expected));
        }

        let (field, ids) = (batch.schema().field(id).clone(), Arc::clone(batch.column(id)));
        let texts: Vec<Option<&str>> = texts.each().collect();
        let mut sketches = Vec::with_capacity(texts.len());
        for texts in texts.chunks(AT_ONCE) {
            sketches.extend(on_threads(py, || sketched(texts, hasher))?);
            py.check_signals()?;
        }
        let made = detached(py, || columns(field, ids, sketches, hasher, layout))?;
        made.map_err(|error| refused(&error))
    })
}

/// The place of the column that the keyword `name` names.
///
/// # Errors
///
/// `ParameterError` lists the columns.
pub fn place_of(py: Python<'_>, schema: &Schema, name: &'static str, column: &str) -> PyResult<usize> {
    let names = schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(", ");
    let expected = format!("the name of a column, one of {names}");
    schema.index_of(column).map_err(|_| parameter(py, name, column, &expected))
}

/// The layout of the columns of lists.
#[derive(Debug, Clone, Copy)]
enum ColumnLayout {
    Fixed,
    List,
}

impl ColumnLayout {
    /// Largest number of rows in a batch: the offsets of plain lists have 32 bits.
    fn most_rows(self, banding: Banding) -> usize {
        match self {
            Self::Fixed => usize::MAX,
            Self::List => i32::MAX as usize / banding.num_hashes().max(banding.bands()),
        }
    }
}

/// A record batch. `pyarrow.record_batch(batch)`, `polars.from_arrow` and others take it without a copy.
#[pyclass(module = "mukarrar", frozen)]
pub struct ArrowBatch(RecordBatch);

impl ArrowBatch {
    /// Wraps a record batch.
    pub fn new(batch: RecordBatch) -> Self {
        Self(batch)
    }
}

#[pymethods]
impl ArrowBatch {
    /// The Arrow C interface: the schema and the columns.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        // The protocol allows to ignore the request; the types never differ here.
        let _ = requested_schema;
        let columns = StructArray::from(self.0.clone()).into_data();
        let (array, schema) = to_ffi(&columns).map_err(|error| refused(&error))?;

        let schema = PyCapsule::new_with_value(py, schema, c"arrow_schema")?;
        let array = PyCapsule::new_with_value(py, array, c"arrow_array")?;
        PyTuple::new(py, [schema, array])
    }

    /// The Arrow C interface: the schema alone.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.0.schema_ref().as_ref()).map_err(|error| refused(&error))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    fn __len__(&self) -> usize {
        self.0.num_rows()
    }

    fn __repr__(&self) -> String {
        let columns = self.0.schema();
        let names: Vec<&str> = columns.fields().iter().map(|field| field.name().as_str()).collect();
        format!("ArrowBatch({} rows: {})", self.0.num_rows(), names.join(", "))
    }
}

/// Takes a record batch from a Python object with `__arrow_c_array__`.
///
/// # Errors
///
/// `TypeError` if the object is not a record batch, or cannot be read.
pub fn imported_batch(batch: &Bound<'_, PyAny>) -> PyResult<RecordBatch> {
    let export = batch.call_method0("__arrow_c_array__")?;
    let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = export.extract()?;
    let schema = schema.pointer_checked(Some(c"arrow_schema"))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(c"arrow_array"))?.cast::<FFI_ArrowArray>();
    let data = attached(batch.py(), || taken(schema, array))?.map_err(|error| refused(&error))?;

    // A batch is exported as a column of structs without nulls.
    if !matches!(data.data_type(), DataType::Struct(_)) {
        return Err(PyTypeError::new_err("a single column was given; give a record batch"));
    }
    if data.null_count() > 0 {
        return Err(PyTypeError::new_err("a column of structs with nulls was given; give a record batch"));
    }

    Ok(RecordBatch::from(StructArray::from(data)))
}

#[allow(unsafe_code, reason = "the C interface is pointers")]
fn taken(
    schema: NonNull<FFI_ArrowSchema>,
    array: NonNull<FFI_ArrowArray>,
) -> Result<arrow_data::ArrayData, ArrowError> {
    // SAFETY: the capsules' names say what they point to, and both live while this runs; neither is read once it was released.
    // `from_raw` moves the array out
    // and leaves one that is marked as released, as the interface asks; the schema is only read, and released by its capsule.
    // That the producer's buffers are what its schema says is the producer's word, as with every user of the interface; of
    // the texts, which are read, the offsets and the UTF-8 are checked in `TextColumn::new`.
    unsafe {
        if array.as_ref().is_released() {
            return Err(ArrowError::CDataInterface("it was taken before".to_owned()));
        }
        if schema.as_ref().release().is_none() {
            return Err(ArrowError::CDataInterface("its schema was taken before".to_owned()));
        }
        from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref())
    }
}

/// The exception for a batch that Arrow does not accept.
pub fn refused(error: &ArrowError) -> PyErr {
    PyTypeError::new_err(format!("the batch cannot be read: {error}; give a record batch of plain columns"))
}

/// A column of texts.
pub enum TextColumn {
    Small(StringArray),
    Large(LargeStringArray),
    View(StringViewArray),
}

impl TextColumn {
    /// The column at `place`, which the keyword `name` names.
    ///
    /// # Errors
    ///
    /// `ParameterError` if it is none of sound strings.
    pub fn named(py: Python<'_>, batch: &RecordBatch, place: usize, name: &'static str) -> PyResult<Self> {
        let wrong = |what: String| parameter(py, name, batch.schema().field(place).name(), &what);
        Self::new(batch.column(place)).map_err(wrong)
    }

    fn new(column: &ArrayRef) -> Result<Self, String> {
        let data = column.to_data();
        let string = matches!(data.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
        if !string {
            return Err(format!("a column of strings; this one holds {}", data.data_type()));
        }

        // The producer is foreign code: offsets and UTF-8 are checked before any text is read.
        data.validate_full().map_err(|error| format!("a column of sound strings: {error}"))?;

        Ok(match data.data_type() {
            DataType::LargeUtf8 => Self::Large(data.into()),
            DataType::Utf8View => Self::View(data.into()),
            _ => Self::Small(data.into()),
        })
    }

    /// Each text; `None` for a null.
    pub fn each(&self) -> Box<dyn Iterator<Item = Option<&str>> + '_> {
        match self {
            Self::Small(texts) => Box::new(texts.iter()),
            Self::Large(texts) => Box::new(texts.iter()),
            Self::View(texts) => Box::new(texts.iter()),
        }
    }
}

/// Number of texts that one thread sketches at a time.
const CHUNK: usize = 64;

/// Number of texts between two looks for signals.
const AT_ONCE: usize = 4096;

/// The signature of a text, and whether it has tokens; `None` for a null.
type MadeSketch = Option<(mukarrar::sketch::Signature, bool)>;

/// Computes the signatures of texts, on the threads of the pool around this call.
fn sketched(texts: &[Option<&str>], hasher: &PyMinHasher) -> Vec<MadeSketch> {
    // In chunks, so that each borrows its buffers once.
    let sketch = |texts: &[Option<&str>]| {
        hasher.with(|buffers| texts.iter().map(|text| text.map(|text| hasher.of(buffers, text))).collect::<Vec<_>>())
    };
    texts.par_chunks(CHUNK).flat_map_iter(sketch).collect()
}

/// Makes the columns of signatures and band keys.
fn columns(
    field: Field,
    ids: ArrayRef,
    sketches: Vec<MadeSketch>,
    hasher: &PyMinHasher,
    layout: ColumnLayout,
) -> Result<RecordBatch, ArrowError> {
    let banding = hasher.banding();
    let (length, bands) = (banding.num_hashes(), banding.bands());
    let rows = ids.len();

    // A row without a signature or keys has zeros there, because lists of fixed size need their numbers also where they are null.
    let (mut values, mut keys) = (Vec::with_capacity(rows * length), Vec::with_capacity(rows * bands));
    let (mut signed, mut keyed) = (Vec::with_capacity(rows), Vec::with_capacity(rows));

    for made in sketches {
        signed.push(made.is_some());
        keyed.push(matches!(made, Some((_, true))));

        match made {
            Some((signature, has_tokens)) => {
                values.extend_from_slice(signature.values());
                if has_tokens {
                    banding.keys(signature.values(), &mut keys);
                }
            }
            None => values.resize(values.len() + length, 0),
        }

        keys.resize(keyed.len() * bands, 0);
    }

    let (signatures, keys): (ArrayRef, ArrayRef) = match layout {
        ColumnLayout::Fixed => (Arc::new(UInt32Array::from(values)), Arc::new(UInt64Array::from(keys))),
        // Reuses the memory: the same bits as signed numbers.
        ColumnLayout::List => {
            let (values, keys) = (ScalarBuffer::<u32>::from(values), ScalarBuffer::<u64>::from(keys));
            let values = Int32Array::new(ScalarBuffer::from(values.into_inner()), None);
            (Arc::new(values), Arc::new(Int64Array::new(ScalarBuffer::from(keys.into_inner()), None)))
        }
    };

    let signatures = lists(signatures, length, signed, layout)?;
    let keys = lists(keys, bands, keyed, layout)?;

    let column = |name: &str, array: &ArrayRef| Field::new(name, array.data_type().clone(), true);
    let fields = vec![field, column("signature", &signatures), column("band_keys", &keys)];
    RecordBatch::try_new(Arc::new(Schema::new(fields)), vec![ids, signatures, keys])
}

/// Makes lists of `length` numbers each. A list is null if its entry in `there` is false.
fn lists(numbers: ArrayRef, length: usize, there: Vec<bool>, layout: ColumnLayout) -> Result<ArrayRef, ArrowError> {
    let item = Arc::new(Field::new("item", numbers.data_type().clone(), false));
    let nulls = Some(NullBuffer::from(there)).filter(|nulls| nulls.null_count() > 0);

    Ok(match layout {
        ColumnLayout::Fixed => {
            let length = i32::try_from(length).map_err(|error| ArrowError::InvalidArgumentError(error.to_string()))?;
            Arc::new(FixedSizeListArray::try_new(item, length, numbers, nulls)?)
        }
        ColumnLayout::List => {
            let rows = numbers.len() / length;
            let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(length, rows));
            Arc::new(ListArray::try_new(item, offsets, numbers, nulls)?)
        }
    })
}
