//! Letters: messages as people read them, in text and in HTML.
//!
//! A template is a text with a subject, whose paragraphs become those of the HTML part.

use std::fmt::Write as _;

use commands::ports::{Mail, MailMessage};

const LAYOUT: &str = include_str!("templates/layout.html");

/// The address of the pages that links in mails lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

/// Reason to refuse the address of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a public URL looks like https://clinic.example, without query or fragment")]
pub struct InvalidPublicUrl;

impl PublicUrl {
    /// Takes an `https` address, or an `http` one.
    ///
    /// # Errors
    /// [`InvalidPublicUrl`].
    pub fn parse(text: &str) -> Result<Self, InvalidPublicUrl> {
        let text = text.trim().trim_end_matches('/');
        let rest = ["https://", "http://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme));
        let is_sound = |rest: &str| {
            let plain = |c: char| c.is_ascii_graphic() && !"?#<>\"'\\{}".contains(c);
            !rest.is_empty() && !rest.starts_with('/') && rest.chars().all(plain)
        };
        match rest {
            Some(rest) if is_sound(rest) => Ok(Self(text.to_owned())),
            _ => Err(InvalidPublicUrl),
        }
    }

    /// The address of a page that gets an address and a code. They are in the fragment, which browsers keep to
    /// themselves: no server logs it.
    fn page(&self, path: &str, mail: &Mail) -> String {
        let email = percent_encoded(mail.to.as_str());
        let code = mail.message.code();
        let code = code.map_or_else(String::new, |code| format!("&code={code}"));
        format!("{}/{path}#email={email}{code}", self.0)
    }
}

/// A mail as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// A template, and the page that its link leads to.
struct Template {
    text: &'static str,
    page: &'static str,
}

impl Template {
    fn from_message(message: &MailMessage) -> Self {
        let (text, page) = match message {
            MailMessage::SignUp(_) => (include_str!("templates/sign_up.txt"), "sign-up"),
            MailMessage::AlreadyRegistered => (
                include_str!("templates/already_registered.txt"),
                "forgotten-password",
            ),
            MailMessage::PasswordReset(_) => (
                include_str!("templates/password_reset.txt"),
                "reset-password",
            ),
            MailMessage::NoPassword => (include_str!("templates/no_password.txt"), "sign-up"),
            MailMessage::Invitation(_) => (include_str!("templates/invitation.txt"), "invitation"),
            MailMessage::NewAddress(_) => {
                (include_str!("templates/new_address.txt"), "change-address")
            }
            MailMessage::PresentAddress(_) => (
                include_str!("templates/present_address.txt"),
                "change-address",
            ),
            MailMessage::PasswordChanged => (
                include_str!("templates/password_changed.txt"),
                "forgotten-password",
            ),
            MailMessage::ChartOpened => (include_str!("templates/chart_opened.txt"), "access-log"),
            MailMessage::ChartOpenedToReview => (
                include_str!("templates/chart_opened_to_review.txt"),
                "break-glass",
            ),
        };
        Self { text, page }
    }
}

impl Letter {
    /// Fills in the template of a mail.
    pub(super) fn new(mail: &Mail, public_url: &PublicUrl) -> Self {
        let template = Template::from_message(&mail.message);
        let (head, body) = template.text.split_once("\n\n").unwrap_or_default();
        let subject = head.trim_start_matches("Subject: ").to_owned();
        let link = public_url.page(template.page, mail);
        let code = mail.message.code().unwrap_or_default();
        let text = body.replace("{code}", code).replace("{link}", &link);
        let mut paragraphs = String::new();
        for paragraph in body.trim_end().split("\n\n") {
            let html = match paragraph {
                "{code}" => format!(
                    "<p style=\"font: bold 1.5em monospace\">{}</p>",
                    escaped(code)
                ),
                "{link}" => format!("<p><a href=\"{0}\">{0}</a></p>", escaped(&link)),
                text => format!("<p>{}</p>", escaped(text)),
            };
            // Writing to a string can't fail.
            let _ = writeln!(paragraphs, "{html}");
        }
        let html = LAYOUT
            .replace("{subject}", &escaped(&subject))
            .replace("{paragraphs}", paragraphs.trim_end());
        Self {
            subject,
            text,
            html,
        }
    }
}

/// Text as HTML shows it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Text as a part of a URL (RFC 3986, section 2.1).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            // Writing to a string can't fail.
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::DateTime;
    use domain::EmailAddress;
    use uuid::Uuid;

