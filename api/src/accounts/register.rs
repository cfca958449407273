//! `POST /api/v1/accounts`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Caller;
use commands::accounts::NewStaffAccount;
use commands::authorization::{Action, Resource, ResourceClinics, authorize, permit};
use domain::{ClinicScope, EmailAddress, Role, Roles};
use serde::Deserialize;
use utoipa::ToSchema;

use super::AccountState;
use super::refusal::registration_refusal;
use crate::app::App;
use crate::auth::mailed_code_problem;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::input;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;
use crate::http::response::created;
use crate::http::schemas;

/// A new account of staff who are not doctors.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterAccountRequest {
    /// The address to sign in with.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::EmailAddress)]
    email: EmailAddress,
    /// The roles that it may act in.
    #[schema(value_type = Vec<schemas::StaffRole>)]
    roles: Roles,
    /// And where; all of it among your own clinics.
    #[schema(value_type = schemas::ClinicScopeBody)]
    clinics: ClinicScope,
}

problems!(
    Forbidden,
    ScopeWiderThanOwn,
    LoginTaken,
    MailNotConfigured,
    AccountAlreadyRegistered,
    NoRole,
    NotAStaffRole,
    ReceptionistWithoutClinic
);

/// Register an account for staff. Its address is mailed a code with which its holder sets the password, valid for seven
/// days.
#[utoipa::path(
    post,
    path = "/api/v1/accounts",
    tag = "accounts",
    operation_id = "registerAccount",
    security(("bearer" = [])),
    params(
        IdempotencyHeader,
    ),
    request_body = RegisterAccountRequest,
    responses(
        (status = 201, description = "Registered", body = AccountState),
        Problems,
    ),
)]
pub async fn register_account(
    app: Data<App>,
    caller: Access<permit::RegisterAccount>,
    request: CommandRequest<RegisterAccountRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let new = staff(request.body, &caller)?;
    let mail = app.identity.require_mail();
    mail.map_err(|error| mailed_code_problem(&error))?;
    let done = app
        .identity
        .register_staff(new, &context)
        .await
        .map_err(|error| of_command(error, registration_refusal))?;
    let location = format!("/api/v1/accounts/{}", done.reply.account);
    Ok(created(&done.map(AccountState::from), &location))
}

/// Checks the scope and the roles: an admin grants no more than they have, and patients and doctors are registered elsewhere.
fn staff(request: RegisterAccountRequest, caller: &Caller) -> Result<NewStaffAccount, Problem> {
    let RegisterAccountRequest {
        email,
        roles,
        clinics,
    } = request;
    let resource = Resource::default().with_clinics(ResourceClinics::from_scope(&clinics));
    if authorize(caller, Action::RegisterAccount, &resource).is_err() {
        return Err(ProblemType::ScopeWiderThanOwn.into());
    }
    if roles.contains(&Role::Patient) || roles.contains(&Role::Doctor) {
        return Err(ProblemType::NotAStaffRole.into());
    }
    Ok(NewStaffAccount {
        email,
        password: None,
        roles,
        clinics,
    })
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::http::StatusCode;
    use domain::AccountId;
    use uuid::Uuid;

    use super::*;

    fn request(roles: &str, clinics: &str) -> RegisterAccountRequest {
        let body =
            format!(r#"{{"email": "desk@example.org", "roles": {roles}, "clinics": {clinics}}}"#);
        serde_json::from_str(&body).unwrap()
    }

    fn told(request: RegisterAccountRequest, own: &ClinicScope) -> Result<(), StatusCode> {
        let admin = Caller {
            account: AccountId::from_uuid(Uuid::from_u128(1)),
            roles: [Role::Admin].into(),
            clinics: own.clone(),
            patient: None,
            doctor: None,
        };
        staff(request, &admin)
            .map(|_| ())
            .map_err(|problem| problem.status_code())
    }

    #[test]
    fn staff_is_registered_at_the_admins_own_clinics() {
        assert_eq!(
            told(
                request(r#"["ADMIN"]"#, r#"{"kind": "all"}"#),
                &ClinicScope::All
            ),
            Ok(())
        );
    }

    #[test]
    fn patients_and_doctors_are_not_registered_as_staff() {
        for roles in [r#"["PATIENT"]"#, r#"["DOCTOR", "ADMIN"]"#] {
            let told = told(request(roles, r#"{"kind": "all"}"#), &ClinicScope::All);
            assert_eq!(told, Err(StatusCode::UNPROCESSABLE_ENTITY), "{roles}");
        }
    }

    #[test]
    fn an_admin_of_some_clinics_grants_no_scope_of_all_clinics() {
        let own = ClinicScope::Only([].into());
        let told = told(request(r#"["AUDITOR"]"#, r#"{"kind": "all"}"#), &own);
        assert_eq!(told, Err(StatusCode::FORBIDDEN));
    }
}
