//! How free slots are asked for.

use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::Aggregate as _;
use domain::appointment::BookingPolicy;
use domain::doctor::RegisteredDoctor;
use domain::leave::Leave;
use domain::{Affiliation, ClinicId, DoctorId, Offer, Partition, Slot, Taken, TakenBy};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::apply::BookableDoctor;
use super::holidays;
use crate::ReadError;
use crate::affiliation::{AffiliationColumns, Affiliations, by_doctor};
use crate::columns::{column, slot};

/// Whose free slots are wanted, and for which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferQuery {
    /// With which doctor.
    pub doctor: DoctorId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// The first day, on the clinic's calendar.
    pub from: NaiveDate,
    /// The last day. The work grows with the number of days; it is the caller who keeps it small.
    pub to: NaiveDate,
    /// When it is asked.
    pub now: DateTime<Utc>,
    /// How far ahead can be booked.
    pub policy: BookingPolicy,
}

/// The slots that a booking would get at `now`, earliest first.
///
/// None without papers that were checked. `None` if the doctor is unknown or not at the clinic.
pub async fn offered(pool: &PgPool, query: &OfferQuery) -> Result<Option<Vec<Slot>>, ReadError> {
    let explained = explained(pool, query).await?;
    Ok(explained.map(|partition| partition.slots))
}

/// The same, and why the rest of those days is not offered.
pub async fn explained(pool: &PgPool, query: &OfferQuery) -> Result<Option<Partition>, ReadError> {
    let doing = "reading what a doctor offers";
    let mut connection = pool.acquire().await.map_err(ReadError::doing(doing))?;
    partition(&mut connection, query)
        .await
        .map_err(ReadError::doing(doing))
}

async fn partition(
    connection: &mut PgConnection,
    query: &OfferQuery,
) -> Result<Option<Partition>, sqlx::Error> {
    let facts = facts(connection, query.doctor, query.clinic).await?;
    let Some((doctor, terms)) = facts else {
        return Ok(None);
    };
    let is_bookable = doctor.verified && !doctor.suspended;
    let holidays = holidays::of_clinic(connection, query.clinic).await?;
    let timetable = terms.timetable(&holidays);
    let taken = match timetable.days(query.from, query.to).filter(|_| is_bookable) {
        Some(days) => taken(connection, query, days).await?,
        None => Vec::new(),
    };
    let offer = Offer {
        timetable,
        verified: doctor.verified,
        suspended: doctor.suspended,
        taken: &taken,
        policy: query.policy,
        now: query.now,
    };
    Ok(Some(offer.partition(query.from, query.to)))
}

/// What the doctor has no time for, at whichever clinic, in order. An overdue hold is no obstacle.
async fn taken(
    connection: &mut PgConnection,
    query: &OfferQuery,
    days: Slot,
) -> Result<Vec<Taken>, sqlx::Error> {
    let claims = sqlx::query!(
        r#"
        select lower(during) as "starts_at!", upper(during) as "ends_at!", holder_type
        from slot_claims
        where kind = 'doctor'
          and resource = $1
          and during && tstzrange($2, $3)
          and (held_until is null or held_until > $4)
        order by during
        "#,
        query.doctor.as_uuid(),
        days.start(),
        days.end(),
        query.now
    )
    .fetch_all(connection)
    .await?;
    claims
        .into_iter()
        .map(|claim| {
            let by = taken_by(&claim.holder_type);
            let during = slot(claim.starts_at, claim.ends_at)?;
            Ok(Taken { during, by })
        })
        .collect()
}

/// What it is that holds a claim on a doctor's time.
fn taken_by(holder_type: &str) -> TakenBy {
    if holder_type == Leave::TYPE {
        TakenBy::Leave
    } else {
        TakenBy::Visit
    }
}

/// The doctor, and the terms at the clinic; nothing unless the doctor works there.
async fn facts(
    connection: &mut PgConnection,
    doctor: DoctorId,
    clinic: ClinicId,
) -> Result<Option<(RegisteredDoctor, Affiliation)>, sqlx::Error> {
    let known = of(connection, &[doctor.as_uuid()]).await?.pop();
    Ok(known.and_then(|BookableDoctor { mut doctor, .. }| {
        let terms = doctor.affiliations.remove(&clinic)?;
        Some((doctor, terms))
    }))
}

/// What is known of some doctors.
pub(super) async fn of(
    connection: &mut PgConnection,
    doctors: &[Uuid],
) -> Result<Vec<BookableDoctor>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        select doctor_id, verified, suspended, version
        from timetable_doctors
        where doctor_id = any ($1)
        "#,
        doctors
    )
    .fetch_all(&mut *connection)
    .await?;
    let known = column(&rows, |row| row.doctor_id);
    let mut timetables = timetables_of(connection, &known).await?;
    let bookable = rows.into_iter().map(|row| BookableDoctor {
        doctor: RegisteredDoctor {
            doctor: DoctorId::from_uuid(row.doctor_id),
            verified: row.verified,
            suspended: row.suspended,
            affiliations: timetables.remove(&row.doctor_id).unwrap_or_default(),
        },
        version: row.version,
    });
    Ok(bookable.collect())
}

async fn timetables_of(
    connection: &mut PgConnection,
    doctors: &[Uuid],
) -> Result<Affiliations, sqlx::Error> {
    let rows = sqlx::query_as!(
        AffiliationColumns,
        r#"
        select doctor_id, clinic_id, zone, slot_minutes, hours, dated_hours, fee_amount, fee_currency
        from doctor_timetables
        where doctor_id = any ($1)
        "#,
        doctors
    )
    .fetch_all(connection)
    .await?;
    Ok(by_doctor(rows)?)
}
