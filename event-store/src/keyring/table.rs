//! The keyring in the database.
//!
//! The queries are not checked at compile time: they also read databases of earlier versions, which
//! may not have these tables.

use chrono::{DateTime, Utc};
use sqlx::{Executor as _, PgConnection};
use uuid::Uuid;

use super::{KeyState, Keyring, MasterEpoch, SubjectKey};
use crate::StoreError;

/// Number of rows per statement.
const BATCH: usize = 5_000;

/// The table of subject keys; databases from before the encryption have none.
const KEYS: &str = "subject_keys";

#[derive(sqlx::FromRow)]
struct SubjectRow {
    subject: Uuid,
    key_version: i16,
    master_epoch: Option<i16>,
    wrapped: Option<Vec<u8>>,
    created_at: DateTime<Utc>,
    erased_at: Option<DateTime<Utc>>,
}

type EpochRow = (i16, Vec<u8>, DateTime<Utc>, Option<DateTime<Utc>>);

impl Keyring {
    /// Reads the keyring in the transaction of `connection`.
    pub async fn read(connection: &mut PgConnection) -> Result<Self, StoreError> {
        read(connection)
            .await
            .map_err(StoreError::doing("reading the keyring"))
    }

    /// The subjects of sealed events that have neither a key nor a tombstone. What is stored about them can't be
    /// read. Reads the whole log.
    pub async fn subjects_without_key(
        connection: &mut PgConnection,
    ) -> Result<Vec<Uuid>, StoreError> {
        let sql = "select distinct payload ->> 'subject'
                   from events
                   where jsonb_typeof(payload -> 'phi') = 'string'
                     and not exists (
                       select from subject_keys where subject::text = payload ->> 'subject'
                     )";
        let subjects: Vec<Option<String>> = sqlx::query_scalar(sql)
            .fetch_all(connection)
            .await
            .map_err(StoreError::doing("looking for lost keys"))?;
        let subjects = subjects.into_iter().flatten();
        let mut subjects: Vec<Uuid> = subjects.filter_map(|text| text.parse().ok()).collect();
        subjects.sort_unstable();
        Ok(subjects)
    }

    /// Replaces the keyring in the database, and frees the names of erased persons, as at the erasure. The
    /// log must not be in use.
    pub async fn replace(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        replace(self, connection)
            .await
            .map_err(StoreError::doing("writing the keyring"))
    }
}

async fn read(connection: &mut PgConnection) -> Result<Keyring, sqlx::Error> {
    let epoch = "select current from log_epoch";
    let epoch = sqlx::query_scalar(epoch)
        .fetch_one(&mut *connection)
        .await?;
    let mut keyring = Keyring {
        epoch,
        ..Keyring::default()
    };
    if !has_table(connection, KEYS).await? {
        return Ok(keyring);
    }
    let sql = "select epoch, check_value, opened_at, retired_at from master_key_epochs";
    let epochs: Vec<EpochRow> = sqlx::query_as(sql).fetch_all(&mut *connection).await?;
    for (epoch, check_value, opened_at, retired_at) in epochs {
        let master = MasterEpoch {
            check_value,
            opened_at,
            retired_at,
        };
        keyring.master_epochs.insert(epoch, master);
    }
    let sql = "select subject, key_version, master_epoch, wrapped, created_at, erased_at
               from subject_keys";
    let rows: Vec<SubjectRow> = sqlx::query_as(sql).fetch_all(connection).await?;
    for row in rows {
        keyring.subjects.insert(row.subject, row.try_into()?);
    }
    Ok(keyring)
}

async fn has_table(connection: &mut PgConnection, name: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select to_regclass('public.' || $1) is not null")
        .bind(name)
        .fetch_one(connection)
        .await
}

impl TryFrom<SubjectRow> for SubjectKey {
    type Error = sqlx::Error;

    fn try_from(row: SubjectRow) -> Result<Self, sqlx::Error> {
        let state = match (row.wrapped, row.master_epoch, row.erased_at) {
            (Some(key), Some(master_epoch), None) => KeyState::Wrapped { master_epoch, key },
            (None, None, Some(erased_at)) => KeyState::Erased { erased_at },
            _ => return Err(sqlx::Error::Decode("neither a key nor a tombstone".into())),
        };
        Ok(Self {
            key_version: row.key_version,
            created_at: row.created_at,
            state,
        })
    }
}

async fn replace(keyring: &Keyring, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    if !has_table(connection, KEYS).await? {
        return Ok(());
    }
    let clear = "delete from subject_keys; delete from master_key_epochs";
    connection.execute(sqlx::raw_sql(clear)).await?;
    for (epoch, master) in &keyring.master_epochs {
        let sql = "insert into master_key_epochs (epoch, check_value, opened_at, retired_at)
                   values ($1, $2, $3, $4)";
        sqlx::query(sql)
            .bind(epoch)
            .bind(&master.check_value)
            .bind(master.opened_at)
            .bind(master.retired_at)
            .execute(&mut *connection)
            .await?;
    }
    let subjects: Vec<_> = keyring.subjects.iter().collect();
    for batch in subjects.chunks(BATCH) {
        insert(batch, connection).await?;
    }
    free_names(connection).await
}

/// Frees the names of erased persons: a log from before the erasure still has them.
async fn free_names(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let sql = "delete from reservations where subject in (
                 select subject from subject_keys where erased_at is not null)";
    connection.execute(sqlx::raw_sql(sql)).await.map(|_| ())
}

async fn insert(
    batch: &[(&Uuid, &SubjectKey)],
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let parts = |key: &SubjectKey| match &key.state {
        KeyState::Wrapped { master_epoch, key } => (Some(*master_epoch), Some(key.clone()), None),
        KeyState::Erased { erased_at } => (None, None, Some(*erased_at)),
    };
    let subjects: Vec<Uuid> = batch.iter().map(|(subject, _)| **subject).collect();
    let versions: Vec<i16> = batch.iter().map(|(_, key)| key.key_version).collect();
    let created: Vec<DateTime<Utc>> = batch.iter().map(|(_, key)| key.created_at).collect();
    let (mut epochs, mut wrapped, mut erased) = (Vec::new(), Vec::new(), Vec::new());
    for (_, key) in batch {
        let (epoch, key, at) = parts(key);
        epochs.push(epoch);
        wrapped.push(key);
        erased.push(at);
    }
    let sql = "insert into subject_keys
                 (subject, key_version, created_at, master_epoch, wrapped, erased_at)
               select * from unnest(
                 $1::uuid[], $2::smallint[], $3::timestamptz[],
                 $4::smallint[], $5::bytea[], $6::timestamptz[])";
    sqlx::query(sql)
        .bind(subjects)
        .bind(versions)
        .bind(created)
        .bind(epochs)
        .bind(wrapped)
        .bind(erased)
        .execute(connection)
        .await
        .map(|_| ())
}
