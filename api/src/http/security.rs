//! Security headers of every response, and the origins that may call from a page.

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::middleware::DefaultHeaders;

use crate::limits::{RATE_LIMIT, RATE_LIMIT_POLICY};

/// Headers on every answer (OWASP secure headers). A handler may set its own instead.
pub fn headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("X-Frame-Options", "DENY"))
        .add(("Referrer-Policy", "no-referrer"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
        .add((
            "Strict-Transport-Security",
            "max-age=31536000; includeSubDomains",
        ))
        .add((
            "Content-Security-Policy",
            "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
             frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
        ))
        .add(("Cache-Control", "no-store"))
}

/// Pages of the named origins may call; without any, none may.
pub fn cors(origins: &[String]) -> Cors {
    let exposed = [
        "CareSync-Position",
        "ETag",
        "Idempotency-Replayed",
        "Location",
        RATE_LIMIT,
        RATE_LIMIT_POLICY,
        "Retry-After",
        "X-Request-Id",
    ];
    let accepted = [
        "Authorization",
        "CareSync-Position",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "X-Request-Id",
    ];
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allowed_headers(accepted)
        .expose_headers(exposed)
        .max_age(600);
    origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}
