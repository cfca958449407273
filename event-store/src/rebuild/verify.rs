//! Comparison of a copy with the live read model, at a position that both have reached.

use std::sync::Arc;
use std::time::Instant;

use sqlx::Executor as _;

use super::catch_up::{finish, follow, has_same_content};
use super::compare::compare;
use super::diff::TableComparison;
use super::error::RebuildError;
use super::follower::Follower;
use super::live::{RETRY_PAUSE, lock, position};
use super::model::ReadModel;
use super::operator::Operator;
use crate::subscribe::{CheckpointKey, read_checkpoint};
use crate::{Cursor, StoreError};

/// The snapshot of both. Read only: it has no transaction id and does not hold the horizon.
const SNAPSHOT: &str = "begin isolation level repeatable read read only";

/// The comparison of a read model with its copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The read model.
    pub name: &'static str,
    /// The position of both.
    pub at: Cursor,
    /// Number of parked aggregates of the live one and of the copy.
    pub parked: (u64, u64),
    /// The comparisons of its tables.
    pub tables: Vec<TableComparison>,
}

impl Verified {
    /// Returns whether nothing differs.
    #[must_use]
    pub fn is_same(&self) -> bool {
        let tables = self.tables.iter().all(|table| table.differing == 0);
        tables && self.parked.0 == self.parked.1
    }
}

impl Operator {
    /// Compares the copies with the live ones, one after the other.
    ///
    /// # Errors
    /// [`RebuildError::NoCopy`], and others if the copy can't be compared.
    pub async fn verify(&mut self) -> Result<Vec<Verified>, RebuildError> {
        let mut verified = Vec::with_capacity(self.models.len());
        for model in self.models.clone() {
            verified.push(self.verify_one(model).await?);
        }
        Ok(verified)
    }

    async fn verify_one(&mut self, model: Arc<dyn ReadModel>) -> Result<Verified, RebuildError> {
        let doing = || StoreError::doing("comparing a copy");
        let copy = self.usable(&*model).await?;
        let mut follower = Follower::new(model.clone(), copy.at);
        let at = self.align(&mut follower).await?;
        let live_parked = self.parked(&follower.live_key).await?;
        let parked = (live_parked, self.parked(&follower.copy_key).await?);
        let mut tables = Vec::with_capacity(model.tables().len());
        for table in model.tables() {
            let sealing = self.store.sealing();
            tables.push(compare(&mut self.connection, sealing, table).await?);
        }
        let ended = self.connection.execute("commit").await;
        ended.map_err(doing())?;
        let name = model.name();
        Ok(Verified {
            name,
            at,
            parked,
            tables,
        })
    }

    async fn parked(&mut self, key: &CheckpointKey) -> Result<u64, StoreError> {
        let state = read_checkpoint(&mut self.connection, key).await;
        let state = state.map_err(StoreError::doing("comparing a copy"))?;
        Ok(state.map_or(0, |state| state.parked))
    }

    /// Moves the copy to the position of the live one and opens a snapshot of both there.
    async fn align(&mut self, follower: &mut Follower) -> Result<Cursor, RebuildError> {
        let until = Instant::now() + self.timeout;
        loop {
            let live = position(&self.store, follower).await?;
            follow(self, std::slice::from_mut(follower), live, &mut |_| {}).await?;
            if let Some(at) = self.try_align(follower).await? {
                return Ok(at);
            }
            if Instant::now() >= until {
                let (name, copy) = (follower.name(), follower.at);
                return Err(if copy > live {
                    RebuildError::LiveBehind { name, live, copy }
                } else {
                    RebuildError::NotCaughtUp { name }
                });
            }
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }

    /// Locks the live one while the last events are applied to the copy and the snapshot is opened.
    async fn try_align(&mut self, follower: &mut Follower) -> Result<Option<Cursor>, RebuildError> {
        let doing = || StoreError::doing("comparing a copy");
        let store = self.store.clone();
        let mut lock_transaction = store.pool().begin().await.map_err(doing())?;
        let Some(at) = lock(&mut lock_transaction, follower).await? else {
            return Ok(None);
        };
        let same = if follower.at > at {
            // The copy may be ahead, by events that are not for it.
            has_same_content(&store, follower, at).await?
        } else {
            finish(&store, &mut self.connection, follower, at).await?
        };
        if same {
            self.open_snapshot().await.map_err(doing())?;
        }
        lock_transaction.rollback().await.map_err(doing())?;
        Ok(same.then_some(at))
    }

    async fn open_snapshot(&mut self) -> Result<(), sqlx::Error> {
        self.connection.execute(SNAPSHOT).await?;
        // The first statement takes the snapshot.
        self.connection.execute("select 1").await?;
        Ok(())
    }
}
