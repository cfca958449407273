//! What no real gateway has: a test says how payments end, how webhooks travel, and what goes wrong.
//!
//! | request | does |
//! |---|---|
//! | `POST /sandbox/orders/{id}/attempts` | tries to pay, with an end that is told |
//! | `PUT /sandbox/orders/{id}/refunds` | says how the order's next refunds end |
//! | `POST /sandbox/refunds/{id}` | ends a refund that is pending |
//! | `PUT /sandbox/faults` | says what is wrong with the API's next answers |
//! | `GET /sandbox/books` | captured and refunded, by currency and by order |
//! | `GET /sandbox/deliveries` | how many webhooks are in which state |

mod attempts;
mod faults;
mod refunds;
mod totals;

use actix_web::web::{self, ServiceConfig};

pub(crate) use faults::misbehave;

/// The knobs. They are for the sandbox's own server, which listens for programs on this machine.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route(
            "/sandbox/orders/{id}/attempts",
            web::post().to(attempts::attempt),
        )
        .route("/sandbox/orders/{id}/refunds", web::put().to(refunds::set))
        .route("/sandbox/refunds/{id}", web::post().to(refunds::end))
        .route("/sandbox/faults", web::put().to(faults::set))
        .route("/sandbox/books", web::get().to(totals::books))
        .route("/sandbox/deliveries", web::get().to(totals::deliveries));
}
