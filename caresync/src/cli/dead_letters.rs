//! `caresync dead-letters`: what subscribers could not take, also while servers run.

use std::io::{Write as _, stdout};
use std::sync::Arc;

use adapters::identity::PgSessionStore;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use commands::payments::RECONCILE_AFTER;
use event_store::{DeadLetter, EventStore, RetryOutcome, Subscriber};

use super::projections::with_log;
use crate::settings::Settings;

/// Events that `show` prints at most.
const SHOWN: i64 = 200;

/// Commands about dead letters.
#[derive(Subcommand)]
pub enum DeadLettersCommand {
    /// Prints everything that is parked, and why.
    List {
        #[command(flatten)]
        settings: Settings,
    },
    /// Prints one parked aggregate, and its events that wait.
    Show {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        named: Named,
    },
    /// Hands the events of what is parked over again, in their order. Fails if any of it stays parked.
    Retry {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        again: Again,
    },
}

/// Runs one of them.
pub async fn run(command: DeadLettersCommand) -> anyhow::Result<()> {
    match command {
        DeadLettersCommand::List { settings } => list(&settings).await,
        DeadLettersCommand::Show { settings, named } => show(&settings, &named).await,
        DeadLettersCommand::Retry { settings, again } => retry(&settings, &again).await,
    }
}

/// One parked aggregate.
#[derive(Debug, Clone, Args)]
pub struct Named {
    /// The subscriber, as `caresync dead-letters list` prints it.
    subscriber: String,
    /// The aggregate's id.
    aggregate: String,
}

/// The dead letters to try again.
#[derive(Debug, Clone, Args)]
pub struct Again {
    /// The subscriber, as `caresync dead-letters list` prints it.
    #[arg(required_unless_present = "all")]
    subscriber: Option<String>,
    /// The aggregate's id; without it, all that the subscriber has parked.
    aggregate: Option<String>,
    /// Everything that is parked.
    #[arg(long, conflicts_with = "subscriber")]
    all: bool,
}

/// Prints everything that is parked.
async fn list(settings: &Settings) -> anyhow::Result<()> {
    with_log(settings, async |store| {
        let letters = store.dead_letters().await?;
        let mut out = stdout();
        if letters.is_empty() {
            writeln!(out, "Nothing is parked.")?;
            return Ok(());
        }
        let row = |subscriber: &str, aggregate: &str, event: &str, tries: &str, reason: &str| {
            format!("{subscriber:<24}{aggregate:<52}{event:<7}{tries:<7}{reason}")
        };
        writeln!(
            out,
            "{}",
            row("subscriber", "aggregate", "event", "tries", "reason")
        )?;
        for letter in letters {
            let aggregate = format!("{} {}", letter.aggregate_type, letter.aggregate_id);
            let (event, tries) = (letter.sequence.to_string(), letter.attempts.to_string());
            let line = row(
                &letter.subscriber,
                &aggregate,
                &event,
                &tries,
                &letter.reason,
            );
            writeln!(out, "{line}")?;
        }
        Ok(())
    })
    .await
}

/// Prints one parked aggregate, and its events that wait.
async fn show(settings: &Settings, named: &Named) -> anyhow::Result<()> {
    with_log(settings, async |store| {
        let letter = found(store, named).await?;
        let waiting = store.waiting_events(&letter, SHOWN).await?;
        let mut out = stdout();
        let time = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        writeln!(
            out,
            "{} {} is parked by {} (version {}) since {}",
            letter.aggregate_type,
            letter.aggregate_id,
            letter.subscriber,
            letter.version,
            time(letter.parked_at)
        )?;
        writeln!(
            out,
            "tried {} times, last at {}: {}",
            letter.attempts,
            time(letter.tried_at),
            letter.reason
        )?;
        for event in waiting {
            writeln!(
                out,
                "  {:>5}  {} {}  {}",
                event.sequence,
                event.event_type,
                event.event_version,
                time(event.recorded_at)
            )?;
        }
        Ok(())
    })
    .await
}

/// Tries again; an error if anything stays parked.
async fn retry(settings: &Settings, again: &Again) -> anyhow::Result<()> {
    with_log(settings, async |store| {
        let letters = again.letters(store).await?;
        let subscribers = subscribers(store);
        let mut still_parked = 0;
        for letter in &letters {
            let subscriber = match running(&subscribers, letter) {
                Ok(subscriber) => subscriber,
                Err(error) if again.all => {
                    tracing::warn!(aggregate.id = letter.aggregate_id, "Passed over: {error}.");
                    continue;
                }
                Err(error) => return Err(error),
            };
            let aggregate = &letter.aggregate_id;
            let retried = store.retry(subscriber, letter).await;
            match retried.with_context(|| format!("trying {aggregate} again"))? {
                RetryOutcome::Applied { events } => tracing::info!(
                    subscriber.name = letter.subscriber,
                    aggregate.id = aggregate,
                    events,
                    "Taken."
                ),
                RetryOutcome::NotParked => tracing::info!(
                    subscriber.name = letter.subscriber,
                    aggregate.id = aggregate,
                    "It is not parked any more."
                ),
                RetryOutcome::StillParked => still_parked += 1,
            }
        }
        if still_parked > 0 {
            bail!("{still_parked} of {} stay parked", letters.len());
        }
        Ok(())
    })
    .await
}

impl Again {
    /// The dead letters that are meant, in the order of the log.
    async fn letters(&self, store: &EventStore) -> anyhow::Result<Vec<DeadLetter>> {
        let mut letters = store.dead_letters().await?;
        if let Some(subscriber) = &self.subscriber {
            letters.retain(|letter| letter.subscriber == *subscriber);
        }
        if let Some(aggregate) = &self.aggregate {
            letters.retain(|letter| letter.aggregate_id == *aggregate);
        }
        if letters.is_empty() && !self.all {
            bail!("nothing of that is parked");
        }
        Ok(letters)
    }
}

async fn found(store: &EventStore, named: &Named) -> anyhow::Result<DeadLetter> {
    let letters = store.dead_letters().await?;
    let is_meant = |letter: &DeadLetter| {
        letter.subscriber == named.subscriber && letter.aggregate_id == named.aggregate
    };
    let found = letters.into_iter().find(is_meant);
    found.with_context(|| format!("{} has not parked {}", named.subscriber, named.aggregate))
}

/// Everything that reads the log.
fn subscribers(store: &EventStore) -> Vec<Arc<dyn Subscriber>> {
    let mut subscribers = projections::all(store.sealing());
    let sessions = Arc::new(PgSessionStore::new(store.pool().clone()));
    subscribers.extend(commands::reactions::all(sessions, RECONCILE_AFTER));
    subscribers
}

/// The subscriber that parked it, if this program has it in that version.
fn running<'s>(
    subscribers: &'s [Arc<dyn Subscriber>],
    letter: &DeadLetter,
) -> anyhow::Result<&'s dyn Subscriber> {
    let parked_it = |subscriber: &&Arc<dyn Subscriber>| {
        subscriber.name() == letter.subscriber && subscriber.version() == letter.version
    };
    let found = subscribers.iter().find(parked_it);
    found.map(|subscriber| &**subscriber).with_context(|| {
        format!(
            "{} in version {} is nothing that runs: a copy is made again with `caresync projections rebuild \
             --from-start`, and an older version reads no more",
            letter.subscriber, letter.version
        )
    })
}
