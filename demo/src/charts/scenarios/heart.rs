//! Heart, circulation and metabolism.

use domain::prescription::{DoseUnit, Route};
use domain::vitals::VitalSign::{DiastolicPressure, Glucose, Pulse, SystolicPressure, Weight};

use crate::charts::scenario::{Coded, Course, Drug, Encounter, Scenario, Signs};

pub(super) const ALL: &[&Scenario] = &[
    &HYPERTENSION,
    &DIABETES,
    &HYPOTHYROIDISM,
    &PALPITATIONS,
    &REFLUX,
    &CANCER_FOLLOW_UP,
];

const HYPERTENSION: Scenario = Scenario {
    treated_by: &["cardiology", "general-practice"],
    ages: (35, 120),
    gender: None,
    reason: "My blood pressure was high at the chemist's",
    diagnosis: Coded("Essential hypertension", "I10"),
    first: Encounter {
        complaint: "Raised blood pressure, found {weeks} weeks ago and confirmed at home since.",
        symptoms: &["Headache in the morning"],
        findings: "Heart sounds normal, no murmur. Lungs clear. No oedema. Fundi without haemorrhage.",
        treatment: "Less salt, half an hour's walk a day. Telmisartan. Measure at home, morning and evening, and bring the \
                    readings.",
    },
    later: Encounter {
        complaint: "Review of blood pressure. Takes the tablets regularly, no dizziness.",
        symptoms: &[],
        findings: "Heart sounds normal, no oedema. Readings from home agree with those here.",
        treatment: "Goes on as before. Blood for creatinine and potassium once a year.",
    },
    result: Some(
        "Creatinine 0.9 mg/dL, potassium 4.3 mmol/L, urine without albumin. No sign of organ damage.",
    ),
    signs: Signs {
        systolic: Some((164, 134)),
        mass: (25, 10),
        ..Signs::HEALTHY
    },
    drugs: &[Drug::tablet("Telmisartan", "40 mg", 1).told("In the morning")],
    change: Some((
        &[Drug::tablet("Telmisartan", "80 mg", 1).told("In the morning")],
        "Still above 130 mm Hg in the morning",
    )),
    course: Course::Long {
        every_months: 6,
        at_home: &[SystolicPressure, DiastolicPressure, Pulse],
    },
};

const DIABETES: Scenario = Scenario {
    treated_by: &["endocrinology", "general-practice"],
    ages: (45, 120),
    gender: None,
    reason: "My sugar is high again",
    diagnosis: Coded("Type 2 diabetes mellitus without complications", "E11.9"),
    first: Encounter {
        complaint: "Thirst and tiredness for {weeks} weeks. Fasting glucose was high twice.",
        symptoms: &["Thirst", "Passes much urine", "Tired by noon"],
        findings: "Overweight. Foot pulses present, monofilament felt at all sites, skin of the feet intact.",
        treatment: "Diet plan given. Metformin with meals, slowly increased. Referred for a look at the retina.",
    },
    later: Encounter {
        complaint: "Review of diabetes. No hypoglycaemia, walks most evenings.",
        symptoms: &[],
        findings: "Feet intact, pulses present. Blood pressure alike sitting and standing.",
        treatment: "Goes on. HbA1c every three months until it is below 7 %, then twice a year.",
    },
    result: Some(
        "HbA1c 8.4 %. Retina photographed: no retinopathy. Urine albumin within the reference range.",
    ),
    signs: Signs {
        systolic: Some((142, 132)),
        glucose: Some((214, 128)),
        mass: (50, 25),
        ..Signs::HEALTHY
    },
    drugs: &[Drug::tablet("Metformin", "500 mg", 2).told("With breakfast and dinner")],
    change: Some((
        &[
            Drug::tablet("Metformin", "1000 mg", 2).told("With breakfast and dinner"),
            Drug::tablet("Sitagliptin", "100 mg", 1),
        ],
        "HbA1c is still 7.6 %",
    )),
    course: Course::Long {
        every_months: 6,
        at_home: &[Glucose, Weight],
    },
};

