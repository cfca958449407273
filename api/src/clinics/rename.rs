//! `PUT /api/v1/clinics/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use domain::{City, ClinicId, ClinicName};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ClinicState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// What a clinic is called from now on.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenameClinicRequest {
    /// What it is called.
    #[schema(value_type = String, example = "Lakeside Clinic")]
    name: ClinicName,
    /// Where it is.
    #[schema(value_type = String, example = "Pune")]
    city: City,
}

/// Change a clinic's name and city. Its time zone and its currency stay.
#[utoipa::path(
    put,
    path = "/api/v1/clinics/{id}",
    tag = "clinics",
    operation_id = "renameClinic",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The clinic"),
        ("If-Match" = String, Header, description = "The ETag that you have read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = RenameClinicRequest,
    responses(
        (status = 200, description = "Changed", body = ClinicState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such clinic among yours", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`request-in-progress`, with Retry-After", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value breaks a rule, or `idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`if-match-required`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn rename_clinic(
    app: Data<App>,
    caller: Access<AdminOnly>,
    Id(clinic): Id<ClinicId>,
    IfMatch(expected): IfMatch,
    submission: Submission<RenameClinicRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let actor = caller.actor();
    let (context, _flight) = submission.context(&app, caller.account, actor, Some(clinic))?;
    let RenameClinicRequest { name, city } = submission.body;
    let target = Target::new(clinic, Some(expected));
    let done = app
        .commands
        .rename_clinic(target, name, city, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ClinicState::from)))
}