    use super::*;

    /// One message of each kind.
    fn messages() -> Vec<MailMessage> {
        vec![
            MailMessage::SignUp("AAAA-BBBB".to_owned()),
            MailMessage::AlreadyRegistered,
            MailMessage::PasswordReset("AAAA-BBBB".to_owned()),
            MailMessage::NoPassword,
            MailMessage::PasswordChanged,
            MailMessage::Invitation("AAAA-BBBB".to_owned()),
            MailMessage::NewAddress("AAAA-BBBB".to_owned()),
            MailMessage::PresentAddress("AAAA-BBBB".to_owned()),
            MailMessage::ChartOpened,
            MailMessage::ChartOpenedToReview,
        ]
    }

    pub(in crate::mail) fn mail(to: &str, message: MailMessage) -> Mail {
        Mail {
            id: Uuid::from_u128(7),
            to: EmailAddress::parse(to).unwrap(),
            message,
            at: DateTime::UNIX_EPOCH,
        }
    }

    pub(in crate::mail) fn public_url() -> PublicUrl {
        PublicUrl::parse("https://clinic.example/").unwrap()
    }

    #[test]
    fn every_template_is_filled_in_completely() {
        for message in messages() {
            let kind = message.kind();
            let has_code = message.code().is_some();
            let letter = Letter::new(&mail("a.rao@example.org", message), &public_url());
            assert!(
                !letter.subject.is_empty() && !letter.subject.contains(['\n', ':']),
                "{kind}"
            );
            for part in [&letter.subject, &letter.text, &letter.html] {
                assert!(!part.contains(['{', '}']), "{kind}: {part}");
            }
            for part in [&letter.text, &letter.html] {
                assert_eq!(part.contains("AAAA-BBBB"), has_code, "{kind}: {part}");
            }
            assert!(letter.text.lines().all(|line| line.len() < 200), "{kind}");
        }
    }

    #[test]
    fn a_link_carries_the_address_and_the_code_in_its_fragment() {
        let message = MailMessage::SignUp("AAAA-BBBB".to_owned());
        let letter = Letter::new(&mail("a+b&c@m\u{fc}nchen.example", message), &public_url());
        let link =
            "https://clinic.example/sign-up#email=a%2Bb%26c%40m%C3%BCnchen.example&code=AAAA-BBBB";
        assert!(letter.text.contains(link), "{}", letter.text);
        let link = link.replace('&', "&amp;");
        assert!(
            letter.html.contains(&format!("href=\"{link}\"")),
            "{}",
            letter.html
        );
    }

    #[test]
    fn a_public_url_has_a_host_and_nothing_behind_its_path() {
        for (text, expected) in [
            ("https://clinic.example", Some("https://clinic.example")),
            (" http://127.0.0.1:8080/ ", Some("http://127.0.0.1:8080")),
            (
                "https://group.example/care/",
                Some("https://group.example/care"),
            ),
            ("clinic.example", None),
            ("https://", None),
            ("https:///path", None),
            ("ftp://clinic.example", None),
            ("https://clinic.example?x=1", None),
            ("https://clinic.example#top", None),
            ("https://clinic.example/\"><script>", None),
        ] {
            let parsed = PublicUrl::parse(text).ok().map(|url| url.0);
            assert_eq!(parsed.as_deref(), expected, "{text}");
        }
    }
}
