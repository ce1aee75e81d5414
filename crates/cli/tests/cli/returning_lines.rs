//! Lines that return on the pages of a source: menus and notes are cut as boilerplate, repeated stories stay stories.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::text::{self, Random};
use mukarrar::document::UnitKind;
use mukarrar::input::Corpus;
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Clustering, Options, Pipeline};
use serde_json::Value;

/// A line of a menu, a note inside the text and one below it; each looks like a part of a story.
const MENU: &str = "نروي ما حدث كما حدث منذ عام ألف وتسعمئة وسبعين";
const NOTE: &str = "هذا الموقع يعمل بدعم قرائه، وكل مساهمة تصنع فرقا.";
const FOOT: &str = "نرحب برسائلكم على عنوان الصحيفة في شارع المرفأ.";

/// A paragraph of its own.
fn paragraph(random: &mut Random) -> String {
    format!("وقال {}.", text::spelled(&text::words(random, 20_000, 30)))
}

/// A title and the paragraphs of a story.
fn story(random: &mut Random) -> Vec<String> {
    let title = text::spelled(&text::words(random, 20_000, 7));
    std::iter::once(title).chain((0..3).map(|_| paragraph(random))).collect()
}

/// A page with a story, under the furniture of its source.
fn page(story: &[String]) -> String {
    let [title, first, rest @ ..] = story else { panic!("a story has a title and a paragraph") };
    format!("{MENU}\n{title}\n{first}\n{NOTE}\n{}\n{FOOT}\n", rest.join("\n"))
}

/// So many pages of one site; the third story stands again on the last page.
fn pages(count: usize) -> Vec<(String, String)> {
    let mut random = Random::new(7);
    let mut stories: Vec<Vec<String>> = (0..count).map(|_| story(&mut random)).collect();
    stories[count - 1] = stories[2].clone();
    let named = |(place, story): (usize, &Vec<String>)| (format!("site/{place:03}.txt"), page(story));
    let mut pages: Vec<(String, String)> = stories.iter().enumerate().map(named).collect();
    // Another section has the copy: no page is like another.
    pages[count - 1].1.insert_str(0, "من الأرشيف\n");
    pages
}

fn clusters(pages: &[(String, String)]) -> Clustering {
    let corpus = Corpus::from_texts(pages.iter().map(|(id, text)| (id.as_str(), text.as_str())));
    let mut options = Options::default();
    options.unit = UnitLevel::Story;
    Pipeline::new(options).unwrap().clusters(&corpus, &()).unwrap()
}

/// The kinds of the unit that begins each line with this text, page by page.
fn kinds(found: &Clustering, pages: &[(String, String)], line: &str) -> Vec<Option<UnitKind>> {
    let kind = |(place, (_, text)): (usize, &(String, String))| {
        let at = text.find(line)?;
        let holds = |unit: &mukarrar::document::UnitId| {
            let span = found.units.span(*unit);
            found.units.document(*unit).index() == place && span.start <= at && at < span.end
        };
        found.units.ids().find(holds).map(|unit| found.units.kind(unit))
    };
    pages.iter().enumerate().map(kind).collect()
}

#[test]
fn a_line_that_returns_is_boilerplate_though_it_looks_like_a_story() {
    let pages = pages(12);
    let found = clusters(&pages);
    for line in [MENU, NOTE, FOOT] {
        assert_eq!(kinds(&found, &pages, line), [Some(UnitKind::Boilerplate); 12], "{line}");
    }
    // A page alone shows nothing of it.
    let alone = &pages[..1];
    assert_ne!(kinds(&clusters(alone), alone, NOTE), [Some(UnitKind::Boilerplate)]);
}

#[test]
fn a_story_that_returns_stays_a_story_and_is_found() {
    let pages = pages(12);
    let found = clusters(&pages);
    for paragraph in pages[2].1.lines().filter(|line| line.starts_with("وقال")) {
        let of_paragraph = kinds(&found, &pages, paragraph);
        assert_eq!((of_paragraph[2], of_paragraph[11]), (Some(UnitKind::Story), Some(UnitKind::Story)), "{paragraph}");
    }
    let copies = |cluster: &mukarrar::cluster::Cluster| {
        let of_story = cluster.members.iter().filter(|member| found.units.kind(member.unit) == UnitKind::Story);
        of_story.map(|member| found.units.document(member.unit).index()).collect::<Vec<_>>()
    };
    assert!(found.clusters.iter().any(|cluster| copies(cluster) == [2, 11]), "{:?}", found.clusters);
}

/// A story on most pages of a source, each time under other furniture, is what is looked for.
#[test]
fn a_story_on_most_pages_stays_a_story() {
    let mut random = Random::new(3);
    let shared = story(&mut random);
    let around = |place: usize, random: &mut Random| {
        let [menu, foot] = [0, 1].map(|_| text::spelled(&text::words(random, 20_000, 2)));
        (format!("site/{place}"), format!("{menu}\n{}\n{foot}\n", shared.join("\n")))
    };
    let pages: Vec<(String, String)> = (0..12).map(|place| around(place, &mut random)).collect();
    let found = clusters(&pages);
    for paragraph in &shared[1..] {
        assert_eq!(kinds(&found, &pages, paragraph), [Some(UnitKind::Story); 12], "{paragraph}");
    }
    assert_eq!(kinds(&found, &pages, &shared[0]), [Some(UnitKind::Headline); 12]);
}

/// What the command writes, run over `site` or, with `-`, over one stream.
fn run(home: &Path, arguments: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
    let stdin = fs::File::open(home.join("all.jsonl")).unwrap();
    command.current_dir(home).args(arguments.split_whitespace()).stdin(stdin).stderr(Stdio::piped());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join("in/site")).unwrap();
    let mut all = String::new();
    for (id, text) in pages(60) {
        fs::write(home.path().join("in").join(&id), &text).unwrap();
        all.push_str(&serde_json::json!({ "text": text, "url": format!("https://site.example/{id}") }).to_string());
        all.push('\n');
    }
    fs::write(home.path().join("all.jsonl"), all).unwrap();
    home
}

#[test]
fn threads_memory_and_the_work_directory_change_nothing() {
    let home = home();
    for input in ["in", "all.jsonl"] {
        let run = |rest: &str| run(home.path(), &format!("clusters {input} --unit story --format jsonl {rest}"));
        let expected = run("--threads 1");
        assert!(expected.contains("\"story\""), "{expected}");
        for rest in ["--threads 4", "--memory 96M --threads 2", "--work-dir work"] {
            assert_eq!(run(rest), expected, "{input} {rest}");
        }
    }
}

#[test]
fn a_stream_is_cut_as_a_file_is() {
    let home = home();
    let clusters =
        |input: &str| run(home.path(), &format!("clusters {input} --unit story --format jsonl --id-field url"));
    let ids = |output: &str| {
        let rows = output.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        rows.map(|row| row["id"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&clusters("-")), ids(&clusters("all.jsonl")));
}

/// `units` shows how a run cuts: where records have ids of their own, and where their place is all that names them.
#[test]
fn units_are_those_of_the_run() {
    let home = home();
    for input in ["in", "all.jsonl", "all.jsonl --source-field url"] {
        let units = run(home.path(), &format!("units {input} --unit story --format jsonl"));
        let rows = units.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let notes = rows.filter(|row| row["preview"].as_str() == Some(NOTE)).map(|row| row["kind"].to_string());
        // A field that has another value on each page leaves no source with two pages.
        let alone = input.contains("source-field");
        assert_eq!(notes.filter(|kind| kind == "\"boilerplate\"").count(), if alone { 0 } else { 60 }, "{input}");
    }
}
