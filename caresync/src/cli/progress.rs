//! Progress of long work, drawn on a terminal; elsewhere nothing is drawn, and work that
//! takes long says so in the log now and then.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Time between two lines in the log where there is no terminal.
const NOW_AND_THEN: Duration = Duration::from_secs(10);

/// A line that moves, on standard error.
pub struct Progress(ProgressBar);

impl Progress {
    /// Work of so many bytes, or of an unknown number.
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

    /// Notes that so many are done.
    pub fn at(&self, done: u64) {
        self.0.set_position(done);
    }
}

/// The way through a log of events: a line that moves, or lines in the log.
pub struct Journey {
    line: Progress,
    begun: Instant,
    told: Mutex<Instant>,
}

impl Journey {
    /// Nothing is known yet of how long it is.
    pub fn begin(doing: &'static str) -> Self {
        let template = "{msg} [{bar:30}] {pos}/{len} events, {per_sec}, {eta} left";
        let begun = Instant::now();
        Self {
            line: Progress::drawn(ProgressBar::new(0), doing, template),
            begun,
            told: Mutex::new(begun),
        }
    }

    /// So many of so many events are passed.
    pub fn at(&self, done: u64, total: u64) {
        self.line.0.set_length(total);
        self.line.0.set_position(done);
        if self.line.0.is_hidden() && self.is_time() {
            let seconds = self.begun.elapsed().as_secs().max(1);
            let rate = (done / seconds).max(1);
            tracing::info!(
                events.passed = done,
                events.total = total,
                events.per_second = rate,
                seconds.left = total.saturating_sub(done) / rate,
                "On the way through the log."
            );
        }
    }

    fn is_time(&self) -> bool {
        let Ok(mut told) = self.told.lock() else {
            return false;
        };
        let is_time = told.elapsed() >= NOW_AND_THEN;
        if is_time {
            *told = Instant::now();
        }
        is_time
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
