//! State of a clinic.

use serde::{Deserialize, Serialize};

use super::booking_settings::BookingSettings;
use super::event::ClinicEvent;
use crate::payment::RefundPolicy;
use crate::values::{City, ClinicId, ClinicName, ClinicZone, Currency, Holidays};

/// A clinic, with what its rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clinic {
    /// Nothing has happened yet.
    #[default]
    Unopened,
    /// Open.
    Open(OpenedClinic),
}

/// An open clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedClinic {
    /// Facts for decisions of other aggregates.
    pub facts: ClinicFacts,
    /// Its name, to detect a renaming that changes nothing.
    pub name: ClinicName,
    /// Its town, to detect a renaming that changes nothing.
    pub city: City,
    /// The days on which it is closed.
    pub holidays: Holidays,
    /// The refund policy, if the clinic has set one.
    pub refund_policy: Option<RefundPolicy>,
    /// Its own settings for bookings.
    pub booking_settings: BookingSettings,
    /// True if its staff needs a second factor, false if not; `None` for the group's setting.
    pub staff_second_factor: Option<bool>,
}

/// Facts about a clinic that a doctor or a booking needs. They never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicFacts {
    /// The clinic.
    pub clinic: ClinicId,
    /// Its time zone.
    pub zone: ClinicZone,
    /// Currency in which it charges.
    pub currency: Currency,
}

impl Clinic {
    /// Returns the facts for decisions of other aggregates, once the clinic is open.
    pub const fn facts(&self) -> Option<ClinicFacts> {
        match self {
            Self::Unopened => None,
            Self::Open(clinic) => Some(clinic.facts),
        }
    }

    /// Returns the days on which it is closed; none before it is open.
    pub const fn holidays(&self) -> &Holidays {
        match self {
            Self::Unopened => Holidays::NONE,
            Self::Open(clinic) => &clinic.holidays,
        }
    }

    /// Returns its own settings for bookings; none before it is open.
    pub fn booking_settings(&self) -> BookingSettings {
        match self {
            Self::Unopened => BookingSettings::default(),
            Self::Open(clinic) => clinic.booking_settings,
        }
    }

    /// Returns whether its staff needs a second factor; `None` for the group's setting.
    pub const fn staff_second_factor(&self) -> Option<bool> {
        match self {
            Self::Unopened => None,
            Self::Open(clinic) => clinic.staff_second_factor,
        }
    }

    /// Returns the refund policy: the clinic's own, or the default.
    pub fn refund_policy(&self) -> RefundPolicy {
        let own = match self {
            Self::Unopened => None,
            Self::Open(clinic) => clinic.refund_policy.clone(),
        };
        own.unwrap_or_else(RefundPolicy::usual)
    }
}

/// Returns the clinic after one more event. An event that can't follow changes nothing.
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
            booking_settings: BookingSettings::default(),
            staff_second_factor: None,
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
        (Clinic::Open(clinic), ClinicEvent::BookingSettingsSet(set)) => {
            Clinic::Open(OpenedClinic {
                booking_settings: set.settings,
                ..clinic
            })
        }
        (Clinic::Open(clinic), ClinicEvent::StaffSecondFactorSet(set)) => {
            Clinic::Open(OpenedClinic {
                staff_second_factor: set.required,
                ..clinic
            })
        }
        (state @ Clinic::Open(_), ClinicEvent::Opened(_))
        | (
            state @ Clinic::Unopened,
            ClinicEvent::Renamed(_)
            | ClinicEvent::HolidayDeclared(_)
            | ClinicEvent::HolidayWithdrawn(_)
            | ClinicEvent::RefundPolicySet(_)
            | ClinicEvent::BookingSettingsSet(_)
            | ClinicEvent::StaffSecondFactorSet(_),
        ) => state,
    }
}
