//! Events applied to the consents of patients.

use std::collections::BTreeMap;

use domain::Phi;
use domain::consent::{ConsentEvent, ConsentGranted, Consents};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::query::{self, ConsentPhi, GivenConsent, PatientConsents};
use crate::fold::Fold;
use crate::sealed::SealedRow;
use crate::stored::{Stored, column};

impl Fold for PatientConsents {
    type Aggregate = Consents;

    fn id(&self) -> Uuid {
        self.patient.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: ConsentEvent, version: i64) -> Option<Self> {
        let consents = match event {
            ConsentEvent::Granted(granted) => row
                .unwrap_or_else(|| Self::none_yet(&granted))
                .with(granted),
            ConsentEvent::Withdrawn(withdrawn) => {
                let mut consents = row?;
                if let Some(given) = consents.given.get_mut(&withdrawn.consent) {
                    given.withdrawn_at.get_or_insert(withdrawn.at);
                }
                consents
            }
        };
        Some(Self {
            version,
            ..consents
        })
    }
}

impl PatientConsents {
    fn none_yet(first: &ConsentGranted) -> Self {
        Self {
            patient: first.patient,
            given: BTreeMap::new(),
            subject: first.subject,
            phi: Phi::Clear(ConsentPhi::default()),
            version: 0,
        }
    }

    /// Both are about one person: if either was erased, so was the other.
    fn with(mut self, granted: ConsentGranted) -> Self {
        let consent = granted.consent;
        let given = GivenConsent {
            given_by: granted.given_by,
            from: granted.at,
            until: granted.until,
            withdrawn_at: None,
        };
        self.given.insert(consent, given);
        self.phi = match (self.phi, granted.phi) {
            (Phi::Clear(mut known), Phi::Clear(new)) => {
                known.purposes.insert(consent, new.purpose);
                Phi::Clear(known)
            }
            (Phi::Erased, _) | (_, Phi::Erased) => Phi::Erased,
            (Phi::Unreadable, _) | (_, Phi::Unreadable) => Phi::Unreadable,
        };
        self
    }
}

impl Stored for SealedRow<PatientConsents> {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        query::by_ids(connection, ids).await
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        let (rows, phi) = Self::columns(rows);
        sqlx::query!(
            r#"
            insert into patient_consents as stored (patient_id, given, subject, phi, version)
            select * from unnest($1::uuid[], $2::jsonb[], $3::uuid[], $4::text[], $5::bigint[])
            on conflict (patient_id) do update
            set
              given = excluded.given,
              phi = excluded.phi,
              version = excluded.version
            where excluded.version > stored.version
            "#,
            &column(&rows, |row| row.patient.as_uuid()),
            &column(&rows, |row| Json(&row.given)) as _,
            &column(&rows, |row| row.subject.as_uuid()),
            &phi as _,
            &column(&rows, |row| row.version)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
