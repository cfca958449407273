//! How events change the books: one read and one write per table and batch.

use event_store::{RecordedEvent, SubscriberError};
use sqlx::PgConnection;

use super::book::Book;
use super::tables;
use crate::fold::Changes;

pub(super) async fn apply(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
) -> Result<(), SubscriberError> {
    let changes = Changes::decode(events)?;
    let stored = tables::books_of(connection, &changes.aggregates()).await?;
    let books: Vec<Book> = changes.fold(stored);
    let (mut payments, mut refunds, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for book in books {
        payments.push(book.payment);
        refunds.extend(book.refunds.into_values());
        entries.extend(book.entries);
    }
    tables::write_payments(connection, &payments).await?;
    tables::write_refunds(connection, &refunds).await?;
    tables::write_entries(connection, &entries).await?;
    Ok(())
}
