//! The handle of the log.

use std::sync::Arc;

use postgres_es::PostgresEventRepository;
use sqlx::{PgExecutor, PgPool};
use tokio::sync::watch;

use crate::append::{Committer, WRITERS};
use crate::connection::takes_writes;
use crate::error::{OpenError, StoreError};
use crate::outage::{OutageFlag, is_outage};
use crate::snapshot::SnapshotWriter;
use crate::supervise::Tasks;
use crate::{ClaimRules, Cursor, Sealing, Snapshots, Upcasters};

/// Options of a log.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The claim changes of each event.
    pub claim_rules: ClaimRules,
    /// The kinds of aggregates that decisions about others depend on ([`Append::depends_on`](crate::Append)).
    /// Appends to one of them, also of its first event, and appends that depend on it are serialised, on all nodes. A stream of another
    /// kind is compared, too, but may move on concurrently with the commit.
    pub shared_dependencies: &'static [&'static str],
    /// The encryption of personal data.
    pub sealing: Sealing,
    /// The upcasters of old event versions.
    pub upcasters: Upcasters,
    /// The kinds of aggregates that have snapshots.
    pub snapshots: Snapshots,
}

/// The handle of a log, cheap to clone.
///
/// States of aggregates are cached in memory and stored as snapshots, both in the clear. They must hold
/// nothing of an event's `phi`: erasing a person destroys a key, and neither cache nor snapshots are
/// searched for that person.
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
    snapshots: SnapshotWriter,
    tasks: Tasks,
    outage: OutageFlag,
    /// The newest position that this process appended; it wakes up subscribers.
    head: watch::Sender<Cursor>,
}

impl EventStore {
    /// Opens a log without snapshots, all of whose events have their current version.
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
        let snapshots = SnapshotWriter::start(&pool, snapshots, &tasks);
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
                sealing,
                upcasters,
                snapshots,
                tasks,
                outage: OutageFlag::default(),
                head,
            }),
        })
    }

    /// The pool that the log uses.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.inner.pool
    }

    /// The position of the newest event that is visible now.
    pub async fn head(&self) -> Result<Cursor, StoreError> {
        head(self.pool()).await
    }

    /// Returns whether the database takes writes.
    pub async fn takes_writes(&self) -> Result<bool, StoreError> {
        let doing = "asking whether the database takes writes";
        let connection = self.pool().acquire().await;
        let mut connection = connection.map_err(StoreError::doing(doing))?;
        match takes_writes(&mut connection).await {
            Ok(()) => Ok(!self.has_outage()),
            Err(error) if is_outage(&error) => Ok(false),
            Err(error) => Err(StoreError::doing(doing)(error)),
        }
    }

    /// Returns whether the heartbeat of this node's daemon sees an outage: a database that is away, or takes no
    /// writes, whose data may be old after a fail-over. Costs nothing.
    #[must_use]
    pub fn has_outage(&self) -> bool {
        self.inner.outage.get()
    }

    pub(crate) fn outage_flag(&self) -> &OutageFlag {
        &self.inner.outage
    }

    /// Number of events after `cursor`.
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

    /// Number of commands that wait for a writer.
    #[must_use]
    pub fn backlog(&self) -> usize {
        self.committer().waiting()
    }

    /// The tasks of the store and of its daemons, with their panics.
    #[must_use]
    pub fn tasks(&self) -> &Tasks {
        &self.inner.tasks
    }

    /// Number of cached aggregates.
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

    /// The encryption, for personal data outside of the log.
    #[must_use]
    pub fn sealing(&self) -> &Sealing {
        &self.inner.sealing
    }

    pub(crate) fn upcasters(&self) -> &Upcasters {
        &self.inner.upcasters
    }

    pub(crate) fn snapshots(&self) -> &SnapshotWriter {
        &self.inner.snapshots
    }

    /// Wakes up the subscribers of this process.
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
    row.map_or(Ok(Cursor::START), |row| {
        let cursor = Cursor::from_row(row.epoch, &row.transaction_id, row.position);
        cursor.map_err(StoreError::doing("reading a position"))
    })
}

/// Checks the transaction ids, which belong to a cluster. If those of the log are ahead of the cluster, new
/// events would sort before events that readers have passed.
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
