//! `stories`: the list, where each record is, the report, archives and tables.

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

const FIRE: &str = "اندلع حريق كبير فجر اليوم في سوق الأقمشة القديم بحي الزهور، وهرعت ست فرق من الدفاع المدني إلى المكان. \
وقال المقدم سالم الحربي إن النيران التهمت أربعين محلا قبل أن يسيطر عليها رجال الإطفاء، ولم تسجل إصابات بين التجار.";
const FIRE_AGAIN: &str = "أتت النيران على أربعين محلا تجاريا في سوق الأقمشة بحي الزهور، بحسب المقدم سالم الحربي الناطق باسم الدفاع المدني. \
وأوضح الحربي أن ست فرق إطفاء شاركت في إخماد حريق السوق القديم، وأن التجار غادروا المكان سالمين دون إصابات.";
const SCRIPT: &str = "<script>alert(1)</script>";

/// The weather of a day: a form with other numbers and other places.
fn weather(day: usize) -> String {
    let places = ["نجران", "عسير", "الباحة", "حائل", "تبوك", "القصيم", "الجوف", "جازان"];
    let (here, there) = (places[day % 8], places[(day + 3) % 8]);
    format!(
        "توقعت الهيئة العامة للأرصاد وحماية البيئة أن تكون السماء غائمة جزئيا على مرتفعات {here} مع فرصة لهطول أمطار رعدية \
مصحوبة برياح نشطة مثيرة للأتربة على {there}، وتكون درجات الحرارة بين {} و{} درجة، والرياح السطحية شمالية غربية بسرعة {} كيلومترا.",
        20 + day * 2,
        31 + day,
        12 + day * 3
    )
}

fn record(id: &str, date: &str, site: &str, title: &str, text: &str) -> String {
    json!({ "id": id, "date": date, "site": site, "title": title, "text": text }).to_string() + "\n"
}

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let lines = [
        record("fire", "2024-03-05", "أ", &format!("حريق {SCRIPT} يلتهم سوق الأقمشة"), FIRE),
        record("again", "2024-03-06", "ب", "النيران تأتي على أربعين محلا في سوق الأقمشة", FIRE_AGAIN),
        record("copy", "2024-03-06", "ج", "حريق يلتهم سوق الأقمشة", FIRE),
        record("short", "2024-03-06", "ج", "حريق", "التفاصيل بعد قليل"),
        record("undated", "قريبا", "ج", "الطقس", &weather(9)),
        "{\n".to_owned(),
    ];
    fs::write(home.path().join("news.jsonl"), lines.concat()).unwrap();
    home
}

fn run(home: &TempDir, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
    command.current_dir(home.path()).args(arguments.split_whitespace()).stdin(Stdio::null()).output().unwrap()
}

fn done(home: &TempDir, arguments: &str) -> (String, String) {
    let output = run(home, arguments);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    (String::from_utf8(output.stdout).unwrap(), told)
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const DATED: &str = "--date-field date --source-field site";

#[test]
fn a_story_has_its_documents_its_copies_and_what_they_share() {
    let home = home();
    let (out, told) = done(&home, &format!("stories news.jsonl {DATED} --format jsonl"));
    let stories = rows(&out);
    assert_eq!(stories.len(), 1, "{out}");
    let story = &stories[0];
    assert_eq!((&story["story"], &story["size"], &story["copies"]), (&json!("fire"), &json!(2), &json!(1)));
    assert_eq!((&story["outlets"], &story["spread"]), (&json!(["أ", "ب", "ج"]), &json!(86_400)));
    assert_eq!(
        (&story["first_seen"], &story["last_seen"]),
        (&json!("2024-03-05T00:00:00Z"), &json!("2024-03-06T00:00:00Z"))
    );

    let documents = story["documents"].as_array().unwrap();
    let ids: Vec<&str> = documents.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["fire", "again", "copy"]);
    assert_eq!((&documents[0]["story_score"], &documents[2]["copy_of"]), (&Value::Null, &json!("fire")));
    assert!(documents[1]["story_score"].as_f64().unwrap() >= 0.48);
    for term in documents[1]["story_terms"].as_array().unwrap() {
        assert!(FIRE_AGAIN.contains(term.as_str().unwrap()) || term.as_str().unwrap().contains("أربعين"), "{term}");
    }

    // Every record is counted once.
    let account =
        "places   6 read = 2 told in stories + 0 alone + 1 copies + 1 too short + 1 without a date + 1 rejected";
    assert!(told.contains(account), "{told}");
}

