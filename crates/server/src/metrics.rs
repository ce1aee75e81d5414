//! Metrics of a server, in the text format of Prometheus.

use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, prometheus_text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use mukarrar::index::Stats;

pub(super) use prometheus_text::CONTENT_TYPE;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnswerLabels {
    route: &'static str,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    verdict: &'static str,
}

type SecondsHistogram = Family<RouteLabels, Histogram, fn() -> Histogram>;
type LevelGauge = Gauge<i64, AtomicI64>;
type SizeGauge = Gauge<u64, AtomicU64>;

/// All metrics.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<AnswerLabels, Counter>,
    seconds: SecondsHistogram,
    rejected: Family<ReasonLabels, Counter>,
    verdicts: Family<OutcomeLabels, Counter>,
    pub(super) in_flight: LevelGauge,
    pub(super) connections: LevelGauge,
    pub(super) evicted: Counter,
    pub(super) refused: Counter,
    pub(super) commit_failures: Counter,
    documents: SizeGauge,
    index: [(&'static str, SizeGauge); 7],
}

/// Bounds of the latency histogram, in seconds.
const BOUNDS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

impl Metrics {
    pub(super) fn new() -> Self {
        let index = [
            ("memory_bytes", "Bytes that records and recent bands take in memory, about"),
            ("disk_bytes", "Bytes that the index takes on disk"),
            ("removed", "Documents removed since the last compaction"),
            ("recent_bands", "Band keys that are in no run file yet"),
            ("uncommitted", "Changes that a crash would lose now"),
            ("commits", "Commits over the life of the index"),
            ("bounded_answers", "Answers of this process for which a bound left candidates out"),
        ];
        let mut new = Self {
            registry: Registry::with_prefix("mukarrar"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            rejected: Family::default(),
            verdicts: Family::default(),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            evicted: Counter::default(),
            refused: Counter::default(),
            commit_failures: Counter::default(),
            documents: Gauge::default(),
            index: index.map(|(name, _)| (name, Gauge::default())),
        };

        // The text lists the metrics in the order of registration.
        let registry = &mut new.registry;
        registry.register("requests", "Requests by route, method and status", new.requests.clone());
        let help = "Time from the head of a request to the head of its answer";
        registry.register_with_unit("request_duration", help, Unit::Seconds, new.seconds.clone());

        registry.register("rejected", "Requests that failed, by reason", new.rejected.clone());
        registry.register("verdicts", "Verdicts that were answered", new.verdicts.clone());
        registry.register("requests_in_flight", "Requests in progress", new.in_flight.clone());
        registry.register("connections", "Open connections", new.connections.clone());

        let help = "Connections closed for newcomers while they waited for their clients";
        registry.register("connections_evicted", help, new.evicted.clone());
        let help = "Connections refused because all others were at work";
        registry.register("connections_refused", help, new.refused.clone());
        registry.register("commit_failures", "Commits that failed", new.commit_failures.clone());

        registry.register("documents", "Stored documents", new.documents.clone());
        for ((name, gauge), (_, help)) in new.index.iter().zip(index) {
            registry.register(format!("index_{name}"), help, gauge.clone());
        }

        new
    }

    pub(super) fn answered(&self, route: &'static str, method: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&AnswerLabels { route, method, status }).inc();
        self.seconds.get_or_create(&RouteLabels { route }).observe(took.as_secs_f64());
    }

    pub(super) fn rejected(&self, reason: &'static str) {
        self.rejected.get_or_create(&ReasonLabels { reason }).inc();
    }

    pub(super) fn verdict(&self, verdict: &'static str) {
        self.verdicts.get_or_create(&OutcomeLabels { verdict }).inc();
    }

    /// All metrics as text, with the current statistics of the index.
    pub(super) fn text(&self, stats: &Stats) -> Result<String, std::fmt::Error> {
        self.documents.set(stats.documents);

        // In the order of the names in `new`.
        let storage = &stats.storage;
        let values = [
            storage.memory_bytes,
            storage.disk_bytes,
            storage.removed,
            storage.recent_bands,
            storage.uncommitted,
            storage.commits,
            stats.bounded_answers,
        ];
        for ((_, gauge), value) in self.index.iter().zip(values) {
            gauge.set(value);
        }

        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
