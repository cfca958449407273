//! A scenario of two clinics: every kind of event, and appointments in every state.
//!
//! Pune and Berlin; Meera works at both and is verified, Arun in Berlin is not, Zoya has no clinic
//! yet. Asha has five appointments with Meera, one in each state of a booking and one
//! without a fee, Ravi has one, and on the Monday before it four with Meera, one in each state of a day.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use domain::account::{
    Account, AccountCommand, ChangeAddress, DisableAccount, EnableAccount, Person, RegisterAccount,
};
use domain::appointment::{
    Appointment, AppointmentCommand, BookAppointment, BookingPolicy, CancelAppointment,
    CancelledBy, ConfirmByOverride, ExpireHold,
};
use domain::clinic::{Clinic, ClinicCommand, OpenClinic, RenameClinic};
use domain::doctor::{
    AffiliateDoctor, Doctor, DoctorCommand, RegisterDoctor, ReinstateDoctor, SetTerms,
    SetWeeklyHours, SuspendDoctor, VerifyDoctor,
};
use domain::leave::{Leave, LeaveCommand, PlanLeave, WithdrawLeave};
use domain::patient::{
    AddProxy, ChangeContact, Patient, PatientCommand, ProxyEvidence, RegisterPatient, RemoveProxy,
};
use domain::{
    Actor, BirthDate, ClinicFacts, ClinicScope, ClinicZone, Currency, Holidays, Money,
    OpeningHours, PersonName, Reason, Role, Slot, SlotLength, WeeklyHours,
};

use super::attended::attended;
use super::dates::{dates, holidays, refund_policy};
use super::fixture::{History, account, appointment, at, clinic, doctor, leave, patient};
use super::paid::paid;
use super::profiles::profile;

pub const PUNE: u128 = 1;
pub const BERLIN: u128 = 2;
pub const MEERA: u128 = 1;
pub const ARUN: u128 = 2;
pub const ZOYA: u128 = 3;
pub const ASHA: u128 = 1;
pub const RAVI: u128 = 2;

/// The Sunday on which all of it happens.
pub const TODAY: &str = "2026-03-01T06:00:00Z";
/// End of the holds of today's bookings.
pub const HOLDS_END: &str = "2026-03-01T06:15:00Z";

pub async fn recorded() -> History {
    record(History::begin().await).await
}

/// The same in a sealed log.
pub async fn recorded_sealed() -> History {
    record(History::begin_sealed().await).await
}

async fn record(history: History) -> History {
    clinics(&history).await;
    doctors(&history).await;
    patients(&history).await;
    appointments(&history).await;
    attended(&history).await;
    leaves(&history).await;
    paid(&history).await;
    accounts(&history).await;
    history
}

async fn clinics(history: &History) {
    open(history, PUNE, "Pune", "Asia/Kolkata", Currency::Inr).await;
    open(history, BERLIN, "berlin", "Europe/Berlin", Currency::Eur).await;
    let rename = ClinicCommand::Rename(RenameClinic {
        name: "Asha Clinic".parse().unwrap(),
        city: "Pune City".parse().unwrap(),
        by: Actor::System,
        at: today(),
    });
    history.run::<Clinic>(clinic(PUNE).as_uuid(), rename).await;
    holidays(history).await;
    refund_policy(history).await;
}

async fn open(history: &History, number: u128, name: &str, zone: &str, currency: Currency) {
    let open = ClinicCommand::Open(OpenClinic {
        clinic: clinic(number),
        name: name.parse().unwrap(),
        zone: zone.parse().unwrap(),
        city: name.parse().unwrap(),
        currency,
        by: Actor::System,
        at: today(),
    });
    history.run::<Clinic>(clinic(number).as_uuid(), open).await;
}

