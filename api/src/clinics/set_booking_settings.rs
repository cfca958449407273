//! `PUT /api/v1/clinics/{id}/booking-settings`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::ClinicId;
use domain::clinic::{BookingSettings, InvalidBookingSettings};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ClinicState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Flaw, Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

/// The settings of a clinic for bookings, as a whole. One that is left out is the group's.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BookingSettingsRequest {
    /// Minutes for which an unpaid slot is held.
    #[schema(minimum = 1, maximum = 1440, example = 30)]
    hold_minutes: Option<u16>,
    /// Days ahead at which visits are booked.
    #[schema(minimum = 1, maximum = 730, example = 120)]
    horizon_days: Option<u16>,
    /// Open holds that an account of a patient may have at a time; a series counts as one.
    #[schema(minimum = 1, maximum = 100, example = 5)]
    max_holds: Option<u16>,
    /// Bookings that an account of a patient may make on one day (UTC), whatever becomes of them; a series counts as one.
    #[schema(minimum = 1, maximum = 1000, example = 10)]
    max_daily_bookings: Option<u16>,
    /// True if bookings for emergencies are taken: the next free slot, confirmed at once and paid afterwards.
    emergencies: Option<bool>,
    /// Emergency visits that a patient, or an account of a patient, may have open at a time.
    #[schema(minimum = 1, maximum = 10, example = 1)]
    max_open_emergencies: Option<u16>,
    /// Emergencies for which a patient, or an account of a patient, may book on one day.
    #[schema(minimum = 1, maximum = 20, example = 3)]
    max_daily_emergencies: Option<u16>,
}

problems!(Forbidden, NotFound);

/// Set how long an unpaid slot is held at a clinic, how many an account holds, how often it books on a day, how far ahead
/// visits are booked there, and whether bookings for emergencies are taken: an admin of the clinic may. Earlier bookings
/// keep their holds.
#[utoipa::path(
    put,
    path = "/api/v1/clinics/{id}/booking-settings",
    tag = "clinics",
    operation_id = "setBookingSettings",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The clinic"),
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = BookingSettingsRequest,
    responses(
        (status = 200, description = "They count, from now on or as before", body = ClinicState),
        Problems,
    ),
)]
pub async fn set_booking_settings(
    app: Data<App>,
    caller: Access<permit::ChangeClinic>,
    Id(clinic): Id<ClinicId>,
    IfMatch(expected): IfMatch,
    request: CommandRequest<BookingSettingsRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let settings = settings(&request.body)?;
    let target = Target::new(clinic, Some(expected));
    let done = app
        .commands
        .set_booking_settings(target, settings, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ClinicState::from)))
}

/// Checks all settings, and names each that is out of its range.
fn settings(request: &BookingSettingsRequest) -> Result<BookingSettings, Problem> {
    let mut flaws = Vec::new();
    let mut settings = BookingSettings::default();
    let mut set = |pointer, changed: Result<BookingSettings, InvalidBookingSettings>| match changed
    {
        Ok(changed) => changed,
        Err(error) => {
            flaws.push(Flaw::at(pointer, error.to_string()));
            BookingSettings::default()
        }
    };
    settings = set(
        "/holdMinutes",
        settings.with_hold_minutes(request.hold_minutes),
    );
    settings = set(
        "/horizonDays",
        settings.with_horizon_days(request.horizon_days),
    );
    settings = set("/maxHolds", settings.with_max_holds(request.max_holds));
    settings = set(
        "/maxDailyBookings",
        settings.with_max_daily_bookings(request.max_daily_bookings),
    );
    settings = settings.with_emergencies(request.emergencies);
    settings = set(
        "/maxOpenEmergencies",
        settings.with_max_open_emergencies(request.max_open_emergencies),
    );
    settings = set(
        "/maxDailyEmergencies",
        settings.with_max_daily_emergencies(request.max_daily_emergencies),
    );
    if flaws.is_empty() {
        Ok(settings)
    } else {
        Err(Problem::invalid(flaws))
    }
}
