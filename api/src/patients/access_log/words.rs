//! Access decisions in words.

use commands::authorization::Relation;
use commands::ports::{AccessEntry, AccessOutcome, ItemKind};
use domain::{AccountId, PersonName, Role};

/// The person who reads about the decisions.
pub struct Viewer {
    /// The account.
    pub account: AccountId,
    /// True if it is the patient's own.
    pub is_patient: bool,
}

impl Viewer {
    /// Returns a decision as a sentence.
    pub fn sentence(&self, entry: &AccessEntry, doctor: Option<&PersonName>) -> String {
        let who = self.who(entry, doctor);
        let what = self.what(entry.item.kind);
        match entry.outcome {
            AccessOutcome::Granted(Relation::BreakGlass) => {
                format!("{who} saw {what} in an emergency.")
            }
            AccessOutcome::Granted(_) => format!("{who} saw {what}."),
            AccessOutcome::Refused => format!("{who} wanted to see {what} and was refused."),
        }
    }

    fn who(&self, entry: &AccessEntry, doctor: Option<&PersonName>) -> String {
        if entry.account == self.account {
            return "You".to_owned();
        }
        let relation = match entry.outcome {
            AccessOutcome::Granted(relation) => Some(relation),
            AccessOutcome::Refused => None,
        };
        let patient = self.patient();
        match (entry.role, relation) {
            (Role::Patient, Some(Relation::OwnPatient)) => "The patient".to_owned(),
            (Role::Patient, Some(_)) => format!("A person who acts for {patient}"),
            (Role::Patient, None) => "Another patient, or a person who acts for one,".to_owned(),
            (Role::Doctor, relation) => {
                let doctor = doctor.map(|name| format!("Dr. {}", name.as_str()));
                let doctor = doctor.unwrap_or_else(|| "A doctor".to_owned());
                match relation {
                    Some(Relation::Treatment) => format!("{doctor}, who treats {patient},"),
                    Some(Relation::Care) => {
                        format!("{doctor}, with whom {patient} had or will have a visit,")
                    }
                    _ => doctor,
                }
            }
            (Role::Receptionist, _) => "The front desk".to_owned(),
            (Role::Admin, _) => "An administrator".to_owned(),
            (Role::Auditor, _) => "An auditor".to_owned(),
        }
    }

    const fn patient(&self) -> &'static str {
        if self.is_patient {
            "you"
        } else {
            "the patient"
        }
    }

    fn what(&self, kind: ItemKind) -> String {
        let whose = if self.is_patient {
            "your"
        } else {
            "the patient's"
        };
        let what = match kind {
            ItemKind::Account => "account with its address",
            ItemKind::Accounts => "account with its address, in a list",
            ItemKind::Card => "name, birth date and contact",
            ItemKind::Profile => "profile",
            ItemKind::Appointment => "visit, with its reason",
            ItemKind::Appointments => "visits, with their reasons",
            ItemKind::DaySheet => "name and visit, on a doctor's day",
            ItemKind::Patients => "name, in a list of a doctor's patients",
            ItemKind::Receipt => "receipt",
            ItemKind::Chart => "chart",
            ItemKind::Consents => "consents",
            ItemKind::BreakGlass => "emergency accesses, with their reasons",
            ItemKind::Erasure => "erasure: its reasons and what is stored",
            ItemKind::AccessLog => "list of accesses",
        };
        format!("{whose} {what}")
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use commands::ports::AccessedItem;
    use domain::{BreakGlassId, PatientId};
    use uuid::Uuid;

    use super::*;

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn entry(role: Role, kind: ItemKind, outcome: AccessOutcome) -> AccessEntry {
        AccessEntry {
            at: DateTime::UNIX_EPOCH,
            account: account(2),
            doctor: None,
            role,
            patient: PatientId::from_uuid(Uuid::nil()),
            item: AccessedItem::new(kind, Uuid::nil()),
            outcome,
            break_glass: None::<BreakGlassId>,
            request: Uuid::nil(),
        }
    }

    #[test]
    fn a_patient_reads_who_saw_what() {
        let viewer = Viewer {
            account: account(1),
            is_patient: true,
        };
        let meera = PersonName::parse("Meera Iyer").unwrap();
        let granted = AccessOutcome::Granted;
        for (role, kind, outcome, sentence) in [
            (
                Role::Doctor,
                ItemKind::Profile,
                granted(Relation::Treatment),
                "Dr. Meera Iyer, who treats you, saw your profile.",
            ),
            (
                Role::Doctor,
                ItemKind::Chart,
                granted(Relation::BreakGlass),
                "Dr. Meera Iyer saw your chart in an emergency.",
            ),
            (
                Role::Receptionist,
                ItemKind::Card,
                granted(Relation::Unrelated),
                "The front desk saw your name, birth date and contact.",
            ),
            (
                Role::Patient,
                ItemKind::Receipt,
                granted(Relation::Proxy),
                "A person who acts for you saw your receipt.",
            ),
            (
                Role::Patient,
                ItemKind::Card,
                AccessOutcome::Refused,
                "Another patient, or a person who acts for one, wanted to see your name, birth date and contact \
                 and was refused.",
            ),
        ] {
            let entry = entry(role, kind, outcome);
            assert_eq!(viewer.sentence(&entry, Some(&meera)), sentence);
        }
    }

    #[test]
    fn an_own_access_and_an_auditors_view_read_differently() {
        let own = Viewer {
            account: account(2),
            is_patient: true,
        };
        let auditor = Viewer {
            account: account(3),
            is_patient: false,
        };
        let outcome = AccessOutcome::Granted(Relation::OwnPatient);
        let entry = entry(Role::Patient, ItemKind::AccessLog, outcome);
        assert_eq!(own.sentence(&entry, None), "You saw your list of accesses.");
        let seen = "The patient saw the patient's list of accesses.";
        assert_eq!(auditor.sentence(&entry, None), seen);
    }

    #[test]
    fn every_kind_has_words() {
        let viewer = Viewer {
            account: account(1),
            is_patient: true,
        };
        for kind in ItemKind::ALL {
            assert!(viewer.what(kind).starts_with("your "));
            assert_eq!(ItemKind::from_stored(kind.as_str()), Some(kind));
        }
    }
}