async fn doctors(history: &History) {
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

async fn patients(history: &History) {
    register_patient(history, ASHA, "Asha Rao").await;
    register_patient(history, RAVI, "Ravi Iyer").await;
    let contact = ChangeContact {
        phone: Some("+91 98200 00000".parse().unwrap()),
        email: None,
        by: Actor::System,
        at: today(),
    };
    let (by, at) = (Actor::System, today());
    let asha = [
        PatientCommand::ChangeContact(contact),
        PatientCommand::AddProxy(AddProxy {
            is_patient: true,
            evidence: Some(ProxyEvidence::BirthCertificate),
            account: account(7),
            by,
            at,
        }),
        PatientCommand::AddProxy(AddProxy {
            is_patient: true,
            evidence: Some(ProxyEvidence::BirthCertificate),
            account: account(8),
            by,
            at,
        }),
        PatientCommand::RemoveProxy(RemoveProxy {
            account: account(7),
            by,
            at,
        }),
    ];
    for command in asha {
        history
            .run::<Patient>(patient(ASHA).as_uuid(), command)
            .await;
    }
    let proxy = PatientCommand::AddProxy(AddProxy {
        is_patient: true,
        evidence: Some(ProxyEvidence::BirthCertificate),
        account: account(8),
        by,
        at,
    });
    history.run::<Patient>(patient(RAVI).as_uuid(), proxy).await;
    profile(history).await;
}

async fn register_patient(history: &History, number: u128, name: &str) {
    let born: NaiveDate = "1990-05-17".parse().unwrap();
    let register = PatientCommand::Register(RegisterPatient {
        patient: patient(number),
        name: PersonName::parse(name).unwrap(),
        birth_date: BirthDate::try_from(born).unwrap(),
        phone: None,
        email: Some("somebody@example.org".parse().unwrap()),
        by: Actor::System,
        at: today(),
    });
    history
        .run::<Patient>(patient(number).as_uuid(), register)
        .await;
}

/// The hours of Monday the 9th in Pune, each of Asha's in another state; the rest in Berlin.
async fn appointments(history: &History) {
    book(history, 1, ASHA, pune(), "2026-03-09T03:30:00Z").await;
    book(history, 2, ASHA, pune(), "2026-03-09T04:00:00Z").await;
    book(history, 3, ASHA, pune(), "2026-03-09T04:30:00Z").await;
    book(history, 4, ASHA, pune(), "2026-03-09T05:00:00Z").await;
    // No fee: confirmed in the same breath. 01:00 on Sunday, the 15th.
    book(history, 5, ASHA, berlin(), "2026-03-15T00:00:00Z").await;
    // 02:00 on Sunday, the 8th.
    book(history, 6, RAVI, berlin(), "2026-03-08T01:00:00Z").await;
    let confirm = AppointmentCommand::ConfirmByOverride(ConfirmByOverride {
        reason: Reason::parse("pays at the desk").unwrap(),
        by: Actor::System,
        at: today(),
    });
    let cancel = AppointmentCommand::Cancel(CancelAppointment {
        cancelled_by: CancelledBy::Doctor,
        reason: None,
        by: Actor::System,
        at: today(),
    });
    let expire = AppointmentCommand::ExpireHold(ExpireHold { at: at(HOLDS_END) });
    for (number, command) in [(2, confirm), (3, cancel), (4, expire)] {
        history
            .run::<Appointment>(appointment(number).as_uuid(), command)
            .await;
    }
}

pub async fn book(history: &History, number: u128, who: u128, place: ClinicFacts, start: &str) {
    let meera = history
        .store
        .load::<Doctor>(&doctor(MEERA).to_string())
        .await
        .unwrap();
    let book = AppointmentCommand::Book(BookAppointment {
        appointment: appointment(number),
        clinic: place,
        holidays: Holidays::default(),
        doctor: meera.aggregate().facts_at(place.clinic).unwrap(),
        patient: patient(who),
        start: at(start),
        reason: Some(Reason::parse(&format!("complaint {number}")).unwrap()),
        follows: None,
        hold_number: None,
        daily_number: None,
        override_reason: None,
        policy: BookingPolicy::default(),
        by: Actor::System,
        at: today(),
    });
    history
        .run::<Appointment>(appointment(number).as_uuid(), book)
        .await;
}

/// Zoya is away for a week; the week after she is there after all.
async fn leaves(history: &History) {
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

async fn accounts(history: &History) {
    let pune_only = ClinicScope::Only([clinic(PUNE)].into());
    let asha = (
        Role::Patient,
        ClinicScope::All,
        Person::Patient(patient(ASHA)),
    );
    let desk = (Role::Receptionist, pune_only, Person::None);
    let admin = (Role::Admin, ClinicScope::All, Person::None);
    for (number, (role, clinics, person)) in (1..).zip([asha, desk, admin]) {
        let register = AccountCommand::Register(RegisterAccount {
            account: account(number),
            email: format!("user{number}@example.org").parse().unwrap(),
            roles: [role].into(),
            clinics,
            person,
            invited: false,
            by: Actor::System,
            at: today(),
        });
        history
            .run::<Account>(account(number).as_uuid(), register)
            .await;
    }
    for number in [2, 3] {
        let reason = Reason::parse("left").unwrap();
        let disable = DisableAccount {
            reason,
            by: Actor::System,
            at: today(),
        };
        let disable = AccountCommand::Disable(disable);
        history
            .run::<Account>(account(number).as_uuid(), disable)
            .await;
    }
    let change = AccountCommand::ChangeAddress(ChangeAddress {
        email: "asha.rao@example.org".parse().unwrap(),
        by: Actor::System,
        at: today(),
    });
    history.run::<Account>(account(1).as_uuid(), change).await;
    let enable = AccountCommand::Enable(EnableAccount {
        by: Actor::System,
        at: today(),
    });
    history.run::<Account>(account(3).as_uuid(), enable).await;
}

pub fn today() -> DateTime<Utc> {
    at(TODAY)
}

pub fn inr(amount: i64) -> Money {
    Money::new(amount, Currency::Inr).unwrap()
}

pub fn pune() -> ClinicFacts {
    let zone = ClinicZone::parse("Asia/Kolkata").unwrap();
    ClinicFacts {
        clinic: clinic(PUNE),
        zone,
        currency: Currency::Inr,
    }
}

fn berlin() -> ClinicFacts {
    let zone = ClinicZone::parse("Europe/Berlin").unwrap();
    ClinicFacts {
        clinic: clinic(BERLIN),
        zone,
        currency: Currency::Eur,
    }
}

pub fn monday_morning() -> WeeklyHours {
    opening(Weekday::Mon, 9, 11)
}

/// The hours from one to five: in the middle of them the clocks change, twice a year.
pub fn sunday_night() -> WeeklyHours {
    opening(Weekday::Sun, 1, 5)
}

fn opening(day: Weekday, from: u32, to: u32) -> WeeklyHours {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    WeeklyHours::new(vec![OpeningHours::new(day, hour(from), hour(to)).unwrap()]).unwrap()
}
