//! The settings of an index, from keywords.

use mukarrar::index::{IndexBuilder, Verify};
use mukarrar::lsh::BandingOverrides;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{parameter, raised};
use crate::options::{each, facts, language, number, overrides, rules, whole, window, word};
use crate::telling::TellingRequest;

/// Makes a builder from keywords. `other` gets each keyword that is no setting, and returns whether it knows that keyword.
///
/// # Errors
///
/// A keyword that nobody knows; a value of another type, or out of its range; a keyword of stories without them.
pub fn builder(
    py: Python<'_>,
    function: &str,
    given: Option<&Bound<'_, PyDict>>,
    mut other: impl FnMut(&mut IndexBuilder, &str, &Bound<'_, PyAny>) -> PyResult<bool>,
) -> PyResult<IndexBuilder> {
    let (mut builder, mut by_hand) = (mukarrar::Index::builder(), BandingOverrides::default());
    let mut telling = TellingRequest::default();
    each(function, given, |name, value| {
        if value.is_none() {
            return Ok(SETTINGS.contains(&name) || other(&mut builder, name, value)?);
        }

        // The methods of the builder take it by value, so it is taken out for each keyword and put back.
        let now = std::mem::take(&mut builder);
        builder = match name {
            "threshold" => now.threshold(number(name, value)?),
            "recall" => now.recall(number(name, value)?),
            "profile" => now.profile(word(value)?),
            "language" => match language(value)? {
                Some(language) => now.language(language),
                None => now,
            },
            "boilerplate" => now.boilerplate(word(value)?),
            "boilerplate_rules" => now.boilerplate_rules(rules(value)?),
            "shingle" => now.shingle(word(value)?),
            "facts" => now.facts(facts(value)?),
            "seed" => now.seed(whole(name, value)?),
            "verify" => now.verify(verify(value)?),
            "window" => match window(value)? {
                Some(window) => now.window(window),
                None => now,
            },
            _ => {
                builder = now;
                if SETTINGS.contains(&name) && telling.take(name, value)? {
                    return Ok(true);
                }
                return Ok(overrides(&mut by_hand, name, value)? || other(&mut builder, name, value)?);
            }
        };
        Ok(true)
    })?;

    if let Some(options) = telling.options(py)? {
        builder = builder.stories(options);
        if let Some(table) = telling.given_table().map_err(|error| raised(py, &error))? {
            builder = builder.rarity(table);
        }
    }
    Ok(builder.overrides(by_hand))
}

/// Makes a builder from the keywords of `open`.
///
/// # Errors
///
/// As [`builder`].
pub fn opening_builder(py: Python<'_>, given: Option<&Bound<'_, PyDict>>) -> PyResult<IndexBuilder> {
    builder(py, "open", given, |builder, name, value| {
        if !["commit_every", "cache_size"].contains(&name) {
            return Ok(false);
        }

        if !value.is_none() {
            let now = std::mem::take(builder);
            let number = whole(name, value)?;
            *builder = if name == "cache_size" { now.cache_size(number) } else { now.commit_every(number) };
        }
        Ok(true)
    })
}

/// The settings of an index.
const SETTINGS: [&str; 21] = [
    "threshold",
    "recall",
    "profile",
    "language",
    "boilerplate",
    "boilerplate_rules",
    "shingle",
    "facts",
    "seed",
    "verify",
    "window",
    "stories",
    "idf",
    "story_threshold",
    "story_leader",
    "story_window",
    "story_span",
    "least_words",
    "num_hashes",
    "bands",
    "rows",
];

fn verify(value: &Bound<'_, PyAny>) -> PyResult<Verify> {
    let name: String = value.extract()?;
    let found = [Verify::Exact, Verify::Estimate].into_iter().find(|verify| verify.name() == name);

    found.ok_or_else(|| parameter(value.py(), "verify", &name, "exact or estimate"))
}
