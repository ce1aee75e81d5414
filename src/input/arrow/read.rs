//! The rows of record batches as lines.

use std::io::{self, Read};

use arrow_array::RecordBatch;

use super::ArrowBatches;
use crate::input::parquet::columns::ParquetColumn;
use crate::input::parquet::{guard, rows};
use crate::input::read_meter::ReadMeter;
use crate::input::slices::tail;

/// About how many bytes of columns become lines at once.
const PIECE: usize = 1 << 20;

/// The rows of a file as lines.
pub(in crate::input) struct ArrowRows {
    batches: ArrowBatches,
    /// The columns that are read.
    columns: Vec<ParquetColumn>,
    meter: ReadMeter,
    /// Bytes of the file that are not counted yet.
    left: u64,
    /// The current batch, from the next row on.
    batch: Option<RecordBatch>,
    /// The number of batches that were taken.
    number: usize,
    /// The current lines, read up to `at`.
    lines: Vec<u8>,
    at: usize,
    ended: bool,
}

impl ArrowRows {
    pub(super) fn new(batches: ArrowBatches, columns: Vec<ParquetColumn>, meter: ReadMeter) -> Self {
        let left = batches.left();
        Self { batches, columns, meter, left, batch: None, number: 0, lines: Vec::new(), at: 0, ended: false }
    }

    /// Makes the next lines; there are none after the last batch.
    fn refill(&mut self) -> Result<(), String> {
        while self.at == self.lines.len() && !self.ended {
            let Some(batch) = self.batch.take() else {
                self.batch = self.batches.next()?;
                self.ended = self.batch.is_none();
                self.number += 1;
                let left = self.batches.left();
                self.meter.add(std::mem::replace(&mut self.left, left).saturating_sub(left));
                continue;
            };

            // A batch may have millions of rows.
            let bytes_a_row = batch.get_array_memory_size() / batch.num_rows().max(1);
            let rows = (PIECE / bytes_a_row.max(1)).max(1).min(batch.num_rows());
            (self.lines, self.at) = (self.lines_of(&batch.slice(0, rows))?, 0);
            let left = batch.num_rows() - rows;
            self.batch = (left > 0).then(|| batch.slice(rows, left));
        }
        Ok(())
    }

    fn lines_of(&self, batch: &RecordBatch) -> Result<Vec<u8>, String> {
        guard(|| rows::lines(batch, &self.columns).map_err(|error| error.to_string()))
    }
}

impl Read for ArrowRows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Err(what) = self.refill() {
            self.ended = true;
            let what = format!("record batch {}: {what}", self.number.max(1));
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }

        let ready = tail(&self.lines, self.at);
        let length = ready.len().min(buffer.len());
        buffer[..length].copy_from_slice(&ready[..length]);
        self.at += length;
        Ok(length)
    }
}
