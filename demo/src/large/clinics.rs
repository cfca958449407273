//! The clinics of a large group, each with a front desk.

use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand, Person, RegisterAccount};
use domain::clinic::{Clinic, ClinicCommand, OpenClinic};
use domain::{
    AccountId, Actor, City, ClinicFacts, ClinicId, ClinicName, ClinicScope, ClinicZone, Currency,
    Role,
};
use event_store::History;

use super::seed::{Kind, Seed};
use crate::sign_ins::email;
use crate::tale::{Act, Tale};

const CITIES: [&str; 20] = [
    "Ahmedabad",
    "Bhopal",
    "Chandigarh",
    "Chennai",
    "Coimbatore",
    "Delhi",
    "Guwahati",
    "Hyderabad",
    "Indore",
    "Jaipur",
    "Kolkata",
    "Lucknow",
    "Madurai",
    "Mumbai",
    "Mysuru",
    "Nagpur",
    "Patna",
    "Surat",
    "Vadodara",
    "Visakhapatnam",
];
const QUARTERS: [&str; 5] = ["Central", "North", "South", "East", "West"];
/// Front desks' accounts are counted from here on.
pub(super) const DESKS: u64 = 1 << 33;

/// A clinic, and who confirms and notes things there.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenedClinic {
    pub(super) facts: ClinicFacts,
    desk: AccountId,
}

impl OpenedClinic {
    /// The front desk, as it stands in events.
    pub(super) fn desk(&self) -> Actor {
        Actor::account(self.desk, Role::Receptionist)
    }
}

/// The id of the clinic of that number.
pub(super) fn clinic_id(seed: Seed, number: usize) -> ClinicId {
    ClinicId::from_uuid(seed.id(Kind::Clinic, number as u64))
}

/// Opens the clinic of that number, as of then.
pub(super) async fn open(
    seed: Seed,
    number: usize,
    at: DateTime<Utc>,
) -> anyhow::Result<(OpenedClinic, [History; 2])> {
    let clinic = clinic_id(seed, number);
    let zone = ClinicZone::parse("Asia/Kolkata")?;
    let currency = Currency::Inr;
    let facts = ClinicFacts {
        clinic,
        zone,
        currency,
    };
    let command = ClinicCommand::Open(OpenClinic {
        clinic,
        name: ClinicName::parse(&name(number))?,
        zone,
        city: City::parse(CITIES[number % CITIES.len()])?,
        currency,
        by: Actor::System,
        at,
    });
    let act = Act::of_program(at);
    let opened = Tale::<Clinic>::new(clinic.as_uuid())
        .then(act, command)
        .await?;
    let desk = AccountId::from_uuid(seed.id(Kind::Account, DESKS + number as u64));
    let command = AccountCommand::Register(RegisterAccount {
        account: desk,
        email: email(&format!("desk{number}.{}", seed.word()))?,
        roles: [Role::Receptionist].into(),
        clinics: ClinicScope::Only([clinic].into()),
        person: Person::None,
        invited: false,
        by: Actor::System,
        at,
    });
    let registered = Tale::<Account>::new(desk.as_uuid())
        .then(act, command)
        .await?;
    let histories = [opened.told(), registered.told()];
    Ok((OpenedClinic { facts, desk }, histories))
}

/// Every city has a clinic in each quarter before one gets a second.
fn name(number: usize) -> String {
    let city = CITIES[number % CITIES.len()];
    let quarter = QUARTERS[number / CITIES.len() % QUARTERS.len()];
    match number / (CITIES.len() * QUARTERS.len()) {
        0 => format!("{city} {quarter} Clinic"),
        others => format!("{city} {quarter} Clinic {}", others + 1),
    }
}
