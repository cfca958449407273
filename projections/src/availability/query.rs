//! Queries for free slots.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::Aggregate as _;
use domain::appointment::BookingPolicy;
use domain::doctor::RegisteredDoctor;
use domain::leave::Leave;
use domain::{Affiliation, ClinicId, DoctorId, Offer, Partition, Slot, Taken, TakenBy};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::holidays;
use super::timetables::BookableDoctor;
use crate::error::ReadError;
use crate::stored::{Stored as _, slot};

/// Query for the free slots of a doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferQuery {
    /// The doctor.
    pub doctor: DoctorId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The first day, on the clinic's calendar.
    pub from: NaiveDate,
    /// The last day. The work grows with the number of days: the caller has to limit it.
    pub to: NaiveDate,
    /// Instant of the query.
    pub now: DateTime<Utc>,
    /// Limits of booking ahead.
    pub policy: BookingPolicy,
}

/// Returns the slots that could be booked at `now`, earliest first; none while the doctor's papers were not
/// checked. `None` if the doctor is unknown or not at the clinic.
pub async fn offered(pool: &PgPool, query: &OfferQuery) -> Result<Option<Vec<Slot>>, ReadError> {
    let explained = explained(pool, query).await?;
    Ok(explained.map(|partition| partition.slots))
}

/// Returns the slots that could be booked, and the reasons for which the rest of those days is not offered.
pub async fn explained(pool: &PgPool, query: &OfferQuery) -> Result<Option<Partition>, ReadError> {
    let partition = async {
        let mut connection = pool.acquire().await?;
        partition(&mut connection, query).await
    };
    partition
        .await
        .map_err(ReadError::doing("reading what a doctor offers"))
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
        Some(days) => {
            let mut taken = taken(connection, &[query.doctor], days, query.now).await?;
            taken.remove(&query.doctor).unwrap_or_default()
        }
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

/// Returns the times of some doctors that are taken at any clinic, in order. An overdue hold takes none.
pub(super) async fn taken(
    connection: &mut PgConnection,
    doctors: &[DoctorId],
    days: Slot,
    now: DateTime<Utc>,
) -> Result<BTreeMap<DoctorId, Vec<Taken>>, sqlx::Error> {
    let doctors: Vec<Uuid> = doctors.iter().map(DoctorId::as_uuid).collect();
    let claims = sqlx::query!(
        r#"
        select
          claim.resource as "doctor_id!", lower(claim.during) as "starts_at!",
          upper(claim.during) as "ends_at!", claim.holder_type as "holder_type!"
        from unnest($1::uuid[]) as wanted (doctor_id)
        cross join lateral (
          select resource, during, holder_type
          from slot_claims
          where kind = 'doctor'
            and resource = wanted.doctor_id
            and during && tstzrange($2, $3)
            and (held_until is null or held_until > $4)
          -- For each doctor by the index of claims, never a join over all of them.
          offset 0
        ) claim
        order by claim.during
        "#,
        &doctors,
        days.start(),
        days.end(),
        now
    )
    .fetch_all(connection)
    .await?;
    let mut taken: BTreeMap<DoctorId, Vec<Taken>> = BTreeMap::new();
    for claim in claims {
        let by = taken_by(&claim.holder_type);
        let during = slot(claim.starts_at, claim.ends_at)?;
        let doctor = taken.entry(DoctorId::from_uuid(claim.doctor_id));
        doctor.or_default().push(Taken { during, by });
    }
    Ok(taken)
}

/// Kind of the holder of a claim on a doctor's time.
fn taken_by(holder_type: &str) -> TakenBy {
    if holder_type == Leave::TYPE {
        TakenBy::Leave
    } else {
        TakenBy::Visit
    }
}

/// Returns the doctor and the terms at the clinic; nothing unless the doctor works there.
async fn facts(
    connection: &mut PgConnection,
    doctor: DoctorId,
    clinic: ClinicId,
) -> Result<Option<(RegisteredDoctor, Affiliation)>, sqlx::Error> {
    let rows = BookableDoctor::by_ids(connection, &[doctor.as_uuid()]).await?;
    Ok(rows
        .into_iter()
        .next()
        .and_then(|BookableDoctor { mut doctor, .. }| {
            let terms = doctor.affiliations.remove(&clinic)?;
            Some((doctor, terms))
        }))
}
