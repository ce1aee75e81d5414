//! Stored signatures: any bytes are a signature or an error; what was read is written again alike, but for the three
//! bytes that are reserved.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mukarrar::sketch::Signature;

fuzz_target!(|data: &[u8]| {
    let Ok(signature) = Signature::from_bytes(data) else { return };
    let mut expected = data.to_vec();
    expected[9..12].fill(0);
    assert_eq!(signature.to_bytes(), expected);
    assert!(signature.jaccard(&signature).is_ok_and(|estimate| estimate.value >= 0.0));
});
