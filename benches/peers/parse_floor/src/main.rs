//! Floors: the time to read a JSON Lines file, to copy its bytes once, and to parse id and text of every line.
//!
//! `parse-floor FILE [THREADS] [ROUNDS]` prints one JSON object with the median seconds of each, by wall clock.
//! `parse-floor once FILE [THREADS]` reads the file and parses it once, to be measured from outside like any tool. Parsing
//! is strict (sonic-rs checks the whole line and UTF-8, escapes are decoded) and is all that happens to a line.

use std::borrow::Cow;
use std::fs;
use std::hint::black_box;
use std::thread;
use std::time::Instant;

use serde::Deserialize;

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments: Vec<String> = std::env::args().collect();
    let once = arguments[1] == "once";
    if once {
        arguments.remove(1);
    }
    let number = |place: usize, or: usize| arguments.get(place).map_or(Ok(or), |text| text.parse());
    let (threads, rounds) = (number(2, thread::available_parallelism()?.get())?, number(3, 5)?);
    let bytes = fs::read(&arguments[1])?;
    if once {
        black_box(parse_all(&bytes, threads));
        return Ok(());
    }
    let read = median(rounds, || fs::read(&arguments[1]).map_or(0, |bytes| black_box(bytes).len()));
    let mut target = vec![0_u8; bytes.len()];
    let copy = median(rounds, || {
        target.copy_from_slice(black_box(&bytes));
        black_box(&target).len()
    });
    let parse_one = median(rounds, || parse(&bytes));
    let parse_all = median(rounds, || parse_all(&bytes, threads));
    println!(
        "{{\"bytes\":{},\"threads\":{threads},\"read\":{read:.6},\"copy\":{copy:.6},\"parse_1\":{parse_one:.6},\"parse\":{parse_all:.6}}}",
        bytes.len()
    );
    Ok(())
}

/// Parses every line, the file cut into a piece a thread.
fn parse_all(bytes: &[u8], threads: usize) -> usize {
    thread::scope(|scope| {
        let pieces = split(bytes, threads);
        let running: Vec<_> = pieces.into_iter().map(|piece| scope.spawn(move || parse(piece))).collect();
        running.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
    })
}

/// Cuts at line ends into about equal pieces.
fn split(bytes: &[u8], pieces: usize) -> Vec<&[u8]> {
    let (mut rest, mut out) = (bytes, Vec::new());
    for left in (1..=pieces).rev() {
        let about = rest.len() / left;
        let end = rest[about..].iter().position(|byte| *byte == b'\n').map_or(rest.len(), |place| about + place + 1);
        let (piece, after) = rest.split_at(if left == 1 { rest.len() } else { end });
        out.push(piece);
        rest = after;
    }
    out
}

/// Parses every line; the bytes of all texts, so that nothing is left out by the compiler.
fn parse(bytes: &[u8]) -> usize {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .filter_map(|line| sonic_rs::from_slice::<Record>(line).ok())
        .map(|record| black_box(&record.text).len() + black_box(&record.id).len())
        .sum()
}

fn median(rounds: usize, mut work: impl FnMut() -> usize) -> f64 {
    let mut seconds: Vec<f64> = (0..rounds.max(1))
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
