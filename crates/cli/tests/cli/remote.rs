//! Addresses as paths, against a store on loopback that has faults: the bytes are those of a local run, or there is one clear
//! error and nothing is left.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;

use crate::stub_store::{Fault, KEY, StubStore};

const FIRST: &str = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس";
const SECOND: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور كبير";

/// A store, and a directory in which commands run.
struct Desk {
    home: tempfile::TempDir,
    store: StubStore,
}

impl Desk {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("temp")).unwrap();
        Self { home, store: StubStore::start() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        command.args(line.split(' ')).current_dir(self.home.path()).stdin(Stdio::null());
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", KEY.0),
            ("AWS_SECRET_ACCESS_KEY", KEY.1),
            ("AWS_ENDPOINT_URL", &self.store.address),
            ("AWS_ALLOW_HTTP", "true"),
            ("HF_ENDPOINT", &self.store.address),
            ("MUKARRAR_RETRIES", "3"),
            ("TMPDIR", self.path("temp").to_str().unwrap()),
        ] {
            command.env(name, value);
        }
        command
    }

    fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    /// Runs a command that succeeds; its standard output.
    fn done(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        self.nothing_is_left();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that is refused; its message, which names no secret.
    fn refused(&self, line: &str) -> String {
        let output = self.run(line);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}: {message}");
        assert!(message.starts_with("error: ") && message.trim_end().lines().count() == 1, "{line}: {message}");
        assert!(!message.contains(KEY.1), "{message}");
        self.nothing_is_left();
        message
    }

    fn nothing_is_left(&self) {
        let left: Vec<_> = std::fs::read_dir(self.path("temp")).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(self.store.uploads().0, 0, "uploads are given up");
    }
}

/// Checks that a result over addresses is that over local files, but for the folder that its places name.
fn same(remote: &str, folder: &str, local: &str) {
    assert!(remote.replace(folder, "") == local, "{:.2000}\n{:.2000}", remote, local);
}

fn jsonl(ids: &[(&str, &str)]) -> String {
    ids.iter().map(|(id, text)| format!("{{\"id\": \"{id}\", \"text\": \"{text}\", \"n\": 1.50}}\n")).collect()
}

/// Records of short texts and long paddings: about `megabytes` in all.
fn padded(megabytes: usize) -> String {
    let pad = "x".repeat(1 << 16);
    let row = |n: usize| format!("{{\"id\": {n}, \"text\": \"{FIRST} {}\", \"pad\": \"{pad}\"}}\n", n / 2);
    (0..megabytes * 16).map(row).collect()
}

fn gzipped(text: &str) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_run_over_addresses_gives_the_bytes_of_a_local_run() {
    let desk = Desk::new();
    let (a, b) = (jsonl(&[("1", FIRST), ("2", SECOND)]), jsonl(&[("3", FIRST)]));
    std::fs::write(desk.path("a.jsonl"), &a).unwrap();
    std::fs::write(desk.path("b.jsonl.gz"), gzipped(&b)).unwrap();
    desk.store.put("in/x/a.jsonl", a);
    desk.store.put("in/x/b.jsonl.gz", gzipped(&b));

    desk.done("dedup a.jsonl b.jsonl.gz -o clean.jsonl.gz --removed removed.jsonl -q");
    let line =
        "dedup s3://in/x/a.jsonl s3://in/x/b.jsonl.gz -o s3://out/clean.jsonl.gz --removed s3://out/r/removed.jsonl -q";
    desk.done(line);
    assert_eq!(desk.store.get("out/clean.jsonl.gz").unwrap(), desk.read("clean.jsonl.gz"));
    assert_eq!(desk.store.get("out/r/removed.jsonl").unwrap(), desk.read("removed.jsonl"));

    for command in ["clusters", "pairs", "units --unit document"] {
        let local = desk.done(&format!("{command} a.jsonl b.jsonl.gz -f jsonl"));
        let remote = desk.done(&format!("{command} s3://in/x/a.jsonl s3://in/x/b.jsonl.gz -f jsonl"));
        same(&remote, "s3://in/x/", &local);
    }
    assert_eq!(desk.done("normalize s3://in/x/a.jsonl"), desk.done("normalize a.jsonl"));
    let against = desk.done("dedup s3://in/x/b.jsonl.gz --against s3://in/x/a.jsonl -o - -q");
    assert_eq!(against, "", "the only record is a copy of a reference");
}

