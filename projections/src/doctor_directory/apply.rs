//! How events change the list of doctors.

use std::collections::BTreeMap;

use domain::doctor::{DoctorAffiliated, DoctorEvent, DoctorRegistered};
use domain::{Affiliation, ClinicId};
use event_store::{RecordedEvent, Sealing, SubscriberError};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::query::{self, DoctorPhi, ListedDoctor};
use crate::affiliation::{AffiliationRow, rows_of, slot_minutes};
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
    let doctors = changes.fold(stored);
    write_doctors(connection, sealing, &doctors).await?;
    write_affiliations(connection, &doctors).await?;
    Ok(())
}

impl Fold for ListedDoctor {
    type Event = DoctorEvent;

    fn aggregate(&self) -> Uuid {
        self.doctor.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(known: Option<Self>, event: DoctorEvent, version: i64) -> Option<Self> {
        let doctor = match event {
            DoctorEvent::Registered(registered) => Self::registered(registered),
            DoctorEvent::Affiliated(affiliated) => known?.affiliated(&affiliated),
            DoctorEvent::TermsSet(set) => known?.at(set.clinic, |terms| {
                terms.fee = set.fee;
                terms.slot_length = set.slot_length;
            }),
            DoctorEvent::WeeklyHoursSet(set) => {
                known?.at(set.clinic, |terms| terms.hours = set.hours)
            }
            DoctorEvent::DateHoursSet(set) => known?.at(set.clinic, |terms| {
                terms.dated_hours.set(set.date, set.hours, set.at);
            }),
            DoctorEvent::DateHoursCleared(cleared) => known?.at(cleared.clinic, |terms| {
                terms.dated_hours.clear(cleared.date);
            }),
            DoctorEvent::Verified(_) => Self {
                verified: true,
                ..known?
            },
            DoctorEvent::Suspended(_) => Self {
                suspended: true,
                ..known?
            },
            DoctorEvent::Reinstated(_) => Self {
                suspended: false,
                ..known?
            },
        };
        Some(Self { version, ..doctor })
    }
}

impl ListedDoctor {
    fn registered(registered: DoctorRegistered) -> Self {
        Self {
            doctor: registered.doctor,
            subject: registered.subject,
            phi: registered.phi.map(|phi| DoctorPhi { name: phi.name }),
            specialisations: registered.specialisations,
            languages: registered.languages,
            verified: false,
            suspended: false,
            affiliations: BTreeMap::new(),
            version: 1,
        }
    }

    fn affiliated(mut self, affiliated: &DoctorAffiliated) -> Self {
        let terms = Affiliation::agreed(affiliated);
        self.affiliations.insert(affiliated.clinic, terms);
        self
    }

    /// Changes the terms at a clinic that the doctor works at.
    fn at(mut self, clinic: ClinicId, change: impl FnOnce(&mut Affiliation)) -> Self {
        self.affiliations.get_mut(&clinic).map(change);
        self
    }
}

async fn write_doctors(
    connection: &mut PgConnection,
    sealing: &Sealing,
    rows: &[Closed<ListedDoctor>],
) -> Result<(), sqlx::Error> {
    let phi = sealed(sealing, rows).await?;
    sqlx::query_file!(
        "src/doctor_directory/upsert_doctors.sql",
        &column(rows, |row| row.row().doctor.as_uuid()),
        &column(rows, |row| row.row().subject.as_uuid()),
        &phi as _,
        &column(rows, |row| Json(&row.row().specialisations)) as _,
        &column(rows, |row| Json(&row.row().languages)) as _,
        &column(rows, |row| row.row().verified),
        &column(rows, |row| row.row().suspended),
        &column(rows, |row| row.row().version)
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_affiliations(
    connection: &mut PgConnection,
    doctors: &[Closed<ListedDoctor>],
) -> Result<(), sqlx::Error> {
    let rows: Vec<AffiliationRow<'_>> = doctors
        .iter()
        .map(Closed::row)
        .flat_map(|doctor| rows_of(doctor.aggregate(), &doctor.affiliations, doctor.version))
        .collect();
    sqlx::query_file!(
        "src/doctor_directory/upsert_affiliations.sql",
        &column(&rows, |row| row.doctor),
        &column(&rows, |row| row.clinic),
        &column(&rows, |row| row.terms.zone.name()) as _,
        &column(&rows, |row| slot_minutes(row.terms.slot_length)),
        &column(&rows, |row| Json(&row.terms.hours)) as _,
        &column(&rows, |row| Json(&row.terms.dated_hours)) as _,
        &column(&rows, |row| row.terms.fee.amount()),
        &column(&rows, |row| row.terms.fee.currency().code()) as _,
        &column(&rows, |row| row.version)
    )
    .execute(connection)
    .await?;
    Ok(())
}
