//! Test fixtures: values that a test needs and is not about.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use uuid::Uuid;

use crate::appointment::VisitRef;
use crate::clinic::ClinicFacts;
use crate::doctor::{Affiliation, DoctorFacts};
use crate::values::{
    AccountId, Actor, AllergyId, AppointmentId, ClinicId, ClinicZone, Currency, DatedHours,
    DayHours, DoctorId, EmailAddress, LeaveId, Money, Opening, OpeningHours, PatientId, PaymentId,
    PersonName, PrescriptionId, Reason, Role, Slot, SlotLength, WeeklyHours,
};

pub(crate) fn clinic_id(number: u128) -> ClinicId {
    ClinicId::from_uuid(Uuid::from_u128(0xC0 + number))
}

pub(crate) fn doctor_id() -> DoctorId {
    DoctorId::from_uuid(Uuid::from_u128(0xD1))
}

pub(crate) fn patient_id() -> PatientId {
    PatientId::from_uuid(Uuid::from_u128(0xE1))
}

pub(crate) fn appointment_id() -> AppointmentId {
    AppointmentId::from_uuid(Uuid::from_u128(0xF1))
}

pub(crate) fn prescription_id(number: u128) -> PrescriptionId {
    PrescriptionId::from_uuid(Uuid::from_u128(0x70 + number))
}

pub(crate) fn allergy_id(number: u128) -> AllergyId {
    AllergyId::from_uuid(Uuid::from_u128(0x60 + number))
}

pub(crate) fn visit_ref(slot: Slot) -> VisitRef {
    VisitRef {
        appointment: appointment_id(),
        clinic: clinic_id(1),
        doctor: doctor_id(),
        patient: patient_id(),
        slot,
    }
}

pub(crate) fn payment_id(number: u128) -> PaymentId {
    PaymentId::from_uuid(Uuid::from_u128(0x90 + number))
}

pub(crate) fn leave_id() -> LeaveId {
    LeaveId::from_uuid(Uuid::from_u128(0xB1))
}

pub(crate) fn account_id(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(0xA0 + number))
}

/// The administrator who sends the commands, signed in as account 9.
pub(crate) fn admin() -> Actor {
    Actor::account(account_id(9), Role::Admin)
}

/// The doctor who sends the commands, signed in as account 8.
pub(crate) fn treating() -> Actor {
    Actor::account(account_id(8), Role::Doctor)
}

pub(crate) fn instant(rfc3339: &str) -> DateTime<Utc> {
    rfc3339.parse().unwrap()
}

/// Noon UTC of the Sunday on which the tests take place.
pub(crate) fn now() -> DateTime<Utc> {
    instant("2026-03-01T12:00:00Z")
}

pub(crate) fn date(iso: &str) -> NaiveDate {
    iso.parse().unwrap()
}

pub(crate) fn inr(amount: i64) -> Money {
    Money::new(amount, Currency::Inr).unwrap()
}

pub(crate) fn minutes(minutes: u16) -> SlotLength {
    SlotLength::new(minutes).unwrap()
}

pub(crate) fn name(text: &str) -> PersonName {
    text.parse().unwrap()
}

pub(crate) fn email(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

pub(crate) fn reason(text: &str) -> Reason {
    text.parse().unwrap()
}

pub(crate) fn zone(name: &str) -> ClinicZone {
    name.parse().unwrap()
}

/// One opening, with times as `HH:MM`.
pub(crate) fn opening(day: Weekday, from: &str, to: &str) -> OpeningHours {
    let time = |raw| NaiveTime::parse_from_str(raw, "%H:%M").unwrap();
    OpeningHours::new(day, time(from), time(to)).unwrap()
}

/// The openings of one date, with times as `HH:MM`.
pub(crate) fn day(openings: &[(&str, &str)]) -> DayHours {
    let time = |raw| NaiveTime::parse_from_str(raw, "%H:%M").unwrap();
    let openings = openings
        .iter()
        .map(|(from, to)| Opening::new(time(from), time(to)).unwrap());
    DayHours::new(openings.collect()).unwrap()
}

pub(crate) fn week(openings: &[OpeningHours]) -> WeeklyHours {
    WeeklyHours::new(openings.to_vec()).unwrap()
}

/// A clinic in Bengaluru, by number.
pub(crate) fn clinic(number: u128) -> ClinicFacts {
    ClinicFacts {
        clinic: clinic_id(number),
        zone: zone("Asia/Kolkata"),
        currency: Currency::Inr,
    }
}

/// A verified doctor who sees patients on Mondays from nine to twelve, 500 rupees and 20 minutes a
/// visit.
pub(crate) fn doctor() -> DoctorFacts {
    DoctorFacts {
        doctor: doctor_id(),
        verified: true,
        suspended: false,
        affiliation: Some(Affiliation {
            fee: inr(50_000),
            slot_length: minutes(20),
            zone: zone("Asia/Kolkata"),
            hours: week(&[opening(Weekday::Mon, "09:00", "12:00")]),
            dated_hours: DatedHours::default(),
        }),
    }
}
