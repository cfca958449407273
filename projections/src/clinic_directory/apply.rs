//! Events applied to the list of clinics.

use domain::Holidays;
use domain::clinic::{BookingSettings, Clinic, ClinicEvent};
use domain::payment::RefundPolicy;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::query::{self, ListedClinic};
use crate::fold::Fold;
use crate::stored::{Stored, column};

impl Fold for ListedClinic {
    type Aggregate = Clinic;

    fn id(&self) -> Uuid {
        self.clinic.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: ClinicEvent, version: i64) -> Option<Self> {
        let clinic = match event {
            ClinicEvent::Opened(opened) => Self {
                clinic: opened.clinic,
                name: opened.name,
                city: opened.city,
                zone: opened.zone,
                currency: opened.currency,
                holidays: Holidays::default(),
                refund_policy: RefundPolicy::usual(),
                booking_settings: BookingSettings::default(),
                version,
            },
            ClinicEvent::Renamed(renamed) => Self {
                name: renamed.name,
                city: renamed.city,
                ..row?
            },
            ClinicEvent::HolidayDeclared(declared) => row?.with_holidays(|holidays| {
                holidays.declare(declared.date, declared.name, declared.at);
            }),
            ClinicEvent::HolidayWithdrawn(withdrawn) => row?.with_holidays(|holidays| {
                holidays.withdraw(withdrawn.date);
            }),
            ClinicEvent::RefundPolicySet(set) => Self {
                refund_policy: set.policy,
                ..row?
            },
            ClinicEvent::StaffSecondFactorSet(_) => row?,
            ClinicEvent::BookingSettingsSet(set) => Self {
                booking_settings: set.settings,
                ..row?
            },
        };
        Some(Self { version, ..clinic })
    }
}

impl ListedClinic {
    fn with_holidays(mut self, change: impl FnOnce(&mut Holidays)) -> Self {
        change(&mut self.holidays);
        self
    }
}

impl Stored for ListedClinic {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        query::by_ids(connection, ids).await
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        sqlx::query!(
            r#"
            insert into clinic_directory as stored (
              clinic_id, name, city, zone, currency, holidays, refund_policy, version,
              booking_settings
            )
            select * from unnest(
              $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[],
              $8::bigint[], $9::jsonb[]
            )
            on conflict (clinic_id) do update
            set
              name = excluded.name,
              city = excluded.city,
              zone = excluded.zone,
              currency = excluded.currency,
              holidays = excluded.holidays,
              refund_policy = excluded.refund_policy,
              booking_settings = excluded.booking_settings,
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
            &column(rows, |row| row.version),
            &column(rows, |row| Json(&row.booking_settings)) as _
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
