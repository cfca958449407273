//! A folder instead of a mail server, for development: each mail is a file.

use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::Fault;
use commands::ports::{Mail, MailError, Mailer};
use serde::{Deserialize, Serialize};
use tokio::fs;
use uuid::Uuid;

use super::letter::{Letter, PublicUrl};

/// The number of mails that are kept, at most.
const MOST: usize = 1_000;

/// Writes mails into a folder.
#[derive(Debug, Clone)]
pub struct FolderMailer {
    folder: PathBuf,
    public_url: PublicUrl,
}

/// A mail in the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptMail {
    /// Its id.
    pub id: Uuid,
    /// The recipient.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The time at which it was queued.
    pub at: DateTime<Utc>,
    /// The code in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
}

impl FolderMailer {
    /// Makes the folder, for its owner only: codes open accounts.
    pub fn open(folder: PathBuf, public_url: PublicUrl) -> io::Result<Self> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        Ok(Self { folder, public_url })
    }

    /// The mails to an address, or all, newest first.
    pub async fn list(&self, to: Option<&str>) -> io::Result<Vec<KeptMail>> {
        let mut mails = Vec::new();
        for name in self.names().await? {
            let read = match fs::read(self.folder.join(&name)).await {
                // Removed meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                read => read?,
            };
            let mail: KeptMail = serde_json::from_slice(&read)?;
            if to.is_none_or(|to| mail.to == to) {
                mails.push(mail);
            }
        }
        mails.sort_by_key(|mail| std::cmp::Reverse((mail.at, mail.id)));
        Ok(mails)
    }

    /// The names of the files, the oldest first: ids are ordered by time.
    async fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        let mut entries = fs::read_dir(&self.folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            let name = entry.file_name().to_string_lossy().into_owned();
            if Path::new(&name).extension() == Some("json".as_ref()) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    async fn keep(&self, mail: &KeptMail) -> io::Result<()> {
        let content = serde_json::to_vec_pretty(mail)?;
        let draft = self.folder.join(format!("{}.draft", mail.id));
        fs::write(&draft, content).await?;
        fs::rename(&draft, self.folder.join(format!("{}.json", mail.id))).await?;
        let names = self.names().await?;
        for name in names.iter().take(names.len().saturating_sub(MOST)) {
            match fs::remove_file(self.folder.join(name)).await {
                // Another mail that is kept at the same time has removed it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed?,
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Mailer for FolderMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let Letter {
            subject,
            text,
            html,
        } = Letter::new(mail, &self.public_url);
        let kept = KeptMail {
            id: mail.id,
            to: mail.to.as_str().to_owned(),
            subject,
            at: mail.at,
            code: mail.message.code().map(str::to_owned),
            text,
            html,
        };
        let kept = self.keep(&kept).await;
        Ok(kept.map_err(Fault::doing("writing a mail into its folder"))?)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use chrono::TimeDelta;
    use commands::ports::MailMessage;

    use super::super::letter::tests::{mail, public_url};
    use super::*;

    #[tokio::test]
    async fn mails_are_listed_by_recipient_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = FolderMailer::open(folder.path().join("mail"), public_url()).unwrap();
        for (number, to) in [
            (1, "a@example.org"),
            (2, "b@example.org"),
            (3, "a@example.org"),
        ] {
            let sent = Mail {
                id: Uuid::from_u128(number),
                at: DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(number).unwrap()),
                ..mail(to, MailMessage::SignUp(format!("CODE-{number}")))
            };
            mailer.send(&sent).await.unwrap();
        }
        let codes = async |to| -> Vec<String> {
            let listed = mailer.list(to).await.unwrap();
            listed.into_iter().map(|mail| mail.code.unwrap()).collect()
        };
        assert_eq!(codes(Some("a@example.org")).await, ["CODE-3", "CODE-1"]);
        assert_eq!(codes(None).await, ["CODE-3", "CODE-2", "CODE-1"]);
        let mode = mailer.folder.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[tokio::test]
    async fn a_folder_keeps_the_newest_mails_only() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = FolderMailer::open(folder.path().to_owned(), public_url()).unwrap();
        for number in 1..=MOST + 2 {
            let name = format!("{}.json", Uuid::from_u128(number as u128));
            std::fs::write(folder.path().join(name), "{}").unwrap();
        }
        let newest = Mail {
            id: Uuid::from_u128(MOST as u128 + 3),
            ..mail("a@example.org", MailMessage::AlreadyRegistered)
        };
        mailer.send(&newest).await.unwrap();
        let names = mailer.names().await.unwrap();
        assert_eq!(names.len(), MOST);
        assert_eq!(names.first(), Some(&format!("{}.json", Uuid::from_u128(4))));
    }
}
