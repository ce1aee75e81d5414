//! Finds the commit of the sources, for `--version`: that of `MUKARRAR_COMMIT`, else that of git, if it is there.

#![allow(clippy::print_stdout, reason = "this is how a build script talks to cargo")]

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=MUKARRAR_COMMIT");
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo:rerun-if-changed={log}");
    }
    println!("cargo:rerun-if-changed=build.rs");

    let given = std::env::var("MUKARRAR_COMMIT").ok().filter(|commit| !commit.is_empty());
    if let Some(commit) = given.or_else(|| git(&["rev-parse", "--short=12", "HEAD"])) {
        println!("cargo:rustc-env=MUKARRAR_COMMIT={commit}");
    }
}

/// The output of git; `None` without git or outside a repository.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}
