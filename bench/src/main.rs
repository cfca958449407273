//! Measurements of the product, each beside a reference in the same run.
//!
//! A bench starts what it needs, interleaves its rounds with those of its reference, prints a table,
//! and as its last line `NAME key=value …`, which scripts read: keys are never renamed. Figures are
//! ratios where that is possible, because machines differ. A new bench is a folder, a name in [`NAMES`] and a
//! line in [`run`].

#![expect(clippy::print_stdout, reason = "a bench's output is what it is for")]

mod accounts;
mod application;
mod booking;
mod budget;
mod client;
mod cluster;
mod commands;
mod figures;
mod order;
mod paced;
mod pgbench;
mod projections;
mod records;
mod report;
mod size;
mod webhooks;

use std::process::ExitCode;
use std::time::Instant;

use report::Report;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// All benches, in the order in which `all` runs them.
const NAMES: [&str; 9] = [
    "commands",
    "budget",
    "order",
    "booking",
    "projections",
    "records",
    "webhooks",
    "size",
    "accounts",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let mut names = arguments.iter().filter(|word| !word.starts_with("--"));
    let Some(name) = names.next() else {
        let names = NAMES.join(", ");
        println!("usage: script/bench NAME [--quick], where NAME is `all` or one of: {names}");
        return ExitCode::FAILURE;
    };
    if name == "all" {
        return all(quick);
    }
    let only = arguments
        .iter()
        .find_map(|argument| argument.strip_prefix("--only="));
    let ran = match only {
        Some(model) => block_on(projections::one(quick, model)),
        None => run(name, quick).map(|report| println!("{}", report.line())),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Every bench, one after the other, and one table of their figures.
fn all(quick: bool) -> ExitCode {
    let begin = Instant::now();
    let mut reports = Vec::new();
    let mut failures = Vec::new();
    for name in NAMES {
        println!("\n== {name}");
        let since = Instant::now();
        match run(name, quick) {
            Ok(report) => {
                println!("{}", report.line());
                reports.push(report);
            }
            Err(error) => failures.push(format!("error: {name}: {error:#}")),
        }
        println!("{name} took {:.0} s", since.elapsed().as_secs_f64());
    }
    println!("\nbench        figure                      value  wanted");
    for report in &reports {
        report.print_rows();
    }
    println!("all took {:.0} s", begin.elapsed().as_secs_f64());
    for failure in &failures {
        println!("{failure}");
    }
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn run(name: &str, quick: bool) -> anyhow::Result<Report> {
    match name {
        "accounts" => block_on(accounts::run(quick)),
        "booking" => block_on(booking::run(quick)),
        "budget" => block_on(budget::run(quick)),
        "commands" => block_on(commands::run(quick)),
        "order" => block_on(order::run(quick)),
        "projections" => block_on(projections::run(quick)),
        "records" => block_on(records::run(quick)),
        "size" => block_on(size::run(quick)),
        "webhooks" => block_on(webhooks::run(quick)),
        other => anyhow::bail!("there is no bench {other}; there are: {}", NAMES.join(", ")),
    }
}

/// Runs it on a runtime of its own, which ends with it.
fn block_on<T>(bench: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(bench)
}
