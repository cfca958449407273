//! The headers `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): Structured Fields, RFC 9651.

use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use commands::ports::{Quota, RateDecision};

use super::class::RouteClass;

/// The header with what is left.
pub const RATE_LIMIT: &str = "RateLimit";
/// The header with the quota.
pub const RATE_LIMIT_POLICY: &str = "RateLimit-Policy";

/// The standing of a caller after a request.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// The class of the route.
    pub class: RouteClass,
    /// Its quota.
    pub quota: Quota,
    /// The decision of the limiter.
    pub decision: RateDecision,
}

impl Standing {
    /// Adds the headers.
    pub fn describe(&self, headers: &mut HeaderMap) {
        let Self {
            class,
            quota,
            decision,
        } = self;
        let (class, Quota { requests, seconds }) = (class.as_str(), quota);
        let reset = whole_seconds(decision.reset);
        let policy = format!("\"{class}\";q={requests};w={seconds}");
        let left = format!("\"{class}\";r={};t={reset}", decision.remaining);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

/// Rounds up: who waits for so long has waited long enough.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_are_items_with_parameters() {
        let standing = Standing {
            class: RouteClass::SignUp,
            quota: Quota {
                requests: 200.try_into().unwrap(),
                seconds: 600.try_into().unwrap(),
            },
            decision: RateDecision {
                admitted: true,
                remaining: 17,
                reset: Duration::from_millis(29_001),
            },
        };
        let mut headers = HeaderMap::new();
        standing.describe(&mut headers);
        assert_eq!(
            headers.get(RATE_LIMIT_POLICY).unwrap(),
            "\"sign-up\";q=200;w=600"
        );
        assert_eq!(headers.get(RATE_LIMIT).unwrap(), "\"sign-up\";r=17;t=30");
    }
}
