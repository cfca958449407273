//! How free slots are asked for.

use chrono::{DateTime, NaiveDate, Utc};
use domain::appointment::BookingPolicy;
use domain::doctor::RegisteredDoctor;
use domain::{ClinicId, DoctorFacts, DoctorId, Slot};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::apply::BookableDoctor;
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
    let doing = "reading what a doctor offers";
    let mut connection = pool.acquire().await.map_err(ReadError::doing(doing))?;
    free_slots(&mut connection, query)
        .await
        .map_err(ReadError::doing(doing))
}

async fn free_slots(
    connection: &mut PgConnection,
    query: &OfferQuery,
) -> Result<Option<Vec<Slot>>, sqlx::Error> {
    let Some(doctor) = facts(connection, query.doctor, query.clinic).await? else {
        return Ok(None);
    };
    let mut slots = bookable(&doctor, query);
    let (Some(first), Some(last)) = (slots.first(), slots.last()) else {
        return Ok(Some(slots));
    };
    let taken = taken(connection, query, first.start()..last.end()).await?;
    slots.retain(|slot| !is_taken(*slot, &taken));
    Ok(Some(slots))
}

/// The slots of the timetable that begin after now and within the horizon.
fn bookable(doctor: &DoctorFacts, query: &OfferQuery) -> Vec<Slot> {
    let Some(terms) = doctor.affiliation.as_ref().filter(|_| doctor.verified) else {
        return Vec::new();
    };
    let horizon = query.policy.horizon(query.now);
    let mut slots = terms.timetable().slots_between(query.from, query.to);
    slots.retain(|slot| query.now < slot.start() && slot.start() <= horizon);
    slots
}

/// Whether a slot shares time with one of `taken`, which are in order and share none themselves.
fn is_taken(slot: Slot, taken: &[Slot]) -> bool {
    let next = taken.partition_point(|taken| taken.end() <= slot.start());
    taken.get(next).is_some_and(|taken| taken.overlaps(&slot))
}

/// What the doctor has no time for, at whichever clinic, in order. An overdue hold is no obstacle.
async fn taken(
    connection: &mut PgConnection,
    query: &OfferQuery,
    during: std::ops::Range<DateTime<Utc>>,
) -> Result<Vec<Slot>, sqlx::Error> {
    let claims = sqlx::query!(
        r#"
        select lower(during) as "starts_at!", upper(during) as "ends_at!"
        from slot_claims
        where kind = 'doctor'
          and resource = $1
          and during && tstzrange($2, $3)
          and (held_until is null or held_until > $4)
        order by during
        "#,
        query.doctor.as_uuid(),
        during.start,
        during.end,
        query.now
    )
    .fetch_all(connection)
    .await?;
    claims
        .into_iter()
        .map(|claim| Ok(slot(claim.starts_at, claim.ends_at)?))
        .collect()
}

/// What a booking has to know; nothing unless the doctor works at the clinic.
async fn facts(
    connection: &mut PgConnection,
    doctor: DoctorId,
    clinic: ClinicId,
) -> Result<Option<DoctorFacts>, sqlx::Error> {
    let known = of(connection, &[doctor.as_uuid()]).await?.pop();
    Ok(known.and_then(|known| known.facts_at(clinic)))
}

impl BookableDoctor {
    fn facts_at(mut self, clinic: ClinicId) -> Option<DoctorFacts> {
        let affiliation = self.doctor.affiliations.remove(&clinic)?;
        Some(DoctorFacts {
            doctor: self.doctor.doctor,
            verified: self.doctor.verified,
            affiliation: Some(affiliation),
        })
    }
}

/// What is known of some doctors.
pub(super) async fn of(
    connection: &mut PgConnection,
    doctors: &[Uuid],
) -> Result<Vec<BookableDoctor>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        select doctor_id, verified, version
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
        select doctor_id, clinic_id, zone, slot_minutes, hours, fee_amount, fee_currency
        from doctor_timetables
        where doctor_id = any ($1)
        "#,
        doctors
    )
    .fetch_all(connection)
    .await?;
    Ok(by_doctor(rows)?)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn minutes(from: i64, to: i64) -> Slot {
        let at = |minute| DateTime::UNIX_EPOCH + TimeDelta::minutes(minute);
        Slot::new(at(from), at(to)).unwrap()
    }

    #[test]
    fn a_slot_is_taken_by_whatever_shares_time_with_it() {
        let taken = [minutes(0, 10), minutes(10, 20), minutes(45, 75)];
        assert!(is_taken(minutes(5, 15), &taken));
        assert!(is_taken(minutes(40, 50), &taken));
        assert!(is_taken(minutes(60, 65), &taken));
    }

    #[test]
    fn a_slot_between_what_is_taken_is_free() {
        let taken = [minutes(0, 10), minutes(10, 20), minutes(45, 75)];
        assert!(!is_taken(minutes(20, 45), &taken));
        assert!(!is_taken(minutes(75, 90), &taken));
        assert!(!is_taken(minutes(0, 10), &[]));
    }
}
