//! The patient of consents, as a resource.

use std::collections::BTreeSet;

use commands::Caller;
use commands::authorization::{Action, Resource};
use domain::consent::ConsentPurpose;
use domain::{PatientId, Role, SensitiveCategory};

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

/// Returns the patient for a caller who changes consents: a proxy decides for a child only, and about sensitive categories
/// for a small child. No purpose is given where a consent is withdrawn.
pub async fn for_changing(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    purpose: Option<ConsentPurpose>,
) -> Result<Resource, Problem> {
    let owner = Resource::of_patient(patient);
    if caller.is(Role::Patient) && caller.patient == Some(patient) {
        return Ok(owner);
    }
    let facts = clinical::facts(app, caller, patient, &Position::any()).await?;
    let policy = app.clinical_policy;
    let decides = match purpose {
        Some(purpose) => facts.proxy_decides(purpose, policy),
        None => facts.is_child(policy),
    };
    let in_care = is_in_care(app, caller, patient).await?;
    Ok(owner.proxied(facts.is_proxy && decides).in_care(in_care))
}

/// Returns the sensitive categories of which the caller may know that there are consents. The patient and the front desk,
/// which keeps the forms, know of all; a proxy of those that the chart shows.
pub async fn shown_categories(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    position: &Position,
) -> Result<BTreeSet<SensitiveCategory>, Problem> {
    let all = SensitiveCategory::ALL.into_iter();
    if !caller.is(Role::Patient) || caller.patient == Some(patient) {
        return Ok(all.collect());
    }
    let facts = clinical::facts(app, caller, patient, position).await?;
    Ok(
        match facts.access(caller, Action::ReadConsents, app.clinical_policy) {
            Ok(access) => all.filter(|one| access.shows_category(*one)).collect(),
            // Not as a proxy.
            Err(_) => all.collect(),
        },
    )
}
