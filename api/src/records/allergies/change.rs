//! A change of an allergy.

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::AllergyChange;
use commands::{Context, Target};

use super::path::AllergyPath;
use super::{AllergyState, problem};
use crate::app::App;
use crate::http::access::Access;
use crate::http::problem::Problem;
use crate::http::response::changed;
use crate::records::chart::chart_with;

/// Changes an allergy in the version of the list that the caller has seen.
///
/// # Errors
/// 404 if the allergy is not shown to the caller, 412 with the difference if the list has changed since.
pub async fn change(
    app: &Data<App>,
    caller: &Access<permit::RecordAllergies>,
    path: AllergyPath,
    seen: i64,
    change: AllergyChange,
    context: &Context,
) -> Result<HttpResponse, Problem> {
    let AllergyPath { patient, allergy } = path;
    let list = app.records.allergies(patient, None).await?;
    let mut recorded = list.allergies.iter();
    let before = recorded.find(|recorded| recorded.allergy == allergy);
    let before = before.ok_or_else(Problem::not_found)?;
    let chart = chart_with(app, caller, patient, Some(before)).await?;
    let target = Target::new(patient, Some(seen));
    let records = &app.records;
    let done = records.change_allergy(caller, target, allergy, change, &chart, context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(AllergyState::from))),
        Err(error) => Err(problem(app, caller, target, error).await),
    }
}
