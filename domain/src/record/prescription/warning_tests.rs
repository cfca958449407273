//! Warnings: examples, and properties that hold for any drugs.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::test_fixtures::{allergy_id, prescription_id};

/// A line with these names, and nothing else that matters here.
pub(super) fn line(drug: &str, ingredients: &[&str]) -> PrescriptionLine {
    let ingredients: Vec<_> = ingredients
        .iter()
        .map(|name| name.parse().unwrap())
        .collect();
    PrescriptionLine {
        drug: drug.parse().unwrap(),
        ingredients: Ingredients::try_from(ingredients).unwrap(),
        strength: None,
        dose: Dose {
            amount: "1".parse().unwrap(),
            unit: DoseUnit::Tablet,
        },
        route: Route::Oral,
        frequency: Frequency {
            times: Times::try_from(2).unwrap(),
            per: Period::Day,
            as_needed: false,
        },
        course_days: None,
        instructions: None,
    }
}

fn taken(number: u128, drug: &str, ingredients: &[&str]) -> CurrentDrug {
    CurrentDrug {
        prescription: prescription_id(number),
        line: line(drug, ingredients),
    }
}

fn allergy(number: u128, substance: &str) -> KnownAllergy {
    KnownAllergy {
        allergy: allergy_id(number),
        substance: substance.parse().unwrap(),
    }
}

#[test]
fn an_allergy_to_the_drug_or_an_ingredient_is_a_warning() {
    let lines = [
        line("Augmentin", &["Amoxicillin", "Clavulanic acid"]),
        line("Ibuprofen", &[]),
    ];
    let allergies = [
        allergy(1, "amoxicillin"),
        allergy(2, "IBUPROFEN"),
        allergy(3, "Latex"),
    ];
    let expected = [
        Warning::Allergy {
            line: 0,
            allergy: allergy_id(1),
        },
        Warning::Allergy {
            line: 1,
            allergy: allergy_id(2),
        },
    ];
    assert_eq!(warnings(&lines, &[], &allergies), expected);
}

#[test]
fn a_class_among_the_ingredients_is_found() {
    let lines = [line("Amoxicillin 500 mg", &["Penicillin"])];
    let expected = [Warning::Allergy {
        line: 0,
        allergy: allergy_id(1),
    }];
    assert_eq!(warnings(&lines, &[], &[allergy(1, "Penicillin")]), expected);
}

#[test]
fn a_drug_that_is_taken_already_is_a_warning_under_any_brand() {
    let current = [
        taken(1, "Crocin", &["Paracetamol"]),
        taken(2, "Salbutamol inhaler", &[]),
    ];
    let lines = [
        line("Paracetamol 500 mg", &[]),
        line("Ventolin", &["salbutamol"]),
    ];
    let expected = [
        Warning::DuplicateDrug {
            line: 0,
            prescription: prescription_id(1),
        },
        Warning::DuplicateDrug {
            line: 1,
            prescription: prescription_id(2),
        },
    ];
    assert_eq!(warnings(&lines, &current, &[]), expected);
}

#[test]
fn a_drug_that_stands_twice_in_one_prescription_is_a_warning() {
    let lines = [
        line("Aspirin", &[]),
        line("Ibuprofen", &[]),
        line("aspirin 75 mg", &[]),
    ];
    let expected = [Warning::RepeatedDrug {
        line: 2,
        earlier: 0,
    }];
    assert_eq!(warnings(&lines, &[], &[]), expected);
}

#[test]
fn two_courses_of_one_drug_in_one_prescription_are_one_warning() {
    let current = [taken(1, "Aspirin", &[]), taken(1, "Aspirin 75 mg", &[])];
    let expected = [Warning::DuplicateDrug {
        line: 0,
        prescription: prescription_id(1),
    }];
    assert_eq!(warnings(&[line("Aspirin", &[])], &current, &[]), expected);
}

const DRUGS: [&str; 8] = [
    "Amoxicillin",
    "Clavulanic acid",
    "Ibuprofen",
    "Paracetamol",
    "Salbutamol",
    "Metformin",
    "Folic acid",
    "Cetirizine",
];

