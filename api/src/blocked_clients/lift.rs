//! `DELETE /api/v1/blocked-clients/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::{Resource, permit};
use uuid::Uuid;

use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;

problems!(Forbidden, NotFound);

/// Lift a block before it ends: an admin of the whole group may. The client is admitted on every node within two seconds.
#[utoipa::path(
    delete,
    path = "/api/v1/blocked-clients/{id}",
    tag = "operations",
    operation_id = "liftBlock",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The block")),
    responses(
        (status = 204, description = "Lifted"),
        Problems,
    ),
)]
pub async fn lift_block(
    app: Data<App>,
    caller: Access<permit::BlockClients>,
    Id(block): Id<Uuid>,
) -> Result<HttpResponse, Problem> {
    caller.require(&Resource::default())?;
    if !app.blocked.lift(block).await? {
        return Err(Problem::not_found());
    }
    Ok(HttpResponse::NoContent().finish())
}
