//! The messages of a stream, decoded one by one.

use std::io::{self, BufReader, Read};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::reader::StreamDecoder;
use arrow_ipc::{Message, root_as_message};
use arrow_schema::SchemaRef;

use super::ArrowForm;
use crate::input::held::{FromStart, PlainFile};
use crate::input::parquet::guard;

/// The first bytes of a message.
const MARK: [u8; 4] = [0xFF; 4];

/// Bytes before the first message of a file.
const FILE_HEAD: u64 = 8;

/// The largest column of a batch in decompressed form. The decoder reserves what a batch announces.
const LARGEST: i64 = 1 << 32;

/// The mark of the end of a stream.
const END: [u8; 8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

/// The record batches of a file, in order.
pub(super) struct ArrowBatches {
    pub(super) schema: SchemaRef,
    source: DecodedMessages,
    /// A batch that was decoded with the schema.
    first: Option<RecordBatch>,
}

/// The form of a file, by the mark of the form with a footer.
pub(super) fn form_of(file: &PlainFile) -> ArrowForm {
    let mut mark = [0; 6];
    let is_file = file.length >= 6 && file.read(0, &mut mark).is_ok() && mark == *b"ARROW1";
    if is_file { ArrowForm::File } else { ArrowForm::Stream }
}

impl ArrowBatches {
    /// Begins to read a file, and reads its schema.
    pub(super) fn open(file: &Arc<PlainFile>, form: ArrowForm) -> Result<Self, String> {
        let start = if form == ArrowForm::File { FILE_HEAD } else { 0 };
        let source = BufReader::new(FromStart { file: Arc::clone(file), at: start });
        let left = file.length.saturating_sub(start);
        let messages = Messages { source, form, left, begun: false };
        let mut source = DecodedMessages {
            messages,
            decoder: StreamDecoder::new(),
            rest: Buffer::from_vec(Vec::<u8>::new()),
            ended: false,
        };

        // The schema is decoded once the next message begins.
        let first = source.next()?;
        let schema = source.decoder.schema().ok_or("it has no schema")?;
        Ok(Self { schema, source, first })
    }

    /// Bytes of the file that were not read.
    pub(super) fn left(&self) -> u64 {
        self.source.messages.left
    }

    /// The next batch; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<RecordBatch>, String> {
        match self.first.take() {
            Some(batch) => Ok(Some(batch)),
            None => self.source.next(),
        }
    }
}

/// The batches of a stream of messages.
struct DecodedMessages {
    messages: Messages,
    decoder: StreamDecoder,
    /// What the decoder has not taken yet of the last message.
    rest: Buffer,
    ended: bool,
}

impl DecodedMessages {
    fn next(&mut self) -> Result<Option<RecordBatch>, String> {
        loop {
            let Self { decoder, rest, .. } = self;
            let batch = guard(|| decoder.decode(rest).map_err(|error| error.to_string()))?;
            if batch.is_some() || self.ended {
                return Ok(batch);
            }

            // A message without a body is decoded once another one begins, so the end is always marked.
            self.rest = match self.messages.next()? {
                Some(message) => message,
                None => {
                    self.ended = true;
                    Buffer::from_vec(END.to_vec())
                }
            };
        }
    }
}

/// The messages of a stream, whole.
struct Messages {
    source: BufReader<FromStart>,
    form: ArrowForm,
    /// Bytes up to the end of the file.
    left: u64,
    /// Whether a message was read.
    begun: bool,
}

impl Messages {
    /// The next message; `None` at the end of the stream.
    fn next(&mut self) -> Result<Option<Buffer>, String> {
        // A stream may end without a mark of its end.
        if self.left == 0 {
            return Ok(None);
        }

        let mut message = Vec::new();
        self.take(8, &mut message)?;
        // Some writers fill the mark of a file up to 64 bytes.
        while self.form == ArrowForm::File && !self.begun && message == [0; 8] && self.left >= 8 {
            message.clear();
            self.take(8, &mut message)?;
        }
        self.begun = true;
        let Some((mark, length)) = message.split_first_chunk::<4>() else { return Err(cut_off()) };
        if *mark != MARK {
            // The footer follows, if the end of the stream is not marked.
            return if self.form == ArrowForm::File { Ok(None) } else { Err("no message begins here".to_owned()) };
        }
        let length = length.try_into().map_or(0, u32::from_le_bytes);
        if length == 0 {
            return Ok(None);
        }

        self.take(u64::from(length), &mut message)?;
        let head = root_as_message(message.get(8..).unwrap_or(&[])).map_err(|error| error.to_string())?;
        let body = u64::try_from(head.bodyLength()).map_err(|_| "the length of a message is negative".to_owned())?;
        let buffers = compressed_buffers(&head);

        let start = message.len();
        self.take(body, &mut message)?;
        check_sizes(&buffers, message.get(start..).unwrap_or(&[]))?;
        Ok(Some(Buffer::from_vec(message)))
    }

    /// Appends the next `length` bytes.
    fn take(&mut self, length: u64, message: &mut Vec<u8>) -> Result<(), String> {
        // A length is checked before memory is reserved for it.
        self.left = self.left.checked_sub(length).ok_or_else(cut_off)?;
        message.reserve_exact(length as usize);
        let taken =
            (&mut self.source).take(length).read_to_end(message).map_err(|error: io::Error| error.to_string())?;
        if (taken as u64) < length { Err(cut_off()) } else { Ok(()) }
    }
}

fn cut_off() -> String {
    "it is cut off here".to_owned()
}

/// The places of the compressed buffers of a message, in its body.
fn compressed_buffers(message: &Message<'_>) -> Vec<(i64, i64)> {
    let batch = message
        .header_as_record_batch()
        .or_else(|| message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data()));
    let Some(batch) = batch.filter(|batch| batch.compression().is_some()) else { return Vec::new() };
    let buffers = batch.buffers().map(|buffers| buffers.iter().map(|buffer| (buffer.offset(), buffer.length())));
    buffers.map_or_else(Vec::new, Iterator::collect)
}

/// Refuses buffers that announce more bytes than any column has: each begins with its decompressed size.
fn check_sizes(buffers: &[(i64, i64)], body: &[u8]) -> Result<(), String> {
    let size = |offset: i64| -> Option<i64> {
        let start = usize::try_from(offset).ok()?;
        Some(i64::from_le_bytes(body.get(start..start.checked_add(8)?)?.try_into().ok()?))
    };
    match buffers.iter().filter(|(_, length)| *length >= 8).filter_map(|(offset, _)| size(*offset)).max() {
        Some(size) if size > LARGEST => Err(format!("a column of {size} bytes in one batch")),
        _ => Ok(()),
    }
}
