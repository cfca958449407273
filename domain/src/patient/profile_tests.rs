//! Tests of profiles: partial changes, and how complete they are.

use proptest::prelude::*;
use proptest::sample::select;

use super::tests::{given, registered};
use super::*;
use crate::phi::Phi;
use crate::test_fixtures::{admin, name, now, patient_id};
use crate::values::{
    AddressLine, BloodGroup, Change, CountryCode, EmergencyContact, Gender, Illness,
    KnownIllnesses, PostalAddress, Relationship,
};

fn address() -> PostalAddress {
    PostalAddress {
        lines: vec![AddressLine::parse("14 MG Road").unwrap()]
            .try_into()
            .unwrap(),
        city: "Pune".parse().unwrap(),
        region: Some(AddressLine::parse("Maharashtra").unwrap()),
        postal_code: Some("411001".parse().unwrap()),
        country: CountryCode::parse("IN").unwrap(),
    }
}

fn mother() -> EmergencyContact {
    EmergencyContact {
        name: name("Sunita Rao"),
        phone: "+919812345678".parse().unwrap(),
        relationship: Relationship::Parent,
    }
}

fn illnesses(texts: &[&str]) -> KnownIllnesses {
    let texts = texts.iter().map(|text| Illness::parse(text).unwrap());
    texts.collect::<Vec<_>>().try_into().unwrap()
}

fn change(change: ProfileChange) -> PatientCommand {
    PatientCommand::ChangeProfile(ChangeProfile {
        change,
        by: admin(),
        at: now(),
    })
}

fn changed(change: ProfileChange) -> PatientEvent {
    PatientEvent::ProfileChanged(PatientProfileChanged {
        patient: patient_id(),
        by: admin(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(change),
    })
}

fn record(illnesses: KnownIllnesses) -> PatientCommand {
    PatientCommand::RecordIllnesses(RecordIllnesses {
        illnesses,
        by: admin(),
        at: now(),
    })
}

#[test]
fn what_is_changed_is_recorded_and_nothing_else() {
    let one = ProfileChange {
        gender: Change::Set(Gender::Female),
        address: Change::Remove,
        ..ProfileChange::default()
    };
    given(&[registered()])
        .when(change(one.clone()))
        .then_expect_events(vec![changed(one)]);
    given(&[registered()])
        .when(change(ProfileChange::default()))
        .then_expect_events(vec![]);
    given(&[])
        .when(change(ProfileChange::default()))
        .then_expect_error(PatientRefusal::NotFound);
}

#[test]
fn illnesses_are_recorded_as_a_whole() {
    let asthma = illnesses(&["Asthma"]);
    let recorded = PatientEvent::IllnessesRecorded(PatientIllnessesRecorded {
        patient: patient_id(),
        by: admin(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(PatientIllnessesRecordedPhi {
            illnesses: asthma.clone(),
        }),
    });
    given(&[registered()])
        .when(record(asthma.clone()))
        .then_expect_events(vec![recorded]);
    given(&[])
        .when(record(asthma))
        .then_expect_error(PatientRefusal::NotFound);
}

#[test]
fn the_state_of_a_patient_does_not_change_with_the_profile() {
    let before = evolve(Patient::default(), &registered());
    let change = ProfileChange {
        blood_group: Change::Set(BloodGroup::AbNegative),
        ..ProfileChange::default()
    };
    assert_eq!(evolve(before.clone(), &changed(change)), before);
}

#[test]
fn a_profile_hides_from_debug_output() {
    let profile = Profile {
        gender: Some(Gender::Female),
        blood_group: Some(BloodGroup::ONegative),
        address: Some(address()),
        emergency_contact: Some(mother()),
        known_illnesses: Some(illnesses(&["Asthma"])),
    };
    let shown = format!("{profile:?}");
    for told in [
        "Female", "Negative", "MG", "Pune", "Sunita", "Parent", "Asthma",
    ] {
        assert!(!shown.contains(told), "{shown}");
    }
}

#[test]
fn nothing_is_complete_and_everything_is() {
    let nothing = Profile::default().completeness(false);
    assert_eq!(nothing.missing, ProfileField::ALL);
    assert_eq!(nothing.percent(), 0);
    let phone = Profile::default().completeness(true);
    assert_eq!(phone.percent(), 16);
    let all = Profile {
        gender: Some(Gender::Unknown),
        blood_group: Some(BloodGroup::APositive),
        address: Some(address()),
        emergency_contact: Some(mother()),
        // None is known, and that was told.
        known_illnesses: Some(illnesses(&[])),
    };
    assert_eq!(all.completeness(true).percent(), 100);
    let missing = all.completeness(false).missing;
    assert_eq!(missing, [ProfileField::Phone]);
}

fn some_change<T: Clone + std::fmt::Debug + 'static>(
    values: Vec<T>,
) -> impl Strategy<Value = Change<T>> {
    prop_oneof![
        2 => Just(Change::Keep),
        1 => Just(Change::Remove),
        3 => select(values).prop_map(Change::Set),
    ]
}

prop_compose! {
    fn some_profile_change()(
        gender in some_change(Gender::ALL.to_vec()),
        blood_group in some_change(BloodGroup::ALL.to_vec()),
        address in some_change(vec![address()]),
        phone in some_change(vec!["+919812345678".parse().unwrap()]),
        emergency_contact in some_change(vec![mother()]),
    ) -> ProfileChange {
        ProfileChange { gender, blood_group, address, phone, emergency_contact }
    }
}

proptest! {
    /// A stored change is read as it was, and changes of different fields come to the same in either order.
    #[test]
    fn changes_of_different_fields_do_not_depend_on_their_order(
        first in some_profile_change(),
        second in some_profile_change(),
        before in some_profile_change(),
    ) {
        let stored = serde_json::to_string(&first).unwrap();
        prop_assert_eq!(&serde_json::from_str::<ProfileChange>(&stored).unwrap(), &first);
        prop_assert_eq!(first.is_empty(), stored == "{}");

        let second = ProfileChange {
            gender: if first.gender.is_kept() { second.gender } else { Change::Keep },
            blood_group: if first.blood_group.is_kept() { second.blood_group } else { Change::Keep },
            address: if first.address.is_kept() { second.address } else { Change::Keep },
            phone: Change::Keep,
            emergency_contact: if first.emergency_contact.is_kept() {
                second.emergency_contact
            } else {
                Change::Keep
            },
        };
        let before = Profile::default().changed(before);
        let one_way = before.clone().changed(first.clone()).changed(second.clone());
        let other_way = before.changed(second).changed(first);
        prop_assert_eq!(&one_way, &other_way);

        let complete = one_way.completeness(true);
        prop_assert!(complete.percent() <= 100);
        prop_assert_eq!(complete.percent() == 100, complete.missing.is_empty());
    }
}
