//! The doctors and the patients of a practice. They have no passwords: these accounts are not signed in to.

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use domain::account::{Account, AccountCommand, Person, RegisterAccount};
use domain::doctor::{
    AffiliateDoctor, Doctor, DoctorCommand, RegisterDoctor, SetWeeklyHours, VerifyDoctor,
};
use domain::patient::{Patient, PatientCommand, RegisterPatient};
use domain::{
    AccountId, Actor, BirthDate, ClinicScope, DoctorFacts, DoctorId, Language, Money, PatientId,
    PersonName, Role, SlotLength, Specialisation,
};
use event_store::History;

use super::clinics::OpenedClinic;
use super::seed::{Kind, Seed};
use crate::doctors::SPECIALISATIONS;
use crate::hours::FULL_WEEKS;
use crate::names::NAMES;
use crate::sign_ins::email;
use crate::tale::{Act, Tale};

/// Fees in rupees, one after the other.
const RUPEES: [i64; 7] = [500, 800, 600, 0, 1_000, 700, 1_200];
/// Visits in minutes, one after the other.
const MINUTES: [u16; 5] = [20, 15, 30, 10, 20];
/// Patients' accounts are counted from here on.
const PATIENTS: u64 = 1 << 32;
/// One in so many patients has an account.
const WITH_ACCOUNT: usize = 4;

/// A doctor of a practice.
#[derive(Debug, Clone)]
pub(super) struct Colleague {
    pub(super) facts: DoctorFacts,
    account: AccountId,
}

/// A patient of a practice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Regular {
    pub(super) patient: PatientId,
    account: Option<AccountId>,
}

impl Colleague {
    /// The doctor, as they stand in events.
    pub(super) fn actor(&self) -> Actor {
        Actor::account(self.account, Role::Doctor)
    }
}

impl Regular {
    /// The patient, as they stand in events, if they book by themselves.
    pub(super) fn actor(&self) -> Option<Actor> {
        let account = self.account?;
        Some(Actor::account(account, Role::Patient))
    }
}

/// The clinic and time at which people join.
#[derive(Clone, Copy)]
pub(super) struct Joining<'a> {
    pub(super) seed: Seed,
    pub(super) clinic: &'a OpenedClinic,
    pub(super) at: DateTime<Utc>,
}

impl Joining<'_> {
    fn act(&self) -> Act {
        Act {
            clinic: Some(self.clinic.facts.clinic),
            ..Act::of_program(self.at)
        }
    }

    /// A doctor joins, with hours and checked papers.
    pub(super) async fn doctor(&self, number: usize) -> anyhow::Result<(Colleague, [History; 2])> {
        let doctor = DoctorId::from_uuid(self.seed.id(Kind::Doctor, number as u64));
        let (clinic, by, at) = (self.clinic.facts, Actor::System, self.at);
        let name = PersonName::parse(&name(number))?;
        let specialisation = SPECIALISATIONS[number % SPECIALISATIONS.len()];
        let fee = RUPEES[number % RUPEES.len()] * 100;
        let commands = [
            DoctorCommand::Register(RegisterDoctor {
                doctor,
                name,
                specialisations: [Specialisation::parse(specialisation)?].into(),
                languages: [Language::parse("en")?, Language::parse("hi")?].into(),
                by,
                at,
            }),
            DoctorCommand::Affiliate(AffiliateDoctor {
                clinic,
                fee: Money::new(fee, clinic.currency)?,
                slot_length: SlotLength::new(MINUTES[number % MINUTES.len()])?,
                by,
                at,
            }),
            DoctorCommand::SetWeeklyHours(SetWeeklyHours {
                clinic: clinic.clinic,
                hours: FULL_WEEKS[number % FULL_WEEKS.len()].hours()?,
                by,
                at,
            }),
            DoctorCommand::Verify(VerifyDoctor { by, at }),
        ];
        let mut tale = Tale::<Doctor>::new(doctor.as_uuid());
        for command in commands {
            tale = tale.then(self.act(), command).await?;
        }
        let facts = tale.state().facts_at(clinic.clinic);
        let facts = facts.context("a doctor who was registered is known")?;
        let person = Person::Doctor(doctor);
        let (account, registered) = self.account(number as u64, person).await?;
        Ok((Colleague { facts, account }, [tale.told(), registered]))
    }

    /// A patient joins, perhaps with an account.
    pub(super) async fn patient(&self, number: usize) -> anyhow::Result<(Regular, Vec<History>)> {
        let patient = PatientId::from_uuid(self.seed.id(Kind::Patient, number as u64));
        let command = PatientCommand::Register(RegisterPatient {
            patient,
            name: PersonName::parse(&name(number))?,
            birth_date: born(number)?,
            phone: None,
            email: None,
            by: self.clinic.desk(),
            at: self.at,
        });
        let act = Act {
            by: self.clinic.desk(),
            ..self.act()
        };
        let tale = Tale::<Patient>::new(patient.as_uuid());
        let mut histories = vec![tale.then(act, command).await?.told()];
        let mut account = None;
        if number.is_multiple_of(WITH_ACCOUNT) {
            let person = Person::Patient(patient);
            let (id, registered) = self.account(PATIENTS + number as u64, person).await?;
            account = Some(id);
            histories.push(registered);
        }
        Ok((Regular { patient, account }, histories))
    }

    async fn account(&self, number: u64, person: Person) -> anyhow::Result<(AccountId, History)> {
        let account = AccountId::from_uuid(self.seed.id(Kind::Account, number));
        let (role, clinics) = match person {
            Person::Doctor(_) => (Role::Doctor, ClinicScope::All),
            Person::Patient(_) | Person::None => (Role::Patient, ClinicScope::Only([].into())),
        };
        let command = AccountCommand::Register(RegisterAccount {
            account,
            email: email(&format!("{number}.{}", self.seed.word()))?,
            roles: [role].into(),
            clinics,
            person,
            invited: false,
            by: Actor::System,
            at: self.at,
        });
        let tale = Tale::<Account>::new(account.as_uuid());
        Ok((account, tale.then(self.act(), command).await?.told()))
    }
}

/// Many share a name: there are more people than names.
fn name(number: usize) -> String {
    NAMES[number % NAMES.len()].name(number / NAMES.len())
}

fn born(number: usize) -> anyhow::Result<BirthDate> {
    let day = u32::try_from(number * 83 % 365)?;
    let year = 1940 + i32::try_from(number * 37 % 80)?;
    let born = NaiveDate::from_yo_opt(year, 1 + day).unwrap_or_default();
    Ok(BirthDate::try_from(born)?)
}
