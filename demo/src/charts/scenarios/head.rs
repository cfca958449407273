//! Nerves, mind and eyes.

use domain::prescription::{DoseUnit, Route};

use crate::charts::scenario::{Coded, Course, Drug, Encounter, Scenario, Signs};

pub(super) const ALL: &[&Scenario] = &[&MIGRAINE, &TREMOR, &DEPRESSION, &MYOPIA, &CATARACT];

const MIGRAINE: Scenario = Scenario {
    treated_by: &["neurology"],
    ages: (12, 65),
    gender: None,
    reason: "Headaches that send me to bed",
    diagnosis: Coded("Migraine without aura", "G43.0"),
    first: Encounter {
        complaint: "Throbbing headache on the {side} twice a month, worse for {weeks} weeks, with nausea, needs the dark.",
        symptoms: &["Headache on one side", "Nausea", "Light hurts"],
        findings: "Cranial nerves, power, reflexes and gait normal. Fundi normal. Neck supple.",
        treatment: "Diary of headaches. Naproxen early in the attack, on ten days a month at most. Regular sleep and meals.",
    },
    later: Encounter {
        complaint: "One attack in the last month, over in two hours.",
        symptoms: &[],
        findings: "Examination normal. The diary shows short nights before attacks.",
        treatment: "Goes on. Prevention if there are more than four attacks a month.",
    },
    result: None,
    signs: Signs::HEALTHY,
    drugs: &[Drug::tablet("Naproxen", "500 mg", 2)
        .as_needed()
        .told("At the first sign of an attack, with food")],
    change: Some((
        &[
            Drug::tablet("Naproxen", "500 mg", 2)
                .as_needed()
                .told("At the first sign of an attack, with food"),
            Drug::tablet("Propranolol", "40 mg", 2),
        ],
        "Four attacks a month: prevention for six months",
    )),
    course: Course::Long {
        every_months: 6,
        at_home: &[],
    },
};

const TREMOR: Scenario = Scenario {
    treated_by: &["neurology"],
    ages: (60, 120),
    gender: None,
    reason: "My hands shake when I hold a cup",
    diagnosis: Coded("Essential tremor", "G25.0"),
    first: Encounter {
        complaint: "Both hands shake when holding a cup, slowly worse over years.",
        symptoms: &["Shaking hands", "Writing is harder to read"],
        findings: "Tremor of posture on both sides, none at rest. No rigidity, gait and arm swing normal.",
        treatment: "Explained. Heavy cup, pen with a thick grip. Drug only if it bothers more.",
    },
    later: Encounter {
        complaint: "No worse. Manages with the heavy cup.",
        symptoms: &[],
        findings: "As before, no sign of Parkinson's disease.",
        treatment: "No drug wanted.",
    },
    result: Some("TSH and copper normal."),
    signs: Signs::HEALTHY,
    drugs: &[],
    change: None,
    course: Course::Short,
};

const DEPRESSION: Scenario = Scenario {
    treated_by: &["psychiatry"],
    ages: (18, 120),
    gender: None,
    reason: "Trouble sleeping",
    diagnosis: Coded("Moderate depressive episode", "F32.1"),
    first: Encounter {
        complaint: "Low mood and early waking for {weeks} weeks, less interest in work and friends.",
        symptoms: &["Low mood", "Wakes at four", "Little appetite"],
        findings: "Speaks softly, thoughts in order, no delusions, no thoughts of self-harm. PHQ-9: 16.",
        treatment: "Talked about causes. Sertraline in the morning, talking therapy weekly, walk by daylight.",
    },
    later: Encounter {
        complaint: "Review. Sleeps till six, meets friends again.",
        symptoms: &[],
        findings: "Mood brighter, laughs. PHQ-9: 7. No thoughts of self-harm.",
        treatment: "Same dose for six months after recovery. Therapy every second week.",
    },
    result: Some("TSH, vitamin B12 and blood count normal: no other cause found."),
    signs: Signs {
        mass: (-10, 0),
        ..Signs::HEALTHY
    },
    drugs: &[Drug::tablet("Sertraline", "50 mg", 1)
        .told("In the morning; it takes two to four weeks to work")],
    change: Some((
        &[Drug::tablet("Sertraline", "100 mg", 1).told("In the morning")],
        "Better, but not well after six weeks",
    )),
    course: Course::Long {
        every_months: 6,
        at_home: &[],
    },
};

const MYOPIA: Scenario = Scenario {
    treated_by: &["ophthalmology"],
    ages: (6, 55),
    gender: None,
    reason: "I can't read the board any more",
    diagnosis: Coded("Myopia", "H52.1"),
    first: Encounter {
        complaint: "Far things are blurred for {weeks} weeks, near ones clear.",
        symptoms: &["Blurred far vision"],
        findings: "Right -1.25, left -1.50. Corrected to 6/6 on both sides. Pressure and fundi normal.",
        treatment: "Glasses. Two hours outdoors a day, pauses at the screen.",
    },
    later: Encounter {
        complaint: "Sees well with the glasses.",
        symptoms: &[],
        findings: "6/6 on both sides with glasses.",
        treatment: "Check once a year.",
    },
    result: None,
    signs: Signs::HEALTHY,
    drugs: &[],
    change: None,
    course: Course::Short,
};

const CATARACT: Scenario = Scenario {
    treated_by: &["ophthalmology"],
    ages: (56, 120),
    gender: None,
    reason: "Lights dazzle me at night",
    diagnosis: Coded("Age-related nuclear cataract", "H25.1"),
    first: Encounter {
        complaint: "Dazzled by lights at night, reads with more light for {weeks} weeks.",
        symptoms: &["Glare", "Blurred vision"],
        findings: "Lens cloudy, more on the {side}. Vision 6/12. Pressure 15 mm Hg on both sides, macula normal.",
        treatment: "New glasses for now. Operation offered when it hinders daily life. Drops for dryness.",
    },
    later: Encounter {
        complaint: "Manages with the new glasses by day.",
        symptoms: &[],
        findings: "Vision 6/12, no change.",
        treatment: "Look again in six months.",
    },
    result: None,
    signs: Signs::HEALTHY,
    drugs: &[Drug::new(
        "Carboxymethylcellulose",
        "0.5 %",
        ("1", DoseUnit::Drop),
        Route::Ophthalmic,
        4,
    )
    .for_days(90)],
    change: None,
    course: Course::Short,
};
