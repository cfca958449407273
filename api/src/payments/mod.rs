//! Payments: pay for a visit, bring back the gateway's word, hear its news, give money back, look into the
//! books.

mod books;
mod disputes;
mod failed_refunds;
mod get;
mod ledger;
mod list;
mod open;
mod operator_list;
mod receipt;
mod refund;
mod refusal;
mod retry_refund;
mod takings;
mod verify;
mod webhook;

use actix_web::web::{self, PayloadConfig, ServiceConfig};
use chrono::{DateTime, Utc};
use domain::payment::OpenedPayment;
use domain::{GatewayOrderId, Money, PaymentId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::schemas;

pub(crate) use {
    disputes::*, failed_refunds::*, get::*, ledger::*, list::*, open::*, receipt::*, refund::*,
    retry_refund::*, takings::*, verify::*, webhook::*,
};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/appointments/{id}/payment", web::post().to(open_payment))
        .route("/payments/{id}/verify", web::post().to(verify_payment))
        .route("/payments/{id}/refunds", web::post().to(request_refund))
        .route(
            "/payments/{id}/refunds/{refund}/retry",
            web::post().to(retry_refund),
        )
        .service(
            web::resource("/webhooks/razorpay")
                .app_data(PayloadConfig::new(MAX_NEWS))
                .route(web::post().to(receive_razorpay_news)),
        )
        .route("/payments", web::get().to(list_payments))
        .route(
            "/payments/refunds/failed",
            web::get().to(list_failed_refunds),
        )
        .route("/payments/disputes", web::get().to(list_open_disputes))
        .route("/payments/{id}", web::get().to(get_payment))
        .route("/payments/{id}/receipt", web::get().to(get_receipt))
        .route("/appointments/{id}/ledger", web::get().to(get_ledger))
        .route("/clinics/{id}/takings", web::get().to(get_takings));
}

/// A payment after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentState {
    /// The payment.
    #[schema(value_type = Uuid)]
    pub id: PaymentId,
    /// The order at the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::GatewayOrderId>)]
    pub order_id: Option<GatewayOrderId>,
    /// The amount that is due.
    #[schema(value_type = schemas::MoneyBody)]
    pub amount: Money,
    /// Set once it was paid. It stays so, whatever is refunded.
    pub paid: bool,
    /// The amount of refunds that were requested, whether or not it has left yet.
    #[schema(value_type = schemas::MoneyBody)]
    pub refunded: Money,
    /// The time until which it can be paid.
    pub expires_at: DateTime<Utc>,
}

impl From<OpenedPayment> for PaymentState {
    fn from(opened: OpenedPayment) -> Self {
        let refunded = opened.refunded();
        Self {
            id: opened.payment,
            paid: opened.is_paid(),
            order_id: opened.order,
            amount: opened.amount,
            refunded,
            expires_at: opened.pay_until,
        }
    }
}
