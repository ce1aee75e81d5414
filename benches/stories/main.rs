//! News of some days with planted events: JSON Lines for the measurements of stories.
//!
//! ```text
//! cargo run --release --example story_days -- --documents 100000 > days.jsonl
//! ```
//!
//! Words are drawn from a vocabulary by Zipf's law. An event has fourteen words of its own, and each of its documents takes half the
//! words of its title and a third of those of its text from them. Two documents in five belong to an event; most events are small, a few fill a hundredth of the news. The id
//! tells the event: `e17-203` is document 203, of event 17, `n204` is one of none. The same arguments give the same bytes.

use std::io::{self, BufWriter, Write};

use clap::Parser;

/// Words of the vocabulary, of a title, of a text, and of an event.
const VOCABULARY: usize = 300_000;
const TITLE: usize = 8;
const TEXT: usize = 110;
const OF_EVENT: usize = 14;

/// The first word, by frequency, that an event may have for its own.
const FIRST_OF_EVENT: usize = 500;

/// Prints news of some days.
#[derive(Debug, Parser)]
struct DaysArgs {
    /// Number of documents.
    #[arg(long, default_value_t = 10_000)]
    documents: usize,
    /// Number of days.
    #[arg(long, default_value_t = 3)]
    days: usize,
    /// Number of outlets.
    #[arg(long, default_value_t = 200)]
    outlets: u64,
    /// Seed of everything.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A stream of random numbers: SplitMix64.
struct Draws(u64);

impl Draws {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.draw() % bound.max(1)
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// An event under way: its words, and how many documents are still to come.
struct PlantedEvent {
    number: usize,
    words: Vec<usize>,
    left: usize,
}

fn main() -> io::Result<()> {
    let arguments = DaysArgs::parse();
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut draws = Draws(arguments.seed);
    let words: Vec<String> = (0..VOCABULARY).map(word).collect();
    // The n-th word stands n times more rarely than the first: its rank is a power of a number drawn evenly.
    let zipf = |draws: &mut Draws| ((VOCABULARY as f64).powf(draws.share()) as usize - 1).min(VOCABULARY - 1);

    let mut events: Vec<PlantedEvent> = Vec::new();
    let mut next_event = 0;
    for number in 0..arguments.documents {
        let day = number * arguments.days / arguments.documents.max(1);
        let of_event = draws.below(5) < 2;
        if of_event && (events.len() < 50 || draws.below(4) == 0) {
            let size = if draws.below(2_000) == 0 { arguments.documents / 100 } else { 2 + draws.below(12) as usize };
            let own = |draws: &mut Draws| FIRST_OF_EVENT + draws.below((VOCABULARY - FIRST_OF_EVENT) as u64) as usize;
            let words = (0..OF_EVENT).map(|_| own(&mut draws)).collect();
            events.push(PlantedEvent { number: next_event, words, left: size });
            next_event += 1;
        }

        let chosen = of_event.then(|| draws.below(events.len() as u64) as usize);
        let mut take = |count: usize, own_share: u64| -> String {
            let mut text = String::new();
            for place in 0..count {
                let own = chosen.filter(|_| draws.below(own_share) == 0).and_then(|event| {
                    let of_event = &events.get(event)?.words;
                    of_event.get(draws.below(of_event.len() as u64) as usize).copied()
                });
                let rank = own.unwrap_or_else(|| zipf(&mut draws));
                text.push_str(if place == 0 { "" } else { " " });
                text.push_str(&words[rank]);
            }
            text
        };
        let (title, text) = (take(TITLE, 2), take(TEXT, 3));
        let outlet = draws.below(arguments.outlets);
        let id = match chosen {
            Some(event) => format!("e{}-{number}", events[event].number),
            None => format!("n{number}"),
        };
        writeln!(
            out,
            "{{\"id\":\"{id}\",\"date\":\"2024-03-{:02}\",\"source\":\"s{outlet}\",\"title\":\"{title}\",\"text\":\"{text}\"}}",
            1 + day % 28
        )?;

        if let Some(event) = chosen {
            events[event].left -= 1;
            if events[event].left == 0 {
                events.swap_remove(event);
            }
        }
    }
    out.flush()
}

/// A word of Arabic letters for a rank. Ranks have different words, which are longer for rare ones.
fn word(rank: usize) -> String {
    // Without letters that are affixes, so that stems stay apart.
    const LETTERS: [char; 16] = ['ث', 'ج', 'ح', 'خ', 'د', 'ذ', 'ر', 'ز', 'ش', 'ص', 'ض', 'ط', 'ظ', 'ع', 'غ', 'ق'];
    let mut word = String::new();
    let mut rest = rank;
    for place in 0.. {
        word.push(LETTERS[(rest + place) % LETTERS.len()]);
        rest /= LETTERS.len();
        if rest == 0 && place >= 2 {
            break;
        }
    }
    word
}
