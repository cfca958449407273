//! The sensitive categories of an entry: derived from its diagnoses, and changed by its author.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::diagnosis::Diagnosis;
use super::sensitive_codes::categories_of_code;
use crate::values::SensitiveCategory;
use crate::values::text::redacted_debug;

/// The changes that the author of an entry makes to its derived categories.
///
/// In a correction or an amendment, none (`Option::None`) keeps those of the revision before.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sensitivity {
    /// Categories that it belongs to, whatever is derived.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub added: BTreeSet<SensitiveCategory>,
    /// Derived categories that it does not belong to. One that is also added stays.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub removed: BTreeSet<SensitiveCategory>,
}

redacted_debug!(Sensitivity);

impl Sensitivity {
    /// Returns the categories of an entry, or of a part of one, with these diagnoses of the patient.
    pub fn categories<'a>(
        own: Option<&Self>,
        diagnoses: impl IntoIterator<Item = &'a Diagnosis>,
    ) -> BTreeSet<SensitiveCategory> {
        let codes = diagnoses.into_iter().filter_map(|one| one.icd10.as_ref());
        let derived = codes.flat_map(categories_of_code);
        let Some(Self { added, removed }) = own else {
            return derived.collect();
        };
        let kept = derived.filter(|category| !removed.contains(category));
        kept.chain(added.iter().copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    use super::*;
    use crate::record::{ConditionName, Icd10Code};

    fn diagnosis(code: &str) -> Diagnosis {
        Diagnosis {
            condition: ConditionName::parse("Condition").unwrap(),
            icd10: Some(Icd10Code::parse(code).unwrap()),
        }
    }

    fn own(added: &[SensitiveCategory], removed: &[SensitiveCategory]) -> Sensitivity {
        Sensitivity {
            added: added.iter().copied().collect(),
            removed: removed.iter().copied().collect(),
        }
    }

    #[test]
    fn a_derived_category_goes_only_if_it_is_removed_by_name() {
        let depression = [diagnosis("F32.1")];
        let mental = BTreeSet::from([SensitiveCategory::MentalHealth]);
        assert_eq!(Sensitivity::categories(None, &depression), mental);
        let nothing_said = Sensitivity::default();
        assert_eq!(
            Sensitivity::categories(Some(&nothing_said), &depression),
            mental
        );
        let removed = own(&[], &[SensitiveCategory::MentalHealth]);
        assert!(Sensitivity::categories(Some(&removed), &depression).is_empty());
        let other = own(&[], &[SensitiveCategory::Hiv]);
        assert_eq!(Sensitivity::categories(Some(&other), &depression), mental);
    }

    #[test]
    fn debug_output_does_not_tell_the_categories() {
        let own = own(&[SensitiveCategory::Hiv], &[]);
        assert_eq!(format!("{own:?}"), "Sensitivity(…)");
    }

    fn categories() -> impl Strategy<Value = Vec<SensitiveCategory>> {
        subsequence(SensitiveCategory::ALL.to_vec(), 0..=3)
    }

    proptest! {
        #[test]
        fn what_is_added_is_there_and_what_is_removed_is_not(
            codes in prop::collection::vec(select(vec!["F32.1", "B20", "O80", "J45", "O98.7"]), 0..4),
            (added, removed) in (categories(), categories()),
        ) {
            let diagnoses: Vec<_> = codes.into_iter().map(diagnosis).collect();
            let derived = Sensitivity::categories(None, &diagnoses);
            let found = Sensitivity::categories(Some(&own(&added, &removed)), &diagnoses);
            for category in SensitiveCategory::ALL {
                let expected = added.contains(&category)
                    || (derived.contains(&category) && !removed.contains(&category));
                prop_assert_eq!(found.contains(&category), expected);
            }
        }
    }
}
