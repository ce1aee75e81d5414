//! What `dedup` writes: the bytes of records that stay, spans cut out of pages, and nothing half done.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const STORY: &str = "أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة، وقالت إن العمل فيها يبدأ قريبا";
const COPY: &str = "أعلنت وزارة الصحّة امس عن إفتتاح ثلاثة مراكز صحية جديدة في المدينه وقالت ان العمل فيها يبدأ قريباً";
const OTHER: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل، وتسلم القائد الكأس أمام جمهور كبير";

struct Home(TempDir);

impl Home {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        for (name, bytes) in files {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        home
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        command.current_dir(self.path()).args(arguments.split_whitespace()).stdin(Stdio::null()).output().unwrap()
    }

    /// Runs a command that must succeed.
    fn done(&self, arguments: &str) {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn read(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.path().join(name)).unwrap()).unwrap()
    }

    fn json(&self, name: &str) -> Vec<serde_json::Value> {
        self.read(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn records_that_stay_are_copied_byte_for_byte() {
    // Odd spacing, escapes, number forms and CRLF stay; the last line ends nothing.
    let first = format!("{{ \"id\" : \"a\",\"text\":\"{STORY}\", \"n\": 1.50e0 , \"x\":\"\\u0627\" }}\r\n");
    let copy = format!("{{\"id\":\"b\",\"text\":\"{COPY}\"}}\r\n");
    let last = format!("{{\"id\":\"c\",\"text\":\"{OTHER}\"}}");
    let home = Home::new(&[("in.jsonl", format!("{first}{copy}{last}").as_bytes())]);
    home.done("dedup in.jsonl -q -o out.jsonl --removed removed.jsonl");
    assert_eq!(home.read("out.jsonl"), format!("{first}{last}"));
    let removed = home.json("removed.jsonl");
    assert_eq!(removed.len(), 1);
    assert_eq!(
        (&removed[0]["kind"], &removed[0]["id"], &removed[0]["keeper"]),
        (&"record".into(), &"b".into(), &"a".into())
    );
    assert!(removed[0].get("start").is_none());
    // Cleaning what is clean changes nothing.
    home.done("dedup out.jsonl -q -o again.jsonl");
    assert_eq!(home.read("again.jsonl"), home.read("out.jsonl"));
}

#[test]
fn a_last_line_without_end_gets_one_only_if_something_follows() {
    let line = |id: &str, text: &str| format!("{{\"id\":\"{id}\",\"text\":\"{text}\"}}");
    let (one, two) = (line("a", STORY), line("b", OTHER));
    let home = Home::new(&[("1.jsonl", one.as_bytes()), ("2.jsonl", two.as_bytes())]);
    let output = home.run("dedup 1.jsonl 2.jsonl -q -o -");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{one}\n{two}"));
}

#[test]
fn a_directory_keeps_its_paths_and_compressions() {
    let lines = format!("{{\"id\":\"d\",\"text\":\"{OTHER}\"}}\n{{\"id\":\"e\",\"text\":\"{OTHER}\"}}\n");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, lines.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let home =
        Home::new(&[("in/1.txt", STORY.as_bytes()), ("in/sub/2.txt", COPY.as_bytes()), ("in/sub/3.jsonl.gz", &packed)]);
    home.done("dedup in -q -o out");
    assert_eq!(home.read("out/1.txt"), STORY);
    assert!(!home.path().join("out/sub/2.txt").exists());
    let mut text = String::new();
    let packed = fs::File::open(home.path().join("out/sub/3.jsonl.gz")).unwrap();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    assert_eq!(text, lines.lines().next().unwrap().to_owned() + "\n");
}

#[test]
fn spans_are_cut_out_of_pages_and_listed() {
    let headline = "فرنسا: المواجهة العسكرية مع إيران شبه حتمية في هذه الحالة";
    let page = format!(
        "{headline}\n\n{STORY}. {OTHER}. وأضاف المتحدث أن التفاصيل ستعلن لاحقا.\n\nإقرأ أيضاً:\n• {headline}\n• انطلاق موسم الحصاد في السهول الشمالية وسط توقعات بإنتاج وفير\n"
    );
    let record =
        |text: &str| format!("{{\"k\":1,\"id\":\"p\",\"text\":{},\"z\":[ ]}}\n", serde_json::Value::from(text));
    let home = Home::new(&[("in.jsonl", record(&page).as_bytes())]);
    home.done("dedup in.jsonl --unit story -o out.jsonl --removed removed.jsonl --summary summary.json");
    assert_eq!(home.read("out.jsonl"), record(&page.replace(&format!("• {headline}\n"), "")));
    let removed = home.json("removed.jsonl");
    assert_eq!(removed.len(), 1);
    assert_eq!(
        (&removed[0]["kind"], &removed[0]["id"], &removed[0]["keeper"]),
        (&"span".into(), &"p#3".into(), &"p#0".into())
    );
    let (start, end) = (removed[0]["start"].as_u64().unwrap() as usize, removed[0]["end"].as_u64().unwrap() as usize);
    assert!(page[start..end].contains(headline));
    let summary: serde_json::Value = serde_json::from_str(&home.read("summary.json")).unwrap();
    assert_eq!((&summary["records"]["kept"], &summary["records"]["edited"]), (&1.into(), &1.into()));
}

#[test]
fn a_document_left_without_a_token_goes_too() {
    let home =
        Home::new(&[("in/1.txt", format!("{STORY}\n").as_bytes()), ("in/2.txt", format!("{COPY}\n***\n").as_bytes())]);
    home.done("dedup in -q --unit paragraph -o out --removed removed.jsonl");
    assert_eq!(home.read("out/1.txt"), format!("{STORY}\n"));
    assert!(!home.path().join("out/2.txt").exists());
    let kinds: Vec<_> = home.json("removed.jsonl").iter().map(|row| (row["kind"].clone(), row["id"].clone())).collect();
    assert_eq!(kinds, [("span".into(), "2.txt#0".into()), ("record".into(), "2.txt".into())]);
}

#[test]
fn every_record_is_kept_removed_or_rejected() {
    let lines = format!(
        "{{\"id\":\"a\",\"text\":\"{STORY}\"}}\nbroken\n{{\"id\":\"b\",\"text\":\"{COPY}\"}}\n{{\"id\":\"c\",\"text\":null}}\n"
    );
    let home = Home::new(&[("in.jsonl", lines.as_bytes())]);
    home.done("dedup in.jsonl -q -o out.jsonl --rejected rejected.jsonl --clusters clusters.jsonl --summary s.json");
    let rejected = home.json("rejected.jsonl");
    assert_eq!((&rejected[0]["source"], &rejected[0]["reason"]), (&"in.jsonl:2".into(), &"invalid_json".into()));
    assert_eq!((&rejected[1]["source"], &rejected[1]["reason"]), (&"in.jsonl:4".into(), &"null_text".into()));
    assert_eq!(home.json("clusters.jsonl")[0]["size"], 2);
    let records = serde_json::from_str::<serde_json::Value>(&home.read("s.json")).unwrap()["records"].clone();
    let counted = serde_json::json!({"read": 4, "kept": 1, "edited": 0, "removed": {"exact": 1},
        "rejected": {"invalid_json": 1, "null_text": 1}});
    assert_eq!(records, counted);
}

#[test]
fn removed_copies_with_much_more_text_are_counted_unless_the_longest_stays() {
    let words = |from: usize, to: usize| (from..to).map(|at| format!("كلمة{at}")).collect::<Vec<_>>().join(" ");
    let (first, updated) = (words(0, 200), words(0, 260));
    let lines = format!("{{\"id\":\"a\",\"text\":\"{first}\"}}\n{{\"id\":\"b\",\"text\":\"{updated}\"}}\n");
    let home = Home::new(&[("in.jsonl", lines.as_bytes())]);
    let longer = |policy: &str| {
        let output = home.run(&format!("dedup in.jsonl --keep {policy} -o out.jsonl --summary s.json"));
        let summary: serde_json::Value = serde_json::from_str(&home.read("s.json")).unwrap();
        assert_eq!(summary["records"]["removed"]["near"], 1);
        (summary["records"]["longer"].clone(), String::from_utf8_lossy(&output.stderr).contains("--keep longest"))
    };
    assert_eq!(longer("first"), (1.into(), true));
    assert_eq!(longer("longest"), (serde_json::Value::Null, false));
}

#[test]
fn a_run_that_fails_leaves_nothing_behind() {
    let line = format!("{{\"id\":\"a\",\"text\":\"{STORY}\"}}\n");
    let home = Home::new(&[("in.jsonl", line.as_bytes()), ("old.jsonl", b"old")]);
    // The last output cannot be made: its directory is a file.
    let output = home.run("dedup in.jsonl -o old.jsonl --removed removed.jsonl --summary in.jsonl/s.json");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(home.names(), ["in.jsonl", "old.jsonl"]);
    assert_eq!((home.read("old.jsonl"), home.read("in.jsonl")), ("old".to_owned(), line));
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let lines: String = (0..5000).map(|id| format!("{{\"id\":{id},\"text\":\"{STORY}\"}}\n")).collect();
    let home = Home::new(&[("in.jsonl", lines.as_bytes())]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mukarrar"))
        .current_dir(home.path())
        .args(["clusters", "in.jsonl", "-q"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

/// What stands in the references goes, whatever comes first; they stay as they are, copies among them too.
#[test]
fn what_stands_in_the_references_is_removed() {
    let line = |id: &str, text: &str| format!("{{\"id\":\"{id}\",\"text\":\"{text}\"}}\n");
    let fresh = "أطلقت البلدية حملة لتنظيف الشواطئ شارك فيها مئات المتطوعين من طلاب المدارس والجامعات يوم الجمعة";
    let old = [line("a", STORY), line("b", COPY), "broken\n".to_owned()].concat();
    let new = [line("x", OTHER), line("a", COPY), line("y", fresh), line("z", OTHER)].concat();
    let home = Home::new(&[("old/1.jsonl", old.as_bytes()), ("new.jsonl", new.as_bytes())]);
    home.done("dedup new.jsonl --against old -o clean.jsonl --removed removed.jsonl --summary s.json -q --keep last");
    assert_eq!(home.read("clean.jsonl"), [line("y", fresh), line("z", OTHER)].concat());
    assert_eq!(home.read("old/1.jsonl"), old);
    let removed = home.json("removed.jsonl");
    let rows: Vec<_> =
        removed.iter().map(|row| (row["id"].as_str(), row["keeper"].as_str(), row["reference"].as_str())).collect();
    // Both are called `a`, and neither gets another name for it.
    assert_eq!(rows, [(Some("x"), Some("z"), None), (Some("a"), Some("b"), Some("old/1.jsonl:2"))]);
    let summary: serde_json::Value = serde_json::from_str(&home.read("s.json")).unwrap();
    assert_eq!(summary["records"]["read"], 4);
    assert_eq!(summary["records"]["kept"], 2);
    assert_eq!(summary["records"]["rejected"], serde_json::json!({}));
    assert_eq!(summary["references"], serde_json::json!({"read": 3, "rejected": 1}));
    let output = home.run("dedup new.jsonl --against new.jsonl -o x.jsonl");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("new.jsonl"), "{output:?}");
}

/// Every record stays as it is, with one field more.
#[test]
fn marks_say_what_a_record_repeats() {
    let lines = [
        format!("{{ \"id\": \"a\", \"text\": \"{STORY}\" }}\r\n"),
        format!("{{\"id\":\"b\",\"text\":\"{COPY}\",\"x\":[1]}}\n"),
        "[]\n".to_owned(),
        format!("{{\"id\":\"c\",\"text\":\"{OTHER}\"}}"),
    ];
    let home = Home::new(&[("in.jsonl", lines.concat().as_bytes())]);
    home.done("dedup in.jsonl --mark -o out.jsonl --summary s.json -q");
    let out = home.read("out.jsonl");
    let (first, _) = out.split_once("\r\n").unwrap();
    assert!(first.starts_with(lines[0].trim_end().trim_end_matches(" }")), "{first}");
    let marked = home.json("out.jsonl");
    let mark = |place: usize| marked[place]["mukarrar"].clone();
    let expected = |cluster: Option<u8>, size: u8, keeper: Option<&str>, relation: Option<&str>| {
        let score = cluster.map(|_| 1.0);
        serde_json::json!({
            "cluster": cluster, "size": size, "keeper": keeper, "relation": relation, "jaccard": score,
            "containment": score,
        })
    };
    assert_eq!(mark(0), expected(Some(0), 2, Some("a"), Some("keeper")));
    assert_eq!(mark(1), expected(Some(0), 2, Some("a"), Some("exact")));
    assert_eq!(mark(2), expected(None, 1, None, None));
    assert_eq!(marked[1]["x"], serde_json::json!([1]));
    let summary: serde_json::Value = serde_json::from_str(&home.read("s.json")).unwrap();
    assert_eq!((&summary["records"]["kept"], &summary["records"]["read"]), (&3.into(), &4.into()));
    let again = home.run("dedup out.jsonl --mark -o again.jsonl");
    assert_eq!(again.status.code(), Some(2));
    let told = String::from_utf8(again.stderr).unwrap();
    assert!(told.contains("out.jsonl:1") && told.contains("--mark=FIELD"), "{told}");
    home.done("dedup out.jsonl --mark=second -o again.jsonl -q");
    assert_eq!(home.json("again.jsonl")[1]["second"], mark(1));
    assert_eq!(home.run("dedup in.jsonl --mark --unit line -o x").status.code(), Some(2));
    let stripped = home.run("dedup in.jsonl --mark --boilerplate strip -o x");
    assert_eq!(stripped.status.code(), Some(2));
    let told = String::from_utf8(stripped.stderr).unwrap();
    assert!(told.contains("--mark does not change texts") && told.contains("strip in another run"), "{told}");
}

/// A reference that holds what is new takes it, and is no member of anything.
#[test]
fn a_reference_is_only_ever_a_keeper() {
    let words = |from: usize, to: usize| (from..to).map(|n| format!("كلمة{n}x")).collect::<Vec<_>>().join(" ");
    let line = |id: &str, text: &str| format!("{{\"id\":\"{id}\",\"text\":\"{text}\"}}\n");
    let (story, copy) = (words(0, 80), words(0, 80) + " ختاما");
    let old = line("page", &format!("{} {}", words(0, 80), words(100, 300)));
    let new = [line("x", &story), line("y", &copy)].concat();
    let home = Home::new(&[("old.jsonl", old.as_bytes()), ("new.jsonl", new.as_bytes())]);
    home.done("dedup new.jsonl --against old.jsonl -o a.jsonl --clusters c.jsonl -q");
    let members = |name: &str| {
        let of = |row: &serde_json::Value| row["members"].as_array().unwrap().clone();
        let rows = home.json(name).iter().flat_map(of).collect::<Vec<_>>();
        rows.iter().map(|member| member["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(members("c.jsonl"), ["x", "y"]);
    home.done("dedup new.jsonl --against old.jsonl -o b.jsonl --removed r.jsonl --remove exact,near,contained -q");
    assert_eq!(home.read("b.jsonl"), "");
    assert!(home.json("r.jsonl").iter().all(|row| row["keeper"] == "page" && row["reference"] == "old.jsonl:1"));
}

/// A mark is a column more for each of its values; sources are counted where a field names them.
#[test]
fn tables_are_marked_and_sources_counted() {
    let table = format!("id,text,site\r\na,\"{STORY}\",one\r\nb,\"{COPY}\",two\r\nc,\"{OTHER}\",one\r\n");
    let home = Home::new(&[("in.csv", table.as_bytes())]);
    home.done("dedup in.csv --mark=m -o out.csv --source-field site --clusters c.jsonl -q");
    let out = home.read("out.csv");
    let lines: Vec<&str> = out.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "id,text,site,m_cluster,m_size,m_sources,m_keeper,m_reference,m_relation,m_jaccard,m_containment,m_reason"
    );
    assert!(lines[1].ends_with(",one,0,2,2,a,\"\",keeper,1.000000,1.000000,\"\""), "{}", lines[1]);
    assert!(lines[3].ends_with(",one,\"\",1,1,\"\",\"\",\"\",\"\",\"\",\"\""), "{}", lines[3]);
    assert_eq!(home.json("c.jsonl")[0]["sources"], serde_json::json!(["one", "two"]));
    home.done("clusters out.csv -q --format jsonl -o again.jsonl");
    assert_eq!(home.json("again.jsonl")[0]["size"], 2);
    let again = home.run("dedup out.csv --mark=m -o x.csv");
    assert!(String::from_utf8(again.stderr).unwrap().contains("m_cluster"));
}

/// A page is taken whole or not at all.
#[cfg(feature = "html")]
#[test]
fn pages_keep_their_boilerplate_and_lose_no_passage() {
    let page = |end: &str| {
        let paragraph =
            |n: usize| (0..60).map(|word| format!("كلمة{}", (n * 37 + word * 11) % 997)).collect::<Vec<_>>().join(" ");
        let paragraphs: String = (0..4).map(|n| format!("<p>{}</p>", paragraph(n))).collect();
        format!("<html><body><article>{paragraphs}<p>{end}</p><p>المصدر: وكالات</p></article></body></html>")
    };
    let (one, two) = (page("خاتمة أولى لا تشبه غيرها في شيء"), page("نهاية ثانية تقول كلاما آخر تماما"));
    let home = Home::new(&[("in/a.html", one.as_bytes()), ("in/b.html", two.as_bytes())]);
    home.done("dedup in -o clean --boilerplate strip --threshold 1 --summary s.json -q");
    assert_eq!((home.read("clean/a.html"), home.read("clean/b.html")), (one, two));
    let summary: serde_json::Value = serde_json::from_str(&home.read("s.json")).unwrap();
    assert_eq!((&summary["records"]["edited"], &summary["stripped_spans"]), (&0.into(), &0.into()));
    let refused = home.run("dedup in -o cut --unit passage");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("--unit document"));
    assert!(!home.path().join("cut").exists());
}

/// References are not edited, so they are not counted as edited.
#[test]
fn boilerplate_of_references_is_nobodys() {
    let record = |id: &str, text: &str| format!("{{\"id\":\"{id}\",\"text\":\"{text}\\nالمصدر: وكالات\"}}\n");
    let home = Home::new(&[("old.jsonl", record("a", STORY).as_bytes()), ("new.jsonl", record("b", OTHER).as_bytes())]);
    home.done("dedup new.jsonl --against old.jsonl -o c.jsonl --boilerplate strip --summary s.json -q");
    let summary: serde_json::Value = serde_json::from_str(&home.read("s.json")).unwrap();
    assert_eq!((&summary["records"]["edited"], &summary["stripped_spans"]), (&1.into(), &1.into()));
    assert_eq!(home.json("c.jsonl")[0]["text"].as_str().unwrap().trim(), OTHER);
}

/// Two papers tell one report in other words. Only the title says that it is one.
#[test]
fn what_another_paper_prints_under_the_same_title_goes() {
    let told = "أعلنت أمانة المدينة أمس الانتهاء من تطوير الحديقة العامة في الحي الشمالي بعد عمل استمر ستة أشهر وقالت إن \
                المشروع شمل زراعة الأشجار وإنشاء ممرات للمشاة وملاعب للأطفال ومظلات للجلوس وأوضح مدير الحدائق أن الدخول \
                إليها مجاني طوال أيام الأسبوع ودعا السكان إلى المحافظة على المرافق العامة وعدم ترك المخلفات فيها";
    let retold = "أعلنت أمانة المدينة أمس الانتهاء من تطوير مرافق الحديقة العامة في الحي الشمالي بعد عمل متواصل استمر ستة \
                  أشهر وقالت إن المشروع شمل زراعة مئات الأشجار وإنشاء ممرات للمشاة وملاعب للأطفال ومظلات كبيرة للجلوس \
                  وأوضح مدير الحدائق أن هذا الدخول إليها مجاني تماما طوال أيام الأسبوع ودعا جميع السكان إلى المحافظة على \
                  كل المرافق العامة وعدم ترك المخلفات فيها";
    let record = |id: &str, text: &str, paper: &str| {
        let title = "أمانة المدينة تنهي تطوير الحديقة العامة";
        format!("{}\n", serde_json::json!({ "id": id, "text": text, "title": title, "source": paper }))
    };
    let (old, new) = (record("a", told, "جريدة"), record("b", retold, "صحيفة"));
    let home = Home::new(&[("old.jsonl", old.as_bytes()), ("new.jsonl", new.as_bytes())]);

    home.done("dedup old.jsonl new.jsonl -o plain -q --removed plain.removed --report r.html");
    assert!(home.read("plain.removed").contains("\"near\""), "{}", home.read("plain.removed"));
    assert!(home.read("r.html").contains("under the same title"));
    for arguments in ["--memory 64M", "--work-dir work", "--work-dir work"] {
        home.done(&format!("dedup old.jsonl new.jsonl -o again -q --removed again.removed {arguments}"));
        assert_eq!(home.read("again.removed"), home.read("plain.removed"), "{arguments}");
        fs::remove_dir_all(home.path().join("again")).unwrap();
    }

    home.done("dedup new.jsonl --against old.jsonl -o fresh.jsonl -q");
    assert_eq!(home.read("fresh.jsonl"), "");
    home.done("dedup old.jsonl new.jsonl -o all -q --title-field none");
    assert_eq!(home.read("all/new.jsonl"), new);
}

/// What an argument cannot do is said, not passed over.
#[test]
fn arguments_that_would_do_nothing_are_refused() {
    let home = Home::new(&[("in.jsonl", format!("{{\"text\":\"{STORY}\"}}\n").as_bytes())]);
    for (arguments, named) in [
        ("--unit passage --threshold 0.6", "threshold"),
        ("--unit passage --date-field date --window 1d", "date-field"),
        ("--unit passage --boilerplate strip", "boilerplate"),
        ("--unit passage --against in.jsonl", "against"),
        ("--unit passage --remove near", "remove"),
        ("--min-tokens 20", "min-tokens"),
        ("--mark --boilerplate strip", "boilerplate"),
        ("--mark --unit line", "mark"),
    ] {
        let output = home.run(&format!("dedup in.jsonl -o out.jsonl {arguments}"));
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.starts_with("error: ") && told.contains(named), "{arguments}: {told}");
    }
    home.done("dedup in.jsonl -o out.jsonl -q --unit passage --min-tokens 20 --boilerplate keep");
}
