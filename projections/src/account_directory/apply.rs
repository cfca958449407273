//! How events change the list of accounts.

use domain::account::AccountEvent;
use event_store::{RecordedEvent, Sealing, SubscriberError};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::query::{self, AccountPhi, ListedAccount};
use crate::columns::column;
use crate::fold::{Changes, Fold};
use crate::sealed::{Closed, sealed};

pub(super) async fn apply(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
    sealing: &Sealing,
) -> Result<(), SubscriberError> {
    let changes = Changes::decode(events)?;
    let stored = query::of(&mut *connection, &changes.aggregates()).await?;
    write(connection, sealing, &changes.fold(stored)).await?;
    Ok(())
}

impl Fold for ListedAccount {
    type Event = AccountEvent;

    fn aggregate(&self) -> Uuid {
        self.account.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(known: Option<Self>, event: AccountEvent, version: i64) -> Option<Self> {
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
            AccountEvent::Disabled(_) => Self {
                disabled: true,
                ..known?
            },
            AccountEvent::Enabled(_) => Self {
                disabled: false,
                ..known?
            },
        };
        Some(Self { version, ..account })
    }
}

async fn write(
    connection: &mut PgConnection,
    sealing: &Sealing,
    rows: &[Closed<ListedAccount>],
) -> Result<(), sqlx::Error> {
    let phi = sealed(sealing, rows).await?;
    sqlx::query_file!(
        "src/account_directory/upsert.sql",
        &column(rows, |row| row.row().account.as_uuid()),
        &column(rows, |row| Json(&row.row().roles)) as _,
        &column(rows, |row| Json(&row.row().clinics)) as _,
        &column(rows, |row| Json(&row.row().person)) as _,
        &column(rows, |row| row.row().disabled),
        &column(rows, |row| row.row().subject.as_uuid()),
        &phi as _,
        &column(rows, |row| row.row().version)
    )
    .execute(connection)
    .await?;
    Ok(())
}
