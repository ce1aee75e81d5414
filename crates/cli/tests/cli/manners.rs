//! The command line meets people: help, tips, options from a file and the environment, pages of the manual.

use std::path::Path;
use std::process::{Command, Output};

fn command(line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
    command.args(line.split(' '));
    command
}

fn run(line: &str) -> Output {
    command(line).output().unwrap()
}

fn stdout(line: &str) -> String {
    String::from_utf8(run(line).stdout).unwrap()
}

fn stderr(line: &str) -> String {
    String::from_utf8(run(line).stderr).unwrap()
}

#[test]
fn short_help_fits_a_screen_and_full_help_has_all() {
    for name in ["", "clusters ", "dedup ", "pairs ", "eval ", "index ", "index build ", "index check ", "serve "] {
        let (short, full) = (stdout(&format!("{name}-h")), stdout(&format!("{name}--help")));
        assert!((5..=45).contains(&short.lines().count()), "{name}: {short}");
        assert!(full.lines().count() >= short.lines().count(), "{name}");
    }
    assert!(!stdout("dedup -h").contains("--num-hashes") && stdout("dedup --help").contains("--num-hashes"));
}

#[test]
fn options_of_other_tools_get_a_tip() {
    for (line, tip) in [
        ("clusters x --json", "--format json"),
        ("dedup x --json", "-o NAME.jsonl"),
        ("clusters x --ngram 5", "--shingle word:5"),
        ("clusters x --workers 4", "-j N"),
        ("clusters x --num_perm 128", "--num-hashes"),
        ("dedup x --text_field body", "`--text-field`"),
        ("pairs -i x", "mukarrar COMMAND INPUT"),
        ("news.jsonl", "mukarrar clusters news.jsonl"),
        ("-t 0.8 news.jsonl", "mukarrar clusters news.jsonl"),
    ] {
        let error = stderr(line);
        assert!(error.contains("tip: ") && error.contains(tip), "{line}: {error}");
    }
    assert!(stderr("clusterz").contains("a similar subcommand exists: 'clusters'"));
}

#[test]
fn version_tells_the_build() {
    let version = stdout("--version");
    for line in ["mukarrar 0.", "commit ", "features ", "instructions "] {
        assert!(version.lines().any(|found| found.starts_with(line)), "{version}");
    }
    assert_eq!(stdout("-V").lines().count(), 1);
}

#[test]
fn options_come_from_the_command_line_then_the_environment_then_a_file() {
    let desk = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(desk.path().join(name), text).unwrap();
    write("a.jsonl", "{\"id\": 1, \"text\": \"أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز\"}\n");
    write("options.toml", "threshold = 0.9\nseed = 5\n[pairs]\nseed = 6\n");
    let parameters = |line: &str, environment: Option<&str>| {
        let mut command = command(&format!("{line} --summary s.json -q"));
        command.current_dir(desk.path());
        if let Some(value) = environment {
            command.env("MUKARRAR_THRESHOLD", value);
        }
        assert!(command.output().unwrap().status.success(), "{line}");
        let summary = std::fs::read_to_string(desk.path().join("s.json")).unwrap();
        let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
        (summary["parameters"]["threshold"].as_f64().unwrap(), summary["parameters"]["seed"].as_u64().unwrap())
    };
    assert_eq!(parameters("clusters a.jsonl", None), (0.6, 1));
    assert_eq!(parameters("clusters a.jsonl", Some("0.7")), (0.7, 1));
    assert_eq!(parameters("clusters a.jsonl --config options.toml", None), (0.9, 5));
    assert_eq!(parameters("pairs a.jsonl --config options.toml", None), (0.9, 6));
    assert_eq!(parameters("clusters a.jsonl --config options.toml", Some("0.7")), (0.7, 5));
    assert_eq!(parameters("clusters a.jsonl --config options.toml -t 0.8", Some("0.7")), (0.8, 5));
    // The parameters of a summary are options of another run.
    std::fs::rename(desk.path().join("s.json"), desk.path().join("last.json")).unwrap();
    assert_eq!(parameters("clusters a.jsonl --config last.json", None), (0.8, 5));
    let all = |line: &str| {
        parameters(line, None);
        let summary = std::fs::read_to_string(desk.path().join("s.json")).unwrap();
        serde_json::from_str::<serde_json::Value>(&summary).unwrap()["parameters"].clone()
    };
    let odd =
        "--facts off --source-field site --title-field none --containment off --short off --unit line --keep last";
    let given =
        all(&format!("clusters a.jsonl {odd} --date-field day --date-order mdy --window 7d --across source --lang ar"));
    assert_eq!((&given["facts"], &given["source_field"]), (&"off".into(), &"site".into()));
    std::fs::rename(desk.path().join("s.json"), desk.path().join("last.json")).unwrap();
    assert_eq!(all("clusters a.jsonl --config last.json"), given);
    write("wrong.toml", "treshold = 0.9\n");
    let refused = command("clusters a.jsonl --config wrong.toml").current_dir(desk.path()).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("\"treshold\" is no option"));
}

