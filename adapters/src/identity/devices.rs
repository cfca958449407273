//! Clients from which an account was signed in to.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::{
    Fault,
    ports::{DEVICE_KNOWN_FOR, DeviceStore, DeviceTokenHash, MOST_DEVICES},
};
use domain::AccountId;
use sqlx::PgPool;
use uuid::Uuid;

use super::prune::prune;

/// Stores the hashes of devices' tokens in table `known_devices`.
#[derive(Debug, Clone)]
pub struct PgDeviceStore {
    pool: PgPool,
}

impl PgDeviceStore {
    /// A store on `pool`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Removes devices that are no longer known. Returns their number.
    pub async fn prune(&self, at: DateTime<Utc>) -> Result<u64, Fault> {
        const DELETE: &str = "
            delete from known_devices where token_hash in (
              select token_hash from known_devices
              where last_used_at <= $1 order by last_used_at limit $2
            )";
        prune(&self.pool, DELETE, at - DEVICE_KNOWN_FOR).await
    }
}

#[async_trait]
impl DeviceStore for PgDeviceStore {
    async fn account_of(
        &self,
        device: DeviceTokenHash,
        at: DateTime<Utc>,
    ) -> Result<Option<AccountId>, Fault> {
        let account: Option<Uuid> = sqlx::query_scalar(
            "
            select account_id
            from known_devices
            where token_hash = $1 and last_used_at > $2
            ",
        )
        .bind(device.0.as_slice())
        .bind(at - DEVICE_KNOWN_FOR)
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("looking up a device"))?;
        Ok(account.map(AccountId::from_uuid))
    }

    async fn remember(
        &self,
        account: AccountId,
        device: DeviceTokenHash,
        at: DateTime<Utc>,
    ) -> Result<(), Fault> {
        sqlx::query(
            "
            with remembered as (
              insert into known_devices (token_hash, account_id, last_used_at)
              values ($1, $2, $3)
              on conflict (token_hash) do update set last_used_at = excluded.last_used_at
            )
            delete from known_devices
            where token_hash in (
              select token_hash
              from known_devices
              where account_id = $2 and token_hash <> $1
              order by last_used_at desc, token_hash
              offset $4
            )
            ",
        )
        .bind(device.0.as_slice())
        .bind(account.as_uuid())
        .bind(at)
        .bind(i64::try_from(MOST_DEVICES - 1).unwrap_or(i64::MAX))
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("remembering a device"))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::{super::test_database::TestDatabase, *};

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn device(number: u8) -> DeviceTokenHash {
        DeviceTokenHash([number; 32])
    }

    fn now() -> DateTime<Utc> {
        "2026-11-24T09:00:00Z".parse().unwrap()
    }

    async fn store() -> PgDeviceStore {
        PgDeviceStore::new(TestDatabase::create().await)
    }

    #[tokio::test]
    async fn a_device_is_known_until_it_was_not_used_for_long() {
        let store = store().await;
        let known = async |at| store.account_of(device(1), at).await.unwrap();
        assert_eq!(known(now()).await, None);
        store.remember(account(1), device(1), now()).await.unwrap();
        let last = now() + DEVICE_KNOWN_FOR - TimeDelta::microseconds(1);
        assert_eq!(known(last).await, Some(account(1)));
        assert_eq!(known(now() + DEVICE_KNOWN_FOR).await, None);
        store.remember(account(1), device(1), last).await.unwrap();
        assert_eq!(known(now() + DEVICE_KNOWN_FOR).await, Some(account(1)));
        assert_eq!(store.prune(now() + DEVICE_KNOWN_FOR).await.unwrap(), 0);
        assert_eq!(store.prune(last + DEVICE_KNOWN_FOR).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn the_devices_of_an_account_are_bounded() {
        let store = store().await;
        store
            .remember(account(2), device(255), now())
            .await
            .unwrap();
        for number in 0..=20 {
            let at = now() + TimeDelta::seconds(i64::from(number));
            store
                .remember(account(1), device(number), at)
                .await
                .unwrap();
        }
        let known = async |number| store.account_of(device(number), now()).await.unwrap();
        assert_eq!(known(0).await, None, "the one that was used least recently");
        for number in 1..=20 {
            assert_eq!(known(number).await, Some(account(1)));
        }
        assert_eq!(known(255).await, Some(account(2)));
    }
}
