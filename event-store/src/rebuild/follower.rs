//! A shadow copy that follows the log.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlx::PgConnection;

use super::copies::checkpoint_key;
use super::error::RebuildError;
use super::model::ReadModel;
use super::shadow::ShadowCopy;
use crate::cursor::CursorRange;
use crate::subscribe::{
    ApplyMode, BatchApplier, BatchOutcome, CheckpointKey, EventBatch, is_poison_event,
};
use crate::{Cursor, SubscribeError, Subscriber as _, Upcasters};

/// A shadow copy, its position and its checkpoints.
pub(super) struct Follower {
    pub(super) copy: ShadowCopy,
    pub(super) copy_key: CheckpointKey,
    pub(super) live_key: CheckpointKey,
    pub(super) at: Cursor,
    pub(super) types: BTreeSet<&'static str>,
}

/// All events of some types up to a position.
pub(super) struct LogSegment {
    pub(super) batch: EventBatch,
    pub(super) to: Cursor,
}

impl Follower {
    pub(super) fn new(model: Arc<dyn ReadModel>, at: Cursor) -> Self {
        let types = model.event_types().into_iter().collect();
        let copy = ShadowCopy(model);
        let live_key = CheckpointKey::from_subscriber(&copy);
        Self {
            copy,
            copy_key: checkpoint_key(&live_key),
            live_key,
            at,
            types,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        self.copy.name()
    }

    pub(super) fn types(&self) -> Vec<String> {
        self.types.iter().map(|name| (*name).to_owned()).collect()
    }

    /// Applies a segment and moves to its end, unless the copy is already there.
    pub(super) async fn apply(
        &mut self,
        upcasters: &Upcasters,
        connection: &mut PgConnection,
        segment: &LogSegment,
    ) -> Result<(), RebuildError> {
        let range = CursorRange::new(self.at, segment.to);
        if range.after >= range.to {
            return Ok(());
        }
        let new = segment
            .batch
            .filter(|event| event.cursor > self.at && self.types.contains(&*event.event_type));
        let name = self.name();
        let outcome = self.apply_batch(upcasters, connection, new, range).await;
        match outcome.map_err(|source| RebuildError::Batch { name, source })? {
            BatchOutcome::Applied(_) => {
                self.at = range.to;
                Ok(())
            }
            // The session was lost meanwhile, and another operator has continued.
            BatchOutcome::Fenced => Err(RebuildError::Overtaken { name }),
        }
    }

    /// Applies a batch in a transaction of its own. Aggregates with poison events are parked, as by the live
    /// read model: a copy must not be stricter.
    async fn apply_batch(
        &self,
        upcasters: &Upcasters,
        connection: &mut PgConnection,
        batch: EventBatch,
        range: CursorRange,
    ) -> Result<BatchOutcome, SubscribeError> {
        let applier = BatchApplier {
            subscriber: &self.copy,
            key: &self.copy_key,
            upcasters,
        };
        let whole = applier
            .apply_in_transaction(connection, batch.clone(), range, ApplyMode::Whole)
            .await;
        match whole {
            Err(SubscribeError::Apply(error)) if is_poison_event(&error) => {
                applier
                    .apply_in_transaction(connection, batch, range, ApplyMode::OneByOne)
                    .await
            }
            outcome => outcome,
        }
    }
}
