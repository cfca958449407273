//! A log that commands write to, and projections that are given its events.

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{AccountId, AppointmentId, ClinicId, DoctorId, LeaveId, PatientId, PaymentId, Slot};
use event_store::{
    Append, ClaimRules, Cursor, EventStore, Metadata, RecordedEvent, Sealing, Subscriber,
};
use projections::{Personal, Projection, Projector, ReadError, SealedRow, open_all};
use serde_json::Value;
use sqlx::{PgPool, Row as _};
use tests::database::Database;
use tests::sealing::{opened, sealing};
use uuid::Uuid;

/// A log, and a database in which projections write sealed rows.
pub struct History {
    pub store: EventStore,
    pub pool: PgPool,
    pub sealing: Sealing,
}

impl History {
    /// The log is in clear, so that a test can read and alter events.
    pub async fn begin() -> Self {
        Self::on_log(|_| Sealing::off()).await
    }

    /// The log is sealed, too, as in production.
    pub async fn begin_sealed() -> Self {
        Self::on_log(Sealing::clone).await
    }

    async fn on_log(of_log: impl FnOnce(&Sealing) -> Sealing) -> Self {
        let database = Database::create().await.unwrap();
        let pool = database.pool(10).await.unwrap();
        let sealing = sealing(pool.clone()).await.unwrap();
        let store = EventStore::open(pool.clone(), ClaimRules::none(), of_log(&sealing))
            .await
            .unwrap();
        Self {
            store,
            pool,
            sealing,
        }
    }

    /// Runs a command; it must lead to at least one event.
    pub async fn run<A>(&self, id: Uuid, command: A::Command)
    where
        A: Aggregate<Services = ()> + Clone + 'static,
        A::Error: std::fmt::Debug,
    {
        let loaded = self.store.load::<A>(&id.to_string()).await.unwrap();
        let decided = loaded.decide(command).await.unwrap();
        assert!(
            !decided.stream.events.is_empty(),
            "a command led to nothing"
        );
        let append = Append {
            streams: vec![decided.stream],
            depends_on: Vec::new(),
            metadata: metadata(),
            idempotency: None,
        };
        self.store.append(&append).await.unwrap();
    }

    /// Events that a subscriber is given, in the order of the log.
    pub async fn events(&self, subscriber: &dyn Subscriber) -> Vec<RecordedEvent> {
        let types = subscriber.event_types();
        let rows = sqlx::query(
            "select format('%s-%s-%s', epoch, transaction_id, position) as cursor,
               aggregate_type, aggregate_id, sequence, event_type, event_version,
               payload, metadata, recorded_at
             from events
             where event_type = any ($1)
             order by epoch, transaction_id, position",
        )
        .bind(types)
        .fetch_all(&self.pool)
        .await
        .unwrap();
        rows.into_iter()
            .map(|row| RecordedEvent {
                cursor: row.get::<String, _>("cursor").parse::<Cursor>().unwrap(),
                aggregate_type: row.get("aggregate_type"),
                aggregate_id: row.get("aggregate_id"),
                sequence: row.get("sequence"),
                event_type: row.get("event_type"),
                event_version: row.get("event_version"),
                payload: row.get("payload"),
                metadata: row.get("metadata"),
                recorded_at: row.get("recorded_at"),
            })
            .collect()
    }

    /// A projection that seals with the keys of this history.
    pub fn projector<P: Projection>(&self) -> Projector<P> {
        Projector::new(&self.sealing)
    }

    /// Gives a batch to a subscriber.
    pub async fn apply(&self, subscriber: &dyn Subscriber, batch: &[RecordedEvent]) {
        let mut tx = self.pool.begin().await.unwrap();
        subscriber.apply(batch, &mut tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Rows, opened.
    pub async fn open<R: Personal>(&self, rows: Vec<SealedRow<R>>) -> Vec<R> {
        open_all(&self.sealing, rows).await.unwrap()
    }

    /// A row that is there, opened.
    pub async fn one<R: Personal>(&self, row: Result<Option<SealedRow<R>>, ReadError>) -> R {
        row.unwrap().unwrap().open(&self.sealing).await.unwrap()
    }

    /// Brings a read model up to date.
    pub async fn project(&self, subscriber: &dyn Subscriber) {
        let events = self.events(subscriber).await;
        self.apply(subscriber, &events).await;
    }

    /// Brings a read model up to date as if a person had been erased before it read the log.
    pub async fn project_without(&self, subscriber: &dyn Subscriber, person: Uuid) {
        let mut events = self.events(subscriber).await;
        let theirs = |event: &&mut RecordedEvent| event.payload["subject"] == person.to_string();
        for event in events.iter_mut().filter(theirs) {
            event.payload["phi"] = Value::Null;
        }
        self.apply(subscriber, &events).await;
    }

    /// Everything that some tables hold, opened.
    pub async fn contents(&self, tables: &[&str]) -> Vec<Value> {
        let mut contents = Vec::new();
        for table in tables {
            let rows = opened(&self.pool, &self.sealing, table).await.unwrap();
            assert!(
                !rows.is_empty(),
                "{table} is empty: the comparison would prove nothing"
            );
            contents.extend(rows);
        }
        contents
    }

    pub async fn empty(&self, tables: &[&str]) {
        let sql = format!("truncate {}", tables.join(", "));
        sqlx::raw_sql(&sql).execute(&self.pool).await.unwrap();
    }
}

fn metadata() -> Metadata {
    let id = Uuid::nil();
    Metadata {
        actor: "system".to_owned(),
        role: "SYSTEM".to_owned(),
        clinic: None,
        correlation_id: id,
        causation_id: id,
        request_id: None,
        command_id: id,
    }
}

pub fn clinic(number: u128) -> ClinicId {
    ClinicId::from_uuid(Uuid::from_u128(0x0c << 64 | number))
}

pub fn doctor(number: u128) -> DoctorId {
    DoctorId::from_uuid(Uuid::from_u128(0x0d << 64 | number))
}

pub fn patient(number: u128) -> PatientId {
    PatientId::from_uuid(Uuid::from_u128(0x0e << 64 | number))
}

pub fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(0x0a << 64 | number))
}

pub fn leave(number: u128) -> LeaveId {
    LeaveId::from_uuid(Uuid::from_u128(0x0f << 64 | number))
}

pub fn payment(number: u128) -> PaymentId {
    PaymentId::from_uuid(Uuid::from_u128(0x09 << 64 | number))
}

pub fn appointment(number: u128) -> AppointmentId {
    AppointmentId::from_uuid(Uuid::from_u128(0x0b << 64 | number))
}

/// An instant, as in `2026-03-09T03:30:00Z`.
pub fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

pub fn slot(from: &str, to: &str) -> Slot {
    Slot::new(at(from), at(to)).unwrap()
}
