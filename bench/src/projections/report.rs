//! Results as a table and as figures.

use std::time::Duration;

use super::live::Live;
use super::model::Commit;
use super::per_second;
use crate::figures::{Round, median, median_ratio};
use crate::report::{Figure, Report};

/// One read model.
pub struct Solo {
    name: &'static str,
    counts: Counts,
    batched: Vec<Round>,
    durable: Vec<Round>,
    asynchronous: Vec<Round>,
    /// Time for the whole log.
    pub whole: Duration,
}

/// Numbers of events that one read model is measured with.
#[derive(Clone, Copy)]
pub struct Counts {
    /// All in the log.
    pub log: i64,
    /// Those that it wants.
    pub wanted: i64,
    /// Those that it wants in each round of the product.
    pub sample: i64,
    /// Those that it wants in each round of a reference.
    pub reference_sample: i64,
}

/// All read models side by side.
pub struct All {
    /// Events of the log per second.
    pub rounds: Vec<Round>,
}

impl Solo {
    /// Without rounds yet.
    pub fn new(name: &'static str, counts: Counts) -> Self {
        Self {
            name,
            counts,
            batched: Vec::new(),
            durable: Vec::new(),
            asynchronous: Vec::new(),
            whole: Duration::ZERO,
        }
    }

    /// The rounds of a side: the product's, or one of its references.
    pub fn rounds(&mut self, side: Option<Commit>) -> &mut Vec<Round> {
        match side {
            None => &mut self.batched,
            Some(Commit::Durable) => &mut self.durable,
            Some(Commit::Asynchronous) => &mut self.asynchronous,
        }
    }

    /// Beside one durable transaction per event.
    fn ratio(&self) -> f64 {
        median_ratio(&self.batched, &self.durable)
    }

    /// Wanted events per second, over the sample.
    fn rate(&self) -> f64 {
        rate(&self.batched)
    }

    /// One line of the table.
    pub fn print(&self) {
        println!(
            "{:<22} {:>7} wanted, {:>5} and {:>4} a round: {:>7.0}/s, one by one {:>5.0}/s durable ({:.1}x), {:>5.0}/s \
             asynchronous ({:.1}x); the log in {:.1} s: {:.0} wanted/s, {:.0} passed/s",
            self.name,
            self.counts.wanted,
            self.counts.sample,
            self.counts.reference_sample,
            self.rate(),
            rate(&self.durable),
            self.ratio(),
            rate(&self.asynchronous),
            median_ratio(&self.batched, &self.asynchronous),
            self.whole.as_secs_f64(),
            per_second(self.counts.wanted, self.whole),
            per_second(self.counts.log, self.whole),
        );
    }
}

/// All figures.
pub struct Measured {
    pub solos: Vec<Solo>,
    pub all: All,
    pub live: Live,
    /// Events in the log.
    pub events: i64,
}

/// Prints the rebuild, which is no row of the table.
pub fn print(measured: &Measured) {
    let live = &measured.live;
    println!(
        "all rebuilt beside the live ones in {:.1} s, {} events read; visible after a commit, p50 and p99: \
         {:.1} and {:.1} ms before, {:.1} and {:.1} ms meanwhile ({:.0} commands/s)",
        live.rebuild.as_secs_f64(),
        live.events,
        live.before.percentile_ms(50),
        live.before.percentile_ms(99),
        live.visible.percentile_ms(50),
        live.visible.percentile_ms(99),
        live.visible.rate,
    );
}

/// The figures.
pub fn report(measured: &Measured) -> anyhow::Result<Report> {
    let lowest = |figure: fn(&Solo) -> f64| {
        let figures = measured.solos.iter().map(figure);
        figures.min_by(f64::total_cmp).unwrap_or(f64::NAN)
    };
    let per_million = 1e6 / per_second(measured.events, measured.live.rebuild);
    let p99_ms_rebuild = measured.live.visible.percentile_ms(99);
    Report::new(
        "projections",
        vec![
            Figure::new("ratio_row", lowest(Solo::ratio), 1).at_least(25.0),
            Figure::new("slowest_per_s", lowest(Solo::rate), 0),
            Figure::new("all_per_s", rate(&measured.all.rounds), 0).at_least(5_000.0),
            Figure::new("rebuild_s_per_million", per_million, 1),
            Figure::new("p99_ms_rebuild", p99_ms_rebuild, 1).at_most(250.0),
        ],
    )
}

fn rate(rounds: &[Round]) -> f64 {
    median(rounds.iter().map(|round| round.rate))
}
