//! What a clinic remembers of its history.

use serde::{Deserialize, Serialize};

use super::event::ClinicEvent;
use crate::payment::RefundPolicy;
use crate::values::{City, ClinicId, ClinicName, ClinicZone, Currency, Holidays};

/// A clinic, as far as its rules care.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clinic {
    /// Not there yet.
    #[default]
    Unopened,
    /// Open.
    Open(OpenedClinic),
}

/// An open clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedClinic {
    /// What others decide by.
    pub facts: ClinicFacts,
    /// Its name, to know a renaming that changes nothing.
    pub name: ClinicName,
    /// Its town, to know a renaming that changes nothing.
    pub city: City,
    /// The days on which it is closed.
    pub holidays: Holidays,
    /// How much patients get back who call off, if the clinic ever said.
    pub refund_policy: Option<RefundPolicy>,
}

/// What a doctor or a booking has to know of a clinic. None of it ever changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicFacts {
    /// Which clinic.
    pub clinic: ClinicId,
    /// Its wall clock.
    pub zone: ClinicZone,
    /// What it charges in.
    pub currency: Currency,
}

impl Clinic {
    /// What others decide by, once the clinic is open.
    pub const fn facts(&self) -> Option<ClinicFacts> {
        match self {
            Self::Unopened => None,
            Self::Open(clinic) => Some(clinic.facts),
        }
    }

    /// The days on which it is closed, once it is open at all.
    pub const fn holidays(&self) -> &Holidays {
        match self {
            Self::Unopened => Holidays::NONE,
            Self::Open(clinic) => &clinic.holidays,
        }
    }

    /// How much patients get back who call off: the clinic's table, or the usual one until it sets its own.
    pub fn refund_policy(&self) -> RefundPolicy {
        let own = match self {
            Self::Unopened => None,
            Self::Open(clinic) => clinic.refund_policy.clone(),
        };
        own.unwrap_or_else(RefundPolicy::usual)
    }
}

/// The clinic after one more event. An event that can't follow leaves it as it is.
#[must_use]
pub fn evolve(state: Clinic, event: &ClinicEvent) -> Clinic {
    match (state, event) {
        (Clinic::Unopened, ClinicEvent::Opened(opened)) => Clinic::Open(OpenedClinic {
            facts: ClinicFacts {
                clinic: opened.clinic,
                zone: opened.zone,
                currency: opened.currency,
            },
            name: opened.name.clone(),
            city: opened.city.clone(),
            holidays: Holidays::default(),
            refund_policy: None,
        }),
        (Clinic::Open(clinic), ClinicEvent::Renamed(renamed)) => Clinic::Open(OpenedClinic {
            name: renamed.name.clone(),
            city: renamed.city.clone(),
            ..clinic
        }),
        (Clinic::Open(mut clinic), ClinicEvent::HolidayDeclared(declared)) => {
            let name = declared.name.clone();
            clinic.holidays.declare(declared.date, name, declared.at);
            Clinic::Open(clinic)
        }
        (Clinic::Open(mut clinic), ClinicEvent::HolidayWithdrawn(withdrawn)) => {
            clinic.holidays.withdraw(withdrawn.date);
            Clinic::Open(clinic)
        }
        (Clinic::Open(clinic), ClinicEvent::RefundPolicySet(set)) => Clinic::Open(OpenedClinic {
            refund_policy: Some(set.policy.clone()),
            ..clinic
        }),
        (state @ Clinic::Open(_), ClinicEvent::Opened(_))
        | (
            state @ Clinic::Unopened,
            ClinicEvent::Renamed(_)
            | ClinicEvent::HolidayDeclared(_)
            | ClinicEvent::HolidayWithdrawn(_)
            | ClinicEvent::RefundPolicySet(_),
        ) => state,
    }
}
