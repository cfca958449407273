//! Settings of a clinic for bookings.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::appointment::{BookingPolicy, EmergencyPolicy};

/// Minutes for which an unpaid slot may be held.
pub const HOLD_MINUTES: RangeInclusive<u16> = 1..=1_440;
/// Days ahead at which a visit may be booked.
pub const HORIZON_DAYS: RangeInclusive<u16> = 1..=730;
/// Open holds that an account of a patient may have at a time.
pub const MAX_HOLDS: RangeInclusive<u16> = 1..=100;
/// Emergency visits that a patient or an account may have open at a time.
pub const MAX_OPEN_EMERGENCIES: RangeInclusive<u16> = 1..=10;
/// Bookings for emergencies of a patient or an account on one day.
pub const MAX_DAILY_EMERGENCIES: RangeInclusive<u16> = 1..=20;

/// Bookings that an account of a patient may make on one day.
pub const MAX_DAILY_BOOKINGS: RangeInclusive<u16> = 1..=1_000;

/// Reason to refuse settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidBookingSettings {
    /// The hold is too short or too long.
    #[error("a slot is held for {} to {} minutes", HOLD_MINUTES.start(), HOLD_MINUTES.end())]
    HoldMinutes,
    /// The horizon is too near or too far.
    #[error("visits are booked {} to {} days ahead", HORIZON_DAYS.start(), HORIZON_DAYS.end())]
    HorizonDays,
    /// Too few or too many holds.
    #[error("an account holds {} to {} slots at a time", MAX_HOLDS.start(), MAX_HOLDS.end())]
    MaxHolds,
    /// Too few or too many bookings.
    #[error("an account books {} to {} times a day", MAX_DAILY_BOOKINGS.start(), MAX_DAILY_BOOKINGS.end())]
    MaxDailyBookings,
    /// Too few or too many open emergency visits.
    #[error(
        "{} to {} emergency visits are open at a time",
        MAX_OPEN_EMERGENCIES.start(),
        MAX_OPEN_EMERGENCIES.end()
    )]
    MaxOpenEmergencies,
    /// Too few or too many emergencies a day.
    #[error(
        "{} to {} emergencies are booked a day",
        MAX_DAILY_EMERGENCIES.start(),
        MAX_DAILY_EMERGENCIES.end()
    )]
    MaxDailyEmergencies,
}

/// A clinic's own settings for bookings. One that is not set is the group's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Unchecked")]
pub struct BookingSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_minutes: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    horizon_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_holds: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_daily_bookings: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emergencies: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_open_emergencies: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_daily_emergencies: Option<u16>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Unchecked {
    hold_minutes: Option<u16>,
    horizon_days: Option<u16>,
    max_holds: Option<u16>,
    max_daily_bookings: Option<u16>,
    emergencies: Option<bool>,
    max_open_emergencies: Option<u16>,
    max_daily_emergencies: Option<u16>,
}

impl BookingSettings {
    /// Sets the minutes for which an unpaid slot is held.
    ///
    /// # Errors
    /// They are out of [`HOLD_MINUTES`].
    pub fn with_hold_minutes(
        self,
        hold_minutes: Option<u16>,
    ) -> Result<Self, InvalidBookingSettings> {
        within(
            hold_minutes,
            HOLD_MINUTES,
            InvalidBookingSettings::HoldMinutes,
        )?;
        Ok(Self {
            hold_minutes,
            ..self
        })
    }

    /// Sets the days ahead at which visits are booked.
    ///
    /// # Errors
    /// They are out of [`HORIZON_DAYS`].
    pub fn with_horizon_days(
        self,
        horizon_days: Option<u16>,
    ) -> Result<Self, InvalidBookingSettings> {
        within(
            horizon_days,
            HORIZON_DAYS,
            InvalidBookingSettings::HorizonDays,
        )?;
        Ok(Self {
            horizon_days,
            ..self
        })
    }

    /// Sets the number of open holds that an account of a patient may have at a time.
    ///
    /// # Errors
    /// It is out of [`MAX_HOLDS`].
    pub fn with_max_holds(self, max_holds: Option<u16>) -> Result<Self, InvalidBookingSettings> {
        within(max_holds, MAX_HOLDS, InvalidBookingSettings::MaxHolds)?;
        Ok(Self { max_holds, ..self })
    }

