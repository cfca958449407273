//! The handle of the encryption.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::task::JoinSet;

use super::cache::KeyCache;
use super::follower;
use super::keys::KeyStore;
use super::master::MasterKeys;
use super::open::{self, OpenSealingError};
use super::reload::CurrentMasterKeys;
use crate::supervise::{Tasks, supervise};

/// Seals and opens personal data. Cheap to clone; all clones share their keys and one follower of
/// erasures, which ends with the last of them.
#[derive(Clone)]
pub struct Sealing(Option<Arc<Inner>>);

struct Inner {
    key_store: Arc<KeyStore>,
    _follower: JoinSet<()>,
}

impl Sealing {
    /// No encryption, for logs without personal data. Deliberately not a default.
    #[must_use]
    pub fn off() -> Self {
        Self(None)
    }

    /// Checks the master keys against the database and starts to follow erasures.
    ///
    /// # Errors
    /// [`OpenSealingError`] names the key that is wrong, missing or retired, or reports a log with personal
    /// data in clear text.
    pub async fn open(pool: PgPool, masters: MasterKeys) -> Result<Self, OpenSealingError> {
        let retired = open::check(&pool, &masters).await?;
        let tasks = Tasks::default();
        let key_store = Arc::new(KeyStore {
            pool,
            masters: CurrentMasterKeys::new(masters),
            retired,
            cache: KeyCache::new(),
            tasks: tasks.clone(),
        });
        let mut follower = JoinSet::new();
        follower.spawn(supervise(tasks, "erasures", {
            let key_store = key_store.clone();
            move || follower::follow(key_store.clone())
        }));
        Ok(Self(Some(Arc::new(Inner {
            key_store,
            _follower: follower,
        }))))
    }

    pub(super) fn key_store(&self) -> Option<&KeyStore> {
        self.0.as_deref().map(|inner| &*inner.key_store)
    }

    /// The supervised tasks; those of the store are added to them.
    pub(crate) fn tasks(&self) -> Tasks {
        self.key_store()
            .map_or_else(Tasks::default, |keys| keys.tasks.clone())
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
