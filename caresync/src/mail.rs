//! Mail: a mail server, a folder for development, or none.
//!
//! Mails carry codes that open accounts. So the folder, which is shown to all who reach the server at
//! `/sandbox/mail`, is used without being asked for only where the sandbox of the payment gateway is: on a database of
//! the program's own. On a shared one without a mail server, whatever needs mail is refused.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use actix_web::web::{self, Data, Json, Query, ServiceConfig};
use adapters::mail::{FolderMailer, KeptMail, PublicUrl, SmtpConfig, SmtpMailer};
use anyhow::{Context as _, bail};
use commands::ports::Mailer;
use domain::EmailAddress;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use crate::gateway::within;
use crate::settings::MailSettings;

/// The path at which the mails in the folder are read.
pub const MAILBOX_PATH: &str = "/sandbox/mail";

/// The kind of mail that the settings choose.
#[derive(Debug)]
pub enum MailChoice {
    /// A mail server.
    Smtp(Box<SmtpConfig>),
    /// A folder; links lead to this address, or to the server itself.
    Folder(Option<PublicUrl>),
    /// None.
    Off,
}

/// Mail, as the settings choose it.
pub struct Mailing {
    /// Carries mails; `None` if there is no mail.
    pub mailer: Option<Arc<dyn Mailer>>,
    folder: Option<FolderMailer>,
}

impl MailChoice {
    /// Reads the choice. `shared` says that the database is not the program's own.
    ///
    /// # Errors
    /// If mail is set in part, or twice.
    pub fn from_settings(settings: &MailSettings, shared: bool) -> anyhow::Result<Self> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let url = settings.smtp_url.clone();
        let url = url.filter(|url| !url.expose_secret().is_empty());
        let public_url = given(&settings.public_url);
        let public_url = public_url.as_deref().map(PublicUrl::parse).transpose();
        let public_url = public_url.context("reading CARESYNC_PUBLIC_URL")?;
        match (url, given(&settings.mail).as_deref()) {
            (_, Some(other)) if !["smtp", "folder"].contains(&other) => {
                bail!("CARESYNC_MAIL is {other:?}: it is either smtp or folder")
            }
            (Some(_), Some("folder")) => {
                bail!("CARESYNC_MAIL is folder, and SMTP_URL is set: remove one of them")
            }
            (None, Some("smtp")) => bail!("CARESYNC_MAIL is smtp, and SMTP_URL is not set"),
            (Some(url), _) => Ok(Self::Smtp(Box::new(SmtpConfig {
                url,
                from: given(&settings.from)
                    .context("SMTP_URL is set, and CARESYNC_MAIL_FROM is not")?,
                public_url: public_url
                    .context("SMTP_URL is set, and CARESYNC_PUBLIC_URL is not")?,
            }))),
            (None, None) if shared => Ok(Self::Off),
            (None, _) => Ok(Self::Folder(public_url)),
        }
    }
}

impl Mailing {
    /// Opens the chosen kind of mail for the node at `server`. `folder` is where mails are kept if it is a folder.
    pub fn open(choice: MailChoice, folder: &Path, server: SocketAddr) -> anyhow::Result<Self> {
        match choice {
            MailChoice::Smtp(config) => {
                let mailer = SmtpMailer::new(*config).context("reading the settings of mail")?;
                tracing::info!("SMTP_URL is set: mails go through that mail server.");
                Ok(Self {
                    mailer: Some(Arc::new(mailer)),
                    folder: None,
                })
            }
            MailChoice::Folder(public_url) => Self::in_folder(folder, public_url, server),
            MailChoice::Off => {
                tracing::warn!(
                    "SMTP_URL is not set: no mail is sent. Sign-ups, forgotten passwords and invitations are refused."
                );
                Ok(Self::off())
            }
        }
    }

    /// Mail that goes through `mailer`.
    #[must_use]
    pub fn through(mailer: Arc<dyn Mailer>) -> Self {
        Self {
            mailer: Some(mailer),
            folder: None,
        }
    }

    /// No mail.
    #[must_use]
    pub fn off() -> Self {
        Self {
            mailer: None,
            folder: None,
        }
    }