    /// Sets the number of bookings that an account of a patient may make on one day.
    ///
    /// # Errors
    /// It is out of [`MAX_DAILY_BOOKINGS`].
    pub fn with_max_daily_bookings(
        self,
        max_daily_bookings: Option<u16>,
    ) -> Result<Self, InvalidBookingSettings> {
        within(
            max_daily_bookings,
            MAX_DAILY_BOOKINGS,
            InvalidBookingSettings::MaxDailyBookings,
        )?;
        Ok(Self {
            max_daily_bookings,
            ..self
        })
    }

    /// Sets whether bookings for emergencies are accepted.
    #[must_use]
    pub const fn with_emergencies(self, emergencies: Option<bool>) -> Self {
        Self {
            emergencies,
            ..self
        }
    }

    /// Sets the number of emergency visits that a patient or an account may have open at a time.
    ///
    /// # Errors
    /// It is out of [`MAX_OPEN_EMERGENCIES`].
    pub fn with_max_open_emergencies(
        self,
        max_open_emergencies: Option<u16>,
    ) -> Result<Self, InvalidBookingSettings> {
        within(
            max_open_emergencies,
            MAX_OPEN_EMERGENCIES,
            InvalidBookingSettings::MaxOpenEmergencies,
        )?;
        Ok(Self {
            max_open_emergencies,
            ..self
        })
    }

    /// Sets the number of emergencies for which a patient or an account may book on one day.
    ///
    /// # Errors
    /// It is out of [`MAX_DAILY_EMERGENCIES`].
    pub fn with_max_daily_emergencies(
        self,
        max_daily_emergencies: Option<u16>,
    ) -> Result<Self, InvalidBookingSettings> {
        within(
            max_daily_emergencies,
            MAX_DAILY_EMERGENCIES,
            InvalidBookingSettings::MaxDailyEmergencies,
        )?;
        Ok(Self {
            max_daily_emergencies,
            ..self
        })
    }

    /// Returns the minutes for which an unpaid slot is held, if the clinic has set them.
    #[must_use]
    pub const fn hold_minutes(self) -> Option<u16> {
        self.hold_minutes
    }

    /// Returns the days ahead at which visits are booked, if the clinic has set them.
    #[must_use]
    pub const fn horizon_days(self) -> Option<u16> {
        self.horizon_days
    }

    /// Returns the number of open holds that an account of a patient may have, if the clinic has set it.
    #[must_use]
    pub const fn max_holds(self) -> Option<u16> {
        self.max_holds
    }

    /// Returns the number of bookings that an account of a patient may make on one day, if the clinic has set it.
    #[must_use]
    pub const fn max_daily_bookings(self) -> Option<u16> {
        self.max_daily_bookings
    }

    /// Returns whether bookings for emergencies are accepted, if the clinic has set it.
    #[must_use]
    pub const fn emergencies(self) -> Option<bool> {
        self.emergencies
    }

    /// Returns the number of emergency visits that may be open at a time, if the clinic has set it.
    #[must_use]
    pub const fn max_open_emergencies(self) -> Option<u16> {
        self.max_open_emergencies
    }

    /// Returns the number of emergencies that may be booked on one day, if the clinic has set it.
    #[must_use]
    pub const fn max_daily_emergencies(self) -> Option<u16> {
        self.max_daily_emergencies
    }

    /// Returns the policy of the clinic, given the group's.
    #[must_use]
    pub fn policy(self, group: BookingPolicy) -> BookingPolicy {
        let emergencies = group.emergencies;
        BookingPolicy {
            hold_minutes: self.hold_minutes.unwrap_or(group.hold_minutes),
            horizon_days: self.horizon_days.unwrap_or(group.horizon_days),
            max_holds: self.max_holds.unwrap_or(group.max_holds),
            max_daily_bookings: self.max_daily_bookings.unwrap_or(group.max_daily_bookings),
            emergencies: EmergencyPolicy {
                accepted: self.emergencies.unwrap_or(emergencies.accepted),
                max_open: self.max_open_emergencies.unwrap_or(emergencies.max_open),
                max_daily: self.max_daily_emergencies.unwrap_or(emergencies.max_daily),
            },
        }
    }
}

impl TryFrom<Unchecked> for BookingSettings {
    type Error = InvalidBookingSettings;

