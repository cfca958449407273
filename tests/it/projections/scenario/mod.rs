//! A scenario of two clinics: every kind of event, and appointments in every state. A test compares the kinds of events
//! with the corpus.
//!
//! Pune and Berlin; Meera works at both and is verified, Arun in Berlin is not, Zoya has no clinic
//! yet. Asha has five appointments with Meera, one in each state of a booking and one
//! without a fee, Ravi has one, and on the Monday before it four with Meera, one in each state of a day. Kiran has an
//! emergency, and one that was paid for too late.

mod accounts;
mod appointments;
mod clinics;
mod doctors;
mod patients;

use chrono::{DateTime, Utc};
use domain::receipt_book::{IssueNumber, ReceiptBook, ReceiptBookCommand};
use domain::{ClinicFacts, ClinicZone, Currency, Money};

pub use appointments::{EMERGENCY, LATE, book};
pub use clinics::booking_settings_of_pune;
pub use doctors::monday_morning;

use super::accesses::accesses;
use super::attended::attended;
use super::charts::charts;
use super::erasures::erasures;
use super::fixture::{History, at, clinic, payment};
use super::paid::{TWICE, paid};
use super::treatments::treatments;

pub const PUNE: u128 = 1;
pub const BERLIN: u128 = 2;
pub const MEERA: u128 = 1;
pub const ARUN: u128 = 2;
pub const ZOYA: u128 = 3;
pub const ASHA: u128 = 1;
pub const RAVI: u128 = 2;
pub const KIRAN: u128 = 3;

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
    clinics::clinics(&history).await;
    doctors::doctors(&history).await;
    patients::patients(&history).await;
    appointments::appointments(&history).await;
    appointments::paid_visits(&history).await;
    attended(&history).await;
    doctors::leaves(&history).await;
    paid(&history).await;
    receipt(&history).await;
    accounts::accounts(&history).await;
    charts(&history).await;
    accesses(&history).await;
    treatments(&history).await;
    erasures(&history).await;
    history
}

/// The receipt of what Asha paid twice.
async fn receipt(history: &History) {
    let issue = ReceiptBookCommand::Issue(IssueNumber {
        clinic: clinic(PUNE),
        payment: payment(TWICE),
        amount: inr(60_000),
        at: today(),
    });
    history
        .run::<ReceiptBook>(clinic(PUNE).as_uuid(), issue)
        .await;
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
