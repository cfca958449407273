//! A database of its own for each test, in the cluster that `script/test` runs.

use std::str::FromStr as _;

use sqlx::{
    ConnectOptions as _, Executor as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

const URL: &str = "CARESYNC_TEST_DATABASE_URL";

const MIGRATIONS: [&str; 8] = [
    include_str!("../../../migrations/20261124000100_event_store.sql"),
    include_str!("../../../migrations/20261124000200_timers.sql"),
    include_str!("../../../migrations/20261124000300_identity.sql"),
    include_str!("../../../migrations/20261124001300_parallel_refresh.sql"),
    include_str!("../../../migrations/20261130051000_accounts.sql"),
    include_str!("../../../migrations/20261201020100_blocked_clients.sql"),
    include_str!("../../../migrations/20261201010000_mail.sql"),
    include_str!("../../../migrations/20261202040000_bounded_mails.sql"),
];

/// Creates databases with the tables of this module. They are removed with their cluster.
pub(super) struct TestDatabase;

impl TestDatabase {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test has no settings to be passed, and its database must be new"
    )]
    pub(super) async fn create() -> PgPool {
        let url = std::env::var(URL).unwrap_or_else(|_| {
            panic!("{URL} is not set: run `script/test`, or set it to a superuser's URL of a cluster for tests")
        });
        let cluster = PgConnectOptions::from_str(&url).unwrap();
        let name = format!("identity_{}", Uuid::new_v4().simple());
        let mut connection = cluster.connect().await.unwrap();
        connection
            .execute(format!("create database {name}").as_str())
            .await
            .unwrap();

        let pool = PgPoolOptions::new().max_connections(8);
        let pool = pool.connect_with(cluster.database(&name)).await.unwrap();
        for migration in MIGRATIONS {
            sqlx::raw_sql(migration).execute(&pool).await.unwrap();
        }
        pool
    }
}