#[test]
fn formats_tell_the_same_at_any_number_of_threads() {
    let home = home();
    for format in ["text", "json", "jsonl", "tsv", "csv"] {
        let out =
            |threads: usize| done(&home, &format!("stories news.jsonl {DATED} -q -j {threads} --format {format}")).0;
        let one = out(1);
        assert_eq!(one, out(8), "{format}");
        assert!(one.contains("again") && one.contains("fire"), "{format}: {one}");
    }
    let (table, _) = done(&home, &format!("stories news.jsonl {DATED} -q --format tsv"));
    assert!(table.starts_with("story\tsize\tcopies\toutlets\tfirst_seen\tlast_seen\tspread\tid\t"), "{table}");
    assert_eq!(table.lines().count(), 4);
}

#[test]
fn the_warning_of_undated_records_says_what_becomes_of_them_here() {
    let home = home();
    let warned = |arguments: &str| {
        let (_, told) = done(&home, arguments);
        let warning = told.lines().find(|line| line.contains("1 record has no readable date in `date`"));
        warning.unwrap_or_else(|| panic!("{told}")).to_owned()
    };
    let apart = warned(&format!("stories news.jsonl {DATED}"));
    assert!(apart.ends_with("(the first: \"قريبا\"); it is in no story, unless a copy has a date"), "{apart}");
    let together = warned(&format!("stories news.jsonl {DATED} --undated together"));
    assert!(together.ends_with("unless a copy has a date, its story is told apart"), "{together}");
    let window = warned(&format!("stories news.jsonl {DATED} --window 2d"));
    assert!(
        window.ends_with("as a copy it is near everything in time; it is in no story, unless a copy has a date"),
        "{window}"
    );
    let clusters = warned("clusters news.jsonl --date-field date");
    assert!(clusters.ends_with("; it is near everything in time"), "{clusters}");
}

