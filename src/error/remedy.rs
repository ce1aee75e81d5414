//! Remedies: what the caller can do about an error, without the words of any interface.
//!
//! The same error is shown by the command line, by Python, by the server and to Rust callers. The library therefore names
//! parameters by their Rust names, and each interface implements [`Phrasing`] to show them by its own.

use std::borrow::Cow;

/// What the caller can do about an error or a rejected record. Shown by [`describe`](Self::describe).
///
/// Every `purpose` is an imperative that the name of a parameter or an operation completes: "name the field that holds the
/// text" with `text_field`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// Something that no parameter does, as an imperative: "convert it to UTF-8".
    Advice(Cow<'static, str>),
    /// Give another value to a parameter.
    Choose {
        /// What the value is for.
        purpose: &'static str,
        /// The parameter.
        parameter: &'static str,
    },
    /// Give this value to a parameter.
    Give {
        /// What the value is for.
        purpose: &'static str,
        /// The parameter and its value, on the heap: errors are returned by value.
        setting: Box<(&'static str, String)>,
    },
    /// Give these values to parameters.
    Set {
        /// What the values do.
        purpose: &'static str,
        /// Parameters and their values.
        settings: &'static [(&'static str, &'static str)],
    },
    /// Give a parameter this value, or a larger one.
    Raise {
        /// The parameter.
        parameter: &'static str,
        /// The smallest value that is large enough.
        least: u64,
    },
    /// Leave a parameter out.
    Omit {
        /// What happens without it.
        purpose: &'static str,
        /// The parameter.
        parameter: &'static str,
    },
    /// Build the library with a Cargo feature.
    Rebuild {
        /// The feature.
        feature: &'static str,
    },
    /// Run one of these operations of the library.
    Run {
        /// What it does; a sentence of its own where an interface has none of the operations.
        purpose: &'static str,
        /// The operations.
        operations: &'static [Operation],
    },
}

/// An operation of the library that a [`Remedy`] can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// Make a persistent index.
    BuildIndex,
    /// Ask an index about texts.
    CheckIndex,
    /// Write an index to a file for import.
    ExportIndex,
    /// Read an exported index.
    ImportIndex,
    /// Learn boilerplate rules from a corpus and write them to a file.
    LearnBoilerplate,
    /// Scan one part of a sharded run.
    SketchShard,
    /// Merge the sketches of a sharded run.
    MergeShards,
    /// Verify one part of a sharded run.
    VerifyShard,
    /// Make the clusters of a sharded run.
    SettleShards,
}

/// How an interface names parameters, features and operations in messages.
///
/// `None` means that the interface does not have the parameter or the operation; the remedy is then not shown.
pub trait Phrasing {
    /// A parameter in a remedy, such as `--text-field`.
    fn parameter(&self, name: &'static str) -> Option<String>;

    /// A parameter together with a value, such as `--unit document`.
    fn setting(&self, name: &'static str, value: &str) -> Option<String>;

    /// A parameter as the subject of a message, such as `--threshold` in "--threshold cannot be 2".
    fn subject(&self, name: &'static str) -> String {
        self.parameter(name).unwrap_or_else(|| name.to_owned())
    }

    /// The advice to build the library with a Cargo feature.
    fn rebuild(&self, feature: &'static str) -> String {
        format!("rebuild with the feature {feature}")
    }

    /// How an operation is run, such as `mukarrar index export`.
    fn operation(&self, operation: Operation) -> Option<String>;
}

/// The names of the Rust API: fields of options, and methods. Used by [`Display`](std::fmt::Display) of errors.
#[derive(Debug, Clone, Copy, Default)]
pub struct RustPhrasing;

impl Phrasing for RustPhrasing {
    fn parameter(&self, name: &'static str) -> Option<String> {
        Some(format!("`{name}`"))
    }

    fn setting(&self, name: &'static str, value: &str) -> Option<String> {
        Some(format!("`{name}` {value}"))
    }

    fn subject(&self, name: &'static str) -> String {
        name.to_owned()
    }

    fn operation(&self, operation: Operation) -> Option<String> {
        let path = match operation {
            Operation::BuildIndex => "`IndexBuilder::open`",
            Operation::CheckIndex => "`Index::check`",
            Operation::ExportIndex => "`Index::export`",
            Operation::ImportIndex => "`Index::import`",
            Operation::LearnBoilerplate => "`pipeline::learn`",
            Operation::SketchShard => "`ShardRun::sketch`",
            Operation::MergeShards => "`ShardRun::merge`",
            Operation::VerifyShard => "`ShardRun::verify`",
            Operation::SettleShards => "`ShardRun::settle`",
        };
        Some(path.to_owned())
    }
}

impl Remedy {
    /// The remedy in the words of an interface; `None` if the interface has nothing that it names.
    #[must_use]
    pub fn describe(&self, phrasing: &dyn Phrasing) -> Option<String> {
        match self {
            Self::Advice(advice) => Some(advice.clone().into_owned()),
            Self::Choose { purpose, parameter } => {
                phrasing.parameter(parameter).map(|parameter| format!("{purpose} with {parameter}"))
            }
            Self::Give { purpose, setting } => {
                phrasing.setting(setting.0, &setting.1).map(|setting| format!("{purpose} with {setting}"))
            }
            Self::Set { purpose, settings } => {
                let settings: Option<Vec<String>> =
                    settings.iter().map(|(name, value)| phrasing.setting(name, value)).collect();
                settings.map(|settings| format!("{purpose} with {}", settings.join(" and ")))
            }
            Self::Raise { parameter, least } => {
                phrasing.setting(parameter, &least.to_string()).map(|setting| format!("give {setting} or more"))
            }
            Self::Omit { purpose, parameter } => {
                phrasing.parameter(parameter).map(|parameter| format!("{purpose} without {parameter}"))
            }
            Self::Rebuild { feature } => Some(phrasing.rebuild(feature)),
            Self::Run { purpose, operations } => Some(run(purpose, operations, phrasing)),
        }
    }
}

fn run(purpose: &str, operations: &[Operation], phrasing: &dyn Phrasing) -> String {
    let known: Vec<String> = operations.iter().filter_map(|operation| phrasing.operation(*operation)).collect();

    // Unlike a parameter, an operation can be run elsewhere, so its purpose helps without its name.
    if known.is_empty() { purpose.to_owned() } else { format!("{purpose} with {}", known.join(" or ")) }
}

/// Adds a remedy to a sentence about what is wrong.
pub(crate) fn with_remedy(problem: String, remedy: Option<&Remedy>, phrasing: &dyn Phrasing) -> String {
    match remedy.and_then(|remedy| remedy.describe(phrasing)) {
        Some(remedy) => format!("{problem}; {remedy}"),
        None => problem,
    }
}

impl From<&'static str> for Remedy {
    fn from(advice: &'static str) -> Self {
        Self::Advice(advice.into())
    }
}

impl From<String> for Remedy {
    fn from(advice: String) -> Self {
        Self::Advice(advice.into())
    }
}
