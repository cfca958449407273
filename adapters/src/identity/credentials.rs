//! One password hash per account.

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use commands::{
    Fault,
    ports::{Credential, CredentialStore, PasswordChange, PasswordHash, SessionId},
};
use domain::AccountId;
use sqlx::{PgPool, Row as _};

use super::prune::prune;
use super::sessions::{forget_devices, revoke_others};
use crate::mail::{PgMailOutbox, SealedMail, queue};

/// The age at which the password of a registration that was never finished is removed.
const UNFINISHED_FOR: TimeDelta = TimeDelta::days(1);

/// Stores password hashes in table `credentials`.
#[derive(Debug, Clone)]
pub struct PgCredentialStore {
    pool: PgPool,
    outbox: PgMailOutbox,
}

impl PgCredentialStore {
    /// A store on `pool`, with the outbox there.
    #[must_use]
    pub fn new(pool: PgPool, outbox: PgMailOutbox) -> Self {
        Self { pool, outbox }
    }

    /// Removes passwords of accounts that were never registered: the program died between the two, or the database
    /// was away. Looks at those that became a day old within the last day. Returns the number of removed rows.
    pub async fn prune(&self, at: DateTime<Utc>) -> Result<u64, Fault> {
        const DELETE: &str = "
            delete from credentials where account_id in (
              select account_id
              from credentials c
              where changed_at <= $1
                and changed_at > $1 - interval '1 day'
                and not exists (
                  select from events
                  where aggregate_type = 'account' and aggregate_id = c.account_id::text
                )
              limit $2
            )";
        prune(&self.pool, DELETE, at - UNFINISHED_FOR).await
    }

    async fn change_and_tell(
        &self,
        change: PasswordChange,
        notice: Option<SealedMail>,
    ) -> Result<Option<Vec<SessionId>>, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let changed = sqlx::query(
            "
            update credentials
            set password_hash = $3, changed_at = $4, generation = generation + 1
            where account_id = $1 and generation = $2
            ",
        )
        .bind(change.account.as_uuid())
        .bind(change.generation)
        .bind(change.hash.expose())
        .bind(change.at)
        .execute(&mut *transaction)
        .await?;
        if changed.rows_affected() == 0 {
            return Ok(None);
        }
        forget_devices(&mut transaction, change.account).await?;
        let ended =
            revoke_others(&mut transaction, change.account, change.session, change.at).await?;
        if let Some(notice) = notice {
            queue(&mut transaction, &notice).await?;
        }
        transaction.commit().await?;
        Ok(Some(ended))
    }
}

#[async_trait]
impl CredentialStore for PgCredentialStore {
    async fn create(
        &self,
        account: AccountId,
        hash: &PasswordHash,
        at: DateTime<Utc>,
    ) -> Result<(), Fault> {
        sqlx::query(
            "
            insert into credentials (account_id, password_hash, changed_at)
            values ($1, $2, $3)
            on conflict (account_id) do nothing
            ",
        )
        .bind(account.as_uuid())
        .bind(hash.expose())
        .bind(at)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("storing a password hash"))?;
        Ok(())
    }

    async fn find(&self, account: AccountId) -> Result<Option<Credential>, Fault> {
        const DOING: &str = "reading a password hash";
        let row =
            sqlx::query("select password_hash, generation from credentials where account_id = $1")
                .bind(account.as_uuid())
                .fetch_optional(&self.pool)
                .await
                .map_err(Fault::doing(DOING))?;
        let credential = row.map(|row| {
            Ok::<_, sqlx::Error>(Credential {
                hash: PasswordHash::new(row.try_get("password_hash")?),
                generation: row.try_get("generation")?,
            })
        });
        credential.transpose().map_err(Fault::doing(DOING))
    }

    async fn rehash(
        &self,
        account: AccountId,
        generation: i32,
        hash: &PasswordHash,
    ) -> Result<(), Fault> {
        sqlx::query(
            "
            update credentials set password_hash = $3
            where account_id = $1 and generation = $2
            ",
        )
        .bind(account.as_uuid())
        .bind(generation)
        .bind(hash.expose())
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("renewing a password hash"))?;
        Ok(())
    }

    async fn change(&self, change: PasswordChange) -> Result<Option<Vec<SessionId>>, Fault> {
        let notice = self.outbox.seal_any(change.notice.as_ref()).await?;
        self.change_and_tell(change, notice)
            .await
            .map_err(Fault::doing("changing a password"))
    }

    async fn remove(&self, account: AccountId) -> Result<(), Fault> {
        sqlx::query("delete from credentials where account_id = $1")
            .bind(account.as_uuid())
            .execute(&self.pool)
            .await
            .map_err(Fault::doing("removing a password hash"))?;
        Ok(())
    }
}
