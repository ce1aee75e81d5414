use proptest::prelude::*;

use super::mojibake::{MisreadEncoding, MojibakeRepair};
use super::*;

const NEWS: &str = "قال الرئيس في مؤتمر صحفي إن الحكومة على استعداد لبحث كل ما من شأنه أن يعيد الهدوء إلى المدينة بعد أسبوع من \
                    الاحتجاجات، وأضاف أن اللجنة التي شكلت لهذا الغرض ستعقد أول اجتماع لها هذا الشهر";

fn named(label: &str) -> Encoding {
    Encoding::for_label(label).unwrap()
}

fn auto(bytes: &[u8]) -> (String, &'static str) {
    let decoded = decode(bytes, EncodingHints::default(), EncodingChoice::Auto).unwrap();
    (decoded.text.into_owned(), decoded.decoding.encoding.name())
}

fn mended(text: &str) -> (String, RecordDecoding) {
    let mut decoding = RecordDecoding::default();
    let mended = mend(Cow::Borrowed(text), EncodingChoice::Auto, &mut decoding).into_owned();
    (mended, decoding)
}

/// Reads UTF-8 wrongly, bytes that the encoding lacks as themselves.
fn misread(text: &str, label: &str) -> String {
    let encoding = named(label);
    let character = |byte: &u8| {
        let decoded = encoding.decode(&[*byte]).0.chars().next().unwrap();
        if decoded == char::REPLACEMENT_CHARACTER { char::from(*byte) } else { decoded }
    };
    text.as_bytes().iter().map(character).collect()
}

#[test]
fn arabic_is_found_in_each_encoding_without_any_hint() {
    for label in ["utf-8", "windows-1256", "iso-8859-6", "utf-16le", "utf-16be", "mac_arabic", "cp720"] {
        let text = if label == "cp720" { NEWS.replace('،', ".") } else { NEWS.to_owned() };
        let bytes = named(label).encode(&text).unwrap_or_else(|| panic!("{label} cannot hold it"));
        let (found, name) = auto(&bytes);
        assert_eq!(found, text);
        // The letters of the two are the same.
        assert!(name == named(label).name() || (label, name) == ("mac_arabic", "ISO-8859-6"), "{label}: {name}");
    }
}

#[test]
fn byte_order_marks_decide_and_are_no_text() {
    for (label, mark) in [("utf-8", &b"\xEF\xBB\xBF"[..]), ("utf-16le", b"\xFF\xFE"), ("utf-16be", b"\xFE\xFF")] {
        let bytes = [mark, &named(label).encode("نص").unwrap()].concat();
        assert_eq!(auto(&bytes), ("نص".to_owned(), named(label).name()));
        let chosen = decode(&bytes, EncodingHints::default(), EncodingChoice::Named(named(label))).unwrap();
        assert_eq!((&*chosen.text, chosen.bom), ("نص", mark.len()));
    }
}

#[test]
fn a_declared_encoding_counts_where_it_gives_arabic() {
    let bytes = named("windows-1256").encode("خبر").unwrap();
    let declared = |label| {
        let hints = EncodingHints { declared: Some(label), tld: None };
        decode(&bytes, hints, EncodingChoice::Auto).unwrap().text.into_owned()
    };
    assert_eq!(declared("windows-1256"), "خبر");
    let news = named("windows-1256").encode(NEWS).unwrap();
    let wrong = EncodingHints { declared: Some("iso-8859-1"), tld: Some("sa") };
    assert_eq!(decode(&news, wrong, EncodingChoice::Auto).unwrap().text, NEWS);
}

#[test]
fn a_declared_encoding_counts_where_nothing_is_arabic() {
    let bytes = named("iso-8859-2").encode("Zażółć gęślą jaźń").unwrap();
    let hints = EncodingHints { declared: Some("iso-8859-2"), tld: Some("com") };
    assert_eq!(decode(&bytes, hints, EncodingChoice::Auto).unwrap().decoding.encoding, named("iso-8859-2"));
}

#[test]
fn damaged_utf8_is_utf8_that_lost_something() {
    let cut = &NEWS.as_bytes()[..NEWS.len() - 1];
    let decoded = decode(cut, EncodingHints::default(), EncodingChoice::Auto).unwrap();
    assert_eq!((decoded.decoding.encoding, decoded.decoding.lossy), (Encoding::UTF_8, true));
    assert!(decoded.text.starts_with(&NEWS[..NEWS.len() - 4]) && decoded.text.ends_with('\u{FFFD}'));
    let strict = decode(cut, EncodingHints::default(), EncodingChoice::Strict).unwrap_err();
    assert_eq!(strict.code(), "invalid_utf8");
}

#[test]
fn what_is_no_text_is_refused() {
    for bytes in [&b"\x04\"M\x18\0\xFF\xFE\x80"[..], b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", b"\xFF\xFE\0\0a\0\0\0"] {
        assert_eq!(
            decode(bytes, EncodingHints::default(), EncodingChoice::Auto).unwrap_err().code(),
            "not_text",
            "{bytes:?}"
        );
    }
}

