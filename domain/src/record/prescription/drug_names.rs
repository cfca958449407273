//! Names of a drug in a form in which they can be compared.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

use super::line::PrescriptionLine;
use crate::record::SubstanceName;

/// Words that say in which form a drug is sold, and not which drug it is.
const FORMS: [&str; 24] = [
    "tablet",
    "tablets",
    "tab",
    "tabs",
    "capsule",
    "capsules",
    "cap",
    "caps",
    "syrup",
    "suspension",
    "solution",
    "injection",
    "inj",
    "drops",
    "cream",
    "ointment",
    "gel",
    "spray",
    "inhaler",
    "patch",
    "sachet",
    "oral",
    "forte",
    "er",
];

/// Units of a strength.
const UNITS: [&str; 8] = ["mg", "g", "mcg", "ug", "μg", "ml", "iu", "units"];

/// Words that join the names of two ingredients, beside `+`, `/`, `&` and `;`.
const JOINING: [&str; 2] = ["and", "with"];

/// The names of a drug and of its ingredients. Each is a set of words: their order, case, accents and punctuation do
/// not matter, nor strengths and forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DrugNames(BTreeSet<BTreeSet<String>>);

impl DrugNames {
    /// Reads them from a line of a prescription.
    pub(super) fn from_line(line: &PrescriptionLine) -> Self {
        let ingredients = line.ingredients.as_slice().iter();
        let names = ingredients.map(SubstanceName::as_str);
        Self::from_names(names.chain([line.drug.as_str()]))
    }

    fn from_names<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        Self(names.flat_map(names_in).collect())
    }

    /// True if both have an ingredient of one name.
    pub(super) fn share_ingredient(&self, other: &Self) -> bool {
        !self.0.is_disjoint(&other.0)
    }

    /// True if a substance is one of them, or a more general name for one: `penicillin` is contained in
    /// `benzyl penicillin`.
    pub(super) fn contain(&self, substance: &SubstanceName) -> bool {
        let mut substances = names_in(substance.as_str()).into_iter();
        substances.any(|general| self.0.iter().any(|name| general.is_subset(name)))
    }
}

/// Returns the names that a text joins, each as its words. A text of strengths and forms only is one name.
fn names_in(text: &str) -> Vec<BTreeSet<String>> {
    // Accents, and not the vowel signs of scripts that write them as marks.
    let letters = text.nfkd().filter(|c| !('\u{300}'..='\u{36f}').contains(c));
    let folded: String = letters.flat_map(char::to_lowercase).collect();
    let mut names = Vec::new();
    for part in folded.split(['+', '/', '&', ';']) {
        names.push(BTreeSet::new());
        for word in words(part) {
            if JOINING.contains(&word) {
                names.push(BTreeSet::new());
            } else if let (false, Some(name)) = (is_strength_or_form(word), names.last_mut()) {
                name.insert(word.to_owned());
            }
        }
    }
    names.retain(|name| !name.is_empty());
    if names.is_empty() {
        names.push(words(&folded).map(str::to_owned).collect());
    }
    names
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty())
}

/// True for `500`, `500mg`, `mg`, `tablet` and the like, and not for `b12`.
fn is_strength_or_form(word: &str) -> bool {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    unit.is_empty() || UNITS.contains(&unit) || FORMS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(name: &str) -> DrugNames {
        DrugNames::from_names([name].into_iter())
    }

    #[test]
    fn strength_form_case_accents_and_order_do_not_matter() {
        for name in [
            "amoxicillin",
            "AMOXICILLIN 500 mg",
            "Amoxicillin Tablets 500mg",
            "Amoxicillín, caps",
            "tab. amoxicillin",
        ] {
            assert!(
                names(name).share_ingredient(&names("Amoxicillin")),
                "{name}"
            );
        }
        assert_eq!(names("folic acid"), names("Acid, Folic"));
    }

    #[test]
    fn a_combination_has_each_of_its_ingredients() {
        for name in [
            "Amoxicillin 500 mg + Clavulanic acid 125 mg",
            "amoxicillin/clavulanic acid 250 mg/5 ml",
            "Amoxicillin and clavulanic acid",
        ] {
            let combination = names(name);
            assert!(
                combination.share_ingredient(&names("clavulanic acid")),
                "{name}"
            );
            assert!(
                combination.share_ingredient(&names("amoxicillin")),
                "{name}"
            );
            assert!(
                !combination.share_ingredient(&names("ascorbic acid")),
                "{name}"
            );
        }
    }

    #[test]
    fn two_syrups_share_no_ingredient_by_their_strength() {
        let syrup = names("Paracetamol syrup 120 mg/5 ml");
        assert!(!syrup.share_ingredient(&names("Salbutamol syrup 2 mg/5 ml")));
    }

    #[test]
    fn a_word_with_a_number_tells_drugs_apart() {
        assert!(!names("vitamin B12").share_ingredient(&names("vitamin B6")));
    }

    #[test]
    fn a_text_of_strengths_and_forms_is_a_name_too() {
        assert!(names("500 mg tablets").share_ingredient(&names("500 MG Tablets")));
        assert!(!names("500 mg tablets").share_ingredient(&names("250 mg tablets")));
    }

    #[test]
    fn a_general_substance_contains_a_more_exact_one_and_not_the_reverse() {
        let substance = |name| SubstanceName::parse(name).unwrap();
        assert!(names("Benzyl penicillin").contain(&substance("Penicillin")));
        assert!(!names("Penicillin").contain(&substance("Benzyl penicillin")));
        assert!(!names("Ibuprofen").contain(&substance("Penicillin")));
    }
}
