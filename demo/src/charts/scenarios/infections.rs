//! Infections, lungs and skin.

use domain::prescription::{DoseUnit, Route};
use domain::vitals::VitalSign::{OxygenSaturation, Pulse};

use crate::charts::scenario::{Coded, Course, Drug, Encounter, Scenario, Signs};

pub(super) const ALL: &[&Scenario] = &[
    &COUGH,
    &ASTHMA,
    &RHINITIS,
    &CONTACT_DERMATITIS,
    &ACNE,
    &CARIES,
];

const COUGH: Scenario = Scenario {
    treated_by: &["general-practice"],
    ages: (15, 120),
    gender: None,
    reason: "A cough that won't go",
    diagnosis: Coded("Acute bronchitis", "J20.9"),
    first: Encounter {
        complaint: "Cough for two weeks, at first with a cold. No blood, no weight loss, no contact with tuberculosis.",
        symptoms: &["Cough with some clear phlegm", "Tired"],
        findings: "Throat red. Lungs: a few rhonchi that clear with a cough, no crackles.",
        treatment: "No antibiotic. Steam, fluids, paracetamol for fever. Chest X-ray if it lasts more than three weeks.",
    },
    later: Encounter {
        complaint: "Cough nearly gone, sleeps through again.",
        symptoms: &[],
        findings: "Lungs clear.",
        treatment: "No further treatment.",
    },
    result: Some("Chest X-ray: heart and lungs normal."),
    signs: Signs {
        temperature: Some((378, 367)),
        saturation: Some((97, 98)),
        respiration: Some((18, 15)),
        ..Signs::HEALTHY
    },
    drugs: &[
        Drug::tablet("Paracetamol", "500 mg", 3)
            .as_needed()
            .for_days(5),
        Drug::new(
            "Dextromethorphan",
            "10 mg / 5 ml",
            ("10", DoseUnit::Millilitre),
            Route::Oral,
            2,
        )
        .for_days(5),
    ],
    change: None,
    course: Course::Short,
};

const ASTHMA: Scenario = Scenario {
    treated_by: &["general-practice", "paediatrics"],
    ages: (5, 50),
    gender: None,
    reason: "Wheezing at night",
    diagnosis: Coded("Asthma", "J45.9"),
    first: Encounter {
        complaint: "Wheeze and cough at night for {weeks} weeks, worse with dust and on running.",
        symptoms: &["Wheeze", "Cough at night", "Short of breath on exertion"],
        findings: "Scattered wheeze on both sides, no use of accessory muscles. Peak flow 78 % of predicted.",
        treatment: "Inhaler technique shown and shown back. Preventer twice a day, reliever when needed. Written action plan.",
    },
    later: Encounter {
        complaint: "Review of asthma. Reliever less than twice a week, sleeps through.",
        symptoms: &[],
        findings: "Lungs clear. Peak flow 93 % of predicted. Technique with the spacer is right.",
        treatment: "Goes on with the preventer. Flu vaccine in autumn.",
    },
    result: Some("Spirometry: obstruction that reverses by 16 % after salbutamol."),
    signs: Signs {
        respiration: Some((22, 16)),
        saturation: Some((95, 98)),
        pulse: Some((94, 78)),
        ..Signs::HEALTHY
    },
    drugs: &[
        Drug::new(
            "Budesonide",
            "100 microgram",
            ("2", DoseUnit::Puff),
            Route::Inhaled,
            2,
        )
        .told("Rinse the mouth afterwards"),
        Drug::new(
            "Salbutamol",
            "100 microgram",
            ("2", DoseUnit::Puff),
            Route::Inhaled,
            4,
        )
        .as_needed(),
    ],
    change: Some((
        &[
            Drug::new(
                "Budesonide",
                "100 microgram",
                ("1", DoseUnit::Puff),
                Route::Inhaled,
                2,
            )
            .told("Rinse the mouth afterwards"),
            Drug::new(
                "Salbutamol",
                "100 microgram",
                ("2", DoseUnit::Puff),
                Route::Inhaled,
                4,
            )
            .as_needed(),
        ],
        "Well controlled for six months, so the dose is halved",
    )),
    course: Course::Long {
        every_months: 6,
        at_home: &[OxygenSaturation, Pulse],
    },
};

