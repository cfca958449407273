//! How far a long piece of work is, for whoever sits at a terminal; elsewhere nothing is drawn.

use indicatif::{ProgressBar, ProgressStyle};

/// A line that moves, on standard error.
pub struct Progress(ProgressBar);

impl Progress {
    /// Work of so many bytes, or of nobody knows how many.
    pub fn bytes(doing: &'static str, total: Option<u64>) -> Self {
        let (bar, template) = match total {
            Some(total) => (
                ProgressBar::new(total),
                "{msg} [{bar:30}] {bytes}/{total_bytes}, {eta} left",
            ),
            None => (ProgressBar::new_spinner(), "{msg} {spinner} {bytes}"),
        };
        Self::drawn(bar, doing, template)
    }

    fn drawn(bar: ProgressBar, doing: &'static str, template: &str) -> Self {
        // The template is a constant that is right; without it the bar is only plainer.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(doing);
        Self(bar)
    }

    /// Work of so many steps.
    pub fn steps(doing: &'static str, total: usize) -> Self {
        let bar = ProgressBar::new(total as u64);
        Self::drawn(bar, doing, "{msg} [{bar:30}] {pos}/{len}")
    }

    /// Does one step, and notes that it is done.
    pub async fn step<T>(&self, step: impl Future<Output = T>) -> T {
        let done = step.await;
        self.0.inc(1);
        done
    }

    /// So many more are done.
    pub fn more(&self, steps: usize) {
        self.0.inc(steps as u64);
    }

    /// So many are done.
    pub fn at(&self, done: u64) {
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
