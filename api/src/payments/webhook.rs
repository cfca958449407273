//! `POST /api/v1/webhooks/razorpay`

use actix_web::http::header::HeaderValue;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use commands::payments::Taken;

use crate::app::App;
use crate::http::command_request::unreadable;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;

/// The largest body that is taken; Razorpay's have a few kilobytes.
pub const MAX_NEWS: usize = 256 * 1024;
/// That Razorpay says so: an HMAC over the very bytes of the body.
const SIGNATURE: &str = "X-Razorpay-Signature";
/// The id of the event; the same on every delivery of it. It is not signed.
const EVENT_ID: &str = "x-razorpay-event-id";

problems!(Unauthenticated);

/// Razorpay's news. They are kept, and that is the answer; what they mean for a payment follows. Nothing is
/// read before the signature is right. The same delivery again is answered in the same way.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/razorpay",
    tag = "payments",
    operation_id = "receiveRazorpayNews",
    params(
        ("X-Razorpay-Signature" = String, Header, description = "Razorpay's signature over the body"),
        ("x-razorpay-event-id" = Option<String>, Header, description = "Which event it is"),
    ),
    request_body(content = String, content_type = "application/json", description = "What Razorpay sends, up to 256 KiB"),
    responses(
        (status = 200, description = "It is kept"),
        Problems,
    ),
)]
pub async fn receive_razorpay_news(
    app: Data<App>,
    request: HttpRequest,
    body: Result<Bytes, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let body = body.map_err(|error| unreadable(&error))?;
    let header = |name| request.headers().get(name);
    let signature = header(SIGNATURE).and_then(|value| value.to_str().ok());
    let event_id = header(EVENT_ID).map(HeaderValue::as_bytes);
    let taken = app
        .inbox
        .keep(event_id.unwrap_or_default(), &body, signature)
        .await?;
    match taken {
        Taken::Kept => Ok(HttpResponse::Ok().finish()),
        // It is not told why.
        Taken::NotSigned => Err(Problem::titled(
            ProblemType::Unauthenticated,
            "This is not signed by anybody who is known here.",
        )),
    }
}
