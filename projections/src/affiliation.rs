//! Terms on which a doctor works at a clinic, in the columns in which two projections keep them.

use std::collections::BTreeMap;

use domain::{Affiliation, ClinicId, SlotLength};
use serde_json::Value;
use uuid::Uuid;

use crate::error::InvalidRow;
use crate::stored::{json, money, word};

/// Affiliations of several doctors, by doctor.
pub(crate) type Affiliations = BTreeMap<Uuid, BTreeMap<ClinicId, Affiliation>>;

/// Row of a table of affiliations.
pub(crate) struct AffiliationRow {
    pub(crate) doctor_id: Uuid,
    pub(crate) clinic_id: Uuid,
    pub(crate) zone: String,
    pub(crate) slot_minutes: i16,
    pub(crate) hours: Value,
    pub(crate) dated_hours: Value,
    pub(crate) fee_amount: i64,
    pub(crate) fee_currency: String,
}

impl TryFrom<AffiliationRow> for Affiliation {
    type Error = InvalidRow;

    fn try_from(stored: AffiliationRow) -> Result<Self, InvalidRow> {
        Ok(Self {
            fee: money("fee_amount", stored.fee_amount, &stored.fee_currency)?,
            slot_length: slot_length(stored.slot_minutes)?,
            zone: word("zone", &stored.zone)?,
            hours: json("hours", stored.hours)?,
            dated_hours: json("dated_hours", stored.dated_hours)?,
        })
    }
}

/// Reads rows, by doctor and then by clinic.
pub(crate) fn by_doctor(rows: Vec<AffiliationRow>) -> Result<Affiliations, InvalidRow> {
    let mut affiliations = Affiliations::new();
    for row in rows {
        let (doctor, clinic) = (row.doctor_id, ClinicId::from_uuid(row.clinic_id));
        let of_doctor = affiliations.entry(doctor).or_default();
        of_doctor.insert(clinic, row.try_into()?);
    }
    Ok(affiliations)
}

/// An affiliation to be written.
pub(crate) struct AffiliationOf<'a> {
    pub(crate) doctor: Uuid,
    pub(crate) clinic: Uuid,
    pub(crate) terms: &'a Affiliation,
    pub(crate) version: i64,
}

impl<'a> AffiliationOf<'a> {
    /// Returns all affiliations of a doctor, as they are at a version of the doctor.
    pub(crate) fn all(
        doctor: Uuid,
        affiliations: &'a BTreeMap<ClinicId, Affiliation>,
        version: i64,
    ) -> impl Iterator<Item = Self> {
        affiliations.iter().map(move |(clinic, terms)| Self {
            doctor,
            clinic: clinic.as_uuid(),
            terms,
            version,
        })
    }
}

/// Writes affiliations with the statement in a file: `$file` names the table.
macro_rules! write_affiliations {
    ($file:tt, $connection:expr, $affiliations:expr) => {{
        use $crate::affiliation::{AffiliationOf, slot_minutes};
        use $crate::stored::column;

        let rows: Vec<AffiliationOf<'_>> = $affiliations.collect();
        sqlx::query_file!(
            $file,
            &column(&rows, |row| row.doctor),
            &column(&rows, |row| row.clinic),
            &column(&rows, |row| row.terms.zone.name()) as _,
            &column(&rows, |row| slot_minutes(row.terms.slot_length)),
            &column(&rows, |row| sqlx::types::Json(&row.terms.hours)) as _,
            &column(&rows, |row| sqlx::types::Json(&row.terms.dated_hours)) as _,
            &column(&rows, |row| row.terms.fee.amount()),
            &column(&rows, |row| row.terms.fee.currency().code()) as _,
            &column(&rows, |row| row.version)
        )
        .execute($connection)
        .await
        .map(|_| ())
    }};
}
pub(crate) use write_affiliations;

/// Returns the minutes of a slot as their column holds them; 240 at most, so they fit.
pub(crate) fn slot_minutes(length: SlotLength) -> i16 {
    i16::try_from(length.minutes()).unwrap_or(i16::MAX)
}

fn slot_length(minutes: i16) -> Result<SlotLength, InvalidRow> {
    let length = u16::try_from(minutes).ok().map(SlotLength::new);
    length.and_then(Result::ok).ok_or(InvalidRow {
        column: "slot_minutes",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_that_no_slot_has_is_unreadable() {
        assert_eq!(slot_length(20).map(slot_minutes), Ok(20));
        assert!(slot_length(7).is_err());
        assert!(slot_length(-20).is_err());
    }
}
