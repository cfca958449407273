//! Pune and Berlin. Pune has holidays, a refund policy, settings for bookings, and requires a second factor.

use domain::clinic::{
    BookingSettings, Clinic, ClinicCommand, OpenClinic, RenameClinic, SetBookingSettings,
    SetStaffSecondFactor,
};
use domain::{Actor, Currency};

use super::super::dates::{holidays, refund_policy};
use super::super::fixture::{History, clinic};
use super::{BERLIN, PUNE, today};

pub async fn clinics(history: &History) {
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
    settings(history).await;
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

/// Settings of Pune's own.
async fn settings(history: &History) {
    let (by, at) = (Actor::System, today());
    let settings = booking_settings_of_pune();
    let commands = [
        ClinicCommand::SetBookingSettings(SetBookingSettings { settings, by, at }),
        ClinicCommand::SetStaffSecondFactor(SetStaffSecondFactor {
            required: Some(true),
            by,
            at,
        }),
    ];
    for command in commands {
        history.run::<Clinic>(clinic(PUNE).as_uuid(), command).await;
    }
}

pub fn booking_settings_of_pune() -> BookingSettings {
    let settings = BookingSettings::default().with_hold_minutes(Some(30));
    let settings = settings.and_then(|settings| settings.with_horizon_days(Some(120)));
    let settings = settings.and_then(|settings| settings.with_max_holds(Some(5)));
    let settings = settings.unwrap().with_emergencies(Some(true));
    let settings = settings.with_max_open_emergencies(Some(1)).unwrap();
    settings.with_max_daily_emergencies(Some(3)).unwrap()
}
