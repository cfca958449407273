//! The relation of a proxy, which is looked up in the read models.

use actix_web::web::Data;
use commands::authorization::{Denial, Permit, Resource, VisibleRows, authorize};
use commands::ports::AccessedItem;
use domain::{PatientId, Role};
use projections::patient_card;

use crate::app::App;
use crate::http::access::Access;
use crate::http::disclosure::Disclosure;
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
    let resource = with_proxy_if_needed(app, caller, resource, position).await?;
    caller.require(&resource)
}

/// The same for data of the patient that are shown: the decision is recorded.
///
/// # Errors
/// See [`Denial`]; 503 if the decision can't be recorded.
pub async fn disclose_or_proxy<'a, P: Permit>(
    app: &Data<App>,
    caller: &'a Access<P>,
    resource: Resource,
    item: AccessedItem,
    position: &Position,
) -> Result<Disclosure<'a>, Problem> {
    let resource = with_proxy_if_needed(app, caller, resource, position).await?;
    caller.disclose(&resource, item).await
}

async fn with_proxy_if_needed<P: Permit>(
    app: &Data<App>,
    caller: &Access<P>,
    resource: Resource,
    position: &Position,
) -> Result<Resource, Problem> {
    match authorize(caller, P::ACTION, &resource) {
        Err(Denial::NotFound) => with_proxy(app, caller, resource, position).await,
        Ok(_) | Err(Denial::Forbidden) => Ok(resource),
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
    let owner = owner_of_rows(app, caller, patient, position).await?;
    Ok(VisibleRows::new(caller, P::ACTION, &owner)?)
}

/// The same for a list with data of the patient that are shown: the decision is recorded.
///
/// # Errors
/// See [`Denial`]; 503 if the decision can't be recorded.
pub async fn disclose_rows<'a, P: Permit>(
    app: &Data<App>,
    caller: &'a Access<P>,
    patient: PatientId,
    item: AccessedItem,
    position: &Position,
) -> Result<(VisibleRows, Disclosure<'a>), Problem> {
    let owner = owner_of_rows(app, caller, patient, position).await?;
    let rows = VisibleRows::new(caller, P::ACTION, &owner);
    let authorized = rows.as_ref().map(|rows| rows.authorized);
    let disclosure = caller
        .disclose_of(
            &[patient].into(),
            authorized.map_err(|denial| *denial),
            item,
        )
        .await?;
    Ok((rows?, disclosure))
}

async fn owner_of_rows<P: Permit>(
    app: &Data<App>,
    caller: &Access<P>,
    patient: PatientId,
    position: &Position,
) -> Result<Resource, Problem> {
    let owner = Resource::of_patient(patient);
    if caller.patient == Some(patient) {
        Ok(owner)
    } else {
        with_proxy(app, caller, owner, position).await
    }
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
