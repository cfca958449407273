//! What is known of a patient beside the visits: allergies, vaccinations, the family, habits. As data, with the rules by
//! which a patient has it.

use domain::Gender;
use domain::allergy_list::Severity;
use domain::health_summary::{FamilyMember, SocialTopic};

use super::scenario::Coded;

/// An allergy or an intolerance.
pub(super) struct KnownAllergy {
    pub(super) substance: &'static str,
    pub(super) reaction: &'static str,
    pub(super) severity: Severity,
}

/// One of these for each patient who has an allergy.
pub(super) const ALLERGIES: [KnownAllergy; 9] = [
    KnownAllergy {
        substance: "Penicillin",
        reaction: "Itching rash within a day",
        severity: Severity::Moderate,
    },
    KnownAllergy {
        substance: "Peanut",
        reaction: "Swollen lips and wheezing",
        severity: Severity::Severe,
    },
    KnownAllergy {
        substance: "Sulfamethoxazole",
        reaction: "Rash all over",
        severity: Severity::Moderate,
    },
    KnownAllergy {
        substance: "House dust mite",
        reaction: "Sneezing",
        severity: Severity::Mild,
    },
    KnownAllergy {
        substance: "Latex",
        reaction: "Red, itching hands",
        severity: Severity::Mild,
    },
    KnownAllergy {
        substance: "Aspirin",
        reaction: "Wheezing",
        severity: Severity::Severe,
    },
    KnownAllergy {
        substance: "Prawns",
        reaction: "Hives",
        severity: Severity::Moderate,
    },
    KnownAllergy {
        substance: "Iodinated contrast",
        reaction: "Flush and nausea",
        severity: Severity::Mild,
    },
    KnownAllergy {
        substance: "Wasp venom",
        reaction: "Large swelling",
        severity: Severity::Moderate,
    },
];

/// Allergies of the demo's patient: a doctor is warned about either.
pub(super) const OF_THE_PATIENT: [KnownAllergy; 2] = [
    KnownAllergy {
        substance: "Penicillin",
        reaction: "Itching rash within a day",
        severity: Severity::Moderate,
    },
    KnownAllergy {
        substance: "Amlodipine",
        reaction: "Swollen ankles with 10 mg",
        severity: Severity::Mild,
    },
];

/// A condition of a relative, with the age at its onset.
pub(super) struct Relative(pub(super) FamilyMember, pub(super) Coded, pub(super) u8);

pub(super) const FAMILY: [Relative; 9] = [
    Relative(
        FamilyMember::Father,
        Coded("Acute myocardial infarction", "I21.9"),
        58,
    ),
    Relative(
        FamilyMember::Mother,
        Coded("Type 2 diabetes mellitus", "E11.9"),
        52,
    ),
    Relative(
        FamilyMember::Mother,
        Coded("Malignant neoplasm of breast", "C50.9"),
        61,
    ),
    Relative(
        FamilyMember::Father,
        Coded("Essential hypertension", "I10"),
        47,
    ),
    Relative(FamilyMember::Brother, Coded("Asthma", "J45.9"), 9),
    Relative(
        FamilyMember::MaternalGrandmother,
        Coded("Hypothyroidism", "E03.9"),
        40,
    ),
    Relative(
        FamilyMember::PaternalGrandfather,
        Coded("Stroke", "I64"),
        70,
    ),
    Relative(FamilyMember::Sister, Coded("Migraine", "G43.9"), 17),
    Relative(
        FamilyMember::MaternalGrandfather,
        Coded("Glaucoma", "H40.9"),
        66,
    ),
];

/// Habits of adults. Those with `given_up` are over.
pub(super) struct Habit {
    pub(super) topic: SocialTopic,
    pub(super) statement: &'static str,
    pub(super) given_up: bool,
}

const fn habit(topic: SocialTopic, statement: &'static str) -> Habit {
    Habit {
        topic,
        statement,
        given_up: false,
    }
}

pub(super) const HABITS: [Habit; 8] = [
    habit(SocialTopic::Tobacco, "Has never smoked"),
    habit(
        SocialTopic::Occupation,
        "Works at a desk, eight hours a day",
    ),
    habit(SocialTopic::Exercise, "Walks half an hour on most days"),
    Habit {
        topic: SocialTopic::Tobacco,
        statement: "Smokes ten cigarettes a day",
        given_up: true,
    },
    habit(SocialTopic::Diet, "Vegetarian, takes milk and eggs"),
    habit(SocialTopic::Alcohol, "Two glasses of beer at the weekend"),
    habit(SocialTopic::Occupation, "Teaches at a school, stands much"),
    habit(
        SocialTopic::Housing,
        "Lives with partner and parents on the third floor, no lift",
    ),
];

pub(super) const HABITS_OF_CHILDREN: [Habit; 3] = [
    habit(
        SocialTopic::Housing,
        "Lives with both parents; no one smokes at home",
    ),
    habit(SocialTopic::Exercise, "Plays outside every day"),
    habit(
        SocialTopic::Diet,
        "Eats with the family, likes no vegetables",
    ),
];

/// A condition that is over, with the age at which adults had it.
pub(super) const PAST: [(Coded, u32); 4] = [
    (Coded("Dengue fever", "A90"), 19),
    (Coded("Fracture of forearm", "S52.9"), 12),
    (Coded("Acute appendicitis, operated", "K35.8"), 16),
    (Coded("Chickenpox", "B01.9"), 7),
];

/// A vaccination of a child: the vaccine, the number of the dose, the age in weeks.
pub(super) const CHILDHOOD: [(&str, u8, u32); 8] = [
    ("BCG", 1, 1),
    ("Hepatitis B", 1, 1),
    ("DTP-HepB-Hib", 1, 6),
    ("DTP-HepB-Hib", 2, 10),
    ("DTP-HepB-Hib", 3, 14),
    ("Measles, mumps and rubella", 1, 39),
    ("Measles, mumps and rubella", 2, 65),
    ("DTP booster", 1, 72),
];

/// A vaccination of adults: the vaccine, the number of the dose, the month.
pub(super) const OF_ADULTS: [(&str, u8, &str); 2] = [
    ("COVID-19, viral vector", 1, "2021-05"),
    ("COVID-19, viral vector", 2, "2021-08"),
];
/// From this age on, a vaccination against influenza each autumn.
pub(super) const FLU_FROM: u32 = 60;

/// Heights of adults in centimetres, the shortest and by how much the others are taller.
pub(super) const fn height(gender: Gender) -> (i32, i32) {
    match gender {
        Gender::Male => (160, 24),
        Gender::Female | Gender::Other | Gender::Unknown => (148, 23),
    }
}
