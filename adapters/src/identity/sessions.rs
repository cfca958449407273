//! Sessions and their refresh tokens.

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::{
    Fault,
    ports::{
        NewSession, REFRESH_GRACE, RefreshTokenHash, Rotation, SessionId, SessionStore, Successor,
        SuccessorSalt,
    },
};
use domain::AccountId;
use sqlx::{PgConnection, PgPool, Row as _, postgres::PgRow};

use super::prune::prune;

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

    async fn rotate_in_one_transaction(
        &self,
        presented: RefreshTokenHash,
        successor: Successor,
        at: DateTime<Utc>,
    ) -> Result<Rotation, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let Some(family) = Family::lock(&mut transaction, presented).await? else {
            return Ok(Rotation::Refused);
        };
        if family.revoked || family.expires_at <= at {
            return Ok(Rotation::Refused);
        }
        let session = family.session;
        let rotation = match TokenState::read(&mut transaction, presented, at).await? {
            TokenState::Current => {
                replace(&mut transaction, presented, successor, session, at).await?;
                family.goes_on(successor.salt)
            }
            TokenState::WithinGrace(salt) => family.goes_on(salt),
            TokenState::Used => {
                revoke(&mut transaction, session, at).await?;
                Rotation::Reused { session }
            }
        };
        transaction.commit().await?;
        Ok(rotation)
    }
}

/// The family of a refresh token. Rotation and revocation hold its lock: tokens read in a later
/// statement of the same transaction stay unchanged until its end.
struct Family {
    session: SessionId,
    account: AccountId,
    revoked: bool,
    expires_at: DateTime<Utc>,
}

impl Family {
    async fn lock(
        connection: &mut PgConnection,
        token: RefreshTokenHash,
    ) -> Result<Option<Self>, sqlx::Error> {
        let row = sqlx::query(
            "
            select session_id, account_id, expires_at, revoked_at is not null as revoked
            from sessions
            where session_id = (select session_id from refresh_tokens where token_hash = $1)
            for update
            ",
        )
        .bind(token.0.as_slice())
        .fetch_optional(connection)
        .await?;
        row.as_ref().map(Self::from_row).transpose()
    }

    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            session: SessionId(row.try_get("session_id")?),
            account: AccountId::from_uuid(row.try_get("account_id")?),
            revoked: row.try_get("revoked")?,
            expires_at: row.try_get("expires_at")?,
        })
    }

    fn goes_on(&self, salt: SuccessorSalt) -> Rotation {
        Rotation::Rotated {
            session: self.session,
            account: self.account,
            salt,
        }
    }
}

/// State of a token in a locked family.
enum TokenState {
    /// It has no successor yet.
    Current,
    /// Its successor, with this salt, is current, and has been for less than [`REFRESH_GRACE`].
    WithinGrace(SuccessorSalt),
    /// Its successor has been used as well, or has been current for longer.
    Used,
}

impl TokenState {
    async fn read(
        connection: &mut PgConnection,
        token: RefreshTokenHash,
        at: DateTime<Utc>,
    ) -> Result<Self, sqlx::Error> {
        let row =
            sqlx::query("select used_at, successor_salt from refresh_tokens where token_hash = $1")
                .bind(token.0.as_slice())
                .fetch_one(connection)
                .await?;
        let used_at: Option<DateTime<Utc>> = row.try_get("used_at")?;
        let salt: Option<[u8; 32]> = row.try_get("successor_salt")?;
        Ok(match (used_at, salt) {
            (None, _) => Self::Current,
            (Some(used_at), Some(salt)) if at - used_at < REFRESH_GRACE => {
                Self::WithinGrace(SuccessorSalt(salt))
            }
            (Some(_), _) => Self::Used,
        })
    }
}

/// Ends the grace time of the predecessor of `presented`: a client that uses a token has received
/// it.
async fn replace(
    connection: &mut PgConnection,
    presented: RefreshTokenHash,
    successor: Successor,
    session: SessionId,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "
        update refresh_tokens set successor_salt = null
        where session_id = $1 and successor_salt is not null
        ",
    )
    .bind(session.0)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "
        update refresh_tokens set used_at = $4, successor_hash = $2, successor_salt = $3
        where token_hash = $1
        ",
    )
    .bind(presented.0.as_slice())
    .bind(successor.token.0.as_slice())
    .bind(successor.salt.0.as_slice())
    .bind(at)
    .execute(&mut *connection)
    .await?;
    issue(connection, successor.token, session, at).await
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
        successor: Successor,
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
