//! Range of dates that can be planned, and how long past ones are kept.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use thiserror::Error;

use super::ClinicZone;

/// The furthest date that can be planned, in days from today.
pub const MAX_DAYS_AHEAD: u16 = 400;

/// Days for which a past date is kept: by then it has ended in every time zone, and no rule depends
/// on it any more.
const DAYS_REMEMBERED: u64 = 7;

/// Reason to refuse a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotPlannable {
    /// The date is over in the clinic's time zone.
    #[error("the date is over")]
    InPast,
    /// The date is too far ahead.
    #[error("the date lies more than {MAX_DAYS_AHEAD} days ahead")]
    TooFarAhead,
}

/// Checks that a date can be planned: from the clinic's today on, for a year and a month.
///
/// # Errors
/// [`NotPlannable`] for past dates and for those further ahead.
pub fn plannable(date: NaiveDate, zone: ClinicZone, at: DateTime<Utc>) -> Result<(), NotPlannable> {
    let today = zone.date_at(at);
    if date < today {
        return Err(NotPlannable::InPast);
    }
    let last = today.checked_add_days(Days::new(u64::from(MAX_DAYS_AHEAD)));
    if last.is_some_and(|last| date > last) {
        return Err(NotPlannable::TooFarAhead);
    }
    Ok(())
}

/// Drops the dates that ended well before `at`, so that the state stays small.
pub(crate) fn forget_before<T>(dates: &mut BTreeMap<NaiveDate, T>, at: DateTime<Utc>) {
    let days = Days::new(DAYS_REMEMBERED);
    if let Some(oldest) = at.date_naive().checked_sub_days(days) {
        *dates = dates.split_off(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(instant: &str) -> DateTime<Utc> {
        instant.parse().unwrap()
    }

    fn in_kolkata(date: &str, now: &str) -> Result<(), NotPlannable> {
        let zone = ClinicZone::parse("Asia/Kolkata").unwrap();
        plannable(date.parse().unwrap(), zone, at(now))
    }

    #[test]
    fn today_is_today_by_the_clinics_calendar() {
        // 18:30 in UTC is midnight in India.
        assert_eq!(in_kolkata("2026-03-01", "2026-03-01T18:29:59Z"), Ok(()));
        assert_eq!(
            in_kolkata("2026-03-01", "2026-03-01T18:30:00Z"),
            Err(NotPlannable::InPast)
        );
    }

    #[test]
    fn nothing_is_said_of_days_more_than_400_days_ahead() {
        let now = "2026-03-01T12:00:00Z";
        assert_eq!(in_kolkata("2027-04-05", now), Ok(()));
        assert_eq!(
            in_kolkata("2027-04-06", now),
            Err(NotPlannable::TooFarAhead)
        );
    }

    #[test]
    fn dates_that_are_long_over_are_forgotten() {
        let days = ["2026-02-21", "2026-02-22", "2026-03-01", "2027-01-01"];
        let mut dates = days.map(|day| (day.parse().unwrap(), ())).into();
        forget_before(&mut dates, at("2026-03-01T12:00:00Z"));
        let kept: Vec<_> = dates.into_keys().map(|date| date.to_string()).collect();
        assert_eq!(kept, days[1..]);
    }
}
