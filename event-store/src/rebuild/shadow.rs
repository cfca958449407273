//! A read model that writes to its shadow copy instead of the live tables.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::{Executor as _, PgConnection};

use super::model::ReadModel;
use crate::{RecordedEvent, Subscriber, SubscriberError};

/// A read model on the tables of its shadow copy.
#[derive(Clone)]
pub(super) struct ShadowCopy(pub(super) Arc<dyn ReadModel>);

#[async_trait]
impl Subscriber for ShadowCopy {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn version(&self) -> i32 {
        self.0.version()
    }

    fn event_types(&self) -> Vec<&'static str> {
        self.0.event_types()
    }

    fn wants_metadata(&self) -> bool {
        self.0.wants_metadata()
    }

    /// Runs `apply` with the schema of the shadow copies as the only one in the search path: a table that the
    /// copy lacks is an error, never the live one. Statements are planned again when the search path has changed
    /// since; each one on this connection always runs under the same.
    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        connection.execute("set local search_path = beside").await?;
        self.0.apply(events, &mut *connection).await?;
        connection
            .execute("set local search_path to default")
            .await?;
        Ok(())
    }
}
