//! What a doctor's record remembers of its history.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::{DoctorAffiliated, DoctorEvent};
use crate::availability::Timetable;
use crate::values::{
    ClinicId, ClinicZone, DatedHours, DoctorId, Holidays, Money, SlotLength, WeeklyHours,
};

/// A doctor, as far as the rules care.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doctor {
    /// Not there yet.
    #[default]
    Unregistered,
    /// Taken on.
    Registered(RegisteredDoctor),
}

/// A doctor who was taken on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredDoctor {
    /// Which doctor.
    pub doctor: DoctorId,
    /// Whether the papers were checked.
    pub verified: bool,
    /// Whether no bookings are taken.
    pub suspended: bool,
    /// Where the doctor works, and on what terms.
    pub affiliations: BTreeMap<ClinicId, Affiliation>,
}

/// How a doctor works at one clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Affiliation {
    /// What a visit costs, in the clinic's currency.
    pub fee: Money,
    /// How long a visit takes.
    pub slot_length: SlotLength,
    /// The clinic's wall clock.
    pub zone: ClinicZone,
    /// The regular week on that clock; empty until it is set.
    pub hours: WeeklyHours,
    /// What holds on particular dates instead of it.
    pub dated_hours: DatedHours,
}

/// What a booking has to know of a doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorFacts {
    /// Which doctor.
    pub doctor: DoctorId,
    /// Whether the papers were checked.
    pub verified: bool,
    /// Whether no bookings are taken.
    pub suspended: bool,
    /// How the doctor works at the clinic in question, if at all.
    pub affiliation: Option<Affiliation>,
}

impl Affiliation {
    /// Terms that were just agreed on: the doctor says later when they are there.
    pub fn agreed(affiliated: &DoctorAffiliated) -> Self {
        Self {
            fee: affiliated.fee,
            slot_length: affiliated.slot_length,
            zone: affiliated.zone,
            hours: WeeklyHours::default(),
            dated_hours: DatedHours::default(),
        }
    }

    /// The hours, ready to be laid out on a calendar with the clinic's holidays in it.
    pub const fn timetable<'a>(&'a self, holidays: &'a Holidays) -> Timetable<'a> {
        Timetable {
            hours: &self.hours,
            dated: &self.dated_hours,
            holidays,
            zone: self.zone,
            slot_length: self.slot_length,
        }
    }
}

impl Doctor {
    /// What a booking at this clinic has to know, once the doctor is registered.
    pub fn facts_at(&self, clinic: ClinicId) -> Option<DoctorFacts> {
        match self {
            Self::Unregistered => None,
            Self::Registered(doctor) => Some(DoctorFacts {
                doctor: doctor.doctor,
                verified: doctor.verified,
                suspended: doctor.suspended,
                affiliation: doctor.affiliations.get(&clinic).cloned(),
            }),
        }
    }

    /// Whether the papers were checked.
    pub const fn is_verified(&self) -> bool {
        match self {
            Self::Unregistered => false,
            Self::Registered(doctor) => doctor.verified,
        }
    }
}

/// The doctor after one more event. An event that can't follow leaves the record as it is.
#[must_use]
pub fn evolve(state: Doctor, event: &DoctorEvent) -> Doctor {
    match (state, event) {
        (Doctor::Unregistered, DoctorEvent::Registered(registered)) => {
            Doctor::Registered(RegisteredDoctor {
                doctor: registered.doctor,
                verified: false,
                suspended: false,
                affiliations: BTreeMap::new(),
            })
        }
        (Doctor::Registered(doctor), event) => Doctor::Registered(doctor.evolve(event)),
        (
            Doctor::Unregistered,
            DoctorEvent::Affiliated(_)
            | DoctorEvent::TermsSet(_)
            | DoctorEvent::WeeklyHoursSet(_)
            | DoctorEvent::DateHoursSet(_)
            | DoctorEvent::DateHoursCleared(_)
            | DoctorEvent::Verified(_)
            | DoctorEvent::Suspended(_)
            | DoctorEvent::Reinstated(_),
        ) => Doctor::Unregistered,
    }
}

impl RegisteredDoctor {
    fn evolve(mut self, event: &DoctorEvent) -> Self {
        match event {
            DoctorEvent::Registered(_) => {}
            DoctorEvent::Affiliated(affiliated) => {
                self.affiliations
                    .entry(affiliated.clinic)
                    .or_insert_with(|| Affiliation::agreed(affiliated));
            }
            DoctorEvent::TermsSet(set) => {
                if let Some(affiliation) = self.affiliations.get_mut(&set.clinic) {
                    affiliation.fee = set.fee;
                    affiliation.slot_length = set.slot_length;
                }
            }
            DoctorEvent::WeeklyHoursSet(set) => {
                if let Some(affiliation) = self.affiliations.get_mut(&set.clinic) {
                    affiliation.hours = set.hours.clone();
                }
            }
            DoctorEvent::DateHoursSet(set) => {
                if let Some(affiliation) = self.affiliations.get_mut(&set.clinic) {
                    let hours = set.hours.clone();
                    affiliation.dated_hours.set(set.date, hours, set.at);
                }
            }
            DoctorEvent::DateHoursCleared(cleared) => {
                if let Some(affiliation) = self.affiliations.get_mut(&cleared.clinic) {
                    affiliation.dated_hours.clear(cleared.date);
                }
            }
            DoctorEvent::Verified(_) => self.verified = true,
            DoctorEvent::Suspended(_) => self.suspended = true,
            DoctorEvent::Reinstated(_) => self.suspended = false,
        }
        self
    }
}
