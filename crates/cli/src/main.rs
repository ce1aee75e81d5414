//! The program `mukarrar`.

use std::process::ExitCode;

fn main() -> ExitCode {
    mukarrar_cli::main(std::env::args_os()).into()
}
