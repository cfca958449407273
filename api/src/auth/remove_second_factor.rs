//! `POST /api/v1/auth/second-factor/remove`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::identity::{PresentedCode, PresentedPassword};
use serde::Deserialize;
use utoipa::ToSchema;

use super::second_factor_problem;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::CommandRequest;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;

/// Password and code of the account.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveSecondFactorRequest {
    /// The present password.
    #[schema(format = Password, example = "correct horse battery")]
    current_password: String,
    /// A code of the app, or a recovery code.
    #[schema(example = "287082")]
    code: String,
}

problems!(
    WrongPassword,
    WrongCode,
    SecondFactorNotSet,
    TooManyAttempts,
    Overloaded
);

/// Remove the second factor, with its recovery codes.
#[utoipa::path(
    post,
    path = "/api/v1/auth/second-factor/remove",
    tag = "auth",
    operation_id = "removeSecondFactor",
    security(("bearer" = [])),
    request_body = RemoveSecondFactorRequest,
    responses(
        (status = 204, description = "Removed"),
        Problems,
    ),
)]
pub async fn remove_second_factor(
    app: Data<App>,
    caller: Access<permit::ManageOwnAccount>,
    request: CommandRequest<RemoveSecondFactorRequest>,
) -> Result<HttpResponse, Problem> {
    let RemoveSecondFactorRequest {
        current_password,
        code,
    } = request.body;
    let password = PresentedPassword::new(current_password);
    let code = PresentedCode::new(&code);
    let removed = app
        .identity
        .remove_second_factor(caller.account, password, &code);
    removed
        .await
        .map_err(|error| second_factor_problem(&error))?;
    Ok(HttpResponse::NoContent().finish())
}
