//! `PUT /api/v1/doctors/{id}/affiliations/{clinicId}/hours`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Caller;
use commands::Target;
use domain::{ClinicId, DoctorId, Role, WeeklyHours};
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusal::refusal;
use super::{AffiliationPath, DoctorState, OpeningBody};
use crate::app::App;
use crate::http::access::{Access, DoctorOrAdmin};
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

/// The regular week of a doctor at a clinic.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoursRequest {
    /// The whole week; at most 42 openings, none overlapping another.
    #[schema(value_type = Vec<OpeningBody>, max_items = 42)]
    weekly_hours: WeeklyHours,
}

problems!(Forbidden, NotFound, HoursOverlapAtOtherClinic);

/// Replace a doctor's week at a clinic: the doctor may, and an admin of the clinic. What is booked
/// stays.
#[utoipa::path(
    put,
    path = "/api/v1/doctors/{id}/affiliations/{clinicId}/hours",
    tag = "doctors",
    operation_id = "setHours",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        ("clinicId" = Uuid, Path, description = "The clinic"),
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = HoursRequest,
    responses(
        (status = 200, description = "Replaced", body = DoctorState),
        Problems,
    ),
)]
pub async fn set_hours(
    app: Data<App>,
    caller: Access<DoctorOrAdmin>,
    AffiliationPath { doctor, clinic }: AffiliationPath,
    IfMatch(expected): IfMatch,
    request: CommandRequest<HoursRequest>,
) -> Result<HttpResponse, Problem> {
    if !may_set_hours(&caller, doctor, clinic) {
        return Err(Problem::not_found());
    }
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let hours = request.body.weekly_hours;
    let target = Target::new(doctor, Some(expected));
    let done = app
        .commands
        .set_weekly_hours(target, clinic, hours, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(DoctorState::from)))
}

/// Returns whether the caller may set the hours: the doctor, or an admin of the clinic.
pub(super) fn may_set_hours(caller: &Caller, doctor: DoctorId, clinic: ClinicId) -> bool {
    let own = caller.doctor == Some(doctor);
    own || (caller.is(Role::Admin) && caller.clinics.covers(clinic))
}

#[cfg(test)]
mod tests {
    use domain::{AccountId, ClinicScope};
    use uuid::Uuid;

    use super::*;

    const DOCTOR: DoctorId = DoctorId::from_uuid(Uuid::from_u128(1));
    const CLINIC: ClinicId = ClinicId::from_uuid(Uuid::from_u128(2));

    fn caller(role: Role, clinics: ClinicScope, doctor: Option<DoctorId>) -> Caller {
        let account = AccountId::from_uuid(Uuid::from_u128(3));
        Caller {
            account,
            roles: [role].into(),
            clinics,
            patient: None,
            doctor,
        }
    }

    #[test]
    fn a_doctor_sets_their_own_hours_and_no_others() {
        let own = caller(Role::Doctor, ClinicScope::All, Some(DOCTOR));
        assert!(may_set_hours(&own, DOCTOR, CLINIC));
        let colleague = DoctorId::from_uuid(Uuid::from_u128(4));
        assert!(!may_set_hours(&own, colleague, CLINIC));
    }

    #[test]
    fn an_admin_sets_hours_at_their_own_clinics() {
        let here = caller(Role::Admin, ClinicScope::Only([CLINIC].into()), None);
        assert!(may_set_hours(&here, DOCTOR, CLINIC));
        let elsewhere = caller(Role::Admin, ClinicScope::Only([].into()), None);
        assert!(!may_set_hours(&elsewhere, DOCTOR, CLINIC));
    }
}
