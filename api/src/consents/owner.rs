//! The patient of consents, as a resource.

use commands::Caller;
use commands::authorization::Resource;
use domain::{PatientId, Role};

use crate::app::App;
use crate::care::is_in_care;
use crate::clinical;
use crate::http::position::Position;
use crate::http::problem::Problem;

/// Returns the patient for a caller who reads consents: a proxy who may read the chart is one here, too.
pub async fn for_reading(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    position: &Position,
) -> Result<Resource, Problem> {
    let owner = clinical::owner(app, caller, patient, position).await?;
    Ok(owner.in_care(is_in_care(app, caller, patient).await?))
}

/// Returns the patient for a caller who changes consents: a proxy decides for a child only.
pub async fn for_changing(
    app: &App,
    caller: &Caller,
    patient: PatientId,
) -> Result<Resource, Problem> {
    let owner = Resource::of_patient(patient);
    if caller.is(Role::Patient) && caller.patient == Some(patient) {
        return Ok(owner);
    }
    let facts = clinical::facts(app, caller, patient, &Position::any()).await?;
    let decides = facts.is_proxy && facts.is_child(app.clinical_policy);
    let in_care = is_in_care(app, caller, patient).await?;
    Ok(owner.proxied(decides).in_care(in_care))
}
