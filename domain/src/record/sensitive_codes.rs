//! Codes of ICD-10 that belong to a sensitive category.
//!
//! The ranges are blocks and categories of ICD-10 (WHO, version 2019, <https://icd.who.int/browse10/2019/en>). The
//! clinical modification has the same three characters for them. Reproductive health is meant as the programme of action
//! of the International Conference on Population and Development has it (Cairo 1994, paragraph 7.2): it includes sexual
//! health and infections that are transmitted sexually.

use super::icd10::Icd10Code;
use crate::values::SensitiveCategory;

/// Codes from one three-character category to another, or all that begin with one finer code.
struct Codes {
    category: SensitiveCategory,
    from: &'static str,
    to: &'static str,
}

const fn codes(category: SensitiveCategory, from: &'static str, to: &'static str) -> Codes {
    Codes { category, from, to }
}

const fn code(category: SensitiveCategory, code: &'static str) -> Codes {
    codes(category, code, code)
}

const MENTAL_HEALTH: SensitiveCategory = SensitiveCategory::MentalHealth;
const HIV: SensitiveCategory = SensitiveCategory::Hiv;
const REPRODUCTIVE: SensitiveCategory = SensitiveCategory::Reproductive;

/// Tobacco (F17) is left out: it bears on every anaesthesia and most drugs, and is asked of everyone.
static CODES: [Codes; 26] = [
    // Mental and behavioural disorders.
    codes(MENTAL_HEALTH, "F00", "F16"),
    codes(MENTAL_HEALTH, "F18", "F99"),
    // Suicidal ideation, intentional self-harm, and a history of either or of mental disorders.
    code(MENTAL_HEALTH, "R45.8"),
    codes(MENTAL_HEALTH, "X60", "X84"),
    code(MENTAL_HEALTH, "Z86.5"),
    code(MENTAL_HEALTH, "Z91.5"),
    // HIV disease, laboratory evidence of it, infection without symptoms.
    codes(HIV, "B20", "B24"),
    code(HIV, "R75"),
    code(HIV, "Z21"),
    // Dementia in HIV disease, HIV disease in pregnancy, screening, exposure, counselling.
    code(HIV, "F02.4"),
    code(HIV, "O98.7"),
    code(HIV, "Z11.4"),
    code(HIV, "Z20.6"),
    code(HIV, "Z71.7"),
    // Infections that are transmitted sexually.
    codes(REPRODUCTIVE, "A50", "A64"),
    // Sexual dysfunction, disorders of the puerperium, of sexual identity and preference.
    codes(REPRODUCTIVE, "F52", "F53"),
    codes(REPRODUCTIVE, "F64", "F66"),
    // Male infertility, impotence.
    code(REPRODUCTIVE, "N46"),
    code(REPRODUCTIVE, "N48.4"),
    // Inflammatory and other disorders of the female genital organs; infertility and its treatment.
    codes(REPRODUCTIVE, "N70", "N77"),
    codes(REPRODUCTIVE, "N80", "N98"),
    // Pregnancy, childbirth and the puerperium.
    codes(REPRODUCTIVE, "O00", "O9A"),
    // Contact with health services for reproduction: contraception, antenatal care, delivery.
    codes(REPRODUCTIVE, "Z30", "Z3A"),
    code(REPRODUCTIVE, "Z64.0"),
    code(REPRODUCTIVE, "Z87.5"),
    code(REPRODUCTIVE, "Z97.5"),
];

/// Returns the sensitive categories that a diagnosis with this code belongs to.
pub(super) fn categories_of_code(code: &Icd10Code) -> impl Iterator<Item = SensitiveCategory> {
    let of_code = CODES.iter().filter(move |codes| codes.contain(code));
    of_code.map(|codes| codes.category)
}

impl Codes {
    fn contain(&self, code: &Icd10Code) -> bool {
        let category = code.category();
        if self.from.len() == category.len() {
            self.from <= category && category <= self.to
        } else {
            code.as_str().starts_with(self.from)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn found(code: &str) -> BTreeSet<SensitiveCategory> {
        let code = Icd10Code::parse(code).unwrap();
        categories_of_code(&code).collect()
    }

    #[test]
    fn codes_at_each_boundary_belong_to_their_categories() {
        for (code, expected) in [
            ("E99", vec![]),
            ("F00.1", vec![MENTAL_HEALTH]),
            ("F16", vec![MENTAL_HEALTH]),
            ("F17.2", vec![]),
            ("F18", vec![MENTAL_HEALTH]),
            ("F99", vec![MENTAL_HEALTH]),
            ("G00", vec![]),
            ("R45.8", vec![MENTAL_HEALTH]),
            ("R45.851", vec![MENTAL_HEALTH]),
            ("R45.7", vec![]),
            ("R45", vec![]),
            ("X59", vec![]),
            ("X60", vec![MENTAL_HEALTH]),
            ("X84", vec![MENTAL_HEALTH]),
            ("X85", vec![]),
            ("B19", vec![]),
            ("B20", vec![HIV]),
            ("B24", vec![HIV]),
            ("B25", vec![]),
            ("Z20.5", vec![]),
            ("Z20.6", vec![HIV]),
            ("Z21", vec![HIV]),
            ("Z22", vec![]),
            ("F02.4", vec![MENTAL_HEALTH, HIV]),
            ("O98.7", vec![HIV, REPRODUCTIVE]),
            ("A49", vec![]),
            ("A53.9", vec![REPRODUCTIVE]),
            ("A65", vec![]),
            ("F52.2", vec![MENTAL_HEALTH, REPRODUCTIVE]),
            ("N45", vec![]),
            ("N46", vec![REPRODUCTIVE]),
            ("N48.4", vec![REPRODUCTIVE]),
            ("N48.1", vec![]),
            ("N63", vec![]),
            ("N70.0", vec![REPRODUCTIVE]),
            ("N78", vec![]),
            ("N98", vec![REPRODUCTIVE]),
            ("N99", vec![]),
            ("O00", vec![REPRODUCTIVE]),
            ("O9A.1", vec![REPRODUCTIVE]),
            ("Z29", vec![]),
            ("Z30", vec![REPRODUCTIVE]),
            ("Z3A.20", vec![REPRODUCTIVE]),
            ("Z39", vec![REPRODUCTIVE]),
            ("Z40", vec![]),
            ("J45.9", vec![]),
        ] {
            assert_eq!(found(code), expected.into_iter().collect(), "{code}");
        }
    }
}
