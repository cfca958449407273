//! Status of an appointment at an instant, by its stored status.

use chrono::{DateTime, Utc};
use domain::appointment::AppointmentStatus;

/// Returns the status: a hold that has ended reads as expired, even before that is recorded.
pub(crate) fn status_at(
    stored: AppointmentStatus,
    hold_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> AppointmentStatus {
    match stored {
        AppointmentStatus::Booked if now >= hold_until => AppointmentStatus::Expired,
        AppointmentStatus::Booked
        | AppointmentStatus::Confirmed
        | AppointmentStatus::Arrived
        | AppointmentStatus::InProgress
        | AppointmentStatus::Completed
        | AppointmentStatus::NoShow
        | AppointmentStatus::Cancelled
        | AppointmentStatus::Expired => stored,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_hold_reads_as_expired_from_its_end_on() {
        let hour = DateTime::UNIX_EPOCH;
        let before = hour - TimeDelta::microseconds(1);
        let booked = AppointmentStatus::Booked;
        assert_eq!(status_at(booked, hour, before), booked);
        assert_eq!(status_at(booked, hour, hour), AppointmentStatus::Expired);
    }

    #[test]
    fn an_appointment_without_a_hold_does_not_expire() {
        let confirmed = AppointmentStatus::Confirmed;
        let long_after = DateTime::<Utc>::MAX_UTC;
        assert_eq!(
            status_at(confirmed, DateTime::UNIX_EPOCH, long_after),
            confirmed
        );
    }
}
