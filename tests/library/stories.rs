//! Stories: documents that tell of one event in words of their own.

use std::path::Path;

use mukarrar::document::DocId;
use mukarrar::input::{Corpus, Input, InputOptions};
use mukarrar::normalize::Language;
use mukarrar::pipeline::{Options, Pipeline, Stories};
use mukarrar::story::{RarityTable, Story, StoryOptions, StoryPlace, Undated, stem};

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
    assert_eq!(members(&together), [vec![1, 2]], "the dated one tells the same, but not to them");
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

/// Reports of one event by two papers, and two of other events, in Persian: a title and a text each.
const PERSIAN: [(&str, &str); 4] = [
    (
        "آتش‌سوزی در بازار پارچه‌فروشان یزد",
        "بامداد امروز آتش‌سوزی بزرگی در بازار قدیمی پارچه‌فروشان شهر یزد رخ داد و شش گروه آتش‌نشانی به محل اعزام شدند. سرهنگ کریم نوروزی سخنگوی \
آتش‌نشانی یزد گفت که چهل مغازه در این بازار سوخت اما به هیچ یک از کاسبان آسیبی نرسید و آتش پس از چهار ساعت مهار شد.",
    ),
    (
        "چهل مغازه بازار یزد در آتش سوخت",
        "حریق گسترده در بازار پارچه یزد چهل مغازه را به خاکستر تبدیل کرد. به گفته سرهنگ نوروزی سخنگوی سازمان آتش‌نشانی، آتش‌نشانان از شش ایستگاه \
پس از چهار ساعت تلاش شعله‌ها را خاموش کردند و کاسبان بازار قدیمی آسیبی ندیدند. علت حادثه در دست بررسی است.",
    ),
    (
        "پیروزی نفت در هفته دوازدهم لیگ",
        "تیم فوتبال نفت در هفته دوازدهم لیگ برتر میهمان خود شهرداری را با دو گل شکست داد. سرمربی این تیم پس از مسابقه گفت که بازیکنان برنامه‌های \
تمرین را به خوبی اجرا کردند و برای دیدار هفته آینده مقابل صدرنشین آماده می‌شوند. این بازی بیست هزار تماشاگر داشت.",
    ),
    (
        "افتتاح بیمارستان تازه در شهرستان",
        "وزیر بهداشت در سفر به استان کرمان یک بیمارستان صد و بیست تختخوابی را افتتاح کرد. او گفت که این بیمارستان بخش دیالیز و جراحی قلب دارد و \
پزشکان متخصص از ماه آینده در آن مشغول به کار می‌شوند. ساخت آن شش سال طول کشید.",
    ),
];

#[test]
fn a_small_input_in_persian_has_stories_too() {
    let sources = ["a", "b", "c", "d"];
    let lines: String = (PERSIAN.iter().zip(sources))
        .map(|((title, text), source)| record(source, Some("2024-03-05"), source, title, text))
        .collect();
    let (_, found) = told(&lines, options(1), &StoryOptions::default());
    assert!(found.told.counted.is_empty(), "the shipped table knows Persian");
    assert_eq!(members(&found), [vec![0, 1]]);
}

/// The documents of each story.
fn members(found: &Stories) -> Vec<Vec<usize>> {
    let documents = |story: &Story| story.documents.iter().map(|told| told.document.index()).collect();
    found.told.stories.iter().map(documents).collect()
}

/// Three records, of which the second tells what the first does, with vectors.
fn with_vectors(vectors: [&str; 3]) -> String {
    let lines = [FIRE, FIRE_AGAIN, MATCH].iter().zip(vectors).enumerate().map(|(place, (text, vector))| {
        let record = record(&format!("{place}"), Some("2024-03-05"), &format!("s{place}"), "", text);
        format!("{}, \"v\": {vector}}}\n", record.trim_end().trim_end_matches('}'))
    });
    lines.collect()
}

#[test]
fn vectors_join_and_separate() {
    let mut wanted = StoryOptions::default();
    wanted.vector_field = Some("v".to_owned());
    let score = |vectors: [&str; 3], wanted: &StoryOptions| {
        let (_, found) = told(&with_vectors(vectors), options(2), wanted);
        let joined = found.told.stories.first().and_then(|story| story.documents.get(1)?.score);
        (joined, found.found.summary.stories.unwrap().without_vector)
    };

    let (alike, missing) = score(["[1, 2, 3]", "[2, 4, 6.1]", "[3, 2, 1]"], &wanted);
    assert_eq!(missing, 0);
    let (plain, missing) = score(["null", "[2, 4, 6]", "[0, 0, 0]"], &wanted);
    assert_eq!(missing, 2, "a missing vector, and one without direction");
    let (alike, plain) = (alike.unwrap(), plain.unwrap());
    assert!((alike - (0.7 * plain + 0.3)).abs() < 0.001, "{alike} of words alone {plain}");

    // Little-endian f32 in base64: the same three numbers.
    let (coded, _) = score(["\"AACAPwAAAEAAAEBA\"", "\"AACAPwAAAEAAAEBA\"", "[1, 2, 3]"], &wanted);
    assert!((coded.unwrap() - alike).abs() < 0.001);

    wanted.vector_weight = 0.9;
    assert_eq!(score(["[1, 0]", "[0, 1]", "[1, 1]"], &wanted), (None, 0), "vectors may keep apart what words join");
}

#[test]
fn what_is_no_vector_is_an_error_that_names_the_record() {
    let mut wanted = StoryOptions::default();
    wanted.vector_field = Some("v".to_owned());
    let refusal = |vectors: [&str; 3], limit: Option<u64>| {
        let mut options = options(2);
        (options.stories, options.memory) = (Some(wanted.clone()), limit);
        let mut reading = InputOptions::default();
        options.ask_for_fields(&mut reading);
        let lines = with_vectors(vectors);
        let input = Input::from_reader("news.jsonl", std::io::Cursor::new(lines), reading).unwrap();
        let pipeline = Pipeline::new(options).unwrap();
        pipeline.read_stories(input, None, RarityTable::built_in(), &()).err().unwrap().to_string()
    };

    let length = refusal(["[1, 2]", "[1, 2]", "[1, 2, 3]"], None);
    assert!(length.contains(":3") && length.contains("has 3 numbers, and those of earlier records have 2"), "{length}");
    for (vector, part) in [
        ("[1, NaN]", "is no list of numbers"),
        ("[1, \"2\"]", "is no list of numbers"),
        ("[1e39, 0]", "has a number that is not finite"),
        ("[]", "has no number"),
        ("7", "is a number"),
        ("\"0.1 0.2\"", "is neither a list of numbers nor base64"),
    ] {
        let told = refusal(["[1, 2]", vector, "[1, 2]"], None);
        assert!(told.contains(part) && told.contains(":2") && told.contains("\"v\""), "{vector}: {told}");
    }
    wanted.vector_weight = 0.0;
    assert!(wanted.validate().unwrap_err().to_string().contains("vector_weight"));
}

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
    assert_eq!(members(&found), [vec![0, 1]]);
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
