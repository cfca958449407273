//! From settings to a running application; production and tests start the same one.

mod background;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{Data, ServiceConfig};
use adapters::access_log::PgAccessLog;
use adapters::argon2::Argon2PasswordHasher;
use adapters::gateway_inbox::PgGatewayInbox;
use adapters::identity::{
    PgBlockedClientStore, PgCodeStore, PgCredentialStore, PgDeviceStore, PgLoginThrottle,
    PgSecondFactorStore, PgSessionStore,
};
use adapters::jwt::{AccessTokenSigner, AccessTokenVerifier, JwtKeys, TokenRealm};
use adapters::mail::PgMailOutbox;
use adapters::note_drafts::PgNoteDraftStore;
use adapters::rate_limits::LocalRateLimiter;
use adapters::receipt_pdf::ReceiptPrinter;
use anyhow::Context as _;
use api::{
    AccessLogMetrics, App, BlockPolicy, BlockedClients, InFlight, Limits, MetricsAccess,
    RateLimits, RevokedSessions, SecondFactorPolicies, ServerOptions, Tokens,
};
use chrono::{DateTime, TimeDelta, Utc};
use commands::Commands;
use commands::authorization::ClinicalPolicy;
use commands::erasures::Erasures;
use commands::identity::{Identity, IdentityPorts, LoginIndex};
use commands::payments::{Inbox, Payments};
use commands::ports::{Clock, CodeStore, IdSource};
use commands::reactions::{Mails, Notices};
use commands::records::Records;
use domain::appointment::BookingPolicy;
use event_store::{EventStore, MasterKeys, Sealing};
use ipnet::IpNet;
use razorpay_sandbox::Sandbox;
use sqlx::PgPool;

use background::{Background, Janitor};

use crate::erasable_data::StoredData;
use crate::gateway::Gateway;
use crate::mail::Mailing;
use crate::recipients::ListedRecipients;

/// Time between two looks for due timers.
pub const TIMER_PAUSE: Duration = Duration::from_millis(500);

/// Issuer and audience of access tokens.
#[must_use]
pub fn realm() -> TokenRealm {
    TokenRealm {
        issuer: "caresync".to_owned(),
        audience: "caresync-api".to_owned(),
    }
}

/// Dependencies of an application.
pub struct Dependencies {
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
    /// Rules of the clinic group about bookings.
    pub policy: BookingPolicy,
    /// Rules of the clinic group about charts.
    pub clinical_policy: ClinicalPolicy,
    /// The time for which keyrings of backups are kept.
    pub keyrings_kept: TimeDelta,
    /// True if staff needs a second factor at clinics that don't say otherwise.
    pub staff_second_factor: bool,
    /// Time between two looks for due timers: [`TIMER_PAUSE`], shorter in tests.
    pub timer_pause: Duration,
    /// Origins of browsers' pages that may call.
    pub cors_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Rule for reading the metrics.
    pub metrics: MetricsAccess,
    /// Quotas of requests.
    pub rate_limits: RateLimits,
    /// Rule by which clients are blocked.
    pub blocks: BlockPolicy,
    /// The payment gateway.
    pub gateway: Gateway,
    /// Mail.
    pub mailing: Mailing,
    /// Prints receipts.
    pub printer: ReceiptPrinter,
}

impl Dependencies {
    /// Everything that sending mails and notices needs, if there is mail.
    fn notices(&self, app: &App) -> Option<Notices> {
        let mailer = self.mailing.mailer.clone()?;
        let sealing = app.commands.store().sealing();
        let recipients = ListedRecipients::new(self.pool.clone(), sealing.clone());
        Some(Notices {
            mails: Mails {
                mailer,
                outbox: Arc::new(PgMailOutbox::new(self.pool.clone(), sealing.clone())),
                clock: self.clock.clone(),
            },
            recipients: Arc::new(recipients),
        })
    }
}

/// A running node.
pub struct Application {
    app: Data<App>,
    address: SocketAddr,
    server: ServerHandle,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    background: Background,
    janitor: Janitor,
    gateway: Gateway,
}

