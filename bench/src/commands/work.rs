//! Commands to send: their charts and their contents.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use adapters::system::SystemIds;
use commands::ports::IdSource as _;
use uuid::Uuid;

use super::chart::{AddNotes, Visit};

/// One command in so many asks for what its chart refuses.
const REFUSED: u64 = 20;
const SUBJECTS: u64 = 2_000;
const DOCTORS: u64 = 500;
const PATIENTS: u64 = 8_000;

/// One command on its way.
#[derive(Debug, Clone)]
pub struct Request {
    /// Different for every command of the run.
    pub number: u64,
    /// The chart.
    pub chart: String,
    /// The chart is new.
    pub new_stream: bool,
    /// Its content.
    pub command: AddNotes,
}

/// Outcome of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its event is durable.
    Done,
    /// The chart said no.
    Refused,
    /// Neither: the side gave up.
    Failed,
}

/// Something that runs commands.
pub trait Side: Send + Sync + 'static {
    /// Runs one command to its end; conflicts are tried again.
    fn run(&self, request: Request) -> impl Future<Output = anyhow::Result<Verdict>> + Send;

    /// Gives each chart so many events, and warms what may be warm.
    fn prepare(
        &self,
        charts: &[String],
        events: u32,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Kind of the commands of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The content stands in `phi`.
    pub phi: bool,
    /// Each command opens a chart of its own and takes time of a doctor and a patient.
    pub claims: bool,
}

/// The commands of a round.
pub struct Work {
    kind: Kind,
    charts: Arc<Vec<String>>,
    turn: AtomicUsize,
}

impl Work {
    /// Commands on `charts`, in turn.
    pub fn new(kind: Kind, charts: Arc<Vec<String>>) -> Self {
        Self {
            kind,
            charts,
            turn: AtomicUsize::new(0),
        }
    }

    /// The next command. As long as fewer are under way than there are charts, no two meet.
    pub fn next(&self) -> Request {
        let number = next_number();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let chart = if self.kind.claims {
            SystemIds.id().to_string()
        } else {
            self.charts[turn % self.charts.len()].clone()
        };
        let amends = if number.is_multiple_of(REFUSED) {
            u64::MAX
        } else {
            0
        };
        let command = AddNotes {
            count: 1,
            subject: subject_of(&chart),
            amends,
            phi: self.kind.phi,
            visit: self.kind.claims.then(|| visit(number)),
        };
        Request {
            number,
            chart,
            new_stream: self.kind.claims,
            command,
        }
    }
}

/// Ids for new charts.
pub fn charts(count: usize) -> Vec<String> {
    (0..count).map(|_| SystemIds.id().to_string()).collect()
}

/// The command that fills a chart.
pub fn filling(chart: &str, count: u32, phi: bool) -> Request {
    Request {
        number: next_number(),
        chart: chart.to_owned(),
        new_stream: false,
        command: AddNotes {
            count,
            subject: subject_of(chart),
            amends: 0,
            phi,
            visit: None,
        },
    }
}

fn next_number() -> u64 {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// One of a fixed number of people, always the same for a chart.
pub fn subject_of(chart: &str) -> Uuid {
    let sum = chart.bytes().fold(0_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    Uuid::from_u64_pair(0x5b, sum % SUBJECTS)
}

/// Time that no other command asks for.
fn visit(number: u64) -> Visit {
    Visit {
        doctor: Uuid::from_u64_pair(0xd0c, number % DOCTORS),
        patient: Uuid::from_u64_pair(0xba7, number % PATIENTS),
        slot: i64::try_from(number / DOCTORS).unwrap_or(i64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_visits_take_the_same_time() {
        let visits: Vec<Visit> = (1..=50_000).map(visit).collect();
        let doctors: HashSet<_> = visits.iter().map(|v| (v.doctor, v.slot)).collect();
        let patients: HashSet<_> = visits.iter().map(|v| (v.patient, v.slot)).collect();
        assert_eq!((doctors.len(), patients.len()), (50_000, 50_000));
    }

    #[test]
    fn one_command_in_twenty_asks_for_what_is_refused() {
        let kind = Kind {
            phi: true,
            claims: false,
        };
        let work = Work::new(kind, Arc::new(charts(3)));
        let requests = (0..2_000).map(|_| work.next());
        let refused = requests
            .filter(|request| request.command.amends > 0)
            .count();
        assert!((90..=110).contains(&refused), "{refused}");
    }
}
