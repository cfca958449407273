//! `POST /api/v1/auth/refresh`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::identity::{RefreshRefusal, RefreshToken};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{TokensReply, tokens};
use crate::app::App;
use crate::http::command_request::CommandRequest;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;

/// The token that continues a session.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefreshRequest {
    /// The newest refresh token of the session.
    refresh_token: String,
}

problems!(RefreshFailed);

/// Exchange a refresh token for new tokens. The same one within ten seconds gets the same successor; after
/// that, or once the successor was used, it ends the session.
#[utoipa::path(
    post,
    path = "/api/v1/auth/refresh",
    tag = "auth",
    operation_id = "refresh",
    request_body = RefreshRequest,
    responses(
        (status = 200, description = "New tokens", body = TokensReply),
        Problems,
    ),
)]
pub async fn refresh(
    app: Data<App>,
    request: CommandRequest<RefreshRequest>,
) -> Result<HttpResponse, Problem> {
    let presented = RefreshToken::presented(request.body.refresh_token);
    let session = app
        .identity
        .refresh(presented, app.clock.now())
        .await
        .map_err(|refusal| problem(&app, &refusal))?;
    Ok(HttpResponse::Ok().json(tokens(&app, &session).await?))
}

fn problem(app: &App, refusal: &RefreshRefusal) -> Problem {
    match refusal {
        RefreshRefusal::Fault(fault) => return Problem::fault(fault),
        RefreshRefusal::Reused(session) => {
            tracing::warn!(session.id = %session.0, "A used refresh token came back: its session is ended.");
            app.revoked.add(*session);
        }
        RefreshRefusal::Invalid => {}
    }
    // The same answer for all: a thief learns nothing about which token is alive.
    ProblemType::RefreshFailed.into()
}
