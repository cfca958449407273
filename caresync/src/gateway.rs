//! The payment gateway: Razorpay, or a sandbox inside the program.
//!
//! On a database of its own the program may fall back on the sandbox. On a shared one that would let anyone pay
//! with a click because of a misspelt variable, so the sandbox has to be asked for.
//!
//! Code behind the port can't tell which one it is. The sandbox's keys are derived from the key of the login
//! index, so that all nodes have the same ones and there is no further secret to keep.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use adapters::razorpay::{Razorpay, RazorpayConfig, RazorpayLimits};
use anyhow::{Context as _, bail};
use api::CheckoutAddresses;
use chrono::TimeDelta;
use commands::identity::LoginIndex;
use commands::ports::PaymentGateway;
use razorpay_sandbox::{
    PAGE_PATH, Pages, SCRIPT_PATH, Sandbox, SandboxKeys, SandboxOptions, SandboxPace,
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;

use crate::hex::hex;
use crate::settings::PaymentSettings;

/// The path of the gateway's webhooks on this server.
const WEBHOOK: &str = "/api/v1/webhooks/razorpay";
/// Razorpay's checkout script.
const RAZORPAY_SCRIPT: &str = "https://checkout.razorpay.com/v1/checkout.js";

/// The gateway, and the sandbox if that is what it is.
pub struct Gateway {
    /// The gateway, as commands see it.
    pub port: Arc<dyn PaymentGateway>,
    /// The account whose news are applied; those of any other are kept only. Without it, all are.
    pub account: Option<String>,
    /// The age at which the gateway is asked about an order.
    pub reconcile_after: TimeDelta,
    /// The sandbox, if there is no other gateway.
    sandbox: Option<Sandbox>,
}

/// The node that a sandbox runs in.
pub struct Host<'a> {
    /// Connections to a migrated database.
    pub pool: &'a PgPool,
    /// Finds logins; the sandbox's keys are derived from its key.
    pub logins: &'a LoginIndex,
    /// The address of the node, to which a sandbox's webhooks go. A command that does not serve has no such
    /// place, and leaves them to the nodes.
    pub server: Option<SocketAddr>,
}

/// The gateway that the settings choose.
pub enum GatewayChoice {
    /// Razorpay.
    Razorpay(Box<RazorpayConfig>),
    /// A sandbox inside the program.
    Sandbox,
}

impl GatewayChoice {
    /// Reads the choice. `shared` says that the database is not the program's own.
    ///
    /// # Errors
    /// If a gateway is set in part, or two are, or none with a shared database.
    pub fn from_settings(settings: &PaymentSettings, shared: bool) -> anyhow::Result<Self> {
        let asked = given(settings.gateway.as_ref()).map(String::as_str);
        match (real(settings)?, asked) {
            (_, Some(other)) if !["razorpay", "sandbox"].contains(&other) => {
                bail!("CARESYNC_PAYMENTS is {other:?}: it is either razorpay or sandbox")
            }
            (Some(_), Some("sandbox")) => {
                bail!(
                    "CARESYNC_PAYMENTS is sandbox, and RAZORPAY_KEY_ID is set: remove one of them"
                )
            }
            (None, Some("razorpay")) => {
                bail!("CARESYNC_PAYMENTS is razorpay, and RAZORPAY_KEY_ID is not set")
            }
            (None, None) if shared => bail!(
                "DATABASE_URL is set, and no payment gateway. Set RAZORPAY_KEY_ID, RAZORPAY_KEY_SECRET and \
                 RAZORPAY_WEBHOOK_SECRET; or CARESYNC_PAYMENTS=sandbox for a sandbox, in which no money moves \
                 and anyone who opens a checkout pays with a click"
            ),
            (Some(config), _) => Ok(Self::Razorpay(Box::new(config))),
            (None, _) => Ok(Self::Sandbox),
        }
    }
}

impl Gateway {
    /// Opens the chosen gateway.
    pub fn open(
        choice: GatewayChoice,
        settings: &PaymentSettings,
        host: &Host<'_>,
    ) -> anyhow::Result<Self> {
        match choice {
            GatewayChoice::Razorpay(config) => {
                let gateway = Self {
                    port: Arc::new(Razorpay::new(*config)?),
                    account: given(settings.account_id.as_ref()).cloned(),
                    reconcile_after: pause(settings),
                    sandbox: None,
                };
                tracing::info!(
                    gateway.url = settings.base_url,
                    gateway.key_id = gateway.port.key_id().as_str(),
                    "RAZORPAY_KEY_ID is set: payments go through Razorpay, and the sandbox is off."
                );
                Ok(gateway)
            }
            GatewayChoice::Sandbox => Self::inside(host, pause(settings)),
        }
    }

