//! `PUT /api/v1/doctors/{id}/affiliations/{clinicId}/terms`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use commands::doctors::NewAffiliation;
use domain::{Money, SlotLength};
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusal::refusal;
use super::{AffiliationPath, DoctorState};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// New terms of a doctor at a clinic.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TermsRequest {
    /// The fee of a visit, in the clinic's currency.
    #[schema(value_type = schemas::MoneyBody)]
    fee: Money,
    /// The length of a visit: 5 to 240 minutes, in steps of 5.
    #[schema(value_type = schemas::SlotMinutes)]
    slot_minutes: SlotLength,
}

problems!(Forbidden, NotFound, FeeInForeignCurrency);

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
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = TermsRequest,
    responses(
        (status = 200, description = "Replaced", body = DoctorState),
        Problems,
    ),
)]
pub async fn set_terms(
    app: Data<App>,
    caller: Access<permit::AffiliateDoctor>,
    AffiliationPath { doctor, clinic }: AffiliationPath,
    IfMatch(expected): IfMatch,
    request: CommandRequest<TermsRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let TermsRequest { fee, slot_minutes } = request.body;
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
