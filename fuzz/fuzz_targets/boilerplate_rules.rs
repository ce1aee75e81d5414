//! Rules files: any bytes are rules or an error; rules that were read are written and read again alike.
#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;
use mukarrar::page::BoilerplateRules;

fuzz_target!(|data: &[u8]| {
    let [mode, rest @ ..] = data else { return };
    let header: &[u8] = match mode % 2 {
        0 => b"",
        // The header of an empty list, so that the data reaches the rules.
        _ => &written(&BoilerplateRules::default()),
    };

    let Some(rules) = opened(&[header, rest].concat()) else { return };
    let again = opened(&written(&rules));
    assert_eq!(again.map(|again| again.digest()), Some(rules.digest()));
});

fn written(rules: &BoilerplateRules) -> Vec<u8> {
    let mut bytes = Vec::new();
    assert!(rules.write(&mut bytes).is_ok());
    bytes
}

fn opened(bytes: &[u8]) -> Option<BoilerplateRules> {
    let mut file = tempfile::NamedTempFile::new_in("/dev/shm").or_else(|_| tempfile::NamedTempFile::new()).ok()?;
    file.write_all(bytes).ok()?;
    BoilerplateRules::open(file.path()).ok()
}
