//! The dashboard for Grafana asks for metrics that the server has.

use std::collections::BTreeSet;

use mukarrar_server::Server;
use serde_json::{Value, json};

use crate::http::Served;

const DASHBOARD: &str = include_str!("../../../../deploy/grafana-dashboard.json");

/// The names of metrics in an expression.
fn names(expression: &str) -> impl Iterator<Item = &str> {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("mukarrar_"))
}

#[test]
fn every_panel_asks_for_metrics_that_are_served() {
    let served = Served::empty(Server::builder());
    let item = json!({ "key": "a", "text": "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية" }).to_string();
    assert_eq!(served.json("/v1/check-and-insert", &item).status, 200);
    // Counters by reason appear with the first refusal.
    assert_eq!(served.json("/v1/check", "{").status, 400);
    let metrics = served.get("/metrics").body;
    let known: BTreeSet<&str> = metrics.lines().filter_map(|line| line.split(['{', ' ']).next()).collect();

    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    assert!(panels.len() > 10, "{}", panels.len());
    for panel in panels {
        let targets = panel["targets"].as_array().unwrap();
        let asked: Vec<&str> = targets.iter().flat_map(|target| names(target["expr"].as_str().unwrap())).collect();
        assert!(!asked.is_empty(), "{}", panel["title"]);
        for name in asked {
            assert!(known.contains(name), "{}: {name} is not served:\n{metrics}", panel["title"]);
        }
    }
}
