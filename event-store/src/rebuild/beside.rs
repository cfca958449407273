//! A read model that writes its copy instead of the live tables.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::{Executor as _, PgConnection};

use super::model::ReadModel;
use crate::{RecordedEvent, Subscriber, SubscriberError};

/// The same subscriber on the tables of its copy.
#[derive(Clone)]
pub(super) struct Beside(pub(super) Arc<dyn ReadModel>);

#[async_trait]
impl Subscriber for Beside {
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

    /// While the read model is at work, its names mean the copy's tables, and nothing else is there: a
    /// table that the copy lacks is an error, never the live one. Statements are planned again when the
    /// path has changed since, and here each one always runs under the same.
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
