//! Blocked clients, as this node knows them.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use commands::ports::{BlockedClient, BlockedClientStore, Clock};
use commands::{ClientNetwork, Fault};
use uuid::Uuid;

/// Time between two questions to the database: a block counts on every node within two seconds.
const INTERVAL: Duration = Duration::from_secs(1);

/// The blocked clients.
#[derive(Clone)]
pub struct BlockedClients {
    store: Arc<dyn BlockedClientStore>,
    known: Arc<RwLock<Known>>,
}

#[derive(Default)]
struct Known {
    until: HashMap<ClientNetwork, DateTime<Utc>>,
    /// Counts the changes by this node. An answer of the database from before one of them is not taken.
    changes: u64,
}

impl BlockedClients {
    /// None yet; see [`BlockedClients::refresh`].
    #[must_use]
    pub fn new(store: Arc<dyn BlockedClientStore>) -> Self {
        Self {
            store,
            known: Arc::default(),
        }
    }

    /// Returns the end of a client's block, if it is blocked at `at`.
    #[must_use]
    pub fn until(&self, client: ClientNetwork, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.until.get(&client).copied().filter(|end| *end > at)
    }

    /// Returns the number of clients that are blocked at `at`.
    #[must_use]
    pub fn count(&self, at: DateTime<Utc>) -> usize {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.until.values().filter(|end| **end > at).count()
    }

    /// Blocks a client, on this node at once.
    pub async fn block(&self, new: BlockedClient) -> Result<Option<BlockedClient>, Fault> {
        let blocked = self.store.block(new).await?;
        if let Some(blocked) = blocked {
            self.change(|until| {
                until.insert(blocked.client, blocked.blocked_until);
            });
        }
        Ok(blocked)
    }

    /// Ends a block; returns false if there is no such block.
    pub async fn lift(&self, id: Uuid) -> Result<bool, Fault> {
        let lifted = self.store.lift(id).await?;
        if let Some(client) = lifted {
            self.change(|until| {
                until.remove(&client);
            });
        }
        Ok(lifted.is_some())
    }

    /// Lists blocks by id, after a given one.
    pub async fn list(
        &self,
        after: Option<Uuid>,
        limit: i64,
        at: DateTime<Utc>,
    ) -> Result<Vec<BlockedClient>, Fault> {
        self.store.list(after, limit, at).await
    }

    fn change(&self, change: impl FnOnce(&mut HashMap<ClientNetwork, DateTime<Utc>>)) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.changes += 1;
        change(&mut known.until);
    }

    /// Asks the database which clients are blocked.
    pub async fn refresh(&self, at: DateTime<Utc>) -> Result<(), Fault> {
        let changes = || {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            known.changes
        };
        let before = changes();
        let active = self.store.active(at).await?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.changes == before {
            known.until = active.into_iter().collect();
        }
        Ok(())
    }

    /// Asks for ever.
    pub async fn follow(self, clock: Arc<dyn Clock>) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = self.refresh(clock.now()).await
                && !event_store::report_outage(&error)
            {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "Blocked clients could not be read; those known stay blocked."
                );
            }
        }
    }
}
