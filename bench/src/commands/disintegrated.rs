//! A second reference: the crate `disintegrate-postgres`, on the same commands.
//!
//! Its own migration does not run on `PostgreSQL` 15 (a hexadecimal literal), so its schema stands
//! here as its sources have it. It runs at the isolation level `serializable` and tries nothing again:
//! what fails is not done.

use disintegrate::serde::json::Json;
use disintegrate::{Decision, Event, NoSnapshot, StateMutate, StateQuery};
use disintegrate_postgres::{PgDecisionMaker, PgEventStore, decision_maker};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use super::chart::{AddNotes, Chart, NoSuchNote, NoteAdded};
use super::work::{Request, Side, Verdict, filling};
use crate::cluster::Cluster;

const SCHEMA: &str = include_str!("disintegrated.sql");

/// Its form of the event.
#[derive(Debug, Clone, PartialEq, Eq, Event, Serialize, Deserialize)]
pub enum ChartEvent {
    NoteAdded {
        #[id]
        chart: String,
        note: NoteAdded,
    },
}

/// Its form of the state.
#[derive(Debug, Default, Clone, StateQuery, Serialize, Deserialize)]
#[state_query(ChartEvent)]
pub struct ChartState {
    #[id]
    chart: String,
    state: Chart,
}

impl StateMutate for ChartState {
    fn mutate(&mut self, _: ChartEvent) {
        self.state.evolve();
    }
}

/// Its form of the command.
struct Deciding {
    chart: String,
    command: AddNotes,
}

impl Decision for Deciding {
    type Event = ChartEvent;
    type StateQuery = ChartState;
    type Error = NoSuchNote;

    fn state_query(&self) -> ChartState {
        ChartState {
            chart: self.chart.clone(),
            state: Chart::default(),
        }
    }

    fn process(&self, loaded: &ChartState) -> Result<Vec<ChartEvent>, NoSuchNote> {
        let notes = loaded.state.decide(&self.command)?;
        let added = |note| ChartEvent::NoteAdded {
            chart: self.chart.clone(),
            note,
        };
        Ok(notes.into_iter().map(added).collect())
    }
}

/// Its decision maker over its own pool.
pub struct Disintegrated {
    maker: PgDecisionMaker<ChartEvent, Json<ChartEvent>, NoSnapshot>,
    pool: PgPool,
}

impl Disintegrated {
    /// Makes its tables.
    pub async fn make_tables(cluster: &Cluster) -> anyhow::Result<()> {
        let owner = cluster.owner().await?;
        sqlx::raw_sql(SCHEMA).execute(&owner).await?;
        owner.close().await;
        Ok(())
    }

    /// With as many connections as tasks, up to 32.
    pub async fn open(cluster: &Cluster, tasks: usize) -> anyhow::Result<Self> {
        let options = cluster.app_options();
        let pool = PgPoolOptions::new()
            .max_connections(u32::try_from(tasks.min(32))?)
            .connect_with(options.options([("search_path", "disintegrate")]))
            .await?;
        let store = PgEventStore::new_uninitialized(pool.clone(), Json::default());
        Ok(Self {
            maker: decision_maker(store, NoSnapshot),
            pool,
        })
    }

    /// Closes its connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl Side for Disintegrated {
    async fn run(&self, request: Request) -> anyhow::Result<Verdict> {
        let deciding = Deciding {
            chart: request.chart,
            command: request.command,
        };
        Ok(match self.maker.make(deciding).await {
            Ok(_) => Verdict::Done,
            Err(disintegrate::DecisionError::Domain(_)) => Verdict::Refused,
            Err(_) => Verdict::Failed,
        })
    }

    async fn prepare(&self, charts: &[String], events: u32) -> anyhow::Result<()> {
        let Some(first) = charts.first() else {
            return Ok(());
        };
        let Some(note) = Chart::default()
            .decide(&filling(first, 1, true).command)?
            .pop()
        else {
            return Ok(());
        };
        let payloads: Vec<Vec<u8>> = charts
            .iter()
            .map(|chart| {
                let (chart, note) = (chart.clone(), note.clone());
                serde_json::to_vec(&ChartEvent::NoteAdded { chart, note })
            })
            .collect::<Result<_, _>>()?;
        sqlx::query(
            "insert into event (event_type, payload, chart)
             select 'NoteAdded', payload, chart
             from unnest($1::text[], $2::bytea[]) as c (chart, payload), generate_series(1, $3::integer)",
        )
        .bind(charts)
        .bind(payloads)
        .bind(i32::try_from(events)?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
