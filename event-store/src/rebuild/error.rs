//! Why a copy could not be made, compared or put in place. Names read models, tables and positions.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::{Cursor, SealError, StoreError, SubscribeError};

/// A copy could not be worked on.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// Another operator is at it.
    #[error("somebody else is working on {name}: {holder}")]
    Taken {
        /// The read model.
        name: &'static str,
        /// Who.
        holder: Holder,
    },
    /// There is nothing beside the live one.
    #[error("{name} has no copy: make one with `rebuild`")]
    NoCopy {
        /// The read model.
        name: &'static str,
    },
    /// The copy used to be the live one; a rebuild would destroy the way back.
    #[error(
        "what stands beside {name} was the live one until {since}: `switch` goes back to it, `drop` \
         removes it, and `rebuild --from-start` makes a new copy in its place"
    )]
    Replaced {
        /// The read model.
        name: &'static str,
        /// When it was replaced.
        since: DateTime<Utc>,
    },
    /// The copy was made by another version of the read model.
    #[error(
        "the copy of {name} was made by version {copy} of the read model, and this program has \
         version {program}: make it again with `rebuild --from-start`"
    )]
    OtherVersion {
        /// The read model.
        name: &'static str,
        /// The copy's version.
        copy: i32,
        /// This program's version.
        program: i32,
    },
    /// The live table was changed since the copy was made, or the copy was.
    #[error(
        "the table {table} is not the same in the copy of {name} as in the live one, which was \
         changed since: make the copy again with `rebuild --from-start`"
    )]
    OtherShape {
        /// The read model.
        name: &'static str,
        /// The first table that differs.
        table: &'static str,
    },
    /// The live table has something that a copy would lack, such as a trigger.
    #[error(
        "the table {table} of {name} can't be copied: it is missing, or has triggers, policies, \
         foreign keys or extended statistics"
    )]
    Uncopyable {
        /// The read model.
        name: &'static str,
        /// The table.
        table: &'static str,
    },
    /// Somebody else moved the copy's checkpoint: this operator was away for too long.
    #[error("the copy of {name} was moved on by somebody else: see `list`, then ask again")]
    Overtaken {
        /// The read model.
        name: &'static str,
    },
    /// The live read model does not come as far as its copy.
    #[error(
        "the live {name} stands at {live} and its copy at {copy}: nobody brings the live one \
         forward. Start a node, or see why it stands still"
    )]
    LiveBehind {
        /// The read model.
        name: &'static str,
        /// Where the live one stands.
        live: Cursor,
        /// Where the copy stands.
        copy: Cursor,
    },
    /// So much is written that the copy never came close enough to the live one.
    #[error("the copy of {name} does not catch up with what is written: try at a calmer time")]
    NotCaughtUp {
        /// The read model.
        name: &'static str,
    },
    /// The tables could not be had: somebody reads or writes them for too long.
    #[error(
        "the tables of {name} could not be exchanged: somebody reads or writes them for too long. \
         The database processes {pids:?} use them now"
    )]
    InUse {
        /// The read model.
        name: &'static str,
        /// Who uses them.
        pids: Vec<i32>,
    },
    /// Events could not be read or taken.
    #[error("bringing the copy of {name} forward failed")]
    Batch {
        /// The read model.
        name: &'static str,
        /// Why.
        #[source]
        source: SubscribeError,
    },
    /// The log could not be read.
    #[error("reading the log failed")]
    Log(#[source] SubscribeError),
    /// The keys of persons could not be asked for.
    #[error("opening rows failed")]
    Seal(#[source] SealError),
    /// The system gave no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
    /// The database refused or did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who works on a copy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holder {
    /// The server process of the session; `None` if it ended while this was asked.
    pub pid: Option<i32>,
    /// Since when the session has been there.
    pub since: Option<DateTime<Utc>>,
    /// Where it comes from; `None` for the database's own machine.
    pub address: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(pid) = self.pid else {
            return f.write_str("a session that has just ended; ask again");
        };
        write!(f, "database process {pid}")?;
        if let Some(address) = &self.address {
            write!(f, " from {address}")?;
        }
        match &self.since {
            Some(since) => write!(f, ", since {since}"),
            None => Ok(()),
        }
    }
}
