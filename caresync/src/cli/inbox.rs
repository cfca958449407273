//! `caresync payments inbox`: what the payment gateway told, and what became of it, also while servers run.

use std::io::{Write as _, stdout};

use adapters::gateway_inbox::{Listed, PgGatewayInbox, Wanted};
use adapters::system::SystemClock;
use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use commands::ports::{Clock as _, DeliveryDigest, DeliveryOutcome, GatewayInbox as _};
use event_store::EventStore;

use super::projections::with_log;
use crate::settings::Settings;

/// Commands about the inbox.
#[derive(Subcommand)]
pub enum InboxCommand {
    /// Prints the newest deliveries and what became of them. Nothing personal is printed.
    List {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        chosen: Chosen,
        /// The number of deliveries at most.
        #[arg(long, default_value_t = 50)]
        most: i64,
    },
    /// Prints one delivery.
    Show {
        #[command(flatten)]
        settings: Settings,
        /// The delivery's digest, as `list` prints it.
        digest: String,
        /// Prints what it said as well. It tells of a payer.
        #[arg(long)]
        body: bool,
    },
    /// Has the servers work on deliveries once more, as if they had just come. Fails if none can be.
    Retry {
        #[command(flatten)]
        settings: Settings,
        /// The delivery's digest, as `list` prints it.
        #[arg(required_unless_present = "outcome", conflicts_with = "outcome")]
        digest: Option<String>,
        #[command(flatten)]
        chosen: Chosen,
    },
}

/// The deliveries that are meant.
#[derive(Debug, Clone, Args)]
pub struct Chosen {
    /// Those that came to this, such as `UNKNOWN_ORDER`; `WAITING` for those that were not processed yet.
    #[arg(long, value_parser = outcome)]
    outcome: Option<Standing>,
}

/// Returns the status of a delivery: waiting, or its outcome.
type Standing = Option<DeliveryOutcome>;

fn outcome(text: &str) -> Result<Standing, String> {
    let text = text.to_ascii_uppercase().replace('-', "_");
    if text == "WAITING" {
        return Ok(None);
    }
    let known = DeliveryOutcome::ALL.map(DeliveryOutcome::as_str).join(", ");
    DeliveryOutcome::parse(&text)
        .map(Some)
        .ok_or_else(|| format!("one of WAITING, {known}"))
}

impl Chosen {
    fn wanted(&self) -> Wanted {
        match self.outcome {
            None => Wanted::All,
            Some(None) => Wanted::Waiting,
            Some(Some(outcome)) => Wanted::Settled(outcome),
        }
    }
}

/// Runs one of them.
pub async fn run(command: InboxCommand) -> anyhow::Result<()> {
    match command {
        InboxCommand::List {
            settings,
            chosen,
            most,
        } => list(&settings, chosen.wanted(), most).await,
        InboxCommand::Show {
            settings,
            digest,
            body,
        } => show(&settings, &digest, body).await,
        InboxCommand::Retry {
            settings,
            digest,
            chosen,
        } => {
            let wanted = match digest {
                Some(digest) => Wanted::One(parsed(&digest)?),
                None => chosen.wanted(),
            };
            retry(&settings, wanted).await
        }
    }
}

async fn list(settings: &Settings, wanted: Wanted, most: i64) -> anyhow::Result<()> {
    with_log(settings, async |store| {
        let listed = inbox(store).list(wanted, most).await?;
        let mut out = stdout();
        if listed.is_empty() {
            writeln!(out, "No such delivery is kept.")?;
            return Ok(());
        }
        writeln!(
            out,
            "{:<22}{:<15}{:<28}{:<28}digest",
            "received", "outcome", "kind", "order"
        )?;
        for delivery in listed {
            writeln!(out, "{}", line(&delivery))?;
        }
        Ok(())
    })
    .await
}

fn line(delivery: &Listed) -> String {
    format!(
        "{:<22}{:<15}{:<28}{:<28}{}",
        time(delivery.received_at),
        standing(delivery),
        delivery.kind.as_deref().unwrap_or("-"),
        delivery.order.as_deref().unwrap_or("-"),
        delivery.digest
    )
}

async fn show(settings: &Settings, digest: &str, body: bool) -> anyhow::Result<()> {
    let digest = parsed(digest)?;
    with_log(settings, async |store| {
        let inbox = inbox(store);
        let listed = inbox.list(Wanted::One(digest), 1).await?;
        let delivery = listed.first().context("no such delivery is kept")?;
        let mut out = stdout();
        let absent = || "-".to_owned();
        let rows = [
            ("event", delivery.event_id.clone().unwrap_or_else(absent)),
            ("received", time(delivery.received_at)),
            ("kind", delivery.kind.clone().unwrap_or_else(absent)),
            ("order", delivery.order.clone().unwrap_or_else(absent)),
            ("outcome", standing(delivery).to_owned()),
            ("settled", delivery.settled_at.map_or_else(absent, time)),
        ];
        for (name, value) in rows {
            writeln!(out, "{name:<10}{value}")?;
        }
        if !body {
            return Ok(());
        }
        let kept = inbox.find(&digest).await?;
        let bytes = kept.and_then(|kept| kept.body);
        let bytes = bytes.context("what it said is too old to be kept")?;
        writeln!(out)?;
        out.write_all(&bytes)?;
        writeln!(out)?;
        Ok(())
    })
    .await
}

async fn retry(settings: &Settings, wanted: Wanted) -> anyhow::Result<()> {
    with_log(settings, async |store| {
        let set = inbox(store).work_again(wanted, SystemClock.now()).await?;
        if set == 0 {
            bail!("no such delivery is kept with what it said");
        }
        writeln!(
            stdout(),
            "{set} deliveries are worked on again by the servers; `caresync payments inbox list` tells what comes of them."
        )?;
        Ok(())
    })
    .await
}

fn inbox(store: &EventStore) -> PgGatewayInbox {
    PgGatewayInbox::new(store.pool().clone(), store.sealing().clone())
}

fn parsed(digest: &str) -> anyhow::Result<DeliveryDigest> {
    DeliveryDigest::parse(digest).context("reading the digest")
}

fn standing(delivery: &Listed) -> &'static str {
    delivery.outcome.map_or("WAITING", DeliveryOutcome::as_str)
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_named_as_they_are_printed() {
        assert_eq!(outcome("WAITING"), Ok(None));
        let unknown = Ok(Some(DeliveryOutcome::UnknownOrder));
        assert_eq!(outcome("UNKNOWN_ORDER"), unknown);
        assert_eq!(outcome("unknown-order"), unknown);
        assert!(outcome("lost").is_err());
    }
}
