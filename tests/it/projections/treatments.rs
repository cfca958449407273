//! What Meera wrote about Ravi in the scenario: notes, prescriptions and allergies, in each status.

use domain::allergy_list::{
    AllergyContent, AllergyList, AllergyListCommand, CorrectAllergy, EndAllergy,
    MarkAllergyEnteredInError, RecordAllergy,
};
use domain::medication_list::{
    ListPrescription, MedicationList, MedicationListCommand, RemovePrescription,
};
use domain::note::{MarkNoteEnteredInError, Note, NoteCommand, NoteDraft, SignAddendum, SignNote};
use domain::prescription::{
    AmendPrescription, CancelPrescription, IssuePrescription, MarkPrescriptionEnteredInError,
    OverriddenWarnings, Prescribed, Prescription, PrescriptionCommand, Warning,
};
use domain::record::Sensitivity;
use domain::{AllergyId, NoteId, PrescriptionId};
use serde_json::{Value, from_value, json};
use uuid::Uuid;

use super::charts::{complaint, hiv, meera};
use super::fixture::{History, appointment, at, clinic, doctor, patient};
use super::scenario::{KIRAN, MEERA, PUNE, RAVI, today};

pub fn note(number: u128) -> NoteId {
    NoteId::from_uuid(Uuid::from_u128(0x73 << 64 | number))
}

pub fn prescription(number: u128) -> PrescriptionId {
    PrescriptionId::from_uuid(Uuid::from_u128(0x74 << 64 | number))
}

pub fn allergy(number: u128) -> AllergyId {
    AllergyId::from_uuid(Uuid::from_u128(0x75 << 64 | number))
}

/// The first of each stays, the second was entered in error, and the third is over.
pub async fn treatments(history: &History) {
    for number in [1, 2] {
        sign(history, number).await;
    }
    let addendum = from_value(json!({
        "text": "Once more", "diagnoses": [{"condition": "Sinusitis", "icd10": "J01.0"}],
    }));
    let add = NoteCommand::SignAddendum(SignAddendum {
        doctor: doctor(MEERA),
        addendum: addendum.unwrap(),
        by: meera(),
        at: today(),
    });
    history.run::<Note>(note(1).as_uuid(), add).await;
    let mark = NoteCommand::MarkEnteredInError(MarkNoteEnteredInError {
        reason: complaint(),
        by: meera(),
        at: today(),
    });
    history.run::<Note>(note(2).as_uuid(), mark).await;
    for number in [1, 2, 3] {
        issue(history, number).await;
        record(history, number).await;
    }
    change_prescriptions(history).await;
    override_warnings(history).await;
    change_allergies(history).await;
}

async fn sign(history: &History, number: u128) {
    let content = json!({
        "complaint": "complaint of a visit",
        "diagnoses": [{"condition": "Cold", "icd10": "J00"}],
    });
    let sign = NoteCommand::Sign(SignNote {
        note: note(number),
        patient: patient(RAVI),
        doctor: doctor(MEERA),
        draft: NoteDraft {
            clinic: clinic(PUNE),
            appointment: Some(appointment(6)),
            visited_at: at("2026-02-27T08:00:00Z"),
            content: from_value(content).unwrap(),
        },
        draft_version: 1,
        by: meera(),
        at: today(),
    });
    history.run::<Note>(note(number).as_uuid(), sign).await;
}

fn prescribed(drug: &str, sensitivity: Option<Sensitivity>) -> Prescribed {
    let line = json!({
        "drug": drug, "dose": {"amount": "1", "unit": "TABLET"}, "route": "ORAL",
        "frequency": {"times": 2, "per": "DAY"},
    });
    Prescribed {
        lines: from_value(json!([line])).unwrap(),
        warnings: Vec::new(),
        overridden: None,
        sensitivity,
    }
}

async fn issue(history: &History, number: u128) {
    let issue = PrescriptionCommand::Issue(IssuePrescription {
        prescription: prescription(number),
        patient: patient(RAVI),
        doctor: doctor(MEERA),
        clinic: clinic(PUNE),
        appointment: None,
        prescribed: prescribed("Paracetamol", Some(hiv())),
        by: meera(),
        at: today(),
    });
    change_prescription(history, number, issue).await;
}

