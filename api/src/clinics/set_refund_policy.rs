//! `PUT /api/v1/clinics/{id}/refund-policy`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use domain::ClinicId;
use domain::payment::RefundPolicy;
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusal::refusal;
use super::{ClinicState, RefundStepBody};
use crate::app::App;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// How much patients get back from now on.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefundPolicyRequest {
    /// The lines, from the most hours before the visit to the fewest; at most 24. A later line never gives back
    /// more than an earlier one. Without lines, nothing is given back.
    #[schema(value_type = Vec<RefundStepBody>)]
    refund_policy: RefundPolicy,
}

/// Say how much of a fee patients get back who call a visit off: an admin of the clinic may. It counts for
/// visits that are called off from now on. If the doctor or the clinic calls off, all is given back in any case.
#[utoipa::path(
    put,
    path = "/api/v1/clinics/{id}/refund-policy",
    tag = "clinics",
    operation_id = "setRefundPolicy",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The clinic"),
        ("If-Match" = String, Header, description = "The ETag of the clinic that you have read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = RefundPolicyRequest,
    responses(
        (status = 200, description = "It counts, from now on or as before", body = ClinicState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such clinic among yours", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`request-in-progress`, with Retry-After", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value breaks a rule, or `idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`if-match-required`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn set_refund_policy(
    app: Data<App>,
    caller: Access<AdminOnly>,
    Id(clinic): Id<ClinicId>,
    IfMatch(expected): IfMatch,
    submission: Submission<RefundPolicyRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let actor = caller.actor();
    let (context, _flight) = submission.context(&app, caller.account, actor, Some(clinic))?;
    let policy = submission.body.refund_policy;
    let target = Target::new(clinic, Some(expected));
    let done = app
        .commands
        .set_refund_policy(target, policy, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ClinicState::from)))
}
