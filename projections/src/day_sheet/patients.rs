//! Names of patients. A patient does not change the name yet.

use domain::patient::{Patient, PatientEvent};
use domain::{PatientId, PersonName, Phi, SubjectId};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::fold::Fold;
use crate::sealed::{Personal, SealedRow};
use crate::stored::{Stored, column};

/// Row of `day_sheet_patients`.
pub(super) struct StoredPatient {
    patient: PatientId,
    subject: SubjectId,
    phi: Phi<PatientPhi>,
    version: i64,
}

/// Personal data of a patient, as far as the day sheet shows it.
#[derive(Serialize, Deserialize)]
pub(super) struct PatientPhi {
    pub(super) name: PersonName,
}

impl Fold for StoredPatient {
    type Aggregate = Patient;

    fn id(&self) -> Uuid {
        self.patient.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: PatientEvent, version: i64) -> Option<Self> {
        match event {
            PatientEvent::Registered(registered) => Some(Self {
                patient: registered.patient,
                subject: registered.subject,
                phi: registered.phi.map(|phi| PatientPhi { name: phi.name }),
                version,
            }),
            PatientEvent::ContactChanged(_)
            | PatientEvent::ProfileChanged(_)
            | PatientEvent::IllnessesRecorded(_)
            | PatientEvent::ProxyAdded(_)
            | PatientEvent::ProxyRemoved(_) => row,
        }
    }
}

impl Personal for StoredPatient {
    type Content = PatientPhi;

    const TABLE: &'static str = "day_sheet_patients";

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&mut self) -> &mut Phi<PatientPhi> {
        &mut self.phi
    }
}

impl Stored for SealedRow<StoredPatient> {
    /// The row follows from the first event alone and is never read for another one.
    async fn by_ids(_: &mut PgConnection, _: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        Ok(Vec::new())
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        let (rows, phi) = Self::columns(rows);
        sqlx::query!(
            r#"
            insert into day_sheet_patients (patient_id, subject, phi, version)
            select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[])
            on conflict (patient_id) do nothing
            "#,
            &column(&rows, |row| row.patient.as_uuid()),
            &column(&rows, |row| row.subject.as_uuid()),
            &phi as _,
            &column(&rows, |row| row.version)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
