//! `POST /api/v1/blocked-clients`

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::web::{Data, Json};
use chrono::TimeDelta;
use commands::ClientNetwork;
use commands::authorization::{Resource, permit};
use commands::ports::{BlockedClient, LONGEST_BLOCK};
use serde::Deserialize;
use utoipa::ToSchema;

use super::BlockedClientRecord;
use crate::app::App;
use crate::http::access::Access;
use crate::http::client;
use crate::http::command_request::CommandRequest;
use crate::http::input;
use crate::http::problem::{Flaw, Problem};
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;

/// A client to be blocked.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BlockClientRequest {
    /// Its IPv4 or IPv6 address. Of IPv6 the /64 network is blocked, since one subscriber has a whole one.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = String, max_length = 45, example = "203.0.113.9")]
    client: IpAddr,
    /// Minutes until the block ends.
    #[schema(minimum = 1, maximum = 43200, example = 60)]
    minutes: u16,
}

problems!(Forbidden, Overloaded);

/// Block a client, or set another end for its block: an admin of the whole group may. The client is answered 429
/// `client-blocked` on every node within two seconds. Requests with a valid session pass, and so do refreshes.
#[utoipa::path(
    post,
    path = "/api/v1/blocked-clients",
    tag = "operations",
    operation_id = "blockClient",
    security(("bearer" = [])),
    request_body = BlockClientRequest,
    responses(
        (status = 200, description = "Blocked", body = BlockedClientRecord),
        Problems,
    ),
)]
pub async fn block_client(
    app: Data<App>,
    http: HttpRequest,
    caller: Access<permit::BlockClients>,
    request: CommandRequest<BlockClientRequest>,
) -> Result<Json<BlockedClientRecord>, Problem> {
    caller.require(&Resource::default())?;
    let BlockClientRequest { client, minutes } = request.body;
    let length = length(minutes)?;
    if client::is_proxy(&http, client.to_canonical()) {
        let detail =
            "an address of this machine or of a trusted proxy, which stands for many clients";
        return Err(Problem::invalid(vec![Flaw::at("/client", detail)]));
    }
    let now = app.clock.now();
    let block = BlockedClient {
        id: app.commands.ids().id(),
        client: ClientNetwork::from_address(client),
        blocked_at: now,
        blocked_until: now + length,
        blocked_by: Some(caller.account),
    };
    let blocked = app.blocked.block(block).await?;
    let blocked = blocked.ok_or(ProblemType::Overloaded)?;
    Ok(Json(blocked.into()))
}

fn length(minutes: u16) -> Result<TimeDelta, Problem> {
    let length = TimeDelta::minutes(minutes.into());
    if minutes == 0 || length > LONGEST_BLOCK {
        let most = LONGEST_BLOCK.num_minutes();
        let detail = format!("a client is blocked for 1 to {most} minutes");
        return Err(Problem::invalid(vec![Flaw::at("/minutes", detail)]));
    }
    Ok(length)
}
