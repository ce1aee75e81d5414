//! Arrow batches and tables from Python and back.

use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::arrow::{ArrowBatch, imported_batch, refused};
use crate::errors::attached;

/// What a function of batches is given, and gives back in the same kind.
pub enum ArrowInput {
    /// A record batch.
    Batch(RecordBatch),
    /// The batches of a table or stream, at least one.
    Table(SchemaRef, Vec<RecordBatch>),
}

impl ArrowInput {
    /// Takes a record batch, or all batches of a table or stream, from a Python object.
    ///
    /// # Errors
    ///
    /// `TypeError` if the object has no Arrow C interface, or what it gives cannot be read.
    pub fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if object.hasattr("__arrow_c_array__")? {
            return imported_batch(object).map(Self::Batch);
        }
        let Ok(export) = object.getattr("__arrow_c_stream__") else {
            let name = object.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "{name} has neither __arrow_c_array__ nor __arrow_c_stream__; give a record batch, a table or a reader"
            )));
        };

        let capsule: Bound<'_, PyCapsule> = export.call0()?.extract()?;
        let stream = capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<FFI_ArrowArrayStream>();
        let read = attached(object.py(), || {
            let reader = taken(stream)?;
            let schema = reader.schema();
            reader.collect::<Result<Vec<_>, _>>().map(|batches| (schema, batches))
        })?;
        let (schema, mut batches) = read.map_err(|error| refused(&error))?;
        if batches.is_empty() {
            batches.push(RecordBatch::new_empty(Arc::clone(&schema)));
        }
        Ok(Self::Table(schema, batches))
    }

    /// The schema of all batches.
    pub fn schema(&self) -> SchemaRef {
        match self {
            Self::Batch(batch) => batch.schema(),
            Self::Table(schema, _) => Arc::clone(schema),
        }
    }

    /// Replaces each batch by the result of `work`, in the kind that was given.
    ///
    /// # Errors
    ///
    /// Those of `work`.
    pub fn map(self, py: Python<'_>, work: impl Fn(RecordBatch) -> PyResult<RecordBatch>) -> PyResult<Py<PyAny>> {
        match self {
            Self::Batch(batch) => Ok(Py::new(py, ArrowBatch::new(work(batch)?))?.into_any()),
            Self::Table(_, batches) => {
                let mut made = Vec::with_capacity(batches.len());
                for batch in batches {
                    py.check_signals()?;
                    made.push(work(batch)?);
                }
                Ok(Py::new(py, ArrowTable(made))?.into_any())
            }
        }
    }
}

#[allow(unsafe_code, reason = "the C interface is pointers")]
fn taken(stream: NonNull<FFI_ArrowArrayStream>) -> Result<RecordBatchStreamReader, ArrowError> {
    // SAFETY: the name of the capsule says what it points to, and it lives while this runs. `from_raw` moves the stream out and
    // leaves one that is marked as released, as the interface asks. That the producer's buffers are what its schema says is the
    // producer's word; of the texts, which are read, offsets and UTF-8 are checked in `TextColumn::new`.
    unsafe {
        if stream.as_ref().release().is_none() {
            return Err(ArrowError::CDataInterface("it was taken before".to_owned()));
        }
        RecordBatchStreamReader::from_raw(stream.as_ptr())
    }
}

/// A table: batches of one schema. `pyarrow.table(table)`, `polars.DataFrame(table)` and others take it without a copy.
#[pyclass(module = "mukarrar", frozen)]
pub struct ArrowTable(Vec<RecordBatch>);

impl ArrowTable {
    fn schema(&self) -> PyResult<SchemaRef> {
        let first = self.0.first().ok_or_else(|| PyTypeError::new_err("a table without batches has no schema"))?;
        Ok(first.schema())
    }
}

#[pymethods]
impl ArrowTable {
    /// The Arrow C stream interface: all batches.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The protocol allows to ignore the request; the types never differ here.
        let _ = requested_schema;
        let batches = RecordBatchIterator::new(self.0.clone().into_iter().map(Ok), self.schema()?);
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), c"arrow_array_stream")
    }

    /// The Arrow C interface: the schema alone.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema()?.as_ref()).map_err(|error| refused(&error))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    fn __len__(&self) -> usize {
        self.0.iter().map(RecordBatch::num_rows).sum()
    }

    fn __repr__(&self) -> PyResult<String> {
        let schema = self.schema()?;
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        Ok(format!("ArrowTable({} rows: {})", self.__len__(), names.join(", ")))
    }
}
