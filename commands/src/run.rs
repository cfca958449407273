//! The write path: runs a command until its outcome is final.

use event_store::{Append, AppendError, Cursor, Idempotency, ReadSet, Retry};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::proposal::Proposal;
use crate::slot_claims::Violation;
use crate::{CommandError, Commands, Context, Fault};

/// A command that was done, now or by an earlier request with the same key.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<T> {
    /// The reply: ids and states.
    pub reply: T,
    /// The position of its last event; `None` if nothing was new.
    pub cursor: Option<Cursor>,
    /// True if the reply was recorded by an earlier request with the same key.
    pub replayed: bool,
}

impl<T> Done<T> {
    /// The same with another form of the reply.
    pub fn map<U>(self, reply: impl FnOnce(T) -> U) -> Done<U> {
        Done {
            reply: reply(self.reply),
            cursor: self.cursor,
            replayed: self.replayed,
        }
    }
}

/// The outcome of one attempt that is neither a refusal nor a fault.
enum AppendOutcome<T> {
    Done(Done<T>),
    /// The command lost a race; it runs again.
    Retry(AppendError),
}

impl Commands {
    /// Runs a command and appends what it proposes; runs it again after a conflict.
    ///
    /// `command` may run several times, each time with an empty read set; it must have no effect of its
    /// own. A refusal, and that nothing is new, is confirmed by the log before it is told. A repeated
    /// request gets the reply that was recorded for the first one.
    ///
    /// # Errors
    /// [`CommandError::Contended`] after the last attempt.
    pub(crate) async fn run<T, R, F>(
        &self,
        context: &Context,
        command: impl Fn(ReadSet) -> F,
    ) -> Result<Done<T>, CommandError<R>>
    where
        F: Future<Output = Result<Proposal<T, R>, CommandError<R>>>,
        T: Serialize + DeserializeOwned,
    {
        let mut retry = Retry::default();
        loop {
            let read = self.store.read_set();
            let outcome = match command(read.clone()).await {
                Ok(proposal) => self.commit(&read, proposal, context).await?,
                Err(error) => self.refuse(&read, error, context).await?,
            };
            let lost = match outcome {
                AppendOutcome::Done(done) => return Ok(done),
                AppendOutcome::Retry(lost) => lost,
            };
            if !retry.again(&lost).await {
                return Err(CommandError::Contended);
            }
        }
    }

    /// Appends a proposal, and handles the constraint that forbids it.
    async fn commit<T, R>(
        &self,
        read: &ReadSet,
        proposal: Proposal<T, R>,
        context: &Context,
    ) -> Result<AppendOutcome<T>, CommandError<R>>
    where
        T: Serialize + DeserializeOwned,
    {
        let mut append = Append {
            metadata: proposal.metadata(context, self.ids.id()),
            idempotency: recorded(context, &proposal.reply)?,
            streams: proposal.streams,
            depends_on: Vec::new(),
        };
        let done = |cursor| Done {
            reply: proposal.reply,
            cursor,
            replayed: false,
        };
        let outcome = match read.commit(&mut append).await {
            Ok(cursor @ Some(_)) => return Ok(AppendOutcome::Done(done(cursor))),
            Err(error @ (AppendError::Conflict | AppendError::Overtaken)) => {
                return Ok(AppendOutcome::Retry(error));
            }
            outcome @ (Ok(None) | Err(AppendError::KeyUsed | AppendError::Refused { .. })) => {
                outcome
            }
            Err(error) => return Err(error.into()),
        };
        // Nothing was appended. That may be because the same request was done before.
        if let Some(earlier) = self.replay(context).await? {
            return Ok(AppendOutcome::Done(earlier));
        }
        match outcome {
            Ok(cursor) => Ok(AppendOutcome::Done(done(cursor))),
            Err(AppendError::Refused { constraint }) => {
                let violation = Violation {
                    constraint,
                    holders: append
                        .streams
                        .into_iter()
                        .map(|own| own.aggregate_id)
                        .collect(),
                };
                self.resolve(violation, proposal.claims, context).await?;
                Ok(AppendOutcome::Retry(AppendError::Conflict))
            }
            Err(_) => Ok(AppendOutcome::Retry(AppendError::Conflict)),
        }
    }

    /// Tells a refusal, unless it was decided on a state that has moved on, or the request was done before.
    async fn refuse<T, R>(
        &self,
        read: &ReadSet,
        error: CommandError<R>,
        context: &Context,
    ) -> Result<AppendOutcome<T>, CommandError<R>>
    where
        T: DeserializeOwned,
    {
        if matches!(error, CommandError::Fault(_)) {
            return Err(error);
        }
        match read.verify().await {
            Ok(()) => {
                let earlier = self.replay(context).await?;
                earlier.map(AppendOutcome::Done).ok_or(error)
            }
            Err(lost @ AppendError::Conflict) => Ok(AppendOutcome::Retry(lost)),
            Err(error) => Err(error.into()),
        }
    }

    /// The reply of an earlier request with the same key.
    ///
    /// # Errors
    /// [`CommandError::KeyReused`] if that was another request.
    async fn replay<T, R>(&self, context: &Context) -> Result<Option<Done<T>>, CommandError<R>>
    where
        T: DeserializeOwned,
    {
        let Some(idempotency) = context.idempotency else {
            return Ok(None);
        };
        let Some(recorded) = self.store.recorded_reply(&idempotency.key).await? else {
            return Ok(None);
        };
        if recorded.fingerprint != idempotency.fingerprint {
            return Err(CommandError::KeyReused);
        }
        let reply = serde_json::from_value(recorded.reply)
            .map_err(Fault::doing("reading a recorded reply"))?;
        Ok(Some(Done {
            reply,
            cursor: Some(recorded.cursor),
            replayed: true,
        }))
    }
}

/// The reply as it is recorded for a repeated request.
fn recorded<T: Serialize, R>(
    context: &Context,
    reply: &T,
) -> Result<Option<Idempotency>, CommandError<R>> {
    let Some(idempotency) = context.idempotency else {
        return Ok(None);
    };
    let reply = serde_json::to_value(reply).map_err(Fault::doing("recording a reply"))?;
    Ok(Some(Idempotency {
        key: idempotency.key,
        fingerprint: idempotency.fingerprint,
        reply,
    }))
}
