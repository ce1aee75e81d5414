//! The texts of a batch that do not fit in memory: in a temporary file, those in use in memory.
//!
//! The batch is then one component, which is never split. A keeper is compared with one text after the other, and those of its
//! bucket come again for the next keeper. A text that leaves the memory is chosen at random: of texts that come again in one
//! order, the oldest is the one that is needed next. What is in memory changes no result.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::HashMap;

use super::refolder::HeadedFolding;
use super::verified_texts::VerifiedText;
use crate::document::Date;
use crate::error::{Error, Result};
use crate::lsh::Node;
use crate::shingle::ShingleSet;
use crate::similarity::headings::{RecordHeading, RecordPlace};
use crate::similarity::links::TextLink;
use crate::spill::{ByteDecoder, ByteEncoder, SpillDir, SpillFile};

/// Texts in a temporary file, by place in the batch.
pub(super) struct SpilledTexts {
    file: SpillFile,
    extents: Vec<TextExtent>,
    /// Bytes that a text takes in memory for its number of tokens, with all that is derived from it.
    held: fn(usize) -> u64,
    /// Bytes for texts in memory, and as many for passes over a component.
    room: u64,
    loaded: Mutex<LoadedTexts>,
    /// The first failure.
    failure: Mutex<Option<Error>>,
}

/// Where a text is in the file.
#[derive(Debug, Clone, Copy, Default)]
struct TextExtent {
    offset: u64,
    bytes: u64,
    shingles: u32,
    tokens: u32,
    named_source: Option<u64>,
}

impl SpilledTexts {
    /// Bytes for a text that stay in memory: its extent, and its place among the loaded ones.
    pub(super) const BYTES_PER_TEXT: u64 = 80;

    /// No texts yet, of `texts`. Texts in memory, and passes over a component, may take half of `memory` each; a text takes the
    /// bytes that `held` gives for its tokens.
    ///
    /// # Errors
    ///
    /// A temporary file cannot be created in `spill_dir`.
    pub(super) fn new(spill_dir: &SpillDir, texts: usize, memory: u64, held: fn(usize) -> u64) -> Result<Self> {
        let file = spill_dir.file("texts")?;
        let (extents, room) = (vec![TextExtent::default(); texts], memory / 2);
        Ok(Self { file, extents, held, room, loaded: Mutex::default(), failure: Mutex::default() })
    }

    /// Adds the text of a node.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn add(&mut self, node: Node, text: &VerifiedText) -> Result<()> {
        let bytes = encode(text);
        let offset = self.file.append(&bytes)?;
        let (shingles, tokens) = (text.set.len() as u32, text.tokens() as u32);
        let named_source = text.named_source();
        self.extents[node as usize] = TextExtent { offset, bytes: bytes.len() as u64, shingles, tokens, named_source };
        Ok(())
    }

    /// Ends adding: only then texts can be read.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.file.flush()
    }

    /// The text of a node, which stays in memory while there is room.
    pub(super) fn of(&self, node: Node) -> Arc<VerifiedText> {
        if let Some(text) = self.loaded().get(node) {
            return text;
        }

        // Read without the lock, so several threads may read one text; all use the one that is first in memory.
        let text = Arc::new(self.read(node));
        let bytes = (self.held)(self.tokens(node));
        self.loaded().insert(node, text, bytes, self.room)
    }

    /// The text of a node, which is not kept in memory.
    pub(super) fn once(&self, node: Node) -> Arc<VerifiedText> {
        match self.loaded().get(node) {
            Some(text) => text,
            None => Arc::new(self.read(node)),
        }
    }

    /// Number of shingles of a node.
    pub(super) fn shingles(&self, node: Node) -> usize {
        self.extents[node as usize].shingles as usize
    }

    /// Number of tokens of a node.
    pub(super) fn tokens(&self, node: Node) -> usize {
        self.extents[node as usize].tokens as usize
    }

    /// The key of the source that the record of a node names, if it names one.
    pub(super) fn named_source(&self, node: Node) -> Option<u64> {
        self.extents[node as usize].named_source
    }

    /// Bytes for passes over the texts of a component.
    pub(super) fn room(&self) -> u64 {
        self.room
    }

    /// Whether every text could be read.
    ///
    /// # Errors
    ///
    /// The first failure.
    pub(super) fn check(&self) -> Result<()> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
    }

    /// Reads a text. Verification returns no errors, so a failure is noted for [`check`](Self::check), and the text is empty.
    fn read(&self, node: Node) -> VerifiedText {
        self.try_read(node).unwrap_or_else(|error| {
            self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            VerifiedText::default()
        })
    }

    fn try_read(&self, node: Node) -> Result<VerifiedText> {
        let extent = self.extents[node as usize];
        let mut bytes = vec![0; extent.bytes as usize];
        self.file.read(extent.offset, &mut bytes)?;
        decode(&bytes).ok_or_else(|| Error::internal(format!("the spilled text of node {node} is damaged")))
    }

    /// The texts in memory. They are valid after a panic of another thread, since no change leaves them half done.
    fn loaded(&self) -> MutexGuard<'_, LoadedTexts> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The texts in memory.
