//! The stories of an index: those of a batch run, in memory and on disk, across restarts, kills, removals and compactions.

use std::collections::BTreeMap;
use std::path::Path;

use mukarrar::document::Date;
use mukarrar::index::{IndexStory, Item, TextStory, ToldVerdict};
use mukarrar::input::{Input, InputOptions};
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::story::{RarityTable, StoryOptions, StoryPlace};
use mukarrar::{Index, Verdict};

use crate::stories::{FIRE, FIRE_AGAIN, MATCH};

/// A stream of numbers: a linear congruence.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A report of news.
pub(crate) struct Report {
    pub(crate) id: String,
    pub(crate) date: String,
    pub(crate) outlet: String,
    pub(crate) title: String,
    pub(crate) text: String,
}

/// A word of its own for each number.
fn word(mut number: u64) -> String {
    const SYLLABLES: [&str; 16] =
        ["سا", "مر", "قب", "دو", "فن", "حص", "لج", "طي", "كش", "نع", "زه", "غم", "بت", "رخ", "ضو", "شن"];
    let mut word = String::new();
    for _ in 0..4 {
        word.push_str(SYLLABLES[(number % 16) as usize]);
        number /= 16;
    }
    word
}

/// News of ten days in order of time: events that last some days and are told by several outlets, a form of every day, and others.
pub(crate) fn news(seed: u64) -> Vec<Report> {
    let mut draws = Draws(seed);
    let mut reports = Vec::new();
    for day in 0..10_u64 {
        for number in 0..30 {
            let event = if number % 10 == 0 { 0 } else { 1 + (day / 3) * 6 + draws.below(6) };
            let mut of_event =
                || if draws.below(10) < 6 { 1000 + event * 14 + draws.below(14) } else { 10_000 + draws.below(9_000) };
            let mut words = |count: usize| (0..count).map(|_| word(of_event())).collect::<Vec<_>>().join(" ");
            let (title, text) = (words(6), words(45));
            let (id, outlet) = (format!("{day}-{number}"), format!("paper{}", number % 7));
            reports.push(Report { id, date: format!("2024-03-{:02}", 1 + day), outlet, title, text });
        }
    }
    reports
}

impl Report {
    /// Another report of the same day, outlet and title, without a text.
    pub(crate) fn like(other: &Self) -> Self {
        let Self { id, date, outlet, title, .. } = other;
        let [id, date, outlet, title] = [id, date, outlet, title].map(Clone::clone);
        Self { id, date, outlet, title, text: String::new() }
    }

    pub(crate) fn item(&self) -> Item<'_> {
        let date = Date::read(&self.date);
        Item::new(&self.text).title(&self.title).source(Some(&self.outlet)).date(date).seen(date)
    }
}

pub(crate) fn tell(index: &Index, reports: &[Report]) -> Vec<ToldVerdict> {
    reports.iter().map(|report| index.tell(&report.id, report.item()).unwrap()).collect()
}

pub(crate) fn stories_of(index: &Index) -> Vec<IndexStory> {
    index.stories(None).unwrap()
}

