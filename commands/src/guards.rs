//! What each event takes, keeps or gives back: the one place where clinic events meet the log's
//! guards. A pure function of the event.

use domain::account::AccountRegistered;
use domain::appointment::AppointmentBooked;
use event_store::{Claim, EventData, Guard, Guards};
use serde::Deserialize;

use crate::identity::LoginIndex;

/// The constraint that keeps a doctor's time apart.
pub const DOCTOR_TAKEN: &str = "slot_claim_doctor_no_overlap";
/// The constraint that keeps a patient's time apart.
pub const PATIENT_TAKEN: &str = "slot_claim_patient_no_overlap";
/// The constraint that gives a login to one account.
pub const LOGIN_TAKEN: &str = "account_login_unique";
/// Where logins are reserved.
pub const LOGIN_SPACE: &str = "account.login";

/// The guards of every event of the domain. Logins are reserved under a keyed hash, never in clear.
#[must_use]
pub fn guards(logins: LoginIndex) -> Guards {
    Guards::new(move |event| match event.event_type() {
        "appointment.booked" => decoded(event)
            .map(|booked| claims(&booked))
            .unwrap_or_default(),
        "appointment.confirmed" => vec![Guard::Settle],
        // Whoever has arrived, is seen or was seen keeps the time that it took.
        "appointment.cancelled" | "appointment.hold_expired" | "appointment.no_show" => {
            vec![Guard::Release]
        }
        "account.registered" => decoded(event)
            .map(|registered| login(&logins, &registered))
            .unwrap_or_default(),
        _ => Vec::new(),
    })
}

/// The doctor's and the patient's time, for as long as the hold lasts.
fn claims(booked: &AppointmentBooked) -> Vec<Guard> {
    let claim = |kind, resource| {
        Guard::Take(Claim {
            kind,
            resource,
            from: booked.slot.start(),
            to: booked.slot.end(),
            held_until: Some(booked.hold_until),
        })
    };
    vec![
        claim("doctor", booked.doctor.as_uuid()),
        claim("patient", booked.patient.as_uuid()),
    ]
}

fn login(logins: &LoginIndex, registered: &AccountRegistered) -> Vec<Guard> {
    let Some(phi) = registered.phi.clear() else {
        return Vec::new();
    };
    let key = logins.of(&phi.email).to_vec();
    vec![Guard::Reserve {
        space: LOGIN_SPACE,
        key,
    }]
}

/// The event was made from this very type a moment ago, so it decodes.
fn decoded<'a, T: Deserialize<'a>>(event: &'a EventData) -> Option<T> {
    T::deserialize(event.payload()).ok()
}
