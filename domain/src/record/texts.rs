//! Texts of the clinical record. All of them are PHI: they are used in `phi` only, and `Debug` hides them.

use serde::{Deserialize, Serialize};

use crate::values::text::{self, InvalidText, redacted_debug, text_value};

macro_rules! clinical_texts {
    ($($(#[$doc:meta])+ $name:ident: $rule:ident, $max:literal;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The longest accepted, in characters.
            pub const MAX_CHARS: usize = $max;

            /// Trims and checks the text.
            ///
            /// # Errors
            /// [`InvalidText`] names the rule that it breaks.
            pub fn parse(raw: &str) -> Result<Self, InvalidText> {
                text::$rule(raw, Self::MAX_CHARS).map(Self)
            }
        }

        text_value!($name, InvalidText);
        redacted_debug!($name);
    )+};
}

clinical_texts! {
    /// A section of a note, of several lines.
    ClinicalText: many_lines, 10_000;
    /// A symptom, as the patient tells it.
    Symptom: one_line, 200;
    /// A condition in words.
    ConditionName: one_line, 300;
    /// A drug, by its brand or generic name.
    DrugName: name, 200;
    /// A substance: an ingredient of a drug, or a cause of an allergy.
    SubstanceName: name, 200;
    /// The strength of a drug, such as `250 mg / 5 ml`.
    Strength: one_line, 100;
    /// Instructions to the patient for one drug.
    DoseInstructions: many_lines, 1_000;
    /// A reaction to a substance.
    ReactionText: one_line, 500;
    /// A vaccine, by its brand or generic name.
    VaccineName: name, 200;
    /// The lot of a vaccine.
    LotNumber: one_line, 100;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clinical_texts_hide_from_debug_output() {
        let text = ClinicalText::parse("Chest pain\nsince Monday").unwrap();
        assert_eq!(format!("{text:?}"), "ClinicalText(…)");
    }

    #[test]
    fn a_name_of_a_drug_has_a_letter_and_one_line() {
        assert!(DrugName::parse("Amoxicillin").is_ok());
        assert_eq!(DrugName::parse("--"), Err(InvalidText::NoLetter));
        assert_eq!(DrugName::parse("a\nb"), Err(InvalidText::ControlCharacter));
    }
}
