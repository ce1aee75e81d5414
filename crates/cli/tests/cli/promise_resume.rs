//! Promise: a run with `--work-dir` that is killed at any moment goes on from there when the same command is given again,
//! and ends with the same bytes as one that nobody disturbed. An interrupt leaves nothing half-written.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::common::text::{self, Random};
use tempfile::TempDir;

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::write(home.path("in.jsonl"), corpus(12_000)).unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn start(&self, arguments: &str) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        command.current_dir(self.0.path()).args(arguments.split_whitespace());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn run(&self, arguments: &str) -> (Option<i32>, String) {
        let output = self.start(arguments).wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    fn done(&self, arguments: &str) {
        let (code, message) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments}: {message}");
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Documents in families of copies; an id stands twice here and there.
fn corpus(documents: usize) -> String {
    let mut random = Random::new(11);
    let mut lines = String::new();
    let mut original = Vec::new();
    for id in 0..documents {
        let words = if id % 4 == 0 { text::words(&mut random, 20_000, 60) } else { original };
        let copy = text::edited(&mut random, 20_000, &words, 0.05);
        writeln!(lines, "{{\"id\":{},\"text\":\"{}\"}}", id % 11_000, text::spelled(&copy)).unwrap();
        original = words;
    }
    lines
}

/// Lets a process run until `moment` holds, then kills it; its status if it ended before.
fn kill_when(mut child: Child, moment: impl Fn() -> bool) -> Option<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        if moment() {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::yield_now();
    }
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}

/// Kills a run again and again at random moments until it ends by itself; returns how often it was killed.
fn torment(home: &Home, command: &str, random: &mut Random, usual: Duration, journal: u64) -> u32 {
    let mut kills = 0;
    loop {
        let began = Instant::now();
        let blocks = home.path("work/blocks");
        // Half of the moments are times, half places in the journal of blocks, which then grows from run to run.
        let (pause, grown) = (usual.mul_f64(random.unit()), size(&blocks) + random.below(journal as usize / 4) as u64);
        let by_time = random.below(2) == 0;
        let moment = || if by_time { began.elapsed() >= pause } else { size(&blocks) > grown };
        match kill_when(home.start(command), moment) {
            Some(status) => {
                assert_eq!(status.code(), Some(0), "{command}");
                return kills;
            }
            None => kills += 1,
        }
        // Killed so soon that nothing ever gets done, a run would never end.
        if kills % 12 == 11 {
            home.done(command);
            return kills;
        }
    }
}

fn killed_runs_end_as_others_do(command: &str, outputs: &[&str], least_kills: u32) {
    let home = Home::new();
    let began = Instant::now();
    home.done(&command.replace("OUT", "calm"));
    let usual = began.elapsed();
    let resumable = format!("{} --work-dir work", command.replace("OUT", "killed"));
    let mut random = Random::new(5);
    let mut kills = 0;
    while kills < least_kills {
        kills += torment(&home, &resumable, &mut random, usual, 4 << 20);
        assert!(!home.path("work").exists(), "a finished run leaves no work behind");
        for output in outputs {
            let read = |name: &str| fs::read(home.path(&output.replace("OUT", name))).unwrap();
            assert!(read("calm") == read("killed"), "{command}: {output} differs after {kills} kills");
            fs::remove_file(home.path(&output.replace("OUT", "killed"))).unwrap();
        }
    }
    let left: Vec<String> = home.names().into_iter().filter(|name| name.contains("killed") || name == "work").collect();
    // What a kill catches while it is written stays under a name that says so, beside the output.
    assert!(left.iter().all(|name| name.starts_with('.')), "{left:?}");
}

#[test]
fn dedup_killed_at_random_moments_ends_as_if_nothing_had_been() {
    let command = "dedup in.jsonl -o OUT.jsonl --removed OUT.removed --threads 2";
    killed_runs_end_as_others_do(command, &["OUT.jsonl", "OUT.removed"], 30);
}

#[test]
fn pairs_under_a_memory_limit_killed_at_random_moments_end_as_if_nothing_had_been() {
    let command = "pairs in.jsonl --format tsv -o OUT.tsv --memory 48M --temp-dir . --threads 2";
    killed_runs_end_as_others_do(command, &["OUT.tsv"], 15);
}

