//! Clients that are turned away for a while.

use std::net::IpAddr;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::{
    ClientNetwork, Fault,
    ports::{BlockedClient, BlockedClientStore, MOST_BLOCKED},
};
use domain::AccountId;
use sqlx::PgPool;
use uuid::Uuid;

use super::prune::prune;

/// Stores blocked clients in table `blocked_clients`.
#[derive(Debug, Clone)]
pub struct PgBlockedClientStore {
    pool: PgPool,
}

impl PgBlockedClientStore {
    /// A store on `pool`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Removes blocks that have ended. Returns their number.
    pub async fn prune(&self, at: DateTime<Utc>) -> Result<u64, Fault> {
        const DELETE: &str = "
            delete from blocked_clients where block_id in (
              select block_id from blocked_clients
              where blocked_until <= $1 order by blocked_until limit $2
            )";
        prune(&self.pool, DELETE, at).await
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    block_id: Uuid,
    client: String,
    blocked_at: DateTime<Utc>,
    blocked_until: DateTime<Utc>,
    blocked_by: Option<Uuid>,
}

impl TryFrom<Row> for BlockedClient {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        Ok(Self {
            id: row.block_id,
            client: parse(&row.client)?,
            blocked_at: row.blocked_at,
            blocked_until: row.blocked_until,
            blocked_by: row.blocked_by.map(AccountId::from_uuid),
        })
    }
}

fn parse(client: &str) -> Result<ClientNetwork, Fault> {
    let address: IpAddr = client
        .parse()
        .map_err(Fault::doing("reading a blocked client"))?;
    Ok(ClientNetwork::from_address(address))
}

