//! Prints receipts on the blocking pool: a bounded number at a time, and a bounded number that wait.

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, spawn_blocking};

use super::{PrintError, Receipt, print};

/// Number of receipts printed at a time. Each takes a core for some milliseconds.
const AT_A_TIME: usize = 2;
/// Number of receipts that may wait for that; more are refused.
const WAITING: usize = 64;

/// Prints receipts without keeping the caller's thread busy.
#[derive(Debug, Clone)]
pub struct ReceiptPrinter {
    turns: Arc<Semaphore>,
    /// Those that are printed, and those that wait.
    admitted: Arc<Semaphore>,
}

/// A receipt was not printed.
#[derive(Debug, Error)]
pub enum PrinterError {
    /// Too many receipts wait. A later request may succeed.
    #[error("too many receipts are being printed")]
    Full,
    /// It could not be printed.
    #[error(transparent)]
    Print(#[from] PrintError),
    /// The program is shutting down.
    #[error("printing a receipt was abandoned")]
    Abandoned(#[from] JoinError),
}

impl Default for ReceiptPrinter {
    fn default() -> Self {
        Self::with_limits(AT_A_TIME, WAITING)
    }
}

impl ReceiptPrinter {
    /// A printer with other limits.
    #[must_use]
    pub fn with_limits(at_a_time: usize, waiting: usize) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(at_a_time)),
            admitted: Arc::new(Semaphore::new(at_a_time + waiting)),
        }
    }

    /// Prints a receipt.
    ///
    /// # Errors
    /// [`PrinterError::Full`] at once, if too many wait.
    pub async fn print(&self, receipt: Receipt) -> Result<Vec<u8>, PrinterError> {
        Ok(self.run(move || print(&receipt)).await??)
    }

    /// Runs work on the blocking pool. The permits belong to the work, not to the caller: a client that
    /// disconnects does not free them while the work still runs.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PrinterError> {
        let admitted = self.admitted.clone().try_acquire_owned();
        let admitted = admitted.map_err(|_| PrinterError::Full)?;
        let turn = self.turns.clone().acquire_owned().await;
        let turn = turn.map_err(|_| PrinterError::Full)?;
        let done = spawn_blocking(move || {
            let done = work();
            drop((turn, admitted));
            done
        });
        Ok(done.await?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn receipts_are_not_printed_on_the_callers_thread() {
        let printer = ReceiptPrinter::default();
        let printed_on = printer.run(|| thread::current().id()).await.unwrap();
        assert_ne!(printed_on, thread::current().id());
    }

    #[tokio::test]
    async fn some_are_printed_some_wait_and_the_next_is_refused_until_one_is_done() {
        let printer = ReceiptPrinter::with_limits(1, 1);
        let (finish, finished) = mpsc::channel::<()>();
        let (signal, mut begun) = tokio::sync::mpsc::channel::<()>(1);
        let first = printer.run(move || {
            signal.blocking_send(()).unwrap();
            finished.recv().unwrap();
        });
        let others = async {
            // The first is printed, the second waits.
            begun.recv().await.unwrap();
            let mut second = Box::pin(printer.run(|| 2));
            let polled = timeout(Duration::ZERO, second.as_mut()).await;
            assert!(polled.is_err(), "it waits");
            let third = printer.run(|| 3).await;
            assert!(matches!(third, Err(PrinterError::Full)), "{third:?}");
            finish.send(()).unwrap();
            assert_eq!(second.await.unwrap(), 2);
        };
        let (first, ()) = tokio::join!(first, others);
        first.unwrap();
        assert_eq!(printer.run(|| 4).await.unwrap(), 4);
    }
}
