//! Times of everyday calls at practices with pasts of different lengths, beside one that has none.
//!
//! The same calls, over HTTP by one client, at each practice in turn: a booking, one that is refused, one that is
//! repeated, free slots, lists, and the start of a rebuild. The practices differ in their past visits only. Those
//! have their events, claims and rows of read models; a fifth of them are of the doctor whom the calls are about.

mod past;
mod site;

use crate::figures::median;
use crate::report::{Figure, Report};
use site::{Call, Site};

/// Amount of what is measured.
struct Plan {
    /// Past visits of each practice, the empty one first and the longest past last.
    visits: &'static [usize],
    rounds: usize,
    /// Times that a call is made in a round.
    calls: usize,
}

/// Times of one call: per practice, the median of each round, in milliseconds.
struct Row {
    call: Call,
    rounds: Vec<Vec<f64>>,
}

/// Runs the bench.
pub async fn run(quick: bool) -> anyhow::Result<Report> {
    let plan = if quick {
        Plan {
            visits: &[0, 150_000],
            rounds: 7,
            calls: 30,
        }
    } else {
        Plan {
            visits: &[0, 100_000, 1_000_000],
            rounds: 11,
            calls: 60,
        }
    };
    let mut sites = Vec::new();
    for visits in plan.visits {
        sites.push(Site::prepare(*visits).await?);
    }
    let measured = measure(&mut sites, &plan).await;
    for site in sites {
        site.stop().await?;
    }
    let rows = measured?;
    print(&rows, plan.visits);
    let growth = rows.iter().map(Row::growth).max_by(f64::total_cmp);
    let growth = growth.unwrap_or(f64::NAN);
    Report::new("size", vec![Figure::new("growth", growth, 2).at_most(1.5)])
}

/// Practices take turns within each round, each round beginning with another one.
async fn measure(sites: &mut [Site], plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let mut rows = Call::ALL.map(|call| Row {
        call,
        rounds: vec![Vec::new(); sites.len()],
    });
    // Once without counting, so that caches, plans and connections are warm.
    for round in 0..=plan.rounds {
        for row in &mut rows {
            for turn in 0..sites.len() {
                let index = (round + turn) % sites.len();
                let time = sites[index].time(row.call, plan.calls).await?;
                if round > 0 {
                    row.rounds[index].push(time);
                }
            }
        }
    }
    Ok(rows.into())
}

impl Row {
    /// Time at the practice with the longest past, beside the empty one.
    fn growth(&self) -> f64 {
        let (Some(empty), Some(longest)) = (self.rounds.first(), self.rounds.last()) else {
            return f64::NAN;
        };
        median(longest.iter().zip(empty).map(|(long, empty)| long / empty))
    }
}

fn print(rows: &[Row], visits: &[usize]) {
    let columns = visits.iter().map(|visits| format!("{visits:>12}"));
    println!(
        "ms at so many past visits {}       growth",
        columns.collect::<String>()
    );
    for row in rows {
        let times = row.rounds.iter();
        let times = times.map(|rounds| format!("{:>12.2}", median(rounds.iter().copied())));
        println!(
            "{:<25} {} {:>12.2}",
            format!("{:?}", row.call),
            times.collect::<String>(),
            row.growth()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_compares_rounds_of_the_same_moment() {
        let row = Row {
            call: Call::Book,
            rounds: vec![vec![1.0, 10.0, 100.0], vec![9.0; 3], vec![2.0, 20.0, 150.0]],
        };
        assert!((row.growth() - 2.0).abs() < f64::EPSILON);
    }
}
