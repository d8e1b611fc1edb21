//! What was measured of each way, as a table.
use std::fmt::Write as _;

use crate::{
    turns::Seen,
    ways::{Way, Ways},
};

/// One way and one number of writers.
pub(crate) struct Row {
    pub(crate) way: Way,
    pub(crate) writers: usize,
    /// Latencies, in milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// The median beside that of the writes that nobody guards.
    pub(crate) ratio: f64,
    /// CPU for each write, of the API server with etcd, and of the process that is asked, in milliseconds.
    pub(crate) plane: f64,
    pub(crate) own: f64,
    /// Of the process that is asked, in MB.
    resident: Option<f64>,
}

pub(crate) fn rows(ways: &Ways, measured: &[(usize, Vec<Seen>)]) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (writers, seen) in measured {
        let least = seen[Way::Nobody as usize].p50();
        for way in Way::ALL {
            let seen = &seen[way as usize];
            rows.push(Row {
                way,
                writers: *writers,
                p50: seen.p50(),
                p99: seen.percentile(99),
                ratio: seen.p50() / least,
                plane: seen.plane_millis(),
                own: seen.own_millis(),
                resident: ways.resident(way)?,
            });
        }
    }
    Ok(rows)
}

/// The rows as Markdown.
pub(crate) fn shown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| writers | guarded by | p50 ms | beside nobody | p99 ms | CPU of the API server, ms a write | own CPU, ms | own memory, MB |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let resident = row
            .resident
            .map_or_else(String::new, |megabytes| format!("{megabytes:.0}"));
        let own = if row.resident.is_some() {
            format!("{:.3}", row.own)
        } else {
            String::new()
        };
        // Writing to a string never fails.
        let _ = writeln!(
            text,
            "| {} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {own} | {resident} |",
            row.writers,
            row.way.named(),
            row.p50,
            row.ratio,
            row.p99,
            row.plane,
        );
    }
    text
}
