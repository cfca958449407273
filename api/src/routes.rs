//! Every route, by resource.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{Error, HttpResponse};

use crate::app::App;
use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;
use crate::{
    accounts, appointments, auth, blocked_clients, break_glass, clinics, consents, doctors,
    erasures, health, leaves, metrics, openapi, patients, payments, records,
};

/// Registers every route.
pub fn all(config: &mut ServiceConfig) {
    config
        .configure(health::routes)
        .configure(metrics::routes)
        .configure(openapi::routes);
    config.service(
        web::scope("/api/v1")
            .wrap(from_fn(refuse_during_outage))
            .configure(auth::routes)
            .configure(accounts::routes)
            .configure(clinics::routes)
            .configure(doctors::routes)
            .configure(leaves::routes)
            .configure(patients::routes)
            .configure(consents::routes)
            .configure(break_glass::routes)
            .configure(erasures::routes)
            .configure(appointments::routes)
            .configure(payments::routes)
            .configure(records::routes)
            .configure(blocked_clients::routes),
    );
    config.default_service(web::to(unknown));
}

/// Answers nothing during an outage: requests would wait for seconds, or read what may be old after a fail-over.
async fn refuse_during_outage(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let app = request.app_data::<Data<App>>();
    if app.is_some_and(|app| app.commands.store().has_outage()) {
        // A response and no error: the outer middlewares add their headers to it.
        return Ok(request.error_response(Problem::from(ProblemType::DatabaseUnavailable)));
    }
    let response = next.call(request).await?;
    Ok(response.map_into_boxed_body())
}

async fn unknown() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}
