//! Each request has an id: the client's if it is fit to be one, else one of ours.

use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{HttpMessage, HttpRequest};
use adapters::system::SystemIds;
use commands::ports::IdSource;
use opentelemetry::trace::TraceId;
use uuid::Uuid;

/// The header's name.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of a client's id, at most.
const LONGEST: usize = 64;

/// Under which a client's id that is no UUID becomes one: `UUIDv5(this, id)`.
const NAMESPACE: Uuid = Uuid::from_u128(0x0193_5d0a_7c2e_7b64_9c1f_5a0e_4b7d_2f61);

/// The id of a request, as its sender and this server call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId {
    token: String,
    uuid: Uuid,
    trace: Option<TraceId>,
}

impl RequestId {
    /// The client's id, or a new one.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let sent = headers.get(&REQUEST_ID);
        let sent = sent.and_then(|header| header.to_str().ok());
        sent.filter(|id| is_sane(id))
            .map_or_else(Self::new, Self::sent)
    }

    /// The id that the middleware gave the request.
    pub fn from_request(request: &HttpRequest) -> Self {
        request
            .extensions()
            .get()
            .cloned()
            .unwrap_or_else(Self::new)
    }

    fn new() -> Self {
        let uuid = SystemIds.id();
        Self {
            token: uuid.to_string(),
            uuid,
            trace: None,
        }
    }

    fn sent(token: &str) -> Self {
        let uuid = Uuid::try_parse(token);
        Self {
            token: token.to_owned(),
            uuid: uuid.unwrap_or_else(|_| Uuid::new_v5(&NAMESPACE, token.as_bytes())),
            trace: None,
        }
    }

    /// The same as part of a trace.
    pub fn within(self, trace: Option<TraceId>) -> Self {
        Self { trace, ..self }
    }

    /// As it stands in answers and in our log.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// As it stands in events: the log of events is for ever, and keeps no text of a client's choice.
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    /// Returns the id that the events of this request share with others of the same trace, if it belongs to one.
    pub fn correlation(&self) -> Uuid {
        self.trace
            .map_or(self.uuid, |trace| Uuid::from_bytes(trace.to_bytes()))
    }
}

/// Returns whether a client's id can be repeated anywhere without harm.
fn is_sane(id: &str) -> bool {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(safe)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn sent(id: &str) -> RequestId {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_str(id).unwrap());
        RequestId::from_headers(&headers)
    }

    #[test]
    fn a_sane_id_is_kept_as_it_is() {
        for id in ["a", "checkout-17_b.2", &"x".repeat(64)] {
            assert_eq!(sent(id).token(), id);
        }
    }

    #[test]
    fn any_other_id_is_replaced_by_one_of_ours() {
        for id in ["", "two words", "a\"b", "a\tb", "a/b", "é", &"x".repeat(65)] {
            let given = sent(id);
            assert_ne!(given.token(), id);
            assert_eq!(given.token(), given.uuid().to_string());
            assert_eq!(given.uuid().get_version_num(), 7);
        }
    }

    #[test]
    fn events_hold_a_clients_uuid_and_a_uuid_for_anything_else() {
        let uuid = "018f0d5e-6f2a-7a41-8c3b-0f3e2d1c4b5a";
        assert_eq!(sent(uuid).uuid().to_string(), uuid);
        let other = sent("checkout-17").uuid();
        assert_eq!(other, sent("checkout-17").uuid());
        assert_ne!(other, sent("checkout-18").uuid());
        assert_eq!(other.get_version_num(), 5);
    }

    #[test]
    fn the_trace_is_what_events_of_several_requests_share() {
        let trace = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
        let within = sent("checkout-17").within(Some(trace));
        assert_eq!(within.correlation().simple().to_string(), trace.to_string());
        let alone = sent("checkout-17");
        assert_eq!(alone.correlation(), alone.uuid());
    }
}
