//! Whether a copy says the same as the live one, at one position that both have.

use std::sync::Arc;
use std::time::Instant;

use sqlx::Executor as _;

use super::catch_up::{finish, follow, passed_over};
use super::compare::compare;
use super::error::RebuildError;
use super::follower::Follower;
use super::live::{PAUSE, hold, position};
use super::model::ReadModel;
use super::operator::Operator;
use super::tally::TableComparison;
use crate::subscribe::{Seat, read_checkpoint};
use crate::{Cursor, StoreError};

/// What both are read in. Read only: it has no transaction id and holds no reader of the log back.
const SNAPSHOT: &str = "begin isolation level repeatable read read only";

/// How a copy compares to the live one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The read model.
    pub name: &'static str,
    /// The position at which both were looked at.
    pub at: Cursor,
    /// Aggregates that are parked, of the live one and of the copy.
    pub parked: (u64, u64),
    /// Its tables.
    pub tables: Vec<TableComparison>,
}

impl Verified {
    /// Whether nothing differs.
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
    /// [`RebuildError::NoCopy`], and those that say why the copy can't be compared.
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
        let at = self.meet(&mut follower).await?;
        let (copy, live) = &follower.seats;
        let parked = (self.parked(live).await?, self.parked(copy).await?);
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

    async fn parked(&mut self, seat: &Seat) -> Result<u64, StoreError> {
        let status = read_checkpoint(&mut self.connection, seat).await;
        let status = status.map_err(StoreError::doing("comparing a copy"))?;
        Ok(status.map_or(0, |status| status.parked))
    }

    /// Brings the copy to where the live one stands and opens a snapshot of both there.
    async fn meet(&mut self, follower: &mut Follower) -> Result<Cursor, RebuildError> {
        let until = Instant::now() + self.patience;
        loop {
            let live = position(&self.store, follower).await?;
            follow(self, std::slice::from_mut(follower), live, &mut |_| {}).await?;
            if let Some(at) = self.try_to_meet(follower).await? {
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
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The live one stands still only while its last few events are done in the copy and the snapshot is
    /// opened.
    async fn try_to_meet(
        &mut self,
        follower: &mut Follower,
    ) -> Result<Option<Cursor>, RebuildError> {
        let doing = || StoreError::doing("comparing a copy");
        let store = self.store.clone();
        let mut holding = store.pool().begin().await.map_err(doing())?;
        let Some(at) = hold(&mut holding, follower).await? else {
            return Ok(None);
        };
        let same = if follower.at > at {
            // The copy may be ahead by events that are not for it.
            passed_over(&store, follower, at).await?
        } else {
            finish(&store, &mut self.connection, follower, at).await?
        };
        if same {
            self.open_snapshot().await.map_err(doing())?;
        }
        holding.rollback().await.map_err(doing())?;
        Ok(same.then_some(at))
    }

    async fn open_snapshot(&mut self) -> Result<(), sqlx::Error> {
        self.connection.execute(SNAPSHOT).await?;
        // The snapshot is taken by the first question.
        self.connection.execute("select 1").await?;
        Ok(())
    }
}
