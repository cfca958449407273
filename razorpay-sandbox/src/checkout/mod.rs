//! The checkout: a page with three buttons instead of a card form, and a script with the interface of the
//! provider's.
//!
//! A POST returns what Razorpay's script passes to a page: ids and a signature, or an error; as
//! JSON, if the client asks for it. A page can be sent back to by `callback_url`, to which the result is posted,
//! and `cancel_url`, as at Razorpay's hosted checkout.

mod money;
mod page;
mod return_address;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, ContentType, RETRY_AFTER};
use actix_web::web::{self, Data, Form, Path, Query, ServiceConfig};
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError as _};
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use return_address::ReturnOrigins;

use crate::response::ApiError;
use crate::sign;
use crate::state::State;
use crate::store::{AttemptPlan, Order, Outcome, Payment, attempt, orders};
use money::display;
use page::{WayBack, escape};

/// The path of the script.
pub const SCRIPT_PATH: &str = "/sandbox/checkout.js";
/// The path of the page of an order, without its id.
pub const PAGE_PATH: &str = "/sandbox/checkout/";

const SCRIPT: &str = include_str!("checkout.js");

/// The checkout, to be served by a server other than the sandbox's own.
#[derive(Clone)]
pub struct Pages {
    state: Data<State>,
    origins: Data<ReturnOrigins>,
}

impl Pages {
    pub(crate) fn new(state: Data<State>, origins: ReturnOrigins) -> Self {
        let origins = Data::new(origins);
        Self { state, origins }
    }

    /// Registers the page and the script, and nothing else of the sandbox.
    pub fn routes(&self, config: &mut ServiceConfig) {
        config
            .app_data(self.state.clone())
            .app_data(self.origins.clone())
            .configure(routes);
    }
}

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route(SCRIPT_PATH, web::get().to(script))
        .route("/sandbox/checkout/{order}", web::get().to(show))
        .route("/sandbox/checkout/{order}", web::post().to(press));
}

#[derive(Deserialize)]
struct Opened {
    callback_url: Option<String>,
    cancel_url: Option<String>,
}

#[derive(Deserialize)]
struct Pressed {
    outcome: Button,
    callback_url: Option<String>,
    cancel_url: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Button {
    Pay,
    Fail,
    Close,
}

/// The script. Pages of any origin may load it, as they may load Razorpay's.
async fn script() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
        .body(SCRIPT)
}

/// Shows the three buttons; as JSON, what they are about.
async fn show(
    state: Data<State>,
    origins: Data<ReturnOrigins>,
    order: Path<String>,
    request: HttpRequest,
    opened: Query<Opened>,
) -> HttpResponse {
    let answer = Answer::new(&request, &origins);
    let back = way_back(
        &origins,
        opened.callback_url.as_deref(),
        opened.cancel_url.as_deref(),
    );
    match orders::find(&state.pool, &order).await {
        Ok(Some(order)) => answer.with(|| summary(&state, &order), || page::buttons(&order, &back)),
        Ok(None) => answer.unknown_order(&back),
        Err(error) => answer.failed(&error.into(), &back),
    }
}

