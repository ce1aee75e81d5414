//! Tips for wrong command lines: options of other tools, a file where a command is expected, values written in another way.

use std::path::Path;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Options of other tools; the option here that does the same; how it is written.
#[rustfmt::skip]
const FOREIGN: &[(&[&str], &str, &str)] = &[
    (&["--json"], "format", "write `--format json`, or name the output .json"),
    (&["--jsonl", "--ndjson", "--json-lines"], "format", "write `--format jsonl`, or name the output .jsonl"),
    (&["--csv"], "format", "write `--format csv`, or name the output .csv"),
    (&["--tsv"], "format", "write `--format tsv`, or name the output .tsv"),
    (&["--output-format", "--out-format", "--outputformat"], "format", "write `--format json`; the name of an output also tells its format"),
    (&["--format", "--json", "--jsonl", "--csv", "--output-format", "-f"], "output", "the name of the output tells its format: `-o NAME.jsonl`, `.json`, `.csv` or `.tsv`"),
    (&["--out", "--outfile", "--out-file", "--output-file", "--output-dir", "--output-path", "--output-folder", "--outdir", "--save", "--write"], "output", "write `-o PATH`"),
    (&["--ngram", "--ngrams", "--n-gram", "--ngram-size", "--ngram-range", "--shingles", "--shingle-size", "--kmer", "--k", "-k", "--window-size"], "shingle", "write `--shingle word:5` for shingles of five words, or `char:8` for eight characters"),
    (&["--num-perm", "--num-permutations", "--permutations", "--perms", "--hashes", "--n-hashes", "--num-hash"], "num_hashes", "write `--num-hashes N`; if not given, --recall determines it"),
    (&["--num-bands", "--n-bands", "-b"], "bands", "write `--bands N`; if not given, --recall determines it"),
    (&["--num-rows", "--band-size", "--rows-per-band", "-r"], "rows", "write `--rows N`; if not given, --recall determines it"),
    (&["--workers", "--num-workers", "--jobs", "--processes", "--num-proc", "--num-procs", "--nproc", "--cpus", "--cores", "--parallel", "--num-threads", "--n-jobs", "-p", "-P", "-T"], "threads", "write `-j N` or `--threads N`; if not given, every core is used"),
    (&["--similarity", "--sim", "--jaccard", "--jaccard-threshold", "--similarity-threshold", "--min-similarity", "--min-jaccard", "-s"], "threshold", "write `-t T` or `--threshold T`"),
    (&["--column", "--col", "--text-column", "--text-col", "--field", "--text-key", "--content-field", "--key", "-c"], "text_field", "write `--text-field FIELD`"),
    (&["--id-column", "--id-col", "--id-key", "--idx-column"], "id_field", "write `--id-field FIELD`"),
    (&["--date-column", "--date", "--timestamp-field"], "date_field", "write `--date-field FIELD`"),
    (&["--delimiter", "--delim", "--sep", "--separator", "-d"], "csv_delimiter", "write `--csv-delimiter CHAR`"),
    (&["--charset", "--input-encoding", "--enc"], "encoding", "write `--encoding NAME`"),
    (&["--type", "--input-type", "--from", "--filetype", "--in-format"], "input_format", "write `--input-format FORMAT`"),
    (&["--language", "-l"], "lang", "write `--lang ar`"),
    (&["--lines", "--by-line", "--line-mode"], "unit", "write `--unit line`"),
    (&["--paragraphs", "--paragraph"], "unit", "write `--unit paragraph`"),
    (&["--sentences", "--sentence"], "unit", "write `--unit line` or `--unit paragraph`"),
    (&["--substring", "--exact-substring", "--suffix-array", "--length-threshold"], "min_tokens", "repeated passages are removed with `dedup --unit passage --min-tokens N`, and listed with `passages`"),
    (&["--mem", "--max-memory", "--memory-limit", "--max-mem", "--ram", "--buffer-size", "-S", "-m"], "memory", "write `--memory 4G`"),
    (&["--tmp", "--tmpdir", "--tmp-dir", "--temp", "--tempdir", "--temporary-directory", "--cache-dir"], "temp_dir", "write `--temp-dir DIR`"),
    (&["--checkpoint", "--checkpoint-dir", "--resume"], "work_dir", "write `--work-dir DIR`: the same command continues from it"),
    (&["--reference", "--references", "--old", "--known", "--exclude"], "against", "write `--against OLD`"),
    (&["--dryrun", "--dry", "--no-write", "--simulate"], "dry_run", "write `-n` or `--dry-run`"),
    (&["--duplicates", "--dups", "--dup-file", "--removed-file"], "removed", "write `--removed FILE`"),
    (&["--tag", "--annotate", "--label", "--no-remove"], "mark", "write `--mark`: every record stays and gets a field"),
    (&["--silent"], "quiet", "write `-q` or `--quiet`"),
    (&["--no-progress", "--no-progress-bar", "--disable-progress-bar"], "progress", "write `--progress never`"),
    (&["--debug", "--log-level", "--info"], "verbose", "write `-v` or `--verbose`"),
    (&["--stats", "--report", "--log", "--metrics"], "summary", "write `--summary FILE`"),
    (&["--fail", "--exit-code", "--fail-on-duplicates"], "check", "write `--check`"),
    (&["--max-size", "--max-bytes", "--max-line-length"], "max_record_size", "write `--max-record-size SIZE`"),
    (&["--random-seed", "--random-state"], "seed", "write `--seed N`"),
    (&["--input", "--input-file", "--input-dir", "--in", "--file", "--files", "--path", "--data", "--dataset", "-i"], "inputs", "give the input without an option: `mukarrar COMMAND INPUT`"),
    (&["--recursive", "-R", "-r"], "inputs", "leave it out: directories are read whole"),
    (&["--stdin"], "inputs", "give - as the input"),
    (&["--compress", "--compression", "--gzip", "-z"], "output", "the name of the output tells its compression: .gz, .zst, .bz2 or .xz"),
    (&["--force", "--overwrite", "-y"], "output", "leave it out: an output file replaces an older one; a directory must be empty"),
];

