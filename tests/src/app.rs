//! A running node, the same one that production starts, on port 0 and a database of its own.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adapters::jwt::{AccessClaims, AccessTokenSigner, JwtKeys};
use adapters::mail::SmtpConfig;
use adapters::receipt_pdf::ReceiptPrinter;
use adapters::system::{SystemIds, TestClock};
use api::{BlockPolicy, MetricsAccess, RateLimits};
use caresync::gateway::{Gateway, GatewayChoice, Host};
use caresync::mail::{MailChoice, Mailing};
use caresync::settings::PaymentSettings;
use caresync::startup::{Application, Dependencies, realm};
use caresync::storage;
use chrono::{DateTime, TimeDelta, Utc};
use commands::authorization::ClinicalPolicy;
use commands::identity::LoginIndex;
use commands::ports::{Clock as _, IdSource as _, SessionId};
use domain::appointment::BookingPolicy;
use domain::{AccountId, ClinicScope, DoctorId, PatientId, Role};
use event_store::EventStore;
use hmac::{Hmac, KeyInit as _, Mac as _};
use ipnet::IpNet;
use secrecy::ExposeSecret as _;
use sha2::Sha256;
use tempfile::TempDir;

use crate::database::Database;
use crate::sealing::masters;

/// Time between two looks for due timers; tests wait for many of them.
const TIMER_PAUSE: Duration = Duration::from_millis(100);

/// Database, clock and keys that the nodes of one test share.
#[derive(Clone)]
pub struct Site {
    /// The database.
    pub database: Database,
    /// The time on every node.
    pub clock: TestClock,
    /// The keys of every node.
    pub keys: JwtKeys,
    /// Proxies that nodes started later trust.
    pub trusted_proxies: Vec<IpNet>,
    /// Quotas of requests at nodes started later.
    pub rate_limits: RateLimits,
    /// Rule by which nodes started later block clients.
    pub blocks: BlockPolicy,
    /// Payment settings of nodes started later; a sandbox in each by default.
    pub payments: PaymentSettings,
    /// Printer of receipts of nodes started later.
    pub printer: ReceiptPrinter,
    /// Mail of nodes started later; one folder for all of them by default.
    pub mail: SiteMail,
    /// True if nodes started later require a second factor of all staff.
    pub staff_second_factor: bool,
    signer: Arc<AccessTokenSigner>,
}

/// Mail of the nodes of a test.
#[derive(Clone)]
pub enum SiteMail {
    /// A folder, which all nodes share.
    Folder(Arc<TempDir>),
    /// A mail server.
    Server(SmtpConfig),
    /// None.
    Off,
}

/// A running node.
pub struct Node {
    /// Address it listens on.
    pub address: SocketAddr,
    application: Application,
}

/// A signed-in person, as access tokens describe one.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The account; it need not exist, since tokens are trusted.
    pub account: AccountId,
    /// The roles.
    pub roles: Vec<Role>,
    /// Clinics at which they act as staff.
    pub clinics: ClinicScope,
    /// The patient that they are.
    pub patient: Option<PatientId>,
    /// The doctor that they are.
    pub doctor: Option<DoctorId>,
}

impl Site {
    /// A new database, and a clock that stands at the given time.
    pub async fn at(now: DateTime<Utc>) -> anyhow::Result<Self> {
        Self::on(Database::create().await?, now)
    }

    /// The same on a given database.
    pub fn on(database: Database, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let keys = JwtKeys::generate()?;
        let signer = Arc::new(AccessTokenSigner::new(&keys, realm()));
        Ok(Self {
            database,
            clock: TestClock::at(now),
            keys,
            trusted_proxies: Vec::new(),
            rate_limits: RateLimits::default(),
            blocks: BlockPolicy::default(),
            payments: PaymentSettings::default(),
            printer: ReceiptPrinter::default(),
            mail: SiteMail::Folder(Arc::new(tempfile::tempdir()?)),
            staff_second_factor: false,
            signer,
        })
    }

    /// Time of the clock.
    #[must_use]
    pub fn clock_now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Starts a node.
    pub async fn node(&self) -> anyhow::Result<Node> {
        let pool = storage::connect(self.database.app_options(), 24).await?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let logins = LoginIndex::new([7; 32]);
        let host = Host {
            pool: &pool,
            logins: &logins,
            server: Some(listener.local_addr()?),
        };
        let choice = GatewayChoice::from_settings(&self.payments, false)?;
        let gateway = Gateway::open(choice, &self.payments, &host)?;
        let mailing = self.mailing(listener.local_addr()?)?;
        let parts = Dependencies {
            pool,
            jwt: self.keys.clone(),
            logins,
            master: masters()?,
            clock: Arc::new(self.clock.clone()),
            ids: Arc::new(SystemIds),
            policy: BookingPolicy::default(),
            clinical_policy: ClinicalPolicy::default(),
            keyrings_kept: TimeDelta::days(7),
            staff_second_factor: self.staff_second_factor,
            timer_pause: TIMER_PAUSE,
            cors_origins: vec!["https://front.example".to_owned()],
            trusted_proxies: self.trusted_proxies.clone(),
            metrics: MetricsAccess::Loopback,
            rate_limits: self.rate_limits.clone(),
            blocks: self.blocks,
            gateway,
            mailing,
            printer: self.printer.clone(),
        };
        let application = Application::start(parts, listener).await?;
        Ok(Node {
            address: application.address(),
            application,
        })
    }

