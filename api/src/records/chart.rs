//! Access to a patient's chart: by which relation a caller reads or writes it, recorded before anything is shown.

use actix_web::web::Data;
use commands::authorization::{ChartEntry, ClinicalAccess, Permit, Resource};
use commands::ports::{AccessedItem, ItemKind};
use domain::{ClinicId, DoctorId, PatientId, Role};
use event_store::Sealing;
use uuid::Uuid;

use crate::app::App;
use crate::clinical;
use crate::http::access::Access;
use crate::http::disclosure::Disclosure;
use crate::http::position::Position;
use crate::http::problem::Problem;

/// A caller who may read a patient's chart.
#[derive(Debug, Clone, Copy)]
pub struct ChartReader {
    /// True for all but the patient and proxies: what was entered in error is shown, too.
    pub sees_errors: bool,
}

/// A patient's chart that the caller may read. The decision is recorded.
pub struct ReadableChart<'a> {
    /// The caller.
    pub reader: ChartReader,
    access: ClinicalAccess,
    disclosure: Disclosure<'a>,
}

impl ReadableChart<'_> {
    /// Opens the entries.
    pub fn sealing(&self) -> &Sealing {
        self.disclosure.sealing()
    }

    /// Returns whether an entry that was written at a clinic by a doctor is shown.
    pub fn shows(&self, clinic: Option<ClinicId>, author: Option<DoctorId>) -> bool {
        self.access.shows(&ChartEntry {
            clinic,
            author,
            categories: &std::collections::BTreeSet::new(),
        })
    }
}

/// Returns a patient's chart as a resource, with the relations of the caller to it.
///
/// # Errors
/// 404 if there is no such patient.
pub async fn chart_of<P: Permit>(
    app: &Data<App>,
    caller: &Access<P>,
    patient: PatientId,
) -> Result<Resource, Problem> {
    clinical::owner(app, caller, patient, &Position::any()).await
}

/// Goes on only for a caller who may take the action on the chart of a patient, and records the decision. `item` is the
/// entry that is shown, or the patient.
///
/// # Errors
/// 404 for a caller without a relation to the patient; 503 if the decision can't be recorded.
pub async fn read_chart<'a, P: Permit>(
    app: &Data<App>,
    caller: &'a Access<P>,
    patient: PatientId,
    item: Uuid,
    position: &Position,
) -> Result<ReadableChart<'a>, Problem> {
    let facts = clinical::facts(app, caller, patient, position).await?;
    let access = facts.access(caller, P::ACTION, app.clinical_policy);
    let item = AccessedItem::new(ItemKind::Chart, item);
    let (access, disclosure) = caller.disclose_chart(patient, access, item).await?;
    let reader = ChartReader {
        sees_errors: access.authorized.role != Role::Patient,
    };
    Ok(ReadableChart {
        reader,
        access,
        disclosure,
    })
}
