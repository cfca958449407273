//! `GET /api/v1/appointments/{id}/refund-preview`

use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use commands::authorization::permit;
use commands::payments::RefundPreview;
use domain::appointment::CancelledBy;
use domain::payment::{NotRefunded, ShareGrounds};
use domain::{AppointmentId, Money};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::schemas;

/// A cancellation that is considered.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RefundPreviewParameters {
    /// On whose behalf it would be cancelled, as for the cancellation: the staff always says it.
    #[param(value_type = Option<schemas::CancelledBy>)]
    on_behalf_of: Option<CancelledBy>,
}

/// The refund that a cancellation would bring now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundPreviewBody {
    /// The appointment.
    #[schema(value_type = Uuid)]
    appointment_id: AppointmentId,
    /// On whose behalf it would be cancelled.
    #[schema(value_type = schemas::CancelledBy)]
    on_behalf_of: CancelledBy,
    /// The time of the preview.
    as_of: DateTime<Utc>,
    /// The amount that would be refunded.
    #[schema(value_type = schemas::MoneyBody)]
    refund: Money,
    /// The share of the fee that would be due, in percent: of what was paid of it, which is less after a discount of
    /// the gateway. A surcharge is no part of the fee.
    #[schema(maximum = 100, example = 50)]
    percent: u8,
    /// The grounds of the share.
    #[schema(value_type = schemas::ShareGrounds)]
    decided_by: &'static str,
    /// The time of the cancellation or the move that decided it; absent if the doctor or the clinic cancels.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<DateTime<Utc>>,
    /// The start that the visit had at that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_then: Option<DateTime<Utc>>,
    /// The last time at which a cancellation has this share; absent if the share does not change.
    #[serde(skip_serializing_if = "Option::is_none")]
    holds_until: Option<DateTime<Utc>>,
    /// Set if the refund would wait for the end of a dispute about the payment. If that is lost, the payer gets
    /// the money by the dispute instead. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    waits_for_dispute: bool,
    /// The parts of the fee that would not be refunded; a discount is none of them.
    not_refunded: Vec<NotRefundedPart>,
}

/// A part of the fee that is not refunded.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotRefundedPart {
    /// The reason.
    #[schema(value_type = schemas::NotRefundedReason)]
    reason: &'static str,
    /// The part.
    #[schema(value_type = schemas::MoneyBody)]
    amount: Money,
}

problems!(
    Forbidden,
    NotFound,
    HoldEnded,
    AppointmentAlreadyEnded,
    AppointmentAlreadyStarted,
    PartyNotNamed
);

/// The refund that a cancellation would bring now: its patient, its doctor or its clinic may ask. The refund
/// itself is decided in the same way at the time of the cancellation.
#[utoipa::path(
    get,
    path = "/api/v1/appointments/{id}/refund-preview",
    tag = "appointments",
    operation_id = "previewRefund",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        RefundPreviewParameters,
    ),
    responses(
        (status = 200, description = "The refund", body = RefundPreviewBody),
        Problems,
    ),
)]
pub async fn preview_refund(
    app: Data<App>,
    caller: Access<permit::CancelAppointment>,
    Id(appointment): Id<AppointmentId>,
    Query(parameters): Query<RefundPreviewParameters>,
) -> Result<Json<RefundPreviewBody>, Problem> {
    let (on_behalf_of, now) = (parameters.on_behalf_of, app.clock.now());
    let preview = app
        .payments
        .preview_refund(&caller, appointment, on_behalf_of, now)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(Json(preview.into()))
}

impl From<RefundPreview> for RefundPreviewBody {
    fn from(preview: RefundPreview) -> Self {
        let (decided_by, notice) = match preview.refund.grounds {
            ShareGrounds::CancelledByClinic => ("CANCELLED_BY_CLINIC", None),
            ShareGrounds::Cancellation(notice) => ("CANCELLATION", Some(notice)),
            ShareGrounds::Move(notice) => ("MOVE", Some(notice)),
        };
        let not_refunded = preview.refund.not_refunded.into_iter();
        Self {
            appointment_id: preview.visit.appointment,
            on_behalf_of: preview.cancellation.cancelled_by,
            as_of: preview.cancellation.at,
            refund: preview.refund.amount,
            percent: preview.refund.percent,
            decided_by,
            decided_at: notice.map(|notice| notice.at),
            start_then: notice.map(|notice| notice.start),
            holds_until: preview.refund.holds_until,
            waits_for_dispute: preview.refund.waits_for_dispute,
            not_refunded: not_refunded.map(NotRefundedPart::from).collect(),
        }
    }
}

impl From<NotRefunded> for NotRefundedPart {
    fn from(part: NotRefunded) -> Self {
        Self {
            reason: part.reason.as_str(),
            amount: part.amount,
        }
    }
}