impl Application {
    /// Opens the log, starts the subscribers and serves on `listener`.
    pub async fn start(dependencies: Dependencies, listener: TcpListener) -> anyhow::Result<Self> {
        Self::start_after(dependencies, listener, async |_: &App| Ok(())).await
    }

    /// The same, once `first` is done: until then no request is answered, and no timer runs.
    pub async fn start_after(
        dependencies: Dependencies,
        listener: TcpListener,
        first: impl AsyncFnOnce(&App) -> anyhow::Result<()>,
    ) -> anyhow::Result<Self> {
        let (app, mut background, janitor) = compose(&dependencies).await?;
        let notices = dependencies.notices(&app);
        let gateway = dependencies.gateway;
        if let Err(error) = first(&app).await {
            background.stop().await;
            gateway.stop().await;
            return Err(error);
        }
        background.run_timers(&app, notices, dependencies.timer_pause);
        let address = listener
            .local_addr()
            .context("reading the listener's address")?;
        let limiter = Arc::new(LocalRateLimiter::new(dependencies.clock.clone()));
        let options = ServerOptions {
            trusted_proxies: dependencies.trusted_proxies,
            cors_origins: dependencies.cors_origins,
            metrics: dependencies.metrics,
            limits: Limits::new(limiter, dependencies.rate_limits, dependencies.blocks),
        };
        let pages = gateway.pages(&options.cors_origins);
        let mailbox = dependencies.mailing.mailbox();
        let sandboxes = move |config: &mut ServiceConfig| {
            if let Some(pages) = &pages {
                pages.routes(config);
            }
            if let Some(mailbox) = &mailbox {
                mailbox.routes(config);
            }
        };
        let server = api::serve(app.clone(), options, sandboxes, listener).context("listening")?;
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
            background,
            janitor,
            gateway,
        })
    }

    /// Address on which it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// State of its handlers.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The sandbox of the payment gateway, if there is one.
    #[must_use]
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.gateway.sandbox()
    }

    /// Removes the rows that have grown old at `at`. The node does so by itself every ten minutes.
    pub async fn remove_old_rows(&self, at: DateTime<Utc>) -> anyhow::Result<()> {
        self.janitor.clean(at).await
    }

    /// Number of events that the slowest subscriber has still to take.
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

    /// Answers the requests that came in, lets subscribers finish their batch, then ends.
    pub async fn stop(self) {
        self.server.stop(true).await;
        self.background.stop().await;
        self.gateway.stop().await;
    }
}

/// Builds the state of the handlers, and starts everything that reads the log.
async fn compose(dependencies: &Dependencies) -> anyhow::Result<(Data<App>, Background, Janitor)> {
    let Dependencies { pool, clock, .. } = dependencies;
    let store = open_store(dependencies).await?;
    let adapters = Adapters::new(pool, &store);
    adapters.access_log.add_partitions(clock.now()).await?;
    let commands = Commands::new(store.clone(), clock.clone(), dependencies.ids.clone());
    let identity = Identity::new(
        commands.clone(),
        adapters.identity_ports(&dependencies.mailing),
        dependencies.logins.clone(),
    );
    let gateway = &dependencies.gateway;
    let payments = Payments::new(
        commands.clone(),
        gateway.port.clone(),
        gateway.reconcile_after,
    );
    let inbox = Inbox::new(
        payments.clone(),
        adapters.deliveries.clone(),
        gateway.account.clone(),
    );
    let records = Records::new(commands.clone(), adapters.note_drafts.clone());
    let data = Arc::new(StoredData::new(
        pool.clone(),
        &store,
        dependencies.logins.clone(),
    ));
    let erasures = Erasures::new(commands.clone(), data, dependencies.keyrings_kept);
    let revoked = RevokedSessions::new(event_store::epoch_opened(pool).await?);
    revoked.refresh(&identity, &**clock).await?;
    let second_factors = SecondFactorPolicies::new(dependencies.staff_second_factor);
    second_factors.refresh(&identity).await?;
    let mut background = Background::start(&store, &adapters, gateway.reconcile_after);
    let blocked = BlockedClients::new(adapters.blocked.clone());
    blocked.refresh(clock.now()).await?;
    background.spawn(blocked.clone().follow(clock.clone()));
    background.spawn(revoked.clone().follow(identity.clone(), clock.clone()));
    let access_log = Arc::new(adapters.access_log.clone());
    let janitor = Janitor::new(store, adapters);
    background.spawn(janitor.clone().run(clock.clone()));
    background.spawn(second_factors.clone().follow(identity.clone()));
    let signer = AccessTokenSigner::new(&dependencies.jwt, realm());
    let app = Data::new(App {
        commands,
        records,
        payments,
        inbox,
        erasures,
        identity,
        pool: pool.clone(),
        access_log,
        access_log_metrics: AccessLogMetrics::new()?,
        clinical_policy: dependencies.clinical_policy,
        progress: background.daemon.progress(),
        tokens: Tokens::new(signer, dependencies.ids.clone()),
        verifier: AccessTokenVerifier::new(&dependencies.jwt, realm()),
        revoked,
        blocked,
        second_factors,
        in_flight: InFlight::default(),
        clock: clock.clone(),
        policy: dependencies.policy,
        checkout: gateway.checkout(),
        printer: dependencies.printer.clone(),
    });
    Ok((app, background, janitor))
}

