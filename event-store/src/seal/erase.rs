//! Erasure: the key of a person is destroyed, a tombstone stays.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::SealError;
use super::keys::FoundKey;
use super::rotate::RotateError;
use super::sealing::Sealing;

/// The result of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// The time of the first erasure.
    pub at: DateTime<Utc>,
    /// Number of names, such as logins, that were freed.
    pub names: i64,
}

/// Knowledge about a subject, before it is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectStatus {
    /// Neither a key nor an aggregate has this id.
    Unknown,
    /// It can be erased.
    Known,
    /// It was erased.
    Erased(DateTime<Utc>),
}

impl Sealing {
    /// The status of a subject. A subject whose key was lost is known by its aggregate, of one of `types`.
    ///
    /// # Errors
    /// As [`Sealing::erase`].
    pub async fn subject_status(
        &self,
        subject: Uuid,
        types: &[&str],
    ) -> Result<SubjectStatus, RotateError> {
        let keys = self.key_store().ok_or(RotateError::Off)?;
        let types: Vec<String> = types.iter().map(ToString::to_string).collect();
        let found = sqlx::query!(
            r#"
            select
              (select erased_at from subject_keys where subject = $1) as erased_at,
              exists (select from subject_keys where subject = $1)
                or exists (
                  select from events where aggregate_type = any ($2) and aggregate_id = $1::uuid::text
                ) as "known!"
            "#,
            subject,
            &types
        )
        .fetch_one(&keys.pool)
        .await?;
        Ok(match (found.erased_at, found.known) {
            (Some(at), _) => SubjectStatus::Erased(at),
            (None, true) => SubjectStatus::Known,
            (None, false) => SubjectStatus::Unknown,
        })
    }

    /// Returns the fingerprint of a subject's key: 32 hexadecimal digits. `None` if there is no key that can be used.
    ///
    /// # Errors
    /// [`SealError`] if the database does not answer.
    pub async fn key_fingerprint(&self, subject: Uuid) -> Result<Option<String>, SealError> {
        let Some(keys) = self.key_store() else {
            return Ok(None);
        };
        let keys = keys.keys([subject].into()).await?;
        Ok(match keys.get(&subject) {
            Some(FoundKey::Key(key)) => Some(key.fingerprint()),
            Some(FoundKey::Erased | FoundKey::Faulty(_)) | None => None,
        })
    }

    /// Removes the keys of subjects about whom nothing was stored: the command that created them was refused. A key
    /// that seals something stays.
    ///
    /// # Errors
    /// The database did not respond.
    pub async fn discard_unused_keys(&self, subjects: &[Uuid]) -> Result<(), sqlx::Error> {
        let Some(keys) = self.key_store() else {
            return Ok(());
        };
        let discard = sqlx::query("select discard_unused_keys($1)").bind(subjects);
        discard.execute(&keys.pool).await?;
        Ok(())
    }

    /// Destroys those keys of some subjects that exist. Their rows stay, as erased.
    ///
    /// # Errors
    /// The database did not respond.
    pub async fn destroy_keys(&self, subjects: &[Uuid]) -> Result<(), sqlx::Error> {
        const DESTROY: &str = "
            update subject_keys
            set wrapped = null, master_epoch = null, erased_at = clock_timestamp()
            where subject = any ($1) and erased_at is null";
        let Some(keys) = self.key_store() else {
            return Ok(());
        };
        let destroy = sqlx::query(DESTROY).bind(subjects);
        destroy.execute(&keys.pool).await?;
        keys.cache.erase(subjects);
        Ok(())
    }

    /// Destroys a subject's key for good and frees the subject's names. A subject without a key is erased in
    /// advance. Effective in this process at once, and on other nodes within a second.
    ///
    /// # Errors
    /// [`RotateError::Off`] without sealing, [`RotateError::Store`] if the database does not respond.
    pub async fn erase(&self, subject: Uuid) -> Result<Erased, RotateError> {
        let keys = self.key_store().ok_or(RotateError::Off)?;
        let done = sqlx::query!(
            r#"
            with
              tombstone as (
                insert into subject_keys as known (subject, key_version, erased_at)
                values ($1, 1, clock_timestamp())
                on conflict (subject) do update
                set wrapped = null, master_epoch = null, erased_at = coalesce(known.erased_at, clock_timestamp())
                returning erased_at
              ),
              freed as (
                delete from reservations where subject = $1 returning holder
              )
            select erased_at as "at!", (select count(*) from freed) as "names!"
            from tombstone
            "#,
            subject
        )
        .fetch_one(&keys.pool)
        .await?;
        keys.cache.erase(&[subject]);
        Ok(Erased {
            at: done.at,
            names: done.names,
        })
    }
}
