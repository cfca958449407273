//! Authentication of the API by its key.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq as _;

use crate::options::SandboxKeys;
use crate::response::ApiError;
use crate::state::State;

/// Passes requests with the right key.
pub(crate) async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let given = request.headers().get(AUTHORIZATION);
    let state = request.app_data::<Data<State>>();
    let known = match (given, state) {
        (Some(given), Some(state)) => is_key(given.as_bytes(), &state.keys),
        _ => false,
    };
    if !known {
        return Err(ApiError::unauthenticated().into());
    }
    next.call(request).await
}

/// The scheme's name is case-sensitive, as at Razorpay.
fn is_key(given: &[u8], keys: &SandboxKeys) -> bool {
    let pair = format!("{}:{}", keys.key_id, keys.key_secret.expose_secret());
    let expected = format!("Basic {}", STANDARD.encode(pair));
    given.ct_eq(expected.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_in_exactly_that_scheme_is_let_through() {
        let keys = SandboxKeys {
            key_id: "rzp_test_1".to_owned(),
            key_secret: "open sesame".into(),
            webhook_secret: "other".into(),
        };
        assert!(is_key(b"Basic cnpwX3Rlc3RfMTpvcGVuIHNlc2FtZQ==", &keys));
        for other in [
            "basic cnpwX3Rlc3RfMTpvcGVuIHNlc2FtZQ==",
            "BASIC cnpwX3Rlc3RfMTpvcGVuIHNlc2FtZQ==",
            "Bearer cnpwX3Rlc3RfMTpvcGVuIHNlc2FtZQ==",
            "Basic cnpwX3Rlc3RfMTo=",
            "Basic",
            "",
        ] {
            assert!(!is_key(other.as_bytes(), &keys), "{other}");
        }
    }
}
