//! Three hundred patients: some with an account, their children, and those whom the front desk registered.

use chrono::NaiveDate;
use commands::Caller;
use commands::identity::NewPatientAccount;
use commands::patients::{NewPatient, NewProxy};
use domain::patient::ProxyEvidence;
use domain::{
    AccountId, Actor, BirthDate, ClinicScope, EmailAddress, Gender, PatientId, PersonName,
    PhoneNumber, Role,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::names::{NAMES, gender};
use super::people::AT_A_TIME;
use super::sign_ins::{self, email, email_of};
use super::{AT_ONCE, Demo, done};
use crate::progress::Progress;

/// The number of patients in all.
pub(super) const COUNT: usize = 300;

/// Patients with an account, and which clinic they go to. The first is the one to sign in as.
const WITH_ACCOUNT: [(&str, usize); 20] = [
    ("Asha Rao", 0),
    ("Vikram Nair", 0),
    ("Sunita Deshmukh", 0),
    ("Arjun Mehta", 0),
    ("Kavya Shetty", 0),
    ("Imran Shaikh", 0),
    ("Lakshmi Menon", 2),
    ("Rohan Kulkarni", 0),
    ("Neha Joshi", 0),
    ("Thomas Kurian", 2),
    ("Ananya Gowda", 1),
    ("Farhan Qureshi", 1),
    ("Divya Pillai", 2),
    ("Sanjay Patil", 0),
    ("Meenakshi Sundaram", 1),
    ("Gurpreet Kaur", 1),
    ("Emily Carter", LONDON),
    ("Owen Hughes", LONDON),
    ("Zofia Nowak", LONDON),
    ("Daniel Osei", LONDON),
];
const LONDON: usize = 3;

/// The number of patients with an account: the first ones of the list.
pub(super) const ACCOUNTS: usize = WITH_ACCOUNT.len();

/// Children without an account, and which of [`WITH_ACCOUNT`] acts for them.
const CHILDREN: [(&str, usize); 16] = [
    ("Ishaan Rao", 0),
    ("Tara Nair", 1),
    ("Aadil Shaikh", 5),
    ("Maya Carter", 16),
    ("Anika Rao", 0),
    ("Om Deshmukh", 2),
    ("Riya Mehta", 3),
    ("Vihaan Shetty", 4),
    ("Zara Shaikh", 5),
    ("Nila Menon", 6),
    ("Reyansh Joshi", 8),
    ("Ann Kurian", 9),
    ("Diya Gowda", 10),
    ("Ayaan Qureshi", 11),
    ("Leo Hughes", 17),
    ("Ama Osei", 19),
];

/// Of those whom the front desk registered: which clinic each goes to, over and over.
const TOWNS: [usize; 12] = [0, 1, 0, 2, 1, 0, LONDON, 1, 0, 2, 1, 0];

/// A patient who is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct DemoPatient {
    pub(super) patient: PatientId,
    account: Option<AccountId>,
}

impl DemoPatient {
    /// The patient as an actor, if they have an account.
    pub(super) fn actor(&self) -> Option<Actor> {
        Some(Actor::account(self.account?, Role::Patient))
    }

    /// The patient as a caller, if they have an account.
    pub(super) fn caller(&self) -> Option<Caller> {
        Some(Caller {
            account: self.account?,
            roles: [Role::Patient].into(),
            clinics: ClinicScope::Only([].into()),
            patient: Some(self.patient),
            doctor: None,
        })
    }
}

/// Facts of a patient on which visits and charts depend.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    /// The clinic of the list that they go to.
    pub(super) home: usize,
    pub(super) gender: Gender,
    pub(super) born: NaiveDate,
}

impl Person {
    /// Age in full years on a day; 0 before the birth.
    pub(super) fn age_on(&self, day: NaiveDate) -> u32 {
        day.years_since(self.born).unwrap_or_default()
    }
}

/// Returns all of them, in the order of the list.
pub(super) fn people() -> Vec<Person> {
    let homes = homes();
    let person = |(index, home)| Person {
        home,
        gender: gender(&name(index)),
        born: born(index),
    };
    homes.into_iter().enumerate().map(person).collect()
}

/// Returns the clinic of the list that each patient goes to.
fn homes() -> Vec<usize> {
    let with_account = WITH_ACCOUNT.iter().map(|(_, home)| *home);
    let children = CHILDREN.iter().map(|(_, parent)| WITH_ACCOUNT[*parent].1);
    let others = TOWNS.into_iter().cycle();
    with_account
        .chain(children)
        .chain(others)
        .take(COUNT)
        .collect()
}

