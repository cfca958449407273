//! The relation of a proxy, which is looked up in the read models.

use actix_web::web::Data;
use commands::authorization::{Denial, Permit, Resource, VisibleRows, authorize};
use domain::{PatientId, Role};
use projections::patient_card;

use crate::app::App;
use crate::http::access::Access;
use crate::http::position::Position;
use crate::http::problem::Problem;

/// Goes on only for a caller who may take the action on a resource of a patient. The patients whom the caller acts for
/// are looked up only where no other relation suffices.
///
/// # Errors
/// See [`Denial`].
pub async fn require_or_proxy<P: Permit>(
    app: &Data<App>,
    caller: &Access<P>,
    resource: Resource,
    position: &Position,
) -> Result<(), Problem> {
    match authorize(caller, P::ACTION, &resource) {
        Ok(_) => Ok(()),
        Err(Denial::NotFound) => {
            let resource = with_proxy(app, caller, resource, position).await?;
            caller.require(&resource)
        }
        Err(denial) => Err(denial.into()),
    }
}

/// Returns the rows of a patient's list on which the caller may take the action.
///
/// # Errors
/// See [`Denial`].
pub async fn visible_rows<P: Permit>(
    app: &Data<App>,
    caller: &Access<P>,
    patient: PatientId,
    position: &Position,
) -> Result<VisibleRows, Problem> {
    let owner = Resource::of_patient(patient);
    let owner = if caller.patient == Some(patient) {
        owner
    } else {
        with_proxy(app, caller, owner, position).await?
    };
    Ok(VisibleRows::new(caller, P::ACTION, &owner)?)
}

async fn with_proxy<P: Permit>(
    app: &Data<App>,
    caller: &Access<P>,
    resource: Resource,
    position: &Position,
) -> Result<Resource, Problem> {
    // Only an account with this role can be a proxy.
    let Some(patient) = resource.patient.filter(|_| caller.is(Role::Patient)) else {
        return Ok(resource);
    };
    position.wait_for(app, patient_card::NAME).await?;
    let proxied = patient_card::patients_of_proxy(&app.pool, caller.account).await?;
    Ok(resource.proxied(proxied.contains(&patient)))
}