/// The files below a directory, with their bytes.
fn files_below(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.map(|path| (path.strip_prefix(directory).unwrap().to_owned(), std::fs::read(&path).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn shards_fetch_their_input_once_and_write_the_bytes_of_one_run() {
    let desk = Desk::new();
    let near = format!("{FIRST} بحضور الوزير وعدد من المسؤولين والأطباء في المدينة");
    desk.store.put("in/x/a.jsonl", jsonl(&[("1", FIRST), ("2", SECOND), ("3", &near)]));
    desk.store.put("in/x/b.jsonl.gz", gzipped(&jsonl(&[("4", FIRST), ("5", &near)])));
    desk.store.put("in/x/notes.pdf", "no");
    desk.store.put("old/c.jsonl", jsonl(&[("6", SECOND)]));

    let arguments = |out: &str| {
        format!(
            "s3://in/x/ --against s3://old/*.jsonl -o {out}/clean/ --removed {out}/removed.jsonl --summary {out}/summary.json -q"
        )
    };
    desk.done(&format!("dedup {}", arguments("one")));

    // A plan that ends while it fetches is made again.
    let plan = format!("shard plan shards --parts 2 -- {}", arguments("many"));
    desk.store.plan("GET /in/x/a.jsonl", Fault::Status(503, "SlowDown"), 4);
    assert_eq!(desk.run(&plan).status.code(), Some(2));
    desk.done(&plan);

    // No stage asks the store again, which has something else now.
    desk.store.put("in/x/a.jsonl", jsonl(&[("7", SECOND)]));
    desk.store.take_log();
    for stage in
        ["sketch shards 2", "sketch shards 1", "merge shards", "verify shards 1", "verify shards 2", "settle shards"]
    {
        desk.done(&format!("shard {stage} -q"));
    }
    for part in 1..=2 {
        desk.done(&format!("shard apply shards {part} -q"));
    }
    assert_eq!(desk.store.take_log(), [] as [String; 0]);
    assert_eq!(files_below(&desk.path("many/clean")), files_below(&desk.path("one/clean")));
    assert_eq!(desk.read("many/removed.jsonl"), desk.read("one/removed.jsonl"));
    assert!(
        String::from_utf8(desk.read("one/removed.jsonl")).unwrap().contains("s3://"),
        "copies of both inputs are removed"
    );

    // What was fetched belongs to the run.
    let fetched = files_below(&desk.path("shards/fetched"));
    let largest = fetched.iter().find(|(_, bytes)| bytes.starts_with(b"{\"id\": \"1\"")).unwrap();
    std::fs::write(desk.path("shards/fetched").join(&largest.0), "{}").unwrap();
    assert!(desk.refused("shard apply shards 1 -q").contains("s3://in/x/a.jsonl is another file, or changed"));
}

#[test]
fn ids_places_and_rejects_name_the_address() {
    let desk = Desk::new();
    desk.store.put("in/x.jsonl", format!("{{\"text\": \"{FIRST}\"}}\n{{\"text\": \"{FIRST}\"}}\n{{\n"));
    let found = desk.done("clusters s3://in/x.jsonl -f tsv");
    assert!(found.contains("s3://in/x.jsonl:1") && found.contains("s3://in/x.jsonl:2"), "{found}");
    let output = desk.run("dedup s3://in/x.jsonl -o - --rejected rejected.jsonl -q");
    assert!(output.status.success());
    assert!(String::from_utf8(desk.read("rejected.jsonl")).unwrap().contains("s3://in/x.jsonl:3"));
}

#[test]
fn a_prefix_is_a_directory_and_a_star_is_a_pattern() {
    let desk = Desk::new();
    let local = desk.path("local/p");
    for (name, text) in [
        ("b/2.txt", SECOND),
        ("a.txt", FIRST),
        ("b/1.txt", FIRST),
        ("README.md", "no"),
        (".hidden", "no"),
        ("x.pdf", "no"),
    ] {
        desk.store.put(&format!("in/p/{name}"), text);
        std::fs::create_dir_all(local.join(name).parent().unwrap()).unwrap();
        std::fs::write(local.join(name), text).unwrap();
    }
    // A console marks directories like this.
    desk.store.put("in/p/b/", "");
    desk.store.put("in/p2/c.txt", SECOND);

    desk.store.take_log();
    let found = desk.done("clusters s3://in/p/ -f jsonl -q");
    same(&found, "s3://in/p/", &desk.done("clusters local/p/ -f jsonl -q").replace("local/p/", ""));
    assert!(!desk.store.take_log().iter().any(|line| line.contains(".pdf") || line.contains("README")), "not fetched");

    desk.done("dedup s3://in/p/ -o s3://out/clean/ -q");
    assert_eq!(
        desk.store.names().iter().filter(|name| name.starts_with("out/")).collect::<Vec<_>>(),
        ["out/clean/a.txt", "out/clean/b/2.txt"]
    );
    let again = desk.refused("dedup s3://in/p/ -o s3://out/clean/ -q");
    assert!(again.contains("s3://out/clean/ is not empty"), "{again}");

    let found = desk.done("units s3://in/p/b/*.txt --unit document -f tsv -q");
    assert_eq!(found.lines().count(), 3, "a header and two texts: {found}");
    assert!(desk.refused("units s3://in/p/*.csv -q").contains("fits no file"));
    assert!(desk.refused("clusters s3://in/p -q").contains("end it with a slash"));
}

#[test]
fn throttling_and_cut_connections_are_overcome() {
    let desk = Desk::new();
    let text = padded(20);
    std::fs::write(desk.path("big.jsonl"), &text).unwrap();
    desk.store.put("in/big.jsonl", text.clone());
    desk.store.put("web/big.jsonl", text);
    let local = desk.done("clusters big.jsonl -f jsonl -q");

    desk.store.plan("HEAD /in/big.jsonl", Fault::Status(429, "SlowDown"), 1);
    desk.store.plan("GET /in/big.jsonl", Fault::Status(503, "SlowDown"), 2);
    desk.store.plan("GET /in/big.jsonl", Fault::Cut(100_000), 2);
    same(&desk.done("clusters s3://in/big.jsonl -f jsonl -q"), "s3://in/", &local);

    // The first request asks for the state of the file.
    desk.store.plan("GET /web/big.jsonl", Fault::Status(500, ""), 1);
    desk.store.take_log();
    desk.store.plan("GET /web/big.jsonl", Fault::Cut(100_000), 3);
    let address = format!("{}/web/big.jsonl", desk.store.address);
    same(&desk.done(&format!("clusters {address} -f jsonl -q")), &address.replace("big.jsonl", ""), &local);
    let log = desk.store.take_log();
    // Three of the ranges of 8 MiB are cut; which ones, depends on their order.
    let start = |line: &String| line.split_once("bytes=")?.1.split('-').next()?.parse::<usize>().ok();
    let goes_on = log.iter().filter_map(start).any(|start| start % (8 << 20) == 100_000);
    assert!(goes_on, "it goes on behind the cut: {log:?}");
}

#[test]
fn outputs_of_many_parts_appear_whole_or_not_at_all() {
    let desk = Desk::new();
    std::fs::write(desk.path("big.jsonl"), padded(20)).unwrap();
    desk.done("dedup big.jsonl -o clean.jsonl -q --threshold 1");
    let clean = desk.read("clean.jsonl");
    assert!(clean.len() > 10 << 20, "{}", clean.len());

    desk.store.plan("PUT /out/clean.jsonl", Fault::Status(503, "SlowDown"), 1);
    desk.done("dedup big.jsonl -o s3://out/clean.jsonl -q --threshold 1");
    assert!(desk.store.get("out/clean.jsonl").unwrap() == clean, "{:?}", desk.store.names());
    assert_eq!(desk.store.uploads().1, 2, "one shows the right to write, one has the parts");

    // The old object stays when the new one cannot be sent, and a local output does not appear either.
    desk.store.put("out/clean.jsonl", "old");
    desk.store.plan("PUT /out/clean.jsonl", Fault::Status(500, "InternalError"), 100);
    let error = desk.refused("dedup big.jsonl -o s3://out/clean.jsonl --removed removed.jsonl -q --threshold 1");
    assert!(error.contains("s3://out/clean.jsonl cannot be reached") && error.contains("after 3 retries"), "{error}");
    assert_eq!(desk.store.get("out/clean.jsonl").unwrap(), b"old");
    assert!(!desk.path("removed.jsonl").exists());
}

#[test]
fn a_run_that_fails_leaves_no_object() {
    let desk = Desk::new();
    desk.store.put("in/bad.jsonl", "{\n");
    let output = desk.run("dedup s3://in/bad.jsonl -o s3://out/clean.jsonl -q");
    assert_eq!(output.status.code(), Some(2));
    desk.nothing_is_left();
    assert_eq!(desk.store.names(), ["in/bad.jsonl"]);
}

#[test]
fn each_refusal_is_one_error_that_names_the_place_and_the_remedy() {
    let desk = Desk::new();
    desk.store.put("in/x.jsonl", jsonl(&[("1", FIRST)]));
    for name in ["x.jsonl", "y.jsonl"] {
        std::fs::write(desk.path(name), jsonl(&[("1", FIRST)])).unwrap();
    }
    for (line, words) in [
        ("clusters s3://in/none.jsonl", "s3://in/none.jsonl: is not there (404, NoSuchKey); check the address"),
        ("clusters s3://none/x.jsonl", "there is no such bucket"),
        ("clusters s3://in/empty/", "s3://in/empty/: is empty"),
        ("clusters x.jsonl -o s3://none/x.jsonl", "s3://none/x.jsonl is not there: there is no such bucket"),
        ("clusters ftp://h/x.jsonl", "scheme that is not known"),
        ("clusters https://h/news/", "give the address of each file"),
        ("clusters http://example.org/x.jsonl", "begins with https://"),
        ("clusters x.jsonl -o https://h/x.json", "addresses of the web are only read"),
        ("clusters x.jsonl -o hf://datasets/o/n/x.json", "addresses of the Hugging Face Hub are only read"),
        ("clusters x.jsonl --work-dir s3://in/work", "--work-dir is a path of this one"),
        ("eval x.jsonl --gold s3://in/gold.tsv", "--gold is a path of this one"),
        ("index build s3://in/seen x.jsonl", "DIRECTORY is a path of this one"),
        ("dedup x.jsonl -o s3://out/x.arrow", "s3://out/x.arrow"),
        ("dedup x.jsonl y.jsonl -o s3://out/clean", "end it with a slash"),
    ] {
        let error = desk.refused(line);
        assert!(error.contains(words), "{line}: {error}");
    }

    desk.store.plan("HEAD /in/x.jsonl", Fault::Status(503, "SlowDown"), 100);
    desk.store.plan("GET /in/x.jsonl", Fault::Status(503, "SlowDown"), 100);
    let error = desk.refused("clusters s3://in/x.jsonl");
    assert!(error.contains("overloaded or broken (503, SlowDown, after 3 retries)"), "{error}");
}

#[test]
fn a_wrong_key_no_key_and_no_server_are_told_apart() {
    let desk = Desk::new();
    desk.store.put("in/x.jsonl", jsonl(&[("1", FIRST)]));
    let refused = |change: &dyn Fn(&mut Command), line: &str| {
        let mut command = desk.command(line);
        change(&mut command);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };

    let wrong = |command: &mut Command| {
        command.env("AWS_ACCESS_KEY_ID", "AKWRONG").env("AWS_SECRET_ACCESS_KEY", "topsecret");
    };
    let error = refused(&wrong, "clusters s3://in/x.jsonl");
    assert!(error.contains("key is wrong or has no right (403, InvalidAccessKeyId)"), "{error}");
    assert!(
        error.contains("AWS_ACCESS_KEY_ID") && !error.contains("topsecret") && !error.contains("AKWRONG"),
        "{error}"
    );
    let error = refused(&wrong, "dedup x.jsonl -o s3://out/x.jsonl");
    assert!(error.contains("s3://out/x.jsonl is refused"), "before the input is looked at: {error}");

    let none = |command: &mut Command| {
        command.env_remove("AWS_ACCESS_KEY_ID").env("AWS_SHARED_CREDENTIALS_FILE", "none");
    };
    let error = refused(&none, "clusters s3://in/x.jsonl");
    // On a machine of that cloud, its metadata server is asked instead.
    assert!(error.contains("there are no credentials") || error.contains("cannot be"), "{error}");

    let plain = |command: &mut Command| {
        command.env_remove("AWS_ALLOW_HTTP");
    };
    let error = refused(&plain, "clusters s3://in/x.jsonl");
    assert!(error.contains("the endpoint is not encrypted") && error.contains("AWS_ALLOW_HTTP"), "{error}");

    let away = |command: &mut Command| {
        command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1").env("MUKARRAR_RETRIES", "1");
    };
    let error = refused(&away, "clusters s3://in/x.jsonl");
    assert!(error.contains("cannot be reached") && error.contains("AWS_ENDPOINT_URL"), "{error}");

    let file = desk.path("keys");
    std::fs::write(&file, format!("[other]\naws_access_key_id = {}\naws_secret_access_key = x\n", KEY.0)).unwrap();
    let mut command = desk.command("clusters s3://in/x.jsonl -q");
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    command.env("AWS_SHARED_CREDENTIALS_FILE", &file).env("AWS_PROFILE", "other");
    assert!(command.output().unwrap().status.success());
}

#[test]
fn the_web_and_the_hub_are_read() {
    let desk = Desk::new();
    let text = jsonl(&[("1", FIRST), ("2", FIRST)]);
    std::fs::write(desk.path("x.jsonl"), &text).unwrap();
    let local = desk.done("clusters x.jsonl -f jsonl -q");
    for name in ["web/x.jsonl", "web/x.norange", "hub/d/x.jsonl"] {
        desk.store.put(name, text.clone());
    }
    let web = &desk.store.address;
    let found = desk.done(&format!("clusters {web}/web/x.jsonl?token=secret -f jsonl -q"));
    same(&found, &format!("{web}/web/"), &local);
    desk.store.plan("GET /web/x.norange", Fault::Cut(10), 2);
    let found = desk.done(&format!("clusters {web}/web/x.norange -f jsonl -q --input-format jsonl"));
    same(&found.replace(".norange", ".jsonl"), &format!("{web}/web/"), &local);
    let error = desk.refused(&format!("clusters {web}/web/none.jsonl?token=secret -q"));
    assert!(error.contains("is not there (404") && !error.contains("secret"), "{error}");

    for address in ["hf://datasets/o/n/d/x.jsonl", "hf://datasets/o/n/", "hf://datasets/o/n@main/d/*.jsonl"] {
        let found = desk.done(&format!("clusters {address} -f jsonl -q"));
        same(&found.replace("@main", ""), "hf://datasets/o/n/d/", &local);
    }
    let error = desk.refused("clusters hf://datasets/o/none/ -q");
    assert!(error.contains("hf://datasets/o/none/: "), "{error}");
}

#[test]
fn passages_rules_and_comparisons_take_addresses() {
    let desk = Desk::new();
    let long = format!("{FIRST} {SECOND} {FIRST} {SECOND}");
    desk.store.put("in/a.txt", format!("{long}\n"));
    desk.store.put("in/b.txt", format!("{SECOND}\n{long}\n"));
    let found = desk.done("passages s3://in/ -f jsonl -q --min-tokens 10");
    assert!(found.contains("\"a\":\"a.txt\"") && found.contains("\"b\":\"b.txt\""), "{found}");
    desk.done("dedup s3://in/ --unit passage --min-tokens 10 -o s3://clean/ -q");
    std::fs::create_dir(desk.path("local")).unwrap();
    for name in ["a.txt", "b.txt"] {
        std::fs::write(desk.path("local").join(name), desk.store.get(&format!("in/{name}")).unwrap()).unwrap();
    }
    desk.done("dedup local/ --unit passage --min-tokens 10 -o clean/ -q");
    assert_eq!(desk.store.get("clean/a.txt").unwrap(), desk.read("clean/a.txt"));

    let alike = desk.done("compare s3://in/a.txt s3://in/b.txt -f json");
    assert!(alike.contains("s3://in/a.txt"), "{alike}");
    let within = desk.done("compare a.txt b.txt --in s3://in/ --unit document -f json");
    assert!(within.contains("a.txt"), "{within}");
    desk.done("boilerplate s3://in/ -o s3://out/rules.jsonl");
    assert!(String::from_utf8(desk.store.get("out/rules.jsonl").unwrap()).unwrap().contains("mukarrar-boilerplate"));
}

#[test]
fn an_index_is_built_from_addresses() {
    let desk = Desk::new();
    desk.store.put("in/a.jsonl", jsonl(&[("1", FIRST), ("2", SECOND)]));
    desk.done("index build seen s3://in/a.jsonl -o s3://out/answers.jsonl -f jsonl -q");
    assert!(String::from_utf8(desk.store.get("out/answers.jsonl").unwrap()).unwrap().lines().count() > 0);
    desk.done("index export seen -o s3://out/seen.jsonl.gz");
    assert!(desk.store.get("out/seen.jsonl.gz").unwrap().starts_with(&[0x1f, 0x8b]));
}

#[test]
fn an_object_that_changes_meanwhile_is_an_error() {
    let desk = Desk::new();
    desk.store.put("in/x.jsonl", jsonl(&[("1", FIRST)]));
    desk.store.plan("GET /in/x.jsonl", Fault::Status(412, "PreconditionFailed"), 1);
    let error = desk.refused("clusters s3://in/x.jsonl");
    assert!(error.contains("s3://in/x.jsonl: changed while it was being read"), "{error}");
}

#[test]
fn a_work_directory_keeps_what_was_fetched() {
    let desk = Desk::new();
    let text = padded(20);
    std::fs::write(desk.path("big.jsonl"), &text).unwrap();
    desk.store.put("in/big.jsonl", text);
    let local = desk.done("clusters big.jsonl -f jsonl -q");

    // The third block never comes.
    let blocked = format!("bytes={}-", 2 * (8 << 20));
    let mut first = desk.command("clusters s3://in/big.jsonl -f jsonl -q --work-dir work");
    first.env("MUKARRAR_RETRIES", "0");
    desk.store.fail_range(&blocked);
    let output = first.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    desk.store.take_log();
    desk.store.fail_range("");

    let second = desk.run("clusters s3://in/big.jsonl -f jsonl -q --work-dir work");
    assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stderr));
    same(&String::from_utf8(second.stdout).unwrap(), "s3://in/", &local);
    let log = desk.store.take_log();
    let fetched: Vec<&String> = log.iter().filter(|line| line.starts_with("GET /in/big.jsonl bytes=")).collect();
    assert!(fetched.len() == 1 && fetched[0].contains(&blocked), "only what was missing: {log:?}");
    assert!(!desk.path("work").exists(), "the run is over");
}

#[test]
fn a_work_directory_refuses_an_object_that_changed_since() {
    let desk = Desk::new();
    desk.store.put("in/a.jsonl", jsonl(&[("1", FIRST)]));
    desk.store.put("in/b.jsonl", jsonl(&[("2", FIRST)]));
    desk.store.plan("GET /in/b.jsonl", Fault::Status(403, "AccessDenied"), 9);
    let line = "clusters s3://in/a.jsonl s3://in/b.jsonl --work-dir work";
    assert_eq!(desk.run(line).status.code(), Some(2));

    desk.store.put("in/a.jsonl", jsonl(&[("1", SECOND)]));
    let error = desk.refused(line);
    assert!(error.contains("s3://in/a.jsonl: changed since") && error.contains("--work-dir"), "{error}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_neither_copies_nor_uploads() {
    let desk = Desk::new();
    desk.store.put("in/x.jsonl", jsonl(&[("1", FIRST)]));
    let (told, stalled) = mpsc::channel();
    desk.store.plan("GET /in/x.jsonl", Fault::Stall(told), 1);
    let child = desk.command("clusters s3://in/x.jsonl").stderr(Stdio::piped()).spawn().unwrap();
    interrupted(child, &stalled);
    desk.nothing_is_left();

    std::fs::write(desk.path("big.jsonl"), padded(20)).unwrap();
    let (told, stalled) = mpsc::channel();
    desk.store.plan("PUT /out/x.jsonl", Fault::Stall(told), 1);
    let line = "dedup big.jsonl -o s3://out/x.jsonl -q --threshold 1";
    let child = desk.command(line).stderr(Stdio::piped()).spawn().unwrap();
    interrupted(child, &stalled);
    desk.nothing_is_left();
    assert!(desk.store.get("out/x.jsonl").is_none());
}

/// Interrupts a process that waits for the store.
#[cfg(unix)]
fn interrupted(mut child: Child, stalled: &mpsc::Receiver<()>) {
    stalled.recv().unwrap();
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn the_limit_of_memory_holds_with_addresses() {
    let desk = Desk::new();
    desk.store.put("in/x.jsonl", padded(20));
    let local = desk.path("x.jsonl");
    std::fs::write(&local, padded(20)).unwrap();
    let peak = |input: &str| {
        desk.done(&format!("clusters {input} -q -o found.txt --memory 512M -j 1 --summary summary.json"));
        let summary: serde_json::Value = serde_json::from_slice(&desk.read("summary.json")).unwrap();
        summary["peak_rss_bytes"].as_u64().unwrap()
    };
    let (local, remote) = (peak(Path::new("x.jsonl").to_str().unwrap()), peak("s3://in/x.jsonl"));
    assert!(remote < local + (48 << 20), "{remote} and {local}");
}
