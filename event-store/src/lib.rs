//! The log: append, load, seal, subscribe.
//!
//! One table of events in `PostgreSQL`, one statement per append, one order for all readers. This
//! crate knows events, claims and cursors, and nothing of the domain: the claims of an event are computed by
//! a function of the caller ([`ClaimRules`]).
//!
//! - Write: [`EventStore::transact`] runs a command on a [`ReadSet`]; by hand it is [`ReadSet::load`] →
//!   [`Loaded::decide`] → [`ReadSet::commit`]. Whole histories of other systems: [`EventStore::import`].
//! - Read: a [`Subscriber`] run by a [`Daemon`], its checkpoint in the transaction of its writes.
//! - Rebuild: [`rebuild`] builds shadow copies of read models, compares and switches them.
//! - Personal data: [`Sealing`] encrypts it under a key per person that can be destroyed.
//! - Position: [`Cursor`], one opaque token for every client.
//!
//! A new kind of claim change goes into `claim_change.rs` and `append/append.sql`; a new reaction to events
//! implements [`Subscriber`] in the crate of its domain.

mod append;
mod back_off;
mod cache;
mod claim_change;
mod claims;
mod commit_queue;
mod connection;
mod cursor;
mod decode;
mod epoch;
mod error;
mod event;
mod idempotency;
mod keyring;
mod load;
mod outage;
mod read_set;
pub mod rebuild;
mod seal;
mod snapshot;
mod stats;
mod store;
mod stream;
mod subscribe;
mod supervise;
mod transact;
mod upcast;

pub use append::{
    Append, Appended, History, HistoryBuilder, Idempotency, ImportOutcome, StreamAppend,
    StreamVersion,
};
pub use back_off::{BackOff, Exhausted, RetryPolicy};
pub use claim_change::{Claim, ClaimChange, ClaimRules};
pub use claims::HeldClaim;
pub use cursor::{Cursor, CursorError};
pub use decode::DecodeError;
pub use epoch::{LogFacts, epoch_opened, log_facts, open_new_epoch};
pub use error::{AppendError, DecideError, LoadError, OpenError, StoreError};
pub use event::{EventData, Metadata, RecordedEvent};
pub use idempotency::RecordedReply;
pub use keyring::{CanUnwrap, IncompatibleKeyring, KeyState, Keyring, MasterEpoch, SubjectKey};
pub use load::{Decided, Loaded, ObservedVersion};
pub use outage::{is_outage, report_outage};
pub use read_set::ReadSet;
pub use rebuild::{ReadModel, ReadModelTable, associated_data_of_row};
pub use seal::{
    Cell, EpochStatus, Erased, MasterKeys, MasterKeysError, OpenSealingError, ReloadMasterKeys,
    RotateError, SealError, SealFault, SealedCell, Sealing, SealingStatus, SubjectStatus,
    is_unreadable,
};
pub use snapshot::Snapshots;
pub use stats::StoreStats;
pub use store::{EventStore, StoreOptions};
pub use subscribe::{
    BehindError, CheckpointState, Daemon, DaemonOptions, DeadLetter, HorizonHolder, Lag, LogStatus,
    Progress, RetryOutcome, SubscribeError, Subscriber, SubscriberError, WaitingEvent,
};
pub use supervise::{Tasks, supervise};
pub use transact::{Retry, TransactError};
pub use upcast::{CurrentVersion, Upcasters};

/// The program of the README, compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
