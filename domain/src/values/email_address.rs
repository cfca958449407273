//! Email address of a person, also used to sign in.

use std::collections::BTreeSet;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use serde::Serialize;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;

use super::text::{redacted_debug, stored_text, text_value};

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

/// An email address in its normal form, so that one mailbox is one account: trimmed, in lower case and in
/// Unicode's normal form C, with the domain as people read it (`münchen.example`, not `xn--mnchen-3ya.example`).
///
/// The check is a sanity check: only a delivered mail proves an address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The longest accepted, in bytes, with the domain in either spelling.
    pub const MAX_BYTES: usize = 254;
    /// The longest part before the `@`, in bytes (RFC 5321, section 4.5.3.1.1).
    pub const MAX_LOCAL_BYTES: usize = 64;

    /// Brings the address into its normal form and checks it.
    ///
    /// # Errors
    /// [`InvalidEmail::TooLong`] or [`InvalidEmail::Malformed`].
    pub fn parse(raw: &str) -> Result<Self, InvalidEmail> {
        let raw = raw.trim();
        // A normal form is not much shorter than what was typed; nothing longer is worth the work.
        if raw.len() > 4 * Self::MAX_BYTES {
            return Err(InvalidEmail::TooLong);
        }
        let (local, domain) = raw.split_once('@').ok_or(InvalidEmail::Malformed)?;
        let local: String = local
            .nfc()
            .collect::<String>()
            .to_lowercase()
            .nfc()
            .collect();
        let domain = Domain::parse(domain)?;
        let bytes = local.len() + "@".len() + domain.unicode.len().max(domain.ascii.len());
        if bytes > Self::MAX_BYTES {
            return Err(InvalidEmail::TooLong);
        }
        if !is_local_part(&local) {
            return Err(InvalidEmail::Malformed);
        }
        Ok(Self(format!("{local}@{}", domain.unicode)))
    }

    /// Reads an address that may be older than the rules of [`EmailAddress::parse`]; such a one keeps the form that
    /// it was stored in.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "other stored texts can be refused, and are read by the same macro"
    )]
    fn from_stored(text: &str) -> Result<Self, InvalidEmail> {
        Ok(Self::parse(text).unwrap_or_else(|_| Self(text.trim().to_lowercase())))
    }

    /// Returns the address as mail systems carry it: the domain in Punycode, the part before it as it is.
    pub fn with_ascii_domain(&self) -> String {
        let parts = self.0.split_once('@');
        let parts = parts.and_then(|(local, domain)| Some((local, Domain::parse(domain).ok()?)));
        match parts {
            Some((local, domain)) => format!("{local}@{}", domain.ascii),
            // Only an address that is older than the rules has no such form.
            None => self.0.clone(),
        }
    }

    /// Returns the other spellings that earlier versions kept apart from this address, each with a login of its
    /// own: the local part or the domain decomposed, the domain in Punycode. Most addresses have none.
    pub fn earlier_spellings(&self) -> BTreeSet<String> {
        let Some((local, domain)) = self.0.split_once('@') else {
            return BTreeSet::new();
        };
        let decomposed = |text: &str| text.nfd().collect::<String>();
        let ascii = Domain::parse(domain).map(|domain| domain.ascii);
        let domains = [
            domain.to_owned(),
            decomposed(domain),
            ascii.unwrap_or_default(),
        ];
        let locals = [local.to_owned(), decomposed(local)];
        let spellings = locals.iter().flat_map(|local| {
            let domains = domains.iter().filter(|domain| !domain.is_empty());
            domains.map(move |domain| format!("{local}@{domain}"))
        });
        spellings.filter(|spelling| *spelling != self.0).collect()
    }
}

/// The two spellings of one domain (RFC 5890): as people read it, and as mail systems carry it.
struct Domain {
    unicode: String,
    ascii: String,
}

impl Domain {
    /// Reads either spelling (Unicode Technical Standard 46).
    fn parse(raw: &str) -> Result<Self, InvalidEmail> {
        const HYPHENS: Hyphens = Hyphens::CheckFirstLast;
        let idna = Uts46::new();
        let ascii = idna.to_ascii(
            raw.as_bytes(),
            AsciiDenyList::STD3,
            HYPHENS,
            DnsLength::Ignore,
        );
        let ascii = ascii.map_err(|_| InvalidEmail::Malformed)?;
        if "a@".len() + ascii.len() > EmailAddress::MAX_BYTES {
            return Err(InvalidEmail::TooLong);
        }
        let labels = ascii.split('.').map(str::len);
        if !ascii.contains('.') || labels.clone().any(|length| !(1..=63).contains(&length)) {
            return Err(InvalidEmail::Malformed);
        }
        let (unicode, valid) = idna.to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, HYPHENS);
        valid.map_err(|_| InvalidEmail::Malformed)?;
        let unicode = unicode.into_owned();
        let ascii = ascii.into_owned();
        Ok(Self { unicode, ascii })
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

text_value!(EmailAddress, InvalidEmail);
stored_text!(EmailAddress);
redacted_debug!(EmailAddress);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(raw: &str) -> String {
        EmailAddress::parse(raw).unwrap().0
    }

