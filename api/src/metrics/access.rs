//! Access to the metrics. They tell of no person, but how busy a clinic is does not concern everyone.

use actix_web::HttpRequest;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::http::access::bearer;
use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;

/// Headers that a proxy adds to a request.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// Access to the metrics.
#[derive(Debug, Clone)]
pub enum MetricsAccess {
    /// Callers that show this token.
    Token(SecretString),
    /// Programs on this machine, unless they ask for another.
    Loopback,
    /// No callers.
    Closed,
}

impl MetricsAccess {
    /// Goes on only for those who may.
    ///
    /// # Errors
    /// 401 where a token opens it, else 404.
    pub fn admit(&self, request: &HttpRequest) -> Result<(), Problem> {
        match self {
            Self::Token(token) if shows(request, token) => Ok(()),
            Self::Token(_) => Err(Problem::titled(
                ProblemType::Unauthenticated,
                "Send the metrics' token.",
            )),
            Self::Loopback if is_local(request) => Ok(()),
            Self::Loopback | Self::Closed => Err(Problem::not_found()),
        }
    }
}

fn shows(request: &HttpRequest, token: &SecretString) -> bool {
    let shown = bearer(request).unwrap_or_default().as_bytes();
    shown.ct_eq(token.expose_secret().as_bytes()).into()
}

fn is_local(request: &HttpRequest) -> bool {
    let forwarded = FORWARDED
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let peer = request.peer_addr();
    !forwarded && peer.is_some_and(|peer| peer.ip().is_loopback())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn asked(access: &MetricsAccess, request: TestRequest) -> u16 {
        match access.admit(&request.to_http_request()) {
            Ok(()) => 200,
            Err(problem) => actix_web::ResponseError::status_code(&problem).as_u16(),
        }
    }

    fn from(peer: &str) -> TestRequest {
        TestRequest::default().peer_addr(peer.parse().unwrap())
    }

    #[test]
    fn without_a_token_only_programs_on_this_machine_read_them() {
        let access = MetricsAccess::Loopback;
        assert_eq!(asked(&access, from("127.0.0.1:1")), 200);
        assert_eq!(asked(&access, from("[::1]:1")), 200);
        assert_eq!(asked(&access, from("203.0.113.9:1")), 404);
        assert_eq!(asked(&access, TestRequest::default()), 404);
    }

    #[test]
    fn a_proxy_on_this_machine_does_not_read_them_for_others() {
        for name in FORWARDED {
            let request = from("127.0.0.1:1").insert_header((name, "203.0.113.9"));
            assert_eq!(asked(&MetricsAccess::Loopback, request), 404, "{name}");
        }
    }

    #[test]
    fn a_token_opens_them_from_anywhere_and_nothing_else_does() {
        let access = MetricsAccess::Token("a-token-of-the-operators".into());
        let with = |sent: &str| from("203.0.113.9:1").insert_header(("authorization", sent));
        assert_eq!(asked(&access, with("Bearer a-token-of-the-operators")), 200);
        assert_eq!(asked(&access, with("Bearer a-token-of-the-operator")), 401);
        assert_eq!(asked(&access, with("Bearer ")), 401);
        assert_eq!(asked(&access, from("127.0.0.1:1")), 401);
    }

    #[test]
    fn closed_metrics_are_not_there() {
        assert_eq!(asked(&MetricsAccess::Closed, from("127.0.0.1:1")), 404);
    }
}
