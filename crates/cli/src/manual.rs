//! The manual: one page for the tool and one for each command, with their exit codes and environment variables.

use std::io::{self, Write};

use clap::Command;
use clap_mangen::Man;

use super::environment::variable;

/// The pages of the manual: the name of each, such as `mukarrar-dedup`, and its text.
///
/// # Errors
///
/// Nothing but a failed write to memory.
pub(super) fn pages(mut root: Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    root.build();

    let mut pages = Vec::new();
    add(&root, "mukarrar", &mut pages)?;
    Ok(pages)
}

fn add(command: &Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let mut page = Vec::new();
    Man::new(command.clone().display_name(name.to_owned())).render(&mut page)?;
    exit_status(&mut page)?;
    environment(command, &mut page)?;
    pages.push((name.to_owned(), page));

    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        add(below, &format!("{name}-{}", below.get_name()), pages)?;
    }
    Ok(())
}

fn exit_status(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, ".SH \"EXIT STATUS\"")?;
    for (code, meaning) in [
        ("0", "Done."),
        ("1", "Only with --check: copies were found."),
        ("2", "An error. With --strict also: a record was rejected, a candidate pair was lost, or there was an alarm."),
        ("130", "Interrupted. Files that were not complete are removed."),
    ] {
        writeln!(out, ".TP\n\\fB{code}\\fR\n{}", escaped(meaning))?;
    }
    Ok(())
}

/// Variables for addresses as paths: names, meaning.
const REMOTE: [(&str, &str); 6] = [
    (
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE, AWS_REGION",
        "The login for s3:// addresses.",
    ),
    (
        "AWS_ENDPOINT_URL, AWS_ALLOW_HTTP, AWS_SKIP_SIGNATURE",
        "Another server that speaks S3; true allows one without TLS; true reads public buckets without a login.",
    ),
    (
        "GOOGLE_APPLICATION_CREDENTIALS, GOOGLE_SERVICE_ACCOUNT, GOOGLE_BASE_URL, GOOGLE_SKIP_SIGNATURE",
        "The same for gs:// addresses.",
    ),
    (
        "AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY, AZURE_ENDPOINT, AZURE_SKIP_SIGNATURE",
        "The same for az:// addresses.",
    ),
    ("HF_TOKEN, HF_ENDPOINT", "The token for hf:// addresses, and another server of that kind."),
    ("MUKARRAR_RETRIES", "How often a request to another machine is made again, from 0 to 100; 8 if it is not set."),
];

fn environment(command: &Command, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, ".SH ENVIRONMENT")?;
    let mut entry = |name: &str, meaning: &str| writeln!(out, ".TP\n\\fB{name}\\fR\n{}", escaped(meaning));

    entry("NO_COLOR", "If it is set and not empty, --color auto means never.")?;
    entry("MUKARRAR_CONFIG", "A file of options, as --config.")?;
    if command.get_arguments().any(|argument| argument.get_id() == "token_file") {
        entry("MUKARRAR_TOKEN", "The bearer token that clients must send.")?;
    }
    if cfg!(feature = "remote") && command.get_arguments().any(|argument| argument.get_id() == "inputs") {
        for (names, meaning) in REMOTE {
            entry(names, meaning)?;
        }
    }
    for argument in command.get_arguments() {
        if let (Some(long), Some(_)) = (argument.get_long(), argument.get_env()) {
            entry(&variable(long), &format!("The value of --{long}, if it is not given."))?;
        }
    }
    Ok(())
}

/// Text in roff: a hyphen that can be copied, and no line that begins with a command.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('-', "\\-")
}
