//! Dates on which a week does not hold: what Meera said of April in Pune, and Pune's holidays. And what Pune
//! refunds to patients who cancel.

use chrono::{NaiveDate, NaiveTime};
use domain::clinic::{Clinic, ClinicCommand, DeclareHoliday, SetRefundPolicy, WithdrawHoliday};
use domain::doctor::{ClearDateHours, Doctor, DoctorCommand, SetDateHours};
use domain::payment::{RefundPolicy, RefundStep};
use domain::{Actor, DatedHours, DayHours, HolidayName, Holidays, Opening};

use super::fixture::{History, clinic, doctor};
use super::scenario::{MEERA, PUNE, today};

/// A holiday in Pune, and one that was withdrawn.
pub async fn holidays(history: &History) {
    for (date, name) in holidays_of_pune().iter() {
        declare(history, date, name.clone()).await;
    }
    let open_after_all = "2026-04-20".parse().unwrap();
    declare(history, open_after_all, "Flood".parse().unwrap()).await;
    let withdraw = ClinicCommand::WithdrawHoliday(WithdrawHoliday {
        date: open_after_all,
        by: Actor::System,
        at: today(),
    });
    history
        .run::<Clinic>(clinic(PUNE).as_uuid(), withdraw)
        .await;
}

async fn declare(history: &History, date: NaiveDate, name: HolidayName) {
    let declare = ClinicCommand::DeclareHoliday(DeclareHoliday {
        date,
        name,
        by: Actor::System,
        at: today(),
    });
    history.run::<Clinic>(clinic(PUNE).as_uuid(), declare).await;
}

/// A Monday.
pub fn holidays_of_pune() -> Holidays {
    let mut holidays = Holidays::default();
    let name = "Tamil New Year".parse().unwrap();
    holidays.declare("2026-04-13".parse().unwrap(), name, today());
    holidays
}

/// Pune gives all of it back until two days before.
pub async fn refund_policy(history: &History) {
    let set = ClinicCommand::SetRefundPolicy(SetRefundPolicy {
        policy: refund_policy_of_pune(),
        by: Actor::System,
        at: today(),
    });
    history.run::<Clinic>(clinic(PUNE).as_uuid(), set).await;
}

pub fn refund_policy_of_pune() -> RefundPolicy {
    let (hours_before, percent) = (48, 100);
    let step = RefundStep {
        hours_before,
        percent,
    };
    RefundPolicy::new(vec![step]).unwrap()
}

/// Meera's April in Pune, and a Monday off that she took back.
pub async fn dates(history: &History) {
    let back_again = "2026-04-20".parse().unwrap();
    let dates = april_at_pune();
    let dates = dates.iter().map(|(date, hours)| (date, hours.clone()));
    for (date, hours) in dates.chain([(back_again, DayHours::default())]) {
        let set = DoctorCommand::SetDateHours(SetDateHours {
            clinic: clinic(PUNE),
            date,
            hours,
            by: Actor::System,
            at: today(),
        });
        history.run::<Doctor>(doctor(MEERA).as_uuid(), set).await;
    }
    let clear = DoctorCommand::ClearDateHours(ClearDateHours {
        clinic: clinic(PUNE),
        date: back_again,
        by: Actor::System,
        at: today(),
    });
    history.run::<Doctor>(doctor(MEERA).as_uuid(), clear).await;
}

/// A Monday off, and a Wednesday evening.
pub fn april_at_pune() -> DatedHours {
    let mut dated = DatedHours::default();
    dated.set("2026-04-06".parse().unwrap(), DayHours::default(), today());
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let evening = DayHours::new(vec![Opening::new(hour(17), hour(18)).unwrap()]).unwrap();
    dated.set("2026-04-08".parse().unwrap(), evening, today());
    dated
}
