//! A handle on the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use postgres_es::PostgresEventRepository;
use sqlx::{PgExecutor, PgPool};
use tokio::sync::watch;

use crate::append::{Committer, WRITERS};
use crate::error::{OpenError, StoreError};
use crate::snapshot::Taker;
use crate::supervise::Tasks;
use crate::{ClaimRules, Cursor, Sealing, Snapshots, Upcasters};

/// What a log is opened with.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// What each event takes and gives back.
    pub claim_rules: ClaimRules,
    /// The kinds of aggregates that decisions about others rest on ([`Append::basis`](crate::Append)).
    /// What moves one of them on and what rests on it come one after the other, on all nodes. A basis of
    /// another kind is compared, too, but may move on in the very moment of the commit.
    pub shared_dependencies: &'static [&'static str],
    /// How personal data is kept.
    pub sealing: Sealing,
    /// How events of older versions are read.
    pub upcasters: Upcasters,
    /// Which long streams are kept as snapshots.
    pub snapshots: Snapshots,
}

/// A handle on the log, cheap to clone.
#[derive(Clone)]
pub struct EventStore {
    inner: Arc<Inner>,
}

struct Inner {
    pool: PgPool,
    repository: PostgresEventRepository,
    claim_rules: ClaimRules,
    shared_dependencies: &'static [&'static str],
    committer: Committer,
    sealing: Sealing,
    upcasters: Upcasters,
    snapshots: Taker,
    tasks: Tasks,
    /// How many erasures the cache has been emptied for.
    erasures: AtomicU64,
    /// The newest position that this process appended; subscribers wake up on it.
    head: watch::Sender<Cursor>,
}

impl EventStore {
    /// Opens the log, all of whose events are of today's version, without snapshots.
    ///
    /// # Errors
    /// [`OpenError::XidsBehind`] if the database was restored without a new epoch.
    pub async fn open(
        pool: PgPool,
        claim_rules: ClaimRules,
        sealing: Sealing,
    ) -> Result<Self, OpenError> {
        let options = StoreOptions {
            claim_rules,
            shared_dependencies: &[],
            sealing,
            upcasters: Upcasters::none(),
            snapshots: Snapshots::none(),
        };
        Self::open_with(pool, options).await
    }

    /// Opens the log.
    ///
    /// # Errors
    /// [`OpenError::XidsBehind`] if the database was restored without a new epoch.
    pub async fn open_with(pool: PgPool, options: StoreOptions) -> Result<Self, OpenError> {
        let StoreOptions {
            claim_rules,
            shared_dependencies,
            sealing,
            upcasters,
            snapshots,
        } = options;
        refuse_foreign_xids(&pool).await?;
        let tasks = sealing.tasks();
        let snapshots = Taker::start(&pool, &sealing, snapshots, &tasks);
        let repository = PostgresEventRepository::new(pool.clone());
        let committer = Committer::start(&pool, &tasks, WRITERS);
        let head = watch::Sender::new(Cursor::START);
        Ok(Self {
            inner: Arc::new(Inner {
                pool,
                repository,
                claim_rules,
                shared_dependencies,
                committer,
                erasures: AtomicU64::new(sealing.erasures()),
                sealing,
                upcasters,
                snapshots,
                tasks,
                head,
            }),
        })
    }

    /// The pool that the log uses.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.inner.pool
    }

    /// The newest event that any reader may see now.
    pub async fn head(&self) -> Result<Cursor, StoreError> {
        head(self.pool()).await
    }

    /// How many events stand after `cursor`.
    pub async fn events_after(&self, cursor: Cursor) -> Result<u64, StoreError> {
        let count = sqlx::query_scalar!(
            r#"
            select count(*) as "count!"
            from events
            where (epoch, transaction_id, position) > ($1, $2::text::xid8, $3)
            "#,
            cursor.epoch(),
            cursor.transaction_id(),
            cursor.position()
        )
        .fetch_one(self.pool())
        .await
        .map_err(StoreError::doing("counting events"))?;
        Ok(count.unsigned_abs())
    }

    /// How many commands wait to be written.
    #[must_use]
    pub fn backlog(&self) -> usize {
        self.committer().waiting()
    }

    /// The tasks of the store and of its daemons, as far as they have panicked.
    #[must_use]
    pub fn tasks(&self) -> &Tasks {
        &self.inner.tasks
    }

    /// How many aggregates are cached.
    #[must_use]
    pub fn cached(&self) -> usize {
        self.committer().cache().len()
    }

    pub(crate) fn repository(&self) -> &PostgresEventRepository {
        &self.inner.repository
    }

    pub(crate) fn claim_rules(&self) -> &ClaimRules {
        &self.inner.claim_rules
    }

    pub(crate) fn shared_dependencies(&self) -> &'static [&'static str] {
        self.inner.shared_dependencies
    }

    pub(crate) fn committer(&self) -> &Committer {
        &self.inner.committer
    }

    /// Keys of persons, for whoever keeps personal data beside the log.
    #[must_use]
    pub fn sealing(&self) -> &Sealing {
        &self.inner.sealing
    }

    pub(crate) fn upcasters(&self) -> &Upcasters {
        &self.inner.upcasters
    }

    pub(crate) fn snapshots(&self) -> &Taker {
        &self.inner.snapshots
    }

    /// Empties the cache if somebody was erased since it was last looked at.
    pub(crate) fn forget_the_erased(&self) {
        let erasures = self.inner.sealing.erasures();
        if self.inner.erasures.swap(erasures, Ordering::SeqCst) != erasures {
            self.committer().cache().clear();
        }
    }

    /// Tells this process's subscribers that there is something to read.
    pub(crate) fn announce(&self, cursor: Cursor) {
        self.inner.head.send_if_modified(|head| {
            let newer = cursor > *head;
            if newer {
                *head = cursor;
            }
            newer
        });
    }

    pub(crate) fn announcements(&self) -> watch::Receiver<Cursor> {
        self.inner.head.subscribe()
    }
}

/// The newest event that `executor` sees.
pub(crate) async fn head(executor: impl PgExecutor<'_>) -> Result<Cursor, StoreError> {
    let row = sqlx::query!(
        r#"
        select epoch, transaction_id::text as "transaction_id!", position
        from events
        order by epoch desc, transaction_id desc, position desc
        limit 1
        "#
    )
    .fetch_optional(executor)
    .await
    .map_err(StoreError::doing("reading the head of the log"))?;
    let Some(row) = row else {
        return Ok(Cursor::START);
    };
    Cursor::from_parts(row.epoch, &row.transaction_id, row.position).map_err(|error| StoreError {
        doing: "reading a position",
        source: sqlx::Error::Decode(error.into()),
    })
}

/// Transaction ids die with their cluster. If the log's are ahead of the cluster's, events written
/// now would sort before events that readers have passed.
async fn refuse_foreign_xids(pool: &PgPool) -> Result<(), OpenError> {
    let row = sqlx::query!(
        r#"
        select
          (
            select e.transaction_id::text
            from events e
            where e.epoch = (select current from log_epoch)
            order by e.epoch desc, e.transaction_id desc
            limit 1
          ) as stored,
          pg_snapshot_xmax(pg_current_snapshot())::text as "next!"
        "#
    )
    .fetch_one(pool)
    .await
    .map_err(OpenError::Store)?;
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    match row.stored.as_deref().map(number) {
        Some(stored) if stored >= number(&row.next) => Err(OpenError::XidsBehind {
            stored,
            next: number(&row.next),
        }),
        _ => Ok(()),
    }
}
