//! HTML: main text, all text, and lines with their layout, of any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mukarrar::document::DocId;
use mukarrar::input::{Corpus, EncodingChoice, InputFormat};
use mukarrar::page::{Cutter, UnitLevel};
use mukarrar::pipeline::PageCutter;
use mukarrar_fuzz::{assert_units, read_both_ways, strict};

fuzz_target!(|data: &[u8]| {
    let [mode, rest @ ..] = data else { return };
    let mut options = strict(InputFormat::Html);
    options.encoding = if mode & 4 == 0 { EncodingChoice::Auto } else { EncodingChoice::Strict };
    options.html_raw = mode & 1 == 1;
    options.html_lines = mode & 2 == 2;
    options.fields = ["title", "date", "byline", "url"].map(str::to_owned).to_vec();
    let _ = read_both_ways("a.html", rest, &options);

    // The layout of the lines steers the cutter.
    let Ok(corpus) = Corpus::from_reader("a.html", rest, options) else { return };
    let Ok(record) = corpus.read(DocId::new(0)) else { return };
    let lines = record.text.lines().filter(|line| !line.trim().is_empty()).count();
    if let Some(layout) = &record.layout {
        assert_eq!(layout.lines.len(), lines, "one hint a line");
    }

    let Ok(pages) = PageCutter::learn(&corpus, UnitLevel::Story, None) else { panic!("the page cannot be read again") };
    let mut units = Vec::new();
    pages.cut(&mut Cutter::new(), &corpus, (DocId::new(0), &record), UnitLevel::Story, &mut units);
    assert_units(&record.text, &units);
});
