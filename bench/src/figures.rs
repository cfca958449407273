//! Medians, percentiles, and pairs.

use std::time::Duration;

use anyhow::ensure;

/// Time that a clock must have run, at least, to have measured something.
const SHORTEST: Duration = Duration::from_millis(20);

/// Result of one round of requests.
#[derive(Debug, Clone)]
pub struct Round {
    /// Requests per second.
    pub rate: f64,
    /// Each request's time, sorted.
    times: Vec<Duration>,
}

impl Round {
    /// Requests that took `times` each, `elapsed` in all.
    pub fn new(mut times: Vec<Duration>, elapsed: Duration) -> Self {
        times.sort_unstable();
        #[expect(clippy::cast_precision_loss, reason = "a count of requests fits")]
        let rate = times.len() as f64 / elapsed.as_secs_f64();
        Self { rate, times }
    }

    /// A number of events that took `elapsed` in all.
    ///
    /// # Errors
    /// If there is too little of either: that would be a figure, and no measurement.
    pub fn from_count(count: i64, elapsed: Duration) -> anyhow::Result<Self> {
        ensure!(
            count > 0 && elapsed >= SHORTEST,
            "{count} events in {elapsed:?} are too few to be timed"
        );
        #[expect(clippy::cast_precision_loss, reason = "a count of events fits")]
        Ok(Self::from_rate(count as f64 / elapsed.as_secs_f64()))
    }

    /// A round of which only the rate is known.
    pub fn from_rate(rate: f64) -> Self {
        Self {
            rate,
            times: Vec::new(),
        }
    }

    /// Number of requests whose time is known.
    pub fn count(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a count of requests fits")]
        let count = self.times.len() as f64;
        count
    }

    /// The time that a share of `percent` of the requests did not exceed, in milliseconds. Not a number where
    /// there are too few requests for one of them to lie beyond it.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        if self.times.len() * (100 - percent) < 100 {
            return f64::NAN;
        }
        let index = (self.times.len() * percent / 100).min(self.times.len().saturating_sub(1));
        self.times
            .get(index)
            .map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }
}

/// The median of some numbers; not a number if there are none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[length / 2],
        length => f64::midpoint(values[length / 2 - 1], values[length / 2]),
    }
}

/// The median of the ratios of `rounds` to `references`, each to the one of its own moment.
pub fn median_ratio(rounds: &[Round], references: &[Round]) -> f64 {
    let pairs = rounds.iter().zip(references);
    median(pairs.map(|(round, reference)| round.rate / reference.rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_in_the_middle() {
        assert!((median([3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median([4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
    }

    #[test]
    fn a_ratio_compares_rounds_of_the_same_moment() {
        let rounds = |rates: [f64; 3]| rates.map(Round::from_rate);
        let ratio = median_ratio(&rounds([2.0, 30.0, 200.0]), &rounds([1.0, 10.0, 100.0]));
        assert!((ratio - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times = (1..=100).map(Duration::from_millis).collect();
        let round = Round::new(times, Duration::from_secs(1));
        assert!((round.percentile_ms(99) - 100.0).abs() < 1e-9);
        assert!((round.percentile_ms(50) - 51.0).abs() < 1e-9);
        assert!((round.rate - 100.0).abs() < 1e-9);
    }

    #[test]
    fn too_few_requests_have_no_percentile() {
        let times = (1..=99).map(Duration::from_millis).collect();
        let round = Round::new(times, Duration::from_secs(1));
        assert!(round.percentile_ms(99).is_nan());
        assert!(!round.percentile_ms(98).is_nan());
    }

    #[test]
    fn what_the_clock_did_not_see_is_no_measurement() {
        assert!(Round::from_count(875, Duration::from_nanos(700)).is_err());
        assert!(Round::from_count(0, Duration::from_secs(1)).is_err());
        let round = Round::from_count(5_000, Duration::from_millis(500)).unwrap();
        assert!((round.rate - 10_000.0).abs() < 1e-9);
    }
}
