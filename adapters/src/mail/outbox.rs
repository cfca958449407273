//! Mails that wait to be sent.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use commands::Fault;
use commands::ports::{Mail, MailFailure, MailMessage, MailOutbox, NewMail, QueuedMail};
use commands::reactions::MAIL;
use domain::EmailAddress;
use event_store::{Cell, SealedCell, Sealing, associated_data_of_row};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, PgPool, Row as _};
use uuid::Uuid;

const TABLE: &str = "mail_outbox";
/// Namespace of the subject ids, which are derived from dates.
const DAYS: Uuid = Uuid::from_u128(0x2d8c_0c5a_6a1b_4f0e_8d2f_93c4_51be_7a06);
/// The age at which the key of a day is removed: no mail waits that long.
const SEALED_FOR: TimeDelta = TimeDelta::days(2);
/// The days before, whose keys are removed again: a node may have been down.
const DAYS_BACK: usize = 60;
/// The age at which a failed mail is forgotten.
const FAILED_FOR: TimeDelta = TimeDelta::days(30);
/// The age at which a mail is forgotten that a caller without an account asked for: it is not sent any more, and a flood
/// of them is gone after a day.
const OF_ANYONE_FOR: TimeDelta = TimeDelta::days(1);
/// The number of them that is kept for the operator, where they failed.
const MOST_FAILED_OF_ANYONE: i64 = 5_000;

/// Stores mails in table `mail_outbox`.
#[derive(Debug, Clone)]
pub struct PgMailOutbox {
    pool: PgPool,
    sealing: Sealing,
}

/// A mail that is ready to be queued.
#[derive(Debug)]
pub(crate) struct SealedMail {
    id: Uuid,
    kind: &'static str,
    queued_at: DateTime<Utc>,
    day: NaiveDate,
    content: Option<String>,
    give_up_at: DateTime<Utc>,
}

/// The sealed part of a mail.
#[derive(Serialize, Deserialize)]
struct Content {
    to: EmailAddress,
    message: MailMessage,
}

impl PgMailOutbox {
    /// An outbox on `pool`, sealed by `sealing`.
    #[must_use]
    pub fn new(pool: PgPool, sealing: Sealing) -> Self {
        Self { pool, sealing }
    }

    /// Seals a mail, under the key of its day.
    pub(crate) async fn seal(&self, new: &NewMail) -> Result<SealedMail, Fault> {
        const DOING: &str = "sealing a mail";
        let NewMail { mail, give_up_at } = new;
        let day = mail.at.date_naive();
        let content = Content {
            to: mail.to.clone(),
            message: mail.message.clone(),
        };
        let cell = Cell {
            subject: subject(day),
            associated_data: location(mail.id),
            value: serde_json::to_value(content).map_err(Fault::doing(DOING))?,
        };
        let sealed = self.sealing.seal_many(vec![cell]).await;
        let sealed = sealed.map_err(Fault::doing(DOING))?;
        Ok(SealedMail {
            id: mail.id,
            kind: mail.message.kind(),
            queued_at: mail.at,
            day,
            content: sealed.into_iter().next().flatten(),
            give_up_at: *give_up_at,
        })
    }

    /// Seals a mail, if there is one.
    pub(crate) async fn seal_any(
        &self,
        new: Option<&NewMail>,
    ) -> Result<Option<SealedMail>, Fault> {
        match new {
            Some(new) => Ok(Some(self.seal(new).await?)),
            None => Ok(None),
        }
    }