#[derive(Debug, Default)]
struct LoadedTexts {
    texts: Vec<LoadedText>,
    /// The place of each node in `texts`. Used for look-ups only.
    places: HashMap<Node, u32>,
    bytes: u64,
    /// Number of texts that had to leave.
    left: u64,
}

#[derive(Debug)]
struct LoadedText {
    node: Node,
    bytes: u64,
    text: Arc<VerifiedText>,
}

impl LoadedTexts {
    fn get(&self, node: Node) -> Option<Arc<VerifiedText>> {
        self.places.get(&node).map(|place| Arc::clone(&self.texts[*place as usize].text))
    }

    /// Keeps a text of `bytes` bytes in memory; others leave until all fit in `room`. Returns the text that is kept: an equal
    /// one if another thread was first.
    fn insert(&mut self, node: Node, text: Arc<VerifiedText>, bytes: u64, room: u64) -> Arc<VerifiedText> {
        if let Some(text) = self.get(node) {
            return text;
        }
        // Too large to stay.
        if bytes > room {
            return text;
        }

        while self.bytes + bytes > room {
            self.left += 1;
            let place = crate::shingle::hash::finish(self.left) % self.texts.len() as u64;
            self.remove(place as usize);
        }
        self.places.insert(node, self.texts.len() as u32);
        self.bytes += bytes;
        self.texts.push(LoadedText { node, bytes, text: Arc::clone(&text) });
        text
    }

    fn remove(&mut self, place: usize) {
        let gone = self.texts.swap_remove(place);
        self.places.remove(&gone.node);
        self.bytes -= gone.bytes;
        // The last text moved to the free place.
        if let Some(moved) = self.texts.get(place) {
            self.places.insert(moved.node, place as u32);
        }
    }
}

/// The bytes of a text in the file.
fn encode(text: &VerifiedText) -> Vec<u8> {
    let mut encoder = ByteEncoder::default();
    encoder.u64s(text.set.hashes());
    encoder.bytes(&text.folded);
    encoder.u64s(&text.words);
    let links: Vec<u64> = text.links.iter().flat_map(|link| [link.host, link.page]).collect();
    encoder.u64s(&links);
    encoder.byte(u8::from(text.is_card));
    let heading = text.heading();
    encoder.byte(u8::from(heading.is_some()));
    if let Some(RecordHeading { title, place }) = heading {
        let RecordPlace { source, address, is_named, is_titled, published } = *place;
        encoder.bytes(title);
        encoder.u64(source);
        encoder.u64(address);
        encoder.byte(u8::from(is_named));
        encoder.byte(u8::from(is_titled));
        encoder.byte(u8::from(published.is_some()));
        encoder.u64(published.map_or(0, Date::seconds).cast_unsigned());
    }
    encoder.finish()
}

