//! `POST /api/v1/doctors/{id}/affiliations`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::doctors::NewAffiliation;
use domain::{ClinicId, DoctorId, Money, SlotLength};
use serde::Deserialize;
use utoipa::ToSchema;

use super::DoctorState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// The first terms of a doctor at a clinic.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AffiliateRequest {
    /// The clinic.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The fee of a visit, in the clinic's currency.
    #[schema(value_type = schemas::MoneyBody)]
    fee: Money,
    /// The length of a visit: 5 to 240 minutes, in steps of 5.
    #[schema(value_type = schemas::SlotMinutes)]
    slot_minutes: SlotLength,
}

problems!(
    Forbidden,
    NotFound,
    DoctorAlreadyAffiliated,
    FeeInForeignCurrency
);

/// Let a doctor work at a clinic of yours.
#[utoipa::path(
    post,
    path = "/api/v1/doctors/{id}/affiliations",
    tag = "doctors",
    operation_id = "affiliateDoctor",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        IdempotencyHeader,
    ),
    request_body = AffiliateRequest,
    responses(
        (status = 200, description = "They work there, from now on or on the same terms before", body = DoctorState),
        Problems,
    ),
)]
pub async fn affiliate_doctor(
    app: Data<App>,
    caller: Access<permit::AffiliateDoctor>,
    Id(doctor): Id<DoctorId>,
    request: CommandRequest<AffiliateRequest>,
) -> Result<HttpResponse, Problem> {
    let AffiliateRequest {
        clinic_id: clinic,
        fee,
        slot_minutes,
    } = request.body;
    caller.require_clinic(clinic)?;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let new = NewAffiliation {
        clinic,
        fee,
        slot_length: slot_minutes,
    };
    let done = app
        .commands
        .affiliate_doctor(doctor, new, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(DoctorState::from)))
}
