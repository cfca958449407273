//! `POST /api/v1/auth/address`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::identity::{ChangeAddressError, PresentedPassword};
use domain::EmailAddress;
use serde::Deserialize;
use utoipa::ToSchema;

use super::mailed_code_problem;
use crate::accounts::registration_refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::CommandRequest;
use crate::http::input;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;
use crate::http::schemas;

/// Another address for one's own account.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BeginChangeOfAddressRequest {
    /// The address to sign in with.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::EmailAddress)]
    email: EmailAddress,
    /// The present password.
    #[schema(format = Password, example = "correct horse battery")]
    current_password: String,
}

problems!(
    WrongPassword,
    NotFound,
    SameAddress,
    TooManyAttempts,
    MailNotConfigured,
    Overloaded
);

/// Ask to sign in with another address. It and the present one are mailed a code each, valid for an hour. The answer is
/// the same if another account has the new address; then its mail says so.
#[utoipa::path(
    post,
    path = "/api/v1/auth/address",
    tag = "auth",
    operation_id = "beginChangeOfAddress",
    security(("bearer" = [])),
    request_body = BeginChangeOfAddressRequest,
    responses(
        (status = 202, description = "Mails are on their way, or were sent a moment ago"),
        Problems,
    ),
)]
pub async fn begin_change_of_address(
    app: Data<App>,
    caller: Access<permit::ManageOwnAccount>,
    request: CommandRequest<BeginChangeOfAddressRequest>,
) -> Result<HttpResponse, Problem> {
    let BeginChangeOfAddressRequest {
        email,
        current_password,
    } = request.body;
    let password = PresentedPassword::new(current_password);
    let begun = app
        .identity
        .begin_change_of_address(caller.account, &email, &password)
        .await;
    begun.map_err(change_of_address_problem)?;
    Ok(HttpResponse::Accepted().finish())
}

/// Problems of a change of address.
pub fn change_of_address_problem(error: ChangeAddressError) -> Problem {
    match error {
        ChangeAddressError::Code(error) => mailed_code_problem(&error),
        ChangeAddressError::WrongPassword => ProblemType::WrongPassword.into(),
        ChangeAddressError::Throttled(wait) => {
            Problem::from(ProblemType::TooManyAttempts).retry_after(wait)
        }
        ChangeAddressError::SameAddress => ProblemType::SameAddress.into(),
        ChangeAddressError::Change(error) => of_command(error, registration_refusal),
    }
}
