//! What becomes of an index when its process is killed, its disk fills up, or its files are damaged: nothing that was acknowledged is
//! lost, and no answer is wrong.
//!
//! Processes that are to be killed are this test binary itself, asked for one test and told by a variable what to do.
#![cfg(feature = "persistent")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, reason = "tests")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mukarrar::index::{IndexBuilder, Verify};
use mukarrar::{ErrorKind, Index, Item, Verdict};

const DIRECTORY: &str = "MUKARRAR_TEST_DIRECTORY";
const FIRST: &str = "MUKARRAR_TEST_FIRST";

/// SplitMix64: what is random here is the same in every run.
struct Random(u64);

impl Random {
    fn draw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (bits ^ (bits >> 31)) % below
    }
}

/// Story number `n`: 30 words that no other story has in this order.
fn story(n: u64) -> String {
    let mut random = Random(n);
    let letters: Vec<char> = "ابتجحدرسشصطعفقكلمنهوي".chars().collect();
    let mut word = || -> String { (0..5).map(|_| letters[random.draw(21) as usize]).collect() };
    (0..30).map(|_| word()).collect::<Vec<_>>().join(" ")
}

fn key(n: u64) -> String {
    format!("https://news.example/{n}")
}

fn small() -> IndexBuilder {
    Index::builder().seed(1).cache_size(4 << 20).commit_every(50)
}

/// Whether story `n` is stored; another answer than its own key is a wrong one.
fn holds(index: &Index, n: u64) -> mukarrar::Result<bool> {
    match index.check(&story(n))? {
        Verdict::New { .. } => Ok(false),
        Verdict::Duplicate(found) => {
            assert_eq!((found.key, found.jaccard), (key(n), 1.0), "story {n}");
            Ok(true)
        }
        other => panic!("story {n}: {other:?}"),
    }
}

/// This binary, asked for the test that calls: the test finds [`DIRECTORY`] set and does what its child process has to do.
fn child(test: &str, directory: &Path) -> Command {
    let (_, module) = module_path!().split_once("::").unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", &format!("{module}::{test}"), "--nocapture", "--include-ignored"])
        .env(DIRECTORY, directory);
    command
}

