//! `POST /api/v1/auth/second-factor`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::identity::{PresentedPassword, SecondFactorError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::CommandRequest;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;

/// The password of the account.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BeginSecondFactorRequest {
    /// The present password.
    #[schema(format = Password, example = "correct horse battery")]
    current_password: String,
}

/// A secret for an authenticator app.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecondFactorSecret {
    /// The secret in Base32, to be typed.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// The same as an address, to be shown as a QR code.
    #[schema(
        example = "otpauth://totp/CareSync?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=CareSync"
    )]
    uri: String,
}

problems!(
    WrongPassword,
    SecondFactorAlreadySet,
    SecondFactorNotSet,
    TooManyAttempts,
    Overloaded
);

/// Begin with one-time codes as a second factor. A sign-in needs none until the secret is confirmed.
#[utoipa::path(
    post,
    path = "/api/v1/auth/second-factor",
    tag = "auth",
    operation_id = "beginSecondFactor",
    security(("bearer" = [])),
    request_body = BeginSecondFactorRequest,
    responses(
        (status = 200, description = "To be confirmed", body = SecondFactorSecret),
        Problems,
    ),
)]
pub async fn begin_second_factor(
    app: Data<App>,
    caller: Access<permit::ManageOwnAccount>,
    request: CommandRequest<BeginSecondFactorRequest>,
) -> Result<HttpResponse, Problem> {
    let password = PresentedPassword::new(request.body.current_password);
    let begun = app
        .identity
        .begin_second_factor(caller.account, password)
        .await;
    let secret = begun
        .map_err(|error| second_factor_problem(&error))?
        .expose();
    let uri = format!("otpauth://totp/CareSync?secret={secret}&issuer=CareSync");
    Ok(HttpResponse::Ok().json(SecondFactorSecret { secret, uri }))
}

/// Problems of a second factor.
pub fn second_factor_problem(error: &SecondFactorError) -> Problem {
    match error {
        SecondFactorError::WrongPassword => ProblemType::WrongPassword.into(),
        SecondFactorError::WrongCode => ProblemType::WrongCode.into(),
        SecondFactorError::AlreadySet => ProblemType::SecondFactorAlreadySet.into(),
        SecondFactorError::NotSet => ProblemType::SecondFactorNotSet.into(),
        SecondFactorError::Throttled(wait) => {
            Problem::from(ProblemType::TooManyAttempts).retry_after(*wait)
        }
        SecondFactorError::Fault(fault) => Problem::fault(fault),
    }
}