    /// The mails to these addresses that wait.
    pub async fn waiting_to(&self, addresses: &[EmailAddress]) -> Result<Vec<Uuid>, Fault> {
        const DOING: &str = "looking for mails to an address";
        if addresses.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(Uuid, NaiveDate, String)> = sqlx::query_as(
            "
            select mail_id, day, content from mail_outbox
            where failure is null and content is not null
            ",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing(DOING))?;
        let ids: Vec<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
        let cells = rows.into_iter().map(|(id, day, sealed)| SealedCell {
            subject: subject(day),
            associated_data: location(id),
            sealed: Some(sealed),
        });
        let opened = self.sealing.open_many(cells.collect()).await;
        let opened = opened.map_err(Fault::doing(DOING))?;
        let mails = ids.into_iter().zip(opened);
        let to_them = mails.filter(|(_, content)| {
            let content = Content::deserialize(content);
            content.is_ok_and(|content| addresses.contains(&content.to))
        });
        Ok(to_them.map(|(id, _)| id).collect())
    }

    /// Removes mails that wait: they are not sent.
    pub async fn remove(&self, mails: &[Uuid]) -> Result<(), Fault> {
        sqlx::query("delete from mail_outbox where mail_id = any ($1)")
            .bind(mails)
            .execute(&self.pool)
            .await
            .map_err(Fault::doing("removing mails that wait"))?;
        Ok(())
    }

    /// The number of mails that wait, counted up to `most`.
    pub(crate) async fn waiting(&self, most: i64) -> Result<i64, Fault> {
        sqlx::query_scalar(
            "select count(*) from (select from mail_outbox where failure is null limit $1) waiting",
        )
        .bind(most)
        .fetch_one(&self.pool)
        .await
        .map_err(Fault::doing("counting mails that wait"))
    }

    /// Removes the keys of days that are too old at `at`, and what was sealed with them; forgets mails that failed
    /// long ago, and those of a day that callers without an account asked for. Returns the number of removed rows.
    pub async fn prune(&self, at: DateTime<Utc>) -> Result<u64, Fault> {
        const DOING: &str = "removing old mails";
        let first_kept = (at - SEALED_FOR).date_naive();
        let days = first_kept.iter_days().rev().skip(1).take(DAYS_BACK);
        let subjects: Vec<Uuid> = days.map(subject).collect();
        let destroyed = self.sealing.destroy_keys(&subjects).await;
        destroyed.map_err(Fault::doing(DOING))?;
        let removed = sqlx::query(
            "
            delete from mail_outbox
            where (day < $1 and content is not null) or day < $2
              or (kind = any ($3) and queued_at <= $4)
            ",
        )
        .bind(first_kept)
        .bind((at - FAILED_FOR).date_naive())
        .bind(MailMessage::KINDS_OF_ANYONE)
        .bind(at - OF_ANYONE_FOR)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing(DOING))?;
        let beyond = self.prune_beyond(MOST_FAILED_OF_ANYONE).await;
        Ok(removed.rows_affected() + beyond.map_err(Fault::doing(DOING))?)
    }

    /// Removes the oldest of the failed mails that callers without an account asked for, but for so many.
    pub(crate) async fn prune_beyond(&self, kept: i64) -> Result<u64, sqlx::Error> {
        let removed = sqlx::query(
            "
            delete from mail_outbox where mail_id in (
              select mail_id from mail_outbox
              where kind = any ($1) and failure is not null
              order by failed_at desc
              offset $2
            )
            ",
        )
        .bind(MailMessage::KINDS_OF_ANYONE)
        .bind(kept)
        .execute(&self.pool)
        .await?;
        Ok(removed.rows_affected())
    }
}

/// Queues a mail: the timer that sends it is set in the same transaction.
pub(crate) async fn queue(
    connection: &mut PgConnection,
    mail: &SealedMail,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "
        with queued as (
          insert into mail_outbox (mail_id, kind, queued_at, day, content, give_up_at)
          values ($1, $2, $3, $4, $5, $6)
        )
        insert into timers (kind, key, due_at)
        values ($7, $1::text, $3)
        ",
    )
    .bind(mail.id)
    .bind(mail.kind)
    .bind(mail.queued_at)
    .bind(mail.day)
    .bind(&mail.content)
    .bind(mail.give_up_at)
    .bind(MAIL)
    .execute(connection)
    .await?;
    Ok(())
}

