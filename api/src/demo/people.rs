//! Staff and patients.

use chrono::NaiveDate;
use commands::Caller;
use commands::accounts::NewStaffAccount;
use commands::identity::NewPatientAccount;
use commands::patients::NewPatient;
use domain::{
    AccountId, BirthDate, ClinicFacts, ClinicScope, EmailAddress, PatientId, PersonName,
    PhoneNumber, Role,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::clinics::CLINICS;
use super::sign_ins::{self, email, email_of};
use super::{Demo, done};
use crate::app::App;

/// Accounts that are made at a time. More would only wait: a password is hashed on one core.
pub(super) const AT_A_TIME: usize = 2;

/// Patients with an account. The first is the one to sign in as, the last ones live in London.
const PATIENTS: [&str; 20] = [
    "Asha Rao",
    "Vikram Nair",
    "Sunita Deshmukh",
    "Arjun Mehta",
    "Kavya Shetty",
    "Imran Shaikh",
    "Lakshmi Menon",
    "Rohan Kulkarni",
    "Neha Joshi",
    "Thomas Kurian",
    "Ananya Gowda",
    "Farhan Qureshi",
    "Divya Pillai",
    "Sanjay Patil",
    "Meenakshi Sundaram",
    "Gurpreet Kaur",
    "Emily Carter",
    "Owen Hughes",
    "Zofia Nowak",
    "Daniel Osei",
];
/// From here on in [`PATIENTS`] they live in London.
const LONDONERS: usize = 16;

/// Children without an account, and which of [`PATIENTS`] acts for them.
const CHILDREN: [(&str, usize); 4] = [
    ("Ishaan Rao", 0),
    ("Tara Nair", 1),
    ("Aadil Shaikh", 5),
    ("Maya Carter", 16),
];

/// How many patients there are in all.
#[cfg(test)]
pub(super) const COUNT: usize = PATIENTS.len() + CHILDREN.len();

/// The demo's admin: the first account of all, made by the program.
pub(super) async fn admin(app: &App) -> anyhow::Result<Caller> {
    let new = staff(sign_ins::ADMIN, Role::Admin, ClinicScope::All)?;
    let context = app.commands.system_context();
    let reply = done(app.identity.register_staff(new, &context).await)?;
    Ok(super::admin(reply.account))
}

/// One front desk per clinic.
pub(super) async fn receptionists(demo: &Demo<'_>, clinics: &[ClinicFacts]) -> anyhow::Result<()> {
    for (listed, opened) in CLINICS.iter().zip(clinics) {
        let login = format!("desk.{}", listed.slug);
        let clinics = ClinicScope::Only([opened.clinic].into());
        register(demo, staff(&login, Role::Receptionist, clinics)?).await?;
    }
    Ok(())
}

/// Somebody who looks at everything and changes nothing.
pub(super) async fn auditor(demo: &Demo<'_>) -> anyhow::Result<()> {
    let new = staff(sign_ins::AUDITOR, Role::Auditor, ClinicScope::All)?;
    register(demo, new).await
}

/// All patients: those with an account in the order of their list, then the children.
pub(super) async fn patients(demo: &Demo<'_>) -> anyhow::Result<Vec<PatientId>> {
    let signed_up: Vec<_> = stream::iter(0..PATIENTS.len())
        .map(|index| sign_up(demo, index))
        .buffered(AT_A_TIME)
        .try_collect()
        .await?;
    let mut patients: Vec<_> = signed_up.iter().map(|(patient, _)| *patient).collect();
    for (index, (name, parent)) in CHILDREN.into_iter().enumerate() {
        if let Some((_, account)) = signed_up.get(parent) {
            patients.push(child(demo, index, name, *account).await?);
        }
    }
    Ok(patients)
}

async fn sign_up(demo: &Demo<'_>, index: usize) -> anyhow::Result<(PatientId, AccountId)> {
    let name = PATIENTS[index];
    let login = if index == 0 {
        email(sign_ins::PATIENT)?
    } else {
        email_of(name)?
    };
    let born = NaiveDate::from_ymd_opt(1950 + spread(index + 10, 3, 50), 1, 1).unwrap_or_default();
    let card = card(name, born, index, Some(login.clone()))?;
    let new = NewPatientAccount {
        patient: NewPatient {
            phone: phone(index)?,
            ..card
        },
        email: login,
        password: sign_ins::password()?,
    };
    let context = demo.app.commands.system_context();
    let reply = done(
        demo.app
            .identity
            .register_patient_account(new, &context)
            .await,
    )?;
    Ok((reply.patient, reply.account))
}

/// A child is registered at the front desk; a parent acts for it.
async fn child(
    demo: &Demo<'_>,
    index: usize,
    name: &str,
    parent: AccountId,
) -> anyhow::Result<PatientId> {
    let born = NaiveDate::from_ymd_opt(2015 + spread(index, 2, 9), 1, 1).unwrap_or_default();
    let card = card(name, born, index, None)?;
    let commands = &demo.app.commands;
    let patient = done(commands.register_patient(card, &demo.context()).await)?.patient;
    let named = commands
        .add_proxy((&demo.admin, patient), parent, &demo.context())
        .await;
    done(named)?;
    Ok(patient)
}

fn card(
    name: &str,
    year: NaiveDate,
    index: usize,
    email: Option<EmailAddress>,
) -> anyhow::Result<NewPatient> {
    let day = chrono::Days::new(u64::try_from(spread(index, 83, 365))?);
    Ok(NewPatient {
        name: PersonName::parse(name)?,
        birth_date: BirthDate::try_from(year.checked_add_days(day).unwrap_or(year))?,
        phone: None,
        email,
    })
}

/// Numbers in London that are kept free for fiction; there are none such in India.
fn phone(index: usize) -> anyhow::Result<Option<PhoneNumber>> {
    if index < LONDONERS {
        return Ok(None);
    }
    Ok(Some(PhoneNumber::parse(&format!("+4420794609{index:02}"))?))
}

/// A number from 0 up to `below`, another one for each index.
fn spread(index: usize, step: usize, below: usize) -> i32 {
    i32::try_from(index * step % below).unwrap_or_default()
}

fn staff(login: &str, role: Role, clinics: ClinicScope) -> anyhow::Result<NewStaffAccount> {
    Ok(NewStaffAccount {
        email: email(login)?,
        password: sign_ins::password()?,
        roles: [role].into(),
        clinics,
    })
}

async fn register(demo: &Demo<'_>, new: NewStaffAccount) -> anyhow::Result<()> {
    let registered = demo.app.identity.register_staff(new, &demo.context()).await;
    done(registered).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_an_address_of_their_own() {
        let logins: std::collections::BTreeSet<_> = PATIENTS
            .iter()
            .map(|name| email_of(name).unwrap())
            .collect();
        assert_eq!(logins.len(), PATIENTS.len());
    }

    #[test]
    fn a_parent_and_a_child_share_a_name() {
        for (name, parent) in CHILDREN {
            let last = |name: &str| name.rsplit(' ').next().map(str::to_owned);
            assert_eq!(last(name), last(PATIENTS[parent]));
        }
    }
}
