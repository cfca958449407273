//! `caresync payments`: for operators who have seen a gateway or a server away.

use std::io::{Write as _, stdout};
use std::time::{Duration, Instant};

use anyhow::bail;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use commands::reactions::Reconciliation;
use domain::FailureCode;
use projections::payments::{ListedDispute, open_disputes, orders_for_operators};

use super::inbox::{self, InboxCommand};
use super::progress::Progress;
use super::projections::with_log;
use crate::settings::Settings;

/// Time between two looks at the servers' progress.
const PAUSE: Duration = Duration::from_millis(250);

/// Commands about payments.
#[derive(Subcommand)]
pub enum PaymentsCommand {
    /// Has the servers ask the gateway now about every order that is still watched and for all disputes, and
    /// waits until they have. Fails if something could not be asked.
    Reconcile {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        patience: Patience,
    },
    /// Prints the disputes that are neither won, lost nor closed, the oldest first. They are answered at the
    /// gateway.
    Disputes {
        #[command(flatten)]
        settings: Settings,
        /// The number of disputes at most.
        #[arg(long, default_value_t = 50)]
        most: i64,
    },
    /// Prints closed orders that have to be compared with the gateway's records, the latest first: those of which
    /// the gateway never told, that have money that can't be read, or that belong to another payment.
    Orders {
        #[command(flatten)]
        settings: Settings,
        /// The number of orders at most.
        #[arg(long, default_value_t = 50)]
        most: i64,
    },
    /// Webhooks of the gateway, and their outcomes.
    #[command(subcommand)]
    Inbox(InboxCommand),
}

/// Time for which the command waits.
#[derive(Debug, Clone, Args)]
pub struct Patience {
    /// Seconds to wait for the servers, at most.
    #[arg(long, default_value_t = 120)]
    wait: u64,
}

/// Runs one of them.
pub async fn run(command: PaymentsCommand) -> anyhow::Result<()> {
    match command {
        PaymentsCommand::Inbox(command) => inbox::run(command).await,
        PaymentsCommand::Disputes { settings, most } => disputes(&settings, most).await,
        PaymentsCommand::Orders { settings, most } => orders(&settings, most).await,
        PaymentsCommand::Reconcile { settings, patience } => {
            with_log(&settings, async |store| {
                let pool = store.pool();
                let asked = Reconciliation::ask(pool).await?;
                let longest = Duration::from_secs(patience.wait);
                let left = wait(&asked, pool, longest).await?;
                let done = asked.count() - left.len() as u64;
                writeln!(stdout(), "{done} of {} questions answered.", asked.count())?;
                if left.is_empty() {
                    return Ok(());
                }
                for payment in &left {
                    writeln!(stdout(), "not yet: {payment}")?;
                }
                bail!("the gateway or the servers are away: the rest is tried again by itself")
            })
            .await
        }
    }
}

async fn disputes(settings: &Settings, most: i64) -> anyhow::Result<()> {
    with_log(settings, async |store| {
        let listed = open_disputes(store.pool(), None, None, most).await?;
        let mut out = stdout();
        if listed.is_empty() {
            writeln!(out, "No dispute is open.")?;
            return Ok(());
        }
        writeln!(
            out,
            "{:<22}{:<17}{:<22}{:>10} {:<5}{:<22}payment",
            "opened", "status", "respond by", "amount", "", "dispute"
        )?;
        for dispute in listed {
            writeln!(out, "{}", line(&dispute))?;
        }
        Ok(())
    })
    .await
}

fn line(dispute: &ListedDispute) -> String {
    let time = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    format!(
        "{:<22}{:<17}{:<22}{:>10} {:<5}{:<22}{}",
        time(dispute.opened_at),
        dispute.status.as_str(),
        dispute.respond_by.map_or_else(|| "-".to_owned(), time),
        dispute.amount.amount(),
        dispute.amount.currency().code(),
        dispute.dispute.as_str(),
        dispute.payment
    )
}

/// Prints the orders that an operator has to look at.
async fn orders(settings: &Settings, most: i64) -> anyhow::Result<()> {
    with_log(settings, async |store| {
        let listed = orders_for_operators(store.pool(), most).await?;
        let mut out = stdout();
        if listed.is_empty() {
            writeln!(out, "No order has to be looked at.")?;
            return Ok(());
        }
        writeln!(
            out,
            "{:<22}{:<15}{:<28}{:<38}refusal",
            "closed", "grounds", "order", "payment"
        )?;
        for order in listed {
            writeln!(
                out,
                "{:<22}{:<15}{:<28}{:<38}{}",
                order.closed_at.format("%Y-%m-%d %H:%M:%SZ"),
                order.grounds.as_str(),
                order.order,
                order.payment,
                order.failure.as_ref().map_or("-", FailureCode::as_str)
            )?;
        }
        Ok(())
    })
    .await
}

/// Waits for the servers. Answers what they have not done.
async fn wait(
    asked: &Reconciliation,
    pool: &sqlx::PgPool,
    longest: Duration,
) -> anyhow::Result<Vec<String>> {
    let begun = Instant::now();
    let bar = Progress::steps("Asking the gateway", usize::try_from(asked.count())?);
    loop {
        let left = asked.left(pool).await?;
        bar.at(asked.count() - left.len() as u64);
        if left.is_empty() || begun.elapsed() >= longest {
            return Ok(left);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
