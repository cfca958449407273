//! A sealed log that every read model has read, and operators who work beside them.

use std::sync::Arc;
use std::time::Duration;

use event_store::rebuild::{
    Operator, ReadModelStatus, RebuildError, RebuildFrom, Verified, read_model_statuses,
};
use event_store::{Daemon, DaemonOptions, ReadModel};
use serde_json::Value;
use sqlx::PgPool;
use tests::sealing::opened;
use tokio::runtime::Handle;

use crate::projections::fixture::History;
use crate::projections::scenario::recorded_sealed;
use crate::support::eventually;

/// Every table of every read model, with its name.
pub type Contents = Vec<(&'static str, Vec<Value>)>;

pub struct Shadow {
    pub history: History,
    pub models: Vec<Arc<dyn ReadModel>>,
    daemon: Option<Daemon>,
}

impl Shadow {
    /// Everything that can happen in a clinic has, and is known to every read model.
    pub async fn recorded() -> Self {
        let history = recorded_sealed().await;
        let models = projections::read_models(&history.sealing);
        let mut shadow = Self {
            history,
            models,
            daemon: None,
        };
        shadow.read().await;
        shadow
    }

    /// The live ones read all that there is by now, and go on.
    pub async fn read(&mut self) {
        let store = &self.history.store;
        let daemon = self.daemon.get_or_insert_with(|| {
            let subscribers = projections::all(&self.history.sealing);
            Daemon::start(store, subscribers, DaemonOptions::default())
        });
        let head = store.head().await.unwrap();
        for model in &self.models {
            let patience = Duration::from_secs(20);
            let progress = daemon.progress();
            let read = progress.wait_for(model.name(), head, patience);
            read.await.unwrap();
        }
    }

    /// The live ones stand still from here on.
    pub async fn pause(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            daemon.stop().await;
        }
    }

    pub fn pool(&self) -> &PgPool {
        &self.history.pool
    }

    pub fn model(&self, name: &str) -> Vec<Arc<dyn ReadModel>> {
        let mut models = self.models.clone();
        models.retain(|model| model.name() == name);
        assert_eq!(models.len(), 1);
        models
    }

    pub async fn operator(&self, models: &[Arc<dyn ReadModel>]) -> Operator {
        let store = &self.history.store;
        Operator::open(store, models.to_vec()).await.unwrap()
    }

    /// Makes copies, or goes on with them.
    pub async fn rebuild(&self, models: &[Arc<dyn ReadModel>]) -> Result<(), RebuildError> {
        self.begin(models, RebuildFrom::Checkpoint).await
    }

    pub async fn begin(
        &self,
        models: &[Arc<dyn ReadModel>],
        begin: RebuildFrom,
    ) -> Result<(), RebuildError> {
        let mut operator = self.operator(models).await;
        let rebuilt = operator.rebuild(begin, &|_, _| {}).await;
        operator.release().await.unwrap();
        rebuilt.map(|_| ())
    }

    pub async fn verify(
        &self,
        models: &[Arc<dyn ReadModel>],
    ) -> Result<Vec<Verified>, RebuildError> {
        let mut operator = self.operator(models).await;
        let verified = operator.verify().await;
        operator.release().await.unwrap();
        verified
    }

    pub async fn switch(&self, models: &[Arc<dyn ReadModel>]) -> Result<(), RebuildError> {
        let mut operator = self.operator(models).await;
        let switched = operator.switch().await;
        operator.release().await.unwrap();
        switched.map(|_| ())
    }

    pub async fn drop_copies(&self, models: &[Arc<dyn ReadModel>]) -> Result<(), RebuildError> {
        let mut operator = self.operator(models).await;
        let dropped = operator.drop_copies().await;
        operator.release().await.unwrap();
        dropped
    }

    /// Status of one read model.
    pub async fn status(&self, name: &str) -> ReadModelStatus {
        let models = self.model(name);
        let mut all = read_model_statuses(&self.history.store, &models)
            .await
            .unwrap();
        all.remove(0)
    }

    /// Contents of the live tables, opened.
    pub async fn live(&self) -> Contents {
        let mut contents = Contents::new();
        for model in &self.models {
            for table in model.tables() {
                let rows = opened(self.pool(), &self.history.sealing, table.name()).await;
                contents.push((table.name(), rows.unwrap()));
            }
        }
        contents
    }

    pub async fn sql(&self, sql: &str) {
        sqlx::raw_sql(sql).execute(self.pool()).await.unwrap();
    }

    /// The same from within a callback.
    pub fn meanwhile(&self, sql: &str) {
        tokio::task::block_in_place(|| Handle::current().block_on(self.sql(sql)));
    }

    pub async fn text(&self, sql: &str) -> String {
        sqlx::query_scalar(sql)
            .fetch_one(self.pool())
            .await
            .unwrap()
    }

    pub async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(self.pool())
            .await
            .unwrap()
    }

    /// Opens so many clinics, all at once.
    pub async fn many_clinics(&self, number: u32) {
        many_clinics(self.pool(), number).await;
    }
}

/// Opens so many clinics like one that is there, all in one transaction.
pub async fn many_clinics(pool: &PgPool, number: u32) {
    let sql = "
        insert into events (
          epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata
        )
        select
          e.epoch, e.aggregate_type, n.id::text, 1, e.event_type, e.event_version,
          jsonb_set(e.payload, '{clinic}', to_jsonb(n.id)), e.metadata
        from (
          select * from events where event_type = 'clinic.opened' order by position limit 1
        ) e
        cross join (select gen_random_uuid() as id from generate_series(1, $1)) n";
    let number = i32::try_from(number).unwrap();
    let opened = sqlx::query(sql).bind(number).execute(pool).await.unwrap();
    assert_eq!(opened.rows_affected(), u64::from(number.unsigned_abs()));
    // Readers wait for older transactions, also those of other databases.
    let readable = "
        select not exists (
          select from events where transaction_id >= pg_snapshot_xmin(pg_current_snapshot())
        )";
    eventually("no older transaction runs", async || {
        sqlx::query_scalar(readable).fetch_one(pool).await.unwrap()
    })
    .await;
}
