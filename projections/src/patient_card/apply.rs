//! Events applied to the cards of patients.

use std::collections::BTreeSet;

use domain::Phi;
use domain::patient::{
    Patient, PatientContactChangedPhi, PatientEvent, PatientIllnessesRecordedPhi,
    PatientRegisteredPhi, Profile, ProfileChange,
};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::query::{self, PatientCard, PatientPhi};
use crate::fold::Fold;
use crate::sealed::SealedRow;
use crate::stored::{Stored, column};

impl Fold for PatientCard {
    type Aggregate = Patient;

    fn id(&self) -> Uuid {
        self.patient.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: PatientEvent, version: i64) -> Option<Self> {
        let card = match event {
            PatientEvent::Registered(registered) => Self {
                patient: registered.patient,
                subject: registered.subject,
                phi: registered.phi.map(PatientPhi::from),
                proxies: BTreeSet::new(),
                version,
            },
            PatientEvent::ContactChanged(changed) => {
                let card = row?;
                let phi = changed_phi(card.phi, changed.phi, with_contact);
                Self { phi, ..card }
            }
            PatientEvent::ProfileChanged(changed) => {
                let card = row?;
                let phi = changed_phi(card.phi, changed.phi, with_profile);
                Self { phi, ..card }
            }
            PatientEvent::IllnessesRecorded(recorded) => {
                let card = row?;
                let phi = changed_phi(card.phi, recorded.phi, with_illnesses);
                Self { phi, ..card }
            }
            PatientEvent::ProxyAdded(added) => {
                let mut card = row?;
                card.proxies.insert(added.account);
                card
            }
            PatientEvent::ProxyRemoved(removed) => {
                let mut card = row?;
                card.proxies.remove(&removed.account);
                card
            }
        };
        Some(Self { version, ..card })
    }
}

/// Both are about one person: if either was erased, so was the other.
fn changed_phi<T>(
    known: Phi<PatientPhi>,
    change: Phi<T>,
    changed: fn(PatientPhi, T) -> PatientPhi,
) -> Phi<PatientPhi> {
    match (known, change) {
        (Phi::Clear(known), Phi::Clear(change)) => Phi::Clear(changed(known, change)),
        (Phi::Erased, _) | (_, Phi::Erased) => Phi::Erased,
        (Phi::Unreadable, _) | (_, Phi::Unreadable) => Phi::Unreadable,
    }
}

fn with_contact(known: PatientPhi, contact: PatientContactChangedPhi) -> PatientPhi {
    let PatientContactChangedPhi { phone, email } = contact;
    PatientPhi {
        phone,
        email,
        ..known
    }
}

fn with_profile(known: PatientPhi, change: ProfileChange) -> PatientPhi {
    PatientPhi {
        phone: change.phone.clone().apply(known.phone),
        profile: known.profile.changed(change),
        ..known
    }
}

fn with_illnesses(known: PatientPhi, recorded: PatientIllnessesRecordedPhi) -> PatientPhi {
    let profile = Profile {
        known_illnesses: Some(recorded.illnesses),
        ..known.profile
    };
    PatientPhi { profile, ..known }
}

impl From<PatientRegisteredPhi> for PatientPhi {
    fn from(registered: PatientRegisteredPhi) -> Self {
        let PatientRegisteredPhi {
            name,
            birth_date,
            phone,
            email,
        } = registered;
        Self {
            name,
            birth_date,
            phone,
            email,
            profile: Profile::default(),
        }
    }
}

impl Stored for SealedRow<PatientCard> {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        query::by_ids(connection, ids).await
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        let (rows, phi) = Self::columns(rows);
        sqlx::query!(
            r#"
            insert into patient_cards as stored (patient_id, subject, phi, proxies, version)
            select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::bigint[])
            on conflict (patient_id) do update
            set
              phi = excluded.phi,
              proxies = excluded.proxies,
              version = excluded.version
            where excluded.version > stored.version
            "#,
            &column(&rows, |row| row.patient.as_uuid()),
            &column(&rows, |row| row.subject.as_uuid()),
            &phi as _,
            &column(&rows, |row| Json(&row.proxies)) as _,
            &column(&rows, |row| row.version)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use domain::patient::PatientProxyAdded;
    use domain::{AccountId, Actor, BirthDate, PatientId, PersonName};

    use super::*;

    fn asha() -> Phi<PatientPhi> {
        let born = NaiveDate::from_ymd_opt(1990, 5, 17).unwrap();
        Phi::Clear(PatientPhi {
            name: PersonName::parse("Asha Rao").unwrap(),
            birth_date: BirthDate::try_from(born).unwrap(),
            phone: None,
            email: None,
            profile: Profile::default(),
        })
    }

    #[test]
    fn a_card_stays_sealed_while_its_personal_data_does_not_change() {
        let (patient, account) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let row = PatientCard {
            patient: PatientId::from_uuid(patient),
            subject: PatientId::from_uuid(patient).subject(),
            phi: Phi::Erased,
            proxies: BTreeSet::new(),
            version: 1,
        };
        let added = PatientEvent::ProxyAdded(PatientProxyAdded {
            patient: row.patient,
            account: AccountId::from_uuid(account),
            evidence: None,
            by: Actor::System,
            at: chrono::DateTime::UNIX_EPOCH,
        });
        let stored = SealedRow::new(row, Some("sealed".to_owned()));
        let row = SealedRow::evolve(Some(stored), added, 2).unwrap();
        let (rows, phi) = SealedRow::columns(std::slice::from_ref(&row));
        assert_eq!((rows[0].version, rows[0].proxies.len()), (2, 1));
        assert_eq!(phi, [Some("sealed")]);
    }

    #[test]
    fn an_erased_patient_does_not_come_back_with_a_new_contact() {
        let contact = PatientContactChangedPhi {
            phone: Some("+911234567".parse().unwrap()),
            email: None,
        };
        assert!(changed_phi(Phi::Erased, Phi::Clear(contact), with_contact).is_erased());
        assert!(changed_phi(asha(), Phi::Erased, with_contact).is_erased());
        let change = Phi::Clear(ProfileChange::default());
        assert!(changed_phi(Phi::Erased, change, with_profile).is_erased());
        assert!(changed_phi(asha(), Phi::Erased, with_illnesses).is_erased());
    }

    #[test]
    fn a_row_of_an_earlier_version_has_an_empty_profile() {
        let stored = serde_json::json!({
            "name": "Asha Rao", "birthDate": "1990-05-17", "phone": null, "email": null,
        });
        let Phi::Clear(asha) = asha() else {
            unreachable!()
        };
        assert_eq!(serde_json::to_value(&asha).unwrap(), stored);
        let read: PatientPhi = serde_json::from_value(stored).unwrap();
        assert_eq!(read, asha);
    }
}