/// Registers them all: those with an account, then the children, then the others.
pub(super) async fn register(
    demo: &Demo<'_>,
    progress: &Progress,
) -> anyhow::Result<Vec<DemoPatient>> {
    let mut patients: Vec<_> = stream::iter(0..WITH_ACCOUNT.len())
        .map(|index| progress.step(sign_up(demo, index)))
        .buffered(AT_A_TIME)
        .try_collect()
        .await?;
    let parents = patients.clone();
    let others: Vec<_> = stream::iter(WITH_ACCOUNT.len()..COUNT)
        .map(|index| progress.step(at_the_desk(demo, index, &parents)))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    patients.extend(others);
    Ok(patients)
}

async fn sign_up(demo: &Demo<'_>, index: usize) -> anyhow::Result<DemoPatient> {
    let login = if index == 0 {
        email(sign_ins::PATIENT)?
    } else {
        email_of(WITH_ACCOUNT[index].0)?
    };
    let new = NewPatientAccount {
        patient: card(index, Some(login.clone()))?,
        email: login,
        password: sign_ins::password()?,
    };
    let (identity, context) = (&demo.target.identity, demo.as_program());
    let reply = done(identity.register_patient_account(new, &context).await)?;
    Ok(DemoPatient {
        patient: reply.patient,
        account: Some(reply.account),
    })
}

/// Registers a patient without an account; a parent acts for a child.
async fn at_the_desk(
    demo: &Demo<'_>,
    index: usize,
    parents: &[DemoPatient],
) -> anyhow::Result<DemoPatient> {
    let child = child(index);
    let commands = &demo.target.commands;
    let card = card(index, None)?;
    let registered = commands.register_patient(card, &demo.context()).await;
    let patient = done(registered)?.patient;
    if let Some(parent) = child.and_then(|(_, parent)| parents[*parent].account) {
        let proxy = NewProxy {
            account: parent,
            evidence: Some(ProxyEvidence::BirthCertificate),
        };
        let named = commands
            .add_proxy(&demo.admin, patient, proxy, &demo.context())
            .await;
        done(named)?;
    }
    Ok(DemoPatient {
        patient,
        account: None,
    })
}

/// A child of the list, and which of [`WITH_ACCOUNT`] acts for it.
fn child(index: usize) -> Option<&'static (&'static str, usize)> {
    CHILDREN.get(index.checked_sub(WITH_ACCOUNT.len())?)
}

fn name(index: usize) -> String {
    let listed = WITH_ACCOUNT.get(index).or_else(|| child(index));
    listed.map_or_else(|| other(index), |(name, _)| (*name).to_owned())
}

fn born(index: usize) -> NaiveDate {
    let year = match child(index) {
        Some(_) => 2012 + spread(index, 5, 12),
        None => adult(index),
    };
    let day = u32::try_from(spread(index, 83, 365)).unwrap_or_default();
    NaiveDate::from_yo_opt(year, 1 + day).unwrap_or_default()
}

/// The name of one who was registered at the front desk.
fn other(index: usize) -> String {
    let homes = homes();
    let before = homes[..index].iter().filter(|home| **home == homes[index]);
    NAMES[homes[index]].name(before.count())
}

fn card(index: usize, email: Option<EmailAddress>) -> anyhow::Result<NewPatient> {
    Ok(NewPatient {
        name: PersonName::parse(&name(index))?,
        birth_date: BirthDate::try_from(born(index))?,
        phone: phone(index)?,
        email,
    })
}

/// Numbers in London that are kept free for fiction; there are none such in India.
fn phone(index: usize) -> anyhow::Result<Option<PhoneNumber>> {
    if homes()[index] != LONDON {
        return Ok(None);
    }
    Ok(Some(PhoneNumber::parse(&format!("+4420794600{index:02}"))?))
}

/// The year in which an adult was born.
fn adult(index: usize) -> i32 {
    1940 + spread(index + 10, 37, 65)
}

/// A number from 0 up to `below`, as different as can be for neighbours.
fn spread(index: usize, step: usize, below: usize) -> i32 {
    i32::try_from(index * step % below).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::clinics::CLINICS;
    use super::*;

    #[test]
    fn every_patient_has_a_name_of_their_own_and_goes_to_a_clinic() {
        let names: BTreeSet<_> = (0..COUNT).map(name).collect();
        assert_eq!(names.len(), COUNT);
        let homes = homes();
        assert_eq!(homes.len(), COUNT);
        assert_eq!(
            homes.into_iter().collect::<BTreeSet<_>>(),
            (0..CLINICS.len()).collect()
        );
    }

    #[test]
    fn every_card_can_be_written() {
        for index in 0..COUNT {
            assert!(card(index, None).is_ok(), "{index}");
        }
    }

    #[test]
    fn a_parent_and_a_child_share_a_name() {
        for (name, parent) in CHILDREN {
            let last = |name: &str| name.rsplit(' ').next().map(str::to_owned);
            assert_eq!(last(name), last(WITH_ACCOUNT[parent].0));
        }
    }
}
