//! `GET /api/v1/clinics/{id}/takings`

use actix_web::web::{Data, Json};
use chrono::NaiveDate;
use commands::authorization::permit;
use domain::{ClinicId, Money, Slot, day_on};
use projections::clinic_directory;
use projections::payments::{self, Takings};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::access::Access;
use crate::http::calendar_day::calendar_day;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::{Flaw, Problem};
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::schemas;

/// The day.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TakingsParameters {
    /// The day, by the clinic's clock.
    #[serde(deserialize_with = "calendar_day")]
    #[param(value_type = String, format = Date, example = "2026-03-09")]
    day: NaiveDate,
}

/// The takings of a clinic on a day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TakingsBody {
    /// The clinic.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The day.
    day: NaiveDate,
    /// One line per currency: one as a rule, none where nothing was asked for and nothing moved.
    totals: Vec<TakingsLine>,
    /// Set if some events could not be applied: something may be missing. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    parked: bool,
}

/// The takings in one currency.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TakingsLine {
    /// The money that came on that day.
    #[schema(value_type = schemas::MoneyBody)]
    captured: Money,
    /// The money that left on that day, whenever it had come.
    #[schema(value_type = schemas::MoneyBody)]
    refunded: Money,
    /// The money that left on that day by disputes that were lost.
    #[schema(value_type = schemas::MoneyBody)]
    lost_to_disputes: Money,
    /// The money that was asked for on that day and can still be paid.
    #[schema(value_type = schemas::MoneyBody)]
    open: Money,
}

impl From<Takings> for TakingsLine {
    fn from(takings: Takings) -> Self {
        Self {
            captured: takings.captured,
            refunded: takings.refunded,
            lost_to_disputes: takings.lost,
            open: takings.open,
        }
    }
}

problems!(Forbidden, NotFound);

/// The takings of a clinic on a day: its front desk may know, and its auditors.
#[utoipa::path(
    get,
    path = "/api/v1/clinics/{id}/takings",
    tag = "payments",
    operation_id = "getTakings",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The clinic"),
        TakingsParameters,
        Position,
    ),
    responses(
        (status = 200, description = "The day", body = TakingsBody),
        Problems,
    ),
)]
pub async fn get_takings(
    app: Data<App>,
    caller: Access<permit::ReadTakings>,
    Id(clinic): Id<ClinicId>,
    Query(parameters): Query<TakingsParameters>,
    position: Position,
) -> Result<Json<TakingsBody>, Problem> {
    caller.require_clinic(clinic)?;
    let day = day_at(&app, clinic, parameters.day, &position).await?;
    let parked = position.wait_for(&app, payments::NAME).await?;
    let totals = payments::takings(&app.pool, clinic, day, app.clock.now()).await?;
    Ok(Json(TakingsBody {
        clinic_id: clinic,
        day: parameters.day,
        totals: totals.into_iter().map(TakingsLine::from).collect(),
        parked: parked.any(),
    }))
}

/// Returns the span of that day at a clinic.
pub(super) async fn day_at(
    app: &App,
    clinic: ClinicId,
    date: NaiveDate,
    position: &Position,
) -> Result<Slot, Problem> {
    position.wait_for(app, clinic_directory::NAME).await?;
    let row = clinic_directory::get(&app.pool, clinic).await?;
    let zone = row.ok_or_else(Problem::not_found)?.zone;
    day_on(zone, date).ok_or_else(|| {
        let detail = "the clinic's clock never showed that day";
        Problem::malformed(vec![Flaw::at("day", detail)])
    })
}
