//! Access to a patient's chart: by which relation a caller reads or writes it, recorded before anything is shown.

use actix_web::web::Data;
use commands::authorization::{Action, ClinicalAccess, Permit, Resource};
use commands::ports::{AccessedItem, ItemKind};
use domain::{PatientId, Role};
use event_store::Sealing;
use uuid::Uuid;

use crate::app::App;
use crate::clinical;
use crate::http::access::Access;
use crate::http::disclosure::Disclosure;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::records::attributes::Attributed;

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

    /// Returns whether an entry is shown: consents for its sensitive categories are needed, and one for what was written at
    /// other clinics.
    pub fn shows(&self, entry: &impl Attributed) -> bool {
        self.access.shows(&entry.attributes())
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

/// Returns the same for a change of one of its entries. What is not shown to the caller is not found.
///
/// # Errors
/// 404 if there is no such patient, or the entry is not shown.
pub async fn chart_with<P: Permit>(
    app: &Data<App>,
    caller: &Access<P>,
    patient: PatientId,
    entry: Option<&impl Attributed>,
) -> Result<Resource, Problem> {
    if caller.is(Role::Patient) && caller.patient == Some(patient) {
        return Ok(Resource::of_patient(patient));
    }
    let facts = clinical::facts(app, caller, patient, &Position::any()).await?;
    let access = |action| facts.access(caller, action, app.clinical_policy);
    if let Some(entry) = entry
        // A caller who may do neither is refused by the command.
        && let Ok(access) = access(Action::ReadChart).or_else(|_| access(P::ACTION))
        && !access.shows(&entry.attributes())
    {
        return Err(Problem::not_found());
    }
    Ok(facts.resource(caller, app.clinical_policy))
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
    read_chart_by(app, caller, P::ACTION, patient, item, position).await
}

/// The same by another action than that of the request, which a change of an entry does to show what changed.
///
/// # Errors
/// See [`read_chart`].
pub async fn read_chart_by<'a, P: Permit>(
    app: &Data<App>,
    caller: &'a Access<P>,
    action: Action,
    patient: PatientId,
    item: Uuid,
    position: &Position,
) -> Result<ReadableChart<'a>, Problem> {
    let facts = clinical::facts(app, caller, patient, position).await?;
    let access = facts.access(caller, action, app.clinical_policy);
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
