//! `PUT /api/v1/patients/{id}/contact`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use commands::patients::Contact;
use domain::{EmailAddress, PatientId, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PatientState, refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::input;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// New contact details of a patient. Those that are left out are removed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactRequest {
    /// A telephone number, E.164.
    #[schema(value_type = Option<schemas::PhoneNumber>)]
    phone: Option<PhoneNumber>,
    /// An e-mail address; it does not change what the patient signs in with.
    #[serde(default, deserialize_with = "input::parsed_if_any")]
    #[schema(value_type = Option<schemas::EmailAddress>)]
    email: Option<EmailAddress>,
}

problems!(Forbidden, NotFound);

/// Replace how a patient is reached: the patient, a proxy or the front desk may.
#[utoipa::path(
    put,
    path = "/api/v1/patients/{id}/contact",
    tag = "patients",
    operation_id = "changeContact",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = ContactRequest,
    responses(
        (status = 200, description = "Replaced", body = PatientState),
        Problems,
    ),
)]
pub async fn change_contact(
    app: Data<App>,
    caller: Access<permit::ChangePatient>,
    Id(patient): Id<PatientId>,
    IfMatch(expected): IfMatch,
    request: CommandRequest<ContactRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let ContactRequest { phone, email } = request.body;
    let target = Target::new(patient, Some(expected));
    let done = app
        .commands
        .change_contact(&caller, target, Contact { phone, email }, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(PatientState::from)))
}
