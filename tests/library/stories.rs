//! Stories: documents that tell of one event in words of their own.

use std::path::Path;

use mukarrar::document::DocId;
use mukarrar::input::{Corpus, Input, InputOptions};
use mukarrar::normalize::Language;
use mukarrar::pipeline::{Options, Pipeline, Stories};
use mukarrar::story::{RarityTable, StoryOptions, StoryPlace, Undated, stem};

/// Two reports of one fire, by two papers and in words of their own, and one of a match.
pub(crate) const FIRE: &str = "اندلع حريق كبير فجر اليوم في سوق الأقمشة القديم بحي الزهور، وهرعت ست فرق من الدفاع المدني إلى المكان. \
وقال المقدم سالم الحربي إن النيران التهمت أربعين محلا قبل أن يسيطر عليها رجال الإطفاء، ولم تسجل إصابات بين التجار.";
pub(crate) const FIRE_AGAIN: &str = "أتت النيران على أربعين محلا تجاريا في سوق الأقمشة بحي الزهور، بحسب المقدم سالم الحربي الناطق باسم الدفاع المدني. \
وأوضح الحربي أن ست فرق إطفاء شاركت في إخماد حريق السوق القديم، وأن التجار غادروا المكان سالمين دون إصابات.";
pub(crate) const MATCH: &str = "حقق فريق النخيل فوزا ثمينا على ضيفه فريق الساحل بهدفين مقابل هدف في افتتاح الدوري المحلي لكرة القدم، \
وسجل المهاجم يوسف العامري هدف الفوز قبل دقيقتين من نهاية المباراة التي تابعها آلاف المشجعين في ملعب المدينة.";

fn record(id: &str, date: Option<&str>, source: &str, title: &str, text: &str) -> String {
    let mut record = serde_json::json!({ "id": id, "title": title, "source": source, "text": text });
    if let Some(date) = date {
        record["date"] = date.into();
    }
    record.to_string() + "\n"
}

fn options(threads: usize) -> Options {
    let mut options = Options::default();
    options.date_field = Some("date".to_owned());
    options.source_field = Some("source".to_owned());
    options.threads = Some(threads);
    options
}

fn told(lines: &str, mut options: Options, stories: &StoryOptions) -> (Corpus, Stories) {
    options.stories = Some(stories.clone());
    let mut reading = InputOptions::default();
    options.ask_for_fields(&mut reading);
    let input = Input::from_reader("news.jsonl", std::io::Cursor::new(lines.to_owned()), reading).unwrap();
    let pipeline = Pipeline::new(options).unwrap();
    pipeline.read_stories(input, None, RarityTable::built_in(), &()).unwrap()
}

/// The words of a text from the last to the first: the same words, and no copy.
fn backwards(text: &str) -> String {
    text.split_whitespace().rev().collect::<Vec<_>>().join(" ")
}

#[test]
fn reports_of_one_event_are_a_story_and_every_record_has_a_place() {
    let day = Some("2024-03-05");
    let lines = [
        record("match", day, "ج", "النخيل يهزم الساحل", MATCH),
        record("fire", day, "أ", "حريق يلتهم سوق الأقمشة", FIRE),
        "{broken\n".to_owned(),
        record("short", day, "أ", "حريق في السوق", "تفاصيل بعد قليل"),
        record("copy", Some("2024-03-06"), "د", "حريق يلتهم سوق الأقمشة", &FIRE.replace("الأقمشة", "الاقمشة")),
        record("again", Some("2024-03-06"), "ب", "النيران تأتي على أربعين محلا في سوق الأقمشة", FIRE_AGAIN),
        record("undated", None, "ب", "النيران تأتي على أربعين محلا", &backwards(FIRE_AGAIN)),
    ]
    .concat();
    let (_, found) = told(&lines, options(2), &StoryOptions::default());

    let [story] = found.told.stories.as_slice() else { panic!("{:?}", found.told.stories) };
    assert_eq!(story.leader, DocId::new(1));
    assert_eq!((story.documents.len(), story.copies.len()), (2, 1));
    assert_eq!((story.copies[0].document, story.copies[0].keeper), (DocId::new(4), DocId::new(1)));
    assert_eq!(story.outlets, ["أ", "ب", "د"]);
    assert_eq!(story.spread(), Some(86_400));
    // Words of the text, as they stand there.
    let joined = &story.documents[1];
    assert!(joined.score.unwrap() >= 0.48 && joined.terms.iter().all(|term| lines.contains(term)), "{joined:?}");

    let names: Vec<&str> = found.told.places.iter().map(|place| place.name()).collect();
    assert_eq!(names[..6], ["alone", "told", "rejected", "short", "copy", "told"]);
    let counts = found.found.summary.stories.unwrap();
    let sum = counts.told + counts.alone + counts.copies + counts.short + counts.undated + counts.rejected;
    assert_eq!((sum, counts.stories), (found.found.summary.records.read, 1));
}

