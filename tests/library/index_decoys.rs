//! An index that nobody can blind: texts near a text, honest or crafted, do not hide its later copies.

use mukarrar::index::{IndexBuilder, Item};
use mukarrar::similarity::facts::Facts;
use mukarrar::{Index, Verdict};

/// A generator of words, the same for the same number.
struct Words(u64);

impl Words {
    fn new(number: u64) -> Self {
        Self(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn draw(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound
    }

    fn word(&mut self) -> String {
        let letters: Vec<char> = "ابتجحدرسشصطعفقكلمنهوي".chars().collect();
        (0..5).map(|_| letters[self.draw(21)]).collect()
    }

    fn words(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.word()).collect()
    }
}

/// `text` with words of its own at `count` places.
fn altered(text: &[String], count: usize, number: u64) -> String {
    let (mut words, mut own) = (text.to_vec(), Words::new(number));
    for _ in 0..count {
        let place = own.draw(words.len());
        words[place] = own.word();
    }
    words.join(" ")
}

fn builder() -> IndexBuilder {
    Index::builder().facts(Facts::Off).seed(1)
}

/// Stores the texts of `numbers` unchecked.
fn store(index: &Index, numbers: std::ops::Range<u64>, text: impl Fn(u64) -> String) {
    let texts: Vec<(String, String)> = numbers.map(|n| (n.to_string(), text(n))).collect();
    let items: Vec<(&str, Item<'_>)> = texts.iter().map(|(key, text)| (&**key, Item::new(text))).collect();
    index.insert_all(&items).into_iter().for_each(Result::unwrap);
}

/// Number of the texts that are found as copies of `key`.
fn found<'t>(index: &Index, key: &str, texts: impl Iterator<Item = &'t String>) -> usize {
    let is_found =
        |text: &&String| matches!(index.check(&***text).unwrap(), Verdict::Duplicate(found) if found.key == key);
    texts.filter(is_found).count()
}

/// Decoys resemble the text hardly less than a copy must, so all of its band keys are full before it comes.
#[test]
fn copies_of_a_text_are_found_behind_thousands_of_decoys() {
    let target = Words::new(7).words(60);
    let decoy = |n: u64| format!("{} {}", altered(&target, 5, n), Words::new(5_000_000 + n).words(5).join(" "));
    let copies: Vec<String> = (0..100).map(|n| altered(&target, 3, 1_000_000 + n)).collect();
    let index = builder().build().unwrap();

    store(&index, 0..20_000, decoy);
    index.insert("target", &*target.join(" ")).unwrap();
    store(&index, 20_000..22_000, decoy);

    let count = found(&index, "target", copies.iter());
    assert!(count >= 99, "{count} copies");
    assert_eq!(found(&index, "target", [target.join(" ")].iter()), 1);
}

/// Each decoy lacks a passage of the text, and those nearest to a copy lack the words that the copy has changed. This must not
/// make these words look like what is filled into a form.
#[test]
fn copies_behind_decoys_are_not_taken_for_other_pages_of_a_form() {
    let vocabulary = Words::new(3).words(5000);
    let drawn = |own: &mut Words| vocabulary[own.draw(5000)].clone();
    let target: Vec<String> = {
        let mut own = Words::new(11);
        (0..60).map(|_| drawn(&mut own)).collect()
    };
    let decoy = |n: u64| {
        let (mut words, mut own) = (target.clone(), Words::new(n));
        let start = own.draw(44);
        words[start..start + 17].iter_mut().for_each(|word| *word = drawn(&mut own));
        words.join(" ")
    };
    let copy = |n: u64| {
        let (mut words, mut own) = (target.clone(), Words::new(1_000_000 + n));
        (0..3).for_each(|_| words[own.draw(60)] = drawn(&mut own));
        words.join(" ")
    };
    let copies: Vec<String> = (0..100).map(copy).collect();

    for seed in [1, 2] {
        let index = Index::builder().seed(seed).build().unwrap();
        store(&index, 0..6000, decoy);
        index.insert("target", &*target.join(" ")).unwrap();

        let count = found(&index, "target", copies.iter());
        assert!(count >= 99, "seed {seed}: {count} copies");
    }
}

/// Pages of one form, nine tenths of which are equal: what a page has of its own finds its copies.
#[test]
fn copies_of_pages_of_one_form_are_found_behind_thousands_of_others() {
    let form = Words::new(1_000_003).words(180);
    let page = |n: u64| format!("{} {}", form.join(" "), Words::new(n).words(20).join(" "));
    let index = builder().build().unwrap();
    store(&index, 0..6000, page);

    for n in [5990, 5995, 5999] {
        let copy = format!("تحديث {} تم", page(n));
        assert_eq!(found(&index, &n.to_string(), [page(n), copy].iter()), 2, "page {n}");
    }
}

#[test]
fn a_verdict_says_where_more_texts_resemble_a_text_than_are_compared() {
    let form = Words::new(1_000_003).words(60);
    let page = |n: u64| format!("{} {}", form.join(" "), Words::new(n).words(30).join(" "));
    let index = builder().build().unwrap();
    store(&index, 0..3, page);
    assert!(index.check(&*page(9000)).unwrap().is_certain(), "few pages are all compared");

    store(&index, 3..400, page);
    assert_eq!(index.check(&*page(9000)).unwrap(), Verdict::New { certain: false });
    assert_eq!(index.stats().unwrap().bounded_answers, 1);

    // A copy was compared; no other text can change that.
    let copy = index.check(&*page(399)).unwrap();
    assert!(copy.is_certain() && copy.name() == "duplicate", "{copy:?}");
    assert!(index.check(&*Words::new(8).words(50).join(" ")).unwrap().is_certain());
}

/// Who knows the seed can write texts that share all keys of another one. So each directory has its own.
#[test]
fn every_directory_has_a_seed_that_nobody_knows() {
    let home = tempfile::tempdir().unwrap();
    let seed = |index: &Index| index.settings().list().into_iter().find(|(name, _)| *name == "seed").unwrap().1;

    let seeds = ["a", "b"].map(|name| {
        let made = seed(&Index::open(home.path().join(name)).unwrap());
        assert_eq!(seed(&Index::open(home.path().join(name)).unwrap()), made, "it is kept");
        made
    });
    assert_ne!(seeds[0], seeds[1]);

    // Texts move to an index with another seed, and are hashed anew.
    let (text, memory) = (Words::new(5).words(40).join(" "), Index::builder().build().unwrap());
    memory.insert("a", &*text).unwrap();
    let (directory, mut export) = (Index::open(home.path().join("a")).unwrap(), Vec::new());
    memory.export(&mut export).unwrap();
    assert_eq!(directory.import(&mut &*export).unwrap().inserted, 1);
    assert_eq!(found(&directory, "a", [format!("{text} أيضا")].iter()), 1);
    assert_eq!(Index::open(home.path().join("b")).unwrap().merge(&directory).unwrap().inserted, 1);
}
