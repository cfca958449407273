//! Sessions and their refresh tokens.

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::{
    Fault,
    ports::{NewSession, RefreshTokenHash, Rotation, SessionId, SessionStore},
};
use domain::AccountId;
use sqlx::{PgConnection, PgPool, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::prune::prune;

/// Keeps sessions in tables `sessions` and `refresh_tokens`.
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

    /// Removes sessions that expired before `at`, with their tokens. Answers how many sessions went.
    ///
    /// Until they expire, revoked sessions and used tokens stay: a token that comes back tells of a
    /// theft only while it is known.
    pub async fn prune(&self, at: DateTime<Utc>) -> Result<u64, Fault> {
        const DELETE: &str = "
            delete from sessions where session_id in (
              select session_id from sessions where expires_at < $1 order by expires_at limit $2
            )";
        prune(&self.pool, DELETE, at).await
    }

    async fn rotate_in_one_transaction(
        &self,
        presented: RefreshTokenHash,
        successor: RefreshTokenHash,
        at: DateTime<Utc>,
    ) -> Result<Rotation, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let Some(token) = PresentedToken::lock(&mut transaction, presented).await? else {
            return Ok(Rotation::Refused);
        };
        if token.family_revoked || token.family_expires_at <= at {
            return Ok(Rotation::Refused);
        }
        let session = SessionId(token.session);
        // Strict for now: two refreshes at once, as browsers with several tabs send them, count as a
        // theft. A short grace window, in which the same token gets the same successor, comes with
        // `successor_hash`, which is written already.
        let rotation = if token.used {
            revoke(&mut transaction, session, at).await?;
            Rotation::Reused { session }
        } else {
            replace(&mut transaction, presented, successor, session, at).await?;
            Rotation::Rotated {
                session,
                account: AccountId::from_uuid(token.account),
            }
        };
        transaction.commit().await?;
        Ok(rotation)
    }
}

/// A refresh token and its family, as they stand once both rows are locked.
struct PresentedToken {
    session: Uuid,
    account: Uuid,
    used: bool,
    family_revoked: bool,
    family_expires_at: DateTime<Utc>,
}

impl PresentedToken {
    /// Both rows are locked, not the session's alone: after waiting for a lock `PostgreSQL` reads anew
    /// the rows that it locks and no others, so the second of two callers would see an unused token.
    async fn lock(
        connection: &mut PgConnection,
        hash: RefreshTokenHash,
    ) -> Result<Option<Self>, sqlx::Error> {
        let row = sqlx::query(
            "
            select
              s.session_id,
              s.account_id,
              s.expires_at,
              s.revoked_at is not null as revoked,
              t.used_at is not null as used
            from refresh_tokens t
            join sessions s on s.session_id = t.session_id
            where t.token_hash = $1
            for update of s, t
            ",
        )
        .bind(hash.0.as_slice())
        .fetch_optional(connection)
        .await?;
        row.as_ref().map(Self::from_row).transpose()
    }

    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            session: row.try_get("session_id")?,
            account: row.try_get("account_id")?,
            used: row.try_get("used")?,
            family_revoked: row.try_get("revoked")?,
            family_expires_at: row.try_get("expires_at")?,
        })
    }
}

async fn replace(
    connection: &mut PgConnection,
    presented: RefreshTokenHash,
    successor: RefreshTokenHash,
    session: SessionId,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update refresh_tokens set used_at = $3, successor_hash = $2 where token_hash = $1",
    )
    .bind(presented.0.as_slice())
    .bind(successor.0.as_slice())
    .bind(at)
    .execute(&mut *connection)
    .await?;
    issue(connection, successor, session, at).await
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

async fn revoke(
    connection: &mut PgConnection,
    session: SessionId,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query("update sessions set revoked_at = $2 where session_id = $1 and revoked_at is null")
        .bind(session.0)
        .bind(at)
        .execute(connection)
        .await?;
    Ok(())
}

async fn open(pool: &PgPool, session: NewSession) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query(
        "
        insert into sessions (session_id, account_id, opened_at, expires_at)
        values ($1, $2, $3, $4)
        ",
    )
    .bind(session.session.0)
    .bind(session.account.as_uuid())
    .bind(session.at)
    .bind(session.expires_at)
    .execute(&mut *transaction)
    .await?;
    issue(&mut transaction, session.token, session.session, session.at).await?;
    transaction.commit().await
}

#[async_trait]
impl SessionStore for PgSessionStore {
    async fn open(&self, session: NewSession) -> Result<(), Fault> {
        open(&self.pool, session)
            .await
            .map_err(Fault::doing("opening a session"))
    }

    async fn rotate(
        &self,
        presented: RefreshTokenHash,
        successor: RefreshTokenHash,
        at: DateTime<Utc>,
    ) -> Result<Rotation, Fault> {
        self.rotate_in_one_transaction(presented, successor, at)
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

    async fn revoke_account(&self, account: AccountId, at: DateTime<Utc>) -> Result<(), Fault> {
        sqlx::query(
            "update sessions set revoked_at = $2 where account_id = $1 and revoked_at is null",
        )
        .bind(account.as_uuid())
        .bind(at)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("revoking an account's sessions"))?;
        Ok(())
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
