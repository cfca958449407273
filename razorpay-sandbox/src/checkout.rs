//! The checkout: a page with three buttons instead of a card form.
//!
//! A POST returns what Razorpay's script passes to a page: ids and a signature, or an error; as
//! JSON, if the client asks for it.

use std::fmt::Write as _;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, ContentType};
use actix_web::web::{self, Data, Form, Path, Query, ServiceConfig};
use actix_web::{Error, HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::response::ApiError;
use crate::sign;
use crate::state::State;
use crate::store::{AttemptPlan, Order, Outcome, Payment, attempt, orders};

/// The checkout, to be served by a server other than the sandbox's own.
#[derive(Clone)]
pub struct Pages(Data<State>);

impl Pages {
    pub(crate) fn new(state: Data<State>) -> Self {
        Self(state)
    }

    /// Registers `/sandbox/checkout/{order}`, and nothing else of the sandbox.
    pub fn routes(&self, config: &mut ServiceConfig) {
        config.app_data(self.0.clone()).configure(routes);
    }
}

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/sandbox/checkout/{order}", web::get().to(show))
        .route("/sandbox/checkout/{order}", web::post().to(press));
}

#[derive(Deserialize)]
struct Opened {
    /// Callback of the result, as in the real checkout. Only paths of the same server.
    callback_url: Option<String>,
}

