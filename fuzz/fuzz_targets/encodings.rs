//! Detection and decoding: any bytes give text or a reject; valid UTF-8 is taken as it is under the strict choice; and
//! each named encoding decodes what it encoded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mukarrar::document::DocId;
use mukarrar::input::{Corpus, Encoding, EncodingChoice, InputFormat};
use mukarrar_fuzz::{read_both_ways, strict};

const LABELS: [&str; 8] =
    ["windows-1256", "iso-8859-6", "cp720", "cp864", "mac_arabic", "utf-16le", "utf-16be", "windows-1252"];

fuzz_target!(|data: &[u8]| {
    let [mode, rest @ ..] = data else { return };
    let mut options = strict(InputFormat::Text);
    let _ = read_both_ways("a.txt", rest, &options);

    options.encoding = EncodingChoice::Auto;
    let _ = read_both_ways("a.txt", rest, &options);

    let Some(encoding) = Encoding::for_label(LABELS[usize::from(*mode) % LABELS.len()]) else {
        panic!("an encoding that is documented is not known")
    };
    options.encoding = EncodingChoice::Named(encoding);
    let _ = read_both_ways("a.txt", rest, &options);

    // The repair of mojibake may change a text, so only Arabic letters are held to be equal.
    let letters: String = String::from_utf8_lossy(rest).chars().filter(|c| ('ا'..='ي').contains(c)).collect();
    let Some(bytes) = encoding.encode(&letters).filter(|bytes| !bytes.is_empty()) else { return };
    let Ok(corpus) = Corpus::from_reader("a.txt", bytes.as_slice(), options) else { return };
    if let Ok(record) = corpus.read(DocId::new(0)) {
        assert_eq!(record.text, letters, "{}", encoding.name());
    }
});
