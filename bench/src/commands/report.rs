//! Table and figures.

use super::setup::{Contender, Workload};
use super::{CLAIMING, FIGURE, Measured, SEALED};
use crate::figures::{Round, median, median_ratio};
use crate::report::{Figure, Report};

/// All rounds of one contender in one place.
pub struct Row {
    pub workload: Workload,
    pub tasks: usize,
    pub contender: Contender,
    pub rounds: Vec<Round>,
}

impl Row {
    /// Without rounds yet.
    pub fn new(workload: Workload, tasks: usize, contender: Contender) -> Self {
        Self {
            workload,
            tasks,
            contender,
            rounds: Vec::new(),
        }
    }

    fn rate(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.rate))
    }

    fn print(&self) {
        println!(
            "{:<28} {:<14} {:>5} {:>6} {:>10.0} {:>9} {:>9}",
            name(self.contender),
            self.workload.name(),
            self.tasks,
            self.rounds.len(),
            self.rate(),
            column(percentile(&self.rounds, 50)),
            column(percentile(&self.rounds, 99)),
        );
    }
}

/// Empty where nothing was measured.
fn column(milliseconds: f64) -> String {
    if milliseconds.is_nan() {
        String::new()
    } else {
        format!("{milliseconds:.2}")
    }
}

/// The rounds of one contender in one place.
pub fn rounds(rows: &[Row], workload: Workload, tasks: usize, contender: Contender) -> &[Round] {
    rows.iter()
        .find(|row| (row.workload, row.tasks, row.contender) == (workload, tasks, contender))
        .map_or(&[], |row| &row.rounds)
}

/// Prints the table.
pub fn print(measured: &Measured) {
    println!(
        "side                         charts         tasks rounds commands/s    p50 ms    p99 ms"
    );
    for row in &measured.rows {
        row.print();
    }
    println!(
        "ours at half the full load: {:.0} commands/s, due at fixed moments: p50 {:.2} ms, p99 {:.2} ms",
        measured.half_rate,
        percentile(&measured.half, 50),
        percentile(&measured.half, 99),
    );
    println!(
        "single inserts at a low rate: p50 {:.2} ms, p99 {:.2} ms",
        percentile(&measured.inserts, 50),
        percentile(&measured.inserts, 99),
    );
}

/// The figures, all at [`FIGURE`] tasks.
pub fn report(measured: &Measured) -> anyhow::Result<Report> {
    let rounds = |workload, contender| rounds(&measured.rows, workload, FIGURE, contender);
    let ours = Contender::Ours(SEALED);
    let claiming = rounds(Workload::Apart, Contender::Ours(CLAIMING));
    let beside =
        |workload, reference| median_ratio(rounds(workload, ours), rounds(workload, reference));
    let claims_ratio = median_ratio(claiming, rounds(Workload::Apart, ours));
    let claims_per_s = median(claiming.iter().map(|round| round.rate));
    let p99_ms_half = percentile(&measured.half, 99);
    Report::new(
        "commands",
        vec![
            Figure::new("ratio_stock", beside(Workload::Apart, Contender::Stock), 2).at_least(5.0),
            Figure::new(
                "ratio_pgbench",
                beside(Workload::Apart, Contender::Pgbench),
                2,
            )
            .at_least(1.2),
            Figure::new("p99_ms_half", p99_ms_half, 2).at_most(10.0),
            Figure::new(
                "ratio_stream1000",
                beside(Workload::Long, Contender::Stock),
                2,
            )
            .at_least(20.0),
            Figure::new(
                "ratio_contended",
                beside(Workload::Hot, Contender::Stock),
                2,
            )
            .at_least(3.0),
            Figure::new("claims_per_s", claims_per_s, 0),
            Figure::new("claims_ratio", claims_ratio, 2),
            Figure::new("p99_ms_insert", percentile(&measured.inserts, 99), 2),
        ],
    )
}

fn percentile(rounds: &[Round], percent: usize) -> f64 {
    median(rounds.iter().map(|round| round.percentile_ms(percent)))
}

fn name(contender: Contender) -> String {
    let kind = match contender {
        Contender::Ours(kind) => kind,
        Contender::Stock => return "stock postgres-es".to_owned(),
        Contender::Disintegrate => return "disintegrate-postgres".to_owned(),
        Contender::Pgbench => return "pgbench, 32 clients at most".to_owned(),
    };
    let sealed = if kind.phi { ", sealed" } else { "" };
    let claims = if kind.claims { ", claims" } else { "" };
    format!("ours{sealed}{claims}")
}