#[test]
fn places_have_a_row_for_every_record() {
    let home = home();
    let (out, _) = done(&home, &format!("stories news.jsonl {DATED} -q --places places.jsonl -o stories.tsv"));
    assert_eq!(out, "");
    let places = rows(&fs::read_to_string(home.path().join("places.jsonl")).unwrap());
    let shown: Vec<String> =
        places.iter().map(|row| format!("{} {} {}", row["id"], row["place"], row["story"]).replace('"', "")).collect();
    let expected = [
        "fire told fire",
        "again told fire",
        "copy copy fire",
        "short short null",
        "undated undated null",
        "news.jsonl:6 rejected null",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn many_rows_are_written_in_order_on_any_number_of_threads() {
    let home = home();
    let short = |number: usize| record(&format!("r{number}"), "2024-03-05", "أ", "خبر", &format!("خبر {number}"));
    let lines: String = (0..700).map(short).collect();
    fs::write(home.path().join("many.jsonl"), lines + &fs::read_to_string(home.path().join("news.jsonl")).unwrap())
        .unwrap();
    let places = |format: &str, threads: usize| {
        let name = format!("places{threads}.{format}");
        done(&home, &format!("stories many.jsonl {DATED} -q -j {threads} --places {name}"));
        fs::read_to_string(home.path().join(name)).unwrap()
    };
    for format in ["json", "jsonl", "tsv", "csv"] {
        assert_eq!(places(format, 1), places(format, 8), "{format}");
    }

    let array: Vec<Value> = serde_json::from_str(&places("json", 8)).unwrap();
    assert_eq!(array, rows(&places("jsonl", 8)));
    let ids: Vec<&str> = array.iter().take(700).map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, (0..700).map(|number| format!("r{number}")).collect::<Vec<_>>());
    assert_eq!((array.len(), places("tsv", 8).lines().count()), (706, 707));
}

#[test]
fn kept_records_of_dedup_carry_their_story() {
    let home = home();
    let annotated = |output: &str, arguments: &str| {
        done(&home, &format!("dedup news.jsonl {DATED} -q -o {output} --annotate --stories {arguments}"));
        fs::read(home.path().join(output)).unwrap()
    };
    let lines = String::from_utf8(annotated("kept.jsonl", "")).unwrap();
    let kept = rows(&lines);
    let ids: Vec<&Value> = kept.iter().map(|row| &row["id"]).collect();
    assert_eq!(ids, ["fire", "again", "short", "undated"], "the copy goes, and nothing else");

    // As `stories` tells it.
    let (told, _) = done(&home, &format!("stories news.jsonl {DATED} -q --format jsonl"));
    let told = rows(&told);
    let document = &told[0]["documents"][1];
    let tells = &kept[1]["mukarrar"];
    for name in ["story_score", "story_terms", "recurring_form"] {
        assert_eq!(tells[name], document[name], "{name}");
    }
    assert_eq!((&tells["story"], &kept[0]["mukarrar"]["story"]), (&json!("fire"), &json!("fire")));
    assert_eq!(kept[0]["mukarrar"]["size"], 2);
    assert_eq!((&kept[2]["mukarrar"]["story"], &kept[2]["mukarrar"]["story_terms"]), (&Value::Null, &json!([])));

    // The same bytes with other threads and little memory, and the same values in tables.
    assert_eq!(annotated("one.jsonl", "-j 1"), lines.as_bytes());
    assert_eq!(annotated("eight.jsonl", "-j 8 --memory 64M"), lines.as_bytes());
    let table = String::from_utf8(annotated("kept.csv", "")).unwrap();
    let header = "mukarrar_weight,mukarrar_story,mukarrar_story_score,mukarrar_story_terms,mukarrar_recurring_form";
    assert!(table.lines().next().unwrap().ends_with(header), "{table}");
    assert!(table.lines().nth(3).unwrap().ends_with(",,,,false"), "{table}");
    let score = tells["story_score"].as_f64().unwrap();
    assert!(table.lines().nth(2).unwrap().contains(&format!(",fire,{score:.6},")), "{table}");

    let refused = |arguments: &str, part: &str| {
        let output = run(&home, &format!("dedup news.jsonl -o x.jsonl {arguments}"));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && told.contains(part), "{arguments}: {told}");
    };
    refused("--stories", "--annotate");
    refused("--annotate --stories", "--date-field");
    refused("--annotate --story-threshold 0.6", "--stories");
}

#[cfg(feature = "parquet")]
#[test]
fn a_table_of_parquet_gets_the_columns_of_stories() {
    let home = home();
    done(&home, &format!("dedup news.jsonl {DATED} -q -o made.parquet --annotate=m --stories"));
    done(&home, &format!("dedup made.parquet {DATED} -q -o copied.parquet --annotate=c --stories"));
    done(&home, "dedup copied.parquet -q -o out.jsonl");
    let out = rows(&fs::read_to_string(home.path().join("out.jsonl")).unwrap());
    for field in ["m", "c"] {
        assert_eq!(out[1][format!("{field}_story")], "fire");
        assert!(out[1][format!("{field}_story_score")].as_f64().unwrap() >= 0.48);
        assert_eq!(out[1][format!("{field}_recurring_form")], false);
        assert_eq!(out[2][format!("{field}_story")], Value::Null);
    }
}

