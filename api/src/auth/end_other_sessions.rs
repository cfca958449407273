//! `DELETE /api/v1/auth/sessions`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;

use crate::app::App;
use crate::http::access::Access;
use crate::http::problem::Problem;

/// End all of your own sessions but this one.
#[utoipa::path(
    delete,
    path = "/api/v1/auth/sessions",
    tag = "auth",
    operation_id = "endOtherSessions",
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Ended"),
    ),
)]
pub async fn end_other_sessions(
    app: Data<App>,
    caller: Access<permit::ManageSessions>,
) -> Result<HttpResponse, Problem> {
    let ended = app
        .identity
        .end_other_sessions(caller.account, caller.session(), app.clock.now());
    for session in ended.await? {
        app.revoked.add(session);
    }
    Ok(HttpResponse::NoContent().finish())
}
