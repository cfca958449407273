//! `GET /api/v1/prescriptions/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use domain::PrescriptionId;

use super::PrescriptionBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::response::found;
use crate::records::as_of::AsOfParameters;
use crate::records::chart::read_chart;

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// A prescription: the patient, proxies and doctors who treat the patient see it. It is read from the log, and so never
/// behind.
#[utoipa::path(
    get,
    path = "/api/v1/prescriptions/{id}",
    tag = "records",
    operation_id = "getPrescription",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The prescription"),
        AsOfParameters,
        Position,
    ),
    responses(
        (status = 200, description = "The prescription", body = PrescriptionBody),
        Problems,
    ),
)]
pub async fn get_prescription(
    app: Data<App>,
    caller: Access<permit::ReadPrescription>,
    Id(prescription): Id<PrescriptionId>,
    Query(parameters): Query<AsOfParameters>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let present = app.records.prescription(prescription, None).await?;
    let present = present.ok_or_else(Problem::not_found)?;
    let patient = present.patient;
    let chart = read_chart(&app, &caller, patient, prescription.as_uuid(), &position).await?;
    let view = match parameters.as_of {
        None => Some(present.clone()),
        as_of => app.records.prescription(prescription, as_of).await?,
    };
    // What became sensitive later was so before.
    let view = view.filter(|view| chart.shows(&present) && chart.shows(view));
    let view = view.ok_or_else(Problem::not_found)?;
    Ok(found(&PrescriptionBody::new(view, chart.reader)))
}
