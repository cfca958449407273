//! From settings to a running application; production and tests start the same one.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App as WebApp, HttpServer};
use adapters::argon2::Argon2PasswordHasher;
use adapters::gateway_inbox::PgGatewayInbox;
use adapters::identity::{PgCredentialStore, PgLoginThrottle, PgSessionStore};
use adapters::jwt::{AccessTokenSigner, AccessTokenVerifier, JwtKeys, TokenRealm};
use anyhow::Context as _;
use chrono::{DateTime, Utc};
use commands::Commands;
use commands::identity::{Identity, IdentityPorts, LoginIndex};
use commands::payments::{Inbox, Payments};
use commands::ports::{Clock, IdSource};
use domain::appointment::BookingPolicy;
use event_store::{Daemon, DaemonOptions, EventStore, MasterKeys, Sealing};
use ipnet::IpNet;
use razorpay_sandbox::{Pages, Sandbox};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::app::App;
use crate::gateway::Gateway;
use crate::http::submission::MAX_BODY;
use crate::http::{client, observe, security};
use crate::metrics::{Metrics, MetricsAccess, Sampler};
use crate::revoked::RevokedSessions;
use crate::tokens::Tokens;

/// How often due timers are looked for.
const TIMER_PAUSE: Duration = Duration::from_millis(500);
/// How long a connection that is not used stays open: longer than proxies keep theirs (Caddy: two minutes).
/// Whoever closes first closes under a request that the other one is just sending.
const KEPT_OPEN: Duration = Duration::from_secs(130);
/// How often what has grown old is removed.
const JANITOR_PAUSE: Duration = Duration::from_mins(10);
/// How long idempotency keys are kept, in hours.
const KEYS_KEPT_HOURS: i32 = 24;

/// Who the tokens are from and for.
#[must_use]
pub fn realm() -> TokenRealm {
    TokenRealm {
        issuer: "caresync".to_owned(),
        audience: "caresync-api".to_owned(),
    }
}

/// Everything that an application is made of.
pub struct Parts {
    /// Connections to a migrated database.
    pub pool: PgPool,
    /// Signs and verifies access tokens.
    pub jwt: JwtKeys,
    /// Finds logins.
    pub logins: LoginIndex,
    /// Wrap the keys of persons.
    pub master: MasterKeys,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Identifiers and secrets.
    pub ids: Arc<dyn IdSource>,
    /// What the clinic group decided about bookings.
    pub policy: BookingPolicy,
    /// Origins of browsers' pages that may call.
    pub cors_origins: Vec<String>,
    /// Proxies whose word about the client's address is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// Who may read the metrics.
    pub metrics: MetricsAccess,
    /// Who takes the money.
    pub gateway: Gateway,
}

/// A running node.
pub struct Application {
    app: Data<App>,
    address: SocketAddr,
    server: ServerHandle,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    daemon: Daemon,
    gateway: Gateway,
    /// Timers, the janitor, the follower of revoked sessions. Stopped with the node.
    background: JoinSet<()>,
}

impl Application {
    /// Opens the log, starts the subscribers and serves on `listener`.
    pub async fn start(parts: Parts, listener: TcpListener) -> anyhow::Result<Self> {
        Self::start_after(parts, listener, async |_: &App| Ok(())).await
    }

