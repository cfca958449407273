//! Every route, by resource.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::http::problem::Problem;
use crate::{
    accounts, appointments, auth, clinics, doctors, health, leaves, metrics, openapi, patients,
    payments,
};

/// Registers every route.
pub fn all(config: &mut ServiceConfig) {
    config
        .configure(health::routes)
        .configure(metrics::routes)
        .configure(openapi::routes);
    config.service(
        web::scope("/api/v1")
            .configure(auth::routes)
            .configure(accounts::routes)
            .configure(clinics::routes)
            .configure(doctors::routes)
            .configure(leaves::routes)
            .configure(patients::routes)
            .configure(appointments::routes)
            .configure(payments::routes),
    );
    config.default_service(web::to(unknown));
}

async fn unknown() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}
