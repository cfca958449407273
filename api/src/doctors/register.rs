//! `POST /api/v1/doctors`

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::{Resource, permit};
use commands::doctors::NewDoctor;
use domain::{EmailAddress, Language, PersonName, Specialisation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::DoctorState;
use super::refusal::registration_refusal;
use crate::app::App;
use crate::auth::mailed_code_problem;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::input;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::http::schemas;

/// A doctor to register, with the address that they sign in with.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterDoctorRequest {
    /// The full name.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::PersonName)]
    name: PersonName,
    /// Fields of medicine; one to five.
    #[schema(value_type = Vec<schemas::Specialisation>)]
    specialisations: BTreeSet<Specialisation>,
    /// Languages of consultations; one to ten.
    #[schema(value_type = Vec<schemas::Language>)]
    languages: BTreeSet<Language>,
    /// The address to sign in with.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::EmailAddress)]
    email: EmailAddress,
}

problems!(
    Forbidden,
    LoginTaken,
    MailNotConfigured,
    AccountAlreadyRegistered,
    DoctorAlreadyRegistered,
    NoSpecialisation,
    TooManySpecialisations,
    NoLanguage,
    TooManyLanguages
);

/// Register a doctor and their account: an admin of the whole group may. The address is mailed a code with which the
/// doctor sets the password, valid for seven days. Before the doctor can be booked, their papers are verified and their
/// hours at a clinic are set.
#[utoipa::path(
    post,
    path = "/api/v1/doctors",
    tag = "doctors",
    operation_id = "registerDoctor",
    security(("bearer" = [])),
    params(
        IdempotencyHeader,
    ),
    request_body = RegisterDoctorRequest,
    responses(
        (status = 201, description = "Registered", body = DoctorState),
        Problems,
    ),
)]
pub async fn register_doctor(
    app: Data<App>,
    caller: Access<permit::RegisterDoctor>,
    request: CommandRequest<RegisterDoctorRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require(&Resource::default())?;
    let (context, _flight) = request.context(&app, &caller, None)?;
    let new = new_doctor(request.body);
    let mail = app.identity.require_mail();
    mail.map_err(|error| mailed_code_problem(&error))?;
    let done = app
        .identity
        .register_doctor(new, &context)
        .await
        .map_err(|error| of_command(error, registration_refusal))?;
    let location = format!("/api/v1/doctors/{}", done.reply.doctor);
    Ok(created(&done.map(DoctorState::from), &location))
}

fn new_doctor(request: RegisterDoctorRequest) -> NewDoctor {
    let RegisterDoctorRequest {
        name,
        specialisations,
        languages,
        email,
    } = request;
    NewDoctor {
        name,
        specialisations,
        languages,
        email,
        password: None,
    }
}
