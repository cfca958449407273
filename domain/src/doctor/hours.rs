//! When a doctor is where: weeks, and dates on which they do not hold.
//!
//! A doctor is not at two clinics at once. Two weeks are compared where they are read on the same
//! wall clock. On different ones they drift against each other with the seasons, so that a plain
//! answer would be wrong for half of the year; there, what keeps a doctor from two visits at once is
//! the claim on each booked slot. A date is compared as what it is, in UTC, with all that holds at
//! the other clinics around it: weeks and dates, on whatever clock. Holidays are not looked at:
//! a clinic may withdraw them.

use chrono::{Days, NaiveDate};

use super::command::{ClearDateHours, SetDateHours, SetWeeklyHours};
use super::decide::{Decision, affiliation};
use super::error::DoctorRefusal;
use super::event::{DoctorDateHoursCleared, DoctorDateHoursSet, DoctorEvent, DoctorWeeklyHoursSet};
use super::state::{Affiliation, RegisteredDoctor};
use crate::values::{ClinicId, Holidays, Slot, plannable};

pub(super) fn set_weekly_hours(doctor: &RegisteredDoctor, command: SetWeeklyHours) -> Decision {
    let SetWeeklyHours {
        clinic,
        hours,
        by,
        at,
    } = command;
    let present = affiliation(doctor, clinic)?;
    let wished = Affiliation {
        hours,
        ..present.clone()
    };
    for (other, there) in elsewhere(doctor, clinic) {
        let same_clock = there.zone == wished.zone;
        let on_dates = || {
            let today = there.zone.date_at(at);
            let dates = there.dated_hours.iter().map(|(date, _)| date);
            dates
                .filter(|date| *date >= today)
                .any(|date| meet(there, &wished, date))
        };
        if (same_clock && there.hours.overlaps(&wished.hours)) || on_dates() {
            return Err(DoctorRefusal::HoursOverlapAtOtherClinic { clinic: other });
        }
    }
    if present.hours == wished.hours {
        return Ok(vec![]);
    }
    let set = DoctorWeeklyHoursSet {
        doctor: doctor.doctor,
        clinic,
        hours: wished.hours,
        by,
        at,
    };
    Ok(vec![DoctorEvent::WeeklyHoursSet(set)])
}

pub(super) fn set_date_hours(doctor: &RegisteredDoctor, command: SetDateHours) -> Decision {
    let SetDateHours {
        clinic,
        date,
        hours,
        by,
        at,
    } = command;
    let present = affiliation(doctor, clinic)?;
    plannable(date, present.zone, at)?;
    let mut wished = present.clone();
    wished.dated_hours.set(date, hours.clone(), at);
    nowhere_else(doctor, clinic, &wished, date)?;
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

pub(super) fn clear_date_hours(doctor: &RegisteredDoctor, command: &ClearDateHours) -> Decision {
    let &ClearDateHours {
        clinic,
        date,
        by,
        at,
    } = command;
    let present = affiliation(doctor, clinic)?;
    plannable(date, present.zone, at)?;
    if present.dated_hours.on(date).is_none() {
        return Ok(vec![]);
    }
    // The week may overlap what was said of the date at another clinic meanwhile.
    let mut wished = present.clone();
    wished.dated_hours.clear(date);
    nowhere_else(doctor, clinic, &wished, date)?;
    let cleared = DoctorDateHoursCleared {
        doctor: doctor.doctor,
        clinic,
        date,
        by,
        at,
    };
    Ok(vec![DoctorEvent::DateHoursCleared(cleared)])
}

/// Refuses hours of a date at one clinic during which the doctor is at another.
fn nowhere_else(
    doctor: &RegisteredDoctor,
    here: ClinicId,
    wished: &Affiliation,
    date: NaiveDate,
) -> Result<(), DoctorRefusal> {
    elsewhere(doctor, here)
        .find(|(_, there)| meet(wished, there, date))
        .map_or(Ok(()), |(clinic, _)| {
            Err(DoctorRefusal::HoursOverlapAtOtherClinic { clinic })
        })
}

fn elsewhere(
    doctor: &RegisteredDoctor,
    here: ClinicId,
) -> impl Iterator<Item = (ClinicId, &Affiliation)> {
    doctor
        .affiliations
        .iter()
        .filter(move |(clinic, _)| **clinic != here)
        .map(|(clinic, there)| (*clinic, there))
}

/// Whether what holds on a date at one clinic shares time with what holds around it at another: on
/// another clock it may be the day before, or the day after.
fn meet(one: &Affiliation, other: &Affiliation, date: NaiveDate) -> bool {
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
