//! Control of the sandbox by tests: outcomes of payments, delivery of webhooks, failures. A real
//! gateway has none of this.
//!
//! | request | does |
//! |---|---|
//! | `POST /sandbox/orders/{id}/attempts` | makes an attempt to pay with a given outcome |
//! | `PUT /sandbox/orders/{id}/refunds` | sets the outcome of the order's next refunds |
//! | `POST /sandbox/refunds/{id}` | finishes a pending refund |
//! | `POST /sandbox/payments/{id}/disputes` | opens a dispute about a captured payment |
//! | `POST /sandbox/disputes/{id}` | moves a dispute on, or decides it |
//! | `PUT /sandbox/faults` | sets the failures of the API's next requests |
//! | `GET /sandbox/books` | totals of captured, refunded and lost money |
//! | `GET /sandbox/deliveries` | number of webhooks in each state |

mod attempts;
mod disputes;
mod faults;
mod refunds;
mod totals;

use actix_web::web::{self, ServiceConfig};

pub(crate) use faults::inject_faults;

/// Registers the control routes. They belong to the sandbox's own server, which listens for programs
/// on this machine.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route(
            "/sandbox/orders/{id}/attempts",
            web::post().to(attempts::create),
        )
        .route("/sandbox/orders/{id}/refunds", web::put().to(refunds::set))
        .route("/sandbox/refunds/{id}", web::post().to(refunds::end))
        .route(
            "/sandbox/payments/{id}/disputes",
            web::post().to(disputes::open),
        )
        .route("/sandbox/disputes/{id}", web::post().to(disputes::advance))
        .route("/sandbox/faults", web::put().to(faults::set))
        .route("/sandbox/books", web::get().to(totals::money))
        .route("/sandbox/deliveries", web::get().to(totals::deliveries));
}
