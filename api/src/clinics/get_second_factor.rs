//! `GET /api/v1/clinics/{id}/second-factor`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use domain::ClinicId;
use serde::Serialize;
use utoipa::ToSchema;

use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::{Versioned, found};

/// A clinic's setting for the second factor of its staff.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecondFactorSettingBody {
    /// True if it is required, false if not; absent where the group's setting counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    required: Option<bool>,
    /// The clinic's version, as in the `ETag`.
    version: i64,
}

impl Versioned for SecondFactorSettingBody {
    fn version(&self) -> i64 {
        self.version
    }
}

problems!(Forbidden, NotFound);

/// The clinic's setting for the second factor of its staff, for its admins.
#[utoipa::path(
    get,
    path = "/api/v1/clinics/{id}/second-factor",
    tag = "clinics",
    operation_id = "getStaffSecondFactor",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The clinic")),
    responses(
        (status = 200, description = "The setting", body = SecondFactorSettingBody),
        Problems,
    ),
)]
pub async fn get_staff_second_factor(
    app: Data<App>,
    caller: Access<permit::ChangeClinic>,
    Id(clinic): Id<ClinicId>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let (required, reply) = app
        .commands
        .staff_second_factor(clinic)
        .await
        .map_err(|error| of_command(error, refusal))?;
    let version = reply.version;
    Ok(found(&SecondFactorSettingBody { required, version }))
}
