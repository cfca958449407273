//! A running sandbox.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web::{self, Data, PayloadConfig};
use actix_web::{App, HttpServer};
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::checkout::{Pages, ReturnOrigins};
use crate::options::{SandboxKeys, SandboxOptions};
use crate::response::ApiError;
use crate::state::State;
use crate::store::deliveries;
use crate::webhook_sender::WebhookSender;
use crate::{api, auth, checkout, control};

/// The largest accepted body.
const MAX_BODY: usize = 64 * 1024;

/// Interval of removing old webhooks.
const CLEANING_INTERVAL: Duration = Duration::from_mins(30);

/// A sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[error("starting the sandbox of the payment gateway")]
pub struct SandboxError(#[from] io::Error);

/// A running sandbox: a server of its own, and a sender of webhooks.
pub struct Sandbox {
    address: SocketAddr,
    state: Data<State>,
    server: ServerHandle,
    tasks: JoinSet<()>,
}

impl Sandbox {
    /// Starts to listen and to send webhooks.
    pub fn start(options: SandboxOptions) -> Result<Self, SandboxError> {
        let address = options.listener.local_addr()?;
        let state = Data::new(State {
            pool: options.pool,
            keys: options.keys,
            webhook_url: options.webhook_url,
            wake_sender: Arc::new(Notify::new()),
        });
        let server = serve(state.clone(), options.listener)?;
        let handle = server.handle();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "The sandbox of the payment gateway ended.");
            }
        });
        tasks.spawn(remove_old_webhooks(state.pool.clone()));
        tasks.spawn(WebhookSender::new(state.clone().into_inner(), options.pace).run());
        Ok(Self {
            address,
            state,
            server: handle,
            tasks,
        })
    }

    /// Returns the address of its listener.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the base URL of its API with the version, as clients are configured with it.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Returns its keys.
    #[must_use]
    pub fn keys(&self) -> &SandboxKeys {
        &self.state.keys
    }

    /// Returns the checkout, for another server that payers can reach. Payers may be sent back to paths of that
    /// server, and to pages of these origins.
    #[must_use]
    pub fn pages(&self, origins: Vec<String>) -> Pages {
        Pages::new(self.state.clone(), ReturnOrigins::new(origins))
    }

    /// Finishes running requests, then stops. Undelivered webhooks stay in the database.
    pub async fn stop(mut self) {
        self.server.stop(true).await;
        self.tasks.shutdown().await;
    }
}

fn serve(state: Data<State>, listener: std::net::TcpListener) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(Data::new(ReturnOrigins::default()))
            .app_data(PayloadConfig::new(MAX_BODY))
            .wrap(DefaultHeaders::new().add(("Cache-Control", "no-store")))
            .service(
                web::scope("/v1")
                    .wrap(from_fn(control::inject_faults))
                    .wrap(from_fn(auth::authenticate))
                    .configure(api::routes),
            )
            .configure(checkout::routes)
            .configure(control::routes)
            .default_service(web::to(unknown))
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(5)
    .client_request_timeout(Duration::from_secs(15))
    .keep_alive(Duration::from_mins(1))
    .listen(listener)?;
    Ok(server.run())
}

/// Removes old webhooks.
async fn remove_old_webhooks(pool: PgPool) {
    loop {
        if let Err(error) = deliveries::remove_old(&pool).await {
            tracing::warn!(%error, "The sandbox could not remove old webhooks; it tries again.");
        }
        tokio::time::sleep(CLEANING_INTERVAL).await;
    }
}

async fn unknown() -> Result<String, ApiError> {
    Err(ApiError::no_such_path())
}
