//! Profiles of patients who sign in: one that is complete, and some with parts of it.

use anyhow::Context as _;
use commands::Target;
use commands::authorization::Resource;
use domain::patient::ProfileChange;
use domain::{
    AddressLine, BloodGroup, Change, City, CountryCode, EmergencyContact, Gender, Illness,
    PersonName, PhoneNumber, PostalAddress, PostalCode, Relationship,
};

use super::patients::{DemoPatient, Person, people};
use super::{Demo, done};

/// Patients with a part of a profile, behind the first one, who has a complete one.
const PARTIAL: usize = 6;

/// Fills in the profiles of the first patients, who all have an account.
pub(super) async fn fill_in(demo: &Demo<'_>, patients: &[DemoPatient]) -> anyhow::Result<()> {
    let (first, rest) = patients.split_first().context("looking for a patient")?;
    change(demo, first, complete()?).await?;
    let caller = first.caller().context("looking for an account")?;
    let illnesses = ["Asthma", "Penicillin allergy"].map(Illness::parse);
    let illnesses = illnesses.into_iter().collect::<Result<Vec<_>, _>>()?;
    let target = Target::latest(first.patient);
    let context = demo.context_of(&caller, demo.founded);
    let recorded = demo.target.commands.record_illnesses(
        &caller,
        target,
        illnesses.try_into()?,
        Resource::of_patient(first.patient),
        &context,
    );
    done(recorded.await)?;
    let people = people().into_iter().skip(1);
    for (index, (patient, person)) in rest.iter().zip(people).take(PARTIAL).enumerate() {
        change(demo, patient, partial(index, &person)).await?;
    }
    Ok(())
}

async fn change(
    demo: &Demo<'_>,
    patient: &DemoPatient,
    profile: ProfileChange,
) -> anyhow::Result<()> {
    let caller = patient.caller().context("looking for an account")?;
    let context = demo.context_of(&caller, demo.founded);
    let target = Target::latest(patient.patient);
    let commands = &demo.target.commands;
    let changed = commands
        .change_profile(&caller, target, profile, &context)
        .await;
    done(changed).map(|_| ())
}

fn complete() -> anyhow::Result<ProfileChange> {
    let lines = vec![AddressLine::parse("14 MG Road")?];
    let address = PostalAddress {
        lines: lines.try_into()?,
        city: City::parse("Pune")?,
        region: Some(AddressLine::parse("Maharashtra")?),
        postal_code: Some(PostalCode::parse("411001")?),
        country: CountryCode::parse("IN")?,
    };
    // Numbers in London that are kept free for fiction; there are none such in India.
    let contact = EmergencyContact {
        name: PersonName::parse("Sunil Rao")?,
        phone: PhoneNumber::parse("+442079460998")?,
        relationship: Relationship::Partner,
    };
    Ok(ProfileChange {
        gender: Change::Set(Gender::Female),
        blood_group: Change::Set(BloodGroup::BPositive),
        address: Change::Set(address),
        phone: Change::Set(PhoneNumber::parse("+442079460999")?),
        emergency_contact: Change::Set(contact),
    })
}

fn partial(index: usize, person: &Person) -> ProfileChange {
    ProfileChange {
        gender: Change::Set(person.gender),
        blood_group: Change::Set(BloodGroup::ALL[index % BloodGroup::ALL.len()]),
        ..ProfileChange::default()
    }
}
