//! Names for those who only fill the waiting rooms, by clinic: every given name with every family name.

use domain::Gender;

/// Given and family names as they are heard in a town.
pub(super) struct Names {
    given: [&'static str; 16],
    family: [&'static str; 11],
}

/// By clinic, in the order of the clinics' list.
pub(super) const NAMES: [Names; 4] = [
    Names {
        given: [
            "Aarti",
            "Amol",
            "Archana",
            "Chetan",
            "Ganesh",
            "Ishita",
            "Jayant",
            "Kalpana",
            "Mahesh",
            "Manasi",
            "Nilesh",
            "Pallavi",
            "Pravin",
            "Shubhangi",
            "Swapnil",
            "Varsha",
        ],
        family: [
            "Bapat", "Dalvi", "Gadgil", "Kadam", "Kelkar", "More", "Nene", "Parab", "Sawant",
            "Tambe", "Wagh",
        ],
    },
    Names {
        given: [
            "Aditi",
            "Bhavana",
            "Chandan",
            "Darshan",
            "Geetha",
            "Harsha",
            "Kiran",
            "Lohith",
            "Mamatha",
            "Naveen",
            "Pavithra",
            "Praveen",
            "Rashmi",
            "Santosh",
            "Sowmya",
            "Tejaswini",
        ],
        family: [
            "Aithal", "Bangera", "Desai", "Gowda", "Hebbar", "Iyengar", "Kulkarni", "Murthy",
            "Reddy", "Shenoy", "Urs",
        ],
    },
    Names {
        given: [
            "Abdul", "Aleena", "Anju", "Biju", "Deepthi", "Febin", "Greeshma", "Jijo", "Lekha",
            "Manju", "Nikhila", "Rahul", "Reshma", "Sajan", "Shyam", "Vineeth",
        ],
        family: [
            "Antony",
            "Cherian",
            "Jacob",
            "Kuruvilla",
            "Menon",
            "Nair",
            "Panicker",
            "Pillai",
            "Salim",
            "Varma",
            "Zachariah",
        ],
    },
    Names {
        given: [
            "Alice",
            "Amina",
            "Ben",
            "Charlotte",
            "David",
            "Eleanor",
            "Grace",
            "Hassan",
            "Isla",
            "Jack",
            "Kwame",
            "Liam",
            "Nadia",
            "Oliver",
            "Rosa",
            "Tomasz",
        ],
        family: [
            "Adeyemi", "Bennett", "Clarke", "Davies", "Evans", "Farah", "Hall", "Ivanova",
            "Kowalski", "Mensah", "Singh",
        ],
    },
];

/// Given names of men and boys, in this list and those of patients; the others are of women and girls.
const MALE: [&str; 48] = [
    "Aadil", "Abdul", "Amol", "Arjun", "Ayaan", "Ben", "Biju", "Chandan", "Chetan", "Daniel",
    "Darshan", "David", "Farhan", "Febin", "Ganesh", "Harsha", "Hassan", "Imran", "Ishaan", "Jack",
    "Jayant", "Jijo", "Kiran", "Kwame", "Leo", "Liam", "Lohith", "Mahesh", "Naveen", "Nilesh",
    "Oliver", "Om", "Owen", "Praveen", "Pravin", "Rahul", "Reyansh", "Rohan", "Sajan", "Sanjay",
    "Santosh", "Shyam", "Swapnil", "Thomas", "Tomasz", "Vihaan", "Vikram", "Vineeth",
];

/// Returns the gender that goes with a given name.
pub(super) fn gender(name: &str) -> Gender {
    let given = name.split(' ').next().unwrap_or(name);
    if MALE.contains(&given) {
        Gender::Male
    } else {
        Gender::Female
    }
}

impl Names {
    /// A name, another one for each number below 176.
    pub(super) fn name(&self, number: usize) -> String {
        // 16 and 11 have no divisor in common, so that no pair comes back before all were there.
        let given = self.given[number % self.given.len()];
        let family = self.family[number % self.family.len()];
        format!("{given} {family}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_given_once() {
        for names in NAMES {
            let all: BTreeSet<_> = (0..176).map(|number| names.name(number)).collect();
            assert_eq!(all.len(), 176);
        }
    }
}