#[cfg(feature = "parquet")]
#[test]
fn vectors_of_parquet_are_lists() {
    let home = home();
    let lines = fs::read_to_string(home.path().join("news.jsonl")).unwrap();
    let with_vector = |(place, line): (usize, &str)| {
        let mut row: Value = serde_json::from_str(line).ok()?;
        row["v"] = if place == 3 { Value::Null } else { json!([0.25, 1.5, place as f64 + 0.5]) };
        Some(row.to_string() + "\n")
    };
    fs::write(home.path().join("v.jsonl"), lines.lines().enumerate().filter_map(with_vector).collect::<String>())
        .unwrap();
    done(&home, "dedup v.jsonl --remove exact -t 1 -q -o v.parquet");
    done(&home, "dedup v.parquet --remove exact -t 1 -q -o v2.jsonl");

    let vectors = "--vector-field v --vector-weight 0.5 -q --format jsonl";
    let (columns, _) = done(&home, &format!("stories v.parquet {DATED} {vectors}"));
    let (objects, _) = done(&home, &format!("stories v2.jsonl {DATED} {vectors}"));
    let score = |out: &str| rows(out)[0]["documents"][1]["story_score"].as_f64().unwrap();
    assert!((score(&columns) - score(&objects)).abs() < 1e-9);
    let (plain, _) = done(&home, &format!("stories v.parquet {DATED} -q --format jsonl"));
    assert!(score(&columns) > score(&plain));
}

#[test]
fn the_report_is_one_page_in_which_texts_are_no_markup() {
    let home = home();
    done(&home, &format!("stories news.jsonl {DATED} -q --report stories.html"));
    let page = fs::read_to_string(home.path().join("stories.html")).unwrap();
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script"), "no script at all");
    assert!(page.contains("2 told, 1 copied, 3 outlets") && page.contains("aria-label=\"Time line\""));
    assert_eq!(page.matches("<rect class=\"copy\"").count(), 1);
}

#[test]
fn the_weather_of_every_day_is_no_story_if_an_archive_knows_it() {
    let home = home();
    let on = |day: usize, site: &str| {
        record(&format!("w{day}"), &format!("2024-03-{day:02}"), site, "حالة الطقس", &weather(day))
    };
    let write = |name: &str, text: String| fs::write(home.path().join(name), text).unwrap();
    write("today.jsonl", [on(10, "أ"), on(11, "ب"), on(12, "ج")].concat());
    write("before.jsonl", (1..7).map(|day| on(day, "د")).collect());

    let sizes = |arguments: &str| -> Vec<u64> {
        let (out, _) =
            done(&home, &format!("stories today.jsonl {DATED} -q --format jsonl --threshold 0.95 {arguments}"));
        rows(&out).iter().map(|row| row["size"].as_u64().unwrap()).collect()
    };
    assert_eq!(sizes(""), [3], "without a past the days look like one story");
    assert_eq!(sizes("--archive before.jsonl"), [0; 0]);

    let (_, told) = done(&home, &format!("stories today.jsonl {DATED} --threshold 0.95 --archive before.jsonl"));
    assert!(told.contains("archive  6 documents") && told.contains("of 3 such documents"), "{told}");
}

#[test]
fn a_table_of_ones_own_replaces_the_shipped_one() {
    let home = home();
    let lines: String = (0..150).map(|day| record(&format!("w{day}"), "2024-03-05", "أ", "", &weather(day))).collect();
    fs::write(home.path().join("archive.jsonl"), lines).unwrap();
    let (_, told) = done(&home, "idf archive.jsonl -o words.idf");
    assert!(told.contains("words of 150 documents: ar"), "{told}");
    done(&home, &format!("stories news.jsonl {DATED} -q --idf words.idf"));

    let refused = |arguments: &str| {
        let output = run(&home, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&format!("stories news.jsonl {DATED} --idf news.jsonl")).contains("is no table of rarity"));
    assert!(refused("idf archive.jsonl -o archive.jsonl").contains("is an input"));
    let undated = refused("stories news.jsonl");
    assert!(undated.contains("--undated") && undated.contains("--date-field"), "{undated}");
    assert!(refused(&format!("stories news.jsonl {DATED} --story-span 1")).contains("--story-span"));
    assert!(refused(&format!("stories news.jsonl {DATED} --places news.jsonl")).contains("is an input"));
}
