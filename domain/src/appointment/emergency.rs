//! A visit that is booked for an emergency: the next free slot, confirmed at once and paid afterwards.
//!
//! Its fee is a bill. The slot is not held for a payment, so nothing releases it when the bill stays unpaid:
//!
//! | visit | bill |
//! |---|---|
//! | confirmed, arrived, in progress, completed | due, until [`bill_until`] |
//! | no-show | due as well: the slot was kept for the patient |
//! | cancelled before it was paid | void; money that arrives later is refunded in full |
//! | cancelled after it was paid | refunded by the clinic's refund policy, like any visit |
//!
//! Limits are numbers, as those of holds: each open emergency visit, and each booking of a day, has a number that no
//! other one of the same patient or account has. The store keeps them apart; here they are compared with the limits.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::error::AppointmentRefusal;
use super::policy::EmergencyPolicy;
use crate::values::Slot;

/// Days after the visit in which its bill can be paid online.
pub const BILL_DAYS: i64 = 30;

/// Numbers of a booking for an emergency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyNumbers {
    /// Day of the booking on the clinic's calendar.
    pub day: NaiveDate,
    /// Numbers among those of the patient.
    pub patient: LimitNumbers,
    /// Numbers among those of the account that books; `None` for the staff, whose bookings are limited by patient only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<LimitNumbers>,
}

/// Numbers from 0 on, one below each limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LimitNumbers {
    /// Number among the open emergency visits.
    pub open: u16,
    /// Number among the bookings of the day.
    pub daily: u16,
}

impl EmergencyNumbers {
    /// Compares the numbers with the limits.
    ///
    /// # Errors
    /// The limit that is reached.
    pub(super) fn check(self, policy: EmergencyPolicy) -> Result<(), AppointmentRefusal> {
        let EmergencyPolicy {
            max_open: open,
            max_daily: daily,
            ..
        } = policy;
        for numbers in [Some(self.patient), self.account].into_iter().flatten() {
            if numbers.open >= open {
                return Err(AppointmentRefusal::TooManyOpenEmergencies { max: open });
            }
            if numbers.daily >= daily {
                return Err(AppointmentRefusal::TooManyEmergenciesToday { max: daily });
            }
        }
        Ok(())
    }
}

/// Returns the time until which the bill of an emergency visit can be paid online.
pub fn bill_until(slot: Slot) -> DateTime<Utc> {
    let end = slot.end();
    end.checked_add_signed(TimeDelta::days(BILL_DAYS))
        .unwrap_or(end)
}
