//! The real application over HTTP, and tokens of its callers. No other file of the benches knows how a node is made.

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use adapters::jwt::{AccessClaims, AccessTokenSigner, JwtKeys};
use adapters::receipt_pdf::ReceiptPrinter;
use adapters::system::{SystemClock, SystemIds};
use anyhow::{Context as _, ensure};
use api::{App, BlockPolicy, MetricsAccess, RateLimits};
use caresync::gateway::{Gateway, GatewayChoice, Host};
use caresync::mail::Mailing;
use caresync::settings::PaymentSettings;
use caresync::startup::{Application, Dependencies, TIMER_PAUSE, realm};
use chrono::{DateTime, TimeDelta, Utc};
use commands::authorization::ClinicalPolicy;
use commands::identity::LoginIndex;
use commands::ports::{Clock as _, IdSource as _, Mailer, SessionId};
use domain::appointment::BookingPolicy;
use domain::{AccountId, ClinicScope, DoctorId, PatientId, Role};
use ipnet::IpNet;
use sqlx::PgPool;
use tests::sealing::masters;

/// All requests of a bench come from one address and few accounts. They are counted as ever, and not refused.
const OUT_OF_REACH: NonZeroU32 = NonZeroU32::MIN.saturating_add(99_999);

/// A running node.
pub struct Node {
    application: Application,
    signer: AccessTokenSigner,
    started_at: DateTime<Utc>,
}

/// The callers of a node, and what it admits of them.
struct Entrance {
    trusted_proxies: Vec<IpNet>,
    rate_limits: RateLimits,
    mailing: Mailing,
}

impl Node {
    /// Starts a node on a free port.
    pub async fn start(
        pool: &PgPool,
        payments: &PaymentSettings,
        policy: BookingPolicy,
    ) -> anyhow::Result<Self> {
        let entrance = Entrance {
            trusted_proxies: Vec::new(),
            rate_limits: RateLimits::default().times(OUT_OF_REACH),
            mailing: Mailing::off(),
        };
        Self::start_with(pool, payments, policy, entrance).await
    }

    /// Starts a node with the limits of production. It believes this machine about the addresses of its callers.
    pub async fn start_behind_a_proxy(
        pool: &PgPool,
        mailer: Arc<dyn Mailer>,
    ) -> anyhow::Result<Self> {
        let entrance = Entrance {
            trusted_proxies: vec!["127.0.0.0/8".parse()?],
            rate_limits: RateLimits::default(),
            mailing: Mailing::through(mailer),
        };
        let (payments, policy) = (PaymentSettings::default(), BookingPolicy::default());
        Self::start_with(pool, &payments, policy, entrance).await
    }

    async fn start_with(
        pool: &PgPool,
        payments: &PaymentSettings,
        policy: BookingPolicy,
        entrance: Entrance,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let keys = JwtKeys::generate()?;
        let logins = LoginIndex::new([7; 32]);
        let host = Host {
            pool,
            logins: &logins,
            server: Some(listener.local_addr()?),
        };
        let choice = GatewayChoice::from_settings(payments, false)?;
        let gateway = Gateway::open(choice, payments, &host)?;
        let dependencies = Dependencies {
            pool: pool.clone(),
            jwt: keys.clone(),
            logins,
            master: masters()?,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            policy,
            keyrings_kept: TimeDelta::days(7),
            clinical_policy: ClinicalPolicy::default(),
            staff_second_factor: false,
            timer_pause: TIMER_PAUSE,
            cors_origins: Vec::new(),
            trusted_proxies: entrance.trusted_proxies,
            metrics: MetricsAccess::Closed,
            rate_limits: entrance.rate_limits,
            blocks: BlockPolicy::default(),
            gateway,
            mailing: entrance.mailing,
            printer: ReceiptPrinter::default(),
        };
        Ok(Self {
            application: Application::start(dependencies, listener).await?,
            signer: AccessTokenSigner::new(&keys, realm()),
            started_at: SystemClock.now(),
        })
    }

    /// Address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.application.address()
    }

    /// State of its request handlers.
    pub fn app(&self) -> &App {
        self.application.app()
    }

    /// Waits until every subscriber has passed the end of the log. Returns how many events the slowest of
    /// them had still to take at first.
    pub async fn catch_up(&self, patience: Duration) -> anyhow::Result<u64> {
        let begin = Instant::now();
        let lag = self.application.lag().await?;
        let mut left = lag;
        while left > 0 {
            ensure!(
                begin.elapsed() < patience,
                "the read models do not catch up: {left} events are left"
            );
            // Counting many events costs the readers that are waited for.
            let pause = if left > 1_000 { 500 } else { 5 };
            tokio::time::sleep(Duration::from_millis(pause)).await;
            left = self.application.lag().await?;
        }
        Ok(lag)
    }

    /// Authorization header of a patient.
    pub fn patient(&self, patient: PatientId) -> anyhow::Result<String> {
        let claims = AccessClaims {
            patient: Some(patient),
            clinics: Some(ClinicScope::Only([].into())),
            ..self.claims(Role::Patient)
        };
        self.authorization(&claims)
    }

    /// Authorization header of a doctor.
    pub fn doctor(&self, doctor: DoctorId) -> anyhow::Result<String> {
        let claims = AccessClaims {
            doctor: Some(doctor),
            ..self.claims(Role::Doctor)
        };
        self.authorization(&claims)
    }

    /// Authorization header of a receptionist of all clinics.
    pub fn receptionist(&self) -> anyhow::Result<String> {
        self.authorization(&self.claims(Role::Receptionist))
    }

    /// Removes the rows that will have grown old by then, as a node does every ten minutes.
    pub async fn remove_old_rows(&self, later: TimeDelta) -> anyhow::Result<()> {
        self.application
            .remove_old_rows(SystemClock.now() + later)
            .await
    }

    /// Stops it.
    pub async fn stop(self) {
        self.application.stop().await;
    }

    /// Claims of an account of its own, at all clinics.
    fn claims(&self, role: Role) -> AccessClaims {
        AccessClaims {
            sub: AccountId::from_uuid(SystemIds.id()),
            sid: SessionId(SystemIds.id()),
            roles: [role].into(),
            clinics: Some(ClinicScope::All),
            patient: None,
            doctor: None,
            second_factor: false,
            iat: self.started_at,
            exp: self.started_at + TimeDelta::hours(2),
            jti: SystemIds.id(),
        }
    }

    fn authorization(&self, claims: &AccessClaims) -> anyhow::Result<String> {
        let token = self.signer.sign(claims).context("signing a token")?;
        Ok(format!("authorization: Bearer {token}\r\n"))
    }
}
