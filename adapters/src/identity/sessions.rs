//! Sessions and their refresh tokens.

mod ending;
mod rotation;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::{
    Fault,
    ports::{
        DeviceName, NewSession, OpenSession, REFRESH_GRACE, RefreshTokenHash, Rotation, SessionId,
        SessionStore, Successor,
    },
};
use domain::AccountId;
use sqlx::{PgConnection, PgPool, Row as _};

use super::prune::prune;
use ending::{erase_account, revoke, revoke_account};
pub(super) use ending::{forget_devices, revoke_others};

/// The number of sessions that are listed.
const MOST_LISTED: i64 = 100;

/// Stores sessions in tables `sessions` and `refresh_tokens`.
#[derive(Debug, Clone)]
pub struct PgSessionStore {
    pool: PgPool,
}

impl PgSessionStore {
    /// A store on `pool`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Removes sessions that expired before `at`, with their tokens, and salts that are no longer
    /// needed. Returns the number of removed sessions.
    ///
    /// Revoked sessions and used tokens stay until they expire: a reused token shows a theft only
    /// while it is known.
    pub async fn prune(&self, at: DateTime<Utc>) -> Result<u64, Fault> {
        const DELETE: &str = "
            delete from sessions where session_id in (
              select session_id from sessions where expires_at < $1 order by expires_at limit $2
            )";
        const FORGET: &str = "
            update refresh_tokens set successor_salt = null where token_hash in (
              select token_hash from refresh_tokens
              where successor_salt is not null and used_at <= $1 order by used_at limit $2
            )";
        prune(&self.pool, FORGET, at - REFRESH_GRACE).await?;
        prune(&self.pool, DELETE, at).await
    }
}

async fn issue(
    connection: &mut PgConnection,
    token: RefreshTokenHash,
    session: SessionId,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into refresh_tokens (token_hash, session_id, issued_at) values ($1, $2, $3)",
    )
    .bind(token.0.as_slice())
    .bind(session.0)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Opens a session while it holds a shared lock on the password that was checked. The statement that inserts it
/// requires that nothing has happened to the account since.
async fn open(pool: &PgPool, session: NewSession) -> Result<bool, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let unchanged =
        sqlx::query("select from credentials where account_id = $1 and generation = $2 for share")
            .bind(session.account.as_uuid())
            .bind(session.generation)
            .fetch_optional(&mut *transaction)
            .await?;
    if unchanged.is_none() {
        return Ok(false);
    }
    let opened = sqlx::query(
        "
        insert into sessions (
          session_id, account_id, opened_at, last_used_at, expires_at, device
        )
        select $1, $2, $3, $3, $4, $5
        where not exists (
          select from events
          where aggregate_type = 'account' and aggregate_id = $6 and sequence > $7
        )
        ",
    )
    .bind(session.session.0)
    .bind(session.account.as_uuid())
    .bind(session.at)
    .bind(session.expires_at)
    .bind(session.device.as_ref().map(DeviceName::as_str))
    .bind(session.account.to_string())
    .bind(session.account_version)
    .execute(&mut *transaction)
    .await?;
    if opened.rows_affected() == 0 {
        return Ok(false);
    }
    issue(&mut transaction, session.token, session.session, session.at).await?;
    transaction.commit().await?;
    Ok(true)
}

async fn list(
    pool: &PgPool,
    account: AccountId,
    at: DateTime<Utc>,
) -> Result<Vec<OpenSession>, sqlx::Error> {
    let rows = sqlx::query(
        "
        select session_id, device, opened_at, last_used_at, expires_at
        from sessions
        where account_id = $1 and revoked_at is null and expires_at > $2
        order by last_used_at desc, session_id
        limit $3
        ",
    )
    .bind(account.as_uuid())
    .bind(at)
    .bind(MOST_LISTED)
    .fetch_all(pool)
    .await?;
    let sessions = rows.iter().map(|row| {
        let device: Option<String> = row.try_get("device")?;
        Ok::<_, sqlx::Error>(OpenSession {
            session: SessionId(row.try_get("session_id")?),
            device: device.map(DeviceName::from_stored),
            opened_at: row.try_get("opened_at")?,
            last_used_at: row.try_get("last_used_at")?,
            expires_at: row.try_get("expires_at")?,
        })
    });
    sessions.collect()
}

#[async_trait]
impl SessionStore for PgSessionStore {
    async fn open(&self, session: NewSession) -> Result<bool, Fault> {
        open(&self.pool, session)
            .await
            .map_err(Fault::doing("opening a session"))
    }

    async fn rotate(
        &self,
        presented: RefreshTokenHash,
        successor: Successor,
        at: DateTime<Utc>,
    ) -> Result<Rotation, Fault> {
        rotation::rotate(&self.pool, presented, successor, at)
            .await
            .map_err(Fault::doing("rotating a refresh token"))
    }

    async fn revoke(&self, session: SessionId, at: DateTime<Utc>) -> Result<(), Fault> {
        let doing = "revoking a session";
        let mut connection = self.pool.acquire().await.map_err(Fault::doing(doing))?;
        revoke(&mut connection, session, at)
            .await
            .map_err(Fault::doing(doing))
    }

    async fn list(&self, account: AccountId, at: DateTime<Utc>) -> Result<Vec<OpenSession>, Fault> {
        list(&self.pool, account, at)
            .await
            .map_err(Fault::doing("listing sessions"))
    }

    async fn revoke_own(
        &self,
        account: AccountId,
        session: SessionId,
        at: DateTime<Utc>,
    ) -> Result<bool, Fault> {
        let revoked = sqlx::query(
            "
            update sessions set revoked_at = $3
            where session_id = $2 and account_id = $1 and revoked_at is null and expires_at > $3
            ",
        )
        .bind(account.as_uuid())
        .bind(session.0)
        .bind(at)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("ending a session"))?;
        Ok(revoked.rows_affected() > 0)
    }

    async fn revoke_others(
        &self,
        account: AccountId,
        except: SessionId,
        at: DateTime<Utc>,
    ) -> Result<Vec<SessionId>, Fault> {
        const DOING: &str = "ending other sessions";
        let mut connection = self.pool.acquire().await.map_err(Fault::doing(DOING))?;
        revoke_others(&mut connection, account, except, at)
            .await
            .map_err(Fault::doing(DOING))
    }

    async fn revoke_account(&self, account: AccountId, at: DateTime<Utc>) -> Result<(), Fault> {
        revoke_account(&self.pool, account, at)
            .await
            .map_err(Fault::doing("revoking an account's sessions"))
    }

    async fn erase_account(&self, account: AccountId, at: DateTime<Utc>) -> Result<(), Fault> {
        erase_account(&self.pool, account, at)
            .await
            .map_err(Fault::doing("erasing an account's password and sessions"))
    }

    async fn revoked_since(&self, since: DateTime<Utc>) -> Result<Vec<SessionId>, Fault> {
        let sessions = sqlx::query_scalar(
            "select session_id from sessions where revoked_at >= $1 order by revoked_at",
        )
        .bind(since)
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("reading which sessions were revoked"))?;
        Ok(sessions.into_iter().map(SessionId).collect())
    }
}
