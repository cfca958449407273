//! Events applied to the list of accounts.

use domain::account::{Account, AccountEvent};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::query::{self, AccountPhi, ListedAccount};
use crate::fold::Fold;
use crate::sealed::SealedRow;
use crate::stored::{Stored, column};

impl Fold for ListedAccount {
    type Aggregate = Account;

    fn id(&self) -> Uuid {
        self.account.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: AccountEvent, version: i64) -> Option<Self> {
        let account = match event {
            AccountEvent::Registered(registered) => Self {
                account: registered.account,
                roles: registered.roles,
                clinics: registered.clinics,
                person: registered.person,
                disabled: false,
                subject: registered.subject,
                phi: registered.phi.map(|phi| AccountPhi { email: phi.email }),
                version,
            },
            AccountEvent::Disabled(_) | AccountEvent::Erased(_) => Self {
                disabled: true,
                ..row?
            },
            AccountEvent::Enabled(_) => Self {
                disabled: false,
                ..row?
            },
            AccountEvent::AddressChanged(changed) => Self {
                phi: changed.phi.map(|phi| AccountPhi { email: phi.email }),
                ..row?
            },
        };
        Some(Self { version, ..account })
    }
}

impl Stored for SealedRow<ListedAccount> {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        query::by_ids(connection, ids).await
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        let (rows, phi) = Self::columns(rows);
        sqlx::query_file!(
            "src/account_directory/upsert.sql",
            &column(&rows, |row| row.account.as_uuid()),
            &column(&rows, |row| Json(&row.roles)) as _,
            &column(&rows, |row| Json(&row.clinics)) as _,
            &column(&rows, |row| Json(&row.person)) as _,
            &column(&rows, |row| row.disabled),
            &column(&rows, |row| row.subject.as_uuid()),
            &phi as _,
            &column(&rows, |row| row.version)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