#[test]
fn documents_without_a_date_stay_apart_or_meet_each_other() {
    let lines = [
        record("dated", Some("2024-03-05"), "ج", "حريق السوق", FIRE),
        record("fire", None, "أ", "حريق يلتهم سوق الأقمشة", &backwards(FIRE)),
        record("again", None, "ب", "النيران تأتي على سوق الأقمشة", FIRE_AGAIN),
    ]
    .concat();
    let (_, apart) = told(&lines, options(1), &StoryOptions::default());
    assert!(
        apart.told.stories.is_empty()
            && apart.told.places.iter().filter(|place| **place == StoryPlace::Undated).count() == 2
    );

    let mut wanted = StoryOptions::default();
    wanted.undated = Undated::Together;
    wanted.threshold = 0.3;
    wanted.leader = 0.3;
    let (_, together) = told(&lines, options(1), &wanted);
    let members: Vec<Vec<usize>> = together
        .told
        .stories
        .iter()
        .map(|story| story.documents.iter().map(|told| told.document.index()).collect())
        .collect();
    assert_eq!(members, [vec![1, 2]], "the dated one tells the same, but not to them");
    assert_eq!(together.told.stories[0].first_seen, None);
}

#[test]
fn an_event_that_returns_after_the_window_is_another_story() {
    let on = |day: &str, id: &str, source: &str, text: &str| record(id, Some(day), source, "حريق سوق الأقمشة", text);
    let lines = |second: &str| [on("2024-03-05", "a", "أ", FIRE), on(second, "b", "ب", FIRE_AGAIN)].concat();
    assert_eq!(told(&lines("2024-03-07"), options(1), &StoryOptions::default()).1.told.stories.len(), 1);
    assert_eq!(told(&lines("2024-03-09"), options(1), &StoryOptions::default()).1.told.stories.len(), 0);
}

#[test]
fn threads_memory_and_order_of_lines_of_other_days_change_nothing() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/stories.jsonl");
    let texts: Vec<serde_json::Value> =
        std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lines: Vec<String> = (0..6)
        .flat_map(|day| {
            texts.iter().enumerate().map(move |(place, text)| {
                let date = format!("2024-03-{:02}", 1 + (day + place) % 9);
                let body = text["text"].as_str().unwrap();
                let rotated: Vec<&str> = body.split(' ').cycle().skip(day * 9).take(body.split(' ').count()).collect();
                record(&format!("{day}-{place}"), Some(&date), &format!("s{}", place % 5), "", &rotated.join(" "))
            })
        })
        .collect();
    let lines = lines.concat();

    let shape =
        |found: &Stories| format!("{:?} {:?} {:?}", found.told.stories, found.told.places, found.found.summary.stories);
    let (_, one) = told(&lines, options(1), &StoryOptions::default());
    assert!(one.told.stories.iter().any(|story| story.documents.len() > 1), "the trial is one");
    let (_, eight) = told(&lines, options(8), &StoryOptions::default());
    assert_eq!(shape(&one), shape(&eight));

    let mut bounded = options(2);
    bounded.memory = Some(64 << 20);
    bounded.map = false;
    assert_eq!(shape(&one), shape(&told(&lines, bounded, &StoryOptions::default()).1));
}

