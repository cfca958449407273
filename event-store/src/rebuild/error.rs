//! Errors of operators. They name read models, tables and positions.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::{Cursor, SealError, StoreError, SubscribeError};

/// A copy could not be built, compared or switched.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// Another operator works on it.
    #[error("another operator is working on {name}: {holder}")]
    Locked {
        /// The read model.
        name: &'static str,
        /// The other operator.
        holder: LockHolder,
    },
    /// There is no copy.
    #[error("{name} has no copy: make one with `rebuild`")]
    NoCopy {
        /// The read model.
        name: &'static str,
    },
    /// The copy is the former live read model; a rebuild would make it impossible to switch back.
    #[error(
        "the copy of {name} was the live one until {since}: `switch` goes back to it, `drop` \
         removes it, and `rebuild --from-start` makes a new copy in its place"
    )]
    Replaced {
        /// The read model.
        name: &'static str,
        /// The time of the switch.
        since: DateTime<Utc>,
    },
    /// The copy was built by another version of the read model.
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
    /// Nodes of a later version write the live read model, so a copy of this program would be outdated.
    #[error(
        "nodes run version {newest} of {name}, and this program has version {program}: use theirs"
    )]
    NewerVersion {
        /// The read model.
        name: &'static str,
        /// The nodes' version.
        newest: i32,
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
    /// Another operator moved the copy's checkpoint, after this one lost its session.
    #[error("the copy of {name} was moved on by another operator: see `list`, then try again")]
    Overtaken {
        /// The read model.
        name: &'static str,
    },
    /// The live read model does not reach the position of its copy.
    #[error(
        "the live {name} stands at {live} and its copy at {copy}: no node moves the live one \
         forward. Start a node, or see why it stands still"
    )]
    LiveBehind {
        /// The read model.
        name: &'static str,
        /// The position of the live one.
        live: Cursor,
        /// The position of the copy.
        copy: Cursor,
    },
    /// The copy could not catch up with a high write load.
    #[error("the copy of {name} does not catch up with what is written: try at a calmer time")]
    NotCaughtUp {
        /// The read model.
        name: &'static str,
    },
    /// The tables could not be locked: other sessions use them for too long.
    #[error(
        "the tables of {name} could not be exchanged: they are read or written for too long. \
         The database processes {pids:?} use them now"
    )]
    InUse {
        /// The read model.
        name: &'static str,
        /// The processes of those sessions.
        pids: Vec<i32>,
    },
    /// Events could not be applied.
    #[error("applying events to the copy of {name} failed")]
    Batch {
        /// The read model.
        name: &'static str,
        /// The reason.
        #[source]
        source: SubscribeError,
    },
    /// The log could not be read.
    #[error("reading the log failed")]
    Log(#[source] SubscribeError),
    /// The keys of persons could not be read.
    #[error("opening rows failed")]
    Seal(#[source] SealError),
    /// The system gave no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
    /// The database reported an error or did not respond.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The operator that holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LockHolder {
    /// The server process of the session; `None` if it ended meanwhile.
    pub pid: Option<i32>,
    /// Start of the session.
    pub since: Option<DateTime<Utc>>,
    /// Address of the client; `None` for the machine of the database.
    pub address: Option<String>,
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(pid) = self.pid else {
            return f.write_str("a session that has just ended; try again");
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
