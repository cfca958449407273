//! Bones, joints and muscles.

use domain::prescription::{DoseUnit, Route};

use crate::charts::scenario::{Coded, Course, Drug, Encounter, Scenario, Signs};

pub(super) const ALL: &[&Scenario] = &[&BACK, &KNEE, &SPRAIN];

const BACK: Scenario = Scenario {
    treated_by: &["orthopaedics", "physiotherapy"],
    ages: (18, 64),
    gender: None,
    reason: "Back pain since last week",
    diagnosis: Coded("Low back pain", "M54.5"),
    first: Encounter {
        complaint: "Pain low in the back since lifting a box, no pain below the knee, no numbness, bladder normal.",
        symptoms: &["Low back pain", "Stiff in the morning"],
        findings: "Muscles tense on the {side}. Straight leg raise negative, power and reflexes normal.",
        treatment: "Keep moving, heat. Ibuprofen with food for a week. Exercises shown. No X-ray needed.",
    },
    later: Encounter {
        complaint: "Much better, works again.",
        symptoms: &[],
        findings: "Bends to the shins without pain.",
        treatment: "Exercises go on, three times a week.",
    },
    result: None,
    signs: Signs::HEALTHY,
    drugs: &[Drug::tablet("Ibuprofen", "400 mg", 3)
        .for_days(7)
        .told("With food")],
    change: None,
    course: Course::Short,
};

const KNEE: Scenario = Scenario {
    treated_by: &["orthopaedics", "physiotherapy"],
    ages: (50, 120),
    gender: None,
    reason: "My knee hurts on the stairs",
    diagnosis: Coded("Osteoarthritis of the knee", "M17.1"),
    first: Encounter {
        complaint: "Pain in the {side} knee on stairs for {weeks} weeks, stiff after sitting.",
        symptoms: &["Knee pain", "Stiff after rest"],
        findings: "Crepitus, slight effusion, bends to 110 degrees, ligaments firm.",
        treatment: "Strengthening of the thigh, weight, stick on the other side. Gel on the knee.",
    },
    later: Encounter {
        complaint: "Review of the knee. Climbs two floors with a pause.",
        symptoms: &[],
        findings: "No effusion, thigh stronger than last time.",
        treatment: "Exercises go on. Operation not needed now.",
    },
    result: Some("X-ray, standing: narrowed medial joint space, small osteophytes, grade 2."),
    signs: Signs {
        mass: (35, 25),
        ..Signs::HEALTHY
    },
    drugs: &[Drug::new(
        "Diclofenac",
        "1 %",
        ("1", DoseUnit::Application),
        Route::Topical,
        3,
    )
    .as_needed()],
    change: Some((
        &[
            Drug::new(
                "Diclofenac",
                "1 %",
                ("1", DoseUnit::Application),
                Route::Topical,
                3,
            )
            .as_needed(),
            Drug::tablet("Paracetamol", "650 mg", 2).as_needed(),
        ],
        "Pain at night despite the gel",
    )),
    course: Course::Long {
        every_months: 12,
        at_home: &[],
    },
};

const SPRAIN: Scenario = Scenario {
    treated_by: &["orthopaedics", "physiotherapy"],
    ages: (6, 35),
    gender: None,
    reason: "I twisted my ankle",
    diagnosis: Coded("Sprain of the ankle", "S93.4"),
    first: Encounter {
        complaint: "Twisted the {side} ankle at sports three days ago, could walk at once.",
        symptoms: &["Swelling", "Pain on the outside of the ankle"],
        findings: "Swelling below the outer ankle, bone not tender, drawer test firm.",
        treatment: "Bandage, ice, raised leg. Weight as pain allows. Balance exercises from next week.",
    },
    later: Encounter {
        complaint: "Walks without pain.",
        symptoms: &[],
        findings: "No swelling, stands on one leg for 30 seconds.",
        treatment: "Sports again with a brace for six weeks.",
    },
    result: None,
    signs: Signs::HEALTHY,
    drugs: &[],
    change: None,
    course: Course::Short,
};
