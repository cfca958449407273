//! Runs one command end to end: load, decide, append, and again if somebody else was faster.

use std::sync::Arc;
use std::time::Duration;

use cqrs_es::Aggregate;
use event_store::{
    Append, AppendError, Cursor, Decided, Decision, EventStore, Idempotency, Loaded, StreamAppend,
    StreamVersion, TransactError, Transacted,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::fault;
use crate::ports::{Clock, IdSource};
use crate::{CommandError, Context, Fault};

/// The write side: everything that a command needs to be run.
#[derive(Clone)]
pub struct Commands {
    pub(crate) store: EventStore,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
}

/// A command that was done, now or when it was first asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<T> {
    /// What the caller is told: ids and states.
    pub reply: T,
    /// Where its last event stands; `None` if there was nothing new to say.
    pub cursor: Option<Cursor>,
    /// Whether the reply was recorded by an earlier request with the same key.
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

/// One aggregate's command, ready to be tried as often as it takes.
pub(crate) struct Request<'a, C> {
    pub(crate) id: String,
    pub(crate) command: C,
    /// The version that the caller has seen, if it insists on it.
    pub(crate) expected: Option<i64>,
    pub(crate) context: &'a Context,
}

/// What a command writes, and what its decision rested on besides.
pub(crate) struct Written {
    pub(crate) streams: Vec<StreamAppend>,
    pub(crate) basis: Vec<StreamVersion>,
}

impl From<StreamAppend> for Written {
    fn from(stream: StreamAppend) -> Self {
        Self::from(vec![stream])
    }
}

impl From<Vec<StreamAppend>> for Written {
    fn from(streams: Vec<StreamAppend>) -> Self {
        Self {
            streams,
            basis: Vec::new(),
        }
    }
}

/// A tried append, before anyone has decided what its failure means.
pub(crate) enum Tried<T> {
    Done(Done<T>),
    /// Decide again on what is there now.
    Again,
    /// A claim or a name belongs to somebody else.
    Taken(String),
}

impl Commands {
    /// The write side over a log.
    #[must_use]
    pub fn new(store: EventStore, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self { store, clock, ids }
    }

    /// The log.
    #[must_use]
    pub fn store(&self) -> &EventStore {
        &self.store
    }

    /// The clock that commands are timed by.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Where identifiers come from.
    #[must_use]
    pub fn ids(&self) -> &dyn IdSource {
        &*self.ids
    }

    /// A context for what the program does by itself, now.
    #[must_use]
    pub fn system_context(&self) -> Context {
        Context::system(self.clock.now(), self.ids.id())
    }

    /// Loads, lets `permit` look, decides, appends; from the start again after a conflict.
    ///
    /// `permit` says whether the caller may do this to the aggregate as it is; `reply` is what the
    /// caller is told, made from the state and version after the command.
    pub(crate) async fn execute<A, T>(
        &self,
        request: Request<'_, A::Command>,
        permit: impl Fn(&A) -> Result<(), CommandError<A::Error>>,
        reply: impl Fn(&A, i64) -> T,
    ) -> Result<Done<T>, CommandError<A::Error>>
    where
        A: Aggregate<Services = ()> + Clone + 'static,
        A::Command: Clone,
        T: Serialize + DeserializeOwned,
    {
        let decide = async |loaded: Loaded<A>| {
            let decided = self.decide(loaded, &request, &permit).await?;
            let told = reply(&decided.aggregate, decided.stream.next_version());
            Ok(Decision {
                idempotency: recorded(request.context, &told)?,
                metadata: request.context.metadata(self.ids.id()),
                decided,
            })
        };
        match self.store.transact(&request.id, decide).await {
            Ok(Transacted {
                cursor: None,
                aggregate,
                version,
            }) => {
                let earlier = self.replay(request.context).await?;
                Ok(earlier.unwrap_or_else(|| Done {
                    reply: reply(&aggregate, version),
                    cursor: None,
                    replayed: false,
                }))
            }
            Ok(transacted) => Ok(Done {
                reply: reply(&transacted.aggregate, transacted.version),
                cursor: transacted.cursor,
                replayed: false,
            }),
            Err(TransactError::Refused(error)) => {
                let earlier = self.replay(request.context).await?;
                earlier.ok_or(error)
            }
            Err(TransactError::Contended) => Err(CommandError::Contended),
            Err(TransactError::Load(error)) => Err(error.into()),
            Err(TransactError::Append(error)) => {
                match self.tried(Err(error), request.context).await? {
                    Tried::Done(done) => Ok(done),
                    Tried::Again => Err(CommandError::Contended),
                    Tried::Taken(constraint) => Err(unexpected(&constraint)),
                }
            }
        }
    }

