//! Claims and reservations of each event: taken, kept or released. The one place where clinic events meet
//! the claims of the store. A pure function of the event.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use domain::account::{AccountAddressChanged, AccountRegistered};
use domain::appointment::{
    AppointmentBooked, AppointmentReinstated, AppointmentRescheduled, EmergencyNumbers,
    LimitNumbers, VisitRef,
};
use domain::leave::LeavePlanned;
use domain::payment::PaymentOrderCreated;
use domain::{AccountId, Actor, GatewayOrderId, PatientId, Role};
use event_store::{Claim, ClaimChange, ClaimRules, EventData, EventStore, StoreError};
use serde::Deserialize;
use uuid::Uuid;

use crate::identity::LoginIndex;

/// Claims on a doctor's time.
pub const DOCTOR: &str = "doctor";
/// Claims on a patient's time.
pub const PATIENT: &str = "patient";
/// The constraint that keeps a doctor's time apart.
pub const DOCTOR_TAKEN: &str = "slot_claim_doctor_no_overlap";
/// The constraint that keeps a patient's time apart.
pub const PATIENT_TAKEN: &str = "slot_claim_patient_no_overlap";
/// The constraint that gives a login to one account.
pub const LOGIN_TAKEN: &str = "account_login_unique";
/// The constraint that gives an order to one payment.
pub const ORDER_TAKEN: &str = "payment_order_unique";
/// The space in which logins are reserved.
pub const LOGIN_SPACE: &str = "account.login";

/// The space in which the open holds of an account are numbered.
pub const HOLD_SPACE: &str = "account.hold";
/// The constraint that gives a number to one open hold of an account.
pub const HOLD_NUMBER_TAKEN: &str = "account_hold_unique";

/// The space in which the bookings of an account on one day are numbered.
pub const BOOKING_SPACE: &str = "account.booking";
/// The constraint that gives a number to one booking of an account on one day.
pub const BOOKING_NUMBER_TAKEN: &str = "account_booking_unique";

/// The space in which open emergency visits are numbered, by patient and by account.
pub const OPEN_EMERGENCY_SPACE: &str = "emergency.open";
/// The space in which the bookings for emergencies of a day are numbered, by patient and by account.
pub const DAILY_EMERGENCY_SPACE: &str = "emergency.day";
/// The constraint that gives each of these numbers to one visit.
pub const EMERGENCY_NUMBER_TAKEN: &str = "emergency_number_unique";

/// The space in which the orders of payments are reserved, each for its payment.
pub const ORDER_SPACE: &str = "payment.order";

/// The claim rules of every event of the domain. Logins are reserved under a keyed hash, never in clear.
#[must_use]
pub fn claim_rules(logins: LoginIndex) -> ClaimRules {
    ClaimRules::new(move |event| match event.event_type() {
        "appointment.booked" => decoded(event)
            .map(|booked| claims(&booked))
            .unwrap_or_default(),
        "appointment.rescheduled" => decoded(event)
            .map(|moved| moves(&moved))
            .unwrap_or_default(),
        "leave.planned" => decoded(event)
            .map(|planned| vec![absence(&planned)])
            .unwrap_or_default(),
        "appointment.confirmed" => vec![ClaimChange::Settle, END_OF_HOLD],
        "appointment.reinstated" => decoded(event)
            .map(|back| retakes(&back))
            .unwrap_or_default(),
        // A patient who has arrived, is seen or was seen keeps the time.
        "appointment.cancelled" => vec![ClaimChange::Release, END_OF_HOLD, END_OF_EMERGENCY],
        "appointment.hold_expired" => vec![ClaimChange::Release, END_OF_HOLD],
        "appointment.no_show" => vec![ClaimChange::Release, END_OF_EMERGENCY],
        "appointment.completed" => vec![END_OF_EMERGENCY],
        "leave.withdrawn" => vec![ClaimChange::Release],
        "account.registered" => decoded(event)
            .map(|registered| login(&logins, &registered))
            .unwrap_or_default(),
        "account.address_changed" => decoded(event)
            .map(|changed| another_login(&logins, &changed))
            .unwrap_or_default(),
        // The address may be registered again, by whom it belongs to then.
        "account.erased" => vec![ClaimChange::Free { space: LOGIN_SPACE }],
        "payment.order_created" => decoded(event)
            .map(|created| vec![order(&created)])
            .unwrap_or_default(),
        _ => Vec::new(),
    })
}

