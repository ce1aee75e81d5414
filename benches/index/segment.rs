//! What was measured since the last line.

use std::time::Duration;

use mukarrar::Index;

/// The calls of a stretch of the stream.
#[derive(Default)]
pub(crate) struct Segment {
    /// What each call took.
    pub(crate) micros: Vec<f32>,
    pub(crate) elapsed: Duration,
    /// Texts answered to be duplicates, and to be variants: of the same template with other facts, by the facts guard.
    pub(crate) duplicates: u64,
    pub(crate) variants: u64,
    /// Texts known to be copies.
    pub(crate) copies: u64,
    /// Those of them that were answered to be duplicates or variants.
    pub(crate) found: u64,
}

impl Segment {
    /// Prints a line of JSON, and begins anew.
    pub(crate) fn tell(&mut self, documents: u64, index: &Index) {
        self.micros.sort_unstable_by(f32::total_cmp);
        let at = |share: f64| self.micros[((self.micros.len() - 1) as f64 * share) as usize];
        let stats = index.stats().unwrap();
        let rate = self.micros.len() as f64 / self.elapsed.as_secs_f64();
        println!(
            "{{\"documents\":{documents},\"stored\":{},\"documents_per_second\":{rate:.0},\"p50_us\":{:.0},\"p99_us\":{:.0},\
             \"p999_us\":{:.0},\"max_us\":{:.0},\"duplicates\":{},\"variants\":{},\"copies\":{},\"found\":{},\"disk_bytes_per_document\":{:.0},\
             \"band_bytes_per_document\":{:.0},\"peak_rss_mb\":{},\"cpu_seconds\":{:.1}}}",
            stats.documents,
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0),
            self.duplicates,
            self.variants,
            self.copies,
            self.found,
            stats.storage.disk_bytes as f64 / stats.documents as f64,
            stats.storage.band_bytes as f64 / stats.documents as f64,
            status("VmHWM:") >> 20,
            cpu_seconds(),
        );
        *self = Self::default();
    }
}

fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<u64> = stat.rsplit(' ').rev().skip(13).take(2).filter_map(|field| field.parse().ok()).collect();
    fields.iter().sum::<u64>() as f64 / 100.0
}

/// A line of /proc/self/status, in bytes.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) * 1024
}
