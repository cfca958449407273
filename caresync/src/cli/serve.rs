//! `caresync serve`

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use adapters::embedded_postgres::EmbeddedPostgres;
use adapters::receipt_pdf::ReceiptPrinter;
use adapters::system::{SystemClock, SystemIds};
use anyhow::{Context as _, bail};
use api::{App, BlockPolicy, MetricsAccess, RateLimits};
use chrono::TimeDelta;
use domain::appointment::{BookingPolicy, EmergencyPolicy};
use secrecy::ExposeSecret;
use tokio::signal::unix::{SignalKind, signal};

use crate::gateway::{Gateway, GatewayChoice, Host};
use crate::mail::{MailChoice, Mailing};
use crate::settings::{ServeSettings, Settings};
use crate::startup::{Application, Dependencies, TIMER_PAUSE};
use crate::storage::{Storage, data_dir};

/// Serves until Ctrl-C or SIGTERM, then stops in order: no new requests, subscribers finish their
/// batch, connections close, the private database stops.
pub async fn serve(settings: Settings, serve: ServeSettings) -> anyhow::Result<()> {
    // Refused before anything is touched.
    let shared = settings.database_url.is_some();
    let choices = Choices {
        gateway: GatewayChoice::from_settings(&serve.payments, shared)?,
        mail: MailChoice::from_settings(&serve.mail, shared)?,
        mail_folder: data_dir(&settings).join("mail"),
        keyrings_kept: settings.keyrings_kept(),
    };
    // The port first: a second server must not touch the data folder before it finds out.
    let listener = TcpListener::bind(SocketAddr::new(serve.host, serve.port))
        .with_context(|| format!("listening on {}:{}", serve.host, serve.port))?;
    let mut storage = Storage::open(&settings).await?;
    let served = run(&serve, choices, &mut storage, listener).await;
    storage.close().await?;
    served
}

/// What the settings choose besides those of the server.
struct Choices {
    gateway: GatewayChoice,
    mail: MailChoice,
    /// The folder of mails, if they are kept in one.
    mail_folder: PathBuf,
    /// The time for which keyrings of backups are kept.
    keyrings_kept: TimeDelta,
}

async fn run(
    serve: &ServeSettings,
    choices: Choices,
    storage: &mut Storage,
    listener: TcpListener,
) -> anyhow::Result<()> {
    let metrics = metrics_access(serve, storage)?;
    let secrets = storage.secrets.clone();
    let server = listener
        .local_addr()
        .context("reading the listener's address")?;
    let host = Host {
        pool: &storage.pool,
        logins: &secrets.logins,
        server: Some(server),
    };
    let gateway = Gateway::open(choices.gateway, &serve.payments, &host)?;
    let mailing = Mailing::open(choices.mail, &choices.mail_folder, server)?;
    let dependencies = Dependencies {
        pool: storage.pool.clone(),
        jwt: secrets.jwt,
        logins: secrets.logins,
        master: secrets.master,
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        timer_pause: TIMER_PAUSE,
        policy: BookingPolicy {
            hold_minutes: serve.hold_minutes,
            horizon_days: serve.horizon_days,
            max_holds: serve.max_holds,
            max_daily_bookings: serve.max_daily_bookings,
            emergencies: EmergencyPolicy {
                accepted: serve.emergencies,
                max_open: serve.max_open_emergencies,
                max_daily: serve.max_daily_emergencies,
            },
        },
        clinical_policy: serve.charts.policy(),
        keyrings_kept: choices.keyrings_kept,
        staff_second_factor: serve.staff_second_factor,
        cors_origins: serve.cors_origins.clone(),
        trusted_proxies: serve.trusted_proxies.clone(),
        metrics,
        rate_limits: RateLimits::default().with(&serve.rate_limits),
        blocks: BlockPolicy {
            offences: serve.block_after,
            minutes: serve.block_minutes,
        },
        gateway,
        mailing,
        printer: ReceiptPrinter::default(),
    };
    let mut application = Application::start_after(dependencies, listener, async |app: &App| {
        if serve.demo {
            fill_in_demo_data(app, serve).await
        } else {
            Ok(())
        }
    })
    .await?;
    tracing::info!("Listening on http://{}", application.address());
    let failed = tokio::select! {
        error = application.failed() => Some(error),
        error = database_failed(&mut storage.embedded) => Some(error),
        () = shutdown_signal() => None,
    };
    tracing::info!("Stopping.");
    application.stop().await;
    failed.map_or(Ok(()), Err)
}

/// Keeps the private database running. Ends when it can't.
async fn database_failed(embedded: &mut Option<EmbeddedPostgres>) -> anyhow::Error {
    match embedded {
        Some(server) => {
            let failed = server.keep_running().await;
            anyhow::Error::new(failed).context("keeping the private PostgreSQL running")
        }
        None => std::future::pending().await,
    }
}

async fn fill_in_demo_data(app: &App, serve: &ServeSettings) -> anyhow::Result<()> {
    if !serve.host.is_loopback() {
        tracing::warn!("Others can reach this server, and everybody knows the demo's passwords.");
    }
    let target = demo::Target {
        commands: app.commands.clone(),
        records: app.records.clone(),
        identity: app.identity.clone(),
        progress: app.progress.clone(),
    };
    demo::fill(&target, serve.size)
        .await
        .context("filling in demo data")
}

/// Returns the access to the metrics: a token's holders, else programs on this machine if the node is the only one.
fn metrics_access(serve: &ServeSettings, storage: &Storage) -> anyhow::Result<MetricsAccess> {
    match &serve.metrics_token {
        Some(token) if token.expose_secret().len() < 16 => {
            bail!("CARESYNC_METRICS_TOKEN is too short: it has at least 16 characters")
        }
        Some(token) => Ok(MetricsAccess::Token(token.clone())),
        None if storage.embedded.is_some() => Ok(MetricsAccess::Loopback),
        None => Ok(MetricsAccess::Closed),
    }
}

async fn shutdown_signal() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
