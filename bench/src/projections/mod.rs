//! Read models built from a long log, beside one transaction per event.
//!
//! The log is the product's own: clinics, doctors, patients, accounts, leaves, visits and payments, sealed, with
//! streams that lie across each other. The read models are all of the product's.

mod group;
mod history;
mod live;
mod model;
mod payments;
mod report;
mod stream;
mod visits;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use caresync::storage;
use commands::identity::LoginIndex;
use event_store::{Cursor, EventStore, Subscriber};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use crate::cluster::Cluster;
use crate::figures::Round;
use crate::report::Report;
use history::{History, Size};
use live::Live;
use model::{Commit, OneByOne, Passed, Stretch};
use report::{All, Counts, Measured, Solo};

/// Connections of a node, as in production.
const POOL: u32 = 24;
/// Events that are taken before the clock starts.
const WARM_UP: i64 = 500;
/// The largest batch that there can be.
const LARGEST: i64 = 5_000;

/// Amount of what is measured.
struct Plan {
    size: Size,
    /// Pairs per read model.
    rounds: usize,
    /// Events that a read model wants, in each round of a reference.
    sample: i64,
    /// And of the product, whose batches grow: as many as there are, at most so many.
    long_sample: i64,
    /// Times that all read models take the whole log together.
    all_rounds: usize,
    /// Time of work before the rebuild begins.
    calm: Duration,
}

impl Plan {
    /// There are enough events of each kind that a sample is longer than the largest batch.
    fn new(quick: bool) -> Self {
        let size = Size {
            events: if quick { 150_000 } else { 1_000_000 },
            clinics: 1_500,
            doctors: if quick { 1_200 } else { 2_000 },
            patients: if quick { 16_000 } else { 100_000 },
            leaves: if quick { 6_500 } else { 8_000 },
            visits_per_leave: if quick { 2 } else { 16 },
        };
        Self {
            size,
            rounds: if quick { 3 } else { 5 },
            sample: if quick { 1_000 } else { 5_000 },
            long_sample: if quick { 8_000 } else { 20_000 },
            all_rounds: if quick { 1 } else { 3 },
            calm: Duration::from_secs(if quick { 3 } else { 15 }),
        }
    }
}

/// Runs the bench.
pub async fn run(quick: bool) -> anyhow::Result<Report> {
    let cluster = Cluster::start(4).await?;
    let measured = Bench::measure(&cluster, &Plan::new(quick)).await;
    cluster.stop().await?;
    let measured = measured?;
    report::print(&measured);
    report::report(&measured)
}

/// Runs it for one read model, without figures: for a search for what it costs.
pub async fn one(quick: bool, name: &str) -> anyhow::Result<()> {
    let cluster = Cluster::start(4).await?;
    let measured = Bench::one(&cluster, &Plan::new(quick), name).await;
    cluster.stop().await?;
    measured
}

struct Bench<'c> {
    cluster: &'c Cluster,
    owner: PgPool,
    history: History,
    head: Cursor,
    events: i64,
}

impl<'c> Bench<'c> {
    async fn measure(cluster: &'c Cluster, plan: &Plan) -> anyhow::Result<Measured> {
        cluster.settle().await?;
        let bench = Self::fill(cluster, plan.size).await?;
        let mut solos = Vec::new();
        for index in 0..projections::all(bench.node().await?.sealing()).len() {
            let solo = bench.solo(index, plan).await?;
            solo.print();
            solos.push(solo);
        }
        let all = bench.all(plan).await?;
        let live = bench.live(plan.calm).await?;
        bench.owner.close().await;
        let events = bench.events;
        Ok(Measured {
            solos,
            all,
            live,
            events,
        })
    }

    /// One read model: the product's side passes the log again and again, then the sample in turn.
    async fn one(cluster: &'c Cluster, plan: &Plan, name: &str) -> anyhow::Result<()> {
        cluster.settle().await?;
        let bench = Self::fill(cluster, plan.size).await?;
        let models = projections::all(bench.node().await?.sealing());
        let index = models.iter().position(|model| model.name() == name);
        let index = index.with_context(|| format!("there is no read model {name}"))?;
        for _ in 0..plan.rounds {
            let passed = bench.replay(None, Some(index), bench.whole()).await?;
            let wanted = model::wanted(&bench.owner, &models[index]).await?;
            println!("{name}: {:.0} wanted/s", per_second(wanted, passed.took));
        }
        bench.solo(index, plan).await?.print();
        bench.owner.close().await;
        Ok(())
    }

