//! A crawler that asks of every page whether it has seen the story, from several threads at once.
//!
//! ```text
//! cargo run --release --example crawler
//! ```

use std::io::{self, Write};
use std::sync::Mutex;

use mukarrar::{Index, Verdict};

/// Pages as a crawler would fetch them: the second repeats the first in other spelling, the fourth is empty.
const PAGES: [(&str, &str); 5] = [
    ("https://a.example/news/1", "أعلنت وزارة الصحة أمس افتتاح ثلاثة مراكز جديدة في المدينة بحضور عدد من المسؤولين"),
    ("https://b.example/story/77", "اعلنت وزاره الصحة أمس إفتتاح ثلاثة مراكز جديدة فى المدينة بحضور عدد من المسئولين"),
    ("https://c.example/sport/3", "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور ملأ المدرجات"),
    ("https://c.example/empty", " … "),
    ("https://d.example/1", "(رويترز) أعلنت وزارة الصحة أمس افتتاح ثلاثة مراكز جديدة في المدينة بحضور عدد من المسؤولين"),
];

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Outcome {
    let seen = Index::builder().threshold(0.6).build()?;
    let out = Mutex::new(io::stdout());
    let (seen, out) = (&seen, &out);
    std::thread::scope(|scope| {
        let start = |pages| scope.spawn(move || crawl(seen, pages, out));
        let crawlers: Vec<_> = PAGES.chunks(2).map(start).collect();
        crawlers.into_iter().try_for_each(|crawler| crawler.join().unwrap_or_else(|_| Err("a crawler panicked".into())))
    })
}

fn crawl(seen: &Index, pages: &[(&str, &str)], out: &Mutex<io::Stdout>) -> Outcome {
    for (url, text) in pages {
        let line = match seen.check_and_insert(url, text)? {
            Verdict::New { .. } => format!("{url}: new, crawl on"),
            Verdict::Duplicate(found) => format!("{url}: repeats {} ({:.2})", found.key, found.jaccard),
            Verdict::Empty => format!("{url}: no text"),
            other => format!("{url}: {other:?}"),
        };
        let mut out = out.lock().map_err(|_| "another crawler panicked")?;
        writeln!(out, "{line}")?;
    }
    Ok(())
}
