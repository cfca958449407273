//! Asha, Ravi and Kiran, and who acts for them.

use chrono::NaiveDate;
use domain::patient::{
    AddProxy, ChangeContact, Patient, PatientCommand, ProxyEvidence, RegisterPatient, RemoveProxy,
};
use domain::{Actor, BirthDate, PersonName};

use super::super::fixture::{History, account, patient};
use super::super::profiles::profile;
use super::{ASHA, KIRAN, RAVI, today};

pub async fn patients(history: &History) {
    register_patient(history, ASHA, "Asha Rao").await;
    register_patient(history, RAVI, "Ravi Iyer").await;
    register_patient(history, KIRAN, "Kiran Joshi").await;
    let contact = ChangeContact {
        phone: Some("+91 98200 00000".parse().unwrap()),
        email: None,
        by: Actor::System,
        at: today(),
    };
    let (by, at) = (Actor::System, today());
    let asha = [
        PatientCommand::ChangeContact(contact),
        PatientCommand::AddProxy(AddProxy {
            is_patient: true,
            evidence: Some(ProxyEvidence::BirthCertificate),
            account: account(7),
            by,
            at,
        }),
        PatientCommand::AddProxy(AddProxy {
            is_patient: true,
            evidence: Some(ProxyEvidence::BirthCertificate),
            account: account(8),
            by,
            at,
        }),
        PatientCommand::RemoveProxy(RemoveProxy {
            account: account(7),
            by,
            at,
        }),
    ];
    for command in asha {
        history
            .run::<Patient>(patient(ASHA).as_uuid(), command)
            .await;
    }
    let proxy = PatientCommand::AddProxy(AddProxy {
        is_patient: true,
        evidence: Some(ProxyEvidence::BirthCertificate),
        account: account(8),
        by,
        at,
    });
    history.run::<Patient>(patient(RAVI).as_uuid(), proxy).await;
    profile(history).await;
}

async fn register_patient(history: &History, number: u128, name: &str) {
    let born: NaiveDate = "1990-05-17".parse().unwrap();
    let register = PatientCommand::Register(RegisterPatient {
        patient: patient(number),
        name: PersonName::parse(name).unwrap(),
        birth_date: BirthDate::try_from(born).unwrap(),
        phone: None,
        email: Some("somebody@example.org".parse().unwrap()),
        by: Actor::System,
        at: today(),
    });
    history
        .run::<Patient>(patient(number).as_uuid(), register)
        .await;
}
