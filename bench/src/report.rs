//! Figures of a bench: a last line for scripts, and one table of all benches.

use anyhow::ensure;

/// Figures of one bench.
pub struct Report {
    bench: &'static str,
    figures: Vec<Figure>,
}

/// One figure. Its key is read by scripts and never renamed.
pub struct Figure {
    key: String,
    value: f64,
    decimals: usize,
    bound: Option<Bound>,
}

/// Bound that a figure is wanted to keep on an idle machine.
#[derive(Clone, Copy)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Figure {
    /// A figure without a bound, printed with so many decimals.
    pub fn new(key: impl Into<String>, value: f64, decimals: usize) -> Self {
        Self {
            key: key.into(),
            value,
            decimals,
            bound: None,
        }
    }

    /// A count, without decimals.
    pub fn count(key: &str, value: i64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a count of a bench fits")]
        Self::new(key, value as f64, 0)
    }

    /// Wanted to be so high or higher.
    pub fn at_least(self, bound: f64) -> Self {
        let bound = Some(Bound::AtLeast(bound));
        Self { bound, ..self }
    }

    /// Wanted to be so low or lower.
    pub fn at_most(self, bound: f64) -> Self {
        let bound = Some(Bound::AtMost(bound));
        Self { bound, ..self }
    }

    /// Wanted to be so many rows or fewer.
    pub fn at_most_rows(self, bound: i64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a count of a bench fits")]
        self.at_most(bound as f64)
    }

    fn value(&self) -> String {
        format!("{:.*}", self.decimals, self.value)
    }

    fn wanted(&self) -> String {
        let (sign, bound, is_kept) = match self.bound {
            None => return String::new(),
            Some(Bound::AtLeast(bound)) => ("≥", bound, self.value >= bound),
            Some(Bound::AtMost(bound)) => ("≤", bound, self.value <= bound),
        };
        let verdict = if is_kept { "" } else { "  missed" };
        format!("{sign} {bound}{verdict}")
    }
}

impl Report {
    /// Figures of the bench of that name.
    ///
    /// # Errors
    /// If one of them is not a number: nothing was measured.
    pub fn new(bench: &'static str, figures: Vec<Figure>) -> anyhow::Result<Self> {
        for Figure { key, value, .. } in &figures {
            ensure!(value.is_finite(), "{key} was not measured: {value}");
        }
        Ok(Self { bench, figures })
    }

    /// `NAME key=value …`, for scripts.
    pub fn line(&self) -> String {
        let pairs = self.figures.iter();
        let pairs = pairs.map(|figure| format!(" {}={}", figure.key, figure.value()));
        format!("{}{}", self.bench, pairs.collect::<String>())
    }

    /// Rows of the table of all benches.
    pub fn print_rows(&self) {
        for figure in &self.figures {
            let (value, wanted) = (figure.value(), figure.wanted());
            println!(
                "{:<12} {:<22} {value:>10}  {wanted}",
                self.bench, figure.key
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_for_scripts() {
        let figures = vec![
            Figure::new("ratio", 1.256, 2).at_least(1.0),
            Figure::count("lost", 0),
        ];
        let report = Report::new("name", figures).unwrap();
        assert_eq!(report.line(), "name ratio=1.26 lost=0");
    }

    #[test]
    fn a_figure_that_was_not_measured_is_refused() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(Report::new("name", vec![Figure::new("ratio", value, 2)]).is_err());
        }
    }

    #[test]
    fn a_bound_that_is_missed_shows() {
        let figure = |value| Figure::new("ratio", value, 2).at_most(5.0);
        assert_eq!(figure(5.0).wanted(), "≤ 5");
        assert_eq!(figure(5.1).wanted(), "≤ 5  missed");
    }
}