/// The number of a hold is free again.
const END_OF_HOLD: ClaimChange = ClaimChange::Free { space: HOLD_SPACE };

/// The visit is over, and its number among the open emergency visits is free again. That of the day is not.
const END_OF_EMERGENCY: ClaimChange = ClaimChange::Free {
    space: OPEN_EMERGENCY_SPACE,
};

/// The claims of a booking, the number of its hold for as long as the hold lasts, and its numbers on that day, which stay
/// whatever becomes of the booking.
fn claims(booked: &AppointmentBooked) -> Vec<ClaimChange> {
    let times = both(&booked.visit, Some(booked.hold_until)).map(ClaimChange::Take);
    let account = booked.by.account_id();
    let hold = account.zip(booked.hold_number);
    let hold = hold.map(|(account, number)| ClaimChange::Reserve {
        space: HOLD_SPACE,
        key: hold_key(account, number),
    });
    let of_day = account.zip(booked.daily_number);
    let of_day = of_day.map(|(account, number)| ClaimChange::Reserve {
        space: BOOKING_SPACE,
        key: booking_key(account, booked.at.date_naive(), number),
    });
    let emergency = booked.emergency.map(|numbers| emergency(booked, numbers));
    let emergency = emergency.into_iter().flatten();
    let numbers = hold.into_iter().chain(of_day).chain(emergency);
    times.into_iter().chain(numbers).collect()
}

/// The numbers of a booking for an emergency: those of the patient, and of the account if it is limited.
fn emergency(booked: &AppointmentBooked, numbers: EmergencyNumbers) -> Vec<ClaimChange> {
    let limits = EmergencyLimits::new(booked.visit.patient, booked.by, numbers.day);
    let account = numbers.account.zip(limits.account);
    let all = [Some((numbers.patient, limits.patient)), account];
    let reserved = all.into_iter().flatten().flat_map(|(numbers, limit)| {
        let LimitNumbers { open, daily } = numbers;
        [
            ClaimChange::Reserve {
                space: OPEN_EMERGENCY_SPACE,
                key: limit.open_key(open),
            },
            ClaimChange::Reserve {
                space: DAILY_EMERGENCY_SPACE,
                key: limit.daily_key(daily),
            },
        ]
    });
    reserved.collect()
}

/// The limits that a booking for an emergency is counted by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EmergencyLimits {
    pub(crate) patient: EmergencyLimit,
    /// That of the account that books; `None` for staff.
    pub(crate) account: Option<EmergencyLimit>,
}

/// A limit of a patient or an account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EmergencyLimit {
    /// Keeps the keys of patients and accounts apart.
    kind: u8,
    id: Uuid,
    pub(crate) day: NaiveDate,
}

impl EmergencyLimits {
    /// The limits of a booking by this actor on that day.
    pub(crate) fn new(patient: PatientId, by: Actor, day: NaiveDate) -> Self {
        let limit = |kind, id| EmergencyLimit { kind, id, day };
        let account = by.account_id().filter(|_| by.role() == Some(Role::Patient));
        Self {
            patient: limit(b'p', patient.as_uuid()),
            account: account.map(|account| limit(b'a', account.as_uuid())),
        }
    }
}

impl EmergencyLimit {
    /// The number of an open emergency visit as it is reserved.
    pub(crate) fn open_key(&self, number: u16) -> Vec<u8> {
        [
            [self.kind].as_slice(),
            self.id.as_bytes(),
            &number.to_be_bytes(),
        ]
        .concat()
    }

    /// The number of a booking of the day as it is reserved.
    pub(crate) fn daily_key(&self, number: u16) -> Vec<u8> {
        [bookings_of_day(self.day), self.open_key(number)].concat()
    }
}