const HYPOTHYROIDISM: Scenario = Scenario {
    treated_by: &["endocrinology"],
    ages: (16, 120),
    gender: None,
    reason: "I am always tired and cold",
    diagnosis: Coded("Hypothyroidism", "E03.9"),
    first: Encounter {
        complaint: "Tired for {weeks} weeks, feels cold, has gained weight without eating more.",
        symptoms: &["Tiredness", "Dry skin", "Constipation"],
        findings: "Skin dry, reflexes slow to relax. Thyroid not enlarged, no nodule felt.",
        treatment: "TSH and free T4 taken. Levothyroxine, half an hour before breakfast.",
    },
    later: Encounter {
        complaint: "Review of thyroid treatment. More energy, no palpitations.",
        symptoms: &[],
        findings: "Reflexes normal, pulse regular, weight stable.",
        treatment: "Same dose. TSH again in six months.",
    },
    result: Some("TSH 14.2 mIU/L, free T4 0.6 ng/dL, antibodies against peroxidase positive."),
    signs: Signs {
        pulse: Some((56, 70)),
        mass: (20, 5),
        ..Signs::HEALTHY
    },
    drugs: &[Drug::tablet("Levothyroxine", "50 microgram", 1)
        .told("Half an hour before breakfast, with water only")],
    change: Some((
        &[Drug::tablet("Levothyroxine", "75 microgram", 1)
            .told("Half an hour before breakfast, with water only")],
        "TSH is still above the range",
    )),
    course: Course::Long {
        every_months: 6,
        at_home: &[Weight],
    },
};

const PALPITATIONS: Scenario = Scenario {
    treated_by: &["cardiology"],
    ages: (15, 45),
    gender: None,
    reason: "My heart stumbles in the evening",
    diagnosis: Coded("Palpitations", "R00.2"),
    first: Encounter {
        complaint: "Heart skips beats for {weeks} weeks, mostly at rest in the evening. Never fainted.",
        symptoms: &["Skipped beats", "Sleeps badly before examinations"],
        findings: "Pulse regular, no murmur. ECG: sinus rhythm, normal intervals, one ventricular extrasystole.",
        treatment: "Explained that it is harmless. Less coffee, no energy drinks. ECG over 24 hours.",
    },
    later: Encounter {
        complaint: "Fewer skipped beats since the coffee was cut down.",
        symptoms: &[],
        findings: "Pulse regular, blood pressure normal.",
        treatment: "No drug needed. Comes back if it gets worse, or after any faint.",
    },
    result: Some("ECG over 24 hours: 212 single ventricular extrasystoles, no runs, no pauses."),
    signs: Signs {
        pulse: Some((88, 74)),
        ..Signs::HEALTHY
    },
    drugs: &[],
    change: None,
    course: Course::Short,
};

const REFLUX: Scenario = Scenario {
    treated_by: &["gastroenterology", "general-practice"],
    ages: (18, 120),
    gender: None,
    reason: "Burning behind the breastbone after meals",
    diagnosis: Coded(
        "Gastro-oesophageal reflux disease without oesophagitis",
        "K21.9",
    ),
    first: Encounter {
        complaint: "Heartburn after meals and at night for {weeks} weeks. No trouble swallowing, no black stools.",
        symptoms: &["Heartburn", "Sour taste in the morning"],
        findings: "Abdomen soft, slight tenderness in the epigastrium, no mass. Conjunctivae not pale.",
        treatment: "Pantoprazole for four weeks. Last meal three hours before bed, head of the bed raised.",
    },
    later: Encounter {
        complaint: "Heartburn gone with the tablets.",
        symptoms: &[],
        findings: "Abdomen soft and not tender.",
        treatment: "Tablets end with the course. Endoscopy if it comes back within three months.",
    },
    result: Some("Stool antigen of Helicobacter pylori negative. Haemoglobin normal."),
    signs: Signs {
        mass: (20, 20),
        ..Signs::HEALTHY
    },
    drugs: &[Drug::tablet("Pantoprazole", "40 mg", 1)
        .for_days(28)
        .told("Half an hour before breakfast")],
    change: None,
    course: Course::Short,
};

const CANCER_FOLLOW_UP: Scenario = Scenario {
    treated_by: &["oncology"],
    ages: (35, 120),
    gender: None,
    reason: "Follow-up after treatment",
    diagnosis: Coded(
        "Personal history of malignant neoplasm of the colon, in remission",
        "Z85.0",
    ),
    first: Encounter {
        complaint: "Follow-up after resection of a stage I tumour of the colon. Well, appetite good, weight steady.",
        symptoms: &[],
        findings: "Scar without hernia. Abdomen soft, liver not felt, no enlarged nodes.",
        treatment: "CEA taken. Colonoscopy is due a year after the operation. Tingling of the feet treated with B12.",
    },
    later: Encounter {
        complaint: "Follow-up. No blood in the stool, works full time again.",
        symptoms: &[],
        findings: "Abdomen soft, no mass, no enlarged nodes.",
        treatment: "No sign of recurrence. Next visit by the plan.",
    },
    result: Some("CEA 1.8 ng/mL, liver enzymes normal, ultrasound of the liver without a lesion."),
    signs: Signs {
        mass: (-10, 5),
        ..Signs::HEALTHY
    },
    drugs: &[Drug::new(
        "Methylcobalamin",
        "1500 microgram",
        ("1", DoseUnit::Capsule),
        Route::Oral,
        1,
    )
    .for_days(90)],
    change: None,
    course: Course::Long {
        every_months: 6,
        at_home: &[Weight],
    },
};
