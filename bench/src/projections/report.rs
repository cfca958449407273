//! What was measured, as a table and as a line for scripts.

use std::time::Duration;

use super::model::Commit;
use super::per_second;
use crate::figures::{Round, median, median_ratio};

/// One read model.
pub struct Solo {
    name: &'static str,
    /// Events in the log that it wants, and all.
    wanted: i64,
    events: i64,
    /// Events that it wants in each round.
    sample: i64,
    batched: Vec<Round>,
    durable: Vec<Round>,
    asynchronous: Vec<Round>,
    /// For the whole log.
    pub whole: Duration,
}

/// All read models side by side.
pub struct All {
    /// Events of the log per second.
    pub rounds: Vec<Round>,
}

impl Solo {
    /// Nothing was measured yet.
    pub fn new(name: &'static str, (wanted, events): (i64, i64), sample: i64) -> Self {
        Self {
            name,
            wanted,
            events,
            sample,
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
            "{:<22} {:>7} wanted, {:>5} a round: {:>7.0}/s, one by one {:>5.0}/s durable ({:.1}x), {:>5.0}/s \
             asynchronous ({:.1}x); the log in {:.1} s: {:.0} wanted/s, {:.0} passed/s",
            self.name,
            self.wanted,
            self.sample,
            self.rate(),
            rate(&self.durable),
            self.ratio(),
            rate(&self.asynchronous),
            median_ratio(&self.batched, &self.asynchronous),
            self.whole.as_secs_f64(),
            per_second(self.wanted, self.whole),
            per_second(self.events, self.whole),
        );
    }
}

/// Prints the line for scripts.
pub fn print(solos: &[Solo], all: &All) {
    let lowest = |of: fn(&Solo) -> f64| solos.iter().map(of).fold(f64::INFINITY, f64::min);
    println!(
        "projections ratio_row={:.1} slowest_per_s={:.0} all_per_s={:.0}",
        lowest(Solo::ratio),
        lowest(Solo::rate),
        rate(&all.rounds),
    );
}

fn rate(rounds: &[Round]) -> f64 {
    median(rounds.iter().map(|round| round.rate))
}