    /// A sandbox, and the adapter that asks it as it would ask Razorpay.
    fn inside(host: &Host<'_>, reconcile_after: TimeDelta) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .context("finding a port for the sandbox of the payment gateway")?;
        let sandbox = Sandbox::start(SandboxOptions {
            pool: host.pool.clone(),
            keys: sandbox_keys(host.logins),
            listener,
            webhook_url: host
                .server
                .map(|server| format!("http://{}{WEBHOOK}", within(server))),
            pace: SandboxPace::default(),
        })?;
        let keys = sandbox.keys();
        let port = Razorpay::new(RazorpayConfig {
            base_url: sandbox.base_url(),
            key_id: keys.key_id.clone(),
            key_secret: keys.key_secret.clone(),
            webhook_secret: keys.webhook_secret.clone(),
            previous_webhook_secret: None,
            limits: RazorpayLimits::default(),
        })?;
        let url = sandbox.base_url();
        if host.server.is_none_or(|server| server.ip().is_loopback()) {
            tracing::info!(
                gateway.url = url,
                "RAZORPAY_KEY_ID is not set: payments go to a sandbox inside the program, and no money moves."
            );
        } else {
            tracing::warn!(
                gateway.url = url,
                "RAZORPAY_KEY_ID is not set: payments go to a sandbox inside the program, and no money moves. \
                 Others can reach this server, and anyone who opens a checkout can pay with a click."
            );
        }
        Ok(Self {
            port: Arc::new(port),
            account: None,
            reconcile_after,
            sandbox: Some(sandbox),
        })
    }

    /// The sandbox's checkout, if there is a sandbox. Payers may be sent back to these origins.
    pub(crate) fn pages(&self, origins: &[String]) -> Option<Pages> {
        let sandbox = self.sandbox.as_ref()?;
        Some(sandbox.pages(origins.to_vec()))
    }

    /// Returns the addresses at which payers find the checkout.
    pub(crate) fn checkout(&self) -> CheckoutAddresses {
        match self.sandbox {
            Some(_) => CheckoutAddresses {
                script: SCRIPT_PATH.to_owned(),
                pages: Some(PAGE_PATH.to_owned()),
            },
            None => CheckoutAddresses {
                script: RAZORPAY_SCRIPT.to_owned(),
                pages: None,
            },
        }
    }

