//! `POST /api/v1/auth/address/confirm`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use commands::Context;
use commands::authorization::permit;
use commands::identity::{ChangeAddress, PresentedMailedCode};
use domain::EmailAddress;
use serde::Deserialize;
use utoipa::ToSchema;

use super::change_of_address_problem;
use crate::accounts::AccountState;
use crate::app::App;
use crate::http::access::Access;
use crate::http::client;
use crate::http::command_request::CommandRequest;
use crate::http::input;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// Another address, with the codes that it and the present one were mailed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeAddressRequest {
    /// The address to sign in with.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::EmailAddress)]
    email: EmailAddress,
    /// The code that it was mailed.
    #[schema(value_type = schemas::MailedCode)]
    code: String,
    /// The code that the present address was mailed.
    #[schema(value_type = schemas::MailedCode)]
    present_code: String,
}

problems!(
    WrongCode,
    NotFound,
    SameAddress,
    LoginTaken,
    AccountErased,
    TooManyAttempts,
    MailNotConfigured,
    Contended
);

/// Sign in with another address from now on. Sessions go on.
#[utoipa::path(
    post,
    path = "/api/v1/auth/address/confirm",
    tag = "auth",
    operation_id = "changeAddress",
    security(("bearer" = [])),
    request_body = ChangeAddressRequest,
    responses(
        (
            status = 200, description = "Changed", body = AccountState,
            headers(("CareSync-Position" = String, description = "A query sent with it sees at least this change")),
        ),
        Problems,
    ),
)]
pub async fn change_address(
    app: Data<App>,
    http: HttpRequest,
    caller: Access<permit::ManageOwnAccount>,
    request: CommandRequest<ChangeAddressRequest>,
) -> Result<HttpResponse, Problem> {
    // A repeated request finds the address changed.
    let (context, _flight) = request.context(&app, &caller, None)?;
    let context = Context {
        idempotency: None,
        ..context
    };
    let ChangeAddressRequest {
        email,
        code,
        present_code,
    } = request.body;
    let change = ChangeAddress {
        account: caller.account,
        email,
        code: PresentedMailedCode::new(&code),
        present_code: PresentedMailedCode::new(&present_code),
        client: client::address(&http),
    };
    let done = app.identity.change_address(change, &context).await;
    let done = done.map_err(change_of_address_problem)?;
    Ok(changed(&done.map(AccountState::from)))
}
