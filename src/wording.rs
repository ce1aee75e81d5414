//! Numbers before nouns, for messages.

/// A number and what is counted, `one` of it or `many`: `1 record`, `12 records`.
#[must_use]
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_is_singular() {
        let records = |count| counted(count, "record has", "records have");
        assert_eq!([records(0), records(1), records(2)], ["0 records have", "1 record has", "2 records have"]);
    }
}
