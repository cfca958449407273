//! `GET /api/v1/note-drafts`

use actix_web::web::{Data, Json};
use commands::authorization::{Action, Resource, authorized, permit};
use commands::ports::{AccessedItem, ItemKind};
use domain::PatientId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::DraftBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::page::Page;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::records::refusal::of_note;

/// The drafts to list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DraftParameters {
    /// Drafts about this patient only.
    #[param(value_type = Option<Uuid>)]
    patient_id: Option<PatientId>,
}

problems!(Forbidden, AccessLogUnavailable);

/// Your own drafts, the last saved first; at most 200.
#[utoipa::path(
    get,
    path = "/api/v1/note-drafts",
    tag = "records",
    operation_id = "listNoteDrafts",
    security(("bearer" = [])),
    params(
        DraftParameters,
    ),
    responses(
        (status = 200, description = "The drafts", body = Page<DraftBody>),
        Problems,
    ),
)]
pub async fn list_drafts(
    app: Data<App>,
    caller: Access<permit::SignNote>,
    Query(parameters): Query<DraftParameters>,
) -> Result<Json<Page<DraftBody>>, Problem> {
    let drafts = app
        .records
        .own_drafts(&caller, parameters.patient_id)
        .await
        .map_err(|error| of_command(error, of_note))?;
    let patients = drafts.iter().map(|stored| stored.patient).collect();
    let own = authorized(
        &caller,
        Action::SignNote,
        &Resource::of_account(caller.account),
    );
    let item = AccessedItem::new(ItemKind::Chart, caller.account.as_uuid());
    caller.disclose_of(&patients, own, item).await?;
    Ok(Json(Page {
        items: drafts.into_iter().map(DraftBody::from).collect(),
        next_cursor: None,
        parked: false,
    }))
}
