//! Rate limits: requests of one caller in one class of routes are counted, and refused beyond a quota.
//!
//! - `class`: the class of each route. `quotas`: how many requests a class admits. `headers`: what callers are told.
//! - A request with a valid session is counted for its account, any other one for its client. So people who share an
//!   address do not use up each other's quota once they have signed in.
//! - `blocked`, `abuse`: clients that are turned away for a while. A valid session passes, and so does a refresh token.
//! - A limiter that fails lets requests through; that is counted.

mod abuse;
mod blocked;
mod class;
mod headers;
mod quotas;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest};
use commands::ClientNetwork;
use commands::ports::{RateKey, RateLimiter, RateSubject};
use domain::AccountId;

pub use abuse::{AbuseQuota, BlockPolicy};
pub use blocked::BlockedClients;
pub use class::RouteClass;
pub use headers::{RATE_LIMIT, RATE_LIMIT_POLICY};
pub use quotas::{QuotaSetting, RateLimits};

use crate::app::App;
use crate::http::access;
use crate::http::client;
use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;
use crate::metrics::Metrics;
use headers::Standing;
use quotas::QuotaHolder;

/// Counts the requests of a node.
pub struct Limits {
    limiter: Arc<dyn RateLimiter>,
    quotas: RateLimits,
    blocks: BlockPolicy,
}

impl Limits {
    /// Counts with `limiter` against `quotas`, and blocks clients by `blocks`.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>, quotas: RateLimits, blocks: BlockPolicy) -> Self {
        Self {
            limiter,
            quotas,
            blocks,
        }
    }

    /// Counts a request; `None` if the class has no quota, or if the limiter failed.
    async fn count(
        &self,
        class: RouteClass,
        subject: RateSubject,
        metrics: &Metrics,
    ) -> Option<Standing> {
        let holder = match subject {
            RateSubject::Client(_) => QuotaHolder::Client,
            RateSubject::Account(_) => QuotaHolder::Account,
        };
        let quota = self.quotas.quota(class, holder)?;
        let key = RateKey {
            class: class.as_str(),
            subject,
        };
        match self.limiter.take(key, quota).await {
            Ok(decision) => Some(Standing {
                class,
                quota,
                decision,
            }),
            Err(error) => {
                metrics.limits().failed();
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "A request could not be counted; it is let through."
                );
                None
            }
        }
    }
}

/// The caller of a request.
#[derive(Clone, Copy)]
struct Caller {
    client: ClientNetwork,
    /// The account, if the request has a valid token.
    account: Option<AccountId>,
    /// True if the client is never blocked by the program: one of our proxies, or a program on this machine. Such an
    /// address stands for many callers.
    is_proxy: bool,
}

impl Caller {
    fn from_request(request: &HttpRequest) -> Self {
        let address = client::address(request);
        Self {
            client: ClientNetwork::from_address(address),
            account: access::identify(request),
            is_proxy: client::is_proxy(request, address),
        }
    }

    /// Returns the one that requests of a class are counted for.
    fn subject(&self, class: RouteClass) -> RateSubject {
        match self.account {
            Some(account) if !class.is_by_client_only() => RateSubject::Account(account),
            _ => RateSubject::Client(self.client),
        }
    }
}

/// Turns blocked clients away, counts each request, and refuses those beyond the quota.
pub async fn limit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let class = class_of(&request);
    let state = (
        request.app_data::<Data<Limits>>().cloned(),
        request.app_data::<Data<App>>().cloned(),
        request.app_data::<Data<Metrics>>().cloned(),
    );
    let (Some(limits), Some(app), Some(metrics)) = state else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    if class == RouteClass::Exempt {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let caller = Caller::from_request(request.request());
    if let Some(refusal) = blocked(&app, caller, class) {
        metrics.limits().turned_away();
        // A response and no error: the outer middlewares add their headers to it.
        return Ok(request.error_response(refusal));
    }
    let standing = limits.count(class, caller.subject(class), &metrics).await;
    let refused = standing.filter(|standing| !standing.decision.admitted);
    let mut response = match refused {
        Some(refused) => {
            metrics.limits().refused(class);
            let problem = Problem::from(ProblemType::QuotaExceeded);
            request.error_response(problem.retry_after(refused.decision.reset))
        }
        None => next.call(request).await?.map_into_boxed_body(),
    };
    if let Some(standing) = standing {
        standing.describe(response.headers_mut());
    }
    if caller.account.is_none() && !caller.is_proxy && is_offence(&response) {
        limits.count_offence(caller.client, &app, &metrics).await;
    }
    Ok(response)
}

fn class_of(request: &ServiceRequest) -> RouteClass {
    let pattern = request.match_pattern();
    RouteClass::of_endpoint(request.method().as_str(), pattern.as_deref())
}

/// Returns the refusal if the client is blocked. A valid session or a refresh token passes: its owner may share the
/// address with the caller that it was blocked for.
fn blocked(app: &App, caller: Caller, class: RouteClass) -> Option<Problem> {
    if caller.account.is_some() || class == RouteClass::Sessions {
        return None;
    }
    let now = app.clock.now();
    let until = app.blocked.until(caller.client, now)?;
    let wait = (until - now).to_std().unwrap_or_default();
    Some(Problem::from(ProblemType::ClientBlocked).retry_after(wait))
}

fn is_offence(response: &ServiceResponse) -> bool {
    let error = response.response().error();
    let problem = error.and_then(|error| error.as_error::<Problem>());
    problem.is_some_and(|problem| abuse::is_offence(problem.slug()))
}
