//! Keeps bytes that have no other place: in memory up to a limit, then on the disk.

use super::StoragePolicy;
use super::held::{BytePlace, HeldBytes};
use crate::error::Result;
use crate::spill::{SpillDir, SpillFile};

/// Keeps bytes for later reads.
pub(super) struct ByteStore {
    /// Bytes in memory.
    held: u64,
    /// The largest number of them.
    memory: u64,
    /// Where further bytes go; `None` keeps all bytes in memory.
    room: Option<SpillDir>,
    /// Created when it is first needed.
    spill: Option<SpillFile>,
    /// No byte is kept, as nothing is read again.
    forgets: bool,
}

impl ByteStore {
    /// A store with the limits of `policy`.
    pub(super) fn new(policy: &StoragePolicy) -> Self {
        Self {
            held: 0,
            memory: policy.memory.unwrap_or(u64::MAX),
            // Without a limit nothing is spilled.
            room: policy.room.clone().filter(|_| policy.memory.is_some()),
            spill: None,
            forgets: false,
        }
    }

    /// From now on, no byte is kept.
    pub(super) fn forget(&mut self) {
        self.forgets = true;
    }

    pub(super) fn forgets(&self) -> bool {
        self.forgets
    }

    /// Whether all bytes are kept in memory.
    pub(super) fn holds_all(&self) -> bool {
        self.room.is_none()
    }

    /// Keeps bytes, and says where.
    ///
    /// # Errors
    ///
    /// The disk refuses them.
    pub(super) fn keep(&mut self, bytes: &HeldBytes) -> Result<BytePlace> {
        if self.forgets {
            return Ok(BytePlace::Nowhere);
        }

        let length = bytes.len() as u64;
        if let Some(spill) = self.spill_for(length)? {
            return spill.append(bytes).map(BytePlace::Spilled);
        }

        // Bytes once held stay in memory: a corpus may read them at any time.
        self.held += length;
        Ok(BytePlace::Held(bytes.clone()))
    }

    /// Writes bytes to the spill file, even if memory is left, and returns their offset; `None` if all bytes are kept
    /// in memory.
    ///
    /// # Errors
    ///
    /// The disk refuses them.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<Option<u64>> {
        let Some(spill) = self.spill_for(u64::MAX)? else { return Ok(None) };
        spill.append(bytes).map(Some)
    }

    /// The spill file, written out, if there is one.
    ///
    /// # Errors
    ///
    /// The disk refuses it.
    pub(super) fn finish(mut self) -> Result<Option<SpillFile>> {
        if let Some(spill) = &mut self.spill {
            spill.flush()?;
        }
        Ok(self.spill)
    }

    /// The file for `length` more bytes; `None` if they fit in memory.
    fn spill_for(&mut self, length: u64) -> Result<Option<&mut SpillFile>> {
        let Some(room) = self.room.as_ref().filter(|_| self.held.saturating_add(length) > self.memory) else {
            return Ok(None);
        };

        // Most inputs fit in memory and need no file.
        if self.spill.is_none() {
            self.spill = Some(room.file("input")?);
        }
        Ok(self.spill.as_mut())
    }
}
