//! One batch of a copy, in one transaction with its checkpoint.

use sqlx::{Connection as _, PgConnection};

use super::beside::Beside;
use super::error::RebuildError;
use crate::subscribe::{Manner, Reading, Seat, Taken, Taker, begin_batch, is_of_the_event};
use crate::{Cursor, SubscribeError, Subscriber as _, Upcasters};

/// A copy that takes batches.
#[derive(Clone, Copy)]
pub(super) struct Taking<'t> {
    pub(super) copy: &'t Beside,
    pub(super) seat: &'t Seat,
    pub(super) upcasters: &'t Upcasters,
}

impl Taking<'_> {
    /// Applies a batch that follows `at` and moves the copy's checkpoint to `to`. What can't be taken is
    /// parked, as with the live one: a copy must not be stricter.
    pub(super) async fn take(
        self,
        connection: &mut PgConnection,
        reading: Reading,
        between: (Cursor, Cursor),
    ) -> Result<(), RebuildError> {
        let again = reading.clone();
        let taken = self.try_to_take(connection, reading, between, Manner::Whole);
        let taken = match taken.await {
            Err(SubscribeError::Apply(error)) if is_of_the_event(&error) => {
                let one_by_one = self.try_to_take(connection, again, between, Manner::OneByOne);
                one_by_one.await
            }
            taken => taken,
        };
        let name = self.copy.name();
        match taken.map_err(|source| RebuildError::Batch { name, source })? {
            Taken::Moved(_) => Ok(()),
            // Whoever comes back after losing the session finds the copy elsewhere, and does nothing.
            Taken::Elsewhere => Err(RebuildError::Overtaken { name }),
        }
    }

    async fn try_to_take(
        self,
        connection: &mut PgConnection,
        reading: Reading,
        between: (Cursor, Cursor),
        manner: Manner,
    ) -> Result<Taken, SubscribeError> {
        let lost = SubscribeError::Checkpoint;
        let taker = Taker {
            subscriber: self.copy,
            seat: self.seat,
            upcasters: self.upcasters,
        };
        let mut transaction = connection.begin().await.map_err(lost)?;
        begin_batch(&mut transaction).await.map_err(lost)?;
        let outcome = taker
            .take(&mut transaction, reading, between, manner)
            .await?;
        transaction.commit().await.map_err(lost)?;
        Ok(outcome)
    }
}
