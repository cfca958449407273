//! The relation of care, which is looked up in the read models: they may be behind, and then hide a patient.

use commands::Caller;
use domain::{ClinicScope, PatientId, Role};
use projections::patient_appointments::{self, CareQuery};

use crate::app::App;
use crate::http::problem::Problem;

/// Returns whether the patient has or had a visit at one of the clinics where the caller works, or with the doctor who the
/// caller is. The account of a doctor names no clinics of its own.
pub async fn is_in_care(app: &App, caller: &Caller, patient: PatientId) -> Result<bool, Problem> {
    let is_desk = |role: &Role| !matches!(role, Role::Patient | Role::Doctor);
    let at_desk = caller.roles.iter().any(is_desk);
    let clinics = match &caller.clinics {
        ClinicScope::Only(own) if at_desk => own.iter().copied().collect(),
        ClinicScope::Only(_) | ClinicScope::All => Vec::new(),
    };
    let care = CareQuery {
        anywhere: at_desk && caller.clinics == ClinicScope::All,
        clinics,
        doctor: caller.doctor.filter(|_| caller.is(Role::Doctor)),
    };
    if care == CareQuery::default() {
        return Ok(false);
    }
    Ok(patient_appointments::is_in_care(&app.pool, patient, &care).await?)
}
