//! `caresync projections`: works as the owner of the tables, also while servers run.

mod report;

use std::sync::Arc;

use adapters::identity::PgSessionStore;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use commands::payments::RECONCILE_AFTER;
use event_store::rebuild::{Operator, RebuildFrom, read_model_statuses};
use event_store::{EventStore, ReadModel, Sealing};
use sqlx::{Connection as _, PgPool};

use super::database::Database;
use super::progress::Journey;
use crate::master_keys::MasterKeySource;
use crate::settings::Settings;
use crate::storage::{as_owner, connect, refuse_other_schema};

/// Connections besides the operator's own: to read the log, and to ask for keys.
const CONNECTIONS: u32 = 4;

/// The read models that are meant.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct Chosen {
    /// Their names, as `caresync projections list` prints them.
    names: Vec<String>,
    /// All of them.
    #[arg(long)]
    all: bool,
}

/// Commands about read models.
#[derive(Subcommand)]
pub enum ProjectionsCommand {
    /// Prints how far each read model has come, and its copy.
    List {
        #[command(flatten)]
        settings: Settings,
    },
    /// Makes copies of read models from the log, beside the live ones. Goes on where it was stopped.
    Rebuild {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        chosen: Chosen,
        /// Makes new copies, whatever is there.
        #[arg(long)]
        from_start: bool,
    },
    /// Compares copies with the live read models; fails if anything differs.
    Verify {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        chosen: Chosen,
    },
    /// Puts copies in the place of the live read models, which then stand beside: once more goes back.
    Switch {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        chosen: Chosen,
    },
    /// Removes copies.
    Drop {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        chosen: Chosen,
    },
}

/// Does it.
pub async fn run(command: ProjectionsCommand) -> anyhow::Result<()> {
    match command {
        ProjectionsCommand::List { settings } => list(&settings).await,
        ProjectionsCommand::Rebuild {
            settings,
            chosen,
            from_start,
        } => rebuild(&settings, &chosen, from_start).await,
        ProjectionsCommand::Verify { settings, chosen } => verify(&settings, &chosen).await,
        ProjectionsCommand::Switch { settings, chosen } => switch(&settings, &chosen).await,
        ProjectionsCommand::Drop { settings, chosen } => drop_copies(&settings, &chosen).await,
    }
}

/// Prints how it stands with all read models.
async fn list(settings: &Settings) -> anyhow::Result<()> {
    with_log(settings, async |store| {
        let models = projections::read_models(store.sealing());
        report::list(&read_model_statuses(store, &models).await?)
    })
    .await
}

/// Makes copies.
async fn rebuild(settings: &Settings, chosen: &Chosen, from_start: bool) -> anyhow::Result<()> {
    let begin = if from_start {
        RebuildFrom::LogStart
    } else {
        RebuildFrom::Checkpoint
    };
    with_operator(settings, chosen, async |operator| {
        let journey = Journey::begin("Reading the log");
        let passed = |done, total| journey.at(done, total);
        let rebuilt = operator.rebuild(begin, &passed).await?;
        drop(journey);
        tracing::info!(
            events = rebuilt.events,
            position = %rebuilt.at,
            "The copies have caught up. Compare them with `verify`, then `switch`."
        );
        Ok(())
    })
    .await
}

/// Compares copies; an error if anything differs.
async fn verify(settings: &Settings, chosen: &Chosen) -> anyhow::Result<()> {
    with_operator(settings, chosen, async |operator| {
        let verified = operator.verify().await?;
        report::verified(&verified)?;
        let differ: Vec<_> = verified.iter().filter(|one| !one.is_same()).collect();
        let names: Vec<_> = differ.iter().map(|one| one.name).collect();
        if names.is_empty() {
            return Ok(());
        }
        bail!(
            "these copies differ from the live ones: {}",
            names.join(", ")
        )
    })
    .await
}

/// Puts copies in place.
async fn switch(settings: &Settings, chosen: &Chosen) -> anyhow::Result<()> {
    with_operator(settings, chosen, async |operator| {
        for switched in operator.switch().await? {
            tracing::info!(
                projection.name = switched.name,
                position = %switched.at,
                "The copy is live now; the former live one stands beside it. `switch` once more goes back."
            );
        }
        Ok(())
    })
    .await
}

/// Removes copies.
async fn drop_copies(settings: &Settings, chosen: &Chosen) -> anyhow::Result<()> {
    with_operator(settings, chosen, async |operator| {
        operator.drop_copies().await?;
        tracing::info!("Removed.");
        Ok(())
    })
    .await
}

async fn with_operator(
    settings: &Settings,
    chosen: &Chosen,
    work: impl AsyncFnOnce(&mut Operator) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    with_log(settings, async |store| {
        let models = chosen.models(store)?;
        let mut operator = Operator::open(store, models).await?;
        let done = work(&mut operator).await;
        operator.release().await?;
        done
    })
    .await
}

/// Opens the log as the owner of its tables, with the keys that open what is personal.
pub(super) async fn with_log(
    settings: &Settings,
    work: impl AsyncFnOnce(&EventStore) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let database = Database::open(settings).await?;
    let done = async {
        let mut connection = as_owner(&database.owner).await?;
        refuse_other_schema(&mut connection).await?;
        connection.close().await.context("closing a connection")?;
        let pool = connect(database.owner.clone(), CONNECTIONS).await?;
        let done = async { work(&log(settings, &pool).await?).await };
        let done = done.await;
        pool.close().await;
        done
    };
    let done = done.await;
    database.close().await?;
    done
}

async fn log(settings: &Settings, pool: &PgPool) -> anyhow::Result<EventStore> {
    let masters = MasterKeySource::find(settings)?.load()?;
    let sealing = Sealing::open(pool.clone(), masters).await?;
    let options = commands::store_options::reading(sealing);
    Ok(EventStore::open_with(pool.clone(), options).await?)
}

impl Chosen {
    fn models(&self, store: &EventStore) -> anyhow::Result<Vec<Arc<dyn ReadModel>>> {
        let all = projections::read_models(store.sealing());
        if self.all {
            return Ok(all);
        }
        for name in &self.names {
            if !all.iter().any(|model| model.name() == name) {
                refuse(name, &all, store.pool())?;
            }
        }
        let named = |model: &Arc<dyn ReadModel>| self.names.iter().any(|name| name == model.name());
        Ok(all.into_iter().filter(named).collect())
    }
}

fn refuse(name: &str, models: &[Arc<dyn ReadModel>], pool: &PgPool) -> anyhow::Result<()> {
    let sessions = Arc::new(PgSessionStore::new(pool.clone()));
    let reactions = commands::reactions::all(sessions, RECONCILE_AFTER);
    if reactions.iter().any(|reaction| reaction.name() == name) {
        bail!(
            "{name} is no read model: it reacts to events, and would do all of it once more. There \
             is nothing to be made again"
        );
    }
    let names: Vec<_> = models.iter().map(|model| model.name()).collect();
    bail!(
        "there is no read model {name}; there are {}",
        names.join(", ")
    )
}
