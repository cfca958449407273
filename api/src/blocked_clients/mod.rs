//! Clients that are turned away for a while. Admins of the whole group see, block and lift them.

mod block;
mod lift;
mod list;

use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, Utc};
use commands::ports::BlockedClient;
use domain::AccountId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use {block::*, lift::*, list::*};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/blocked-clients", web::post().to(block_client))
        .route("/blocked-clients", web::get().to(list_blocked_clients))
        .route("/blocked-clients/{id}", web::delete().to(lift_block));
}

/// A client that is turned away for a while.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlockedClientRecord {
    /// The block.
    id: Uuid,
    /// The client: an IPv4 address, or the first address of a /64 of IPv6.
    #[schema(example = "203.0.113.9")]
    client: String,
    /// The beginning.
    blocked_at: DateTime<Utc>,
    /// The end.
    blocked_until: DateTime<Utc>,
    /// The admin who blocked it; absent if the program did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    blocked_by: Option<AccountId>,
}

impl From<BlockedClient> for BlockedClientRecord {
    fn from(blocked: BlockedClient) -> Self {
        Self {
            id: blocked.id,
            client: blocked.client.to_string(),
            blocked_at: blocked.blocked_at,
            blocked_until: blocked.blocked_until,
            blocked_by: blocked.blocked_by,
        }
    }
}
