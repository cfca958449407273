//! Erasure: the key goes, the tombstone stays.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Sealing;
use super::error::RotateError;

/// A person is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// When; the first time, if it was done before.
    pub at: DateTime<Utc>,
    /// How many names, such as logins, were given back.
    pub names: i64,
}

impl Sealing {
    /// Destroys a subject's key for good and gives back the subject's names. A subject that nobody
    /// spoke of yet is erased in advance. Effective here at once and on other nodes within a moment.
    ///
    /// # Errors
    /// [`RotateError::Off`] without sealing, [`RotateError::Store`] if the database does not answer.
    pub async fn erase(&self, subject: Uuid) -> Result<Erased, RotateError> {
        let shared = self.shared().ok_or(RotateError::Off)?;
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
        .fetch_one(&shared.pool)
        .await?;
        shared.cache.erase(&[subject]);
        Ok(Erased {
            at: done.at,
            names: done.names,
        })
    }
}
