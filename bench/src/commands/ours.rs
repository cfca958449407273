//! The product: its store, as its command side uses it. The one file that knows the store's API.

use adapters::system::SystemIds;
use anyhow::bail;
use caresync::storage;
use commands::ports::IdSource as _;
use event_store::{
    Append, DecideError, Decided, EventStore, Idempotency, Loaded, Metadata, ReadSet, TransactError,
};
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::json;
use uuid::Uuid;

use super::chart::{Chart, NoSuchNote, claim_rules};
use super::work::{Request, Side, Verdict, filling};
use crate::cluster::Cluster;

/// Connections to the database.
const POOL: u32 = 32;
/// Charts of more events than this are filled a few at a time, so that no statement grows too long.
const MANY: u32 = 100;

/// The product's store.
pub struct Ours {
    store: EventStore,
    phi: bool,
}

impl Ours {
    /// Opens the log.
    pub async fn open(cluster: &Cluster) -> anyhow::Result<EventStore> {
        let pool = storage::connect(cluster.app_options(), POOL).await?;
        let sealing = tests::sealing::sealing(pool.clone()).await?;
        Ok(EventStore::open(pool, claim_rules(), sealing).await?)
    }

    /// The side that fills its charts with `phi`, or with the same in the clear.
    pub fn new(store: &EventStore, phi: bool) -> Self {
        let store = store.clone();
        Self { store, phi }
    }

    /// A chart that is new: there is nothing to load, and no other command on it.
    async fn open_new(&self, request: Request) -> anyhow::Result<Verdict> {
        let new_stream = Loaded::<Chart>::new_stream(&request.chart);
        let decided = match new_stream.decide(request.command.clone()).await {
            Ok(decided) => decided,
            Err(DecideError::Refused(_)) => return Ok(Verdict::Refused),
            Err(error) => bail!(error),
        };
        let append = append(decided, &request);
        self.store.append(&append).await?;
        Ok(Verdict::Done)
    }
}

impl Side for Ours {
    async fn run(&self, request: Request) -> anyhow::Result<Verdict> {
        if request.new_stream {
            return self.open_new(request).await;
        }
        let command = async |read: ReadSet| {
            let chart = read.load::<Chart>(&request.chart).await?;
            let decided = chart.decide(request.command.clone()).await?;
            Ok(append(decided, &request))
        };
        match self.store.transact(command).await {
            Ok(_) => Ok(Verdict::Done),
            Err(TransactError::Refused(NoSuchNote)) => Ok(Verdict::Refused),
            Err(error) => bail!(error),
        }
    }

    async fn prepare(&self, charts: &[String], events: u32) -> anyhow::Result<()> {
        let at_once = if events > MANY { 8 } else { 64 };
        futures::stream::iter(charts.iter().cloned())
            .map(|chart| async move {
                self.run(filling(&chart, events, self.phi)).await?;
                self.store.load::<Chart>(&chart).await?;
                anyhow::Ok(())
            })
            .buffer_unordered(at_once)
            .try_collect()
            .await
    }
}

fn append(decided: Decided<Chart>, request: &Request) -> Append {
    Append {
        streams: vec![decided.stream],
        depends_on: Vec::new(),
        metadata: metadata(),
        idempotency: Some(idempotency(request)),
    }
}

fn idempotency(request: &Request) -> Idempotency {
    Idempotency {
        key: scattered(request.number),
        fingerprint: scattered(!request.number),
        reply: json!({ "id": request.chart, "version": 11 }),
    }
}

/// Every field, as a command over HTTP has them.
fn metadata() -> Metadata {
    Metadata {
        actor: Uuid::from_u128(0xac).to_string(),
        role: "DOCTOR".to_owned(),
        clinic: Some(Uuid::from_u128(0xc1).to_string()),
        correlation_id: Uuid::from_u128(0xc0),
        causation_id: Uuid::from_u128(0xca),
        request_id: Some(SystemIds.id()),
        command_id: SystemIds.id(),
    }
}

/// Thirty-two bytes that lie anywhere in an index, as a hash does.
fn scattered(number: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (part, salt) in bytes.chunks_exact_mut(8).zip(1_u64..) {
        // The finaliser of SplitMix64.
        let mut mixed = number.wrapping_add(salt.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        part.copy_from_slice(&(mixed ^ (mixed >> 31)).to_be_bytes());
    }
    bytes
}
