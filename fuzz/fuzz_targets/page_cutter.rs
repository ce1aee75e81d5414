//! The page cutter: units of any text, at every level, are in order, do not overlap and begin and end at characters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mukarrar::page::{Cutter, UnitLevel};
use mukarrar_fuzz::assert_units;

fuzz_target!(|data: &[u8]| {
    let [mode, rest @ ..] = data else { return };
    let levels = [UnitLevel::Story, UnitLevel::Paragraph, UnitLevel::Line, UnitLevel::Document];
    let text = String::from_utf8_lossy(rest);

    let (mut cutter, mut units) = (Cutter::new(), Vec::new());
    let level = levels[usize::from(*mode) % levels.len()];
    cutter.cut(&text, level, &mut units);
    assert_units(&text, &units);

    // Buffers of an earlier page change nothing.
    let first = units.clone();
    cutter.cut("خبر عاجل\nنص", UnitLevel::Story, &mut units);
    cutter.cut(&text, level, &mut units);
    assert_eq!(units, first);
});
