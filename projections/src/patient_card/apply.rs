//! How events change the cards of patients.

use std::collections::BTreeSet;

use domain::Phi;
use domain::patient::{PatientContactChangedPhi, PatientEvent, PatientRegisteredPhi};
use event_store::{RecordedEvent, Sealing, SubscriberError};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::query::{self, PatientCard, PatientPhi};
use crate::columns::column;
use crate::fold::{Changes, Fold};
use crate::sealed::{Closed, opened_where, sealed};

pub(super) async fn apply(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
    sealing: &Sealing,
) -> Result<(), SubscriberError> {
    let changes = Changes::decode(events)?;
    let stored = query::of(&mut *connection, &changes.aggregates()).await?;
    // A contact is a part of what a card tells, so the rest has to be known.
    let moved = changes.aggregates_where(|event| matches!(event, PatientEvent::ContactChanged(_)));
    let stored = opened_where(sealing, stored, |card| moved.contains(&card.aggregate())).await?;
    write(connection, sealing, &changes.fold(stored)).await?;
    Ok(())
}

impl Fold for PatientCard {
    type Event = PatientEvent;

    fn aggregate(&self) -> Uuid {
        self.patient.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(known: Option<Self>, event: PatientEvent, version: i64) -> Option<Self> {
        let card = match event {
            PatientEvent::Registered(registered) => Self {
                patient: registered.patient,
                subject: registered.subject,
                phi: registered.phi.map(PatientPhi::from),
                proxies: BTreeSet::new(),
                version,
            },
            PatientEvent::ContactChanged(changed) => {
                let card = known?;
                let phi = reached_at(card.phi, changed.phi);
                Self { phi, ..card }
            }
            PatientEvent::ProxyAdded(added) => {
                let mut card = known?;
                card.proxies.insert(added.account);
                card
            }
            PatientEvent::ProxyRemoved(removed) => {
                let mut card = known?;
                card.proxies.remove(&removed.account);
                card
            }
        };
        Some(Self { version, ..card })
    }
}

/// Both speak of one person, so if either was erased, so was the other.
fn reached_at(known: Phi<PatientPhi>, contact: Phi<PatientContactChangedPhi>) -> Phi<PatientPhi> {
    match (known, contact) {
        (Phi::Clear(known), Phi::Clear(PatientContactChangedPhi { phone, email })) => {
            Phi::Clear(PatientPhi {
                phone,
                email,
                ..known
            })
        }
        (Phi::Erased, _) | (_, Phi::Erased) => Phi::Erased,
    }
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
        }
    }
}

async fn write(
    connection: &mut PgConnection,
    sealing: &Sealing,
    rows: &[Closed<PatientCard>],
) -> Result<(), sqlx::Error> {
    let phi = sealed(sealing, rows).await?;
    sqlx::query!(
        r#"
        insert into patient_cards as stored (patient_id, subject, phi, proxies, version)
        select patient_id, subject, phi, proxies, version
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::bigint[])
          as changed (patient_id, subject, phi, proxies, version)
        on conflict (patient_id) do update
        set
          phi = excluded.phi,
          proxies = excluded.proxies,
          version = excluded.version
        where excluded.version > stored.version
        "#,
        &column(rows, |row| row.row().patient.as_uuid()),
        &column(rows, |row| row.row().subject.as_uuid()),
        &phi as _,
        &column(rows, |row| Json(&row.row().proxies)) as _,
        &column(rows, |row| row.row().version)
    )
    .execute(connection)
    .await?;
    Ok(())
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
        })
    }

    /// What is sealed need not be opened to note who may act for the patient.
    #[test]
    fn a_card_stays_sealed_while_nothing_is_said_of_the_patient() {
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
            by: Actor::System,
            at: chrono::DateTime::UNIX_EPOCH,
        });
        let stored = Closed::new(row, Some("sealed".to_owned()));
        let (row, sealed) = Closed::evolve(Some(stored), added, 2).unwrap().into_parts();
        assert_eq!((row.version, row.proxies.len()), (2, 1));
        assert_eq!(sealed.as_deref(), Some("sealed"));
    }

    #[test]
    fn an_erased_patient_does_not_come_back_with_a_new_contact() {
        let contact = PatientContactChangedPhi {
            phone: Some("+911234567".parse().unwrap()),
            email: None,
        };
        assert!(reached_at(Phi::Erased, Phi::Clear(contact)).is_erased());
        assert!(reached_at(asha(), Phi::Erased).is_erased());
    }
}
