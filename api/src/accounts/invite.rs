//! `POST /api/v1/accounts/{id}/invitation`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::identity::InvitationError;
use domain::AccountId;

use super::resource::resource_of;
use crate::app::App;
use crate::auth::mailed_code_problem;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;

problems!(Forbidden, NotFound, InvitationAccepted, MailNotConfigured);

/// Invite an account again that has no password yet. Codes of earlier invitations are void then. Between two mails there is
/// a pause of a minute and more.
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{id}/invitation",
    tag = "accounts",
    operation_id = "inviteAccount",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The account"),
    ),
    responses(
        (status = 202, description = "A mail is on its way, or was sent a moment ago"),
        Problems,
    ),
)]
pub async fn invite_account(
    app: Data<App>,
    caller: Access<permit::RegisterAccount>,
    Id(account): Id<AccountId>,
) -> Result<HttpResponse, Problem> {
    caller.require(&resource_of(&app, &caller, account).await?)?;
    let invited = app.identity.invite(account).await;
    invited.map_err(|error| problem(&error))?;
    Ok(HttpResponse::Accepted().finish())
}

fn problem(error: &InvitationError) -> Problem {
    match error {
        InvitationError::Code(error) => mailed_code_problem(error),
        InvitationError::NotFound => Problem::not_found(),
        InvitationError::Accepted => ProblemType::InvitationAccepted.into(),
    }
}
