//! The seal: what tells of a person is stored under a key of that person.
//!
//! Exactly the `phi` of an event's payload is sealed, with the key of the event's `subject`, on its way
//! into the log, and opened on its way out. Destroying the key erases the person: the facts stay, and
//! `phi` reads as null everywhere, in every backup too once the master key of its epoch is gone.
//!
//! ```text
//! master key (epoch) ─wraps─▶ key of a subject ─seals─▶ phi of an event, a cell of a read model
//!  settings only               subject_keys             bound to where it stands
//! ```
//!
//! - `envelope.rs`: the stored form. `words.rs`: what a sealed thing is bound to.
//! - `master.rs`: master keys. `keys.rs`, `cache.rs`, `follower.rs`: keys of subjects, and how this
//!   process forgets those that were erased elsewhere.
//! - `events.rs`, `rows.rs`: the two things that are sealed. `erase.rs`, `rotate.rs`: what operators do.
//!
//! It refuses to know what a person is, and to show what it seals: no error and no debug text holds any.

mod cache;
mod envelope;
mod erase;
mod error;
mod events;
mod follower;
mod keys;
mod master;
mod open;
mod rotate;
mod rows;
mod words;

use std::sync::Arc;

use sqlx::PgPool;
use tokio::task::JoinSet;

pub use erase::Erased;
pub use error::{OpenSealingError, RotateError, SealError, SealFault};
pub(crate) use events::Stored;
pub use master::{MasterKeys, MasterKeysError};
pub use rotate::{EpochStatus, SealingStatus};
pub use rows::{Cell, SealedCell};

use crate::supervise::{Tasks, supervise};
use cache::KeyCache;

/// Seals and opens personal data. Cheap to clone; all clones share their keys and one follower of
/// erasures, which ends with the last of them.
#[derive(Clone)]
pub struct Sealing(Option<Arc<Inner>>);

struct Inner {
    shared: Arc<Shared>,
    _follower: JoinSet<()>,
}

/// What the follower works on, too.
struct Shared {
    pool: PgPool,
    masters: MasterKeys,
    /// Epochs whose master keys were destroyed, as of the start.
    retired: Vec<i16>,
    cache: KeyCache,
    tasks: Tasks,
}

impl Sealing {
    /// For logs that hold nothing personal. Never a default: whoever wants it says so.
    #[must_use]
    pub fn off() -> Self {
        Self(None)
    }

    /// Checks the master keys against the database and starts to follow erasures.
    ///
    /// # Errors
    /// [`OpenSealingError`] says which key is wrong, missing or retired, or that the log was written
    /// before there was sealing.
    pub async fn open(pool: PgPool, masters: MasterKeys) -> Result<Self, OpenSealingError> {
        let retired = open::check(&pool, &masters).await?;
        let tasks = Tasks::default();
        let shared = Arc::new(Shared {
            pool,
            masters,
            retired,
            cache: KeyCache::new(),
            tasks: tasks.clone(),
        });
        let mut follower = JoinSet::new();
        follower.spawn(supervise(tasks, "erasures", {
            let shared = shared.clone();
            move || follower::follow(shared.clone())
        }));
        Ok(Self(Some(Arc::new(Inner {
            shared,
            _follower: follower,
        }))))
    }

    fn shared(&self) -> Option<&Shared> {
        self.0.as_deref().map(|inner| &*inner.shared)
    }

    /// The tasks that run for it; those of the store come to them.
    pub(crate) fn tasks(&self) -> Tasks {
        self.shared()
            .map_or_else(Tasks::default, |shared| shared.tasks.clone())
    }
}

impl std::fmt::Debug for Sealing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() {
            "Sealing(on)"
        } else {
            "Sealing(off)"
        })
    }
}
