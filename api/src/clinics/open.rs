//! `POST /api/v1/clinics`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::clinics::NewClinic;
use domain::{City, ClinicName, ClinicZone, Currency};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ClinicState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::created;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// A clinic to open.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenClinicRequest {
    /// What it is called.
    #[schema(value_type = String, example = "Lakeside Clinic")]
    name: ClinicName,
    /// Where it is.
    #[schema(value_type = String, example = "Pune")]
    city: City,
    /// The IANA time zone that its hours are in; it stays.
    #[schema(value_type = String, example = "Asia/Kolkata")]
    time_zone: ClinicZone,
    /// What its fees are in, ISO 4217; it stays.
    #[schema(value_type = String, example = "INR")]
    currency: Currency,
}

/// Open a clinic: an admin of the whole group may.
#[utoipa::path(
    post,
    path = "/api/v1/clinics",
    tag = "clinics",
    operation_id = "openClinic",
    security(("bearer" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = OpenClinicRequest,
    responses(
        (status = 201, description = "Opened", body = ClinicState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin of the whole group", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`clinic-already-open`, `request-in-progress`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value breaks a rule, or `idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn open_clinic(
    app: Data<App>,
    caller: Access<AdminOnly>,
    submission: Submission<OpenClinicRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require_group()?;
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let OpenClinicRequest {
        name,
        city,
        time_zone,
        currency,
    } = submission.body;
    let new = NewClinic {
        name,
        city,
        zone: time_zone,
        currency,
    };
    let done = app
        .commands
        .open_clinic(new, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    let location = format!("/api/v1/clinics/{}", done.reply.clinic);
    Ok(created(&done.map(ClinicState::from), &location))
}
