//! Events applied to erasures.

use chrono::{DateTime, Utc};
use domain::erasure::{Erasure, ErasureCarriedOut, ErasureEvent, ErasureReasonPhi, ErasureStatus};
use domain::{Actor, Phi, SubjectId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::query::{self, Certificate, ErasurePhi, LegalHold, ListedErasure, Signed};
use crate::fold::Fold;
use crate::sealed::SealedRow;
use crate::stored::{Stored, column};

impl Fold for ListedErasure {
    type Aggregate = Erasure;

    fn id(&self) -> Uuid {
        self.person.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: ErasureEvent, version: i64) -> Option<Self> {
        let begun = row.is_some();
        let row = row.unwrap_or_else(|| Self::new(event.person()));
        let row = match event {
            ErasureEvent::Requested(event) => Self {
                status: ErasureStatus::Requested,
                requested: Some(signed(event.by, event.at)),
                decided: None,
                ..row.with_reason(event.at, event.phi, |phi, reason| ErasurePhi {
                    request: Some(reason),
                    decision: None,
                    ..phi
                })
            },
            ErasureEvent::Withdrawn(event) => Self {
                status: ErasureStatus::Withdrawn,
                decided: Some(signed(event.by, event.at)),
                ..row.with_reason(event.at, event.phi, decision)
            },
            ErasureEvent::Refused(event) => Self {
                status: ErasureStatus::Refused,
                decided: Some(signed(event.by, event.at)),
                ..row.with_reason(event.at, event.phi, decision)
            },
            ErasureEvent::Approved(event) => row.approved(event.by, event.at, begun),
            ErasureEvent::Ordered(event) => row.approved(event.by, event.at, begun),
            ErasureEvent::HoldPlaced(event) => Self {
                hold: Some(LegalHold {
                    by: event.by.account_id(),
                    since: event.at,
                }),
                ..row.with_reason(event.at, event.phi, |phi, reason| ErasurePhi {
                    hold: Some(reason),
                    ..phi
                })
            },
            ErasureEvent::HoldLifted(event) => Self {
                hold: None,
                ..row.with_reason(event.at, event.phi, |phi, _| ErasurePhi {
                    hold: None,
                    ..phi
                })
            },
            ErasureEvent::CarriedOut(event) => row.carried_out(event, begun),
        };
        Some(Self { version, ..row })
    }
}

impl ListedErasure {
    /// The row before anything has happened.
    fn new(person: SubjectId) -> Self {
        Self {
            person,
            status: ErasureStatus::None,
            requested: None,
            decided: None,
            hold: None,
            certificate: None,
            changed_at: DateTime::UNIX_EPOCH,
            phi: Phi::Clear(ErasurePhi::default()),
            version: 0,
        }
    }

    fn with_reason(
        self,
        changed_at: DateTime<Utc>,
        reason: Phi<ErasureReasonPhi>,
        change: impl FnOnce(ErasurePhi, domain::Reason) -> ErasurePhi,
    ) -> Self {
        // Both are about one person: if either was erased, so was the other.
        let phi = match (self.phi, reason) {
            (Phi::Clear(known), Phi::Clear(new)) => Phi::Clear(change(known, new.reason)),
            (Phi::Erased, _) | (_, Phi::Erased) => Phi::Erased,
            (Phi::Unreadable, _) | (_, Phi::Unreadable) => Phi::Unreadable,
        };
        Self {
            changed_at,
            phi,
            ..self
        }
    }

    fn approved(self, by: Actor, at: DateTime<Utc>, begun: bool) -> Self {
        Self {
            status: ErasureStatus::Approved,
            decided: Some(signed(by, at)),
            changed_at: at,
            ..self.without_reason(begun)
        }
    }

    fn carried_out(self, event: ErasureCarriedOut, begun: bool) -> Self {
        Self {
            status: ErasureStatus::Erased,
            certificate: Some(Certificate {
                at: event.at,
                counts: event.counts,
                key: event.key,
                backups_unreadable_from: event.backups_unreadable_from,
            }),
            changed_at: event.at,
            ..self.without_reason(begun)
        }
    }

    /// The row after an event without a reason: a new row has none, and one that exists keeps what is sealed in it.
    fn without_reason(self, begun: bool) -> Self {
        let phi = if begun { self.phi } else { Phi::Erased };
        Self { phi, ..self }
    }
}

fn decision(phi: ErasurePhi, reason: domain::Reason) -> ErasurePhi {
    ErasurePhi {
        decision: Some(reason),
        ..phi
    }
}

fn signed(by: Actor, at: DateTime<Utc>) -> Signed {
    let by = by.account_id();
    Signed { by, at }
}

impl Stored for SealedRow<ListedErasure> {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        query::by_ids(connection, ids).await
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        let (rows, phi) = Self::columns(rows);
        let by = |signed: Option<Signed>| signed?.by.map(|account| account.as_uuid());
        let at = |signed: Option<Signed>| signed.map(|signed| signed.at);
        let placed_by = |row: &ListedErasure| row.hold?.by.map(|account| account.as_uuid());
        let certificates = rows.iter().map(|row| {
            let certificate = row.certificate.as_ref();
            certificate.map(serde_json::to_value).transpose()
        });
        let certificates = certificates.collect::<Result<Vec<_>, _>>();
        let certificates = certificates.map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query!(
            r#"
            insert into erasures as stored (
              person_id, status, requested_by, requested_at, decided_by, decided_at, hold_placed_by,
              hold_placed_at, certificate, changed_at, subject, phi, version
            )
            select
              person_id, status, requested_by, requested_at, decided_by, decided_at, hold_placed_by,
              hold_placed_at, certificate, changed_at, person_id, phi, version
            from unnest(
              $1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::uuid[], $6::timestamptz[],
              $7::uuid[], $8::timestamptz[], $9::jsonb[], $10::timestamptz[], $11::text[],
              $12::bigint[]
            ) as new (
              person_id, status, requested_by, requested_at, decided_by, decided_at, hold_placed_by,
              hold_placed_at, certificate, changed_at, phi, version
            )
            on conflict (person_id) do update
            set
              status = excluded.status,
              requested_by = excluded.requested_by,
              requested_at = excluded.requested_at,
              decided_by = excluded.decided_by,
              decided_at = excluded.decided_at,
              hold_placed_by = excluded.hold_placed_by,
              hold_placed_at = excluded.hold_placed_at,
              certificate = excluded.certificate,
              changed_at = excluded.changed_at,
              phi = excluded.phi,
              version = excluded.version
            where excluded.version > stored.version
            "#,
            &column(&rows, |row| row.person.as_uuid()),
            &column(&rows, |row| row.status.as_str().to_owned()),
            &column(&rows, |row| by(row.requested)) as _,
            &column(&rows, |row| at(row.requested)) as _,
            &column(&rows, |row| by(row.decided)) as _,
            &column(&rows, |row| at(row.decided)) as _,
            &column(&rows, |row| placed_by(row)) as _,
            &column(&rows, |row| row.hold.map(|hold| hold.since)) as _,
            &certificates as _,
            &column(&rows, |row| row.changed_at),
            &phi as _,
            &column(&rows, |row| row.version)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
