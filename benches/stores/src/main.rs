//! Measures embedded stores under the load of a persistent index. README.md beside this crate says what is measured and how.

mod damage;
mod stores;
mod text;

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use stores::{Posting, Result, Store};

/// Documents a durable batch.
const BATCH: u64 = 1000;
/// Loaded documents are numbered after those that were there before.
const USAGE: &str = "stores load|kill|damage STORE DIRECTORY PRELOADED [LOADED]";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [command, name, directory, numbers @ ..] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let directory = Path::new(directory);
    let number = |at: usize| numbers.get(at).ok_or(USAGE)?.parse::<u32>().map_err(|error| error.to_string());
    match command.as_str() {
        "load" => load(name, directory, number(0)?, number(1)?),
        "kill" => kill(name, directory, number(0)?),
        "mixed" => mixed(&mut *stores::open(name, directory)?, number(0)?, number(1)?, true).map(drop),
        "damage" => damage::table(name, directory, number(0)?),
        "read-damaged" => damage::read(name, directory, number(0)?),
        _ => Err(USAGE.into()),
    }
}

fn load(name: &str, directory: &Path, preloaded: u32, loaded: u32) -> Result<()> {
    let mut store = stores::open(name, directory)?;
    let (start, cpu) = (Instant::now(), cpu_seconds()?);
    preload(&mut *store, preloaded)?;
    let filled = (start.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
    let before = disk(directory)?;
    let (start, cpu) = (Instant::now(), cpu_seconds()?);
    let mut times = mixed(&mut *store, preloaded, loaded, false)?;
    let wall = start.elapsed().as_secs_f64();
    let cpu = cpu_seconds()? - cpu;
    let inside: Duration = times.checks.iter().chain(&times.commits).sum();
    drop(store);
    let bytes = disk(directory)?;
    let start = Instant::now();
    let store = stores::open(name, directory)?;
    store.lookup(&text::bands(0), &mut Vec::new())?;
    let reopened = start.elapsed().as_secs_f64();
    times.checks.sort_unstable();
    times.commits.sort_unstable();
    let at = |times: &[Duration], share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64();
    println!(
        "| {name} | {preloaded} | {:.0} | {:.0} | {:.0} | {loaded} | {:.0} | {:.0} | {wall:.1} | {cpu:.1} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.3} | {} | {}/{} | {:.2} |",
        filled.0,
        filled.1,
        before as f64 / f64::from(preloaded),
        f64::from(loaded) / inside.as_secs_f64(),
        f64::from(loaded) / wall,
        at(&times.checks, 0.5) * 1e6,
        at(&times.checks, 0.99) * 1e6,
        at(&times.commits, 0.5) * 1e3,
        at(&times.commits, 1.0) * 1e3,
        bytes as f64 / f64::from(preloaded + loaded),
        reopened,
        status("VmHWM")? >> 10,
        times.found,
        times.copies,
        load_average()?,
    );
    Ok(())
}

/// Adds the synthetic documents in the order of their keys, in slices of the keys' range that fit in memory.
fn preload(store: &mut dyn Store, documents: u32) -> Result<()> {
    let slices = u64::from(documents).div_ceil(500_000).next_power_of_two();
    let shift = 64 - slices.trailing_zeros();
    let mut postings: Vec<Posting> = Vec::new();
    for slice in 0..slices {
        postings.clear();
        for document in 0..documents {
            let keys = (0..text::BANDS).map(|band| text::synthetic(document, band));
            let here = keys.filter(|key| slices == 1 || key >> shift == slice);
            postings.extend(here.map(|key| (key, document)));
        }
        postings.sort_unstable();
        store.bulk(&postings)?;
    }
    Ok(())
}

#[derive(Default)]
struct Times {
    /// The lookups of one document and its insertion into the batch.
    checks: Vec<Duration>,
    commits: Vec<Duration>,
    copies: usize,
    found: usize,
}

/// Checks and inserts the documents after the first `from`; says each batch that is durable if `acknowledges`.
fn mixed(store: &mut dyn Store, from: u32, documents: u32, acknowledges: bool) -> Result<Times> {
    let mut times = Times::default();
    let mut postings: Vec<Posting> = Vec::new();
    let mut pending: HashMap<u64, Vec<u32>> = HashMap::new();
    let mut found = Vec::new();
    for number in 0..u64::from(documents) {
        let bands = text::bands(number);
        let document = from + u32::try_from(number)?;
        let start = Instant::now();
        found.clear();
        store.lookup(&bands, &mut found)?;
        for band in bands {
            let recent = pending.entry(band).or_default();
            found.extend(&*recent);
            recent.push(document);
        }
        postings.extend(bands.map(|band| (band, document)));
        times.checks.push(start.elapsed());
        if let Some(source) = text::source(number) {
            // The source may itself be a copy: of the words of its own source, which were never written under its number.
            if text::source(source).is_none() {
                times.copies += 1;
                times.found += usize::from(found.contains(&(from + u32::try_from(source)?)));
            }
        }
        if (number + 1) % BATCH == 0 {
            postings.sort_unstable();
            let start = Instant::now();
            store.commit(&postings)?;
            times.commits.push(start.elapsed());
            postings.clear();
            pending.clear();
            if acknowledges {
                println!("{}", number + 1);
            }
        }
    }
    Ok(times)
}

/// Kills a child that loads after its twelfth batch and looks for all that it acknowledged.
fn kill(name: &str, directory: &Path, preloaded: u32) -> Result<()> {
    let mut store = stores::open(name, directory)?;
    preload(&mut *store, preloaded)?;
    drop(store);
    let mut child = Command::new(std::env::current_exe()?)
        .args(["mixed", name])
        .arg(directory)
        .args([preloaded.to_string(), u32::MAX.to_string()])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut acknowledged = 0;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    for line in lines.by_ref().take(12) {
        acknowledged = line?.parse::<u64>()?;
    }
    std::thread::sleep(Duration::from_millis(37));
    child.kill()?;
    child.wait()?;
    for line in lines {
        acknowledged = line?.parse()?;
    }
    let store = stores::open(name, directory)?;
    let mut lost = 0;
    let mut found = Vec::new();
    for number in 0..acknowledged {
        for band in text::bands(number) {
            found.clear();
            store.lookup(&[band], &mut found)?;
            lost += usize::from(!found.contains(&(preloaded + u32::try_from(number)?)));
        }
    }
    println!("| {name} | {acknowledged} | {lost} |");
    Ok(())
}

fn disk(path: &Path) -> Result<u64> {
    use std::os::unix::fs::MetadataExt;
    if path.is_dir() {
        return std::fs::read_dir(path)?.map(|entry| disk(&entry?.path())).sum();
    }
    Ok(path.metadata()?.blocks() * 512)
}

fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / 100.0)
}

/// A field of /proc/self/status, in KiB.
fn status(field: &str) -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(field)).ok_or("no such field")?;
    Ok(line.split_whitespace().nth(1).ok_or("an empty field")?.parse()?)
}

fn load_average() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/loadavg")?;
    Ok(text.split(' ').next().unwrap_or_default().parse()?)
}
