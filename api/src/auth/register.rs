//! `POST /api/v1/auth/register`

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::{EmailAddressRequest, code_is_mailed};
use crate::app::App;
use crate::http::command_request::CommandRequest;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;

problems!(MailNotConfigured, Overloaded);

/// Sign up as a patient: the address is mailed a code, with which `/auth/register/complete` makes the account. The answer
/// is the same if there is an account with this address; then the mail says so. Between two mails to one address there
/// is a pause of a minute and more; within it the code of the last mail stays valid, for a day.
#[utoipa::path(
    post,
    path = "/api/v1/auth/register",
    tag = "auth",
    operation_id = "register",
    request_body = EmailAddressRequest,
    responses(
        (status = 202, description = "A mail is on its way, or was sent a moment ago"),
        Problems,
    ),
)]
pub async fn register(
    app: Data<App>,
    request: CommandRequest<EmailAddressRequest>,
) -> Result<HttpResponse, Problem> {
    code_is_mailed(app.identity.begin_sign_up(&request.body.email).await)
}
