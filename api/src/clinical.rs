//! The facts on which access to a patient's chart depends, looked up in the read models. They may be behind, and then hide
//! a chart; a withdrawn consent counts at once, because the log is asked.

use commands::Caller;
use commands::authorization::{
    ClinicalFacts, EmergencyAccess, PatientConsent, Resource, TreatmentVisit,
};
use domain::consent::Consents;
use domain::{PatientId, Role};
use projections::patient_card::PatientCard;
use projections::{SealedRow, break_glass, consents, patient_appointments, patient_card};

use crate::app::App;
use crate::http::position::Position;
use crate::http::problem::Problem;

/// Returns a patient as a resource, with the relations of the caller that lead to the chart. Of the own record nothing is
/// looked up.
///
/// # Errors
/// 404 if there is no such patient.
pub async fn owner(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    position: &Position,
) -> Result<Resource, Problem> {
    if caller.is(Role::Patient) && caller.patient == Some(patient) {
        return Ok(Resource::of_patient(patient));
    }
    let facts = facts(app, caller, patient, position).await?;
    Ok(facts.resource(caller, app.clinical_policy))
}

/// Returns the facts about a patient and the caller.
///
/// # Errors
/// 404 if there is no such patient.
pub async fn facts(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    position: &Position,
) -> Result<ClinicalFacts, Problem> {
    position.wait_for(app, patient_card::NAME).await?;
    let card = patient_card::get(&app.pool, patient).await?;
    let card = card.ok_or_else(Problem::not_found)?;
    facts_of(app, caller, &card, position).await
}

/// Returns the same about a patient whose card was read.
///
/// # Errors
/// [`Problem`] if a read model can't be read.
pub async fn facts_of(
    app: &App,
    caller: &Caller,
    card: &SealedRow<PatientCard>,
    position: &Position,
) -> Result<ClinicalFacts, Problem> {
    let patient = card.row().patient;
    let is_proxy = caller.is(Role::Patient) && card.row().proxies.contains(&caller.account);
    let consents = consents_of(app, patient, position).await?;
    let age = if is_proxy || !consents.is_empty() {
        age(app, card).await?
    } else {
        None
    };
    Ok(ClinicalFacts {
        now: app.clock.now(),
        patient,
        age,
        is_proxy,
        visits: visits(app, caller, patient, position).await?,
        consents,
        emergencies: emergencies(app, caller, patient, position).await?,
    })
}

/// The patient's age. It is opened for the decision only.
async fn age(app: &App, card: &SealedRow<PatientCard>) -> Result<Option<u32>, Problem> {
    let card = card.clone().open(app.deciding_sealing()).await?;
    let today = app.clock.now().date_naive();
    Ok(card.birth_date().and_then(|born| born.age_on(today)))
}

async fn visits(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    position: &Position,
) -> Result<Vec<TreatmentVisit>, Problem> {
    let Some(doctor) = caller.doctor.filter(|_| caller.is(Role::Doctor)) else {
        return Ok(Vec::new());
    };
    position.wait_for(app, patient_appointments::NAME).await?;
    let (now, window) = (app.clock.now(), app.clinical_policy.window);
    let (latest_start, earliest_end) = (window.latest_start(now), window.earliest_end(now));
    let visits =
        patient_appointments::with_doctor(&app.pool, patient, doctor, latest_start, earliest_end);
    let visits = visits.await?.into_iter().map(|visit| TreatmentVisit {
        clinic: visit.clinic,
        slot: visit.slot,
        status: visit.status,
    });
    Ok(visits.collect())
}

/// The consents of a patient. Their purposes are in the read model; the log says which of them are in force.
async fn consents_of(
    app: &App,
    patient: PatientId,
    position: &Position,
) -> Result<Vec<PatientConsent>, Problem> {
    position.wait_for(app, consents::NAME).await?;
    let Some(row) = consents::get(&app.pool, patient).await? else {
        return Ok(Vec::new());
    };
    let row = row.open(app.deciding_sealing()).await?;
    let logged: Consents = app
        .commands
        .consents(patient)
        .await
        .map_err(|error| Problem::fault(&error))?;
    let now = app.clock.now();
    let given = row.given.iter().filter_map(|(id, given)| {
        Some(PatientConsent {
            purpose: row.purpose(*id)?,
            given_by: given.given_by,
            until: given.until,
            withdrawn: !logged.is_in_force(*id, now),
        })
    });
    Ok(given.collect())
}

async fn emergencies(
    app: &App,
    caller: &Caller,
    patient: PatientId,
    position: &Position,
) -> Result<Vec<EmergencyAccess>, Problem> {
    if !caller.is(Role::Doctor) && !caller.is(Role::Auditor) {
        return Ok(Vec::new());
    }
    position.wait_for(app, break_glass::NAME).await?;
    let now = app.clock.now();
    let open = break_glass::open_accesses(&app.pool, caller.account, patient, now).await?;
    let open = open.into_iter().map(|access| EmergencyAccess {
        break_glass: access.break_glass,
        until: access.ends_at,
    });
    Ok(open.collect())
}