/// The subject of a day: no person, and the same on every node.
fn subject(day: NaiveDate) -> Uuid {
    Uuid::new_v5(&DAYS, day.to_string().as_bytes())
}

fn location(id: Uuid) -> Vec<String> {
    associated_data_of_row(TABLE, &id.to_string())
}

/// The name of a failure in the table, and the reply code.
const fn columns(failure: MailFailure) -> (&'static str, Option<u16>) {
    match failure {
        MailFailure::Refused(code) => ("REFUSED", Some(code)),
        MailFailure::Unsendable => ("UNSENDABLE", None),
        MailFailure::GaveUp => ("GAVE_UP", None),
    }
}

#[async_trait]
impl MailOutbox for PgMailOutbox {
    async fn queue(&self, mails: &[NewMail]) -> Result<(), Fault> {
        const DOING: &str = "queueing mails";
        let mut sealed = Vec::new();
        for mail in mails {
            sealed.push(self.seal(mail).await?);
        }
        let transaction = self.pool.begin().await;
        let mut transaction = transaction.map_err(Fault::doing(DOING))?;
        for mail in &sealed {
            let queued = sqlx::query_scalar::<_, bool>(
                "select exists (select from mail_outbox where mail_id = $1)",
            );
            let queued = queued.bind(mail.id).fetch_one(&mut *transaction).await;
            if !queued.map_err(Fault::doing(DOING))? {
                let queued = queue(&mut transaction, mail).await;
                queued.map_err(Fault::doing(DOING))?;
            }
        }
        transaction.commit().await.map_err(Fault::doing(DOING))
    }

    async fn find(&self, id: Uuid) -> Result<Option<QueuedMail>, Fault> {
        const DOING: &str = "reading a mail";
        let row = sqlx::query(
            "
            select queued_at, day, content, give_up_at
            from mail_outbox
            where mail_id = $1 and failure is null
            ",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing(DOING))?;
        let Some(row) = row else {
            return Ok(None);
        };
        let (at, day, sealed, give_up_at) = (|| {
            Ok::<(DateTime<Utc>, NaiveDate, Option<String>, DateTime<Utc>), sqlx::Error>((
                row.try_get("queued_at")?,
                row.try_get("day")?,
                row.try_get("content")?,
                row.try_get("give_up_at")?,
            ))
        })()
        .map_err(Fault::doing(DOING))?;
        let cell = SealedCell {
            subject: subject(day),
            associated_data: location(id),
            sealed,
        };
        let opened = self.sealing.open_many(vec![cell]).await;
        let opened = opened.map_err(Fault::doing("opening a mail"))?;
        let content = match opened.into_iter().next() {
            None | Some(Value::Null) => None,
            Some(content) => Some(serde_json::from_value(content).map_err(Fault::doing(DOING))?),
        };
        let mail = content.map(|Content { to, message }| Mail {
            id,
            to,
            message,
            at,
        });
        Ok(Some(QueuedMail { mail, give_up_at }))
    }

    async fn sent(&self, id: Uuid) -> Result<(), Fault> {
        sqlx::query("delete from mail_outbox where mail_id = $1")
            .bind(id)
            .execute(&self.pool)
            .await
            .map_err(Fault::doing("forgetting a mail that was sent"))?;
        Ok(())
    }

    async fn failed(&self, id: Uuid, failure: MailFailure, at: DateTime<Utc>) -> Result<(), Fault> {
        let (name, code) = columns(failure);
        sqlx::query(
            "
            update mail_outbox
            set content = null, failure = $2, smtp_code = $3, failed_at = $4
            where mail_id = $1 and failure is null
            ",
        )
        .bind(id)
        .bind(name)
        .bind(code.and_then(|code| i16::try_from(code).ok()))
        .bind(at)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("recording that a mail failed"))?;
        Ok(())
    }
}
