//! One command end to end: load, decide, append, and again if somebody else was faster.

use std::time::Duration;

use cqrs_es::Aggregate;

use crate::append::{Append, Idempotency};
use crate::error::{AppendError, LoadError};
use crate::{Cursor, Decided, EventStore, Loaded, Metadata};

/// How often a command is decided anew after another process appended first.
const CONFLICTS: u32 = 12;
/// How often after another task of this process did: that costs no round trip.
const OVERTAKEN: u32 = 10_000;

/// What is to be written: the decision, and what surrounds it.
#[derive(Debug)]
pub struct Decision<A> {
    /// The events, and the state after them.
    pub decided: Decided<A>,
    /// Who, for whom and why.
    pub metadata: Metadata,
    /// For requests that carry a key.
    pub idempotency: Option<Idempotency>,
}

/// A command that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transacted<A> {
    /// The state after it.
    pub aggregate: A,
    /// The version after it.
    pub version: i64,
    /// Where its last event stands; `None` if there was nothing new to say.
    pub cursor: Option<Cursor>,
}

/// A command that was not done. `E` is the caller's own refusal.
#[derive(Debug, thiserror::Error)]
pub enum TransactError<E> {
    /// The caller's decision; the state that it was made on has been confirmed.
    #[error("refused")]
    Refused(E),
    /// Others kept getting in first.
    #[error("others got in first too often")]
    Contended,
    /// A verdict of the log, or a fault of it.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The aggregate could not be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl EventStore {
    /// Runs one command on one aggregate.
    ///
    /// `decide` is asked as often as it takes, each time with the aggregate as it is by then; it must
    /// have no effect of its own. Its refusal is told only if the state that it saw is the log's.
    ///
    /// # Errors
    /// See [`TransactError`].
    pub async fn transact<A, E, F>(
        &self,
        id: &str,
        decide: impl Fn(Loaded<A>) -> F,
    ) -> Result<Transacted<A>, TransactError<E>>
    where
        A: Aggregate + Clone + 'static,
        F: Future<Output = Result<Decision<A>, E>>,
    {
        let (mut conflicts, mut overtaken) = (0, 0);
        loop {
            match self.try_to_transact(id, &decide).await? {
                Attempt::Done(transacted) => return Ok(transacted),
                Attempt::Unconfirmed => {}
                Attempt::Overtaken if overtaken < OVERTAKEN => {
                    overtaken += 1;
                    tokio::task::yield_now().await;
                }
                Attempt::Conflict { spread } if conflicts < CONFLICTS => {
                    tokio::time::sleep(pause(spread, conflicts)).await;
                    conflicts += 1;
                }
                Attempt::Overtaken | Attempt::Conflict { .. } => {
                    return Err(TransactError::Contended);
                }
            }
        }
    }

    async fn try_to_transact<A, E, F>(
        &self,
        id: &str,
        decide: impl Fn(Loaded<A>) -> F,
    ) -> Result<Attempt<A>, TransactError<E>>
    where
        A: Aggregate + Clone + 'static,
        F: Future<Output = Result<Decision<A>, E>>,
    {
        let loaded = self.load::<A>(id).await?;
        let observed_version = [loaded.observed_version()];
        let decision = match decide(loaded).await {
            Ok(decision) if !decision.decided.stream.events.is_empty() => decision,
            _ if !self.confirm(&observed_version).await? => return Ok(Attempt::Unconfirmed),
            Ok(Decision { decided, .. }) => {
                return Ok(Attempt::Done(Transacted {
                    version: decided.stream.next_version(),
                    aggregate: decided.aggregate,
                    cursor: None,
                }));
            }
            Err(refusal) => return Err(TransactError::Refused(refusal)),
        };
        let Decided { stream, aggregate } = decision.decided;
        let version = stream.next_version();
        let append = Append {
            streams: vec![stream],
            basis: Vec::new(),
            metadata: decision.metadata,
            idempotency: decision.idempotency,
        };
        match self.append(&append).await {
            Ok(appended) => Ok(Attempt::Done(Transacted {
                aggregate,
                version,
                cursor: Some(appended.cursor),
            })),
            Err(AppendError::Overtaken) => Ok(Attempt::Overtaken),
            Err(AppendError::Conflict) => Ok(Attempt::Conflict {
                spread: append.metadata.command_id.as_bytes()[15],
            }),
            Err(error) => Err(error.into()),
        }
    }
}

/// How one attempt went.
enum Attempt<A> {
    Done(Transacted<A>),
    /// Nothing was to be written, on a state that is not the log's.
    Unconfirmed,
    /// Another task of this process was faster.
    Overtaken,
    /// Another process was.
    Conflict {
        spread: u8,
    },
}

/// A short pause that grows, different for every command.
fn pause(spread: u8, conflicts: u32) -> Duration {
    Duration::from_micros((200_u64 << conflicts.min(8)) * (64 + u64::from(spread)) / 128)
}
