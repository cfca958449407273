//! Codes that are mailed.

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use commands::{
    Fault,
    ports::{
        CodeStore, FIRST_MAIL_PAUSE, HeldCode, LONGEST_MAIL_PAUSE, MOST_CODE_ATTEMPTS,
        MOST_KEPT_CODES, MOST_WAITING_MAILS, NewCode, SessionId, SetPassword,
    },
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::prune::prune;
use super::sessions::{forget_devices, revoke_others};
use crate::mail::{PgMailOutbox, SealedMail, queue};

/// The time for which mails are remembered: each lengthens the pause before the next one.
const REMEMBERED: TimeDelta = TimeDelta::days(1);

/// Bounds of what callers without an account leave.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Mails that wait.
    mails: i64,
    /// Codes that are kept.
    codes: i64,
}

/// Stores the hashes of codes in table `mailed_codes`, and their mails in the outbox.
#[derive(Debug, Clone)]
pub struct PgCodeStore {
    pool: PgPool,
    outbox: PgMailOutbox,
    bounds: Bounds,
}

impl PgCodeStore {
    /// A store on `pool`, with the outbox there.
    #[must_use]
    pub fn new(pool: PgPool, outbox: PgMailOutbox) -> Self {
        let bounds = Bounds {
            mails: MOST_WAITING_MAILS,
            codes: MOST_KEPT_CODES,
        };
        Self {
            pool,
            outbox,
            bounds,
        }
    }

    /// Removes codes that have expired, once their mails are forgotten; and the oldest of those that callers without an
    /// account asked for, where there are too many. Returns the number of removed rows.
    pub async fn prune(&self, at: DateTime<Utc>) -> Result<u64, Fault> {
        const EXPIRED: &str = "
            delete from mailed_codes where (purpose, holder) in (
              select purpose, holder from mailed_codes
              where expires_at <= $1 and issued_at <= $1 - interval '1 day'
              order by expires_at
              limit $2
            )";
        const ISSUED_UNTIL: &str = "
            delete from mailed_codes where (purpose, holder) in (
              select purpose, holder from mailed_codes
              where purpose in ('sign-up', 'password-reset') and issued_at <= $1
              order by issued_at
              limit $2
            )";
        let mut pruned = prune(&self.pool, EXPIRED, at).await?;
        let newest = self.newest_beyond().await;
        if let Some(newest) = newest.map_err(Fault::doing("looking for codes beyond the bound"))? {
            pruned += prune(&self.pool, ISSUED_UNTIL, newest).await?;
        }
        Ok(pruned)
    }

    /// The time of the newest code, of those that callers without an account asked for, that is one too many.
    async fn newest_beyond(&self) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
        sqlx::query_scalar(
            "
            select issued_at from mailed_codes
            where purpose in ('sign-up', 'password-reset')
            order by issued_at desc
            offset $1
            limit 1
            ",
        )
        .bind(self.bounds.codes)
        .fetch_optional(&self.pool)
        .await
    }

    async fn set(
        &self,
        set: &SetPassword,
        notice: Option<SealedMail>,
    ) -> Result<Option<Vec<SessionId>>, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        if !redeem(&mut transaction, set.code, set.at).await? {
            return Ok(None);
        }
        let Some(ended) = replace_password(&mut transaction, set).await? else {
            return Ok(None);
        };
        if let Some(notice) = notice {
            queue(&mut transaction, &notice).await?;
        }
        transaction.commit().await?;
        Ok(Some(ended))
    }

    async fn set_first(&self, set: &SetPassword) -> Result<bool, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        if !redeem(&mut transaction, set.code, set.at).await? {
            return Ok(false);
        }
        let inserted = sqlx::query(
            "
            insert into credentials (account_id, password_hash, changed_at)
            values ($1, $2, $3)
            on conflict (account_id) do nothing
            ",
        )
        .bind(set.account.as_uuid())
        .bind(set.hash.expose())
        .bind(set.at)
        .execute(&mut *transaction)
        .await?;
        if inserted.rows_affected() == 0 {
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }

    async fn store(&self, new: &NewCode, mail: &SealedMail) -> Result<bool, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let issued = issue(&mut transaction, new).await?;
        if issued {
            queue(&mut transaction, mail).await?;
        }
        transaction.commit().await?;
        Ok(issued)
    }
}

