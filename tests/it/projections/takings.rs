//! Payments of a clinic's day, and what it took.

use chrono::{NaiveDate, TimeDelta};
use domain::{Slot, day_on};
use projections::TimeCursor;
use projections::payments::{ClinicDay, PaymentStanding, Takings, get, of_clinic_day, takings};

use super::fixture::{at, clinic, payment};
use super::paid::{CALLED_OFF, NEXT_DAY, TWICE, UNPAID};
use super::payments::{ids, kept};
use super::scenario::{HOLDS_END, PUNE, inr, pune};

pub(super) fn day(date: &str) -> Slot {
    let date: NaiveDate = date.parse().unwrap();
    day_on(pune().zone, date).unwrap()
}

#[tokio::test]
async fn a_clinics_day_ends_at_its_own_midnight() {
    let history = kept().await;
    let pool = &history.pool;
    let open = at(HOLDS_END) - TimeDelta::seconds(1);
    let first = takings(pool, clinic(PUNE), day("2026-03-01"), open).await;
    let of_first = Takings {
        captured: inr(180_000),
        refunded: inr(0),
        lost: inr(0),
        open: inr(60_000),
    };
    assert_eq!(first.unwrap(), [of_first]);
    // In UTC it is still the 1st.
    assert!(at(NEXT_DAY) < at("2026-03-02T00:00:00Z"));
    let second = takings(pool, clinic(PUNE), day("2026-03-02"), open).await;
    let of_second = Takings {
        captured: inr(0),
        refunded: inr(60_000),
        lost: inr(0),
        open: inr(0),
    };
    assert_eq!(second.unwrap(), [of_second]);
    let third = takings(pool, clinic(PUNE), day("2026-03-03"), open).await;
    assert_eq!(third.unwrap(), []);
}

#[tokio::test]
async fn what_nobody_paid_in_time_is_open_no_more() {
    let history = kept().await;
    let pool = &history.pool;
    let late = at(HOLDS_END);
    let first = takings(pool, clinic(PUNE), day("2026-03-01"), late).await;
    assert_eq!(first.unwrap()[0].open, inr(0));
    let unpaid = get(pool, payment(UNPAID)).await.unwrap().unwrap();
    assert_eq!(unpaid.standing_at(late), PaymentStanding::Lapsed);
}

#[tokio::test]
async fn a_day_has_what_was_asked_for_on_it_and_what_moved_on_it() {
    let history = kept().await;
    let search = ClinicDay {
        clinic: clinic(PUNE),
        day: day("2026-03-01"),
        after: None,
        limit: 2,
    };
    let first = of_clinic_day(&history.pool, &search).await.unwrap();
    assert_eq!(ids(&first), [CALLED_OFF, UNPAID]);
    let last = first.last().unwrap();
    let after = Some(TimeCursor {
        at: last.opened_at,
        id: last.payment.as_uuid(),
    });
    let search = ClinicDay { after, ..search };
    let rest = of_clinic_day(&history.pool, &search).await.unwrap();
    assert_eq!(ids(&rest), [TWICE]);
    let next = ClinicDay {
        day: day("2026-03-02"),
        after: None,
        ..search
    };
    let moved = of_clinic_day(&history.pool, &next).await.unwrap();
    assert_eq!(ids(&moved), [TWICE]);
}
