//! How a doctor works at a clinic, as the columns that two projections hold it in.

use std::collections::BTreeMap;

use domain::{Affiliation, ClinicId, SlotLength};
use serde_json::Value;
use uuid::Uuid;

use crate::columns::{fee, json, word};
use crate::error::Corrupt;

/// What several doctors agreed on with their clinics.
pub(crate) type Affiliations = BTreeMap<Uuid, BTreeMap<ClinicId, Affiliation>>;

/// A row of a table of affiliations.
pub(crate) struct AffiliationColumns {
    pub(crate) doctor_id: Uuid,
    pub(crate) clinic_id: Uuid,
    pub(crate) zone: String,
    pub(crate) slot_minutes: i16,
    pub(crate) hours: Value,
    pub(crate) dated_hours: Value,
    pub(crate) fee_amount: i64,
    pub(crate) fee_currency: String,
}

impl TryFrom<AffiliationColumns> for Affiliation {
    type Error = Corrupt;

    fn try_from(columns: AffiliationColumns) -> Result<Self, Corrupt> {
        Ok(Self {
            fee: fee(columns.fee_amount, &columns.fee_currency)?,
            slot_length: slot_length(columns.slot_minutes)?,
            zone: word("zone", &columns.zone)?,
            hours: json("hours", columns.hours)?,
            dated_hours: json("dated_hours", columns.dated_hours)?,
        })
    }
}

/// Rows by doctor, then by clinic.
pub(crate) fn by_doctor(rows: Vec<AffiliationColumns>) -> Result<Affiliations, Corrupt> {
    let mut affiliations = Affiliations::new();
    for row in rows {
        let (doctor, clinic) = (row.doctor_id, ClinicId::from_uuid(row.clinic_id));
        let terms = row.try_into()?;
        affiliations
            .entry(doctor)
            .or_default()
            .insert(clinic, terms);
    }
    Ok(affiliations)
}

/// An affiliation on its way to a table.
pub(crate) struct AffiliationRow<'a> {
    pub(crate) doctor: Uuid,
    pub(crate) clinic: Uuid,
    pub(crate) terms: &'a Affiliation,
    pub(crate) version: i64,
}

/// All affiliations of one doctor, as they are at a version of the doctor.
pub(crate) fn rows_of(
    doctor: Uuid,
    affiliations: &BTreeMap<ClinicId, Affiliation>,
    version: i64,
) -> impl Iterator<Item = AffiliationRow<'_>> {
    affiliations
        .iter()
        .map(move |(clinic, terms)| AffiliationRow {
            doctor,
            clinic: clinic.as_uuid(),
            terms,
            version,
        })
}

/// The minutes of a slot as a column holds them; 240 at most, so they fit.
pub(crate) fn slot_minutes(length: SlotLength) -> i16 {
    i16::try_from(length.minutes()).unwrap_or(i16::MAX)
}

fn slot_length(minutes: i16) -> Result<SlotLength, Corrupt> {
    u16::try_from(minutes)
        .ok()
        .and_then(|minutes| SlotLength::new(minutes).ok())
        .ok_or(Corrupt {
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