    /// One decision on one state: whether the caller may, has seen it, and what follows.
    async fn decide<A>(
        &self,
        loaded: Loaded<A>,
        request: &Request<'_, A::Command>,
        permit: impl Fn(&A) -> Result<(), CommandError<A::Error>>,
    ) -> Result<Decided<A>, CommandError<A::Error>>
    where
        A: Aggregate<Services = ()> + Clone + 'static,
        A::Command: Clone,
    {
        permit(loaded.aggregate())?;
        if request
            .expected
            .is_some_and(|expected| expected != loaded.version())
        {
            return Err(CommandError::Stale);
        }
        decide(loaded, request.command.clone())
            .await?
            .map_err(CommandError::Refused)
    }

    /// Appends what was decided, with the reply for whoever asks again under the same key.
    pub(crate) async fn append<T, R>(
        &self,
        written: Written,
        context: &Context,
        reply: T,
    ) -> Result<Tried<T>, CommandError<R>>
    where
        T: Serialize + DeserializeOwned,
    {
        let Written { streams, basis } = written;
        if streams.iter().all(|stream| stream.events.is_empty()) {
            let earlier = self.replay(context).await?;
            return Ok(Tried::Done(earlier.unwrap_or(Done {
                reply,
                cursor: None,
                replayed: false,
            })));
        }
        let append = Append {
            streams,
            basis,
            metadata: context.metadata(self.ids.id()),
            idempotency: recorded(context, &reply)?,
        };
        let appended = self.store.append(&append).await;
        self.tried(appended.map(|appended| (appended.cursor, reply)), context)
            .await
    }

    /// What an append's verdict means. A repeated request finds what the first one was told.
    async fn tried<T, R>(
        &self,
        appended: Result<(Cursor, T), AppendError>,
        context: &Context,
    ) -> Result<Tried<T>, CommandError<R>>
    where
        T: DeserializeOwned,
    {
        match appended {
            Ok((cursor, reply)) => Ok(Tried::Done(Done {
                reply,
                cursor: Some(cursor),
                replayed: false,
            })),
            Err(AppendError::Conflict | AppendError::Overtaken) => Ok(Tried::Again),
            Err(AppendError::Busy(_)) => Err(CommandError::Contended),
            Err(AppendError::KeyUsed) => Ok(self
                .replay(context)
                .await?
                .map_or(Tried::Again, Tried::Done)),
            // The claim may be the caller's own, taken by the first of two equal requests.
            Err(AppendError::Refused { constraint }) => Ok(self
                .replay(context)
                .await?
                .map_or(Tried::Taken(constraint), Tried::Done)),
            Err(
                error @ (AppendError::PhiWithoutSubject { .. }
                | AppendError::Seal(_)
                | AppendError::Unserialisable(_)
                | AppendError::OutcomeUnknown(_)
                | AppendError::Store(_)),
            ) => Err(fault(error)),
        }
    }

    /// What an earlier request with the same key was told.
    ///
    /// # Errors
    /// [`CommandError::KeyReused`] if that was another request.
    pub(crate) async fn replay<T, R>(
        &self,
        context: &Context,
    ) -> Result<Option<Done<T>>, CommandError<R>>
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

    /// A short pause that grows, different for every caller.
    pub(crate) async fn let_others_pass(&self, attempt: u32) {
        let spread = u64::from(self.ids.id().as_bytes()[15]);
        let micros = (200_u64 << attempt.min(8)) * (64 + spread) / 128;
        tokio::time::sleep(Duration::from_micros(micros)).await;
    }
}

/// Lets an aggregate decide; the outer error is a fault, the inner one its refusal.
pub(crate) async fn decide<A, R>(
    loaded: Loaded<A>,
    command: A::Command,
) -> Result<Result<Decided<A>, A::Error>, CommandError<R>>
where
    A: Aggregate<Services = ()> + Clone + 'static,
{
    loaded.decide(command, &()).await.map_err(fault)
}

/// A constraint that this command cannot meet by any rule: a defect, told as a fault.
pub(crate) fn unexpected<R>(constraint: &str) -> CommandError<R> {
    let text = format!("the constraint {constraint} refused a command that takes nothing");
    CommandError::Fault(Fault::new("appending events", text))
}

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

/// An aggregate's id as the log keys it.
pub(crate) fn key(id: impl Into<Uuid>) -> String {
    id.into().to_string()
}
