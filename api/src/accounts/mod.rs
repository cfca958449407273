//! Accounts of those who work here, and the accounts of all others as admins see them.
//!
//! An admin has to do with accounts whose clinics are among their own; of any wider one they may not
//! know. What an account may do and where is settled when it is registered and stays.

mod disable;
mod enable;
mod get;
mod invite;
mod list;
mod refusal;
mod register;
mod resource;

use actix_web::web::{self, ServiceConfig};
use commands::accounts::AccountReply;
use commands::identity::NewPassword;
use domain::account::Person;
use domain::{AccountId, DoctorId, EmailAddress, PatientId, Role};
use projections::account_directory::ListedAccount;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::problem::{Flaw, Problem};
use crate::http::response::Versioned;
use crate::http::schemas;

pub(crate) use refusal::{refusal, registration_refusal};
pub(crate) use {disable::*, enable::*, get::*, invite::*, list::*, register::*};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/accounts", web::post().to(register_account))
        .route("/accounts", web::get().to(list_accounts))
        .route("/accounts/{id}", web::get().to(get_account))
        .route("/accounts/{id}/disable", web::post().to(disable_account))
        .route("/accounts/{id}/enable", web::post().to(enable_account))
        .route("/accounts/{id}/invitation", web::post().to(invite_account));
}

/// An account after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountState {
    /// The account.
    #[schema(value_type = Uuid)]
    pub id: AccountId,
    /// Set while it may not sign in.
    pub disabled: bool,
    /// Its version.
    pub version: i64,
}

/// An account, as admins see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountRecord {
    /// The account.
    #[schema(value_type = Uuid)]
    pub id: AccountId,
    /// The address that it signs in with; absent once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::EmailAddress>)]
    pub email: Option<EmailAddress>,
    /// The roles that it may act in.
    #[schema(value_type = Vec<schemas::Role>)]
    pub roles: Vec<Role>,
    /// The clinics at which it may act as staff.
    pub clinics: schemas::ClinicScopeBody,
    /// The patient that it is, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub patient_id: Option<PatientId>,
    /// The doctor that it is, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub doctor_id: Option<DoctorId>,
    /// Set while it may not sign in.
    pub disabled: bool,
    /// Its version, as in the `ETag`.
    pub version: i64,
    /// Set if what is stored about the person can't be opened, because a key was lost; the server's log says which.
    /// Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub unreadable: bool,
    /// Set if a later event of it could not be applied: it is shown as it was before. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub parked: bool,
}

impl Versioned for AccountState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for AccountRecord {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<AccountReply> for AccountState {
    fn from(reply: AccountReply) -> Self {
        let AccountReply {
            account,
            disabled,
            version,
        } = reply;
        Self {
            id: account,
            disabled,
            version,
        }
    }
}

impl From<ListedAccount> for AccountRecord {
    fn from(row: ListedAccount) -> Self {
        let (patient_id, doctor_id) = match row.person {
            Person::None => (None, None),
            Person::Patient(patient) => (Some(patient), None),
            Person::Doctor(doctor) => (None, Some(doctor)),
        };
        Self {
            unreadable: row.phi.is_unreadable(),
            id: row.account,
            email: row.email().cloned(),
            roles: row.roles.into_iter().collect(),
            clinics: row.clinics.into(),
            patient_id,
            doctor_id,
            disabled: row.disabled,
            version: row.version,
            parked: false,
        }
    }
}

/// Parses a password that an account is given.
pub(crate) fn new_password(text: &str, owner: &EmailAddress) -> Result<NewPassword, Problem> {
    new_password_at("/password", text, owner)
}

/// The same of another field.
pub(crate) fn new_password_at(
    field: &str,
    text: &str,
    owner: &EmailAddress,
) -> Result<NewPassword, Problem> {
    NewPassword::parse(text, Some(owner))
        .map_err(|error| Problem::invalid(vec![Flaw::at(field, error.to_string())]))
}
