//! Subscribers follow the log in its order, each with a checkpoint of its own.
//!
//! - `subscriber.rs` is the interface, `daemon.rs` runs subscribers: each by a `runner.rs`, on the node that
//!   holds its `lease.rs`.
//! - `horizon.rs` finds the end of the settled log. `reader.rs` reads events, in sequence or by type
//!   (`scan_strategy.rs`), for the requests of runners (`fetch.rs`) of an adaptive size (`batch_size.rs`).
//! - `batch.rs` applies a batch in one transaction with its `checkpoint.rs`. Aggregates with a poison event
//!   (`poison.rs`) are parked in `dead_letters.rs`, and retried by `retry.rs`.
//! - `progress.rs` reports positions to readers of this node, `lag.rs` to operators.

mod batch;
mod batch_size;
mod checkpoint;
mod daemon;
mod dead_letters;
mod error;
mod fetch;
mod horizon;
mod lag;
mod lease;
mod poison;
mod progress;
mod reader;
mod retry;
mod runner;
mod scan_strategy;
mod subscriber;

pub(crate) use batch::{ApplyMode, BatchApplier, BatchOutcome, EventBatch};
pub(crate) use batch_size::{AdaptiveBatchSize, REBUILD};
pub use checkpoint::CheckpointState;
pub(crate) use checkpoint::{
    CheckpointKey, lock as lock_checkpoint, open as open_checkpoint, read as read_checkpoint,
};
pub use daemon::Daemon;
pub use dead_letters::{DeadLetter, WaitingEvent};
pub use error::{SubscribeError, SubscriberError};
pub use horizon::DaemonOptions;
pub use lag::{HorizonHolder, Lag, LogStatus};
pub(crate) use poison::is_poison_event;
pub use progress::{BehindError, Progress};
pub(crate) use reader::{EventFilter, contains_any, read, safe_head};
pub use retry::RetryOutcome;
pub(crate) use scan_strategy::{ScanStrategy, distinct_types};
pub use subscriber::Subscriber;
