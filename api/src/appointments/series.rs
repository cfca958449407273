//! `POST /api/v1/appointments/series`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::appointments::{Clash as Clashing, OnClash, Series, SeriesRefusal, SeriesReply};
use commands::authorization::permit;
use domain::appointment::Recurrence;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppointmentSummary;
use super::book::{BookRequest, booking};
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::problem::{Clash, Flaw, Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;
use crate::http::response::created_many;

/// Visits that repeat: the same time of day on the clinic's clock.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeriesRequest {
    /// The first of them; the others are like it.
    first: BookRequest,
    /// Days from one to the next, 1 to 366; 7 is weekly.
    #[schema(example = 7, minimum = 1, maximum = 366)]
    every_days: u16,
    /// The number of visits in all, 2 to 26.
    #[schema(example = 6, minimum = 2, maximum = 26)]
    visits: u16,
    /// The effect on the others if one of them can't be booked.
    #[serde(default)]
    on_clash: OnClashBody,
}

/// The effect on the others if one visit of a series can't be booked.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnClashBody {
    /// None is booked, and every clash is told.
    #[default]
    Refuse,
    /// The others are booked, and every clash is told.
    BookTheRest,
}

/// The result of booking a series.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeriesBody {
    /// The appointments, earliest first.
    booked: Vec<AppointmentSummary>,
    /// The visits that were left out, each with the obstacle.
    clashes: Vec<Clash>,
}

impl From<SeriesReply> for SeriesBody {
    fn from(reply: SeriesReply) -> Self {
        Self {
            booked: reply
                .booked
                .into_iter()
                .map(AppointmentSummary::from)
                .collect(),
            clashes: reply.skipped.into_iter().map(clash).collect(),
        }
    }
}

problems!(
    Forbidden,
    NotFound,
    SeriesClashes,
    SlotAlreadyTaken,
    DoctorOnLeave,
    PatientAlreadyBooked,
    NothingToFollow,
    DoctorNotVerified,
    DoctorSuspended,
    DoctorNotAtClinic,
    TooManyHolds,
    TooManyBookings
);

/// Book a series, all of it in one step. Send it as it is first: if any visit can't be booked, none is,
/// and every clash is shown; then say `book-the-rest`.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/series",
    tag = "appointments",
    operation_id = "bookSeries",
    security(("bearer" = [])),
    params(IdempotencyHeader),
    request_body = SeriesRequest,
    responses(
        (status = 201, description = "Booked; each slot is held until its `holdUntil`, or for good without a fee", body = SeriesBody),
        Problems,
    ),
)]
pub async fn book_series(
    app: Data<App>,
    caller: Access<permit::BookAppointment>,
    request: CommandRequest<SeriesRequest>,
) -> Result<HttpResponse, Problem> {
    let clinic = Some(request.body.first.clinic_id);
    let (context, _flight) = request.context(&app, &caller, clinic)?;
    let SeriesRequest {
        first,
        every_days,
        visits,
        on_clash,
    } = request.body;
    let series = Series {
        first: booking(first, caller.patient)?,
        recurrence: Recurrence::new(every_days, visits)
            .map_err(|error| Problem::invalid(vec![Flaw::at("/visits", error.to_string())]))?,
        on_clash: on_clash.into(),
    };
    let done = app
        .commands
        .book_series(&caller, series, app.policy, &context)
        .await
        .map_err(|error| of_command(error, series_refusal))?;
    Ok(created_many(&done.map(SeriesBody::from)))
}

impl From<OnClashBody> for OnClash {
    fn from(body: OnClashBody) -> Self {
        match body {
            OnClashBody::Refuse => Self::Refuse,
            OnClashBody::BookTheRest => Self::BookTheRest,
        }
    }
}

fn series_refusal(refused: SeriesRefusal) -> Problem {
    match refused {
        SeriesRefusal::All(why) => refusal(why),
        SeriesRefusal::Clashes(clashes) => {
            Problem::from(ProblemType::SeriesClashes).over(clashes.into_iter().map(clash).collect())
        }
    }
}

fn clash(clash: Clashing) -> Clash {
    Clash {
        start: clash.start,
        end: None,
        appointment_id: None,
        slug: refusal(clash.why).slug(),
    }
}
