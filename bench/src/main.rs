//! What the product can do, measured beside a reference in the same run.
//!
//! A bench starts what it needs, interleaves its rounds with those of its reference, prints a table,
//! and as its last line `NAME key=value …`, which scripts read: keys are never renamed. Figures are
//! ratios where that is possible, because machines differ. A new bench is a folder and a line in
//! [`run`].

#![expect(clippy::print_stdout, reason = "a bench's output is what it is for")]

mod booking;
mod client;
mod cluster;
mod commands;
mod figures;
mod order;
mod pgbench;
mod projections;
mod webhooks;

use std::process::ExitCode;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NAMES: &str = "booking, commands, order, projections, webhooks";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let Some(name) = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"))
    else {
        println!("usage: script/bench NAME [--quick], where NAME is one of: {NAMES}");
        return ExitCode::FAILURE;
    };
    let only = arguments
        .iter()
        .find_map(|argument| argument.strip_prefix("--only="));
    match run(name, quick, only) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(name: &str, quick: bool, only: Option<&str>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    match name {
        "booking" => runtime.block_on(booking::run(quick)),
        "commands" => runtime.block_on(commands::run(quick)),
        "order" => runtime.block_on(order::run(quick)),
        "projections" => runtime.block_on(projections::run(quick, only)),
        "webhooks" => runtime.block_on(webhooks::run(quick)),
        other => anyhow::bail!("there is no bench {other}; there are: {NAMES}"),
    }
}