    /// The sandbox, if that is what it is: its controls are for tests.
    #[must_use]
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.sandbox.as_ref()
    }

    /// Stops what runs inside the program.
    pub async fn stop(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

fn pause(settings: &PaymentSettings) -> TimeDelta {
    TimeDelta::minutes(settings.reconcile_minutes.into())
}

/// The real gateway, if it is set.
fn real(settings: &PaymentSettings) -> anyhow::Result<Option<RazorpayConfig>> {
    let key_secret = secret(settings.key_secret.as_ref());
    let webhook_secret = secret(settings.webhook_secret.as_ref());
    let Some(key_id) = given(settings.key_id.as_ref()) else {
        if key_secret.is_some() || webhook_secret.is_some() {
            bail!("secrets of Razorpay are set, and RAZORPAY_KEY_ID is not");
        }
        return Ok(None);
    };
    Ok(Some(RazorpayConfig {
        base_url: settings.base_url.clone(),
        key_id: key_id.clone(),
        key_secret: key_secret.context("RAZORPAY_KEY_ID is set, and RAZORPAY_KEY_SECRET is not")?,
        webhook_secret: webhook_secret
            .context("RAZORPAY_KEY_ID is set, and RAZORPAY_WEBHOOK_SECRET is not")?,
        previous_webhook_secret: secret(settings.previous_webhook_secret.as_ref()),
        limits: RazorpayLimits::default(),
    }))
}

/// A variable that is there and empty is not set.
fn given(value: Option<&String>) -> Option<&String> {
    value.filter(|value| !value.is_empty())
}

fn secret(value: Option<&SecretString>) -> Option<SecretString> {
    value
        .filter(|value| !value.expose_secret().is_empty())
        .cloned()
}

/// The keys of the sandbox in every node with this index.
#[must_use]
pub fn sandbox_keys(logins: &LoginIndex) -> SandboxKeys {
    let derived = |purpose| hex(&logins.derive(purpose));
    let id = derived("razorpay sandbox key id");
    SandboxKeys {
        key_id: format!("rzp_sandbox_{}", &id[..14]),
        key_secret: derived("razorpay sandbox key secret").into(),
        webhook_secret: derived("razorpay sandbox webhook secret").into(),
    }
}

/// A server's address for programs on the same machine.
pub(crate) fn within(server: SocketAddr) -> SocketAddr {
    let ip = match server.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, server.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> PaymentSettings {
        PaymentSettings {
            key_id: Some("rzp_live_1".to_owned()),
            key_secret: Some("secret".into()),
            webhook_secret: Some("another".into()),
            ..PaymentSettings::default()
        }
    }

    #[test]
    fn without_a_key_there_is_no_real_gateway() {
        assert!(real(&PaymentSettings::default()).unwrap().is_none());
        let empty = PaymentSettings {
            key_id: Some(String::new()),
            key_secret: Some("".into()),
            ..PaymentSettings::default()
        };
        assert!(real(&empty).unwrap().is_none());
    }

    #[test]
    fn with_all_of_its_keys_there_is_one_at_the_address_of_razorpay() {
        let config = real(&set()).unwrap().unwrap();
        assert_eq!(config.base_url, "https://api.razorpay.com/v1");
        assert!(config.previous_webhook_secret.is_none());
    }

    #[test]
    fn a_gateway_that_is_set_in_part_is_refused() {
        let without_secret = PaymentSettings {
            key_secret: None,
            ..set()
        };
        let without_webhook = PaymentSettings {
            webhook_secret: Some("".into()),
            ..set()
        };
        let without_key = PaymentSettings {
            key_id: None,
            ..set()
        };
        for (settings, missing) in [
            (without_secret, "RAZORPAY_KEY_SECRET is not"),
            (without_webhook, "RAZORPAY_WEBHOOK_SECRET is not"),
            (without_key, "RAZORPAY_KEY_ID is not"),
        ] {
            let refused = real(&settings).unwrap_err().to_string();
            assert!(refused.contains(missing), "{refused}");
        }
    }

    #[test]
    fn the_sandbox_is_asked_for_where_the_database_is_shared() {
        let asked = |gateway: &str, settings: PaymentSettings| PaymentSettings {
            gateway: Some(gateway.to_owned()),
            ..settings
        };
        let none = PaymentSettings::default;
        for (settings, shared, expected) in [
            (none(), false, Ok("sandbox")),
            (none(), true, Err("CARESYNC_PAYMENTS=sandbox")),
            (asked("", none()), true, Err("CARESYNC_PAYMENTS=sandbox")),
            (asked("sandbox", none()), true, Ok("sandbox")),
            (asked("sandbox", none()), false, Ok("sandbox")),
            (asked("sandbox", set()), true, Err("remove one of them")),
            (
                asked("razorpay", none()),
                false,
                Err("RAZORPAY_KEY_ID is not"),
            ),
            (asked("razorpay", set()), true, Ok("razorpay")),
            (set(), true, Ok("razorpay")),
            (
                asked("Sandbox", none()),
                true,
                Err("either razorpay or sandbox"),
            ),
            (
                asked("stripe", set()),
                true,
                Err("either razorpay or sandbox"),
            ),
        ] {
            let choice = GatewayChoice::from_settings(&settings, shared);
            let chosen = choice.map(|choice| match choice {
                GatewayChoice::Razorpay(_) => "razorpay",
                GatewayChoice::Sandbox => "sandbox",
            });
            match (chosen, expected) {
                (Ok(chosen), Ok(expected)) => assert_eq!(chosen, expected, "{settings:?}"),
                (Err(error), Err(hint)) => {
                    let error = error.to_string();
                    assert!(error.contains(hint), "{error}");
                }
                (chosen, expected) => panic!("{settings:?}: {chosen:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn all_nodes_have_the_same_sandbox_keys_and_no_two_are_alike() {
        let [one, same, other] = [[1; 32], [1; 32], [2; 32]]
            .map(LoginIndex::new)
            .map(|l| sandbox_keys(&l));
        assert_eq!(one.key_id, same.key_id);
        assert_eq!(
            one.key_secret.expose_secret(),
            same.key_secret.expose_secret()
        );
        assert_ne!(
            one.key_secret.expose_secret(),
            other.key_secret.expose_secret()
        );
        assert_ne!(
            one.key_secret.expose_secret(),
            one.webhook_secret.expose_secret()
        );
    }

    #[test]
    fn a_server_that_listens_everywhere_is_found_on_this_machine() {
        for (listens, found) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("10.0.0.1:80", "10.0.0.1:80"),
        ] {
            assert_eq!(within(listens.parse().unwrap()), found.parse().unwrap());
        }
    }
}
