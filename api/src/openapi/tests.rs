//! The document against the code and against `docs/api.md`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document;
use crate::http::problem_type::ProblemType;

/// The page on which people look problems up.
const API: &str = include_str!("../../../docs/api.md");

fn described() -> Value {
    serde_json::to_value(document()).unwrap()
}

/// The words in backticks of the table of problems, but for its header.
fn documented_slugs() -> BTreeSet<&'static str> {
    let table = API.split("| status | `type` |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    rows.flat_map(|row| row.split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn every_type_of_problem_is_in_the_document_and_in_the_page_and_no_other_is() {
    let types: BTreeSet<_> = ProblemType::ALL.iter().map(|of| of.slug()).collect();
    assert_eq!(types, documented_slugs());
    let document = described();
    let listed = document["components"]["schemas"]["ProblemType"]["enum"]
        .as_array()
        .unwrap();
    let listed: BTreeSet<_> = listed.iter().map(|slug| slug.as_str().unwrap()).collect();
    assert_eq!(types, listed);
    assert_eq!(
        types.len(),
        ProblemType::ALL.len(),
        "no slug stands for two"
    );
}

#[test]
fn every_type_but_those_of_the_program_itself_is_named_by_an_endpoint() {
    let document = described();
    let text = document["paths"].to_string();
    // The program's own: it makes the ids, asks for amounts that are due, and expires holds when they end.
    let internal = [
        "hold-still-running",
        "appointment-already-exists",
        "payment-already-exists",
        "nothing-to-pay",
        "other-order",
        "payment-not-paid",
        "receipt-already-issued",
        "entry-already-recorded",
        "leave-already-exists",
        "patient-role-without-patient",
        "doctor-role-without-doctor",
        "prescription-already-exists",
        "allergy-already-exists",
    ];
    for problem_type in ProblemType::ALL {
        let named = text.contains(&format!("`{}`", problem_type.slug()));
        assert_ne!(
            named,
            internal.contains(&problem_type.slug()),
            "{}",
            problem_type.slug()
        );
    }
}

#[test]
fn limits_of_lists_are_those_of_the_domain() {
    let document = described();
    let most = |schema: &str, field: &str| {
        let of = &document["components"]["schemas"][schema]["properties"][field]["maxItems"];
        usize::try_from(of.as_u64().unwrap()).unwrap()
    };
    assert_eq!(
        most("HoursRequest", "weeklyHours"),
        domain::WeeklyHours::MAX_OPENINGS
    );
    assert_eq!(
        most("DateHoursRequest", "openings"),
        domain::DayHours::MAX_OPENINGS
    );
    assert_eq!(
        most("RefundPolicyRequest", "refundPolicy"),
        domain::payment::MAX_STEPS
    );
    let content = |field| most("NoteContentBody", field);
    assert_eq!(content("symptoms"), domain::note::Symptoms::MAX);
    assert_eq!(content("diagnoses"), domain::record::Diagnoses::MAX);
    assert_eq!(
        most("PrescriptionRequest", "lines"),
        domain::prescription::PrescriptionLines::MAX
    );
    assert_eq!(
        most("LineBody", "ingredients"),
        domain::prescription::Ingredients::MAX
    );
}

#[test]
fn every_response_that_is_a_problem_admits_the_types_of_its_status_only() {
    let document = described();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let schema = &response["content"]["application/problem+json"]["schema"];
                let Some(types) = schema["allOf"][1]["properties"]["type"]["enum"].as_array()
                else {
                    assert!(schema.is_null(), "{method} {path} {status}");
                    continue;
                };
                assert!(!types.is_empty(), "{method} {path} {status}");
                for slug in types {
                    let of = ProblemType::ALL.iter().find(|of| of.slug() == slug);
                    assert_eq!(
                        of.unwrap().status().as_str(),
                        status,
                        "{method} {path} {slug}"
                    );
                }
            }
        }
    }
}