#[test]
fn mojibake_is_undone_as_often_as_it_was_done() {
    for (label, misread_as) in [
        ("windows-1252", MisreadEncoding::Utf8AsWindows1252),
        ("windows-1256", MisreadEncoding::Utf8AsWindows1256),
        ("iso-8859-6", MisreadEncoding::Utf8AsIso8859_6),
    ] {
        let mut text = NEWS.to_owned();
        for times in 1..=2 {
            text = misread(&text, label);
            let (repaired, decoding) = mended(&text);
            assert_eq!(
                (repaired.as_str(), decoding.repair),
                (NEWS, Some(MojibakeRepair { misread: misread_as, times })),
                "{label}"
            );
        }
    }
    let bytes = named("windows-1256").encode(NEWS).unwrap();
    let (repaired, decoding) = mended(&named("windows-1252").decode(&bytes).0);
    assert_eq!(repaired, NEWS);
    assert_eq!(decoding.repair.unwrap().misread, MisreadEncoding::Windows1256AsWindows1252);
}

#[test]
fn lost_mojibake_is_told_and_left() {
    let text = misread(NEWS, "windows-1252").replace('§', "\u{FFFD}");
    let (left, decoding) = mended(&text);
    assert_eq!((left, decoding.lossy, decoding.repair), (text, true, None));
}

#[test]
fn clean_text_is_left_alone() {
    let french = "L'été dernier, à Béziers, où l'âme s'élève, ça gêne très tôt nos élèves : « Où êtes-vous allés ? »";
    let icelandic = "Það er ekki hægt að segja að öll þau orð sem hér eru séu íslensk, þótt þau líti út fyrir það.";
    let loaded = "ظظظ ط ط ع ع غ غ ظع طغ عظ ططط ععع ظ ظ ظ ط ط ط ع ع ع غ غ غ ظظظ ططط ععع غغغ ظ ط ع غ";
    let vietnamese = "Ông ấy đã đến Hà Nội vào một ngày mùa thu và ở lại đó suốt cả mùa đông năm ấy.";
    let capitals = "ÖSTERREICH ÜBERÄLL ØRSTED ÅLESUND ÇA ÉTÉ ÂGE ÎLE ÔTER ÙN ÛN ÜN ÝN ÞÓR ÐÆØÅ ÀÈÌÒÙ";
    for text in [NEWS, french, icelandic, loaded, vietnamese, capitals, "", "ascii"] {
        assert_eq!(mended(text), (text.to_owned(), RecordDecoding::default()), "{text}");
    }
}

#[test]
fn labels_and_choices_are_read() {
    assert_eq!("CP1256".parse::<EncodingChoice>().unwrap(), EncodingChoice::Named(named("windows-1256")));
    assert_eq!("Mac_Arabic".parse::<EncodingChoice>().unwrap().to_string(), "mac_arabic");
    assert_eq!("strict".parse::<EncodingChoice>().unwrap(), EncodingChoice::Strict);
    let error = "klingon".parse::<EncodingChoice>().unwrap_err().to_string();
    assert!(error.contains("klingon") && error.contains("mac_arabic"), "{error}");
}

proptest! {
    #[test]
    fn any_bytes_decode_or_are_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        declared in prop::option::of("[a-z0-9-]{0,12}"),
        tld in prop::option::of("[a-zA-Z.é]{0,4}"),
        label in prop::sample::select(vec!["auto", "strict", "cp864", "mac_arabic", "utf-16", "gb18030", "iso-2022-jp"]),
    ) {
        let choice: EncodingChoice = label.parse().unwrap();
        let hints = EncodingHints { declared: declared.as_deref(), tld: tld.as_deref() };
        if let Ok(DecodedText { text, mut decoding, .. }) = decode(&bytes, hints, choice) {
            mend(text, choice, &mut decoding);
        }
    }

    #[test]
    fn utf8_is_never_taken_for_anything_else(text in "[ -~\\n\u{600}-\u{6FF}é]{0,80}") {
        let decoded = decode(text.as_bytes(), EncodingHints::default(), EncodingChoice::Auto).unwrap();
        prop_assert_eq!(&*decoded.text, text.as_str());
    }

    /// What an encoding can hold comes back from it.
    #[test]
    fn encodings_give_back_what_they_took(
        text in "[ -~\u{60C}\u{61B}\u{621}-\u{64A}é]{0,40}",
        label in prop::sample::select(vec!["cp720", "mac_arabic", "windows-1256", "utf-16le", "utf-16be", "utf-8"]),
    ) {
        if let Some(bytes) = named(label).encode(&text) {
            prop_assert_eq!(named(label).decode(&bytes), (Cow::Borrowed(text.as_str()), false));
        }
    }
}
