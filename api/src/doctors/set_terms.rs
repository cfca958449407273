//! `PUT /api/v1/doctors/{id}/affiliations/{clinicId}/terms`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::doctors::NewAffiliation;
use domain::{Money, SlotLength};
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusal::refusal;
use super::{AffiliationPath, DoctorState};
use crate::app::App;
use crate::appointments::MoneyBody;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::changed;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// On which terms a doctor works at a clinic from now on.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TermsRequest {
    /// What a visit costs, in the clinic's currency.
    #[schema(value_type = MoneyBody)]
    fee: Money,
    /// How many minutes a visit takes: 5 to 240, in steps of 5.
    #[schema(value_type = u16, example = 20)]
    slot_minutes: SlotLength,
}

/// Replace fee and slot length at a clinic of yours. What is booked stays as it was agreed.
#[utoipa::path(
    put,
    path = "/api/v1/doctors/{id}/affiliations/{clinicId}/terms",
    tag = "doctors",
    operation_id = "setTerms",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        ("clinicId" = Uuid, Path, description = "The clinic"),
        ("If-Match" = String, Header, description = "The ETag that you have read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = TermsRequest,
    responses(
        (status = 200, description = "Replaced", body = DoctorState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such doctor at a clinic of yours", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`request-in-progress`, with Retry-After", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`fee-in-foreign-currency`, `idempotency-key-reused`, or a value breaks a rule", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`if-match-required`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn set_terms(
    app: Data<App>,
    caller: Access<AdminOnly>,
    AffiliationPath { doctor, clinic }: AffiliationPath,
    IfMatch(expected): IfMatch,
    submission: Submission<TermsRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let actor = caller.actor();
    let (context, _flight) = submission.context(&app, caller.account, actor, Some(clinic))?;
    let TermsRequest { fee, slot_minutes } = submission.body;
    let terms = NewAffiliation {
        clinic,
        fee,
        slot_length: slot_minutes,
    };
    let target = Target::new(doctor, Some(expected));
    let done = app
        .commands
        .set_terms(target, terms, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(DoctorState::from)))
}
