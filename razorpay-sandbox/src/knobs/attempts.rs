//! `POST /sandbox/orders/{id}/attempts`

use actix_web::web::{Bytes, Data, Json, Path};
use serde_json::{Value, json};

use crate::answer::{Trouble, body};
use crate::books::{AttemptPlan, attempt as books};
use crate::sign;
use crate::state::State;

/// Makes an attempt as the plan says. The answer is what a checkout hands to the browser, and the payment.
pub(crate) async fn attempt(
    state: Data<State>,
    order: Path<String>,
    bytes: Bytes,
) -> Result<Json<Value>, Trouble> {
    let plan: AttemptPlan = body(&bytes)?;
    let payment = books::make(&state, &order, &plan).await?;
    let signature = sign::checkout(&state.keys.key_secret, &payment.order_id, &payment.id);
    Ok(Json(json!({
        "razorpay_order_id": payment.order_id,
        "razorpay_payment_id": payment.id,
        // A checkout signs what was paid, and nothing else.
        "razorpay_signature": (payment.status != "failed").then_some(signature),
        "payment": payment.entity(),
    })))
}