#[derive(Deserialize)]
struct Pressed {
    outcome: Button,
    callback_url: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Button {
    Pay,
    Fail,
    Close,
}

/// Shows the three buttons.
async fn show(
    state: Data<State>,
    order: Path<String>,
    opened: Query<Opened>,
) -> Result<HttpResponse, ApiError> {
    let order = find(&state, &order).await?;
    let callback = own_path(opened.callback_url.as_deref());
    let refused = opened.callback_url.is_some() && callback.is_none();
    Ok(page(&buttons(&order, callback, refused)))
}

/// Runs the action of a button.
async fn press(
    state: Data<State>,
    order: Path<String>,
    request: HttpRequest,
    pressed: Result<Form<Pressed>, Error>,
) -> Result<HttpResponse, ApiError> {
    let Ok(Form(pressed)) = pressed else {
        return Err(ApiError::field(
            "outcome",
            "The outcome is pay, fail or close.",
        ));
    };
    let order = find(&state, &order).await?;
    let outcome = match pressed.outcome {
        Button::Pay => Outcome::Captured,
        Button::Fail => Outcome::Failed,
        Button::Close => return Ok(closed(&request, &order)),
    };
    let payment = attempt::make(&state, &order.id, &AttemptPlan::ending(outcome)).await?;
    if payment.status == "failed" {
        return Ok(failed(&request, &payment));
    }
    let signature = sign::checkout(&state.keys.key_secret, &payment.order_id, &payment.id);
    let handed = Handed { payment, signature };
    let callback = own_path(pressed.callback_url.as_deref());
    Ok(answer(
        &request,
        StatusCode::OK,
        handed.json(),
        &handed.page(callback),
    ))
}

async fn find(state: &State, order: &str) -> Result<Order, ApiError> {
    let found = orders::find(&state.pool, order).await?;
    found.ok_or_else(ApiError::unknown_id)
}

/// Result of a paid checkout.
struct Handed {
    payment: Payment,
    signature: String,
}

impl Handed {
    fn fields(&self) -> [(&'static str, &str); 3] {
        [
            ("razorpay_payment_id", &self.payment.id),
            ("razorpay_order_id", &self.payment.order_id),
            ("razorpay_signature", &self.signature),
        ]
    }

    fn json(&self) -> Value {
        let fields = self.fields().into_iter();
        fields
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect()
    }

    fn page(&self, callback: Option<&str>) -> String {
        let mut body = String::from(
            "<p>Paid, in the sandbox. This is what the real checkout hands over:</p><dl>",
        );
        for (name, value) in self.fields() {
            let _ = write!(
                body,
                "<dt>{name}</dt><dd><code>{}</code></dd>",
                escape(value)
            );
        }
        body.push_str("</dl>");
        if let Some(path) = callback {
            let _ = write!(body, r#"<form method="post" action="{}">"#, escape(path));
            for (name, value) in self.fields() {
                let value = escape(value);
                let _ = write!(
                    body,
                    r#"<input type="hidden" name="{name}" value="{value}">"#
                );
            }
            body.push_str("<button>Back to where you came from</button></form>");
        }
        body
    }
}

fn closed(request: &HttpRequest, order: &Order) -> HttpResponse {
    let json = json!({"closed": true, "razorpay_order_id": order.id});
    answer(
        request,
        StatusCode::OK,
        json,
        "<p>Closed. Nothing was tried.</p>",
    )
}

fn failed(request: &HttpRequest, payment: &Payment) -> HttpResponse {
    let error = json!({"error": {
        "code": "BAD_REQUEST_ERROR",
        "description": "The sandbox was told to let this payment fail.",
        "source": "customer",
        "step": "payment_authentication",
        "reason": "payment_failed",
        "metadata": {"order_id": payment.order_id, "payment_id": payment.id},
    }});
    let body = format!(
        "<p>Payment <code>{}</code> failed, as it was told to.</p>",
        escape(&payment.id)
    );
    answer(request, StatusCode::OK, error, &body)
}

fn answer(request: &HttpRequest, status: StatusCode, json: Value, body: &str) -> HttpResponse {
    let accepted = request
        .headers()
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    if accepted.is_some_and(|accepted| accepted.contains("application/json")) {
        return HttpResponse::build(status).json(json);
    }
    page(body)
}

/// Checks that it is a path of the same server. Anything that a browser could take for another host
/// is refused.
fn own_path(callback: Option<&str>) -> Option<&str> {
    let path = callback?;
    let plain = |c: char| c.is_ascii_graphic() && c != '\\';
    let own = path.starts_with('/') && !path.starts_with("//") && path.chars().all(plain);
    own.then_some(path)
}

fn buttons(order: &Order, callback: Option<&str>, refused: bool) -> String {
    let mut body = format!(
        "<p>Order <code>{}</code>: {} of the smallest unit of {}.</p>",
        escape(&order.id),
        order.amount,
        escape(&order.currency)
    );
    if order.is_paid() {
        body.push_str("<p>It is paid already.</p>");
        return body;
    }
    if refused {
        body.push_str(
            "<p>The <code>callback_url</code> is no path of this server and is ignored.</p>",
        );
    }
    body.push_str(r#"<form method="post">"#);
    if let Some(path) = callback {
        let path = escape(path);
        let _ = write!(
            body,
            r#"<input type="hidden" name="callback_url" value="{path}">"#
        );
    }
    for (outcome, label) in [("pay", "Pay"), ("fail", "Let it fail"), ("close", "Close")] {
        let _ = write!(
            body,
            r#"<button name="outcome" value="{outcome}">{label}</button> "#
        );
    }
    body.push_str("</form>");
    body
}

fn page(body: &str) -> HttpResponse {
    HttpResponse::Ok().insert_header(ContentType::html()).body(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sandbox checkout</title>\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <style>body{{font:1.1rem system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem}}\
         .loud{{background:#fd0;padding:1rem;font-weight:bold}}button{{font:inherit;padding:.5rem 1rem}}\
         dd{{overflow-wrap:anywhere}}</style>\
         <p class=\"loud\">This is a sandbox. NO MONEY MOVES HERE, whatever you press.</p>\
         <h1>Checkout</h1>{body}</html>"
    ))
}

/// Escapes text and attributes in double quotes.
fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, c| {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_the_same_server_are_called_back() {
        for path in ["/", "/visits/1?paid=1", "/a//b"] {
            assert_eq!(own_path(Some(path)), Some(path));
        }
        for other in [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "\\\\evil.example",
            "/\tevil",
            "/ evil",
            "javascript:alert(1)",
            "visits/1",
            "",
        ] {
            assert_eq!(own_path(Some(other)), None, "{other}");
        }
    }

    #[test]
    fn text_can_t_become_markup() {
        assert_eq!(
            escape(r#"<a href="x">'&"#),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"
        );
    }
}
