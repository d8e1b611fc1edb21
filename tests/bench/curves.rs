//! What was seen over time, how it grows, and a picture of it.
use std::{fmt::Write as _, time::Duration};

/// What was seen at one time.
pub(crate) struct Sample {
    pub(crate) seconds: f64,
    pub(crate) reviews: u64,
    pub(crate) p99_micros: f64,
    /// In MB.
    pub(crate) resident: f64,
    /// Open files, connections among them.
    pub(crate) files: f64,
}

/// One figure over time.
pub(crate) struct Curve {
    pub(crate) named: &'static str,
    /// Seconds and the figure.
    points: Vec<(f64, f64)>,
    /// From when it counts, in seconds.
    begin: f64,
    /// How much it may grow in an hour, beside its median. Noise alone tilts a line of a quarter of an hour.
    pub(crate) most: f64,
}

impl Curve {
    pub(crate) fn all(samples: &[Sample], beginning: Duration) -> Vec<Self> {
        let curve = |named, most, of: fn(&Sample) -> f64| Self {
            named,
            points: samples
                .iter()
                .map(|sample| (sample.seconds, of(sample)))
                .collect(),
            begin: beginning.as_secs_f64(),
            most,
        };
        vec![
            curve("resident MB", 0.1, |sample| sample.resident),
            curve("p99 µs", 0.2, |sample| sample.p99_micros),
            curve("open files", 0.05, |sample| sample.files),
        ]
    }

    /// The slope of the line with the least squares, for an hour, beside the median; `None` of fewer than two points.
    pub(crate) fn growth(&self) -> Option<f64> {
        let points: Vec<_> = self
            .points
            .iter()
            .filter(|(at, _)| *at >= self.begin)
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "points are few")]
        let count = points.len() as f64;
        let mean =
            |of: fn(&(f64, f64)) -> f64| points.iter().map(|point| of(point)).sum::<f64>() / count;
        let (middle, level) = (mean(|point| point.0), mean(|point| point.1));
        let (mut above, mut below) = (0.0, 0.0);
        for (at, value) in &points {
            above += (at - middle) * (value - level);
            below += (at - middle) * (at - middle);
        }
        let mut values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
        values.sort_by(f64::total_cmp);
        let median = values.get(values.len() / 2)?;
        (values.len() > 1).then(|| above / below * 3_600.0 / median)
    }
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 90.0;
const LEFT: f64 = 110.0;

/// The curves as SVG, each from zero, readable on light and dark pages.
pub(crate) fn drawn(curves: &[Curve]) -> String {
    let mut picture = String::new();
    let mut top = 10.0;
    for curve in curves {
        let most = curve
            .points
            .iter()
            .map(|(_, value)| *value)
            .fold(0.0, f64::max);
        let last = curve.points.last().map_or(1.0, |(at, _)| *at);
        let mut points = String::new();
        for (at, value) in &curve.points {
            let across = LEFT + at / last * (WIDTH - LEFT - 10.0);
            // Writing to a string never fails, here and below.
            let _ = write!(
                points,
                "{across:.1},{:.1} ",
                top + HEIGHT - value / most * HEIGHT
            );
        }
        let bottom = top + HEIGHT;
        let _ = writeln!(
            picture,
            "<text x=\"8\" y=\"{:.0}\">{}</text><text x=\"8\" y=\"{:.0}\">to {most:.0}</text>\n\
             <line x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{bottom}\" y2=\"{bottom}\" class=\"axis\"/>\n\
             <polyline points=\"{points}\" class=\"curve\"/>",
            top + 14.0,
            curve.named,
            top + 30.0,
        );
        top = bottom + 24.0;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <style>text {{ fill: #444 }} .axis {{ stroke: #999 }} .curve {{ fill: none; stroke: #2b7a4b; stroke-width: 1.5 }} @media (prefers-color-scheme: dark) {{ text {{ fill: #ccc }} }}</style>\n\
         {picture}</svg>\n"
    )
}
