//! What rounds in turns found out about the null webhook and the server, and what that comes to.
use std::fmt;

use crate::load::Figures;

/// The figures of the null webhook and of the server, a pair a round.
pub(crate) struct Rounds(pub(crate) Vec<(Figures, Figures)>);

impl Rounds {
    /// The median of what the server has in each round beside the null webhook.
    pub(crate) fn ratio(&self, of: fn(&Figures) -> f64) -> f64 {
        let rounds = self.0.iter();
        let ratios: Vec<_> = rounds.map(|(null, server)| of(server) / of(null)).collect();
        median(&ratios)
    }

    /// Reviews a second that the null webhook answered.
    pub(crate) fn null_rate(&self) -> f64 {
        let rates = self.0.iter().map(|(null, _)| null.per_second);
        median(&rates.collect::<Vec<_>>())
    }

    /// Reviews that the server answered.
    pub(crate) fn served(&self) -> u64 {
        self.0.iter().map(|(_, server)| server.reviews).sum()
    }

    /// Null webhook, server, and in brackets the ratio.
    fn shown(&self, of: fn(&Figures) -> f64) -> String {
        let null: Vec<_> = self.0.iter().map(|(null, _)| of(null)).collect();
        let server: Vec<_> = self.0.iter().map(|(_, server)| of(server)).collect();
        let (null, server) = (median(&null), median(&server));
        format!("{null:.0} → {server:.0} ({:.2})", self.ratio(of))
    }
}

impl fmt::Display for Rounds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "reviews/s {:21} CPU µs {:15} p50 µs {:18} p99 µs {}",
            self.shown(|figures| figures.per_second),
            self.shown(|figures| figures.cpu_micros),
            self.shown(|figures| figures.p50_micros),
            self.shown(|figures| figures.p99_micros),
        )
    }
}

pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

pub(crate) fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}
