//! `POST /api/v1/doctors`

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::doctors::NewDoctor;
use domain::{EmailAddress, Language, PersonName, Specialisation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::DoctorState;
use super::refusal::registration_refusal;
use crate::accounts::password;
use crate::app::App;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::created;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// A doctor to register, with what they sign in with.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterDoctorRequest {
    /// The full name.
    #[schema(value_type = String, example = "Dr Meera Iyer")]
    name: PersonName,
    /// What they are consulted about; one to five slugs.
    #[schema(value_type = Vec<String>, example = json!(["cardiology"]))]
    specialisations: BTreeSet<Specialisation>,
    /// What they speak; one to ten language tags.
    #[schema(value_type = Vec<String>, example = json!(["en", "hi"]))]
    languages: BTreeSet<Language>,
    /// What they sign in with.
    #[schema(value_type = String, format = Email, example = "meera@example.org")]
    email: EmailAddress,
    /// 10 to 128 characters.
    #[schema(format = Password, example = "correct horse battery")]
    password: String,
}

/// Register a doctor and their account: an admin of the whole group may. Before the doctor can be
/// booked, their papers are verified and their hours at a clinic are set.
#[utoipa::path(
    post,
    path = "/api/v1/doctors",
    tag = "doctors",
    operation_id = "registerDoctor",
    security(("bearer" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = RegisterDoctorRequest,
    responses(
        (status = 201, description = "Registered", body = DoctorState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin of the whole group", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`login-taken`, `doctor-already-registered`, `account-already-registered`, `request-in-progress`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`no-specialisation`, `too-many-specialisations`, `no-language`, `too-many-languages`, `idempotency-key-reused`, or a value breaks a rule", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn register_doctor(
    app: Data<App>,
    caller: Access<AdminOnly>,
    submission: Submission<RegisterDoctorRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require_group()?;
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let new = new_doctor(submission.body)?;
    let done = app
        .identity
        .register_doctor(new, &context)
        .await
        .map_err(|error| of_command(error, registration_refusal))?;
    let location = format!("/api/v1/doctors/{}", done.reply.doctor);
    Ok(created(&done.map(DoctorState::from), &location))
}

fn new_doctor(request: RegisterDoctorRequest) -> Result<NewDoctor, Problem> {
    let RegisterDoctorRequest {
        name,
        specialisations,
        languages,
        email,
        password: text,
    } = request;
    Ok(NewDoctor {
        name,
        specialisations,
        languages,
        email,
        password: password(text)?,
    })
}
