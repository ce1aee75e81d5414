//! Blocks of an index on disk: any bytes behind right checksums, packed or not, are records or nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mukarrar::index::fuzzing;

fuzz_target!(|data: &[u8]| {
    let [mode, count, rest @ ..] = data else { return };
    let slots = (mode & 1 == 1).then_some(8);

    let _ = fuzzing::records_of_block(rest, 0, slots);

    // The sum and the frame are right, so that the data reaches the columns.
    let Ok(packed) = zstd::bulk::compress(rest, 1) else { return };
    let count = if mode & 2 == 0 { u32::from(*count) } else { u32::MAX - u32::from(*count) };
    let body = [&0_u32.to_le_bytes()[..], &count.to_le_bytes(), &packed].concat();
    let block = [&crc32fast::hash(&body).to_le_bytes()[..], &body].concat();
    if let Some(records) = fuzzing::records_of_block(&block, 0, slots) {
        assert_eq!(records, count as usize);
    }
});
