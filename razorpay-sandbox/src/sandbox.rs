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

use crate::answer::Trouble;
use crate::books::deliveries;
use crate::checkout::Pages;
use crate::courier::Courier;
use crate::options::{SandboxKeys, SandboxOptions};
use crate::state::State;
use crate::{api, auth, checkout, knobs};

/// The largest body that is taken.
const MAX_BODY: usize = 64 * 1024;

/// How often old webhooks are removed.
const BETWEEN_CLEANINGS: Duration = Duration::from_mins(30);

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[error("starting the sandbox of the payment gateway")]
pub struct SandboxError(#[from] io::Error);

/// A running sandbox: a server of its own, and a courier that brings webhooks.
pub struct Sandbox {
    address: SocketAddr,
    state: Data<State>,
    server: ServerHandle,
    tasks: JoinSet<()>,
}

impl Sandbox {
    /// Starts to listen and to deliver.
    pub fn start(options: SandboxOptions) -> Result<Self, SandboxError> {
        let address = options.listener.local_addr()?;
        let state = Data::new(State {
            pool: options.pool,
            keys: options.keys,
            webhook_url: options.webhook_url,
            news: Arc::new(Notify::new()),
        });
        let server = serve(state.clone(), options.listener)?;
        let handle = server.handle();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "The sandbox of the payment gateway ended.");
            }
        });
        tasks.spawn(forget(state.pool.clone()));
        tasks.spawn(Courier::new(state.clone().into_inner(), options.pace).run());
        Ok(Self {
            address,
            state,
            server: handle,
            tasks,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its API is, with the version, as clients are configured with it.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> &SandboxKeys {
        &self.state.keys
    }

    /// The checkout, for another server that payers can reach.
    #[must_use]
    pub fn pages(&self) -> Pages {
        Pages::new(self.state.clone())
    }

    /// Answers what has been asked, then ends. What is not delivered waits in the books.
    pub async fn stop(mut self) {
        self.server.stop(true).await;
        self.tasks.shutdown().await;
    }
}

fn serve(state: Data<State>, listener: std::net::TcpListener) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(PayloadConfig::new(MAX_BODY))
            .wrap(DefaultHeaders::new().add(("Cache-Control", "no-store")))
            .service(
                web::scope("/v1")
                    .wrap(from_fn(knobs::misbehave))
                    .wrap(from_fn(auth::authenticate))
                    .configure(api::routes),
            )
            .configure(checkout::routes)
            .configure(knobs::routes)
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

/// Removes webhooks that nobody looks at any more.
async fn forget(pool: PgPool) {
    loop {
        if let Err(error) = deliveries::forget(&pool).await {
            tracing::warn!(%error, "The sandbox could not remove old webhooks; it tries again.");
        }
        tokio::time::sleep(BETWEEN_CLEANINGS).await;
    }
}

async fn unknown() -> Result<String, Trouble> {
    Err(Trouble::no_such_path())
}
