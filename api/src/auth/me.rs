//! `GET /api/v1/auth/me`

use actix_web::web::Json;
use commands::authorization::permit;

use super::AccountBody;
use crate::http::access::Access;

/// The account of the token.
#[utoipa::path(
    get,
    path = "/api/v1/auth/me",
    tag = "auth",
    operation_id = "me",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The account of the token", body = AccountBody),
    ),
)]
pub async fn me(caller: Access<permit::ManageOwnAccount>) -> Json<AccountBody> {
    Json(AccountBody {
        id: caller.account,
        roles: caller.roles.iter().copied().collect(),
        clinics: caller.clinics.clone(),
        patient_id: caller.patient,
        doctor_id: caller.doctor,
        second_factor_required: caller.lacks_second_factor(),
    })
}
