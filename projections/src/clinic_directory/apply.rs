//! How events change the list of clinics.

use domain::Holidays;
use domain::clinic::ClinicEvent;
use domain::payment::RefundPolicy;
use event_store::{RecordedEvent, SubscriberError};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::query::{self, ListedClinic};
use crate::columns::column;
use crate::fold::{Changes, Fold};

pub(super) async fn apply(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
) -> Result<(), SubscriberError> {
    let changes = Changes::decode(events)?;
    let stored = query::of(&mut *connection, &changes.aggregates()).await?;
    write(connection, &changes.fold(stored)).await?;
    Ok(())
}

impl Fold for ListedClinic {
    type Event = ClinicEvent;

    fn aggregate(&self) -> Uuid {
        self.clinic.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(known: Option<Self>, event: ClinicEvent, version: i64) -> Option<Self> {
        let clinic = match event {
            ClinicEvent::Opened(opened) => Self {
                clinic: opened.clinic,
                name: opened.name,
                city: opened.city,
                zone: opened.zone,
                currency: opened.currency,
                holidays: Holidays::default(),
                refund_policy: RefundPolicy::usual(),
                version,
            },
            ClinicEvent::Renamed(renamed) => Self {
                name: renamed.name,
                city: renamed.city,
                ..known?
            },
            ClinicEvent::HolidayDeclared(declared) => known?.closed(|holidays| {
                holidays.declare(declared.date, declared.name, declared.at);
            }),
            ClinicEvent::HolidayWithdrawn(withdrawn) => known?.closed(|holidays| {
                holidays.withdraw(withdrawn.date);
            }),
            ClinicEvent::RefundPolicySet(set) => Self {
                refund_policy: set.policy,
                ..known?
            },
        };
        Some(Self { version, ..clinic })
    }
}

impl ListedClinic {
    fn closed(mut self, change: impl FnOnce(&mut Holidays)) -> Self {
        change(&mut self.holidays);
        self
    }
}

async fn write(connection: &mut PgConnection, rows: &[ListedClinic]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        insert into clinic_directory as stored (
          clinic_id, name, city, zone, currency, holidays, refund_policy, version
        )
        select clinic_id, name, city, zone, currency, holidays, refund_policy, version
        from unnest(
          $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[],
          $8::bigint[]
        )
          as changed (clinic_id, name, city, zone, currency, holidays, refund_policy, version)
        on conflict (clinic_id) do update
        set
          name = excluded.name,
          city = excluded.city,
          zone = excluded.zone,
          currency = excluded.currency,
          holidays = excluded.holidays,
          refund_policy = excluded.refund_policy,
          version = excluded.version
        where excluded.version > stored.version
        "#,
        &column(rows, |row| row.clinic.as_uuid()),
        &column(rows, |row| row.name.as_str()) as _,
        &column(rows, |row| row.city.as_str()) as _,
        &column(rows, |row| row.zone.name()) as _,
        &column(rows, |row| row.currency.code()) as _,
        &column(rows, |row| Json(&row.holidays)) as _,
        &column(rows, |row| Json(&row.refund_policy)) as _,
        &column(rows, |row| row.version)
    )
    .execute(connection)
    .await?;
    Ok(())
}
