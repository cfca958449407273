//! The one binary: `caresync`.

use std::process::ExitCode;

use caresync::cli;

/// Events are opened and decoded by the thousand: what that asks of the allocator is a seventh of it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
