//! Refresh tokens, each with one successor.

use chrono::{DateTime, Utc};
use commands::ports::{
    REFRESH_GRACE, RefreshTokenHash, Rotation, SessionId, Successor, SuccessorSalt,
};
use domain::AccountId;
use sqlx::{PgConnection, PgPool, Row as _, postgres::PgRow};

use super::ending::revoke;
use super::issue;

/// Replaces a token by its successor, tells the successor that it has, or ends the session.
pub(super) async fn rotate(
    pool: &PgPool,
    presented: RefreshTokenHash,
    successor: Successor,
    at: DateTime<Utc>,
) -> Result<Rotation, sqlx::Error> {
    let mut transaction = pool.begin().await?;
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
    sqlx::query("update sessions set last_used_at = $2 where session_id = $1")
        .bind(session.0)
        .bind(at)
        .execute(&mut *connection)
        .await?;
    issue(connection, successor.token, session, at).await
}
