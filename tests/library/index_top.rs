//! What an index holds most of: texts that come again, and forms that most texts share.

use mukarrar::document::Date;
use mukarrar::index::{IndexBuilder, IndexTop};
use mukarrar::{ErrorKind, Index, Item};

/// Words that no other number has.
fn own(number: usize, words: usize) -> String {
    let letters: Vec<char> = "ابتجحدرسشصطعفقكلمنهوي".chars().collect();
    let word = |place: usize| -> String {
        let mut state = (number * 1000 + place + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let letter = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            letters[(state >> 40) % letters.len()]
        };
        (0..6).map(letter).collect()
    };
    (0..words).map(word).collect::<Vec<_>>().join(" ")
}

fn seen(seconds: i64) -> Option<Date> {
    Some(Date::from_seconds(seconds))
}

/// Texts of which the text `number` has `number` copies.
fn repeat(index: &Index, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let text = own(number, 30);
        for copy in 0..=number {
            let item = Item::new(&text).seen(seen(1000 * number as i64 + copy as i64));
            index.check_and_insert(&format!("{number}/{copy}"), item).unwrap();
        }
    }
}

fn repeated(top: &IndexTop) -> Vec<(&str, u64, i64, i64)> {
    let row = |text: &'_ mukarrar::index::RepeatedText| (text.first_seen.seconds(), text.last_seen.seconds());
    top.repeated.iter().map(|text| (&*text.key, text.copies, row(text).0, row(text).1)).collect()
}

#[test]
fn copies_are_counted_with_their_times_and_the_most_come_first() {
    let index = Index::builder().build().unwrap();
    repeat(&index, 0..5);
    // A copy of an earlier day, a check that stores nothing, and a key that is taken.
    index.check_and_insert("older", Item::new(&own(3, 30)).seen(seen(7))).unwrap();
    index.check(&*own(4, 30)).unwrap();
    index.check_and_insert("4/0", &*own(4, 30)).unwrap_err();

    let top = index.top(3).unwrap();
    assert_eq!((top.documents, top.copies, top.repeated_documents), (5, 11, 4));
    assert_eq!(repeated(&top), [("3/0", 4, 7, 3003), ("4/0", 4, 4000, 4004), ("2/0", 2, 2000, 2002)]);
    let start = top.repeated[0].start.as_deref().unwrap();
    assert!(own(3, 30).starts_with(start.strip_suffix(" …").unwrap()), "{start}");
    assert_eq!(repeated(&index.top(0).unwrap()), []);

    // Who leaves takes the copies along.
    index.remove("3/0").unwrap();
    assert_eq!((index.top(9).unwrap().copies, index.top(9).unwrap().repeated_documents), (7, 3));
}

/// Pages of one form, each with a word of its own, and texts with nothing in common.
#[test]
fn a_form_is_told_once_by_its_earliest_text() {
    let index = Index::builder().build().unwrap();
    let forms = [own(500, 120), own(501, 120)];
    for page in 0..1100_usize {
        // The second form has half as many pages.
        for (form, text) in forms.iter().enumerate().take(2 - page % 2) {
            index.insert(&format!("form{form}/{page}"), &*format!("{text} {}", own(1000 + page, 1))).unwrap();
        }
        index.insert(&format!("other/{page}"), &*own(10_000 + page, 20)).unwrap();
    }

    let top = index.top(5).unwrap();
    let hot: Vec<&str> = top.hot.iter().map(|form| &*form.key).collect();
    assert_eq!(hot, ["form0/0", "form1/0"]);
    // The word of its own keeps a page off some keys of its form.
    let [first, second] = &*top.hot else { panic!() };
    assert!((1001..=1100).contains(&first.documents) && (500..=550).contains(&second.documents), "{top:?}");
    assert_eq!(first.keys, index.banding().bands() as u64);
    assert!(first.full_keys > first.keys / 2 && first.full_keys <= top.full_keys, "{first:?}");
    assert_eq!((second.full_keys, top.bound), (0, 1000));
    assert!((1..=100).contains(&top.documents_beyond), "{}", top.documents_beyond);
}

#[cfg(feature = "persistent")]
mod on_disk {
    use super::*;

    fn small() -> IndexBuilder {
        Index::builder().seed(1).cache_size(4 << 20).commit_every(64)
    }

    #[test]
    fn a_reader_sees_what_is_committed_and_a_crash_loses_no_more_than_answers() {
        let directory = tempfile::tempdir().unwrap();
        let index = small().open(directory.path()).unwrap();
        repeat(&index, 0..4);
        index.commit().unwrap();
        let reader = small().open_read_only(directory.path()).unwrap();
        assert_eq!(reader.top(9).unwrap(), index.top(9).unwrap());

        repeat(&index, 4..6);
        assert_eq!((index.top(9).unwrap().copies, reader.top(9).unwrap().copies), (15, 6));
        assert!(index.stats().unwrap().storage.uncommitted >= 2);
        // As after a crash: what is not committed is not there.
        let copy = tempfile::tempdir().unwrap();
        let snapshot = copy.path().join("copy");
        Index::snapshot(directory.path(), &snapshot).unwrap();
        assert_eq!(Index::open(&snapshot).unwrap().top(9).unwrap().copies, 6);

        index.close().unwrap();
        assert_eq!(reader.top(9).unwrap().copies, 15);
    }

    #[test]
    fn copies_go_with_exports_and_merges() {
        let (index, other) = (small().build().unwrap(), small().build().unwrap());
        repeat(&index, 0..5);
        let mut export = Vec::new();
        index.export(&mut export).unwrap();
        other.import(&mut &*export).unwrap();
        assert_eq!(other.top(9).unwrap(), index.top(9).unwrap());

        // The text of the other index is a copy itself.
        let third = small().build().unwrap();
        third.check_and_insert("mine", Item::new(&own(3, 30)).seen(seen(1))).unwrap();
        third.merge(&index).unwrap();
        let top = third.top(9).unwrap();
        assert_eq!(repeated(&top)[0], ("mine", 4, 1, 3003));
        assert_eq!((top.documents, top.copies), (5, 11));
    }

    #[test]
    fn it_ends_when_it_is_told_to() {
        let directory = tempfile::tempdir().unwrap();
        let index = small().open(directory.path()).unwrap();
        repeat(&index, 0..3);
        let asked = std::cell::Cell::new(0);
        let goes_on = || asked.replace(asked.get() + 1) < 4;
        let error = index.top_while(9, &goes_on).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Interrupted), "{error}");
        assert_eq!(index.top(9).unwrap().copies, 3);
    }

    #[test]
    fn a_changed_count_is_damage() {
        let directory = tempfile::tempdir().unwrap();
        let index = small().open(directory.path()).unwrap();
        repeat(&index, 0..3);
        index.close().unwrap();
        let catalog = rusqlite::Connection::open(directory.path().join("catalog.db")).unwrap();
        assert_eq!(catalog.execute("DELETE FROM copies WHERE doc = 2", []).unwrap(), 1);
        drop(catalog);

        let reader = small().open_read_only(directory.path()).unwrap();
        let error = reader.top(9).unwrap_err();
        assert!(error.to_string().contains("counts of copies"), "{error}");
    }
}
