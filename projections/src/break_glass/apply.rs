//! Events applied to the emergency accesses to charts.

use domain::Phi;
use domain::break_glass::{
    BreakGlass, BreakGlassEvent, BreakGlassOpened, BreakGlassReviewed, BreakGlassReviewedPhi,
    Verdict,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::query::{self, BreakGlassPhi, ListedBreakGlass};
use crate::fold::Fold;
use crate::sealed::SealedRow;
use crate::stored::{Stored, column};

impl Fold for ListedBreakGlass {
    type Aggregate = BreakGlass;

    fn id(&self) -> Uuid {
        self.break_glass.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: BreakGlassEvent, version: i64) -> Option<Self> {
        let access = match event {
            BreakGlassEvent::Opened(opened) => Self::opened(opened),
            BreakGlassEvent::Reviewed(reviewed) => row?.reviewed(reviewed),
        };
        Some(Self { version, ..access })
    }
}

impl ListedBreakGlass {
    fn opened(opened: BreakGlassOpened) -> Self {
        Self {
            break_glass: opened.break_glass,
            patient: opened.patient,
            account: opened.account,
            doctor: opened.doctor,
            clinic: opened.clinic,
            opened_at: opened.at,
            ends_at: opened.until,
            verdict: None,
            reviewed_at: None,
            reviewed_by: None,
            subject: opened.subject,
            phi: opened.phi.map(|phi| BreakGlassPhi {
                reason: phi.reason,
                note: None,
            }),
            version: 1,
        }
    }

    fn reviewed(self, reviewed: BreakGlassReviewed) -> Self {
        Self {
            verdict: Some(reviewed.verdict),
            reviewed_at: Some(reviewed.at),
            reviewed_by: reviewed.by.account_id(),
            phi: with_note(self.phi, reviewed.phi),
            ..self
        }
    }
}

/// Both are about one person: if either was erased, so was the other.
fn with_note(known: Phi<BreakGlassPhi>, review: Phi<BreakGlassReviewedPhi>) -> Phi<BreakGlassPhi> {
    match (known, review) {
        (Phi::Clear(known), Phi::Clear(review)) => Phi::Clear(BreakGlassPhi {
            note: review.note,
            ..known
        }),
        (Phi::Erased, _) | (_, Phi::Erased) => Phi::Erased,
        (Phi::Unreadable, _) | (_, Phi::Unreadable) => Phi::Unreadable,
    }
}

impl Stored for SealedRow<ListedBreakGlass> {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        query::by_ids(connection, ids).await
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        let (rows, phi) = Self::columns(rows);
        sqlx::query!(
            r#"
            insert into break_glass_accesses as stored (
              break_glass_id, patient_id, account_id, doctor_id, clinic_id, opened_at, ends_at,
              verdict, reviewed_at, reviewed_by, subject, phi, version
            )
            select * from unnest(
              $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::timestamptz[],
              $7::timestamptz[], $8::text[], $9::timestamptz[], $10::uuid[], $11::uuid[],
              $12::text[], $13::bigint[]
            )
            on conflict (break_glass_id) do update
            set
              verdict = excluded.verdict,
              reviewed_at = excluded.reviewed_at,
              reviewed_by = excluded.reviewed_by,
              phi = excluded.phi,
              version = excluded.version
            where excluded.version > stored.version
            "#,
            &column(&rows, |row| row.break_glass.as_uuid()),
            &column(&rows, |row| row.patient.as_uuid()),
            &column(&rows, |row| row.account.as_uuid()),
            &column(&rows, |row| row.doctor.map(|doctor| doctor.as_uuid())) as _,
            &column(&rows, |row| row.clinic.as_uuid()),
            &column(&rows, |row| row.opened_at),
            &column(&rows, |row| row.ends_at),
            &column(&rows, |row| row.verdict.map(Verdict::as_str)) as _,
            &column(&rows, |row| row.reviewed_at) as _,
            &column(&rows, |row| row
                .reviewed_by
                .map(|account| account.as_uuid())) as _,
            &column(&rows, |row| row.subject.as_uuid()),
            &phi as _,
            &column(&rows, |row| row.version)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
