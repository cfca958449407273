//! Profiles of the scenario: what Ravi told of himself.

use domain::patient::{ChangeProfile, Patient, PatientCommand, ProfileChange, RecordIllnesses};
use domain::{Actor, BloodGroup, Change, Gender, Illness};

use super::fixture::{History, patient};
use super::scenario::{RAVI, today};

/// Two changes, the second of which takes a part of the first back.
pub async fn profile(history: &History) {
    let (by, at) = (Actor::System, today());
    let first = ProfileChange {
        gender: Change::Set(Gender::Male),
        blood_group: Change::Set(BloodGroup::BNegative),
        phone: Change::Set("+91 98200 00001".parse().unwrap()),
        ..ProfileChange::default()
    };
    let second = ProfileChange {
        gender: Change::Remove,
        ..ProfileChange::default()
    };
    let asthma = vec![Illness::parse("Asthma").unwrap()];
    let commands = [
        PatientCommand::ChangeProfile(ChangeProfile {
            change: first,
            by,
            at,
        }),
        PatientCommand::RecordIllnesses(RecordIllnesses {
            illnesses: asthma.try_into().unwrap(),
            by,
            at,
        }),
        PatientCommand::ChangeProfile(ChangeProfile {
            change: second,
            by,
            at,
        }),
    ];
    for command in commands {
        history
            .run::<Patient>(patient(RAVI).as_uuid(), command)
            .await;
    }
}
