//! Accounts as resources.

use std::collections::BTreeSet;

use commands::Caller;
use commands::authorization::{Resource, ResourceClinics};
use domain::account::Person;
use domain::{AccountId, ClinicScope, PatientId};
use projections::account_directory::{self, ListedAccount};
use projections::patient_appointments::{self, CareQuery};

use crate::app::App;
use crate::http::problem::Problem;

/// An account, with its relation of care to the caller's clinics.
pub async fn resource(
    app: &App,
    caller: &Caller,
    account: &ListedAccount,
) -> Result<Resource, Problem> {
    let in_care = match (&caller.clinics, account.person) {
        (ClinicScope::Only(own), Person::Patient(patient)) => {
            let care = CareQuery {
                clinics: own.iter().copied().collect(),
                ..CareQuery::default()
            };
            patient_appointments::is_in_care(&app.pool, patient, &care).await?
        }
        _ => false,
    };
    let resource = Resource::of_account(account.account)
        .with_clinics(ResourceClinics::from_scope(&account.clinics));
    Ok(Resource {
        in_care,
        ..resource
    })
}

/// Returns the patients whose accounts these are. Accounts of staff are no patient's data.
pub fn patients<'a>(accounts: impl IntoIterator<Item = &'a ListedAccount>) -> BTreeSet<PatientId> {
    let persons = accounts.into_iter().map(|account| account.person);
    let patients = persons.filter_map(|person| match person {
        Person::Patient(patient) => Some(patient),
        Person::None | Person::Doctor(_) => None,
    });
    patients.collect()
}

/// Reads an account as a resource. An account keeps the clinics that it was registered with, so a read model that is
/// behind can hide it, but never widen it. One that is not there has no relation to anyone.
pub async fn resource_of(
    app: &App,
    caller: &Caller,
    account: AccountId,
) -> Result<Resource, Problem> {
    match account_directory::get(&app.pool, account).await? {
        Some(row) => resource(app, caller, row.row()).await,
        None => Ok(Resource::of_account(account)),
    }
}
