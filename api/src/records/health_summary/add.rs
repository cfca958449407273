//! `POST /api/v1/patients/{id}/health-summary`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::NewItem;
use domain::record::Sensitivity;
use domain::{AppointmentId, PatientId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::content::SummaryContentBody;
use super::refusal::of_summary;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::records::chart::chart_of;
use crate::records::{EntryState, SensitivityBody};

/// A new item of a health summary.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SummaryItemRequest {
    /// The item.
    content: SummaryContentBody,
    /// Changes to its derived sensitive categories.
    sensitivity: Option<SensitivityBody>,
    /// The patient's visit at which it was learnt, if it was at one.
    #[schema(value_type = Option<Uuid>)]
    appointment_id: Option<AppointmentId>,
}

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    OtherAppointment,
    TooManySummaryItems
);

/// Add a problem, an immunisation, a relative's condition or an item of social history to a patient's health summary:
/// doctors who treat the patient may.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/health-summary",
    tag = "records",
    operation_id = "addSummaryItem",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
    ),
    request_body = SummaryItemRequest,
    responses(
        (status = 201, description = "Added", body = EntryState),
        Problems,
    ),
)]
pub async fn add_summary_item(
    app: Data<App>,
    caller: Access<permit::ChangeHealthSummary>,
    Id(patient): Id<PatientId>,
    request: CommandRequest<SummaryItemRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let SummaryItemRequest {
        content,
        sensitivity,
        appointment_id: appointment,
    } = request.body;
    let new = NewItem {
        patient,
        content: content.into(),
        sensitivity: sensitivity.map(Sensitivity::from),
        appointment,
    };
    let chart = chart_of(&app, &caller, patient).await?;
    let done = app
        .records
        .add_summary_item(&caller, new, &chart, &context)
        .await
        .map_err(|error| of_command(error, of_summary))?;
    let location = format!("/api/v1/patients/{patient}/chart/{}", done.reply.item);
    Ok(created(&done.map(EntryState::from), &location))
}