#[test]
fn wrong_values_are_refused_before_anything_is_read() {
    let mut wanted = StoryOptions::default();
    wanted.threshold = 1.5;
    assert!(wanted.validate().unwrap_err().to_string().contains("story_threshold"));
    let mut wanted = StoryOptions::default();
    wanted.span = 2;
    assert!(wanted.validate().unwrap_err().to_string().contains("story_span"));
    let error = StoryOptions::default().check_dates(None).unwrap_err().to_string();
    assert!(error.contains("undated") && error.contains("date_field"), "{error}");
}

/// Reports of one event by two papers, and one of another event, in Urdu.
const URDU: [&str; 3] = [
    "لاہور کی انارکلی مارکیٹ میں کپڑے کی دکانوں میں آگ لگ گئی جس پر چھ فائر ٹینڈرز نے چار گھنٹے کی کوشش کے بعد قابو پایا۔ ریسکیو ترجمان فاروق احمد کے \
مطابق چالیس دکانیں جل گئیں تاہم کوئی تاجر زخمی نہیں ہوا اور عمارت کو خالی کرا لیا گیا ہے۔",
    "انارکلی مارکیٹ لاہور کی چالیس دکانیں آگ کی نذر ہو گئیں۔ ریسکیو کے ترجمان فاروق احمد نے بتایا کہ چھ فائر ٹینڈرز نے مارکیٹ کی آگ بجھائی، کپڑے کے تاجر \
محفوظ رہے اور نقصان کا تخمینہ لگایا جا رہا ہے جبکہ بجلی بند کر دی گئی۔",
    "قومی ہاکی ٹیم نے ایشیائی ٹورنامنٹ کے پہلے میچ میں ملائیشیا کو تین ایک سے شکست دے دی۔ کپتان نے میچ کے بعد کہا کہ کھلاڑیوں نے منصوبے کے مطابق کھیل پیش کیا \
اور اگلا مقابلہ جنوبی کوریا کے خلاف سخت ہو گا اس لیے تیاری جاری ہے۔",
];

#[test]
fn urdu_has_stories_too() {
    let [first, second, other] = URDU;
    let lines = [
        record("first", Some("2024-03-05"), "a", "", first),
        record("second", Some("2024-03-06"), "b", "", second),
        record("other", Some("2024-03-06"), "c", "", other),
    ]
    .concat();
    let (_, found) = told(&lines, options(1), &StoryOptions::default());
    let members: Vec<Vec<usize>> = found
        .told
        .stories
        .iter()
        .map(|story| story.documents.iter().map(|told| told.document.index()).collect())
        .collect();
    assert_eq!(members, [vec![0, 1]]);
}

#[test]
fn stems_are_those_of_the_vectors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/stem_vectors.tsv");
    let vectors = std::fs::read_to_string(path).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in vectors.lines().filter(|line| !line.starts_with('#')) {
        let [language, word, expected] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        count += 1;
        let found = stem(word, language.parse::<Language>().unwrap());
        if found != expected {
            wrong.push(format!("{language} {word}: {found}, not {expected}"));
        }
    }
    assert!(count > 50 && wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_table_is_counted_written_and_read() {
    let text = "افتتح الوزير المركز الجديد في المدينة بحضور عدد من المسؤولين".repeat(3);
    let lines: Vec<String> =
        (0..120).map(|number| record(&number.to_string(), None, "أ", "", &format!("{text} {number}"))).collect();
    let options = Options::default();
    let mut reading = InputOptions::default();
    options.ask_for_archive(&mut reading);
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("a.jsonl"), lines.concat()).unwrap();
    let corpus = Corpus::open(&[home.path().join("a.jsonl")], reading).unwrap();
    let table = Pipeline::new(options).unwrap().rarity(&corpus, 5, &()).unwrap();
    assert_eq!(table.languages().collect::<Vec<_>>(), [(Language::Ar, 120, 5)]);

    let path = home.path().join("words.idf");
    std::fs::write(&path, table.to_bytes()).unwrap();
    assert_eq!(RarityTable::read(&path).unwrap().to_bytes(), table.to_bytes());
    std::fs::write(&path, "id\ttext\n").unwrap();
    assert!(RarityTable::read(&path).unwrap_err().to_string().contains("is no table of rarity"));
}