/// `error` with a tip, where one is known. `command` is the whole grammar, `words` the words behind the program's name.
pub(super) fn with_tip(mut error: clap::Error, command: &Command, words: &[String]) -> clap::Error {
    let Some(tip) = tip(&error, command, words) else { return error };

    // A tip that is known is better than the option with the most similar name.
    error.remove(ContextKind::SuggestedArg);
    error.remove(ContextKind::SuggestedSubcommand);
    // It is made for the similar option.
    error.remove(ContextKind::Usage);
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    error
}

fn tip(error: &clap::Error, command: &Command, words: &[String]) -> Option<String> {
    let named = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };

    match error.kind() {
        ErrorKind::InvalidSubcommand => commands_for(named(ContextKind::InvalidSubcommand)?),
        ErrorKind::UnknownArgument => {
            let given = named(ContextKind::InvalidArg)?;
            let asked = asked_command(command, words);
            if !std::ptr::eq(asked, command) {
                return same_elsewhere(given.split(['=', ' ']).next()?, asked);
            }
            // The input is the last word; a word before it may be the value of an option.
            let tip = words.last().and_then(|word| commands_for(word));
            Some(tip.unwrap_or_else(|| "name a command first; `mukarrar --help` lists them".to_owned()))
        }
        ErrorKind::ValueValidation => {
            let option = named(ContextKind::InvalidArg)?;
            value_tip(option.split(' ').next()?, named(ContextKind::InvalidValue)?)
        }
        _ => None,
    }
}

/// The tip for a value that should be a number: how to write it, or what to give.
fn value_tip(option: &str, value: &str) -> Option<String> {
    // Other digits than 0 to 9, and the decimal comma of many languages.
    let plain: String = value.chars().map(plain_digit).collect();
    if plain != value && plain.parse::<f64>().is_ok() {
        return Some(format!("write {plain}"));
    }

    // A share of a hundred.
    let share = value.strip_suffix(['%', '٪']).and_then(|share| share.trim().parse::<f64>().ok());
    if let (Some(share), true) = (share, option != "--memory") {
        return Some(format!("write {}", share / 100.0));
    }

    match option {
        "--threads" => Some("give a number of threads; without the option, every core is used".to_owned()),
        "--memory" => Some("give a size such as 4G; without the option, it is 70 % of the free memory".to_owned()),
        _ => None,
    }
}

/// A digit or decimal sign of Arabic, Persian and European writing as programs read it; other characters as they are.
fn plain_digit(sign: char) -> char {
    let digit = match sign {
        '\u{660}'..='\u{669}' => u32::from(sign) - 0x660,
        '\u{6F0}'..='\u{6F9}' => u32::from(sign) - 0x6F0,
        ',' | '\u{66B}' => return '.',
        _ => return sign,
    };
    char::from_digit(digit, 10).unwrap_or(sign)
}

/// The command that the words name: that of the whole tool, one of its commands, or one of `index`.
fn asked_command<'c>(command: &'c Command, words: &[String]) -> &'c Command {
    let mut asked = command;
    for word in words.iter().take_while(|word| *word != "--") {
        match asked.get_subcommands().find(|known| known.get_name() == word) {
            Some(known) => asked = known,
            None if word.starts_with('-') => {}
            None => break,
        }
    }
    asked
}

/// The tip for an option that another tool has, if `command` has the option that does the same.
fn same_elsewhere(given: &str, command: &Command) -> Option<String> {
    let given = given.replace('_', "-");
    let long = given.strip_prefix("--");
    let mut known = command.get_arguments();
    if let Some(same) = known.find(|argument| argument.get_long().is_some() && argument.get_long() == long) {
        return Some(format!("write `--{}`", same.get_long()?));
    }

    let is_known = |id: &str| command.get_arguments().any(|argument| argument.get_id() == id);
    let found = FOREIGN.iter().find(|(names, id, _)| names.contains(&given.as_str()) && is_known(id));
    found.map(|(_, _, tip)| (*tip).to_owned())
}

/// The tip for a file in the place of a command.
fn commands_for(word: &str) -> Option<String> {
    is_input(word).then(|| {
        format!(
            "name a command before the input: `mukarrar clusters {word}` lists copies, `mukarrar dedup {word} -o CLEAN` \
             removes them"
        )
    })
}

/// Whether a word looks like an input: standard input, an existing path, or one with a slash or an extension.
fn is_input(word: &str) -> bool {
    word == "-" || !word.starts_with('-') && (word.contains(['/', '.', '\\']) || Path::new(word).exists())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::command;

    #[test]
    fn every_tip_is_for_an_option_that_some_command_has() {
        let grammar = command();
        for (names, id, _) in FOREIGN {
            let has = |command: &Command| command.get_arguments().any(|argument| argument.get_id() == *id);
            assert!(grammar.get_subcommands().any(has), "{names:?} {id}");
        }
    }
}
