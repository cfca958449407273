//! `GET /api/v1/payments`

use actix_web::web::{Data, Json};
use chrono::NaiveDate;
use commands::authorization::{Action, Resource, authorize, permit};
use domain::{AppointmentId, ClinicId, PatientId};
use projections::patient_appointments;
use projections::payments::{self, ClinicDay, ListedPayment, PatientPayments};
use serde::Deserialize;
use utoipa::IntoParams;

use super::books::{PaymentBody, money_of};
use super::takings::day_at;
use crate::app::App;
use crate::http::access::Access;
use crate::http::calendar_day::perhaps_calendar_day;
use crate::http::page::{Page, PageParameters};
use crate::http::position::Position;
use crate::http::problem::{Flaw, Problem};
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::proxies::{require_or_proxy, visible_rows};

/// A search for payments: those of a patient, of a visit, or of a clinic's day.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaymentParameters {
    /// The patient; a patient may leave out everything and mean themselves. Staff is shown those at its own clinics.
    #[param(value_type = Option<Uuid>)]
    patient_id: Option<PatientId>,
    /// The visit.
    #[param(value_type = Option<Uuid>)]
    appointment_id: Option<AppointmentId>,
    /// The clinic; `day` says when.
    #[param(value_type = Option<Uuid>)]
    clinic_id: Option<ClinicId>,
    /// The day, by that clinic's clock: payments that were asked for on it, or for which money moved on it.
    #[serde(default, deserialize_with = "perhaps_calendar_day")]
    #[param(value_type = Option<String>, format = Date, example = "2026-03-09")]
    day: Option<NaiveDate>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Items per page; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

problems!(Forbidden, NotFound);

/// Payments, the latest first: of a patient, of a visit, or of a clinic's day.
#[utoipa::path(
    get,
    path = "/api/v1/payments",
    tag = "payments",
    operation_id = "listPayments",
    security(("bearer" = [])),
    params(
        PaymentParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = Page<PaymentBody>),
        Problems,
    ),
)]
pub async fn list_payments(
    app: Data<App>,
    caller: Access<permit::ReadPayment>,
    Query(parameters): Query<PaymentParameters>,
    position: Position,
) -> Result<Json<Page<PaymentBody>>, Problem> {
    let wanted = Wanted::from_parameters(&parameters, caller.patient)?;
    let PaymentParameters { cursor, limit, .. } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after()?, page.limit()?);
    let parked = position.wait_for(&app, payments::NAME).await?;
    let rows = match wanted {
        Wanted::Patient(patient) => {
            let visible = visible_rows(&app, &caller, patient, &position).await?;
            let search = PatientPayments {
                patient,
                clinics: visible.clinics,
                after,
                limit: limit + 1,
            };
            payments::of_patient(&app.pool, &search).await?
        }
        Wanted::Visit(visit) => of_visit(&app, &caller, visit, &position).await?,
        Wanted::Day(clinic, date) => {
            authorize(&caller, Action::ReadTakings, &Resource::at_clinic(clinic))?;
            let search = ClinicDay {
                clinic,
                day: day_at(&app, clinic, date, &position).await?,
                after,
                limit: limit + 1,
            };
            payments::of_clinic_day(&app.pool, &search).await?
        }
    };
    let now = app.clock.now();
    let items = rows.into_iter().map(|row| PaymentBody {
        parked: parked.has(row.payment.as_uuid()),
        ..PaymentBody::as_of(row, now)
    });
    let page = Page::cut(items.collect(), limit, |item: &PaymentBody| {
        (item.opened_at, item.id)
    });
    Ok(Json(page.lacking(&parked)))
}

/// The payments that are searched for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Patient(PatientId),
    Visit(AppointmentId),
    Day(ClinicId, NaiveDate),
}

impl Wanted {
    fn from_parameters(
        parameters: &PaymentParameters,
        own: Option<PatientId>,
    ) -> Result<Self, Problem> {
        let PaymentParameters {
            patient_id,
            appointment_id,
            clinic_id,
            day,
            ..
        } = *parameters;
        match (patient_id, appointment_id, clinic_id, day) {
            (Some(patient), None, None, None) => Ok(Self::Patient(patient)),
            (None, Some(visit), None, None) => Ok(Self::Visit(visit)),
            (None, None, Some(clinic), Some(day)) => Ok(Self::Day(clinic, day)),
            (None, None, None, None) => own.map(Self::Patient).ok_or_else(ambiguous),
            _ => Err(ambiguous()),
        }
    }
}

fn ambiguous() -> Problem {
    let detail = "ask for patientId, for appointmentId, or for clinicId and day";
    Problem::malformed(vec![Flaw::at("query", detail)])
}

/// The payments of a visit: one per payer, so they are one page.
async fn of_visit(
    app: &Data<App>,
    caller: &Access<permit::ReadPayment>,
    visit: AppointmentId,
    position: &Position,
) -> Result<Vec<ListedPayment>, Problem> {
    position.wait_for(app, patient_appointments::NAME).await?;
    let row = patient_appointments::get(&app.pool, visit).await?;
    let row = row.ok_or_else(Problem::not_found)?;
    let (patient, clinic) = (row.row().patient, row.row().clinic);
    require_or_proxy(app, caller, money_of(patient, clinic), position).await?;
    Ok(payments::of_appointment(&app.pool, visit).await?)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn wanted(query: &str, own: Option<PatientId>) -> Result<Wanted, u16> {
        let parameters = actix_web::web::Query::<PaymentParameters>::from_query(query);
        let parameters = parameters.map_err(|_| 0_u16)?.into_inner();
        Wanted::from_parameters(&parameters, own).map_err(|_| 400)
    }

    #[test]
    fn one_question_is_answered_at_a_time() {
        let id = Uuid::from_u128(1);
        let patient = PatientId::from_uuid(id);
        let asked = format!("patientId={id}");
        assert_eq!(wanted(&asked, None), Ok(Wanted::Patient(patient)));
        assert_eq!(wanted("", Some(patient)), Ok(Wanted::Patient(patient)));
        let day = "2026-03-09".parse().unwrap();
        let asked = format!("clinicId={id}&day=2026-03-09");
        let of_day = Wanted::Day(ClinicId::from_uuid(id), day);
        assert_eq!(wanted(&asked, Some(patient)), Ok(of_day));
        for unclear in [
            String::new(),
            format!("clinicId={id}"),
            "day=2026-03-09".to_owned(),
            format!("patientId={id}&appointmentId={id}"),
            format!("patientId={id}&day=2026-03-09"),
        ] {
            assert_eq!(wanted(&unclear, None), Err(400), "{unclear}");
        }
    }
}
