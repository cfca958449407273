//! `GET /api/v1/doctors/{id}/availability`

use actix_web::web::{Data, Json};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{ClinicId, ClinicZone, DoctorId, Partition, Slot, UnavailableReason, Unoffered};
use projections::availability::{self, OfferQuery};
use projections::clinic_directory;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::calendar_day::calendar_day;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::{Flaw, Problem};
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::schemas;

/// The most days of one answer, so that the work for it is bounded.
const MOST_DAYS: i64 = 31;

/// A clinic, and a range of days.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AvailabilityParameters {
    /// The clinic.
    #[param(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The first day, on the clinic's calendar.
    #[serde(deserialize_with = "calendar_day")]
    from: NaiveDate,
    /// The last day; at most 31 days in all.
    #[serde(deserialize_with = "calendar_day")]
    to: NaiveDate,
    /// Adds the reasons for which the rest of those days is not offered; left out if not given.
    #[serde(default)]
    #[param(default = false)]
    explain: bool,
}

/// The times at which a doctor can be booked at a clinic.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AvailabilityBody {
    /// The doctor.
    #[schema(value_type = Uuid)]
    doctor_id: DoctorId,
    /// The clinic.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The IANA time zone of the clinic, to show the slots in.
    #[schema(value_type = schemas::TimeZone)]
    time_zone: ClinicZone,
    /// The free slots, earliest first.
    #[schema(value_type = Vec<schemas::SlotBody>)]
    slots: Vec<Slot>,
    /// The rest of those days, earliest first; only if `explain` is asked for. Every moment from the
    /// first midnight to the last lies in one slot or in one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    unoffered: Option<Vec<UnofferedBody>>,
    /// Set if an event of the doctor or the clinic could not be applied: a slot may not be free.
    /// Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    parked: bool,
}

/// A time at which nothing can be booked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnofferedBody {
    /// The first instant.
    #[schema(example = "2026-12-01T00:00:00Z")]
    start: DateTime<Utc>,
    /// The first instant after it.
    #[schema(example = "2026-12-01T03:30:00Z")]
    end: DateTime<Utc>,
    /// The first reason that applies of `unverified`, `suspended`, `past`, `too-far`, `holiday`, `outside-hours`,
    /// `too-short`, `leave`, `taken`.
    #[schema(value_type = schemas::UnavailableReason)]
    reason: UnavailableReason,
}

impl From<Unoffered> for UnofferedBody {
    fn from(unoffered: Unoffered) -> Self {
        Self {
            start: unoffered.during.start(),
            end: unoffered.during.end(),
            reason: unoffered.reason,
        }
    }
}

problems!(NotFound, InvalidValue);

/// The slots that a booking would get now, and, if asked, why there are no others. None while the
/// doctor is not verified or suspended.
#[utoipa::path(
    get,
    path = "/api/v1/doctors/{id}/availability",
    tag = "doctors",
    operation_id = "getAvailability",
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        AvailabilityParameters,
        Position,
    ),
    responses(
        (status = 200, description = "What is free", body = AvailabilityBody),
        Problems,
    ),
)]
pub async fn get_availability(
    app: Data<App>,
    Id(doctor): Id<DoctorId>,
    Query(parameters): Query<AvailabilityParameters>,
    position: Position,
) -> Result<Json<AvailabilityBody>, Problem> {
    let AvailabilityParameters {
        clinic_id: clinic,
        from,
        to,
        explain,
    } = parameters;
    check_days(from, to)?;
    let mut parked = false;
    for read_model in [clinic_directory::NAME, availability::NAME] {
        let aside = position.wait_for(&app, read_model).await?;
        parked |= aside.has(doctor.as_uuid()) || aside.has(clinic.as_uuid());
    }
    let at = clinic_directory::get(&app.pool, clinic)
        .await?
        .ok_or_else(Problem::not_found)?;
    let query = OfferQuery {
        doctor,
        clinic,
        from,
        to,
        now: app.clock.now(),
        policy: at.booking_settings.policy(app.policy),
    };
    let Partition { slots, unoffered } = availability::explained(&app.pool, &query)
        .await?
        .ok_or_else(Problem::not_found)?;
    let unoffered = unoffered.into_iter().map(UnofferedBody::from);
    let body = AvailabilityBody {
        doctor_id: doctor,
        clinic_id: clinic,
        time_zone: at.zone,
        slots,
        unoffered: explain.then(|| unoffered.collect()),
        parked,
    };
    Ok(Json(body))
}

fn check_days(from: NaiveDate, to: NaiveDate) -> Result<(), Problem> {
    let flaw = match (to - from).num_days() {
        days if days < 0 => "lies before from".to_owned(),
        days if days >= MOST_DAYS => format!("more than {MOST_DAYS} days from the first on"),
        _ => return Ok(()),
    };
    Err(Problem::invalid(vec![Flaw::at("to", flaw)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_ask(from: &str, to: &str) -> bool {
        check_days(from.parse().unwrap(), to.parse().unwrap()).is_ok()
    }

    #[test]
    fn one_day_to_a_month_can_be_asked_for() {
        assert!(may_ask("2027-01-01", "2027-01-01"));
        assert!(may_ask("2027-01-01", "2027-01-31"));
        assert!(!may_ask("2027-01-01", "2027-02-01"));
    }

    #[test]
    fn the_last_day_does_not_lie_before_the_first() {
        assert!(!may_ask("2027-01-02", "2027-01-01"));
    }
}
