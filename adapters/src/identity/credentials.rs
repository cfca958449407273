//! One password hash per account.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::{
    Fault,
    ports::{CredentialStore, PasswordHash},
};
use domain::AccountId;
use sqlx::PgPool;

/// Stores password hashes in table `credentials`.
#[derive(Debug, Clone)]
pub struct PgCredentialStore {
    pool: PgPool,
}

impl PgCredentialStore {
    /// A store on `pool`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl CredentialStore for PgCredentialStore {
    /// An older hash never replaces a newer one: a login that rehashes the old password may finish
    /// after the password was changed.
    async fn put(
        &self,
        account: AccountId,
        hash: &PasswordHash,
        at: DateTime<Utc>,
    ) -> Result<(), Fault> {
        sqlx::query(
            "
            insert into credentials (account_id, password_hash, changed_at)
            values ($1, $2, $3)
            on conflict (account_id) do update
            set password_hash = excluded.password_hash, changed_at = excluded.changed_at
            where credentials.changed_at <= excluded.changed_at
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

    async fn find(&self, account: AccountId) -> Result<Option<PasswordHash>, Fault> {
        let hash =
            sqlx::query_scalar("select password_hash from credentials where account_id = $1")
                .bind(account.as_uuid())
                .fetch_optional(&self.pool)
                .await
                .map_err(Fault::doing("reading a password hash"))?;
        Ok(hash.map(PasswordHash::new))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::{super::test_database::TestDatabase, *};

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn now() -> DateTime<Utc> {
        "2026-11-24T09:00:00Z".parse().unwrap()
    }

    async fn put(store: &PgCredentialStore, hash: &str, at: DateTime<Utc>) {
        store
            .put(account(1), &PasswordHash::new(hash.to_owned()), at)
            .await
            .unwrap();
    }

    async fn found(store: &PgCredentialStore, whose: AccountId) -> Option<String> {
        store
            .find(whose)
            .await
            .unwrap()
            .map(|hash| hash.expose().to_owned())
    }

    #[tokio::test]
    async fn an_account_has_the_hash_put_last_and_others_have_none() {
        let store = PgCredentialStore::new(TestDatabase::create().await);
        assert_eq!(found(&store, account(1)).await, None);
        put(&store, "first", now()).await;
        put(&store, "second", now()).await;
        assert_eq!(found(&store, account(1)).await.as_deref(), Some("second"));
        assert_eq!(found(&store, account(2)).await, None);
    }

    #[tokio::test]
    async fn a_rehash_of_the_old_password_does_not_undo_a_change_made_meanwhile() {
        let store = PgCredentialStore::new(TestDatabase::create().await);
        put(&store, "changed", now()).await;
        put(&store, "old, rehashed", now() - TimeDelta::milliseconds(1)).await;
        assert_eq!(found(&store, account(1)).await.as_deref(), Some("changed"));
    }
}