#[async_trait]
impl BlockedClientStore for PgBlockedClientStore {
    async fn block(&self, new: BlockedClient) -> Result<Option<BlockedClient>, Fault> {
        // A block that has ended is replaced as a whole.
        let row: Option<Row> = sqlx::query_as(
            "
            insert into blocked_clients as b (block_id, client, blocked_at, blocked_until, blocked_by)
            select $1, $2, $3, $4, $5
            where $5 is not null or (select count(*) from blocked_clients) < $6
            on conflict (client) do update
            set (blocked_at, blocked_until, blocked_by) = (
              select
                case when keeps then b.blocked_at else excluded.blocked_at end,
                case when keeps then b.blocked_until else excluded.blocked_until end,
                case when keeps then b.blocked_by else excluded.blocked_by end
              from (
                select excluded.blocked_by is null and b.blocked_until > excluded.blocked_until as keeps
              ) as chosen
            )
            returning block_id, client, blocked_at, blocked_until, blocked_by
            ",
        )
        .bind(new.id)
        .bind(new.client.to_string())
        .bind(new.blocked_at)
        .bind(new.blocked_until)
        .bind(new.blocked_by.map(|by| by.as_uuid()))
        .bind(MOST_BLOCKED)
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("blocking a client"))?;
        row.map(BlockedClient::try_from).transpose()
    }

    async fn list(
        &self,
        after: Option<Uuid>,
        limit: i64,
        at: DateTime<Utc>,
    ) -> Result<Vec<BlockedClient>, Fault> {
        let rows: Vec<Row> = sqlx::query_as(
            "
            select block_id, client, blocked_at, blocked_until, blocked_by
            from blocked_clients
            where blocked_until > $1 and block_id > $2
            order by block_id
            limit $3
            ",
        )
        .bind(at)
        .bind(after.unwrap_or(Uuid::nil()))
        .bind(limit)
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("listing blocked clients"))?;
        rows.into_iter().map(BlockedClient::try_from).collect()
    }

    async fn active(
        &self,
        at: DateTime<Utc>,
    ) -> Result<Vec<(ClientNetwork, DateTime<Utc>)>, Fault> {
        let rows: Vec<(String, DateTime<Utc>)> = sqlx::query_as(
            "select client, blocked_until from blocked_clients where blocked_until > $1",
        )
        .bind(at)
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("reading the blocked clients"))?;
        let active = rows
            .into_iter()
            .map(|(client, until)| Ok((parse(&client)?, until)));
        active.collect()
    }

    async fn lift(&self, id: Uuid) -> Result<Option<ClientNetwork>, Fault> {
        let client: Option<String> =
            sqlx::query_scalar("delete from blocked_clients where block_id = $1 returning client")
                .bind(id)
                .fetch_optional(&self.pool)
                .await
                .map_err(Fault::doing("lifting a block"))?;
        client.as_deref().map(parse).transpose()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::{super::test_database::TestDatabase, *};

    fn now() -> DateTime<Utc> {
        "2026-11-30T09:00:00Z".parse().unwrap()
    }

    /// A block of so many minutes; by an admin if there is one.
    fn block(number: u32, minutes: i64, by: Option<u128>) -> BlockedClient {
        let address = IpAddr::V4(std::net::Ipv4Addr::from_bits(number));
        BlockedClient {
            id: Uuid::from_u128(u128::from(number) * 1_000 + u128::try_from(minutes).unwrap()),
            client: ClientNetwork::from_address(address),
            blocked_at: now(),
            blocked_until: now() + TimeDelta::minutes(minutes),
            blocked_by: by.map(|by| AccountId::from_uuid(Uuid::from_u128(by))),
        }
    }

    async fn store() -> PgBlockedClientStore {
        PgBlockedClientStore::new(TestDatabase::create().await)
    }

    #[tokio::test]
    async fn the_program_makes_a_block_longer_only_and_an_admin_sets_any_end() {
        let store = store().await;
        let first = block(1, 30, None);
        let blocked = async |new| store.block(new).await.unwrap().unwrap();
        assert_eq!(blocked(first).await, first);
        assert_eq!(blocked(block(1, 10, None)).await, first, "it stays");
        let longer = blocked(block(1, 60, None)).await;
        assert_eq!(longer.id, first.id);
        assert_eq!(longer.blocked_until, now() + TimeDelta::minutes(60));
        let by_admin = blocked(block(1, 20, Some(7))).await;
        assert_eq!(by_admin.blocked_until, now() + TimeDelta::minutes(20));
        assert!(by_admin.blocked_by.is_some());
        assert_eq!(blocked(block(1, 10, None)).await, by_admin);
    }

    #[tokio::test]
    async fn blocks_are_listed_until_they_end_or_are_lifted() {
        let store = store().await;
        for number in 1..=3 {
            store
                .block(block(number, i64::from(number) * 10, None))
                .await
                .unwrap();
        }
        let listed = async |after, at| {
            let blocks = store.list(after, 10, now() + at).await.unwrap();
            blocks.iter().map(|block| block.id).collect::<Vec<_>>()
        };
        let ids = [1, 2, 3].map(|number| block(number, i64::from(number) * 10, None).id);
        assert_eq!(listed(None, TimeDelta::zero()).await, ids);
        assert_eq!(listed(Some(ids[0]), TimeDelta::zero()).await, ids[1..]);
        assert_eq!(listed(None, TimeDelta::minutes(10)).await, ids[1..]);
        let active = store.active(now() + TimeDelta::minutes(20)).await.unwrap();
        assert_eq!(active.len(), 1);
        assert_eq!(
            store.prune(now() + TimeDelta::minutes(10)).await.unwrap(),
            1
        );
        let freed = store.lift(ids[1]).await.unwrap();
        assert_eq!(freed, Some(block(2, 20, None).client));
        assert_eq!(store.lift(ids[1]).await.unwrap(), None);
        assert_eq!(listed(None, TimeDelta::zero()).await, ids[2..]);
    }

    #[tokio::test]
    async fn the_program_blocks_so_many_clients_and_an_admin_more() {
        let store = store().await;
        sqlx::query(
            "insert into blocked_clients
             select gen_random_uuid(), 'x' || number, $1, $1 + interval '1 hour', null
             from generate_series(1, $2) as number",
        )
        .bind(now())
        .bind(MOST_BLOCKED)
        .execute(&store.pool)
        .await
        .unwrap();
        assert_eq!(store.block(block(1, 30, None)).await.unwrap(), None);
        assert!(store.block(block(1, 30, Some(7))).await.unwrap().is_some());
    }
}
