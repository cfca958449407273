//! Ends of sessions: one, all others, or all of an account.

use chrono::{DateTime, Utc};
use commands::ports::SessionId;
use domain::AccountId;
use sqlx::{PgConnection, PgPool};

/// Revokes one session. Revoking it again changes nothing.
pub(super) async fn revoke(
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

/// Ends the sessions of an account except one, and returns them.
pub(in crate::identity) async fn revoke_others(
    connection: &mut PgConnection,
    account: AccountId,
    except: SessionId,
    at: DateTime<Utc>,
) -> Result<Vec<SessionId>, sqlx::Error> {
    let ended = sqlx::query_scalar(
        "
        update sessions set revoked_at = $3
        where account_id = $1 and session_id <> $2 and revoked_at is null
        returning session_id
        ",
    )
    .bind(account.as_uuid())
    .bind(except.0)
    .bind(at)
    .fetch_all(connection)
    .await?;
    Ok(ended.into_iter().map(SessionId).collect())
}

/// Forgets the devices of an account.
pub(in crate::identity) async fn forget_devices(
    connection: &mut PgConnection,
    account: AccountId,
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from known_devices where account_id = $1")
        .bind(account.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// Waits for whatever opens a session of the account or changes its password, and keeps it from doing so.
async fn lock_account(
    connection: &mut PgConnection,
    account: AccountId,
) -> Result<(), sqlx::Error> {
    sqlx::query("select from credentials where account_id = $1 for update")
        .bind(account.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// Revokes every session. A session that was opened before the lock is seen after it; one that is opened later sees
/// the event that ended the account.
async fn revoke_all(
    connection: &mut PgConnection,
    account: AccountId,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    lock_account(connection, account).await?;
    forget_devices(connection, account).await?;
    sqlx::query("update sessions set revoked_at = $2 where account_id = $1 and revoked_at is null")
        .bind(account.as_uuid())
        .bind(at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Revokes every session, and forgets devices.
pub(super) async fn revoke_account(
    pool: &PgPool,
    account: AccountId,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    revoke_all(&mut transaction, account, at).await?;
    transaction.commit().await
}

/// Does the same, and removes everything else that was stored for signing in.
pub(super) async fn erase_account(
    pool: &PgPool,
    account: AccountId,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    revoke_all(&mut transaction, account, at).await?;
    for forget in [
        "update sessions set device = null where account_id = $1",
        "delete from second_factors where account_id = $1",
        "delete from credentials where account_id = $1",
    ] {
        sqlx::query(forget)
            .bind(account.as_uuid())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}
