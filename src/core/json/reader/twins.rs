//! Containers that stand twice in a text, as nearly all of an object does in the review of a write to it: what has been
//! passed over once need not be read again where the same bytes stand once more.

/// What has been passed over, and what is compared with it.
#[derive(Debug)]
pub(super) struct Twins {
    spans: Vec<Span>,
    mode: Mode,
    /// The container that is most likely to stand there next.
    next: usize,
    /// How many bytes may still be compared in vain, so that time is linear whatever stands there.
    left: usize,
}

/// What is done with containers that are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Nothing,
    Noted,
    Compared,
}

/// A container, from its first byte to behind its last.
#[derive(Debug)]
struct Span {
    start: usize,
    end: usize,
    /// The first container behind it.
    next: usize,
}

impl Span {
    /// Whether what begins at `at` may be the same container, whatever is in it.
    #[inline]
    fn begins_like(&self, text: &[u8], at: usize) -> bool {
        let head = |at: usize| text.get(at..)?.first_chunk::<HEAD>();
        head(self.start) == head(at)
    }
}

/// The number of a container; that of none is above all others.
pub(super) type Number = usize;
pub(super) const NONE: Number = usize::MAX;

/// How many containers are noted, which is more than most objects have.
const MOST: usize = 1_000;
/// As many as there is room for at once.
const USUAL: usize = 64;
/// How many of those that may stand next are compared.
const AHEAD: usize = 4;
/// How many bytes tell which container another one was before something in it changed.
const HEAD: usize = 16;

impl Twins {
    pub(super) const fn none() -> Self {
        Self {
            spans: Vec::new(),
            mode: Mode::Nothing,
            next: 0,
            left: 0,
        }
    }

    /// From now on notes what is passed over.
    pub(super) fn note(&mut self) {
        self.mode = Mode::Noted;
        self.spans.reserve(USUAL);
    }

    /// From now on compares with what was noted, in a text of so many bytes.
    pub(super) fn compare(&mut self, length: usize) {
        self.mode = Mode::Compared;
        self.next = 0;
        self.left = length;
    }

    /// From now on does neither.
    pub(super) fn stop(&mut self) {
        self.mode = Mode::Nothing;
    }

    /// Where the container ends that begins at `at`, if the same was passed over before.
    #[inline]
    pub(super) fn end_of_known(&mut self, text: &[u8], at: usize) -> Option<usize> {
        (self.mode == Mode::Compared)
            .then(|| self.find(text, at))
            .flatten()
    }

    fn find(&mut self, text: &[u8], at: usize) -> Option<usize> {
        let mut number = self.next;
        for _ in 0..AHEAD {
            let span = self.spans.get(number)?;
            number = span.next;
            if !span.begins_like(text, at) {
                continue;
            }
            let length = span.end - span.start;
            if text[at..].starts_with(&text[span.start..span.end]) {
                self.next = number;
                return Some(at + length);
            }
            let Some(left) = self.left.checked_sub(length) else {
                self.stop();
                return None;
            };
            self.left = left;
        }
        None
    }

    /// A container that is read begins at `at`.
    #[inline]
    pub(super) fn open(&mut self, text: &[u8], at: usize) -> Number {
        match self.mode {
            Mode::Nothing => NONE,
            Mode::Noted => self.open_noted(at),
            Mode::Compared => self.open_compared(text, at),
        }
    }

    fn open_noted(&mut self, at: usize) -> Number {
        if self.spans.len() == MOST {
            return NONE;
        }
        self.spans.push(Span {
            start: at,
            // Never compared before it is closed.
            end: at,
            next: NONE,
        });
        self.spans.len() - 1
    }

    /// Takes for the same container, with something else in it, what begins alike.
    fn open_compared(&mut self, text: &[u8], at: usize) -> Number {
        let span = self.spans.get(self.next);
        if !span.is_some_and(|span| span.begins_like(text, at)) {
            return NONE;
        }
        self.next += 1;
        self.next - 1
    }

    /// The container of this number ends before `end`.
    #[inline]
    pub(super) fn close(&mut self, number: Number, end: usize) {
        let all = self.spans.len();
        let Some(span) = self.spans.get_mut(number) else {
            return;
        };
        match self.mode {
            Mode::Nothing => {}
            Mode::Noted => (span.end, span.next) = (end, all),
            Mode::Compared => self.next = span.next,
        }
    }
}
