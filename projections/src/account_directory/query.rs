//! Queries on the list of accounts.

use domain::account::Person;
use domain::{AccountId, ClinicId, ClinicScope, EmailAddress, PatientId, Phi, Roles, SubjectId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::error::{InvalidRow, ReadError};
use crate::sealed::{Personal, SealedRow};
use crate::stored::{fetch, fetch_by_id, json};

/// An account, as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAccount {
    /// Id of the account.
    pub account: AccountId,
    /// Roles in which it may act.
    pub roles: Roles,
    /// Clinics at which it may act.
    pub clinics: ClinicScope,
    /// Person to whom it belongs.
    pub person: Person,
    /// True if it can't be used to sign in.
    pub disabled: bool,
    /// The patient or the doctor, or else the account's holder.
    pub subject: SubjectId,
    /// Login address. Once erased, the account is listed without one.
    pub phi: Phi<AccountPhi>,
    /// Sequence number of the last event that this row contains.
    pub version: i64,
}

/// Personal data of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountPhi {
    /// The address to sign in with.
    pub email: EmailAddress,
}

impl ListedAccount {
    /// Returns the address to sign in with; nothing once erased.
    #[must_use]
    pub fn email(&self) -> Option<&EmailAddress> {
        self.phi.clear().map(|phi| &phi.email)
    }
}

/// Lists accounts by id: at most `limit` of them, those behind `after`.
pub async fn list(
    pool: &PgPool,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<SealedRow<ListedAccount>>, ReadError> {
    let rows = sqlx::query_as!(
        AccountRow,
        r#"
        select account_id, roles, clinics, person, disabled, subject, phi, version
        from account_directory
        where account_id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid)
        order by account_id
        limit $2
        "#,
        after.map(|account| account.as_uuid()),
        limit
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("listing accounts"))
}

/// Lists, like [`list`], the accounts that belong to some clinics: of staff all of whose clinics are among these, and
/// of patients who have or had an appointment at one of them.
pub async fn list_at_clinics(
    pool: &PgPool,
    clinics: &[ClinicId],
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<SealedRow<ListedAccount>>, ReadError> {
    let clinics: Vec<Uuid> = clinics.iter().map(ClinicId::as_uuid).collect();
    let rows = sqlx::query_file_as!(
        AccountRow,
        "src/account_directory/list_at_clinics.sql",
        after.map(|account| account.as_uuid()),
        limit,
        &clinics
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("listing accounts of clinics"))
}

/// Lists the accounts that belong to a patient.
pub async fn of_patient(
    pool: &PgPool,
    patient: PatientId,
) -> Result<Vec<SealedRow<ListedAccount>>, ReadError> {
    let rows = sqlx::query_as!(
        AccountRow,
        r#"
        select account_id, roles, clinics, person, disabled, subject, phi, version
        from account_directory
        where person ->> 'id' = $1::text
          and person ->> 'kind' = 'patient'
        order by account_id
        "#,
        patient.to_string()
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("reading the accounts of a patient"))
}

/// Lists the accounts of admins that are not disabled.
pub async fn admins(pool: &PgPool) -> Result<Vec<SealedRow<ListedAccount>>, ReadError> {
    let rows = sqlx::query_as!(
        AccountRow,
        r#"
        select account_id, roles, clinics, person, disabled, subject, phi, version
        from account_directory
        where roles @> '["ADMIN"]'::jsonb
          and not disabled
        order by account_id
        "#
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("reading the accounts of admins"))
}

/// Returns an account, if it is known.
pub async fn get(
    pool: &PgPool,
    account: AccountId,
) -> Result<Option<SealedRow<ListedAccount>>, ReadError> {
    fetch_by_id("reading an account", pool, account.as_uuid()).await
}

/// Returns the rows of some accounts.
pub(super) async fn by_ids(
    connection: &mut PgConnection,
    accounts: &[Uuid],
) -> Result<Vec<SealedRow<ListedAccount>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        AccountRow,
        r#"
        select account_id, roles, clinics, person, disabled, subject, phi, version
        from account_directory
        where account_id = any ($1)
        "#,
        accounts
    );
    fetch(rows.fetch_all(connection)).await
}

impl Personal for ListedAccount {
    type Content = AccountPhi;

    const TABLE: &'static str = "account_directory";

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&mut self) -> &mut Phi<AccountPhi> {
        &mut self.phi
    }
}

/// Row of `account_directory`.
struct AccountRow {
    account_id: Uuid,
    roles: Value,
    clinics: Value,
    person: Value,
    disabled: bool,
    subject: Uuid,
    phi: Option<String>,
    version: i64,
}

impl TryFrom<AccountRow> for SealedRow<ListedAccount> {
    type Error = InvalidRow;

    fn try_from(stored: AccountRow) -> Result<Self, InvalidRow> {
        let row = ListedAccount {
            account: AccountId::from_uuid(stored.account_id),
            roles: json("roles", stored.roles)?,
            clinics: json("clinics", stored.clinics)?,
            person: json("person", stored.person)?,
            disabled: stored.disabled,
            subject: SubjectId::from_uuid(stored.subject),
            phi: Phi::Erased,
            version: stored.version,
        };
        Ok(Self::new(row, stored.phi))
    }
}