/// The claims that the hold had released, this time for good.
fn retakes(back: &AppointmentReinstated) -> Vec<ClaimChange> {
    both(&back.visit, None).map(ClaimChange::Take).into()
}

/// Both claims move together; a claim that was for good stays for good.
fn moves(moved: &AppointmentRescheduled) -> Vec<ClaimChange> {
    both(&moved.visit, moved.hold_until)
        .map(ClaimChange::Move)
        .into()
}

/// The doctor's time, at all clinics.
fn absence(planned: &LeavePlanned) -> ClaimChange {
    ClaimChange::Take(Claim {
        kind: DOCTOR,
        resource: planned.doctor.as_uuid(),
        from: planned.during.start(),
        to: planned.during.end(),
        held_until: None,
    })
}

/// The claims of one visit: its doctor's time and its patient's.
fn both(visit: &VisitRef, held_until: Option<DateTime<Utc>>) -> [Claim; 2] {
    let claim = |kind, resource| Claim {
        kind,
        resource,
        from: visit.slot.start(),
        to: visit.slot.end(),
        held_until,
    };
    [
        claim(DOCTOR, visit.doctor.as_uuid()),
        claim(PATIENT, visit.patient.as_uuid()),
    ]
}

fn login(logins: &LoginIndex, registered: &AccountRegistered) -> Vec<ClaimChange> {
    let Some(phi) = registered.phi.clear() else {
        return Vec::new();
    };
    let key = logins.hash_login(&phi.email).to_vec();
    vec![ClaimChange::Reserve {
        space: LOGIN_SPACE,
        key,
    }]
}

/// The new address is reserved, and the one before is free.
fn another_login(logins: &LoginIndex, changed: &AccountAddressChanged) -> Vec<ClaimChange> {
    let Some(phi) = changed.phi.clear() else {
        return Vec::new();
    };
    let key = logins.hash_login(&phi.email).to_vec();
    let space = LOGIN_SPACE;
    vec![
        ClaimChange::Free { space },
        ClaimChange::Reserve { space, key },
    ]
}

/// An order belongs to one payment, and the payment is found by it.
fn order(created: &PaymentOrderCreated) -> ClaimChange {
    ClaimChange::Reserve {
        space: ORDER_SPACE,
        key: order_key(&created.order),
    }
}

/// The number of an account's hold as it is reserved.
pub(crate) fn hold_key(account: AccountId, number: u16) -> Vec<u8> {
    [
        account.as_uuid().as_bytes().as_slice(),
        &number.to_be_bytes(),
    ]
    .concat()
}

/// The number of an account's booking on a day as it is reserved. Keys are in the order of days, so that old ones can be
/// removed.
pub(crate) fn booking_key(account: AccountId, day: NaiveDate, number: u16) -> Vec<u8> {
    let mut key = bookings_of_day(day);
    key.extend(hold_key(account, number));
    key
}

/// The beginning of the keys of a day's bookings.
pub(crate) fn bookings_of_day(day: NaiveDate) -> Vec<u8> {
    // Days are numbered from the year 1 on, and there are no earlier ones.
    let number = u32::try_from(day.num_days_from_ce()).unwrap_or(0);
    number.to_be_bytes().into()
}

/// An order as it is reserved.
pub(crate) fn order_key(order: &GatewayOrderId) -> Vec<u8> {
    order.as_str().as_bytes().to_vec()
}

/// Frees the numbers of bookings of earlier days. Clocks of nodes differ, so those of yesterday stay.
pub async fn forget_daily_numbers(
    store: &EventStore,
    at: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let yesterday = at.date_naive().pred_opt().unwrap_or_default();
    let earlier = bookings_of_day(yesterday);
    let bookings = store.free_names_before(BOOKING_SPACE, &earlier).await?;
    let emergencies = store
        .free_names_before(DAILY_EMERGENCY_SPACE, &earlier)
        .await?;
    Ok(bookings + emergencies)
}

/// The event was made from this very type a moment ago, so it decodes.
fn decoded<'a, T: Deserialize<'a>>(event: &'a EventData) -> Option<T> {
    T::deserialize(event.payload()).ok()
}
