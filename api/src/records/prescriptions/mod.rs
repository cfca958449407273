//! Prescriptions: issued, read, amended, ended.

mod amend;
mod cancel;
mod get;
mod issue;
mod line;
mod mark_in_error;
mod warning;

use std::collections::BTreeSet;

use actix_web::web::{self, Data, ServiceConfig};
use chrono::{DateTime, Utc};
use commands::authorization::{Resource, permit};
use commands::records::{PrescriptionReply, RecordRefusal};
use commands::{CommandError, Target};
use domain::prescription::{
    PrescriptionIssuedPhi, PrescriptionLine, PrescriptionRefusal, PrescriptionStatus,
    PrescriptionView,
};
use domain::{
    AppointmentId, ClinicId, DoctorId, PatientId, PrescriptionId, Reason, SensitiveCategory,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::chart::{ChartReader, chart_with, read_chart};
use super::difference::Difference;
use super::refusal::of_prescription;
use crate::app::App;
use crate::http::access::Access;
use crate::http::position::Position;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_type::ProblemType;
use crate::http::response::Versioned;
use crate::http::schemas;

pub(crate) use {amend::*, cancel::*, get::*, issue::*, line::*, mark_in_error::*, warning::*};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route(
            "/patients/{id}/prescriptions",
            web::post().to(issue_prescription),
        )
        .route("/prescriptions/{id}", web::get().to(get_prescription))
        .route(
            "/prescriptions/{id}/amend",
            web::post().to(amend_prescription),
        )
        .route(
            "/prescriptions/{id}/cancel",
            web::post().to(cancel_prescription),
        )
        .route(
            "/prescriptions/{id}/entered-in-error",
            web::post().to(mark_prescription_in_error),
        );
}

/// A prescription after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionState {
    /// The prescription.
    #[schema(value_type = Uuid)]
    id: PrescriptionId,
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The status.
    #[schema(value_type = schemas::PrescriptionStatus)]
    status: PrescriptionStatus,
    /// The prescription's version, as in the `ETag`.
    version: i64,
}

/// A prescription. Once the patient was erased, its lines are absent; so they are to all but doctors if it was entered in
/// error.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionBody {
    /// The prescription.
    #[schema(value_type = Uuid)]
    id: PrescriptionId,
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The doctor who issued it.
    #[schema(value_type = Uuid)]
    doctor_id: DoctorId,
    /// The clinic.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The appointment, if it was issued at one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    appointment_id: Option<AppointmentId>,
    /// The time at which it was issued.
    issued_at: DateTime<Utc>,
    /// The time of its last amendment.
    #[serde(skip_serializing_if = "Option::is_none")]
    amended_at: Option<DateTime<Utc>>,
    /// The status. An active one may be over: see the length of its courses.
    #[schema(value_type = schemas::PrescriptionStatus)]
    status: PrescriptionStatus,
    /// The drugs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<LineBody>, required = false)]
    lines: Vec<PrescriptionLine>,
    /// The warnings that were overridden for these lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    overridden: Option<OverrideBody>,
    /// The sensitive categories that it belongs to. Absent if none.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(value_type = Vec<schemas::SensitiveCategory>, required = false)]
    sensitive_categories: BTreeSet<SensitiveCategory>,
    /// The time at which it was cancelled or marked as entered in error.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<DateTime<Utc>>,
    /// The reason of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Reason>)]
    ending_reason: Option<Reason>,
    /// The prescription's version, as in the `ETag`.
    version: i64,
}

impl Versioned for PrescriptionState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for PrescriptionBody {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<PrescriptionReply> for PrescriptionState {
    fn from(reply: PrescriptionReply) -> Self {
        Self {
            id: reply.prescription,
            patient_id: reply.patient,
            status: reply.status,
            version: reply.version,
        }
    }
}

impl PrescriptionBody {
    /// The prescription, as this reader sees it.
    pub fn new(view: PrescriptionView, reader: ChartReader) -> Self {
        let status = view.status();
        let shows = status != PrescriptionStatus::EnteredInError || reader.sees_errors;
        let content = view.content.into_clear().filter(|_| shows);
        let sensitive_categories = content
            .as_ref()
            .map(PrescriptionIssuedPhi::categories)
            .unwrap_or_default();
        let (lines, overridden) = content.map_or((Vec::new(), None), |content| {
            (content.lines.into(), content.overridden)
        });
        let ended_at = view.ending.as_ref().map(|ending| ending.at);
        let reason = view.ending.and_then(|ending| ending.reason.into_clear());
        Self {
            id: view.prescription,
            patient_id: view.patient,
            doctor_id: view.doctor,
            clinic_id: view.clinic,
            appointment_id: view.appointment,
            issued_at: view.issued_at,
            amended_at: view.amended_at,
            status,
            lines,
            overridden: overridden.map(OverrideBody::from),
            sensitive_categories,
            ended_at,
            ending_reason: reason.filter(|_| shows),
            version: view.version,
        }
    }
}

/// The problem of a prescription. Warnings show what the chart says, which is recorded. Those about entries that are
/// withheld from the doctor warn as well, and tell no more than that.
async fn warning(
    app: &Data<App>,
    caller: &Access<permit::Prescribe>,
    patient: PatientId,
    error: CommandError<RecordRefusal<PrescriptionRefusal>>,
) -> Problem {
    let CommandError::Refused(RecordRefusal::Rule(PrescriptionRefusal::Warnings(warnings))) = error
    else {
        return of_command(error, of_prescription);
    };
    let position = Position::any();
    let chart = match read_chart(app, caller, patient, patient.as_uuid(), &position).await {
        Ok(chart) => chart,
        Err(problem) => return problem,
    };
    match shown_warnings(app, &chart, patient, warnings).await {
        Ok(warnings) => Problem::from(ProblemType::PrescriptionWarnings).warning_of(warnings),
        Err(fault) => fault.into(),
    }
}

/// The problem of a change of a prescription. A stale one shows the present prescription to the doctor who changes it, and
/// what changed since.
async fn problem(
    app: &Data<App>,
    caller: &Access<permit::Prescribe>,
    patient: PatientId,
    target: Target<PrescriptionId>,
    error: CommandError<RecordRefusal<PrescriptionRefusal>>,
) -> Problem {
    let is_stale = matches!(error, CommandError::Stale);
    let Some(seen) = target.expected_version.filter(|_| is_stale) else {
        return warning(app, caller, patient, error).await;
    };
    let (position, item) = (Position::any(), target.id.as_uuid());
    let chart = match read_chart(app, caller, patient, item, &position).await {
        Ok(chart) => chart,
        Err(problem) => return problem,
    };
    match app.records.prescription(target.id, None).await {
        Ok(Some(view)) if chart.shows(&view) => {
            let changed = view.changed_since(seen);
            let current = PrescriptionBody::new(view, chart.reader);
            of_command(error, of_prescription).differing(Difference::new(&current, changed))
        }
        Ok(_) => Problem::not_found(),
        Err(fault) => fault.into(),
    }
}

/// Returns the patient of a prescription, and the chart as a resource.
///
/// # Errors
/// 404 if there is no such prescription, or it is not shown to the caller.
async fn chart_of_prescription(
    app: &Data<App>,
    caller: &Access<permit::Prescribe>,
    prescription: PrescriptionId,
) -> Result<(PatientId, Resource), Problem> {
    let view = app.records.prescription(prescription, None).await?;
    let view = view.ok_or_else(Problem::not_found)?;
    let chart = chart_with(app, caller, view.patient, Some(&view)).await?;
    Ok((view.patient, chart))
}
