//! Learned boilerplate rules as text.

use std::io::{self, Write};

use super::style::ReportStyle;
use crate::page::{BoilerplateRule, BoilerplateRules, RuleKind};

/// Writes the rules of each source: kind, share of documents in percent, count, and a sample. `*` marks samples that
/// the built-in cues leave out anyway.
///
/// # Errors
///
/// The writer fails.
pub fn boilerplate(rules: &BoilerplateRules, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    for of_source in rules.list().chunk_by(|a, b| a.source == b.source) {
        if let Some(first) = of_source.first() {
            let source = style.bold(&style.original(&first.source));
            writeln!(out, "{source}  {} documents, {} rules", first.documents, of_source.len())?;
        }

        for BoilerplateRule { kind, sample, count, share, listed, .. } in of_source {
            let kind = match kind {
                RuleKind::Line => "line",
                RuleKind::Head => "head",
                RuleKind::Tail => "tail",
            };
            // An asterisk: the rule adds nothing to the built-in cues.
            let mark = if *listed { '*' } else { ' ' };
            writeln!(out, "{mark} {kind}  {:5.1} %  {count:6}  {}", 100.0 * share, style.original(sample))?;
        }
    }
    Ok(())
}
