//! The one binary: `caresync`.

use std::process::ExitCode;

use api::cli;

fn main() -> ExitCode {
    cli::run()
}
