//! `PUT /api/v1/patients/{id}/contact`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::patients::Contact;
use domain::{EmailAddress, PatientId, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PatientState, refusal};
use crate::app::App;
use crate::http::access::{Access, Bookers};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// How a patient is reached from now on. What is left out is removed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactRequest {
    /// A telephone number, E.164.
    #[schema(value_type = Option<String>, example = "+919812345678")]
    phone: Option<PhoneNumber>,
    /// An e-mail address; it does not change what the patient signs in with.
    #[schema(value_type = Option<String>, format = Email, example = "asha@example.org")]
    email: Option<EmailAddress>,
}

/// Replace how a patient is reached: the patient, a proxy or the front desk may.
#[utoipa::path(
    put,
    path = "/api/v1/patients/{id}/contact",
    tag = "patients",
    operation_id = "changeContact",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("If-Match" = String, Header, description = "The ETag that you have read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = ContactRequest,
    responses(
        (status = 200, description = "Replaced", body = PatientState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a patient or the front desk", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such patient, as far as you may know", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`request-in-progress`, with Retry-After", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value breaks a rule, or `idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`if-match-required`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn change_contact(
    app: Data<App>,
    caller: Access<Bookers>,
    Id(patient): Id<PatientId>,
    IfMatch(expected): IfMatch,
    submission: Submission<ContactRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let ContactRequest { phone, email } = submission.body;
    let target = Target::new(patient, Some(expected));
    let done = app
        .commands
        .change_contact(&caller, target, Contact { phone, email }, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(PatientState::from)))
}
