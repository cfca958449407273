//! `POST /api/v1/break-glass/{id}/review`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::break_glass::NewReview;
use domain::break_glass::Verdict;
use domain::{BreakGlassId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{BreakGlassState, refusal::refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// A review.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewRequest {
    /// The verdict.
    #[schema(value_type = schemas::Verdict)]
    verdict: Verdict,
    /// A note.
    #[schema(value_type = Option<schemas::Reason>)]
    note: Option<Reason>,
}

problems!(
    Forbidden,
    NotFound,
    BreakGlassAlreadyReviewed,
    BreakGlassReviewedByItself
);

/// Close the review of an emergency access: an admin of its clinic may, if the access was another's.
#[utoipa::path(
    post,
    path = "/api/v1/break-glass/{id}/review",
    tag = "patients",
    operation_id = "reviewBreakGlass",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The emergency access"),
        IdempotencyHeader,
    ),
    request_body = ReviewRequest,
    responses(
        (status = 200, description = "Reviewed, with this verdict", body = BreakGlassState),
        Problems,
    ),
)]
pub async fn review_break_glass(
    app: Data<App>,
    caller: Access<permit::ReviewBreakGlass>,
    Id(break_glass): Id<BreakGlassId>,
    request: CommandRequest<ReviewRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let ReviewRequest { verdict, note } = request.body;
    let review = NewReview {
        break_glass,
        verdict,
        note,
    };
    let done = app
        .commands
        .review_break_glass(&caller, review, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(BreakGlassState::from)))
}
