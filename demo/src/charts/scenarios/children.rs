//! Children.

use domain::prescription::{DoseUnit, Route};

use crate::charts::scenario::{Coded, Course, Drug, Encounter, Scenario, Signs};

pub(super) const ALL: &[&Scenario] = &[&COLD, &OTITIS, &ECZEMA];

const COLD: Scenario = Scenario {
    treated_by: &["paediatrics", "general-practice"],
    ages: (0, 14),
    gender: None,
    reason: "Fever since yesterday",
    diagnosis: Coded("Acute infection of the upper airways", "J06.9"),
    first: Encounter {
        complaint: "Fever since yesterday, runny nose, drinks well, plays between the spikes of fever.",
        symptoms: &["Fever", "Runny nose"],
        findings: "Alert. Throat red, eardrums normal, neck supple, lungs clear, no rash.",
        treatment: "Fluids. Paracetamol by weight when uncomfortable. Parents know the warning signs.",
    },
    later: Encounter {
        complaint: "Well again, back at school.",
        symptoms: &[],
        findings: "Throat and lungs normal. Growth along the centile.",
        treatment: "Nothing more to do.",
    },
    result: None,
    signs: Signs {
        temperature: Some((388, 367)),
        pulse: Some((118, 92)),
        respiration: Some((26, 20)),
        ..Signs::HEALTHY
    },
    drugs: &[Drug::new(
        "Paracetamol",
        "250 mg / 5 ml",
        ("5", DoseUnit::Millilitre),
        Route::Oral,
        4,
    )
    .as_needed()
    .for_days(3)],
    change: None,
    course: Course::Short,
};

const OTITIS: Scenario = Scenario {
    treated_by: &["paediatrics", "ear-nose-throat"],
    ages: (0, 14),
    gender: None,
    reason: "Earache at night",
    diagnosis: Coded("Acute otitis media", "H66.9"),
    first: Encounter {
        complaint: "Pain in the {side} ear since last night, after a cold.",
        symptoms: &["Earache", "Fever"],
        findings: "Eardrum on the {side} red and bulging, no perforation. The other one normal. Mastoids not tender.",
        treatment: "Pain relief. Amoxicillin, as it is bulging and there is fever.",
    },
    later: Encounter {
        complaint: "No pain, hears well.",
        symptoms: &[],
        findings: "Eardrum pale, a little fluid behind it.",
        treatment: "Fluid clears by itself; look again in three months.",
    },
    result: None,
    signs: Signs {
        temperature: Some((384, 366)),
        pulse: Some((110, 90)),
        ..Signs::HEALTHY
    },
    drugs: &[Drug::new(
        "Amoxicillin",
        "250 mg / 5 ml",
        ("5", DoseUnit::Millilitre),
        Route::Oral,
        3,
    )
    .with(&["Penicillin"])
    .for_days(5)],
    change: None,
    course: Course::Short,
};

const ECZEMA: Scenario = Scenario {
    treated_by: &["dermatology", "paediatrics"],
    ages: (2, 17),
    gender: None,
    reason: "Itching in the elbow folds",
    diagnosis: Coded("Atopic dermatitis", "L20.9"),
    first: Encounter {
        complaint: "Itching in the folds of elbows and knees for {weeks} weeks, scratches at night.",
        symptoms: &["Itching", "Dry skin"],
        findings: "Red, thickened patches in both elbow folds, skin dry all over, no crusts.",
        treatment: "Emollient twice a day, steroid cream on red patches for a week, short lukewarm baths.",
    },
    later: Encounter {
        complaint: "Sleeps through, scratches little.",
        symptoms: &[],
        findings: "Patches flat and pale, some dryness.",
        treatment: "Emollient goes on. Steroid cream at weekends only.",
    },
    result: None,
    signs: Signs::HEALTHY,
    drugs: &[Drug::new(
        "Hydrocortisone",
        "1 %",
        ("1", DoseUnit::Application),
        Route::Topical,
        2,
    )
    .for_days(7)],
    change: Some((
        &[Drug::new(
            "Hydrocortisone",
            "1 %",
            ("1", DoseUnit::Application),
            Route::Topical,
            2,
        )
        .weekly()],
        "On two days of the week, so that it stays away",
    )),
    course: Course::Long {
        every_months: 6,
        at_home: &[],
    },
};
