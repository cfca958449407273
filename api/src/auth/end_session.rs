//! `DELETE /api/v1/auth/sessions/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::ports::SessionId;
use uuid::Uuid;

use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;

problems!(NotFound);

/// End one of your own sessions: its refresh token at once, its access tokens within two seconds on every node.
#[utoipa::path(
    delete,
    path = "/api/v1/auth/sessions/{id}",
    tag = "auth",
    operation_id = "endSession",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 204, description = "Ended"),
        Problems,
    ),
)]
pub async fn end_session(
    app: Data<App>,
    caller: Access<permit::ManageSessions>,
    id: Id<Uuid>,
) -> Result<HttpResponse, Problem> {
    let session = SessionId(id.0);
    let ended = app
        .identity
        .end_session(caller.account, session, app.clock.now());
    if !ended.await? {
        return Err(Problem::not_found());
    }
    app.revoked.add(session);
    Ok(HttpResponse::NoContent().finish())
}
