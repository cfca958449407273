//! How the list of accounts is asked.

use domain::account::Person;
use domain::{AccountId, ClinicScope, EmailAddress, Phi, Roles, SubjectId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::ReadError;
use crate::columns::{json, read};
use crate::error::Corrupt;
use crate::sealed::{Closed, Personal};

/// An account, as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAccount {
    /// Which account.
    pub account: AccountId,
    /// What it may act as.
    pub roles: Roles,
    /// Where it may act.
    pub clinics: ClinicScope,
    /// Whose it is.
    pub person: Person,
    /// Whether it is shut.
    pub disabled: bool,
    /// The patient or the doctor, or else the account's holder.
    pub subject: SubjectId,
    /// What they sign in with. Once erased, the account is listed without an address.
    pub phi: Phi<AccountPhi>,
    /// The version of the account that this row shows.
    pub version: i64,
}

/// What somebody signs in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountPhi {
    /// The address to sign in with.
    pub email: EmailAddress,
}

impl ListedAccount {
    /// The address to sign in with; nothing once erased.
    #[must_use]
    pub fn email(&self) -> Option<&EmailAddress> {
        self.phi.clear().map(|phi| &phi.email)
    }
}

/// Accounts by id: at most `limit` of them, those behind `after`.
pub async fn list(
    pool: &PgPool,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<Closed<ListedAccount>>, ReadError> {
    let rows = sqlx::query_as!(
        Columns,
        r#"
        select account_id, roles, clinics, person, disabled, subject, phi, version
        from account_directory
        where $1::uuid is null or account_id > $1
        order by account_id
        limit $2
        "#,
        after.map(|account| account.as_uuid()),
        limit
    )
    .fetch_all(pool)
    .await;
    rows.and_then(read)
        .map_err(ReadError::doing("listing accounts"))
}

/// One account, if it is known.
pub async fn get(
    pool: &PgPool,
    account: AccountId,
) -> Result<Option<Closed<ListedAccount>>, ReadError> {
    let rows = of(pool, &[account.as_uuid()]).await;
    rows.map(|mut rows| rows.pop())
        .map_err(ReadError::doing("reading an account"))
}

/// The rows of some accounts.
pub(super) async fn of(
    executor: impl PgExecutor<'_>,
    accounts: &[Uuid],
) -> Result<Vec<Closed<ListedAccount>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Columns,
        r#"
        select account_id, roles, clinics, person, disabled, subject, phi, version
        from account_directory
        where account_id = any ($1)
        "#,
        accounts
    )
    .fetch_all(executor)
    .await?;
    read(rows)
}

impl Personal for ListedAccount {
    type Content = AccountPhi;

    const TABLE: &'static str = "account_directory";

    fn key(&self) -> Uuid {
        self.account.as_uuid()
    }

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&self) -> &Phi<AccountPhi> {
        &self.phi
    }

    fn with_phi(self, phi: Phi<AccountPhi>) -> Self {
        Self { phi, ..self }
    }
}

struct Columns {
    account_id: Uuid,
    roles: Value,
    clinics: Value,
    person: Value,
    disabled: bool,
    subject: Uuid,
    phi: Option<String>,
    version: i64,
}

impl TryFrom<Columns> for Closed<ListedAccount> {
    type Error = Corrupt;

    fn try_from(columns: Columns) -> Result<Self, Corrupt> {
        let row = ListedAccount {
            account: AccountId::from_uuid(columns.account_id),
            roles: json("roles", columns.roles)?,
            clinics: json("clinics", columns.clinics)?,
            person: json("person", columns.person)?,
            disabled: columns.disabled,
            subject: SubjectId::from_uuid(columns.subject),
            phi: Phi::Erased,
            version: columns.version,
        };
        Ok(Self::new(row, columns.phi))
    }
}
