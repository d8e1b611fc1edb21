//! The latencies as a picture: a bar to the median, a line on to the 99th percentile.
use std::fmt::Write as _;

use crate::table::Row;

const WIDTH: f64 = 760.0;
const LEFT: f64 = 210.0;
const RIGHT: f64 = 120.0;
const TOP: f64 = 40.0;
const BAR: f64 = 16.0;
const STEP: f64 = 24.0;
const GAP: f64 = 26.0;

/// An SVG that is readable on light and dark pages.
pub(crate) fn of(rows: &[Row]) -> String {
    let mut picture = String::new();
    let mut below = TOP;
    let mut writers = 0;
    for row in rows {
        if row.writers != writers {
            writers = row.writers;
            let words = if writers == 1 {
                "one writer"
            } else {
                "writers at once"
            };
            let words = if writers == 1 {
                words.to_owned()
            } else {
                format!("{writers} {words}")
            };
            below += GAP;
            line(
                &mut picture,
                &format!(
                    r#"<text x="8" y="{:.0}" class="head">{words}</text>"#,
                    below - 8.0
                ),
            );
        }
        bar(&mut picture, row, below, scale(rows, writers));
        below += STEP;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <style>text {{ fill: #444 }} .head {{ font-weight: bold }} .own {{ fill: #2b7a4b }} .other {{ fill: #8aa3b5 }} .tail {{ stroke: #999; stroke-width: 2 }} @media (prefers-color-scheme: dark) {{ text {{ fill: #ccc }} }}</style>\n\
         <text x=\"8\" y=\"22\" class=\"head\">A status write through the API server, in milliseconds: median, and the line to the 99th percentile</text>\n\
         {picture}</svg>\n",
        height = below + 12.0,
    )
}

/// How long a millisecond is; each number of writers has a scale of its own.
fn scale(rows: &[Row], writers: usize) -> f64 {
    let rows = rows.iter().filter(|row| row.writers == writers);
    (WIDTH - LEFT - RIGHT) / rows.map(|row| row.p99).fold(0.0, f64::max)
}

fn bar(picture: &mut String, row: &Row, top: f64, scale: f64) {
    let (median, tail) = (LEFT + row.p50 * scale, LEFT + row.p99 * scale);
    let class = if row.way == crate::ways::Way::Statusguard {
        "own"
    } else {
        "other"
    };
    let (text, middle) = (top + BAR - 3.0, top + BAR / 2.0);
    line(
        picture,
        &format!(
            r#"<text x="{:.0}" y="{text:.0}" text-anchor="end">{}</text>"#,
            LEFT - 8.0,
            row.way.named()
        ),
    );
    line(
        picture,
        &format!(
            r#"<rect x="{LEFT}" y="{top:.0}" width="{:.1}" height="{BAR}" class="{class}"/>"#,
            median - LEFT
        ),
    );
    line(
        picture,
        &format!(
            r#"<line x1="{median:.1}" x2="{tail:.1}" y1="{middle:.0}" y2="{middle:.0}" class="tail"/>"#
        ),
    );
    line(
        picture,
        &format!(
            r#"<text x="{:.1}" y="{text:.0}">{:.2} / {:.2}</text>"#,
            tail + 6.0,
            row.p50,
            row.p99
        ),
    );
}

fn line(picture: &mut String, element: &str) {
    // Writing to a string never fails.
    let _ = writeln!(picture, "{element}");
}
