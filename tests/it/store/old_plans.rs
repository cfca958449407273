//! Migrations that change the result type of a statement that is already planned.

use std::sync::Arc;

use async_trait::async_trait;
use event_store::{Daemon, DaemonOptions, RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;

use super::fixture::{LettingEvent, log};
use super::sealed_log::eventually;

/// Reads a table for each event, and so plans a statement.
struct Reader;

#[async_trait]
impl Subscriber for Reader {
    fn name(&self) -> &'static str {
        "reader"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec!["letting.stepped"]
    }

    async fn apply(
        &self,
        _: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        sqlx::query("select name from migrated")
            .fetch_all(connection)
            .await?;
        Ok(())
    }
}

#[tokio::test]
async fn a_subscriber_goes_on_after_a_migration_of_a_table_that_it_reads() {
    let log = log().await;
    let migrate = async |sql: String| {
        sqlx::query(&sql).execute(&log.pool).await.unwrap();
    };
    migrate("create table migrated (name text)".to_owned()).await;
    let reader = Arc::new(Reader);
    let daemon = Daemon::start(&log.store, vec![reader], DaemonOptions::default());
    for kind in ["varchar(9)", "varchar(10)", "varchar(11)", "text"] {
        for letting in 1..=5 {
            let appended = log.append(letting, vec![LettingEvent::Stepped]).await;
            let cursor = appended.unwrap().cursor;
            eventually(async || daemon.progress().position("reader") >= cursor).await;
        }
        migrate(format!(
            "alter table migrated alter column name type {kind}"
        ))
        .await;
    }
    daemon.stop().await;
    assert_eq!(log.count("select count(*) from dead_letters").await, 0);
}
