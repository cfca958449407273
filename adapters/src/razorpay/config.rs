//! Configuration of the gateway: address, credentials, time limits.

use std::net::IpAddr;
use std::time::Duration;

use domain::GatewayKeyId;
use secrecy::{ExposeSecret, SecretString};
use ureq::http::Uri;

/// Reason to refuse a configuration. It never contains a part of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RazorpayConfigError {
    /// Not a URL with a host.
    #[error("the gateway's base URL is no URL")]
    NoUrl,
    /// The key would be sent without encryption.
    #[error("the gateway's base URL begins with https, or leads to this machine")]
    InClear,
    /// It is no id of a key.
    #[error("the gateway's key id has 1 to 64 letters, digits, '_' and '-'")]
    KeyId,
    /// An empty secret would let anyone sign.
    #[error("a secret of the gateway is empty")]
    EmptySecret,
}

/// Address and credentials of the gateway.
#[derive(Debug, Clone)]
pub struct RazorpayConfig {
    /// Base URL of the API with its version, e.g. `https://api.razorpay.com/v1`.
    pub base_url: String,
    /// The public half of the API key.
    pub key_id: String,
    /// The secret half of the API key.
    pub key_secret: SecretString,
    /// Secret of webhook signatures, different from the API key's.
    pub webhook_secret: SecretString,
    /// The former webhook secret: repeated deliveries keep their old signature.
    pub previous_webhook_secret: Option<SecretString>,
    /// Time limits and retries.
    pub limits: RazorpayLimits,
}

/// Time limits, retries and concurrency.
#[derive(Debug, Clone, Copy)]
pub struct RazorpayLimits {
    /// Time limit of connecting.
    pub connect: Duration,
    /// Time limit of one exchange, from the first byte to the last.
    pub exchange: Duration,
    /// The largest answer that is read, in bytes.
    pub answer: u64,
    /// Most tries of one request.
    pub tries: u32,
    /// Pause before the second try; it doubles from try to try, and each is shortened at random.
    pub pause: Duration,
    /// The longest pause, even if the gateway asks for a longer one.
    pub longest_pause: Duration,
    /// Time after the first try within which another one may begin.
    pub patience: Duration,
    /// Most exchanges at a time.
    pub at_once: usize,
    /// Time that a request waits for a permit.
    pub turn: Duration,
    /// Failures in a row after which the circuit breaker opens.
    pub failures: u32,
    /// Time for which it stays open. Then one request is sent to test the gateway.
    pub rest: Duration,
}

impl Default for RazorpayLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            exchange: Duration::from_secs(10),
            answer: 1024 * 1024,
            tries: 3,
            pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(4),
            patience: Duration::from_secs(10),
            at_once: 8,
            turn: Duration::from_secs(3),
            failures: 8,
            rest: Duration::from_secs(10),
        }
    }
}

impl RazorpayConfig {
    pub(super) fn check(&self) -> Result<(), RazorpayConfigError> {
        self.check_url()?;
        GatewayKeyId::parse(&self.key_id).map_err(|_| RazorpayConfigError::KeyId)?;
        let secrets = [
            Some(&self.key_secret),
            Some(&self.webhook_secret),
            self.previous_webhook_secret.as_ref(),
        ];
        let mut secrets = secrets.into_iter().flatten();
        if secrets.any(|secret| secret.expose_secret().is_empty()) {
            return Err(RazorpayConfigError::EmptySecret);
        }
        Ok(())
    }

    fn check_url(&self) -> Result<(), RazorpayConfigError> {
        let url: Uri = self
            .base_url
            .parse()
            .map_err(|_| RazorpayConfigError::NoUrl)?;
        let host = url.host().ok_or(RazorpayConfigError::NoUrl)?;
        match url.scheme_str() {
            Some("https") => Ok(()),
            Some("http") if on_this_machine(host) => Ok(()),
            Some("http") => Err(RazorpayConfigError::InClear),
            _ => Err(RazorpayConfigError::NoUrl),
        }
    }
}

fn on_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(base_url: &str) -> RazorpayConfig {
        RazorpayConfig {
            base_url: base_url.to_owned(),
            key_id: "rzp_test_1".to_owned(),
            key_secret: "secret".into(),
            webhook_secret: "another".into(),
            previous_webhook_secret: None,
            limits: RazorpayLimits::default(),
        }
    }

    #[test]
    fn the_key_travels_sealed_or_stays_on_the_machine() {
        for url in [
            "https://api.razorpay.com/v1",
            "http://127.0.0.1:9000/v1",
            "http://[::1]:9000/v1",
            "http://localhost/v1",
        ] {
            assert_eq!(config(url).check(), Ok(()), "{url}");
        }
        for url in [
            "http://api.razorpay.com/v1",
            "http://10.0.0.1/v1",
            "http://127.0.0.1.evil.example",
        ] {
            assert_eq!(
                config(url).check(),
                Err(RazorpayConfigError::InClear),
                "{url}"
            );
        }
        for url in ["", "/v1", "api.razorpay.com", "ftp://api.razorpay.com"] {
            assert_eq!(
                config(url).check(),
                Err(RazorpayConfigError::NoUrl),
                "{url}"
            );
        }
    }

    #[test]
    fn an_empty_secret_is_refused() {
        let good = config("https://api.razorpay.com/v1");
        let spoiled = [
            RazorpayConfig {
                key_secret: "".into(),
                ..good.clone()
            },
            RazorpayConfig {
                webhook_secret: "".into(),
                ..good.clone()
            },
            RazorpayConfig {
                previous_webhook_secret: Some("".into()),
                ..good
            },
        ];
        for config in spoiled {
            assert_eq!(config.check(), Err(RazorpayConfigError::EmptySecret));
        }
    }

    #[test]
    fn a_key_id_that_is_none_is_refused() {
        for key_id in ["", "a:b", "a b", "é"] {
            let config = RazorpayConfig {
                key_id: key_id.to_owned(),
                ..config("https://api.razorpay.com/v1")
            };
            assert_eq!(config.check(), Err(RazorpayConfigError::KeyId), "{key_id}");
        }
    }

    #[test]
    fn a_configuration_shows_no_secret() {
        let shown = format!("{:?}", config("https://api.razorpay.com/v1"));
        assert!(
            !shown.contains("\"secret\"") && !shown.contains("another"),
            "{shown}"
        );
    }
}
