//! `PUT /api/v1/clinics/{id}/refund-policy`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::ClinicId;
use domain::payment::RefundPolicy;
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusal::refusal;
use super::{ClinicState, RefundStepBody};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

/// A new table of refunds.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefundPolicyRequest {
    /// The lines, from the most hours before the visit to the fewest; at most 24. A later line never gives back
    /// more than an earlier one. Without lines, nothing is given back.
    #[schema(value_type = Vec<RefundStepBody>, max_items = 24)]
    refund_policy: RefundPolicy,
}

problems!(Forbidden, NotFound);

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
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = RefundPolicyRequest,
    responses(
        (status = 200, description = "It counts, from now on or as before", body = ClinicState),
        Problems,
    ),
)]
pub async fn set_refund_policy(
    app: Data<App>,
    caller: Access<permit::ChangeClinic>,
    Id(clinic): Id<ClinicId>,
    IfMatch(expected): IfMatch,
    request: CommandRequest<RefundPolicyRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let policy = request.body.refund_policy;
    let target = Target::new(clinic, Some(expected));
    let done = app
        .commands
        .set_refund_policy(target, policy, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ClinicState::from)))
}
