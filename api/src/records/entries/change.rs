//! A change of an entry: of one that the caller sees, in the version that the caller has seen.

use actix_web::web::Data;
use commands::authorization::{Action, Permit, Resource};
use commands::{CommandError, Fault};
use domain::PatientId;
use uuid::Uuid;

use super::history::EntryHistory;
use crate::app::App;
use crate::http::access::Access;
use crate::http::position::Position;
use crate::http::problem::{Problem, of_command};
use crate::records::chart::{chart_with, read_chart_by};

/// A change of an entry.
pub struct ChangeOfEntry<'a, P> {
    pub app: &'a Data<App>,
    pub caller: &'a Access<P>,
    pub patient: PatientId,
    pub entry: Uuid,
    /// The version that the caller has seen.
    pub seen: i64,
}

impl<P: Permit> ChangeOfEntry<'_, P> {
    /// Returns the chart as a resource.
    ///
    /// # Errors
    /// 404 if there is no such patient, or the entry is not shown to the caller.
    pub async fn chart(&self, before: &EntryHistory) -> Result<Resource, Problem> {
        chart_with(self.app, self.caller, self.patient, before.last()).await
    }

    /// The problem of the change. A stale one shows the present entry to the caller, and what changed since.
    pub async fn problem<R>(
        &self,
        error: CommandError<R>,
        refusal: impl FnOnce(R) -> Problem,
        history: impl Future<Output = Result<EntryHistory, Fault>>,
    ) -> Problem {
        let is_stale = matches!(error, CommandError::Stale);
        let problem = of_command(error, refusal);
        if !is_stale {
            return problem;
        }
        let position = Position::any();
        let (patient, entry, action) = (self.patient, self.entry, Action::ReadChart);
        let chart = read_chart_by(self.app, self.caller, action, patient, entry, &position);
        let chart = match chart.await {
            Ok(chart) => chart,
            // An author may mark a note when the treatment is over, and does not see the chart then.
            Err(refused) if refused.slug() == Problem::not_found().slug() => return problem,
            Err(problem) => return problem,
        };
        match history.await {
            Ok(history) if history.last().is_none_or(|entry| chart.shows(entry)) => {
                match history.difference(self.seen, &chart) {
                    Some(difference) => problem.differing(difference),
                    None => problem,
                }
            }
            Ok(_) => Problem::not_found(),
            Err(fault) => fault.into(),
        }
    }
}