/// Reads the bytes of a text; `None` if they are anything else.
fn decode(bytes: &[u8]) -> Option<VerifiedText> {
    let mut decoder = ByteDecoder::new(bytes);
    let set = ShingleSet::new(decoder.u64s()?);
    let folded = decoder.bytes()?.into();
    let words = decoder.u64s()?.into();
    let links = decoder.u64s()?.chunks_exact(2).map(|link| TextLink { host: link[0], page: link[1] }).collect();
    let is_card = decoder.byte()? != 0;
    let heading = match decoder.byte()? {
        0 => None,
        _ => {
            let title = decoder.bytes()?.into();
            let (source, address) = (decoder.u64()?, decoder.u64()?);
            let [is_named, is_titled, is_dated] =
                [decoder.byte()?, decoder.byte()?, decoder.byte()?].map(|byte| byte != 0);
            let seconds = decoder.u64()?.cast_signed();
            let published = is_dated.then(|| Date::from_seconds(seconds));
            Some(RecordHeading { title, place: RecordPlace { source, address, is_named, is_titled, published } })
        }
    };
    let text = HeadedFolding { folded, words, heading: None, links, is_card };
    decoder.is_empty().then(|| VerifiedText::new(set, text).with_heading(heading))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(node: Node) -> VerifiedText {
        let place = RecordPlace {
            source: u64::from(node),
            address: 3,
            is_named: node.is_multiple_of(4),
            is_titled: node.is_multiple_of(3),
            published: node.is_multiple_of(5).then(|| Date::from_seconds(-7)),
        };
        let heading = RecordHeading { title: Box::from(&b"t"[..]), place };
        let set = ShingleSet::new(vec![u64::from(node), 7, 1 << 60]);
        let text = HeadedFolding {
            folded: Box::from(&b"a b c"[..]),
            words: [1, 2, u64::from(node)].into(),
            heading: None,
            links: (0..u64::from(node % 3)).map(|host| TextLink { host, page: u64::from(node) }).collect(),
            is_card: node.is_multiple_of(7),
        };
        VerifiedText::new(set, text).with_heading(node.is_multiple_of(2).then_some(heading))
    }

    fn spilled(home: &tempfile::TempDir, texts: Node, memory: u64) -> SpilledTexts {
        let room = SpillDir::temporary(home.path());
        let mut spilled = SpilledTexts::new(&room, texts as usize, memory, |tokens| 10 * tokens as u64).unwrap();
        // In another order than that of the nodes.
        (0..texts).rev().for_each(|node| spilled.add(node, &text(node)).unwrap());
        spilled.finish().unwrap();
        spilled
    }

    #[test]
    fn texts_come_back_as_they_were_however_few_fit_in_memory() {
        let home = tempfile::tempdir().unwrap();
        for memory in [0, 59, 60, 200, 1 << 20] {
            let spilled = spilled(&home, 40, memory);
            for node in (0..40).chain(0..40).chain([3, 3, 3]) {
                let (found, expected) = (spilled.of(node), text(node));
                assert_eq!((&found.set, &found.folded), (&expected.set, &expected.folded), "{node} at {memory}");
                assert_eq!((&found.words, found.heading()), (&expected.words, expected.heading()));
                assert_eq!((&found.links, found.is_card), (&expected.links, expected.is_card));
                assert_eq!(spilled.named_source(node), expected.named_source());
                assert_eq!((spilled.shingles(node), spilled.tokens(node)), (found.set.len(), 3));

                let loaded = spilled.loaded();
                assert!(loaded.bytes <= memory / 2 && loaded.bytes == 30 * loaded.texts.len() as u64, "{memory}");
                assert_eq!(loaded.places.len(), loaded.texts.len());
            }
            spilled.check().unwrap();
        }
    }

    #[test]
    fn a_text_that_cannot_be_read_is_an_error_at_the_end() {
        let home = tempfile::tempdir().unwrap();
        let mut spilled = spilled(&home, 2, 1 << 20);
        spilled.extents[1].offset += 5;
        assert!(spilled.of(0).set.len() == 3 && spilled.check().is_ok());
        assert!(spilled.of(1).set.is_empty(), "no text, and no panic");
        assert!(spilled.check().is_err());
    }
}
