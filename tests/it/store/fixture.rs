//! A small aggregate that uses every kind of claim change: the letting of a room, and a reserved name.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use event_store::{
    Append, AppendError, Appended, Claim, ClaimChange, ClaimRules, DecideError, EventStore,
    Idempotency, Metadata, Sealing, Snapshots, StoreOptions, StreamAppend, Upcasters,
};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tests::database::Database;
use uuid::Uuid;

/// The number of events from which on `Counted` is refused.
pub const COUNTED_AT_MOST: u32 = 40;

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Letting {
    pub steps: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum LettingEvent {
    Let {
        room: Uuid,
        guest: Uuid,
        hour: i64,
        hours: i64,
        hold: bool,
    },
    /// Moves to another hour; a conflict without a claim.
    Moved {
        room: Uuid,
        guest: Uuid,
        hour: i64,
    },
    Settled,
    Left,
    Named {
        name: String,
    },
    Stepped,
    /// Records the number of events before it, at most 40, in the state that it was decided on.
    Counted {
        before: u32,
    },
    /// Records the version of another letting that it was decided on.
    Rested {
        on: String,
        version: i64,
    },
    Whispered {
        phi: String,
    },
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("refused")]
pub struct Refused;

impl DomainEvent for LettingEvent {
    fn event_type(&self) -> String {
        let name = match self {
            Self::Let { .. } => "let",
            Self::Moved { .. } => "moved",
            Self::Settled => "settled",
            Self::Left => "left",
            Self::Named { .. } => "named",
            Self::Stepped => "stepped",
            Self::Counted { .. } => "counted",
            Self::Rested { .. } => "rested",
            Self::Whispered { .. } => "whispered",
        };
        format!("letting.{name}")
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Letting {
    const TYPE: &'static str = "letting";
    type Command = Vec<LettingEvent>;
    type Event = LettingEvent;
    type Error = Refused;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refused> {
        for event in command {
            let event = match event {
                LettingEvent::Counted { .. } if self.steps >= COUNTED_AT_MOST => {
                    return Err(Refused);
                }
                LettingEvent::Counted { .. } => LettingEvent::Counted { before: self.steps },
                event => event,
            };
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, _: LettingEvent) {
        self.steps += 1;
    }
}

pub fn claim_rules() -> ClaimRules {
    ClaimRules::new(|event| match LettingEvent::deserialize(event.payload()) {
        Ok(LettingEvent::Let {
            room,
            guest,
            hour,
            hours,
            hold,
        }) => {
            let claim = |kind, resource| {
                ClaimChange::Take(Claim {
                    kind,
                    resource,
                    from: at(hour),
                    to: at(hour + hours),
                    held_until: hold.then(|| at(hour)),
                })
            };
            vec![claim("doctor", room), claim("patient", guest)]
        }
        Ok(LettingEvent::Moved { room, guest, hour }) => {
            let claim = |kind, resource| {
                ClaimChange::Move(Claim {
                    kind,
                    resource,
                    from: at(hour),
                    to: at(hour + 1),
                    held_until: Some(at(hour)),
                })
            };
            vec![claim("doctor", room), claim("patient", guest)]
        }
        Ok(LettingEvent::Settled) => vec![ClaimChange::Settle],
        Ok(LettingEvent::Left) => vec![
            ClaimChange::Release,
            ClaimChange::Free {
                space: "account.login",
            },
        ],
        Ok(LettingEvent::Named { name }) => {
            vec![ClaimChange::Reserve {
                space: "account.login",
                key: name.into_bytes(),
            }]
        }
        _ => Vec::new(),
    })
}

pub fn at(hour: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
}

pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub fn let_room(room: u128, guest: u128, hour: i64) -> LettingEvent {
    LettingEvent::Let {
        room: id(room),
        guest: id(guest),
        hour,
        hours: 1,
        hold: true,
    }
}

pub fn moved(room: u128, guest: u128, hour: i64) -> LettingEvent {
    LettingEvent::Moved {
        room: id(room),
        guest: id(guest),
        hour,
    }
}

pub struct Log {
    pub store: EventStore,
    pub pool: PgPool,
    pub database: Database,
}

/// A store without encryption: there is no personal data.
pub async fn open(pool: PgPool) -> EventStore {
    let options = StoreOptions {
        claim_rules: claim_rules(),
        shared_dependencies: &[Letting::TYPE],
        sealing: Sealing::off(),
        upcasters: Upcasters::none(),
        snapshots: Snapshots::none(),
    };
    EventStore::open_with(pool, options).await.unwrap()
}

pub async fn log() -> Log {
    let database = Database::create().await.unwrap();
    let pool = database.pool(20).await.unwrap();
    let store = open(pool.clone()).await;
    Log {
        store,
        pool,
        database,
    }
}

pub fn metadata(command: u128) -> Metadata {
    Metadata {
        actor: "system".to_owned(),
        role: "SYSTEM".to_owned(),
        clinic: None,
        correlation_id: id(1),
        causation_id: id(1),
        request_id: None,
        command_id: id(command),
    }
}

pub async fn stream(
    store: &EventStore,
    letting: u128,
    events: Vec<LettingEvent>,
) -> Result<StreamAppend, AppendError> {
    let loaded = store
        .load::<Letting>(&id(letting).to_string())
        .await
        .unwrap();
    match loaded.decide(events).await {
        Ok(decided) => Ok(decided.stream),
        Err(DecideError::Refused(Refused)) => panic!("no rule forbids it"),
        Err(DecideError::Unserialisable(error)) => Err(error),
    }
}

impl Log {
    pub async fn append(
        &self,
        letting: u128,
        events: Vec<LettingEvent>,
    ) -> Result<Appended, AppendError> {
        self.append_with(letting, events, None).await
    }

    pub async fn append_with(
        &self,
        letting: u128,
        events: Vec<LettingEvent>,
        idempotency: Option<Idempotency>,
    ) -> Result<Appended, AppendError> {
        let stream = stream(&self.store, letting, events).await?;
        let append = Append {
            streams: vec![stream],
            depends_on: Vec::new(),
            metadata: metadata(letting),
            idempotency,
        };
        self.store.append(&append).await
    }

    pub async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }
}
