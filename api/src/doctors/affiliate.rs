//! `POST /api/v1/doctors/{id}/affiliations`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::doctors::NewAffiliation;
use domain::{ClinicId, DoctorId, Money, SlotLength};
use serde::Deserialize;
use utoipa::ToSchema;

use super::DoctorState;
use super::refusal::refusal;
use crate::app::App;
use crate::appointments::MoneyBody;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// On which terms a doctor starts at a clinic.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AffiliateRequest {
    /// The clinic.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// What a visit costs, in the clinic's currency.
    #[schema(value_type = MoneyBody)]
    fee: Money,
    /// How many minutes a visit takes: 5 to 240, in steps of 5.
    #[schema(value_type = u16, example = 20)]
    slot_minutes: SlotLength,
}

/// Let a doctor work at a clinic of yours.
#[utoipa::path(
    post,
    path = "/api/v1/doctors/{id}/affiliations",
    tag = "doctors",
    operation_id = "affiliateDoctor",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = AffiliateRequest,
    responses(
        (status = 200, description = "They work there, from now on or on the same terms before", body = DoctorState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such doctor, or no such clinic among yours", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`doctor-already-affiliated`, `request-in-progress`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`fee-in-foreign-currency`, `idempotency-key-reused`, or a value breaks a rule", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn affiliate_doctor(
    app: Data<App>,
    caller: Access<AdminOnly>,
    Id(doctor): Id<DoctorId>,
    submission: Submission<AffiliateRequest>,
) -> Result<HttpResponse, Problem> {
    let AffiliateRequest {
        clinic_id: clinic,
        fee,
        slot_minutes,
    } = submission.body;
    caller.require_clinic(clinic)?;
    let actor = caller.actor();
    let (context, _flight) = submission.context(&app, caller.account, actor, Some(clinic))?;
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
