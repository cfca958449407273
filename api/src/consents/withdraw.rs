//! `DELETE /api/v1/patients/{id}/consents/{consentId}`

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use commands::authorization::permit;
use domain::{ConsentId, PatientId};

use super::{ConsentState, owner, refusal::refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader, Nothing};
use crate::http::ids::segment;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

/// A patient and a consent, from the path.
pub struct ConsentPath {
    patient: PatientId,
    consent: ConsentId,
}

impl FromRequest for ConsentPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(segment(request, "id").and_then(|patient| {
            let consent = segment(request, "consentId")?;
            Ok(Self { patient, consent })
        }))
    }
}

problems!(Forbidden, NotFound);

/// Withdraw a consent: those who may grant one may. From then on nothing is shown because of it, also on the next page of a
/// list.
#[utoipa::path(
    delete,
    path = "/api/v1/patients/{id}/consents/{consentId}",
    tag = "patients",
    operation_id = "withdrawConsent",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("consentId" = Uuid, Path, description = "The consent"),
        IdempotencyHeader,
    ),
    responses(
        (status = 200, description = "Withdrawn, now or before", body = ConsentState),
        Problems,
    ),
)]
pub async fn withdraw_consent(
    app: Data<App>,
    caller: Access<permit::ChangeConsents>,
    path: ConsentPath,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let owner = owner::for_changing(&app, &caller, path.patient, None).await?;
    let done = app
        .commands
        .withdraw_consent(&caller, path.consent, &owner, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ConsentState::from)))
}
