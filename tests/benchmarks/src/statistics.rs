//! Medians and ranges.

use std::fmt;

/// The middle of several measurements, and how far they lie apart.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The smallest.
    pub least: f64,
    /// The middle one.
    pub median: f64,
    /// The largest.
    pub most: f64,
}

impl Spread {
    /// Of these measurements, of which there is at least one.
    pub fn of(measured: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = measured.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Self {
            least: sorted[0],
            median: percentile(&sorted, 50.0),
            most: sorted[sorted.len() - 1],
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = formatter.precision().unwrap_or(2);
        let Self {
            least,
            median,
            most,
        } = self;
        write!(
            formatter,
            "{median:.precision$} ({least:.precision$} to {most:.precision$})"
        )
    }
}

/// The value below which so many of a hundred lie.
pub fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let last = sorted.len() - 1;
    sorted[((last as f64 * percent / 100.0).round() as usize).min(last)]
}
