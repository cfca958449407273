//! Disclosure of patients' data: a decision about access is recorded before anything is opened.
//!
//! What is sealed about a patient can be opened with a [`Disclosure`] only, and a disclosure is what recording the
//! decision returns. So a handler can't show such data without a row in the access log.

use std::collections::BTreeSet;
use std::time::Instant;

use commands::Fault;
use commands::authorization::{
    Authorized, ClinicalAccess, Denial, Permit, Relation, Resource, authorized,
};
use commands::ports::{AccessEntry, AccessOutcome, AccessedItem};
use domain::{BreakGlassId, PatientId, Role};
use event_store::Sealing;

use super::access::Access;
use super::problem::Problem;
use super::problem_type::ProblemType;

/// Evidence that the access decisions of a request are recorded, which opens what is sealed about the patients.
pub struct Disclosure<'a> {
    sealing: &'a Sealing,
}

impl Disclosure<'_> {
    /// Opens what is sealed about the patients.
    pub fn sealing(&self) -> &Sealing {
        self.sealing
    }
}

/// A decision about access to data of some patients.
struct Decision {
    role: Role,
    outcome: AccessOutcome,
    break_glass: Option<BreakGlassId>,
}

impl<P: Permit> Access<P> {
    /// Goes on only for a caller who may take the action on a resource of a patient. Records the decision.
    ///
    /// # Errors
    /// See [`Denial`]; 503 if the decision can't be recorded.
    pub async fn disclose(
        &self,
        resource: &Resource,
        item: AccessedItem,
    ) -> Result<Disclosure<'_>, Problem> {
        let patients = resource.patient.into_iter().collect();
        self.disclose_of(&patients, authorized(self, P::ACTION, resource), item)
            .await
    }

    /// Goes on only with an authorization. Records it for each of the patients whose data are shown, or its refusal.
    /// Without patients there is nothing to record.
    ///
    /// # Errors
    /// See [`Denial`]; 503 if the decision can't be recorded.
    pub async fn disclose_of(
        &self,
        patients: &BTreeSet<PatientId>,
        authorized: Result<Authorized, Denial>,
        item: AccessedItem,
    ) -> Result<Disclosure<'_>, Problem> {
        let decision = match authorized {
            Ok(Authorized { role, relation }) => granted(role, relation),
            Err(_) => self.refused(),
        };
        self.record(patients, decision, item).await?;
        authorized?;
        Ok(self.disclosure())
    }

    /// The same for the clinical content of a chart.
    ///
    /// # Errors
    /// See [`Denial`]; 503 if the decision can't be recorded.
    pub async fn disclose_chart(
        &self,
        patient: PatientId,
        access: Result<ClinicalAccess, Denial>,
        item: AccessedItem,
    ) -> Result<(ClinicalAccess, Disclosure<'_>), Problem> {
        let decision = match &access {
            Ok(access) => {
                let Authorized { role, relation } = access.authorized;
                Decision {
                    break_glass: access.break_glass,
                    ..granted(role, relation)
                }
            }
            Err(_) => self.refused(),
        };
        self.record(&[patient].into(), decision, item).await?;
        Ok((access?, self.disclosure()))
    }

    fn disclosure(&self) -> Disclosure<'_> {
        let sealing = self.app.commands.store().sealing();
        Disclosure { sealing }
    }

    /// A refusal, in the first role that the action is for: without one there is no [`Access`].
    fn refused(&self) -> Decision {
        Decision {
            role: self.actor().role().unwrap_or(Role::Patient),
            outcome: AccessOutcome::Refused,
            break_glass: None,
        }
    }

    async fn record(
        &self,
        patients: &BTreeSet<PatientId>,
        decision: Decision,
        item: AccessedItem,
    ) -> Result<(), Problem> {
        if patients.is_empty() {
            return Ok(());
        }
        let Decision {
            role,
            outcome,
            break_glass,
        } = decision;
        let at = self.app.clock.now();
        let entries = patients.iter().map(|patient| AccessEntry {
            at,
            account: self.account,
            doctor: self.doctor,
            role,
            patient: *patient,
            item,
            outcome,
            break_glass,
            request: self.request,
        });
        let (metrics, since) = (&self.app.access_log_metrics, Instant::now());
        match self.app.access_log.record(entries.collect()).await {
            Ok(()) => metrics.recorded(since),
            Err(fault) => {
                metrics.failed();
                return Err(not_recorded(&fault));
            }
        }
        Ok(())
    }
}

/// 503 in any case: what can't be recorded is not shown.
fn not_recorded(fault: &Fault) -> Problem {
    if event_store::report_outage(fault) {
        return ProblemType::DatabaseUnavailable.into();
    }
    tracing::error!(
        error = fault as &dyn std::error::Error,
        "The access log can't be written, so nothing is shown."
    );
    ProblemType::AccessLogUnavailable.into()
}

const fn granted(role: Role, relation: Relation) -> Decision {
    Decision {
        role,
        outcome: AccessOutcome::Granted(relation),
        break_glass: None,
    }
}