    #[test]
    fn one_mailbox_is_one_address() {
        assert_eq!(parsed(" Asha.Rao@Example.ORG "), "asha.rao@example.org");
        assert_eq!(parsed("asha+clinic@example.org"), "asha+clinic@example.org");
    }

    #[test]
    fn mail_systems_carry_the_domain_in_ascii() {
        let carried = |raw| EmailAddress::parse(raw).unwrap().with_ascii_domain();
        assert_eq!(carried("Asha@Example.org"), "asha@example.org");
        assert_eq!(
            carried("j\u{fc}rgen@m\u{fc}nchen.example"),
            "j\u{fc}rgen@xn--mnchen-3ya.example"
        );
    }

    #[test]
    fn an_address_typed_on_two_systems_is_one_address() {
        assert_eq!(
            parsed("j\u{fc}rgen@example.org"),
            parsed("ju\u{308}rgen@example.org")
        );
        assert_eq!(
            parsed("J\u{dc}RGEN@example.org"),
            parsed("ju\u{308}rgen@example.org")
        );
    }

    #[test]
    fn a_domain_is_one_in_both_spellings() {
        let one = "asha@m\u{fc}nchen.example";
        for raw in [
            one,
            "asha@mu\u{308}nchen.example",
            "asha@xn--mnchen-3ya.example",
            "asha@XN--MNCHEN-3YA.Example",
            "asha@M\u{dc}NCHEN\u{3002}example",
            "asha@\u{ff4d}\u{fc}nchen.example",
        ] {
            assert_eq!(parsed(raw), one, "{raw}");
        }
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
            "a@b.org.",
            "a@b_c.org",
            "a@xn--zzzzzzz-.org",
            "a@\u{200b}.org",
            "\u{200b}",
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
    fn an_address_of_254_bytes_is_the_longest() {
        let label = "b".repeat(63);
        let domain = |last: usize| format!("{label}.{label}.{}", "b".repeat(last));
        let local = "a".repeat(64);
        let longest = format!("{local}@{}", domain(254 - 65 - 128));
        assert_eq!(longest.len(), 254);
        assert!(EmailAddress::parse(&longest).is_ok());
        let longer = format!("{local}@{}", domain(254 - 65 - 127));
        assert_eq!(EmailAddress::parse(&longer), Err(InvalidEmail::TooLong));
        let label = format!("a@{}.org", "b".repeat(64));
        assert_eq!(EmailAddress::parse(&label), Err(InvalidEmail::Malformed));
    }

    #[test]
    fn a_domain_is_measured_in_both_spellings() {
        let label = "\u{e9}".repeat(20);
        let short = format!("a@{label}.example");
        assert!(EmailAddress::parse(&short).is_ok());
        let long = format!("a@{}", [label.as_str(); 7].join("."));
        assert_eq!(EmailAddress::parse(&long), Err(InvalidEmail::TooLong));
    }

    #[test]
    fn spellings_that_were_kept_apart_are_known() {
        let plain = EmailAddress::parse("asha@example.org").unwrap();
        assert!(plain.earlier_spellings().is_empty());
        let address = EmailAddress::parse("j\u{fc}rgen@m\u{fc}nchen.example").unwrap();
        let earlier = address.earlier_spellings();
        for local in ["j\u{fc}rgen", "ju\u{308}rgen"] {
            for domain in ["m\u{fc}nchen", "mu\u{308}nchen", "xn--mnchen-3ya"] {
                let spelling = format!("{local}@{domain}.example");
                let own = spelling == address.as_str();
                assert_eq!(earlier.contains(&spelling), !own, "{spelling}");
            }
        }
    }

    #[test]
    fn an_address_that_was_stored_under_earlier_rules_is_read() {
        for earlier in ["asha@ab_.org", "asha@xn--zzzzzzz-.org", "a@b"] {
            let stored = serde_json::to_string(earlier).unwrap();
            let read: EmailAddress = serde_json::from_str(&stored).unwrap();
            assert_eq!(read.as_str(), earlier);
        }
        let read: EmailAddress = serde_json::from_str("\"asha@xn--mnchen-3ya.example\"").unwrap();
        assert_eq!(read.as_str(), "asha@m\u{fc}nchen.example");
    }

    proptest! {
        #[test]
        fn the_normal_form_is_its_own_normal_form(raw in r"\PC{1,20}@\PC{1,20}\.[a-z]{2,5}") {
            if let Ok(address) = EmailAddress::parse(&raw) {
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
            }
        }

        #[test]
        fn letters_of_any_form_are_one_address(local in r"[\p{Latin}\p{Devanagari}]{1,12}", domain in r"[\p{Latin}]{1,12}") {
            let raw = format!("{local}@{domain}.example");
            let decomposed: String = raw.nfd().collect();
            prop_assert_eq!(EmailAddress::parse(&decomposed), EmailAddress::parse(&raw));
        }
    }

    #[test]
    fn an_address_hides_from_debug_output() {
        let address = EmailAddress::parse("asha@example.org").unwrap();
        assert_eq!(format!("{address:?}"), "EmailAddress(…)");
    }
}