/// Leaves a work directory behind that holds some blocks.
fn killed_half_way(home: &Home, command: &str) {
    let blocks = home.path("work/blocks");
    assert!(kill_when(home.start(command), || size(&blocks) > 0).is_none(), "it ended before it could be killed");
}

#[test]
fn what_an_earlier_run_finished_is_not_done_again() {
    let home = Home::new();
    let command = "dedup in.jsonl -o out.jsonl --work-dir work --threads 1";
    killed_half_way(&home, command);
    let blocks = fs::read(home.path("work/blocks")).unwrap();
    killed_half_way(&home, command);
    let later = fs::read(home.path("work/blocks")).unwrap();
    // The last entry may have been torn by the first kill.
    assert!(later.starts_with(&blocks[..blocks.len() / 2]), "what was there stays");
    // Threads and memory may be others: results do not depend on them.
    home.done("dedup in.jsonl -o out.jsonl --work-dir work --threads 2 --memory 256M --temp-dir .");
}

#[test]
fn another_run_or_a_changed_input_is_refused_and_nothing_is_lost() {
    let home = Home::new();
    let command = "dedup in.jsonl -o out.jsonl --work-dir work --threads 1";
    killed_half_way(&home, command);
    for (other, what) in [
        (command.replace("--threads 1", "--threshold .7"), "the options"),
        (command.replace("dedup", "pairs"), "the command"),
        (command.replace("--threads 1", "--id-field other"), "how input is read"),
    ] {
        let (code, message) = home.run(&other);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains("work holds another run") && message.contains(what), "{message}");
    }
    let mut lines = fs::read_to_string(home.path("in.jsonl")).unwrap();
    let before = lines.clone();
    lines.push_str("{\"text\":\"خبر\"}\n");
    fs::write(home.path("in.jsonl"), lines).unwrap();
    let (code, message) = home.run(command);
    assert!(code == Some(2) && message.contains("in.jsonl is another file, or changed"), "{message}");
    assert!(size(&home.path("work/blocks")) > 0, "the work of the first run stays");
    fs::write(home.path("in.jsonl"), before).unwrap();
}

#[test]
fn streams_and_foreign_directories_are_refused() {
    let home = Home::new();
    let (code, message) = home.run("dedup - -o out.jsonl --work-dir work");
    assert!(code == Some(2) && message.contains("reads its input again"), "{message}");
    fs::create_dir(home.path("mine")).unwrap();
    fs::write(home.path("mine/letter"), "keep me").unwrap();
    let (code, message) = home.run("dedup in.jsonl -o out.jsonl --work-dir mine");
    assert!(code == Some(2) && message.contains("holds something that is no run"), "{message}");
    assert_eq!(fs::read_to_string(home.path("mine/letter")).unwrap(), "keep me");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_with_130_and_leaves_nothing_half_written() {
    let home = Home::new();
    let mut random = Random::new(3);
    let began = Instant::now();
    home.done("dedup in.jsonl -o calm.jsonl");
    let usual = began.elapsed();
    for _ in 0..10 {
        let child = home.start("dedup in.jsonl -o out.jsonl --removed removed.jsonl --memory 48M --temp-dir .");
        let (pause, began) = (usual.mul_f64(random.unit()), Instant::now());
        while began.elapsed() < pause {
            std::thread::yield_now();
        }
        let signalled = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        let status = child.wait_with_output().unwrap().status;
        // A process that is only starting has no handler yet, and one that has ended cannot be interrupted.
        let ended_before = status.success() || !signalled.success();
        let expected = status.code() == Some(130) || std::os::unix::process::ExitStatusExt::signal(&status) == Some(2);
        assert!(ended_before || expected, "{status:?}");
        if ended_before {
            fs::remove_file(home.path("out.jsonl")).unwrap();
            fs::remove_file(home.path("removed.jsonl")).unwrap();
        }
        assert_eq!(home.names(), ["calm.jsonl", "in.jsonl"], "{status:?}");
    }
}