    fn try_from(unchecked: Unchecked) -> Result<Self, InvalidBookingSettings> {
        Self::default()
            .with_hold_minutes(unchecked.hold_minutes)?
            .with_horizon_days(unchecked.horizon_days)?
            .with_max_holds(unchecked.max_holds)?
            .with_max_daily_bookings(unchecked.max_daily_bookings)?
            .with_emergencies(unchecked.emergencies)
            .with_max_open_emergencies(unchecked.max_open_emergencies)?
            .with_max_daily_emergencies(unchecked.max_daily_emergencies)
    }
}

fn within(
    value: Option<u16>,
    range: RangeInclusive<u16>,
    refusal: InvalidBookingSettings,
) -> Result<(), InvalidBookingSettings> {
    let inside = value.is_none_or(|value| range.contains(&value));
    inside.then_some(()).ok_or(refusal)
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::super::tests::{given, opened};
    use super::super::{
        ClinicBookingSettingsSet, ClinicCommand, ClinicEvent, ClinicRefusal, SetBookingSettings,
    };
    use super::*;
    use crate::test_fixtures::{admin, clinic_id, now};

    fn holding(minutes: u16) -> BookingSettings {
        let settings = BookingSettings::default();
        settings.with_hold_minutes(Some(minutes)).unwrap()
    }

    fn set(settings: BookingSettings) -> ClinicCommand {
        ClinicCommand::SetBookingSettings(SetBookingSettings {
            settings,
            by: admin(),
            at: now(),
        })
    }

    fn was_set(settings: BookingSettings) -> ClinicEvent {
        ClinicEvent::BookingSettingsSet(ClinicBookingSettingsSet {
            clinic: clinic_id(1),
            settings,
            by: admin(),
            at: now(),
        })
    }

    #[test]
    fn an_open_clinic_sets_them_once() {
        let own = holding(30);
        given(&[opened()])
            .when(set(own))
            .then_expect_events(vec![was_set(own)]);
        given(&[opened(), was_set(own)])
            .when(set(own))
            .then_expect_events(vec![]);
        given(&[])
            .when(set(own))
            .then_expect_error(ClinicRefusal::NotFound);
    }

    #[test]
    fn settings_that_are_not_set_are_the_groups() {
        let group = BookingPolicy {
            hold_minutes: 15,
            horizon_days: 90,
            max_holds: 5,
            max_daily_bookings: 12,
            emergencies: EmergencyPolicy {
                accepted: true,
                max_open: 2,
                max_daily: 4,
            },
        };
        let own = holding(30);
        assert_eq!(
            own.policy(group),
            BookingPolicy {
                hold_minutes: 30,
                ..group
            }
        );
        assert_eq!(BookingSettings::default().policy(group), group);
        let none = BookingSettings::default().with_emergencies(Some(false));
        let none = none.with_max_daily_emergencies(Some(1)).unwrap();
        let emergencies = EmergencyPolicy {
            accepted: false,
            max_daily: 1,
            ..group.emergencies
        };
        assert_eq!(none.policy(group).emergencies, emergencies);
    }

    #[test]
    fn settings_have_ranges() {
        for (setting, ranges) in [
            ("holdMinutes", HOLD_MINUTES),
            ("horizonDays", HORIZON_DAYS),
            ("maxHolds", MAX_HOLDS),
            ("maxDailyBookings", MAX_DAILY_BOOKINGS),
            ("maxOpenEmergencies", MAX_OPEN_EMERGENCIES),
            ("maxDailyEmergencies", MAX_DAILY_EMERGENCIES),
        ] {
            let parsed = |value: u16| from_value::<BookingSettings>(json!({setting: value}));
            assert!(parsed(*ranges.start()).is_ok() && parsed(*ranges.end()).is_ok());
            assert!(parsed(ranges.start() - 1).is_err() && parsed(ranges.end() + 1).is_err());
        }
    }

    #[test]
    fn what_is_not_set_is_not_stored() {
        let own = BookingSettings::default()
            .with_horizon_days(Some(730))
            .unwrap();
        let stored = to_value(own).unwrap();
        assert_eq!(stored, json!({"horizonDays": 730}));
        assert_eq!(from_value::<BookingSettings>(stored).unwrap(), own);
    }
}