    fn mailing(&self, server: SocketAddr) -> anyhow::Result<Mailing> {
        let (choice, folder) = match &self.mail {
            SiteMail::Folder(folder) => (MailChoice::Folder(None), folder.path()),
            SiteMail::Server(config) => (MailChoice::Smtp(Box::new(config.clone())), Path::new("")),
            SiteMail::Off => (MailChoice::Off, Path::new("")),
        };
        Mailing::open(choice, folder, server)
    }

    /// An access token, without a sign-in.
    pub fn token(&self, principal: &Principal) -> anyhow::Result<String> {
        self.token_until(principal, self.clock.now() + TimeDelta::minutes(15))
    }

    /// An access token that ends at a given time.
    pub fn token_until(&self, principal: &Principal, exp: DateTime<Utc>) -> anyhow::Result<String> {
        Ok(self.signer.sign(&self.claims(principal, exp))?)
    }

    /// Claims of such a token, for tests that sign it differently.
    #[must_use]
    pub fn claims(&self, principal: &Principal, exp: DateTime<Utc>) -> AccessClaims {
        AccessClaims {
            sub: principal.account,
            sid: SessionId(SystemIds.id()),
            roles: principal.roles.iter().copied().collect(),
            clinics: Some(principal.clinics.clone()),
            patient: principal.patient,
            doctor: principal.doctor,
            second_factor: false,
            iat: self.clock.now(),
            exp,
            jti: SystemIds.id(),
        }
    }
}

impl Node {
    /// The node's handle on the log.
    #[must_use]
    pub fn store(&self) -> &EventStore {
        self.application.app().commands.store()
    }

    /// The address of a path on this node.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The address of a path at the sandbox of the payment gateway that runs in this node.
    #[must_use]
    pub fn sandbox_url(&self, path: &str) -> Option<String> {
        let address = self.application.sandbox()?.address();
        Some(format!("http://{address}{path}"))
    }

    /// Signature of the sandbox in this node over the body of a webhook.
    #[must_use]
    pub fn sign_webhook(&self, body: &[u8]) -> Option<String> {
        let keys = self.application.sandbox()?.keys();
        let secret = keys.webhook_secret.expose_secret().as_bytes();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
        mac.update(body);
        let tag = mac.finalize().into_bytes();
        Some(
            tag.iter()
                .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")),
        )
    }

    /// State of its request handlers.
    #[must_use]
    pub fn app(&self) -> &api::App {
        self.application.app()
    }

    /// Does what the janitor of the node does every ten minutes, at the time of the site's clock.
    pub async fn clean(&self, site: &Site) -> anyhow::Result<()> {
        self.application.remove_old_rows(site.clock_now()).await
    }

    /// Stops it as production would.
    pub async fn stop(self) {
        self.application.stop().await;
    }
}

impl Principal {
    fn with(role: Role) -> Self {
        Self {
            account: AccountId::from_uuid(SystemIds.id()),
            roles: vec![role],
            clinics: ClinicScope::Only([].into()),
            patient: None,
            doctor: None,
        }
    }

    /// A patient.
    #[must_use]
    pub fn patient(patient: PatientId) -> Self {
        Self {
            patient: Some(patient),
            ..Self::with(Role::Patient)
        }
    }

    /// A doctor.
    #[must_use]
    pub fn doctor(doctor: DoctorId) -> Self {
        Self {
            doctor: Some(doctor),
            clinics: ClinicScope::All,
            ..Self::with(Role::Doctor)
        }
    }

    /// A receptionist.
    #[must_use]
    pub fn receptionist(clinics: ClinicScope) -> Self {
        Self {
            clinics,
            ..Self::with(Role::Receptionist)
        }
    }

    /// An admin of the whole group.
    #[must_use]
    pub fn admin() -> Self {
        Self {
            clinics: ClinicScope::All,
            ..Self::with(Role::Admin)
        }
    }

    /// An auditor of the whole group.
    #[must_use]
    pub fn auditor() -> Self {
        Self {
            clinics: ClinicScope::All,
            ..Self::with(Role::Auditor)
        }
    }
}
