//! `POST /sandbox/orders/{id}/attempts`

use actix_web::web::{Bytes, Data, Json, Path};
use serde_json::{Value, json};

use crate::response::{ApiError, body};
use crate::sign;
use crate::state::State;
use crate::store::{AttemptPlan, attempt};

/// Makes an attempt by a plan. The answer is the result of a checkout, with the payment.
pub(crate) async fn create(
    state: Data<State>,
    order: Path<String>,
    bytes: Bytes,
) -> Result<Json<Value>, ApiError> {
    let plan: AttemptPlan = body(&bytes)?;
    let payment = attempt::make(&state, &order, &plan).await?;
    let signature = sign::checkout(&state.keys.key_secret, &payment.order_id, &payment.id);
    Ok(Json(json!({
        "razorpay_order_id": payment.order_id,
        "razorpay_payment_id": payment.id,
        // A checkout signs only captured and authorised payments.
        "razorpay_signature": (payment.status != "failed").then_some(signature),
        "payment": payment.entity(),
    })))
}