/// A prescription of Kiran's with each field, which overrides each kind of warning, and comes and goes.
async fn override_warnings(history: &History) {
    let lines = json!([
        {
            "drug": "Amoxicillin", "ingredients": ["Penicillin"], "strength": "500 mg",
            "dose": {"amount": "1.5", "unit": "TABLET"}, "route": "ORAL",
            "frequency": {"times": 3, "per": "DAY", "asNeeded": true}, "courseDays": 7,
            "instructions": "complaint of a course",
        },
        {
            "drug": "Salbutamol", "dose": {"amount": "1", "unit": "PUFF"}, "route": "INHALED",
            "frequency": {"times": 2, "per": "DAY", "asNeeded": true},
        },
    ]);
    let warnings = vec![
        Warning::Allergy {
            line: 0,
            allergy: allergy(4),
        },
        Warning::DuplicateDrug {
            line: 0,
            prescription: prescription(5),
        },
        Warning::RepeatedDrug {
            line: 1,
            earlier: 0,
        },
    ];
    let (kiran, by, at) = (patient(KIRAN), meera(), today());
    let issue = PrescriptionCommand::Issue(IssuePrescription {
        prescription: prescription(4),
        patient: kiran,
        doctor: doctor(MEERA),
        clinic: clinic(PUNE),
        appointment: Some(appointment(1)),
        prescribed: Prescribed {
            lines: from_value(lines).unwrap(),
            warnings: warnings.clone(),
            overridden: Some(OverriddenWarnings {
                warnings,
                reason: complaint(),
            }),
            sensitivity: None,
        },
        by,
        at,
    });
    change_prescription(history, 4, issue).await;
    let list = MedicationListCommand::List(ListPrescription {
        patient: kiran,
        prescription: prescription(4),
        over: Vec::new(),
        by,
        at,
    });
    let remove = MedicationListCommand::Remove(RemovePrescription {
        patient: kiran,
        prescription: prescription(4),
        by,
        at,
    });
    for command in [list, remove] {
        history
            .run::<MedicationList>(kiran.as_uuid(), command)
            .await;
    }
}

async fn change_prescriptions(history: &History) {
    let (reason, by, at) = (complaint(), meera(), today());
    let amend = PrescriptionCommand::Amend(AmendPrescription {
        doctor: doctor(MEERA),
        prescribed: prescribed("Ibuprofen", None),
        reason: reason.clone(),
        by,
        at,
    });
    change_prescription(history, 1, amend).await;
    let mark = MarkPrescriptionEnteredInError {
        reason: reason.clone(),
        by,
        at,
    };
    let mark = PrescriptionCommand::MarkEnteredInError(mark);
    change_prescription(history, 2, mark).await;
    let cancel = PrescriptionCommand::Cancel(CancelPrescription { reason, by, at });
    change_prescription(history, 3, cancel).await;
}

async fn change_prescription(history: &History, number: u128, command: PrescriptionCommand) {
    let id = prescription(number).as_uuid();
    history.run::<Prescription>(id, command).await;
}

fn substance(name: &str) -> Value {
    json!({"substance": name, "severity": "MILD"})
}

async fn record(history: &History, number: u128) {
    let record = AllergyListCommand::Record(RecordAllergy {
        allergy: allergy(number),
        patient: patient(RAVI),
        doctor: doctor(MEERA),
        content: AllergyContent {
            sensitivity: Some(hiv()),
            ..from_value(substance("Latex")).unwrap()
        },
        by: meera(),
        at: today(),
    });
    change_allergy(history, record).await;
}

async fn change_allergies(history: &History) {
    let (patient, reason, by, at) = (patient(RAVI), complaint(), meera(), today());
    let correct = AllergyListCommand::Correct(CorrectAllergy {
        allergy: allergy(1),
        patient,
        doctor: doctor(MEERA),
        content: from_value(substance("Penicillin")).unwrap(),
        by,
        at,
    });
    change_allergy(history, correct).await;
    let mark = AllergyListCommand::MarkEnteredInError(MarkAllergyEnteredInError {
        allergy: allergy(2),
        patient,
        reason: reason.clone(),
        by,
        at,
    });
    change_allergy(history, mark).await;
    let end = AllergyListCommand::End(EndAllergy {
        allergy: allergy(3),
        patient,
        reason,
        by,
        at,
    });
    change_allergy(history, end).await;
}

async fn change_allergy(history: &History, command: AllergyListCommand) {
    let patient = patient(RAVI).as_uuid();
    history.run::<AllergyList>(patient, command).await;
}
