//! `POST /api/v1/auth/second-factor/confirm`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::identity::PresentedCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::second_factor_problem;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::CommandRequest;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;

/// A code of the authenticator app.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmSecondFactorRequest {
    /// Six digits.
    #[schema(example = "287082")]
    code: String,
}

/// Codes for the day on which the device is lost.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodesReply {
    /// The codes, each good for one sign-in. They are shown this once.
    #[schema(example = json!(["GEZD-GNBV-GY3T-QOJQ"]))]
    recovery_codes: Vec<String>,
}

problems!(
    WrongCode,
    SecondFactorAlreadySet,
    SecondFactorNotSet,
    TooManyAttempts
);

/// Confirm the secret with a code of the app. From now on a sign-in needs a code.
#[utoipa::path(
    post,
    path = "/api/v1/auth/second-factor/confirm",
    tag = "auth",
    operation_id = "confirmSecondFactor",
    security(("bearer" = [])),
    request_body = ConfirmSecondFactorRequest,
    responses(
        (status = 200, description = "Confirmed", body = RecoveryCodesReply),
        Problems,
    ),
)]
pub async fn confirm_second_factor(
    app: Data<App>,
    caller: Access<permit::ManageOwnAccount>,
    request: CommandRequest<ConfirmSecondFactorRequest>,
) -> Result<HttpResponse, Problem> {
    let code = PresentedCode::new(&request.body.code);
    let confirmed = app
        .identity
        .confirm_second_factor(caller.account, &code)
        .await;
    let codes = confirmed.map_err(|error| second_factor_problem(&error))?;
    Ok(HttpResponse::Ok().json(RecoveryCodesReply {
        recovery_codes: codes.0,
    }))
}
