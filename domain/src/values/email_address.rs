//! Email address of a person, also used to sign in.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::text::{redacted_debug, text_value};

/// Reason to refuse an email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidEmail {
    /// Longer than a mail system carries (RFC 5321, section 4.5.3.1.3).
    #[error("an email address has at most 254 characters")]
    TooLong,
    /// Not of the form `name@example.org`.
    #[error("an email address looks like name@example.org")]
    Malformed,
}

/// An email address, trimmed and in lower case, so that one mailbox is one account.
///
/// The check is a sanity check: only a delivered mail proves an address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The longest accepted, in bytes.
    pub const MAX_BYTES: usize = 254;
    /// The longest part before the `@`, in bytes (RFC 5321, section 4.5.3.1.1).
    pub const MAX_LOCAL_BYTES: usize = 64;

    /// Trims, lowers the case and checks the form.
    ///
    /// # Errors
    /// [`InvalidEmail::TooLong`] or [`InvalidEmail::Malformed`].
    pub fn parse(raw: &str) -> Result<Self, InvalidEmail> {
        let address = raw.trim().to_lowercase();
        if address.len() > Self::MAX_BYTES {
            return Err(InvalidEmail::TooLong);
        }
        match address.split_once('@') {
            Some((local, domain)) if is_local_part(local) && is_domain(domain) => Ok(Self(address)),
            Some(_) | None => Err(InvalidEmail::Malformed),
        }
    }
}

fn is_local_part(local: &str) -> bool {
    (1..=EmailAddress::MAX_LOCAL_BYTES).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "\"(),:;<>[\\]".contains(c))
}

fn is_domain(domain: &str) -> bool {
    domain.contains('.') && domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
}

text_value!(EmailAddress, InvalidEmail);
redacted_debug!(EmailAddress);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_is_one_address() {
        let address = EmailAddress::parse(" Asha.Rao@Example.ORG ").unwrap();
        assert_eq!(address.as_str(), "asha.rao@example.org");
    }

    #[test]
    fn what_is_not_of_the_form_is_refused() {
        for raw in [
            "",
            "asha",
            "@b.org",
            "a@",
            "a@b",
            "a@b@c.org",
            "a b@c.org",
            "a@-b.org",
            "a@b..org",
        ] {
            assert_eq!(
                EmailAddress::parse(raw),
                Err(InvalidEmail::Malformed),
                "{raw}"
            );
        }
    }

    #[test]
    fn an_address_that_no_mail_system_carries_is_refused() {
        let long = format!("a@{}.org", "b".repeat(250));
        assert_eq!(EmailAddress::parse(&long), Err(InvalidEmail::TooLong));
    }

    #[test]
    fn an_address_hides_from_debug_output() {
        let address = EmailAddress::parse("asha@example.org").unwrap();
        assert_eq!(format!("{address:?}"), "EmailAddress(…)");
    }
}