/// Replaces a password. Returns the sessions that ended; `None` if the account has none.
async fn replace_password(
    connection: &mut PgConnection,
    set: &SetPassword,
) -> Result<Option<Vec<SessionId>>, sqlx::Error> {
    let replaced = sqlx::query(
        "
        update credentials
        set password_hash = $2, changed_at = $3, generation = generation + 1
        where account_id = $1
        ",
    )
    .bind(set.account.as_uuid())
    .bind(set.hash.expose())
    .bind(set.at)
    .execute(&mut *connection)
    .await?;
    if replaced.rows_affected() == 0 {
        return Ok(None);
    }
    forget_devices(&mut *connection, set.account).await?;
    let none = SessionId(Uuid::nil());
    let ended = revoke_others(connection, set.account, none, set.at).await?;
    Ok(Some(ended))
}

async fn issue(connection: &mut PgConnection, new: &NewCode) -> Result<bool, sqlx::Error> {
    let issued = sqlx::query(include_str!("issue_code.sql"))
        .bind(new.code.purpose.as_str())
        .bind(new.code.holder.0.as_slice())
        .bind(new.code.hash.0.as_slice())
        .bind(new.at)
        .bind(new.expires_at)
        .bind(new.at - REMEMBERED)
        .bind(FIRST_MAIL_PAUSE.as_secs_f64())
        .bind(LONGEST_MAIL_PAUSE.as_secs_f64())
        .execute(connection)
        .await?;
    Ok(issued.rows_affected() > 0)
}

/// Uses a code up, if it is still valid. The row stays: it remembers the mails.
pub(super) async fn redeem(
    connection: &mut PgConnection,
    code: HeldCode,
    at: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let redeemed = sqlx::query(
        "
        update mailed_codes set expires_at = $4
        where purpose = $1 and holder = $2 and code_hash = $3 and expires_at > $4
        ",
    )
    .bind(code.purpose.as_str())
    .bind(code.holder.0.as_slice())
    .bind(code.hash.0.as_slice())
    .bind(at)
    .execute(connection)
    .await?;
    Ok(redeemed.rows_affected() > 0)
}

#[async_trait]
impl CodeStore for PgCodeStore {
    async fn has_room(&self) -> Result<bool, Fault> {
        Ok(self.outbox.waiting(self.bounds.mails).await? < self.bounds.mails)
    }

    async fn issue(&self, new: NewCode) -> Result<bool, Fault> {
        let mail = self.outbox.seal(&new.mail).await?;
        let stored = self.store(&new, &mail).await;
        stored.map_err(Fault::doing("issuing a code"))
    }

    async fn attempt(&self, code: HeldCode, at: DateTime<Utc>) -> Result<bool, Fault> {
        let right: Option<bool> = sqlx::query_scalar(
            "
            update mailed_codes set attempts = attempts + 1
            where purpose = $1 and holder = $2 and expires_at > $3 and attempts < $4
            returning code_hash = $5
            ",
        )
        .bind(code.purpose.as_str())
        .bind(code.holder.0.as_slice())
        .bind(at)
        .bind(MOST_CODE_ATTEMPTS)
        .bind(code.hash.0.as_slice())
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("checking a code"))?;
        Ok(right == Some(true))
    }

    async fn redeem(&self, code: HeldCode, at: DateTime<Utc>) -> Result<bool, Fault> {
        const DOING: &str = "using a code";
        let mut connection = self.pool.acquire().await.map_err(Fault::doing(DOING))?;
        let redeemed = redeem(&mut connection, code, at).await;
        redeemed.map_err(Fault::doing(DOING))
    }

    async fn set_password(&self, set: SetPassword) -> Result<Option<Vec<SessionId>>, Fault> {
        let notice = self.outbox.seal_any(set.notice.as_ref()).await?;
        let ended = self.set(&set, notice).await;
        ended.map_err(Fault::doing("setting a password"))
    }

    async fn set_first_password(&self, set: SetPassword) -> Result<bool, Fault> {
        let set = self.set_first(&set).await;
        set.map_err(Fault::doing("setting a first password"))
    }
}
