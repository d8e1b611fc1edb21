//! Looks into one text: as it is written, without what is excepted, and into the JSON in it.
use std::borrow::Cow;

use super::Walk;
use crate::core::{
    json::tape::Tape,
    secret::{
        embedded, encoded,
        glance::Glance,
        hit::{Encoding, Hit},
        judge,
        spot::Spot,
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
        let glance = Glance::at(&text);
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
        let mut inside = self.inside();
        inside.quoted += 1;
        inside.value(tape.root(), spot, None);
        self.seen = inside.seen;
        for leak in inside.leaks {
            let hit = Hit {
                encoding: Some(Encoding::Json),
                span: 0..text.len(),
                ..leak.hit
            };
            judge::keep(hit, hits);
        }
        true
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
            let Some(tape) = Tape::read(&piece) else {
                continue;
            };
            let mut inside = self.inside();
            inside.quoted += 1;
            inside.value(tape.root(), spot, None);
            self.seen = inside.seen;
            for leak in inside.leaks {
                let encoding = Some(encoding);
                judge::keep(
                    Hit {
                        encoding,
                        ..leak.hit
                    },
                    hits,
                );
            }
        }
    }
}
