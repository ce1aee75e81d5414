//! What a store answers from damaged files: every posting is looked up in a process of its own.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::stores::{self, Result};
use crate::text::{self, BANDS};

const FLIPS: u64 = 200;
const CUTS: u64 = 50;
const PAGE: u64 = 4096;
const LIMIT: Duration = Duration::from_secs(30);
const WRONG: i32 = 4;

/// Prints how often damaged copies of a database of so many documents were answered from, and how.
pub fn table(name: &str, directory: &Path, documents: u32) -> Result<()> {
    let whole = directory.join("whole");
    let mut store = stores::open(name, &whole)?;
    crate::preload(&mut *store, documents)?;
    drop(store);
    let copy = directory.join("copy");
    for (what, times) in [("one bit flipped", FLIPS), ("cut short", CUTS)] {
        let mut counts = [0; 5];
        for time in 0..times {
            copy_all(&whole, &copy)?;
            let (file, page) = random_page(&copy, text::mix(time ^ 0xda))?;
            let at = page * PAGE + text::mix(time ^ 0xbb) % PAGE;
            if what == "cut short" {
                OpenOptions::new().write(true).open(&file)?.set_len(at)?;
            } else {
                flip(&file, at, text::mix(time ^ 0xcc) % 8)?;
            }
            counts[outcome(name, &copy, documents)?] += 1;
            fs::remove_dir_all(&copy)?;
        }
        let [correct, error, wrong, crash, hang] = counts;
        println!("| {name} | {what} | {times} | {error} | {correct} | {wrong} | {crash} | {hang} |");
    }
    Ok(())
}

/// Looks up every posting; the exit code says what was found.
pub fn read(name: &str, directory: &Path, documents: u32) -> Result<()> {
    let store = stores::open(name, directory)?;
    let mut keys: Vec<_> =
        (0..documents).flat_map(|id| (0..BANDS).map(move |band| (text::synthetic(id, band), id))).collect();
    keys.sort_unstable();
    let mut found = Vec::new();
    for group in keys.chunks(BANDS) {
        found.clear();
        let bands: Vec<u64> = group.iter().map(|(band, _)| *band).collect();
        store.lookup(&bands, &mut found)?;
        if !found.iter().eq(group.iter().map(|(_, id)| id)) {
            std::process::exit(WRONG);
        }
    }
    Ok(())
}

fn outcome(name: &str, directory: &Path, documents: u32) -> Result<usize> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["read-damaged", name])
        .arg(directory)
        .arg(documents.to_string())
        .stderr(Stdio::null())
        .spawn()?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(match status.code() {
                Some(0) => 0,
                Some(1) => 1,
                Some(code) if code == WRONG => 2,
                _ => 3,
            });
        }
        if start.elapsed() > LIMIT {
            child.kill()?;
            child.wait()?;
            return Ok(4);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            all.extend(files(&path)?);
        } else {
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    for file in files(from)? {
        let target = to.join(file.strip_prefix(from)?);
        fs::create_dir_all(target.parent().ok_or("no parent")?)?;
        fs::copy(file, target)?;
    }
    Ok(())
}

/// One of the pages that hold anything but zeros: room that a store reserved tells nothing.
fn random_page(directory: &Path, random: u64) -> Result<(PathBuf, u64)> {
    let mut pages = Vec::new();
    for file in files(directory)? {
        for (number, page) in (0u64..).zip(fs::read(&file)?.chunks(usize::try_from(PAGE)?)) {
            if page.iter().any(|byte| *byte != 0) {
                pages.push((file.clone(), number));
            }
        }
    }
    let at = random % u64::try_from(pages.len())?;
    Ok(pages.swap_remove(usize::try_from(at)?))
}

fn flip(path: &Path, at: u64, bit: u64) -> Result<()> {
    let file: File = OpenOptions::new().read(true).write(true).open(path)?;
    let at = at.min(file.metadata()?.len() - 1);
    let mut byte = [0];
    file.read_exact_at(&mut byte, at)?;
    byte[0] ^= 1 << bit;
    file.write_all_at(&byte, at)?;
    Ok(())
}
