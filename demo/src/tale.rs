//! Things that happened, one after the other, as the rules decide them.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use commands::Context;
use cqrs_es::Aggregate;
use domain::{Actor, ClinicId};
use event_store::{History, HistoryBuilder};
use uuid::Uuid;

/// The actor, time and clinic of a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act {
    pub(super) by: Actor,
    pub(super) at: DateTime<Utc>,
    pub(super) clinic: Option<ClinicId>,
}

impl Act {
    /// A step of the program's own.
    pub(super) fn of_program(at: DateTime<Utc>) -> Self {
        Self {
            by: Actor::System,
            at,
            clinic: None,
        }
    }
}

/// All that happened to one aggregate.
pub(super) struct Tale<A> {
    id: Uuid,
    commands: u128,
    chronicle: HistoryBuilder<A>,
}

impl<A> Tale<A>
where
    A: Aggregate<Services = (), Error: Send + Sync + 'static>,
{
    /// Begins with an aggregate to which nothing has happened yet.
    pub(super) fn new(id: Uuid) -> Self {
        Self {
            id,
            commands: 0,
            chronicle: HistoryBuilder::new(id.to_string()),
        }
    }

    /// And then this. A refusal is an error: a rule that says no to demo data is a defect of the data.
    pub(super) async fn then(mut self, act: Act, command: A::Command) -> anyhow::Result<Self> {
        self.commands += 1;
        let context = Context {
            actor: act.by,
            clinic: act.clinic,
            ..Context::system(act.at, self.id)
        };
        // The same each time, and of this aggregate only: the aggregate's id is random enough to be counted on from.
        let command_id = Uuid::from_u128(self.id.as_u128() ^ self.commands);
        let decided = self.chronicle.then(command, context.metadata(command_id));
        self.chronicle = decided
            .await?
            .with_context(|| format!("{} {}", A::TYPE, self.id))?;
        Ok(self)
    }

    /// The state after all that.
    pub(super) fn state(&self) -> &A {
        self.chronicle.aggregate()
    }

    pub(super) fn told(self) -> History {
        self.chronicle.into_history()
    }
}