/// The name, as other people write it.
fn spelt() -> impl Strategy<Value = fn(&str) -> String> {
    select(vec![
        str::to_owned as fn(&str) -> String,
        str::to_uppercase as fn(&str) -> String,
        |name: &str| format!("{name} 500 mg"),
        |name: &str| format!("Tab. {name}"),
        |name: &str| format!("  {}  capsules 250mg", name.to_lowercase()),
        |name: &str| name.replace('a', "a\u{301}"),
        |name: &str| name.split(' ').rev().collect::<Vec<_>>().join(", "),
    ])
}

fn drug() -> impl Strategy<Value = PrescriptionLine> {
    (select(&DRUGS[..]), vec(select(&DRUGS[..]), 0..3))
        .prop_map(|(drug, ingredients)| line(drug, &ingredients))
}

fn current() -> impl Strategy<Value = Vec<CurrentDrug>> {
    vec(drug(), 0..4).prop_map(|lines| {
        let numbered = (1..).zip(lines);
        let current = numbered.map(|(number, line)| CurrentDrug {
            prescription: prescription_id(number),
            line,
        });
        current.collect()
    })
}

fn allergies() -> impl Strategy<Value = Vec<KnownAllergy>> {
    vec(select(&DRUGS[..]), 0..4).prop_map(|substances| {
        let numbered = (1..).zip(substances);
        numbered
            .map(|(number, substance)| allergy(number, substance))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_drug_is_found_however_it_is_spelt(name in select(&DRUGS[..]), spelt in spelt()) {
        let lines = [line(&spelt(name), &[])];
        prop_assert_eq!(warnings(&lines, &[taken(1, name, &[])], &[]).len(), 1);
        prop_assert_eq!(warnings(&lines, &[], &[allergy(1, name)]).len(), 1);
    }

    #[test]
    fn what_one_drug_duplicates_duplicates_it(one in drug(), other in drug()) {
        let taken = |line: &PrescriptionLine| CurrentDrug {
            prescription: prescription_id(1),
            line: line.clone(),
        };
        prop_assert_eq!(
            warnings(std::slice::from_ref(&one), &[taken(&other)], &[]).len(),
            warnings(std::slice::from_ref(&other), &[taken(&one)], &[]).len()
        );
    }

    #[test]
    fn more_knowledge_takes_no_warning_away(
        lines in vec(drug(), 1..5),
        current in current(),
        allergies in allergies(),
    ) {
        let all = warnings(&lines, &current, &allergies);
        for fewer in 0..current.len() {
            let few = warnings(&lines, &current[..fewer], &allergies);
            prop_assert!(few.iter().all(|warning| all.contains(warning)));
        }
        for fewer in 0..allergies.len() {
            let few = warnings(&lines, &current, &allergies[..fewer]);
            prop_assert!(few.iter().all(|warning| all.contains(warning)));
        }
        let first = warnings(&lines[..1], &current, &allergies);
        prop_assert!(first.iter().all(|warning| all.contains(warning)));
    }

    #[test]
    fn drugs_that_share_no_name_have_no_warning(split in 1..DRUGS.len()) {
        let (new, known) = DRUGS.split_at(split);
        // Two acids share a word, and no name.
        let lines: Vec<_> = new.iter().map(|drug| line(drug, &[])).collect();
        let current: Vec<_> = known.iter().map(|drug| taken(1, drug, &[])).collect();
        let allergies: Vec<_> = known.iter().map(|drug| allergy(1, drug)).collect();
        prop_assert_eq!(warnings(&lines, &current, &allergies), []);
    }

    #[test]
    fn overriding_all_warnings_leaves_none(
        lines in vec(drug(), 1..5),
        current in current(),
        allergies in allergies(),
    ) {
        let all = warnings(&lines, &current, &allergies);
        let overridden = OverriddenWarnings {
            warnings: all.clone(),
            reason: "Seen".parse().unwrap(),
        };
        let kept = overridden.narrowed_to(&all).map_or(Vec::new(), |kept| kept.warnings);
        prop_assert_eq!(kept, all);
    }
}
