//! The `mukarrar` command line.

fn main() -> std::process::ExitCode {
    mukarrar::cli::main().into()
}