async fn open_store(dependencies: &Dependencies) -> anyhow::Result<EventStore> {
    let pool = &dependencies.pool;
    let sealing = Sealing::open(pool.clone(), dependencies.master.clone()).await?;
    let options = commands::store_options::options(dependencies.logins.clone(), sealing);
    Ok(EventStore::open_with(pool.clone(), options).await?)
}

/// Adapters of the write side that keep rows outside of the log.
#[derive(Clone)]
struct Adapters {
    credentials: Arc<PgCredentialStore>,
    sessions: Arc<PgSessionStore>,
    throttle: Arc<PgLoginThrottle>,
    devices: Arc<PgDeviceStore>,
    blocked: Arc<PgBlockedClientStore>,
    second_factors: Arc<PgSecondFactorStore>,
    codes: Arc<PgCodeStore>,
    outbox: PgMailOutbox,
    deliveries: Arc<PgGatewayInbox>,
    note_drafts: Arc<PgNoteDraftStore>,
    access_log: PgAccessLog,
}

impl Adapters {
    fn new(pool: &PgPool, store: &EventStore) -> Self {
        let sealing = store.sealing();
        let outbox = PgMailOutbox::new(pool.clone(), sealing.clone());
        Self {
            credentials: Arc::new(PgCredentialStore::new(pool.clone(), outbox.clone())),
            sessions: Arc::new(PgSessionStore::new(pool.clone())),
            throttle: Arc::new(PgLoginThrottle::new(pool.clone())),
            devices: Arc::new(PgDeviceStore::new(pool.clone())),
            blocked: Arc::new(PgBlockedClientStore::new(pool.clone())),
            second_factors: Arc::new(PgSecondFactorStore::new(pool.clone(), sealing.clone())),
            codes: Arc::new(PgCodeStore::new(pool.clone(), outbox.clone())),
            outbox,
            deliveries: Arc::new(PgGatewayInbox::new(pool.clone(), sealing.clone())),
            note_drafts: Arc::new(PgNoteDraftStore::new(pool.clone(), sealing.clone())),
            access_log: PgAccessLog::start(pool.clone(), store.tasks()),
        }
    }

    fn identity_ports(&self, mailing: &Mailing) -> IdentityPorts {
        let codes = || -> Arc<dyn CodeStore> { self.codes.clone() };
        IdentityPorts {
            credentials: self.credentials.clone(),
            sessions: self.sessions.clone(),
            throttle: self.throttle.clone(),
            devices: self.devices.clone(),
            second_factors: self.second_factors.clone(),
            codes: mailing.mailer.as_ref().map(|_| codes()),
            hasher: Arc::new(Argon2PasswordHasher::new()),
        }
    }
}