pub(crate) fn builder() -> mukarrar::index::IndexBuilder {
    Index::builder().stories(StoryOptions::default()).commit_every(7)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn an_index_tells_the_stories_of_a_batch_run() {
    let reports = news(1);
    let index = Index::builder().stories(StoryOptions::default()).build().unwrap();
    let verdicts = tell(&index, &reports);

    let lines: String = reports
        .iter()
        .map(|Report { id, date, outlet, title, text }| {
            serde_json::json!({ "id": id, "date": date, "source": outlet, "title": title, "text": text }).to_string()
                + "\n"
        })
        .collect();
    let mut options = Options::default();
    options.date_field = Some("date".to_owned());
    options.source_field = Some("source".to_owned());
    options.stories = Some(StoryOptions::default());
    let mut reading = InputOptions::default();
    options.ask_for_fields(&mut reading);
    let input = Input::from_reader("news.jsonl", std::io::Cursor::new(lines), reading).unwrap();
    let (_, found) = Pipeline::new(options).unwrap().read_stories(input, None, RarityTable::built_in(), &()).unwrap();
    assert!(found.found.clusters.is_empty(), "the trial has no copies");

    // The same stories in the same order, with the same scores and words.
    let id = |place: usize| reports[place].id.as_str();
    let listed = stories_of(&index);
    assert!(listed.len() > 10 && listed.iter().any(|story| story.size > 3), "the trial has stories");
    assert_eq!(listed.len(), found.told.stories.len());
    for (listed, told) in listed.iter().zip(&found.told.stories) {
        assert_eq!((&*listed.story, listed.size), (id(told.leader.index()), told.documents.len()));
        assert_eq!((&listed.outlets, &listed.terms), (&told.outlets, &told.terms));
        assert_eq!((Some(listed.first_seen), Some(listed.last_seen)), (told.first_seen, told.last_seen));
        for (member, document) in listed.documents.iter().zip(&told.documents) {
            assert_eq!((&*member.id, member.story_score), (id(document.document.index()), document.score));
            assert_eq!((&member.story_terms, member.recurring_form), (&document.terms, document.is_form()));
        }
    }

    // Each verdict says what the list says.
    for (place, told) in verdicts.iter().enumerate() {
        assert!(matches!(told.verdict, Verdict::New { .. } | Verdict::Variant { .. }));
        let story = told.story.as_ref().unwrap();
        match found.told.places[place] {
            StoryPlace::Told(number) => {
                assert_eq!(story.leader.as_deref(), Some(id(found.told.stories[number].leader.index())))
            }
            _ => assert_eq!((story.leader.as_deref(), story.joined), (Some(id(place)), false)),
        }
    }
}

#[test]
fn stories_on_disk_are_those_in_memory_across_restarts_and_kills() {
    let reports = news(2);
    let memory = Index::builder().stories(StoryOptions::default()).seed(7).build().unwrap();
    let expected = tell(&memory, &reports);

    let home = tempfile::tempdir().unwrap();
    let mut directory = home.path().join("seen");
    let mut told: BTreeMap<usize, ToldVerdict> = BTreeMap::new();
    let (mut from, mut round) = (0, 0);
    while from < reports.len() {
        let index = builder().seed(7).open(&directory).unwrap();
        // What a killed process had not committed is told again, by the same verdicts.
        from = usize::try_from(index.len()).unwrap();
        let end = (from + 61).min(reports.len());
        for (place, report) in (from..end).zip(&reports[from..end]) {
            told.insert(place, index.tell(&report.id, report.item()).unwrap());
        }

        round += 1;
        if round % 2 == 0 {
            // A kill: the files as they are, without what is pending.
            let next = home.path().join(format!("seen{round}"));
            copy(&directory, &next);
            directory = next;
        } else {
            index.close().unwrap();
        }
        from = end;
    }
    assert_eq!(told.into_values().collect::<Vec<_>>(), expected);

    // Others read it.
    let index = builder().open(&directory).unwrap();
    let missing = usize::try_from(index.len()).unwrap();
    tell(&index, &reports[missing..]);
    index.commit().unwrap();
    let reader = Index::builder().open_read_only(&directory).unwrap();
    assert_eq!(stories_of(&reader), stories_of(&memory));
    drop(reader);

    // A compaction takes no row that is needed.
    index.compact().unwrap();
    assert_eq!(stories_of(&index), stories_of(&memory));
    index.close().unwrap();
    let (later, again) =
        (Report { id: "later".to_owned(), ..news(2).pop().unwrap() }, builder().open(&directory).unwrap());
    let other = Report { text: later.title.repeat(9), ..later };
    assert_eq!(again.tell("later", other.item()).unwrap(), memory.tell("later", other.item()).unwrap());
}

#[test]
fn a_copy_has_the_story_of_its_text_and_removed_texts_leave_the_lists() {
    let index = Index::builder().stories(StoryOptions::default()).build().unwrap();
    fn at(day: &str) -> Option<Date> {
        Date::read(day)
    }
    fn item<'t>(text: &'t str, site: &'t str, day: &str) -> Item<'t> {
        Item::new(text).title("حريق سوق الأقمشة").source(Some(site)).date(at(day)).seen(at(day))
    }
    let story = |told: ToldVerdict| told.story.and_then(|TextStory { leader, joined, .. }| Some((leader?, joined)));

    let first = index.tell("fire", item(FIRE, "a", "2024-03-05")).unwrap();
    assert_eq!(story(first), Some(("fire".to_owned(), false)));
    let again = index.tell("again", item(FIRE_AGAIN, "b", "2024-03-06")).unwrap();
    assert!(again.story.as_ref().unwrap().score.unwrap() >= 0.48);
    assert_eq!(story(again), Some(("fire".to_owned(), true)));
    let copy = index.tell("copy", item(FIRE_AGAIN, "c", "2024-03-06")).unwrap();
    assert!(matches!(copy.verdict, Verdict::Duplicate(_)));
    assert_eq!(story(copy), Some(("fire".to_owned(), true)));
    let short = index.tell("short", item("تفاصيل الحريق بعد قليل", "c", "2024-03-06")).unwrap();
    assert_eq!(story(short), None, "too few words");
    assert_eq!(story(index.tell("old", item(MATCH, "c", "2024-03-01")).unwrap()), None, "older than the window");

    assert_eq!(stories_of(&index).len(), 1);
    assert_eq!(index.stories(at("2024-03-06")).unwrap().len(), 1);
    assert_eq!(index.stories(at("2024-03-07")).unwrap(), []);
    // A date in the future ends no story.
    let backwards = |text: &str| text.split_whitespace().rev().collect::<Vec<_>>().join(" ");
    let (typo, third) = (backwards(MATCH), backwards(FIRE_AGAIN));
    index.tell("typo", Item::new(&typo).date(at("2094-03-07")).seen(at("2024-03-06"))).unwrap();
    assert_eq!(story(index.tell("third", item(&third, "d", "2024-03-07")).unwrap()), Some(("fire".to_owned(), true)));
    assert_eq!((stories_of(&index)[0].size, stories_of(&index)[0].spread), (3, 2 * 86_400));

    assert!(index.remove("fire").unwrap());
    assert_eq!((&*stories_of(&index)[0].story, stories_of(&index)[0].size), ("fire", 2), "it keeps its name");
    assert!(index.remove("third").unwrap());
    assert_eq!(stories_of(&index), [], "one text is left");
}

#[test]
fn an_index_without_stories_says_so() {
    let home = tempfile::tempdir().unwrap();
    let index = Index::open(home.path()).unwrap();
    assert_eq!(index.tell("fire", FIRE).unwrap().story, None);
    let error = index.stories(None).unwrap_err().to_string();
    assert!(error.contains("made with stories"), "{error}");
    index.close().unwrap();

    let refused = builder().open(home.path()).unwrap_err().to_string();
    assert!(refused.contains("was made with stories nothing, not 0.48 0.38 3 7 25"), "{refused}");
    assert!(Index::open(home.path()).unwrap().settings().stories().is_none());

    let told = tempfile::tempdir().unwrap();
    builder().open(told.path()).unwrap().close().unwrap();
    let opened = Index::open(told.path()).unwrap();
    assert_eq!(opened.settings().stories(), Some(&StoryOptions::default()), "the stored ones count");
    let mut wrong = StoryOptions::default();
    wrong.threshold = 2.0;
    assert!(Index::builder().stories(wrong).build().unwrap_err().to_string().contains("story_threshold"));
}
