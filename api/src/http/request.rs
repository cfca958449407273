//! Each request has an id: the client's if it sent a UUID, else one of ours; it is in the answer too.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};
use adapters::system::SystemIds;
use commands::ports::IdSource;
use uuid::Uuid;

/// The header's name.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one request.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub Uuid);

impl RequestId {
    /// The id that the middleware gave the request.
    pub fn of(request: &HttpRequest) -> Self {
        request
            .extensions()
            .get()
            .copied()
            .unwrap_or_else(|| Self(SystemIds.id()))
    }
}

/// Gives the request its id and puts it on the answer.
pub async fn tag(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let sent = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|header| header.to_str().ok());
    let id = sent
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| SystemIds.id());
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.call(request).await?;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}
