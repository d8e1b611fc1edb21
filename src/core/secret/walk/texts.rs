//! Looks into one text: as it is written, without what is excepted, and into the JSON in it.
use std::borrow::Cow;

use super::{Leak, Walk};
use crate::core::{
    json::tape::Tape,
    path::Path,
    secret::{
        embedded::{self, Piece},
        encoded,
        glance::Glance,
        hit::{Encoding, Hit},
        judge,
        spot::Spot,
        told,
    },
};

/// JSON in strings in JSON that is looked into.
const DEEPEST_QUOTED: u8 = 3;
/// The shortest JSON that says what is in it, in bytes: `{"pin":4711}`.
const SHORTEST_JSON: usize = 12;
/// Secrets in one text that exceptions lift one by one.
const MOST_UNCOVERED: usize = 16;

impl<'a> Walk<'a, '_> {
    /// A text that stands at `spot`.
    pub(in crate::core::secret) fn text(&mut self, text: Cow<'a, str>, spot: &Spot<'_>) {
        let glance = Glance::at_value(&text);
        let mut hits = judge::text(&text, glance, spot);
        let is_json = self.quoted_json(&text, spot, &mut hits);
        self.uncover(&text, spot, &mut hits);
        // What is surer goes before what stands beside it.
        if !judge::has_sure(&hits) {
            self.embedded_json((&text, glance), is_json, spot, &mut hits);
        }
        self.tell(hits, spot, text);
    }

    /// An exception is for what it names, and hides nothing that stands in the same text: that is looked for again
    /// without it.
    fn uncover(&self, text: &str, spot: &Spot<'_>, hits: &mut Vec<Hit>) {
        if hits.is_empty() {
            return;
        }
        let path = self.path(spot);
        let mut left = Cow::Borrowed(text);
        for _ in 0..MOST_UNCOVERED {
            let lifted: Vec<Hit> = hits
                .extract_if(.., |hit| self.is_lifted(hit, spot, &path))
                .collect();
            // What is lifted as a whole may hide what only another reading of it shows.
            if lifted.iter().any(|hit| hit.span.len() == text.len()) {
                self.uncover_readings(&left, (spot, &path), hits);
            }
            let parts = lifted.into_iter().map(|hit| hit.span);
            let parts: Vec<_> = parts
                .filter(|part| !part.is_empty() && part.len() < text.len())
                .collect();
            if parts.is_empty() {
                return;
            }
            for part in parts {
                judge::mask(left.to_mut(), part);
            }
            for hit in judge::text(&left, Glance::at(&left), spot) {
                judge::keep(hit, hits);
            }
        }
    }

    /// The same of what the text is read as, without its disguises and without what encodes it.
    fn uncover_readings(&self, text: &str, (spot, path): (&Spot<'_>, &Path), hits: &mut Vec<Hit>) {
        for mut reading in told::readings(text) {
            for _ in 0..MOST_UNCOVERED {
                let found = judge::said_in(&reading, spot.names());
                let mut is_masked = false;
                for hit in found {
                    if !self.is_lifted(&hit, spot, path) {
                        let span = 0..text.len();
                        judge::keep(Hit { span, ..hit }, hits);
                    } else if !hit.span.is_empty() && hit.span.len() < reading.len() {
                        is_masked = true;
                        judge::mask(&mut reading, hit.span);
                    }
                }
                if !is_masked {
                    break;
                }
            }
        }
    }

    /// What is in a text that is JSON itself; whether it is.
    fn quoted_json(&mut self, text: &str, spot: &Spot<'_>, hits: &mut Vec<Hit>) -> bool {
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        let first = text.bytes().find(|byte| !is_blank(byte));
        if self.quoted == DEEPEST_QUOTED || !matches!(first, Some(b'{' | b'[' | b'"')) {
            return false;
        }
        let quoted = text.trim_matches([' ', '\n', '\r', '\t']);
        let Some(tape) = Tape::read(quoted) else {
            return false;
        };
        for leak in self.leaks_on(&tape, spot) {
            let hit = Hit {
                encoding: Some(Encoding::Json),
                span: 0..text.len(),
                ..leak.hit
            };
            judge::keep(hit, hits);
        }
        true
    }

    /// What is found in JSON that stands in a text at `spot`.
    fn leaks_on<'b>(&mut self, tape: &Tape<'b>, spot: &Spot<'_>) -> Vec<Leak<'b>> {
        let mut inside = self.inside();
        inside.quoted += 1;
        inside.value(tape.root(), spot, None);
        self.seen = inside.seen;
        inside.leaks
    }

    /// All that is found in the JSON in a text, whatever else is in it.
    pub(in crate::core::secret) fn in_json(
        &mut self,
        text: &str,
        spot: &Spot<'_>,
    ) -> Vec<Leak<'static>> {
        let decoded: Vec<_> = encoded::texts(text).collect();
        let quoted = text.trim_matches([' ', '\n', '\r', '\t']);
        let quoted = quoted
            .starts_with(['{', '[', '"'])
            .then(|| Piece::Mended(quoted.to_owned()));
        let plain = embedded::unescaped(text);
        let pieces = [Some(text), plain.as_deref()].into_iter().flatten();
        let pieces = pieces.flat_map(embedded::pieces);
        let decoded = decoded.iter().flat_map(|text| embedded::pieces(text));
        let mut leaks = Vec::new();
        for piece in quoted.into_iter().chain(pieces).chain(decoded) {
            piece.look(|tape| {
                let found = self.leaks_on(tape, spot).into_iter();
                leaks.extend(found.map(|leak| Leak {
                    literal: leak.literal.into_owned().into(),
                    ..leak
                }));
            });
        }
        leaks
    }

    /// What is in the JSON that stands somewhere in a text, as it is written there or in base64.
    fn embedded_json(
        &mut self,
        (text, glance): (&str, Glance),
        is_json: bool,
        spot: &Spot<'_>,
        hits: &mut Vec<Hit>,
    ) {
        if self.quoted == DEEPEST_QUOTED || text.len() < SHORTEST_JSON {
            return;
        }
        let mut found = Vec::new();
        if !is_json && glance.may_hold_json() {
            self.pieces_of(text, spot, Encoding::Json, &mut found);
            if let Some(plain) = embedded::unescaped(text) {
                self.pieces_of(&plain, spot, Encoding::Json, &mut found);
            }
        }
        let decoded = glance.may_hold_base64().then(|| encoded::texts(text));
        for decoded in decoded.into_iter().flatten() {
            self.pieces_of(&decoded, spot, Encoding::Base64, &mut found);
        }
        for mut hit in found {
            hit.span = 0..text.len();
            judge::keep(hit, hits);
        }
    }

    fn pieces_of(&mut self, text: &str, spot: &Spot<'_>, encoding: Encoding, hits: &mut Vec<Hit>) {
        for piece in embedded::pieces(text) {
            piece.look(|tape| {
                for leak in self.leaks_on(tape, spot) {
                    let encoding = Some(encoding);
                    judge::keep(
                        Hit {
                            encoding,
                            ..leak.hit
                        },
                        hits,
                    );
                }
            });
        }
    }
}