    /// Writes the log.
    async fn fill(cluster: &'c Cluster, size: Size) -> anyhow::Result<Self> {
        let begin = Instant::now();
        let store = node(cluster.app_options()).await?;
        let history = History::write(&store, size).await?;
        let owner = cluster.owner().await?;
        // As autovacuum would have it after a while.
        sqlx::query("vacuum analyze").execute(&owner).await?;
        let took = begin.elapsed().as_secs_f64();
        println!("{} events written in {took:.0} s", history.written());
        Ok(Self {
            cluster,
            owner,
            head: store.head().await?,
            events: i64::try_from(history.written())?,
            history,
        })
    }

    async fn node(&self) -> anyhow::Result<EventStore> {
        node(self.cluster.app_options()).await
    }

    /// All of the log.
    fn whole(&self) -> Stretch {
        Stretch {
            from: Cursor::START,
            until: self.head,
        }
    }

    /// One read model: alone over the whole log, and over a sample in turn with its references.
    async fn solo(&self, index: usize, plan: &Plan) -> anyhow::Result<Solo> {
        let model = projections::all(self.node().await?.sealing()).swap_remove(index);
        let wanted = model::wanted(&self.owner, &model).await?;
        // A batch that is not full is read up to the log's end: samples end a largest batch before it.
        let at_most = wanted - WARM_UP - LARGEST;
        ensure!(at_most > 0, "too few events for {}", model.name());
        let counts = Counts {
            log: self.events,
            wanted,
            sample: plan.long_sample.min(at_most),
            reference_sample: plan.sample.min(at_most),
        };
        let from = model::nth_wanted(&self.owner, &model, WARM_UP).await?;
        let mut solo = Solo::new(model.name(), counts);
        for pair in 0..plan.rounds {
            let mut sides = [None, Some(Commit::Durable), Some(Commit::Asynchronous)];
            sides.rotate_left(pair % 3);
            for side in sides {
                let sample = side.map_or(counts.sample, |_| counts.reference_sample);
                let until = model::nth_wanted(&self.owner, &model, WARM_UP + sample).await?;
                let sample = Stretch { from, until };
                let passed = self.replay(side, Some(index), sample).await?;
                let taken = model::wanted_between(&self.owner, &model, passed.stretch).await?;
                let round = Round::from_count(taken, passed.took);
                solo.rounds(side).push(round.context(model.name())?);
            }
        }
        solo.whole = self.replay(None, Some(index), self.whole()).await?.took;
        Ok(solo)
    }

    async fn all(&self, plan: &Plan) -> anyhow::Result<All> {
        let mut rounds = Vec::new();
        for _ in 0..plan.all_rounds {
            let passed = self.replay(None, None, self.whole()).await?;
            rounds.push(Round::from_count(self.events, passed.took)?);
        }
        Ok(All { rounds })
    }

    /// All read models rebuilt during bookings.
    async fn live(&self, calm: Duration) -> anyhow::Result<Live> {
        let store = self.node().await?;
        model::reset(&self.owner, &projections::all(store.sealing())).await?;
        store.pool().close().await;
        live::measure(self.cluster, &self.history, calm).await
    }

    /// Has one read model, or all of them, pass a stretch of the log from empty tables.
    async fn replay(
        &self,
        side: Option<Commit>,
        only: Option<usize>,
        stretch: Stretch,
    ) -> anyhow::Result<Passed> {
        let store = self.node().await?;
        let mut models = projections::all(store.sealing());
        model::reset(&self.owner, &models).await?;
        if let Some(index) = only {
            models = vec![models.swap_remove(index)];
        }
        if let Some(commit) = side {
            let one_by_one = |model: &Arc<dyn Subscriber>| -> Arc<dyn Subscriber> {
                Arc::new(OneByOne::new(model, store.pool(), commit))
            };
            models = models.iter().map(one_by_one).collect();
        }
        let replayed = model::replay(&store, models, stretch).await?;
        store.pool().close().await;
        Ok(replayed)
    }
}

/// A node with these connection options. Its caches are cold.
async fn node(options: PgConnectOptions) -> anyhow::Result<EventStore> {
    let pool = storage::connect(options, POOL).await?;
    let sealing = tests::sealing::sealing(pool.clone()).await?;
    let options = commands::store_options::options(LoginIndex::new([7; 32]), sealing);
    Ok(EventStore::open_with(pool, options).await?)
}

#[expect(clippy::cast_precision_loss, reason = "a count of events fits")]
fn per_second(events: i64, took: Duration) -> f64 {
    events as f64 / took.as_secs_f64()
}