#[test]
fn every_command_has_a_page_of_the_manual() {
    let desk = tempfile::tempdir().unwrap();
    assert!(command("man --dir pages").current_dir(desk.path()).output().unwrap().status.success());
    for page in ["mukarrar", "mukarrar-dedup", "mukarrar-index-build", "mukarrar-serve"] {
        let text = std::fs::read_to_string(desk.path().join(Path::new("pages")).join(format!("{page}.1"))).unwrap();
        assert!(text.contains("EXIT STATUS") && text.contains(".SH ENVIRONMENT"), "{page}");
    }
    let page = stdout("man dedup");
    assert!(page.contains("MUKARRAR_THRESHOLD") && !page.contains("mukarrar-pairs"));
    assert!(stderr("man dedupe").contains("cannot be dedupe"));
}

#[test]
fn the_shell_completes_values() {
    let script = stdout("completions bash");
    for values in ["none light standard aggressive", "document story paragraph line", "text json jsonl tsv csv"] {
        assert!(script.contains(values), "{values}");
    }
}

#[test]
fn forced_progress_in_a_file_is_plain_lines() {
    let desk = tempfile::tempdir().unwrap();
    std::fs::write(desk.path().join("a.jsonl"), "{\"id\": 1, \"text\": \"أعلنت وزارة الصحة عن افتتاح\"}\n").unwrap();
    let mut run = command("clusters a.jsonl --progress always -q");
    let progress = String::from_utf8(run.current_dir(desk.path()).output().unwrap().stderr).unwrap();
    let read = progress.lines().find(|line| line.starts_with("read ")).unwrap();
    assert!(read.contains("1 records") && read.contains(" of ") && read.contains("/s"), "{progress}");
    assert!(!progress.contains(['\r', '\u{1b}']), "{progress}");
}

#[test]
fn a_senseless_number_of_threads_is_refused() {
    let desk = tempfile::tempdir().unwrap();
    std::fs::write(desk.path().join("a.jsonl"), "{\"id\": 1, \"text\": \"أ\"}\n").unwrap();
    let output = command("clusters a.jsonl -j 100000").current_dir(desk.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("from 1 to 1024"));
}

#[test]
fn a_server_makes_no_index_unless_it_is_asked_to() {
    let desk = tempfile::tempdir().unwrap();
    let refused = command("serve nowhere --listen 127.0.0.1:0").current_dir(desk.path()).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("nowhere is no index; give --create"));
    assert!(!desk.path().join("nowhere").exists());
}

#[test]
fn warnings_name_options_as_the_command_line_does() {
    let desk = tempfile::tempdir().unwrap();
    let line = "{\"id\": 1, \"day\": \"21/07/2015\", \"text\": \"أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز\"}\n";
    std::fs::write(desk.path().join("a.jsonl"), line).unwrap();
    for (options, says) in
        [("", "(the first: \"21/07/2015\"; --date-order tells the order of day and month)"), ("--date-order dmy", "")]
    {
        let output = command(format!("clusters a.jsonl --date-field day {options}").trim_end())
            .current_dir(desk.path())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((said.contains("warning:"), said.contains(says)), (!says.is_empty(), true), "{options}: {said}");
    }
}

/// A variable that sets nothing is told of, if it looks like one that does; those of other programs are not.
#[test]
fn misspelt_variables_are_warned_of() {
    let desk = tempfile::tempdir().unwrap();
    std::fs::write(desk.path().join("a.jsonl"), "{\"id\": 1, \"text\": \"أعلنت وزارة الصحة\"}\n").unwrap();
    let said = |name: &str| {
        let output = command("clusters a.jsonl").env(name, "0.9").current_dir(desk.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).unwrap()
    };
    let warning =
        "MUKARRAR_TRESHOLD is no variable of mukarrar, so it sets nothing; perhaps MUKARRAR_THRESHOLD is meant";
    assert!(said("MUKARRAR_TRESHOLD").contains(warning));
    for known in ["MUKARRAR_THRESHOLD", "MUKARRAR_DASHBOARD_COLOUR"] {
        assert!(!said(known).contains("is no variable"), "{known}");
    }
}

/// A number in another notation is answered with the one to write.
#[test]
fn values_in_other_notations_have_a_tip() {
    for (line, tip) in [
        ("clusters x -t 0,7", "tip: write 0.7"),
        ("clusters x -t ٠٫٧", "tip: write 0.7"),
        ("clusters x -j ۴", "tip: write 4"),
        ("clusters x -j auto", "tip: give a number of threads; without the option, every core is used"),
        ("clusters x --memory 80%", "tip: give a size such as 4G; without the option, it is 70 % of the free memory"),
    ] {
        let output = run(line);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.contains(tip)), (Some(2), true), "{line}: {said}");
    }
    let said = String::from_utf8(run("man nosuch").stderr).unwrap();
    assert!(said.contains("COMMAND cannot be nosuch: there is no such command"), "{said}");
}