    /// The same, once `first` is done: until then nobody is answered, and no timer runs.
    pub async fn start_after(
        parts: Parts,
        listener: TcpListener,
        first: impl AsyncFnOnce(&App) -> anyhow::Result<()>,
    ) -> anyhow::Result<Self> {
        let sealing = Sealing::open(parts.pool.clone(), parts.master).await?;
        let options = commands::log::options(parts.logins.clone(), sealing);
        let store = EventStore::open_with(parts.pool.clone(), options).await?;
        let commands = Commands::new(store.clone(), parts.clock.clone(), parts.ids.clone());
        let payments = Payments::new(
            commands.clone(),
            parts.gateway.port.clone(),
            parts.gateway.reconcile_after,
        );
        let sealing = store.sealing().clone();
        let deliveries = Arc::new(PgGatewayInbox::new(parts.pool.clone(), sealing));
        let account = parts.gateway.account.clone();
        let inbox = Inbox::new(payments.clone(), deliveries.clone(), account);
        let sessions = Arc::new(PgSessionStore::new(parts.pool.clone()));
        let throttle = Arc::new(PgLoginThrottle::new(parts.pool.clone()));
        let identity_ports = IdentityPorts {
            credentials: Arc::new(PgCredentialStore::new(parts.pool.clone())),
            sessions: sessions.clone(),
            throttle: throttle.clone(),
            hasher: Arc::new(Argon2PasswordHasher::new()),
        };
        let identity = Identity::new(commands.clone(), identity_ports, parts.logins);
        let mut subscribers = projections::all(store.sealing());
        subscribers.extend(commands::reactions::all(
            sessions.clone(),
            parts.gateway.reconcile_after,
        ));
        let daemon = Daemon::start(&store, subscribers, DaemonOptions::default());

        let restored = event_store::epoch_opened(&parts.pool).await?;
        let revoked = RevokedSessions::new(restored);
        revoked.refresh(&identity, &*parts.clock).await?;
        let mut background = JoinSet::new();
        background.spawn(
            revoked
                .clone()
                .follow(identity.clone(), parts.clock.clone()),
        );
        let janitor = Janitor::new(store, sessions, throttle, deliveries);
        background.spawn(janitor.work(parts.clock.clone()));

        let signer = AccessTokenSigner::new(&parts.jwt, realm());
        let app = Data::new(App {
            commands,
            payments,
            inbox,
            identity,
            pool: parts.pool,
            progress: daemon.progress(),
            tokens: Tokens::new(signer, parts.ids),
            verifier: AccessTokenVerifier::new(&parts.jwt, realm()),
            revoked,
            in_flight: crate::http::in_flight::InFlight::default(),
            clock: parts.clock,
            policy: parts.policy,
        });
        if let Err(error) = first(&app).await {
            background.shutdown().await;
            daemon.stop().await;
            parts.gateway.stop().await;
            return Err(error);
        }
        background.spawn(commands::reactions::run_timers(
            app.pool.clone(),
            app.clock.clone(),
            commands::reactions::due(&app.commands, &app.payments, &app.inbox),
            TIMER_PAUSE,
        ));
        let address = listener
            .local_addr()
            .context("reading the listener's address")?;
        let surroundings = Surroundings {
            clients: client::Clients::behind(parts.trusted_proxies),
            origins: parts.cors_origins,
            metrics: Data::new(Metrics::new(app.clock.now()).context("preparing the metrics")?),
            sampler: Data::default(),
            metrics_access: Data::new(parts.metrics),
            pages: parts.gateway.pages(),
        };
        let server = serve(app.clone(), surroundings, listener)?;
        let handle = server.handle();
        #[expect(
            clippy::disallowed_methods,
            reason = "owned by this struct and awaited in stop"
        )]
        let serving = tokio::spawn(server);
        Ok(Self {
            app,
            address,
            server: handle,
            serving,
            daemon,
            gateway: parts.gateway,
            background,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its handlers work with.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The sandbox of the payment gateway, if there is one.
    #[must_use]
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.gateway.sandbox()
    }

    /// How many events the slowest subscriber has still to take.
    pub async fn lag(&self) -> Result<u64, event_store::StoreError> {
        let slowest = self
            .app
            .progress
            .all()
            .into_iter()
            .map(|(_, cursor)| cursor)
            .min();
        match slowest {
            Some(cursor) => self.app.commands.store().events_after(cursor).await,
            None => Ok(0),
        }
    }

    /// Ends when the server does.
    pub async fn failed(&mut self) -> anyhow::Error {
        match (&mut self.serving).await {
            Ok(Ok(())) => anyhow::anyhow!("the server ended"),
            Ok(Err(error)) => anyhow::Error::new(error).context("serving"),
            Err(error) => anyhow::Error::new(error).context("serving"),
        }
    }

    /// Answers what has been asked, lets subscribers finish their batch, then ends.
    pub async fn stop(mut self) {
        self.server.stop(true).await;
        self.background.shutdown().await;
        self.daemon.stop().await;
        self.gateway.stop().await;
    }
}

/// What the server needs besides the application.
struct Surroundings {
    clients: client::Clients,
    origins: Vec<String>,
    metrics: Data<Metrics>,
    sampler: Data<Sampler>,
    metrics_access: Data<MetricsAccess>,
    /// The checkout of the sandbox, which payers reach through this server.
    pages: Option<Pages>,
}

fn serve(
    app: Data<App>,
    around: Surroundings,
    listener: TcpListener,
) -> anyhow::Result<actix_web::dev::Server> {
    let server = HttpServer::new(move || {
        WebApp::new()
            .app_data(app.clone())
            .app_data(Data::new(around.clients.clone()))
            .app_data(around.metrics.clone())
            .app_data(around.sampler.clone())
            .app_data(around.metrics_access.clone())
            .app_data(PayloadConfig::new(MAX_BODY))
            .wrap(security::cors(&around.origins))
            .wrap(security::headers())
            .wrap(from_fn(observe::observe))
            .configure(|config| {
                if let Some(pages) = &around.pages {
                    pages.routes(config);
                }
            })
            .configure(crate::routes::all)
    })
    .disable_signals()
    .shutdown_timeout(10)
    .client_request_timeout(Duration::from_secs(15))
    .keep_alive(KEPT_OPEN)
    .listen(listener)
    .context("listening")?;
    Ok(server.run())
}

/// What the janitor looks after.
struct Janitor {
    store: EventStore,
    sessions: Arc<PgSessionStore>,
    throttle: Arc<PgLoginThrottle>,
    deliveries: Arc<PgGatewayInbox>,
}

impl Janitor {
    fn new(
        store: EventStore,
        sessions: Arc<PgSessionStore>,
        throttle: Arc<PgLoginThrottle>,
        deliveries: Arc<PgGatewayInbox>,
    ) -> Self {
        Self {
            store,
            sessions,
            throttle,
            deliveries,
        }
    }

    /// Removes what nobody needs any more: old idempotency keys, ended sessions, forgotten failures, what the
    /// payment gateway told long ago.
    async fn work(self, clock: Arc<dyn Clock>) {
        loop {
            tokio::time::sleep(JANITOR_PAUSE).await;
            if let Err(error) = self.clean(clock.now()).await {
                tracing::warn!(error = %error, "Old rows could not be removed; the next round tries again.");
            }
        }
    }

    async fn clean(&self, at: DateTime<Utc>) -> anyhow::Result<()> {
        self.store.forget_replies(KEYS_KEPT_HOURS).await?;
        self.sessions.prune(at).await?;
        self.throttle.prune(at).await?;
        self.deliveries.prune(at).await?;
        Ok(())
    }
}
