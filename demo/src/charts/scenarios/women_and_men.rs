//! What is of one gender.

use domain::Gender;
use domain::prescription::{DoseUnit, Route};

use crate::charts::scenario::{Coded, Course, Drug, Encounter, Scenario, Signs};

pub(super) const ALL: &[&Scenario] = &[&HEAVY_PERIODS, &MENOPAUSE, &CYSTITIS, &STONE, &PROSTATE];

const HEAVY_PERIODS: Scenario = Scenario {
    treated_by: &["gynaecology"],
    ages: (15, 47),
    gender: Some(Gender::Female),
    reason: "My periods have become heavy",
    diagnosis: Coded("Excessive menstruation with regular cycle", "N92.0"),
    first: Encounter {
        complaint: "Periods of eight days, heavy for three, for the last months. Tired on the stairs.",
        symptoms: &["Heavy periods", "Tiredness"],
        findings: "Conjunctivae a little pale. Abdomen soft, uterus of normal size, no tenderness.",
        treatment: "Tranexamic acid on heavy days. Iron every second day for three months.",
    },
    later: Encounter {
        complaint: "Heavy for one day only, more energy.",
        symptoms: &[],
        findings: "Conjunctivae pink.",
        treatment: "Iron until the course ends, then ferritin again.",
    },
    result: Some(
        "Haemoglobin 10.4 g/dL, ferritin 8 ng/mL. Ultrasound: no fibroid, ovaries normal.",
    ),
    signs: Signs {
        pulse: Some((92, 78)),
        ..Signs::HEALTHY
    },
    drugs: &[
        Drug::tablet("Tranexamic acid", "500 mg", 3)
            .as_needed()
            .for_days(90)
            .told("On heavy days only"),
        Drug::new(
            "Ferrous sulfate",
            "200 mg",
            ("1", DoseUnit::Capsule),
            Route::Oral,
            4,
        )
        .weekly()
        .for_days(90),
    ],
    change: None,
    course: Course::Short,
};

const MENOPAUSE: Scenario = Scenario {
    treated_by: &["gynaecology"],
    ages: (48, 120),
    gender: Some(Gender::Female),
    reason: "A check-up",
    diagnosis: Coded("Postmenopausal atrophic vaginitis", "N95.2"),
    first: Encounter {
        complaint: "Check-up. Dryness, no bleeding since the menopause.",
        symptoms: &["Dryness"],
        findings: "Breasts without a lump. Vaginal skin thin, cervix normal, smear taken.",
        treatment: "Estriol cream. Mammography every two years.",
    },
    later: Encounter {
        complaint: "Less dryness, sleeps better.",
        symptoms: &[],
        findings: "Skin less thin.",
        treatment: "Cream twice a week.",
    },
    result: Some("Smear normal. Mammography: BI-RADS 1 on both sides."),
    signs: Signs::HEALTHY,
    drugs: &[Drug::new(
        "Estriol",
        "0.1 %",
        ("1", DoseUnit::Application),
        Route::Vaginal,
        2,
    )
    .weekly()
    .for_days(90)],
    change: None,
    course: Course::Short,
};

const CYSTITIS: Scenario = Scenario {
    treated_by: &["urology"],
    ages: (16, 120),
    gender: Some(Gender::Female),
    reason: "Burning when passing water",
    diagnosis: Coded("Cystitis", "N30.0"),
    first: Encounter {
        complaint: "Burning on passing water for two days, has to go often. No fever, no pain in the flanks.",
        symptoms: &["Burning", "Frequency"],
        findings: "Tender above the pubic bone, flanks free. Dipstick: leucocytes and nitrite positive.",
        treatment: "Nitrofurantoin for five days, fluids.",
    },
    later: Encounter {
        complaint: "No burning since the third day.",
        symptoms: &[],
        findings: "Dipstick clear.",
        treatment: "Nothing more to do.",
    },
    result: Some("Culture: E. coli, 100,000 per ml, sensitive to nitrofurantoin."),
    signs: Signs {
        temperature: Some((371, 366)),
        ..Signs::HEALTHY
    },
    drugs: &[
        Drug::new(
            "Nitrofurantoin",
            "100 mg",
            ("1", DoseUnit::Capsule),
            Route::Oral,
            2,
        )
        .for_days(5)
        .told("With food"),
        Drug::tablet("Paracetamol", "500 mg", 3)
            .as_needed()
            .for_days(3),
    ],
    change: None,
    course: Course::Short,
};

const STONE: Scenario = Scenario {
    treated_by: &["urology"],
    ages: (18, 59),
    gender: Some(Gender::Male),
    reason: "Sharp pain in the side",
    diagnosis: Coded("Calculus of ureter", "N20.1"),
    first: Encounter {
        complaint: "Sharp pain in the {side} flank in waves since last night, moves to the groin.",
        symptoms: &["Colic", "Nausea"],
        findings: "Flank tender on the {side}, abdomen soft. Dipstick: blood. Ultrasound: kidney slightly dilated.",
        treatment: "Ibuprofen, fluids, sieve. Stone of 4 mm will pass by itself.",
    },
    later: Encounter {
        complaint: "The stone came out on the fifth day.",
        symptoms: &[],
        findings: "Flanks free, ultrasound normal.",
        treatment: "Two and a half litres a day.",
    },
    result: Some("Stone: calcium oxalate. Serum calcium and uric acid normal."),
    signs: Signs {
        pulse: Some((98, 74)),
        ..Signs::HEALTHY
    },
    drugs: &[Drug::tablet("Ibuprofen", "600 mg", 3)
        .for_days(5)
        .told("With food")],
    change: None,
    course: Course::Short,
};

const PROSTATE: Scenario = Scenario {
    treated_by: &["urology"],
    ages: (55, 120),
    gender: Some(Gender::Male),
    reason: "Up three times a night",
    diagnosis: Coded("Hyperplasia of prostate", "N40"),
    first: Encounter {
        complaint: "Weak stream, gets up three times a night, for {weeks} weeks more than before.",
        symptoms: &["Weak stream", "Gets up at night"],
        findings: "Prostate enlarged, smooth, not tender. Bladder empty after voiding: 40 ml left.",
        treatment: "Tamsulosin at bedtime, less to drink in the evening. Told to stand up slowly.",
    },
    later: Encounter {
        complaint: "Review. Gets up once a night.",
        symptoms: &[],
        findings: "Flow better, 20 ml left.",
        treatment: "Goes on. PSA once a year.",
    },
    result: Some("PSA 2.1 ng/mL, creatinine normal."),
    signs: Signs::HEALTHY,
    drugs: &[Drug::new(
        "Tamsulosin",
        "0.4 mg",
        ("1", DoseUnit::Capsule),
        Route::Oral,
        1,
    )
    .told("At bedtime")],
    change: Some((
        &[
            Drug::new(
                "Tamsulosin",
                "0.4 mg",
                ("1", DoseUnit::Capsule),
                Route::Oral,
                1,
            )
            .told("At bedtime"),
            Drug::tablet("Finasteride", "5 mg", 1),
        ],
        "Prostate of 48 ml, so that a second drug helps",
    )),
    course: Course::Long {
        every_months: 12,
        at_home: &[],
    },
};
