//! A mail server.

use std::time::Duration;

use async_trait::async_trait;
use commands::Fault;
use commands::ports::{Mail, MailError, MailFailure, Mailer};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::{ExposeSecret as _, SecretString};

use super::letter::{Letter, PublicUrl};

/// The longest time for connecting.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest time for a mail in all: below that of a timer.
const LONGEST: Duration = Duration::from_secs(15);
/// Replies about the session and not about the mail: the server wants a sign-in or encryption, or knows no such
/// sign-in (RFC 4954, section 6). Another attempt succeeds once the setting is right.
const ABOUT_THE_SESSION: [u16; 4] = [530, 534, 535, 538];

/// The settings of a mail server.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// Its address: `smtps://user:password@host`, or `smtp://host:25`, with `?tls=required` for STARTTLS.
    pub url: SecretString,
    /// The sender.
    pub from: String,
    /// The address of the pages that links lead to.
    pub public_url: PublicUrl,
}

/// Reason to refuse settings of a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSmtpConfig {
    /// Not the address of a mail server.
    #[error("the address of a mail server looks like smtps://user:password@host")]
    Url,
    /// Not a sender.
    #[error("a sender looks like CareSync <no-reply@clinic.example>")]
    Sender,
}

/// Sends mails through a mail server.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    public_url: PublicUrl,
}

/// A failed exchange with the mail server. The reply's text is left out, because it often repeats an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum SmtpFailure {
    #[error("the mail server replied {0}")]
    Reply(u16),
    #[error("the mail server could not be reached")]
    Connection,
    #[error("the encrypted connection to the mail server failed")]
    Tls,
    #[error("the mail server did not reply in time")]
    Timeout,
    #[error("the exchange with the mail server failed")]
    Exchange,
}

impl SmtpMailer {
    /// A mailer with these settings. It does not connect yet.
    ///
    /// # Errors
    /// [`InvalidSmtpConfig`].
    pub fn new(config: SmtpConfig) -> Result<Self, InvalidSmtpConfig> {
        let url = config.url.expose_secret();
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        let builder = builder.map_err(|_| InvalidSmtpConfig::Url)?;
        let from = config.from.parse().map_err(|_| InvalidSmtpConfig::Sender)?;
        Ok(Self {
            transport: builder.timeout(Some(CONNECT)).build(),
            from,
            public_url: config.public_url,
        })
    }

    /// The message as it is sent; `None` if the recipient's address has no form that mail systems carry.
    fn message(&self, mail: &Mail) -> Option<Message> {
        let to: Address = mail.to.with_ascii_domain().parse().ok()?;
        let letter = Letter::new(mail, &self.public_url);
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .date(mail.at.into())
            .message_id(Some(id));
        let body = MultiPart::alternative_plain_html(letter.text, letter.html);
        message.multipart(body).ok()
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = self.message(mail);
        let message = message.ok_or(MailError::Permanent(MailFailure::Unsendable))?;
        let sent = tokio::time::timeout(LONGEST, self.transport.send(message)).await;
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failure(&error, mail)),
            Err(_) => Err(away(SmtpFailure::Timeout)),
        }
    }
}

fn failure(error: &smtp::Error, mail: &Mail) -> MailError {
    let code = error.status().map(u16::from);
    match code {
        Some(code) if error.is_permanent() && !ABOUT_THE_SESSION.contains(&code) => {
            MailError::Permanent(MailFailure::Refused(code))
        }
        Some(code) => away(SmtpFailure::Reply(code)),
        // The server does not carry addresses beyond ASCII (RFC 6531).
        None if error.is_client() && !mail.to.with_ascii_domain().is_ascii() => {
            MailError::Permanent(MailFailure::Unsendable)
        }
        None if error.is_timeout() => away(SmtpFailure::Timeout),
        None if error.is_tls() => away(SmtpFailure::Tls),
        None if error.is_client() || error.is_response() => away(SmtpFailure::Exchange),
        None => away(SmtpFailure::Connection),
    }
}

fn away(failure: SmtpFailure) -> MailError {
    MailError::Away(Fault::new("sending a mail", failure))
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::{mail, public_url};
    use super::*;
    use commands::ports::MailMessage;

    fn config(url: &str, from: &str) -> SmtpConfig {
        SmtpConfig {
            url: url.into(),
            from: from.to_owned(),
            public_url: public_url(),
        }
    }

    const FROM: &str = "CareSync <no-reply@clinic.example>";

    #[test]
    fn settings_that_lead_nowhere_are_refused() {
        let refused = |url: &str, from: &str| SmtpMailer::new(config(url, from)).err();
        assert_eq!(refused("smtps://user:p%40ss@mail.example", FROM), None);
        assert_eq!(refused("smtp://127.0.0.1:25", "a@b.example"), None);
        for url in [
            "",
            "mail.example",
            "https://mail.example",
            "smtp://h?tls=never",
        ] {
            assert_eq!(refused(url, FROM), Some(InvalidSmtpConfig::Url), "{url}");
        }
        for from in ["", "CareSync"] {
            let refused = refused("smtp://mail.example", from);
            assert_eq!(refused, Some(InvalidSmtpConfig::Sender), "{from}");
        }
    }

    #[tokio::test]
    async fn a_message_has_both_parts_and_the_domain_as_mail_systems_carry_it() {
        let mailer = SmtpMailer::new(config("smtp://127.0.0.1:1", FROM)).unwrap();
        let code = MailMessage::SignUp("AAAA-BBBB".to_owned());
        let message = mailer
            .message(&mail("asha@m\u{fc}nchen.example", code))
            .unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        assert!(
            text.contains("To: asha@xn--mnchen-3ya.example\r\n"),
            "{text}"
        );
        assert!(text.contains("multipart/alternative"), "{text}");
        assert_eq!(text.matches("\r\nAAAA-BBBB\r\n").count(), 1, "{text}");
        let id = "<00000000-0000-0000-0000-000000000007@clinic.example>";
        assert!(text.contains(id), "{text}");
    }

    #[tokio::test]
    async fn an_address_of_254_bytes_and_one_beyond_ascii_are_carried() {
        let mailer = SmtpMailer::new(config("smtp://127.0.0.1:1", FROM)).unwrap();
        let label = "d".repeat(63);
        let longest = format!("{}@{label}.{label}.{}", "a".repeat(64), "e".repeat(61));
        assert_eq!(longest.len(), 254);
        for to in [
            longest.as_str(),
            "j\u{fc}rgen@example.org",
            "a.b+tag@example.org",
        ] {
            let mail = mail(to, MailMessage::AlreadyRegistered);
            let message = mailer.message(&mail).unwrap();
            assert_eq!(message.envelope().to()[0].to_string(), to);
        }
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_told_without_the_address() {
        let mailer = SmtpMailer::new(config("smtp://127.0.0.1:1", FROM)).unwrap();
        let mail = mail("asha@example.org", MailMessage::AlreadyRegistered);
        let Err(MailError::Away(fault)) = mailer.send(&mail).await else {
            panic!("it was sent");
        };
        let cause = std::error::Error::source(&fault).unwrap().to_string();
        assert_eq!(cause, "the mail server could not be reached");
    }
}
