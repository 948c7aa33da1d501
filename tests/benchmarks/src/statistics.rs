//! Medians and ranges.

use std::fmt;

/// The middle of several measurements, with the quartiles: half of them lie
/// between those.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The smallest.
    pub least: f64,
    /// The middle one.
    pub median: f64,
    quartiles: [f64; 2],
}

impl Spread {
    /// Of these measurements, of which there is at least one.
    pub fn of(measured: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = measured.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Self {
            least: sorted[0],
            median: percentile(&sorted, 50.0),
            quartiles: [percentile(&sorted, 25.0), percentile(&sorted, 75.0)],
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = formatter.precision().unwrap_or(2);
        let Self {
            median,
            quartiles: [low, high],
            ..
        } = self;
        write!(
            formatter,
            "{median:.precision$} ({low:.precision$} to {high:.precision$})"
        )
    }
}

/// The value below which so many of a hundred lie.
pub fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let last = sorted.len() - 1;
    sorted[((last as f64 * percent / 100.0).round() as usize).min(last)]
}
