//! `POST /api/v1/auth/password`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::identity::{ChangePassword, ChangePasswordError, NewPassword, PresentedPassword};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::CommandRequest;
use crate::http::problem::{Flaw, Problem};
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;
use crate::http::schemas;

/// A change of one's own password.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePasswordRequest {
    /// The password so far.
    #[schema(format = Password, example = "correct horse battery")]
    current_password: String,
    /// The password from now on: 10 to 128 characters that are not easily guessed.
    #[schema(value_type = schemas::Password)]
    new_password: String,
}

problems!(WrongPassword, TooManyAttempts, Overloaded);

/// Change your password. All your other sessions end, devices are no longer known, and you get a mail that says so.
#[utoipa::path(
    post,
    path = "/api/v1/auth/password",
    tag = "auth",
    operation_id = "changePassword",
    security(("bearer" = [])),
    request_body = ChangePasswordRequest,
    responses(
        (status = 204, description = "Changed"),
        Problems,
    ),
)]
pub async fn change_password(
    app: Data<App>,
    caller: Access<permit::ManageOwnAccount>,
    request: CommandRequest<ChangePasswordRequest>,
) -> Result<HttpResponse, Problem> {
    let ChangePasswordRequest {
        current_password,
        new_password,
    } = request.body;
    let address = app.identity.address_of(caller.account).await?;
    let new = NewPassword::parse(&new_password, address.as_ref());
    let new =
        new.map_err(|error| Problem::invalid(vec![Flaw::at("/newPassword", error.to_string())]))?;
    let change = ChangePassword {
        account: caller.account,
        session: caller.session(),
        current: PresentedPassword::new(current_password),
        new,
    };
    let ended = app.identity.change_password(change).await;
    for session in ended.map_err(|error| problem(&error))? {
        app.revoked.add(session);
    }
    Ok(HttpResponse::NoContent().finish())
}

fn problem(error: &ChangePasswordError) -> Problem {
    match error {
        ChangePasswordError::WrongPassword => ProblemType::WrongPassword.into(),
        ChangePasswordError::Throttled(wait) => {
            Problem::from(ProblemType::TooManyAttempts).retry_after(*wait)
        }
        ChangePasswordError::Fault(fault) => Problem::fault(fault),
    }
}
