//! Errors of the library in the words of the API: parameters as fields of JSON items.

use mukarrar::error::{Operation, Phrasing};

/// Fields of the items that clients send.
const FIELDS: [&str; 7] = ["key", "text", "source", "date", "seen", "top", "by"];

/// The names of the API. What only the operator of the server can change is not named: clients cannot follow such advice.
#[derive(Debug, Clone, Copy)]
pub(super) struct ApiPhrasing;

impl Phrasing for ApiPhrasing {
    fn parameter(&self, name: &'static str) -> Option<String> {
        FIELDS.contains(&name).then(|| format!("the field \"{name}\""))
    }

    fn setting(&self, name: &'static str, value: &str) -> Option<String> {
        FIELDS.contains(&name).then(|| format!("\"{name}\": {value}"))
    }

    fn subject(&self, name: &'static str) -> String {
        name.to_owned()
    }

    fn operation(&self, _: Operation) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use mukarrar::error::{Error, Remedy};

    use super::*;

    #[test]
    fn clients_read_field_names_and_no_advice_for_the_operator() {
        let error = Error::parameter("by", "length", "one of jaccard, containment");
        assert_eq!(error.message(&ApiPhrasing), "by cannot be length: one of jaccard, containment");
        let choose = |parameter| Remedy::Choose { purpose: "give a date", parameter };
        assert_eq!(choose("date").describe(&ApiPhrasing).as_deref(), Some("give a date with the field \"date\""));
        assert_eq!(choose("temp_dir").describe(&ApiPhrasing), None);
        let build = Remedy::Run { purpose: "make it again", operations: &[Operation::BuildIndex] };
        assert_eq!(build.describe(&ApiPhrasing).as_deref(), Some("make it again"));
    }
}
