//! Things that happened, one after the other, as the rules decide them.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use commands::Context;
use cqrs_es::Aggregate;
use domain::{Actor, ClinicId};
use event_store::{AppendError, EventStore, History, HistoryBuilder, ImportOutcome};
use uuid::Uuid;

/// The actor, time and clinic of a step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act {
    pub(crate) by: Actor,
    pub(crate) at: DateTime<Utc>,
    pub(crate) clinic: Option<ClinicId>,
}

impl Act {
    /// A step of the program's own.
    pub(crate) fn of_program(at: DateTime<Utc>) -> Self {
        Self {
            by: Actor::System,
            at,
            clinic: None,
        }
    }
}

/// All that happened to one aggregate.
pub(crate) struct Tale<A> {
    id: Uuid,
    /// Commands are numbered from here on.
    commands: Uuid,
    count: u128,
    chronicle: HistoryBuilder<A>,
}

impl<A> Tale<A>
where
    A: Aggregate<Services = (), Error: Send + Sync + 'static>,
{
    /// Begins with an aggregate to which nothing has happened yet.
    pub(crate) fn new(id: Uuid) -> Self {
        // The aggregate's id is random enough to be counted on from.
        Self::numbered_from(id, id)
    }

    /// The same, for an aggregate that shares its id with others: `commands` is random, and only its own.
    pub(crate) fn numbered_from(id: Uuid, commands: Uuid) -> Self {
        Self {
            id,
            commands,
            count: 0,
            chronicle: HistoryBuilder::new(id.to_string()),
        }
    }

    /// And then this. A refusal is an error: a rule that says no to demo data is a defect of the data.
    pub(crate) async fn then(mut self, act: Act, command: A::Command) -> anyhow::Result<Self> {
        self.count += 1;
        let context = Context {
            actor: act.by,
            clinic: act.clinic,
            ..Context::system(act.at, self.id)
        };
        // The same each time, and of this aggregate only.
        let command_id = Uuid::from_u128(self.commands.as_u128() ^ self.count);
        let decided = self.chronicle.then(command, context.metadata(command_id));
        self.chronicle = decided
            .await?
            .with_context(|| format!("{} {}", A::TYPE, self.id))?;
        Ok(self)
    }

    /// The state after all that.
    pub(crate) fn state(&self) -> &A {
        self.chronicle.aggregate()
    }

    pub(crate) fn told(self) -> History {
        self.chronicle.into_history()
    }
}

/// Brings histories in. What others took in the meantime stays theirs: answers how many gave way.
pub(crate) async fn land(store: &EventStore, histories: Vec<History>) -> anyhow::Result<usize> {
    let mut gave_way = 0;
    for landing in store.import(&histories).await? {
        match landing {
            ImportOutcome::Imported | ImportOutcome::AlreadyPresent => {}
            ImportOutcome::Refused(AppendError::Refused { .. }) => gave_way += 1,
            ImportOutcome::Refused(error) => return Err(error).context("bringing in demo data"),
        }
    }
    Ok(gave_way)
}
