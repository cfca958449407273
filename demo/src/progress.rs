//! Progress of the making, as a line on standard error; without a terminal nothing is drawn.

use indicatif::{ProgressBar, ProgressStyle};

/// A line that moves, and is gone at the end.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Shows work of so many steps.
    pub(crate) fn steps(doing: &'static str, total: usize) -> Self {
        let bar = ProgressBar::new(total as u64).with_message(doing);
        // The template is a constant that is right; without it the bar is only plainer.
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Does one step, and notes that it is done.
    pub(crate) async fn step<T>(&self, step: impl Future<Output = T>) -> T {
        let done = step.await;
        self.0.inc(1);
        done
    }

    /// Notes that so many more are done.
    pub(crate) fn more(&self, steps: usize) {
        self.0.inc(steps as u64);
    }

    /// Notes that so many are done in all.
    pub(crate) fn at(&self, done: u64) {
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
