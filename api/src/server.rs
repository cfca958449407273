//! The HTTP server: middleware, limits and time-outs around the routes.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig, ServiceConfig};
use actix_web::{App as WebApp, HttpServer};
use ipnet::IpNet;

use crate::app::App;
use crate::http::command_request::MAX_BODY;
use crate::http::{client, observe, security};
use crate::limits::{self, Limits};
use crate::metrics::{Metrics, MetricsAccess, Sampler};

/// Time for which an idle connection stays open: longer than proxies keep theirs (Caddy: two minutes). The side that
/// closes first would close under a request that the other one is just sending.
const KEEP_ALIVE: Duration = Duration::from_secs(130);

/// Settings of the server, besides the application.
pub struct ServerOptions {
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins of browsers' pages that may call.
    pub cors_origins: Vec<String>,
    /// Rule for reading the metrics.
    pub metrics: MetricsAccess,
    /// Rate limits.
    pub limits: Limits,
}

/// Serves the API on `listener`, with further routes beside it.
///
/// # Errors
/// If the listener can't be used or the metrics can't be prepared.
pub fn serve(
    app: Data<App>,
    options: ServerOptions,
    further_routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
    listener: TcpListener,
) -> std::io::Result<actix_web::dev::Server> {
    let metrics = Metrics::new(app.clock.now(), &app.access_log_metrics);
    let metrics = metrics.map_err(std::io::Error::other)?;
    let metrics = Data::new(metrics);
    let metrics_access = Data::new(options.metrics);
    let limits = Data::new(options.limits);
    let sampler = Data::new(Sampler::default());
    let clients = Data::new(client::Clients::behind(options.trusted_proxies));
    let server = HttpServer::new(move || {
        WebApp::new()
            .app_data(app.clone())
            .app_data(clients.clone())
            .app_data(metrics.clone())
            .app_data(sampler.clone())
            .app_data(metrics_access.clone())
            .app_data(limits.clone())
            .app_data(PayloadConfig::new(MAX_BODY))
            .wrap(from_fn(limits::limit))
            .wrap(security::cors(&options.cors_origins))
            .wrap(security::headers())
            .wrap(from_fn(observe::observe))
            .configure(&further_routes)
            .configure(crate::routes::all)
    })
    .disable_signals()
    .shutdown_timeout(10)
    .client_request_timeout(Duration::from_secs(15))
    .keep_alive(KEEP_ALIVE)
    .listen(listener)?;
    Ok(server.run())
}
