//! `GET /api/v1/payments/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use domain::PaymentId;
use projections::payments;
use serde::Serialize;
use utoipa::ToSchema;

use super::books::{DisputeLine, LedgerLine, PaymentBody, RefundLine, money_of};
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::{Versioned, found};
use crate::proxies::require_or_proxy;

/// A payment with its refunds, its disputes and all money that moved for it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentDetails {
    /// The payment.
    #[serde(flatten)]
    payment: PaymentBody,
    /// The refunds, in the order in which they were requested.
    refunds: Vec<RefundLine>,
    /// The disputes, in the order in which they became known.
    disputes: Vec<DisputeLine>,
    /// The money that moved, in the order in which we heard of it.
    ledger: Vec<LedgerLine>,
}

impl Versioned for PaymentDetails {
    fn version(&self) -> i64 {
        self.payment.version
    }
}

problems!(Forbidden, NotFound);

/// One payment: the patient and their proxies see it, the clinic's front desk, its auditors.
#[utoipa::path(
    get,
    path = "/api/v1/payments/{id}",
    tag = "payments",
    operation_id = "getPayment",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The payment"),
        Position,
    ),
    responses(
        (status = 200, description = "The payment", body = PaymentDetails),
        Problems,
    ),
)]
pub async fn get_payment(
    app: Data<App>,
    caller: Access<permit::ReadPayment>,
    Id(payment): Id<PaymentId>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let parked = position.wait_for(&app, payments::NAME).await?;
    let row = payments::get(&app.pool, payment)
        .await?
        .ok_or_else(Problem::not_found)?;
    let money = money_of(row.patient, row.clinic);
    require_or_proxy(&app, &caller, money, &position).await?;
    let refunds = payments::refunds_of(&app.pool, payment).await?;
    let disputes = payments::disputes_of(&app.pool, payment).await?;
    let ledger = payments::ledger_of_payment(&app.pool, payment).await?;
    let shown = PaymentBody {
        parked: parked.has(payment.as_uuid()),
        ..PaymentBody::as_of(row, app.clock.now())
    };
    Ok(found(&PaymentDetails {
        payment: shown,
        refunds: refunds.into_iter().map(RefundLine::from).collect(),
        disputes: disputes.into_iter().map(DisputeLine::from).collect(),
        ledger: ledger.into_iter().map(LedgerLine::from).collect(),
    }))
}
