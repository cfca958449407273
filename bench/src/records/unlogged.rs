//! The reference for the cost of the access log: the same application on another port, whose access log records nothing.
//! No setting of the product leads here.

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use adapters::rate_limits::LocalRateLimiter;
use adapters::system::SystemClock;
use api::{App, BlockPolicy, Limits, MetricsAccess, RateLimits, ServerOptions};
use async_trait::async_trait;
use commands::Fault;
use commands::ports::{AccessEntry, AccessLog, AccessLogFigures, AccessQuery, RecordedAccess};

/// Requests come from one address and few accounts; they are counted as ever, and not refused.
const OUT_OF_REACH: NonZeroU32 = NonZeroU32::MIN.saturating_add(99_999);

/// An access log that records nothing.
struct NoAccessLog;

#[async_trait]
impl AccessLog for NoAccessLog {
    async fn record(&self, _: Vec<AccessEntry>) -> Result<(), Fault> {
        Ok(())
    }

    fn figures(&self) -> AccessLogFigures {
        AccessLogFigures::default()
    }

    async fn of_patient(&self, _: AccessQuery) -> Result<Vec<RecordedAccess>, Fault> {
        Ok(Vec::new())
    }
}

/// The running reference.
pub struct Unlogged {
    /// Address that it listens on.
    pub address: SocketAddr,
    server: ServerHandle,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Unlogged {
    /// Serves what `app` serves: the same pool, read models and keys.
    pub fn start(app: &App) -> anyhow::Result<Self> {
        let app = App {
            access_log: Arc::new(NoAccessLog),
            ..app.clone()
        };
        let limiter = Arc::new(LocalRateLimiter::new(Arc::new(SystemClock)));
        let quotas = RateLimits::default().times(OUT_OF_REACH);
        let options = ServerOptions {
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            metrics: MetricsAccess::Closed,
            limits: Limits::new(limiter, quotas, BlockPolicy::default()),
        };
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = api::serve(Data::new(app), options, |_| {}, listener)?;
        let handle = server.handle();
        #[expect(
            clippy::disallowed_methods,
            reason = "owned by this struct and awaited in stop"
        )]
        let serving = tokio::spawn(server);
        Ok(Self {
            address,
            server: handle,
            serving,
        })
    }

    /// Stops it.
    pub async fn stop(self) {
        self.server.stop(true).await;
        let _ = self.serving.await;
    }
}
