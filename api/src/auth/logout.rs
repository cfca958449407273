//! `POST /api/v1/auth/logout`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;

use crate::app::App;
use crate::http::access::Access;
use crate::http::problem::Problem;

/// End this session: its refresh token at once, its access tokens within two seconds on every node.
#[utoipa::path(
    post,
    path = "/api/v1/auth/logout",
    tag = "auth",
    operation_id = "logout",
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Signed out"),
    ),
)]
pub async fn logout(
    app: Data<App>,
    caller: Access<permit::ManageSessions>,
) -> Result<HttpResponse, Problem> {
    app.identity
        .sign_out(caller.session(), app.clock.now())
        .await?;
    app.revoked.add(caller.session());
    Ok(HttpResponse::NoContent().finish())
}