    fn in_folder(
        path: &Path,
        public_url: Option<PublicUrl>,
        server: SocketAddr,
    ) -> anyhow::Result<Self> {
        let public_url = match public_url {
            Some(url) => url,
            None => PublicUrl::parse(&format!("http://{}", within(server)))?,
        };
        let folder = FolderMailer::open(path.to_owned(), public_url)
            .with_context(|| format!("making the folder of mails {}", path.display()))?;
        if server.ip().is_loopback() {
            tracing::info!(
                path = %path.display(),
                "SMTP_URL is not set: mails go to this folder, and are shown at {MAILBOX_PATH}."
            );
        } else {
            tracing::warn!(
                path = %path.display(),
                "SMTP_URL is not set: mails go to this folder, and are shown at {MAILBOX_PATH}. Others can reach this \
                 server, read the codes in them and take over accounts."
            );
        }
        Ok(Self {
            mailer: Some(Arc::new(folder.clone())),
            folder: Some(folder),
        })
    }

    /// The mailbox of the folder, if that is what it is.
    pub(crate) fn mailbox(&self) -> Option<Mailbox> {
        self.folder.clone().map(Mailbox)
    }
}

/// The mails in the folder, over HTTP.
#[derive(Clone)]
pub(crate) struct Mailbox(FolderMailer);

impl Mailbox {
    /// The routes.
    pub(crate) fn routes(&self, config: &mut ServiceConfig) {
        config
            .app_data(Data::new(self.clone()))
            .route(MAILBOX_PATH, web::get().to(list));
    }
}

/// A selection of mails.
#[derive(Deserialize)]
struct Wanted {
    /// Those to this address.
    to: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    items: Vec<KeptMail>,
}

/// Lists mails, newest first.
async fn list(
    mailbox: Data<Mailbox>,
    Query(wanted): Query<Wanted>,
) -> actix_web::Result<Json<Listed>> {
    let to = wanted.to.as_deref().map(normal_form);
    let items = mailbox.0.list(to.as_deref()).await?;
    Ok(Json(Listed { items }))
}

/// The spelling in which mails name the address.
fn normal_form(to: &str) -> String {
    let parsed = EmailAddress::parse(to);
    parsed.map_or_else(|_| to.to_owned(), |address| address.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp() -> MailSettings {
        MailSettings {
            mail: None,
            smtp_url: Some("smtp://127.0.0.1:25".into()),
            from: Some("no-reply@clinic.example".to_owned()),
            public_url: Some("https://clinic.example".to_owned()),
        }
    }

    fn asked(mail: &str, settings: MailSettings) -> MailSettings {
        MailSettings {
            mail: Some(mail.to_owned()),
            ..settings
        }
    }

    #[test]
    fn the_folder_is_asked_for_where_the_database_is_shared() {
        let none = MailSettings::default;
        for (settings, shared, expected) in [
            (none(), false, "folder"),
            (none(), true, "off"),
            (asked("", none()), true, "off"),
            (asked("folder", none()), true, "folder"),
            (smtp(), true, "smtp"),
            (smtp(), false, "smtp"),
            (asked("smtp", smtp()), true, "smtp"),
        ] {
            let shown = format!("{settings:?}, {shared}");
            let chosen = match MailChoice::from_settings(&settings, shared).unwrap() {
                MailChoice::Smtp(_) => "smtp",
                MailChoice::Folder(_) => "folder",
                MailChoice::Off => "off",
            };
            assert_eq!(chosen, expected, "{shown}");
        }
    }

    #[test]
    fn mail_that_is_set_in_part_or_twice_is_refused() {
        for (settings, hint) in [
            (asked("folder", smtp()), "remove one of them"),
            (
                asked("smtp", MailSettings::default()),
                "SMTP_URL is not set",
            ),
            (asked("sendmail", smtp()), "either smtp or folder"),
            (
                MailSettings {
                    from: None,
                    ..smtp()
                },
                "CARESYNC_MAIL_FROM is not",
            ),
            (
                MailSettings {
                    public_url: None,
                    ..smtp()
                },
                "CARESYNC_PUBLIC_URL is not",
            ),
            (
                MailSettings {
                    public_url: Some("clinic.example".to_owned()),
                    ..smtp()
                },
                "reading CARESYNC_PUBLIC_URL",
            ),
        ] {
            let refused = MailChoice::from_settings(&settings, true).unwrap_err();
            assert!(refused.to_string().contains(hint), "{refused}");
        }
    }
}
