//! Decisions about a doctor's hours, weekly and on particular dates.
//!
//! A doctor is not at two clinics at the same time. Two weeks are compared if both clinics have the
//! same time zone. In different zones they shift against each other with the seasons, so that one
//! answer would be wrong for half of the year; there, the slot claims keep the doctor from two
//! visits at once. A date is compared in UTC with the hours of the other clinics around it, weekly
//! and dated, in any zone. Holidays are ignored, since a clinic may withdraw them.

use chrono::{Days, NaiveDate};

use super::command::{ClearDateHours, SetDateHours, SetWeeklyHours};
use super::error::DoctorRefusal;
use super::event::{DoctorDateHoursCleared, DoctorDateHoursSet, DoctorEvent, DoctorWeeklyHoursSet};
use super::state::{Affiliation, Doctor, RegisteredDoctor};
use crate::decision::Decision;
use crate::values::{ClinicId, Holidays, Slot, plannable};

pub(super) fn set_weekly_hours(
    doctor: &RegisteredDoctor,
    command: SetWeeklyHours,
) -> Decision<Doctor> {
    let SetWeeklyHours {
        clinic,
        hours,
        by,
        at,
    } = command;
    let present = doctor.affiliation(clinic)?;
    let proposed = Affiliation {
        hours,
        ..present.clone()
    };
    for (other, there) in other_affiliations(doctor, clinic) {
        let same_clock = there.zone == proposed.zone;
        let on_dates = || {
            let today = there.zone.date_at(at);
            let dates = there.dated_hours.iter().map(|(date, _)| date);
            dates
                .filter(|date| *date >= today)
                .any(|date| overlap_on(there, &proposed, date))
        };
        if (same_clock && there.hours.overlaps(&proposed.hours)) || on_dates() {
            return Err(DoctorRefusal::HoursOverlapAtOtherClinic { clinic: other });
        }
    }
    if present.hours == proposed.hours {
        return Ok(vec![]);
    }
    let set = DoctorWeeklyHoursSet {
        doctor: doctor.doctor,
        clinic,
        hours: proposed.hours,
        by,
        at,
    };
    Ok(vec![DoctorEvent::WeeklyHoursSet(set)])
}

pub(super) fn set_date_hours(doctor: &RegisteredDoctor, command: SetDateHours) -> Decision<Doctor> {
    let SetDateHours {
        clinic,
        date,
        hours,
        by,
        at,
    } = command;
    let present = doctor.affiliation(clinic)?;
    plannable(date, present.zone, at)?;
    let mut proposed = present.clone();
    proposed.dated_hours.set(date, hours.clone(), at);
    check_other_clinics(doctor, clinic, &proposed, date)?;
    if present.dated_hours.on(date) == Some(&hours) {
        return Ok(vec![]);
    }
    let set = DoctorDateHoursSet {
        doctor: doctor.doctor,
        clinic,
        date,
        hours,
        by,
        at,
    };
    Ok(vec![DoctorEvent::DateHoursSet(set)])
}

pub(super) fn clear_date_hours(
    doctor: &RegisteredDoctor,
    command: &ClearDateHours,
) -> Decision<Doctor> {
    let &ClearDateHours {
        clinic,
        date,
        by,
        at,
    } = command;
    let present = doctor.affiliation(clinic)?;
    plannable(date, present.zone, at)?;
    if present.dated_hours.on(date).is_none() {
        return Ok(vec![]);
    }
    // The weekly hours may overlap hours that were set for the date at another clinic since.
    let mut proposed = present.clone();
    proposed.dated_hours.clear(date);
    check_other_clinics(doctor, clinic, &proposed, date)?;
    let cleared = DoctorDateHoursCleared {
        doctor: doctor.doctor,
        clinic,
        date,
        by,
        at,
    };
    Ok(vec![DoctorEvent::DateHoursCleared(cleared)])
}

/// Refuses hours of a date at one clinic that overlap hours at another.
fn check_other_clinics(
    doctor: &RegisteredDoctor,
    here: ClinicId,
    proposed: &Affiliation,
    date: NaiveDate,
) -> Result<(), DoctorRefusal> {
    other_affiliations(doctor, here)
        .find(|(_, there)| overlap_on(proposed, there, date))
        .map_or(Ok(()), |(clinic, _)| {
            Err(DoctorRefusal::HoursOverlapAtOtherClinic { clinic })
        })
}

fn other_affiliations(
    doctor: &RegisteredDoctor,
    here: ClinicId,
) -> impl Iterator<Item = (ClinicId, &Affiliation)> {
    doctor
        .affiliations
        .iter()
        .filter(move |(clinic, _)| **clinic != here)
        .map(|(clinic, there)| (*clinic, there))
}

/// True if the hours of a date at one clinic overlap those at another. In another zone they may
/// belong to the day before or after.
fn overlap_on(one: &Affiliation, other: &Affiliation, date: NaiveDate) -> bool {
    let before = date.checked_sub_days(Days::new(1)).unwrap_or(date);
    let after = date.checked_add_days(Days::new(1)).unwrap_or(date);
    let ours = openings(one, date, date);
    let theirs = openings(other, before, after);
    ours.iter()
        .any(|our| theirs.iter().any(|their| our.overlaps(their)))
}

fn openings(affiliation: &Affiliation, from: NaiveDate, to: NaiveDate) -> Vec<Slot> {
    affiliation.timetable(Holidays::NONE).openings(from, to)
}