fn told(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// What the killed process does: stores stories, commits, and acknowledges each commit on a line; now and then it removes, replaces
/// and compacts.
fn store_until_killed(directory: &str) {
    let index = small().open(directory).unwrap();
    let mut out = std::io::stdout().lock();
    let mut n: u64 = told(FIRST).unwrap().parse().unwrap();
    loop {
        for _ in 0..20 {
            index.check_and_insert(&key(n), &*story(n)).unwrap();
            n += 1;
        }
        match n / 20 % 40 {
            7 => drop(index.compact().unwrap()),
            // A page that changed back and forth is the same page.
            13 => assert!(index.replace(&key(n - 1), &*story(n - 1)).unwrap()),
            _ => {}
        }
        index.commit().unwrap();
        // Nobody reads any more: the parent is gone.
        if writeln!(out, "acknowledged {n}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

fn start(directory: &Path, first: u64) -> (Child, impl Iterator<Item = u64>) {
    let mut command = child("nothing_acknowledged_is_lost_when_the_process_is_killed", directory);
    let mut child = command.env(FIRST, first.to_string()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    // The harness may write before the first line of ours.
    let numbers = lines.filter_map(|line| line.rsplit_once("acknowledged ").and_then(|(_, n)| n.trim().parse().ok()));
    (child, numbers)
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    if let Some(directory) = told(DIRECTORY) {
        return store_until_killed(&directory);
    }

    let directory = tempfile::tempdir().unwrap();
    let mut random = Random(2026);
    let mut next = 0;
    let mut unfinished = 0;
    for round in 0..200 {
        let (mut process, mut numbers) = start(directory.path(), next);
        let mut acknowledged = next;
        for _ in 0..=random.draw(5) {
            acknowledged = numbers.next().unwrap();
        }
        // Somewhere in the middle of what comes next: a commit takes some milliseconds.
        let moment = Instant::now() + Duration::from_micros(random.draw(12_000));
        while Instant::now() < moment {
            std::hint::spin_loop();
        }
        process.kill().unwrap();
        process.wait().unwrap();
        acknowledged = numbers.last().unwrap_or(acknowledged);

        let index = small().open(directory.path()).unwrap();
        let recovery = index.recovery().expect("it was killed");
        assert_eq!(recovery.lost_commits, Some(0), "round {round}");
        unfinished += recovery.leftover_files;
        let looked_at = acknowledged.saturating_sub(400)..acknowledged;
        for n in looked_at.chain((0..30).map(|_| random.draw(acknowledged))) {
            assert!(holds(&index, n).unwrap(), "round {round}: story {n} of {acknowledged} is lost");
        }
        // Of what was not acknowledged some may be there, from the first on, and then under its key too.
        next = acknowledged;
        while holds(&index, next).unwrap() {
            assert!(index.contains(&key(next)).unwrap());
            next += 1;
        }
        assert_eq!(index.len(), next, "round {round}");
    }
    let index = small().open(directory.path()).unwrap();
    assert!((0..next).all(|n| holds(&index, n).unwrap()));
    println!("{next} stories after 200 kills; {unfinished} unfinished files removed");
}

/// Files of an index: its directory, copied.
fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    // The lock holds nothing, and SQLite makes the -shm file anew.
    files.retain(|path| !path.ends_with("writer.lock") && !path.to_string_lossy().ends_with("-shm"));
    files.sort();
    files
}

/// What a damaged index says about stories that are stored and stories that are not.
#[derive(Debug, Default)]
struct Outcome {
    errors: u32,
    right: u32,
    stated: u32,
}

impl Outcome {
    fn ask(&mut self, directory: &Path, stories: u64, what: &str) {
        // A reader first: a writer mends.
        let read = small().open_read_only(directory).and_then(|index| ask(&index, stories));
        self.count(read, false, what);
        let write = small().open(directory);
        let is_stated =
            write.as_ref().is_ok_and(|index| index.recovery().is_some_and(|recovery| recovery.lost_commits != Some(0)));
        self.count(write.and_then(|index| ask(&index, stories)), is_stated, what);
    }

    fn count(&mut self, answers: mukarrar::Result<bool>, is_stated: bool, what: &str) {
        match answers {
            Err(error) => {
                assert!(!error.to_string().is_empty());
                self.errors += 1;
            }
            Ok(true) => self.right += 1,
            Ok(false) if is_stated => self.stated += 1,
            Ok(false) => panic!("{what}: a wrong answer"),
        }
    }
}

/// Whether every answer is right; an error at the first that cannot be given.
fn ask(index: &Index, stories: u64) -> mukarrar::Result<bool> {
    let mut is_right = index.len() == stories;
    for n in (0..stories).step_by(stories as usize / 40) {
        is_right &= holds(index, n)? && index.contains(&key(n))?;
        is_right &= !holds(index, 1_000_000 + n)?;
    }
    Ok(is_right)
}

#[test]
fn damaged_files_give_errors_and_never_wrong_answers() {
    const STORIES: u64 = 9000;
    let directory = tempfile::tempdir().unwrap();
    let (closed, open, damaged) =
        (directory.path().join("closed"), directory.path().join("open"), directory.path().join("damaged"));
    let index = small().commit_every(500).open(&closed).unwrap();
    let stories: Vec<(String, String)> = (0..STORIES + 300).map(|n| (key(n), story(n))).collect();
    let items: Vec<(&str, Item<'_>)> = stories.iter().map(|(key, story)| (&**key, Item::new(story))).collect();
    index.insert_all(&items).into_iter().for_each(|answer| answer.unwrap());
    for n in STORIES..STORIES + 300 {
        assert!(index.remove(&key(n)).unwrap());
    }
    index.commit().unwrap();
    // With a log that is not yet in the database; and a closed one.
    copy(&closed, &open);
    index.close().unwrap();
    let mut random = Random(7);
    let mut outcome = Outcome::default();
    for round in 0..200 {
        let from = if round % 2 == 0 { &closed } else { &open };
        copy(from, &damaged);
        let files = files(&damaged);
        // Half of the damage to the catalog, which has most of what there is to know.
        let file = if random.draw(2) == 0 {
            files.iter().find(|path| path.ends_with("catalog.db")).unwrap()
        } else {
            &files[random.draw(files.len() as u64) as usize]
        };
        let mut bytes = fs::read(file).unwrap();
        let what = if bytes.is_empty() {
            continue;
        } else if round % 5 == 0 {
            bytes.truncate(random.draw(bytes.len() as u64) as usize);
            format!("round {round}: {} cut to {} bytes", file.display(), bytes.len())
        } else {
            let at = random.draw(bytes.len() as u64) as usize;
            bytes[at] ^= 1 << random.draw(8);
            format!("round {round}: a bit of byte {at} of {}", file.display())
        };
        fs::write(file, bytes).unwrap();
        outcome.ask(&damaged, STORIES, &what);
    }
    println!("{outcome:?}");
    assert!(outcome.errors > 0 && outcome.right > 0, "{outcome:?}");
}

/// What happens on a small disk: see below.
fn fill_the_disk(directory: &Path) {
    let ballast = directory.join("ballast");
    fs::write(&ballast, vec![7; 8 << 20]).unwrap();
    let index = small().open(directory.join("index")).unwrap();
    let mut n = 0;
    let error = loop {
        match index.check_and_insert(&key(n), &*story(n)) {
            Ok(_) => n += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error.kind(), ErrorKind::Io { .. }), "{error}");
    assert!(index.insert(&key(n), &*story(n)).is_err(), "it stays full");
    assert!((0..n).step_by(7).all(|n| holds(&index, n).unwrap()), "what was answered is remembered");
    fs::remove_file(ballast).unwrap();
    index.commit().unwrap();
    index.close().unwrap();
    let index = small().open(directory.join("index")).unwrap();
    assert!(index.recovery().is_none());
    assert!((0..n).all(|n| holds(&index, n).unwrap()), "what was answered is there");
    assert_eq!(index.len(), n);
    println!("stored {n}: {error}");
}

#[test]
#[ignore = "needs a system that lets users mount a small file system (unshare --user --mount)"]
fn a_full_disk_loses_nothing_that_was_answered() {
    if let Some(directory) = told(DIRECTORY) {
        return fill_the_disk(Path::new(&directory));
    }

    let directory = tempfile::tempdir().unwrap();
    let test = child("a_full_disk_loses_nothing_that_was_answered", directory.path());
    let mut script = Command::new("unshare");
    script.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
    script.arg("mount -t tmpfs -o size=18m none \"$0\" && exec \"$@\"").arg(directory.path());
    script.arg(test.get_program()).args(test.get_args()).env(DIRECTORY, directory.path());
    let output = script.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("stored "), "{said}");
    println!("{said}");
}

/// Signatures alone are damaged no more silently than texts.
#[test]
fn estimates_are_as_well_kept() {
    let directory = tempfile::tempdir().unwrap();
    let index = small().verify(Verify::Estimate).open(directory.path()).unwrap();
    for n in 0..200 {
        index.insert(&key(n), &*story(n)).unwrap();
    }
    drop(index);
    let index = small().open(directory.path()).unwrap();
    assert!((0..200).all(|n| holds(&index, n).unwrap()));
}