const RHINITIS: Scenario = Scenario {
    treated_by: &["ear-nose-throat"],
    ages: (15, 120),
    gender: None,
    reason: "My nose is blocked every morning",
    diagnosis: Coded("Allergic rhinitis", "J30.4"),
    first: Encounter {
        complaint: "Sneezing and a blocked nose every morning for {weeks} weeks.",
        symptoms: &["Sneezing", "Itching eyes", "Blocked nose"],
        findings: "Turbinates pale and swollen, no polyps. Ears and throat normal.",
        treatment: "Steroid spray, aimed away from the septum. Bedding washed hot. Antihistamine when needed.",
    },
    later: Encounter {
        complaint: "Breathes freely at night.",
        symptoms: &[],
        findings: "Turbinates less swollen, septum intact.",
        treatment: "Spray once a day through the season.",
    },
    result: Some("Skin prick test: house dust mite 6 mm, grass pollen 4 mm."),
    signs: Signs::HEALTHY,
    drugs: &[
        Drug::new(
            "Fluticasone",
            "50 microgram",
            ("2", DoseUnit::Puff),
            Route::Nasal,
            1,
        )
        .for_days(60),
        Drug::tablet("Cetirizine", "10 mg", 1)
            .as_needed()
            .for_days(30),
    ],
    change: None,
    course: Course::Short,
};

const CONTACT_DERMATITIS: Scenario = Scenario {
    treated_by: &["dermatology"],
    ages: (18, 120),
    gender: None,
    reason: "A rash on both hands",
    diagnosis: Coded("Allergic contact dermatitis", "L23.9"),
    first: Encounter {
        complaint: "Itching rash on both hands for {weeks} weeks, better on days off.",
        symptoms: &["Itching", "Cracked skin"],
        findings: "Red, scaling patches on the backs of both hands with small fissures. No pus.",
        treatment: "Cotton gloves under rubber ones. Emollient many times a day, steroid ointment for two weeks.",
    },
    later: Encounter {
        complaint: "Hands nearly healed.",
        symptoms: &[],
        findings: "Slight dryness, no fissures.",
        treatment: "Emollient goes on. Ointment stopped.",
    },
    result: Some("Patch test: positive for rubber accelerators (thiuram mix)."),
    signs: Signs::HEALTHY,
    drugs: &[Drug::new(
        "Mometasone",
        "0.1 %",
        ("1", DoseUnit::Application),
        Route::Topical,
        1,
    )
    .for_days(14)],
    change: None,
    course: Course::Short,
};

const ACNE: Scenario = Scenario {
    treated_by: &["dermatology"],
    ages: (12, 30),
    gender: None,
    reason: "Pimples that leave marks",
    diagnosis: Coded("Acne vulgaris", "L70.0"),
    first: Encounter {
        complaint: "Pimples on face and back, worse for {weeks} weeks.",
        symptoms: &[],
        findings: "Comedones and papules on the forehead and cheeks, few pustules, two small scars.",
        treatment: "Adapalene at night, pea-sized. Sunscreen by day. Expect three months.",
    },
    later: Encounter {
        complaint: "Fewer pimples, some dryness.",
        symptoms: &[],
        findings: "Half as many papules, no new scars.",
        treatment: "Every second night until the dryness is gone.",
    },
    result: None,
    signs: Signs::HEALTHY,
    drugs: &[Drug::new(
        "Adapalene",
        "0.1 %",
        ("1", DoseUnit::Application),
        Route::Topical,
        1,
    )
    .for_days(90)],
    change: None,
    course: Course::Short,
};

const CARIES: Scenario = Scenario {
    treated_by: &["dentistry"],
    ages: (12, 120),
    gender: None,
    reason: "A tooth that hurts with cold water",
    diagnosis: Coded("Caries of dentine", "K02.1"),
    first: Encounter {
        complaint: "A molar on the {side} hurts with cold water for {weeks} weeks.",
        symptoms: &["Pain with cold and sweet food"],
        findings: "Caries into the dentine, pulp vital, not tender to percussion. Gums slightly red.",
        treatment: "Filled under local anaesthesia. Brushing shown. Fluoride varnish.",
    },
    later: Encounter {
        complaint: "No pain since the filling.",
        symptoms: &[],
        findings: "Filling intact, bite even, gums pale.",
        treatment: "Check again in six months.",
    },
    result: None,
    signs: Signs::HEALTHY,
    drugs: &[Drug::tablet("Paracetamol", "500 mg", 3)
        .as_needed()
        .for_days(2)],
    change: None,
    course: Course::Short,
};
