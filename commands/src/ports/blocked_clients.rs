//! Storage of blocked clients, shared by all nodes.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::AccountId;
use uuid::Uuid;

use crate::{ClientNetwork, Fault};

/// The longest time for which a client is blocked. Addresses are stored for no longer.
pub const LONGEST_BLOCK: TimeDelta = TimeDelta::days(30);

/// The number of clients from which on the program blocks no further ones by itself.
pub const MOST_BLOCKED: i64 = 10_000;

/// A client that is turned away for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockedClient {
    /// The block.
    pub id: Uuid,
    /// The client.
    pub client: ClientNetwork,
    /// The beginning.
    pub blocked_at: DateTime<Utc>,
    /// The end.
    pub blocked_until: DateTime<Utc>,
    /// The admin who blocked it; `None` if the program did.
    pub blocked_by: Option<AccountId>,
}

/// Stores blocked clients.
#[async_trait]
pub trait BlockedClientStore: Send + Sync {
    /// Blocks a client. If it is blocked already, its block keeps its id: an admin sets another end, and the program
    /// makes it longer only. Returns the block; `None` if the program may block no further ones.
    async fn block(&self, new: BlockedClient) -> Result<Option<BlockedClient>, Fault>;

    /// Blocks that have not ended at `at`, by id, after a given one.
    async fn list(
        &self,
        after: Option<Uuid>,
        limit: i64,
        at: DateTime<Utc>,
    ) -> Result<Vec<BlockedClient>, Fault>;

    /// All clients that are blocked at `at`, each with the end.
    async fn active(&self, at: DateTime<Utc>)
    -> Result<Vec<(ClientNetwork, DateTime<Utc>)>, Fault>;

    /// Ends a block; returns the client, or `None` if there is no such block.
    async fn lift(&self, id: Uuid) -> Result<Option<ClientNetwork>, Fault>;
}
