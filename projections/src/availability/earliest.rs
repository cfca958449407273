//! Earliest free slots of several doctors at one clinic.

use chrono::{DateTime, Days, Utc};
use domain::appointment::BookingPolicy;
use domain::{ClinicId, ClinicZone, DoctorId, Offer, Slot, day_on};
use sqlx::{PgConnection, PgPool};

use super::holidays;
use super::query::taken;
use super::timetables::BookableDoctor;
use crate::error::ReadError;
use crate::stored::{Stored as _, column};

/// Query for the earliest free slots of some doctors.
#[derive(Debug, Clone)]
pub struct EarliestQuery {
    /// The clinic.
    pub clinic: ClinicId,
    /// Time zone of the clinic.
    pub zone: ClinicZone,
    /// The doctors. The work grows with their number and with that of the days: the caller has to limit both.
    pub doctors: Vec<DoctorId>,
    /// Days from today on, on the clinic's calendar.
    pub days: u64,
    /// Instant of the query.
    pub now: DateTime<Utc>,
    /// Limits of booking ahead.
    pub policy: BookingPolicy,
    /// Limit of the answer.
    pub limit: usize,
}

/// A free slot of a doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfferedSlot {
    /// The time.
    pub slot: Slot,
    /// The doctor.
    pub doctor: DoctorId,
}

/// Returns the slots that could be booked at `now`, earliest first. Doctors who are unknown, not verified, suspended or
/// not at the clinic have none.
pub async fn earliest(pool: &PgPool, query: &EarliestQuery) -> Result<Vec<OfferedSlot>, ReadError> {
    let found = async {
        let mut connection = pool.acquire().await?;
        found(&mut connection, query).await
    };
    found
        .await
        .map_err(ReadError::doing("reading the earliest free slots"))
}

async fn found(
    connection: &mut PgConnection,
    query: &EarliestQuery,
) -> Result<Vec<OfferedSlot>, sqlx::Error> {
    let today = query.zone.date_at(query.now);
    let last = today.checked_add_days(Days::new(query.days.saturating_sub(1)));
    let last = last.unwrap_or(today);
    let bounds = day_on(query.zone, today).zip(day_on(query.zone, last));
    let days = bounds.and_then(|(first, last)| Slot::new(first.start(), last.end()).ok());
    let Some(days) = days else {
        return Ok(Vec::new());
    };
    let holidays = holidays::of_clinic(&mut *connection, query.clinic).await?;
    let ids = column(&query.doctors, DoctorId::as_uuid);
    let doctors = BookableDoctor::by_ids(&mut *connection, &ids).await?;
    let mut taken = taken(connection, &query.doctors, days, query.now).await?;
    let mut slots = Vec::new();
    for BookableDoctor { mut doctor, .. } in doctors {
        let Some(terms) = doctor.affiliations.remove(&query.clinic) else {
            continue;
        };
        let taken = taken.remove(&doctor.doctor).unwrap_or_default();
        let offer = Offer {
            timetable: terms.timetable(&holidays),
            verified: doctor.verified,
            suspended: doctor.suspended,
            taken: &taken,
            policy: query.policy,
            now: query.now,
        };
        let free = offer.partition(today, last).slots.into_iter();
        slots.extend(free.take(query.limit).map(|slot| OfferedSlot {
            slot,
            doctor: doctor.doctor,
        }));
    }
    slots.sort();
    slots.truncate(query.limit);
    Ok(slots)
}
