//! Authorization with the relation of a proxy, which is looked up.

use domain::patient::Patient;
use domain::{Actor, Role};
use event_store::ReadSet;

use super::{Action, Denial, Resource, authorize};
use crate::{Caller, CommandError};

/// Returns the actor that the caller is in an action on a resource of a patient. The proxies of the patient are
/// looked up only where no other relation suffices, and in the log: one may have been added or removed on
/// another node.
///
/// # Errors
/// See [`Denial`].
pub(crate) async fn authorize_or_proxy<R>(
    read: &ReadSet,
    caller: &Caller,
    action: Action,
    resource: Resource,
) -> Result<Actor, CommandError<R>> {
    let mut authorized = authorize(caller, action, &resource);
    if let (Err(Denial::NotFound), Some(patient)) = (authorized, resource.patient)
        && caller.is(Role::Patient)
    {
        let patient = read.load_from_log::<Patient>(patient).await?;
        let proxied = patient.aggregate().is_proxy(caller.account);
        authorized = authorize(caller, action, &resource.proxied(proxied));
    }
    Ok(Actor::account(caller.account, authorized?))
}
