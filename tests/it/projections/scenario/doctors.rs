//! Meera, Arun and Zoya, where they work, and when they are away.

use chrono::{NaiveTime, Weekday};
use domain::doctor::{
    AffiliateDoctor, Doctor, DoctorCommand, RegisterDoctor, ReinstateDoctor, SetTerms,
    SetWeeklyHours, SuspendDoctor, VerifyDoctor,
};
use domain::leave::{Leave, LeaveCommand, PlanLeave, WithdrawLeave};
use domain::{
    Actor, ClinicFacts, Currency, Money, OpeningHours, PersonName, Reason, Slot, SlotLength,
    WeeklyHours,
};

use super::super::dates::dates;
use super::super::fixture::{History, at, clinic, doctor, leave};
use super::{ARUN, BERLIN, MEERA, PUNE, ZOYA, berlin, inr, pune, today};

pub async fn doctors(history: &History) {
    register_doctor(history, MEERA, "Meera Nair", "cardiology", &["en", "hi"]).await;
    register_doctor(history, ARUN, "arun Bose", "dermatology", &["bn", "en"]).await;
    register_doctor(history, ZOYA, "Zoya Khan", "cardiology", &["hi"]).await;
    // The papers may be there before the clinic.
    verify(history, MEERA).await;
    verify(history, ZOYA).await;
    // Both were away for good; Meera came back.
    for number in [MEERA, ARUN] {
        suspend(history, number).await;
    }
    reinstate(history, MEERA).await;
    affiliate(history, MEERA, pune(), inr(50_000), 20).await;
    affiliate(history, MEERA, berlin(), Money::zero(Currency::Eur), 60).await;
    affiliate(history, ARUN, berlin(), Money::zero(Currency::Eur), 30).await;
    let terms = DoctorCommand::SetTerms(SetTerms {
        clinic: clinic(PUNE),
        fee: inr(60_000),
        slot_length: SlotLength::new(30).unwrap(),
        by: Actor::System,
        at: today(),
    });
    history.run::<Doctor>(doctor(MEERA).as_uuid(), terms).await;
    set_hours(history, MEERA, PUNE, monday_morning()).await;
    set_hours(history, MEERA, BERLIN, sunday_night()).await;
    set_hours(history, ARUN, BERLIN, monday_morning()).await;
    dates(history).await;
}

async fn register_doctor(
    history: &History,
    number: u128,
    name: &str,
    specialisation: &str,
    languages: &[&str],
) {
    let register = DoctorCommand::Register(RegisterDoctor {
        doctor: doctor(number),
        name: PersonName::parse(name).unwrap(),
        specialisations: [specialisation.parse().unwrap()].into(),
        languages: languages
            .iter()
            .map(|language| language.parse().unwrap())
            .collect(),
        by: Actor::System,
        at: today(),
    });
    history
        .run::<Doctor>(doctor(number).as_uuid(), register)
        .await;
}

async fn verify(history: &History, number: u128) {
    let verify = DoctorCommand::Verify(VerifyDoctor {
        by: Actor::System,
        at: today(),
    });
    history
        .run::<Doctor>(doctor(number).as_uuid(), verify)
        .await;
}

async fn suspend(history: &History, number: u128) {
    let suspend = DoctorCommand::Suspend(SuspendDoctor {
        by: Actor::System,
        at: today(),
    });
    history
        .run::<Doctor>(doctor(number).as_uuid(), suspend)
        .await;
}

async fn reinstate(history: &History, number: u128) {
    let reinstate = DoctorCommand::Reinstate(ReinstateDoctor {
        by: Actor::System,
        at: today(),
    });
    history
        .run::<Doctor>(doctor(number).as_uuid(), reinstate)
        .await;
}

async fn affiliate(history: &History, number: u128, clinic: ClinicFacts, fee: Money, minutes: u16) {
    let affiliate = DoctorCommand::Affiliate(AffiliateDoctor {
        clinic,
        fee,
        slot_length: SlotLength::new(minutes).unwrap(),
        by: Actor::System,
        at: today(),
    });
    history
        .run::<Doctor>(doctor(number).as_uuid(), affiliate)
        .await;
}

async fn set_hours(history: &History, number: u128, place: u128, hours: WeeklyHours) {
    let clinic = clinic(place);
    let set = SetWeeklyHours {
        clinic,
        hours,
        by: Actor::System,
        at: today(),
    };
    let set = DoctorCommand::SetWeeklyHours(set);
    history.run::<Doctor>(doctor(number).as_uuid(), set).await;
}

/// Zoya is away for a week; the week after she is there after all.
pub async fn leaves(history: &History) {
    let weeks = [
        (1, "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"),
        (2, "2026-03-09T00:00:00Z", "2026-03-16T00:00:00Z"),
    ];
    for (number, start, end) in weeks {
        let plan = LeaveCommand::Plan(PlanLeave {
            leave: leave(number),
            doctor: doctor(ZOYA),
            during: Slot::new(at(start), at(end)).unwrap(),
            reason: Some(Reason::parse("an operation").unwrap()),
            by: Actor::System,
            at: today(),
        });
        history.run::<Leave>(leave(number).as_uuid(), plan).await;
    }
    let withdraw = LeaveCommand::Withdraw(WithdrawLeave {
        by: Actor::System,
        at: today(),
    });
    history.run::<Leave>(leave(2).as_uuid(), withdraw).await;
}

pub fn monday_morning() -> WeeklyHours {
    opening(Weekday::Mon, 9, 11)
}

/// The hours from one to five: in the middle of them the clocks change, twice a year.
fn sunday_night() -> WeeklyHours {
    opening(Weekday::Sun, 1, 5)
}

fn opening(day: Weekday, from: u32, to: u32) -> WeeklyHours {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    WeeklyHours::new(vec![OpeningHours::new(day, hour(from), hour(to)).unwrap()]).unwrap()
}
