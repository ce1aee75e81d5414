//! Row groups decoded in parallel, their rows read in order.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};

use super::columns::ParquetColumn;
use super::source::ParquetSource;
use super::{batch_rows, guard, rows};
use crate::input::held::PlainFile;
use crate::input::read_meter::ReadMeter;
use crate::input::slices::tail;

/// The decoding of one file.
pub(super) struct ColumnDecoding {
    pub(super) file: Arc<PlainFile>,
    /// Bytes of the largest page that is read.
    pub(super) page: u64,
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) mask: ProjectionMask,
    /// The columns of `mask`.
    pub(super) columns: Vec<ParquetColumn>,
}

/// A message of a decoding thread.
enum RowMessage {
    /// Some rows as lines, and the bytes of the file that are stored for them and all columns of their rows.
    Lines(Vec<u8>, u64),
    /// The end of a row group.
    End,
    /// Why the rest cannot be decoded.
    Failed(String),
    /// The rest needs more memory; why.
    NoRoom(String),
}

/// The rows of a file as lines. Thread `n` of `t` decodes the groups `n`, `n + t`, …, and waits until its lines are
/// read.
pub(in crate::input) struct ParquetRows {
    threads: Vec<Receiver<RowMessage>>,
    groups: usize,
    /// The current group.
    group: usize,
    /// The current lines, read up to `at`.
    lines: Vec<u8>,
    at: usize,
    meter: ReadMeter,
}

impl ParquetRows {
    /// Starts the threads.
    pub(super) fn start(decoding: ColumnDecoding, groups: usize, threads: usize, meter: ReadMeter) -> Self {
        let decoding = Arc::new(decoding);
        let start = |thread| spawn(Arc::clone(&decoding), (thread..groups).step_by(threads));
        Self { threads: (0..threads).map(start).collect(), groups, group: 0, lines: Vec::new(), at: 0, meter }
    }

    /// Takes the next lines once the current ones are read; there are none after the last group.
    fn refill(&mut self) -> io::Result<()> {
        while self.at == self.lines.len() && self.group < self.groups {
            let thread = self.threads.get(self.group % self.threads.len().max(1));
            match thread.map(Receiver::recv) {
                Some(Ok(RowMessage::Lines(lines, stored))) => {
                    (self.lines, self.at) = (lines, 0);
                    self.meter.add(stored);
                }
                Some(Ok(RowMessage::End)) => self.group += 1,
                Some(Ok(RowMessage::Failed(what))) => {
                    let what = format!("row group {}: {what}", self.group + 1);
                    self.group = self.groups;
                    return Err(io::Error::new(io::ErrorKind::InvalidData, what));
                }
                Some(Ok(RowMessage::NoRoom(what))) => {
                    let what = format!("has in its row group {} {what}", self.group + 1);
                    self.group = self.groups;
                    return Err(io::Error::new(io::ErrorKind::OutOfMemory, what));
                }
                Some(Err(_)) | None => {
                    self.group = self.groups;
                    return Err(io::Error::other("the decoder is gone"));
                }
            }
        }
        Ok(())
    }
}

/// Starts a thread that decodes `groups`.
fn spawn(
    decoding: Arc<ColumnDecoding>,
    mut groups: impl Iterator<Item = usize> + Send + 'static,
) -> Receiver<RowMessage> {
    // One message at a time, so that no thread is far ahead of the reader.
    let (sender, receiver) = sync_channel(1);
    let again = sender.clone();

    let work = move || {
        // Ends early if the reader is gone, or the group is damaged.
        let _ = groups.all(|group| decoding.group(group, &sender));
    };
    if let Err(error) = std::thread::Builder::new().name("parquet".to_owned()).spawn(work) {
        // The channel is empty and has room for this message.
        let _ = again.try_send(RowMessage::Failed(error.to_string()));
    }
    receiver
}

impl Read for ParquetRows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.refill()?;

        let ready = tail(&self.lines, self.at);
        let length = ready.len().min(buffer.len());
        buffer[..length].copy_from_slice(&ready[..length]);
        self.at += length;
        Ok(length)
    }
}

impl ColumnDecoding {
    /// Sends the lines of a group; false if no further group is wanted.
    fn group(&self, group: usize, sender: &SyncSender<RowMessage>) -> bool {
        let source = ParquetSource::within(Arc::clone(&self.file), self.page);
        match guard(|| self.decode(group, &source, sender)) {
            Ok(true) => sender.send(RowMessage::End).is_ok(),
            Ok(false) => false,
            Err(what) => {
                let no_room = |bytes: u64| {
                    let most = self.page;
                    RowMessage::NoRoom(format!(
                        "a page of {bytes} bytes, and the limit of memory leaves {most} bytes for one"
                    ))
                };
                let _ = sender.send(source.refused().map_or_else(|| RowMessage::Failed(what), no_room));
                false
            }
        }
    }

    /// Decodes and sends a group; false if the reader is gone.
    fn decode(&self, group: usize, source: &ParquetSource, sender: &SyncSender<RowMessage>) -> Result<bool, String> {
        let told = |error: &dyn std::fmt::Display| error.to_string();
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(source.clone(), self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(self.mask.clone())
            .with_batch_size(batch_rows(&self.metadata, group, &self.mask));

        let metadata = self.metadata.metadata().row_group(group);
        let stored = metadata.compressed_size().max(0).unsigned_abs() / metadata.num_rows().max(1).unsigned_abs();

        let mut decoded = 0;
        for batch in builder.build().map_err(|error| told(&error))? {
            let batch = batch.map_err(|error| told(&error))?;
            decoded += batch.num_rows() as i64;
            let lines = rows::lines(&batch, &self.columns).map_err(|error| told(&error))?;
            let stored = stored.saturating_mul(batch.num_rows() as u64);
            if sender.send(RowMessage::Lines(lines, stored)).is_err() {
                return Ok(false);
            }
        }

        // Fewer rows than announced would shift the numbers of all later rows.
        let expected = self.metadata.metadata().row_group(group).num_rows();
        if decoded != expected {
            return Err(format!("{decoded} rows where {expected} are announced"));
        }
        Ok(true)
    }
}
