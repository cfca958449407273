//! State of a doctor.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::DoctorRefusal;
use super::event::{DoctorAffiliated, DoctorEvent};
use crate::availability::Timetable;
use crate::values::{
    ClinicId, ClinicZone, DatedHours, DoctorId, Holidays, Money, SlotLength, WeeklyHours,
};

/// A doctor, with what the rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doctor {
    /// Nothing has happened yet.
    #[default]
    Unregistered,
    /// Registered.
    Registered(RegisteredDoctor),
}

/// A doctor after the registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredDoctor {
    /// The doctor.
    pub doctor: DoctorId,
    /// True if the qualification was verified.
    pub verified: bool,
    /// True if the doctor is suspended.
    pub suspended: bool,
    /// Terms and hours at each clinic.
    pub affiliations: BTreeMap<ClinicId, Affiliation>,
}

/// Terms and hours of a doctor at one clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Affiliation {
    /// Fee of a visit, in the clinic's currency.
    pub fee: Money,
    /// Length of a visit.
    pub slot_length: SlotLength,
    /// The clinic's time zone.
    pub zone: ClinicZone,
    /// The weekly hours in that zone; empty until they are set.
    pub hours: WeeklyHours,
    /// Hours of particular dates, which replace the weekly ones.
    pub dated_hours: DatedHours,
}

/// Facts about a doctor that a booking needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorFacts {
    /// The doctor.
    pub doctor: DoctorId,
    /// True if the qualification was verified.
    pub verified: bool,
    /// True if the doctor is suspended.
    pub suspended: bool,
    /// Terms and hours at the clinic in question, if the doctor works there.
    pub affiliation: Option<Affiliation>,
}

impl Affiliation {
    /// Builds an affiliation without hours: they are set later.
    pub fn agreed(affiliated: &DoctorAffiliated) -> Self {
        Self {
            fee: affiliated.fee,
            slot_length: affiliated.slot_length,
            zone: affiliated.zone,
            hours: WeeklyHours::default(),
            dated_hours: DatedHours::default(),
        }
    }

    /// Returns the hours together with the clinic's holidays.
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
    /// Returns the facts that a booking at this clinic needs, once the doctor is registered.
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

    /// Returns the clinics at which the doctor works.
    pub fn clinics(&self) -> impl Iterator<Item = ClinicId> + '_ {
        let registered = match self {
            Self::Unregistered => None,
            Self::Registered(doctor) => Some(doctor),
        };
        let affiliations = registered
            .into_iter()
            .flat_map(|doctor| &doctor.affiliations);
        affiliations.map(|(clinic, _)| *clinic)
    }

    /// True if the qualification was verified.
    pub const fn is_verified(&self) -> bool {
        match self {
            Self::Unregistered => false,
            Self::Registered(doctor) => doctor.verified,
        }
    }
}

/// Returns the doctor after one more event. An event that can't follow changes nothing.
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
    pub(super) fn affiliation(&self, clinic: ClinicId) -> Result<&Affiliation, DoctorRefusal> {
        let affiliation = self.affiliations.get(&clinic);
        affiliation.ok_or(DoctorRefusal::NotAffiliated { clinic })
    }

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