/// Runs the action of a button.
async fn press(
    state: Data<State>,
    origins: Data<ReturnOrigins>,
    order: Path<String>,
    request: HttpRequest,
    pressed: Result<Form<Pressed>, Error>,
) -> HttpResponse {
    let answer = Answer::new(&request, &origins);
    let Ok(Form(pressed)) = pressed else {
        let refused = ApiError::field("outcome", "The outcome is pay, fail or close.");
        return answer.failed(&refused, &way_back(&origins, None, None));
    };
    let back = way_back(
        &origins,
        pressed.callback_url.as_deref(),
        pressed.cancel_url.as_deref(),
    );
    let order = match orders::find(&state.pool, &order).await {
        Ok(Some(order)) => order,
        Ok(None) => return answer.unknown_order(&back),
        Err(error) => return answer.failed(&error.into(), &back),
    };
    let outcome = match pressed.outcome {
        Button::Pay => Outcome::Captured,
        Button::Fail => Outcome::Failed,
        Button::Close => {
            return answer.with(
                || json!({"closed": true, "razorpay_order_id": order.id}),
                || format!("<p>Closed. Nothing was tried.</p>{}", back.link()),
            );
        }
    };
    match attempt::make(&state, &order.id, &AttemptPlan::ending(outcome)).await {
        Err(error) => answer.failed(&error, &back),
        Ok(payment) if payment.status == "failed" => {
            answer.with(|| failure(&payment), || failure_page(&payment, &back))
        }
        Ok(payment) => {
            let signature = sign::checkout(&state.keys.key_secret, &payment.order_id, &payment.id);
            let fields = [
                ("razorpay_payment_id", &*payment.id),
                ("razorpay_order_id", &*payment.order_id),
                ("razorpay_signature", &*signature),
            ];
            let object = || fields.map(|(name, value)| (name.to_owned(), Value::from(value)));
            answer.with(
                || Value::Object(object().into_iter().collect()),
                || page::paid(&fields, &back),
            )
        }
    }
}

fn way_back<'a>(
    origins: &ReturnOrigins,
    callback: Option<&'a str>,
    cancel: Option<&'a str>,
) -> WayBack<'a> {
    let accepted = [callback, cancel].map(|address| origins.accept(address));
    let refused =
        accepted[0].is_none() && callback.is_some() || accepted[1].is_none() && cancel.is_some();
    let [callback, cancel] = accepted;
    WayBack {
        callback,
        cancel,
        refused,
    }
}

/// An order as the script shows it.
fn summary(state: &State, order: &Order) -> Value {
    json!({
        "order_id": order.id,
        "amount": order.amount,
        "currency": order.currency,
        "display_amount": display(order.amount, &order.currency),
        "status": order.status,
        "key": state.keys.key_id,
    })
}

fn failure(payment: &Payment) -> Value {
    json!({"error": {
        "code": "BAD_REQUEST_ERROR",
        "description": "The sandbox was told to let this payment fail.",
        "source": "customer",
        "step": "payment_authentication",
        "reason": "payment_failed",
        "metadata": {"order_id": payment.order_id, "payment_id": payment.id},
    }})
}

fn failure_page(payment: &Payment, back: &WayBack<'_>) -> String {
    format!(
        "<p>Payment <code>{}</code> failed, as it was told to.</p>{}",
        escape(&payment.id),
        back.link()
    )
}

/// Answers in the form that the client asks for.
struct Answer<'a> {
    as_json: bool,
    origins: &'a ReturnOrigins,
}

impl<'a> Answer<'a> {
    fn new(request: &HttpRequest, origins: &'a ReturnOrigins) -> Self {
        let accepted = request.headers().get(ACCEPT);
        let accepted = accepted.and_then(|accept| accept.to_str().ok());
        let as_json = accepted.is_some_and(|accepted| accepted.contains("application/json"));
        Self { as_json, origins }
    }

    fn with(&self, json: impl FnOnce() -> Value, page: impl FnOnce() -> String) -> HttpResponse {
        if self.as_json {
            HttpResponse::Ok()
                .insert_header(ContentType::json())
                .json(json())
        } else {
            page::page(StatusCode::OK, self.origins, &page())
        }
    }

    fn unknown_order(&self, back: &WayBack<'_>) -> HttpResponse {
        if self.as_json {
            return ApiError::unknown_id().error_response();
        }
        let body = "<p>There is no such order. Open the checkout from the app again.</p>";
        let body = format!("{body}{}", back.link());
        page::page(StatusCode::NOT_FOUND, self.origins, &body)
    }

    fn failed(&self, error: &ApiError, back: &WayBack<'_>) -> HttpResponse {
        let mut answer = error.error_response();
        if self.as_json {
            return answer;
        }
        let body = format!("<p>{}</p>{}", escape(error.description()), back.link());
        let mut page = page::page(answer.status(), self.origins, &body);
        if let Some(after) = answer.headers_mut().remove(RETRY_AFTER).next() {
            page.headers_mut().insert(RETRY_AFTER, after);
        }
        page
    }
}
