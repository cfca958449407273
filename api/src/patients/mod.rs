//! Patients' cards.

mod refusal;

use actix_web::web::ServiceConfig;
use domain::BirthDate;

use crate::app::App;
use crate::http::problem::{Flaw, Problem};

pub(crate) use refusal::refusal;

/// The routes of this resource.
pub fn routes(_: &mut ServiceConfig) {}

/// A date of birth, today being what our clock says.
pub(crate) fn birth_date(born: chrono::NaiveDate, app: &App) -> Result<BirthDate, Problem> {
    BirthDate::parse(born, app.clock.now().date_naive())
        .map_err(|error| Problem::invalid(vec![Flaw::at("/birthDate", error.to_string())]))
}
