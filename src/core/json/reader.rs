//! Reads JSON from its start to its end, and passes over what nobody asks for, which is nearly all of a review.
//!
//! What is passed over is held to the whole grammar all the same, so that a broken body never gets a verdict.
use std::borrow::Cow;

use crate::core::json::Json;

mod pass;
mod twins;

use twins::{Number, Twins};

/// A place in a JSON text, up to which all of it has been read.
#[derive(Debug)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// What closes each container around the one that is being passed over, the outermost first, and the number of the
    /// one inside it.
    outer: Vec<(u8, Number)>,
    twins: Twins,
}

/// Why a text cannot be read further than to where its reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is no JSON.
    Syntax,
    /// It ends too early.
    End,
    /// It holds a value of another type than was asked for.
    Type,
    /// It holds a value twice of which each reader may take another.
    Twice,
    /// It holds no value that was asked for.
    Missing,
}

impl<'a> Reader<'a> {
    /// A reader at the start of `text`.
    pub const fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            outer: Vec::new(),
            twins: Twins::none(),
        }
    }

    /// How many bytes have been read; after a [`Fault`], those before it.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Passes over the next value, and returns its text.
    ///
    /// # Errors
    /// [`Fault`], if it is no JSON.
    pub fn value(&mut self) -> Result<Json<'a>, Fault> {
        self.peek()?;
        let start = self.at;
        self.pass()?;
        Ok(Json(&self.text[start..self.at]))
    }

    /// The same, which is most likely what `twin` is.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub fn value_like(&mut self, twin: Json<'_>) -> Result<Json<'a>, Fault> {
        self.peek()?;
        let rest = &self.text[self.at..];
        // Where one of these ends does not depend on what follows it.
        if twin.0.starts_with(['"', '{', '[']) && rest.starts_with(twin.0) {
            self.at += twin.0.len();
            return Ok(Json(&rest[..twin.0.len()]));
        }
        self.value()
    }

    /// Reads with `read`, and remembers what is passed over meanwhile.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn noting<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.twins.note();
        let read = read(self);
        self.twins.stop();
        read
    }

    /// Reads with `read`; what is to be passed over meanwhile and was remembered, with the same bytes, is not read again.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn comparing<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.twins.compare(self.text.len());
        let read = read(self);
        self.twins.stop();
        read
    }

    /// Passes over the next value if it is `null`, and says whether it is.
    ///
    /// # Errors
    /// [`Fault`], if it begins like `null` and is no JSON.
    pub fn null(&mut self) -> Result<bool, Fault> {
        let is_null = self.peek()? == b'n';
        if is_null {
            self.pass()?;
        }
        Ok(is_null)
    }

    /// Reads the next value, which must be a string.
    ///
    /// # Errors
    /// [`Fault`], if it is another value, no JSON, or holds half a surrogate pair.
    pub fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        if self.peek()? != b'"' {
            return Err(self.not_asked_for());
        }
        self.any_string()
    }

    /// Reads the next value, which must be `true` or `false`.
    ///
    /// # Errors
    /// [`Fault`], if it is another value, or no JSON.
    pub fn boolean(&mut self) -> Result<bool, Fault> {
        let is_true = match self.peek()? {
            b't' => true,
            b'f' => false,
            _ => return Err(self.not_asked_for()),
        };
        self.pass()?;
        Ok(is_true)
    }

    /// Reads the next value, which must be an object: `member` gets each key, and must read the value behind it.
    ///
    /// # Errors
    /// [`Fault`], if it is another value, no JSON, a key holds half a surrogate pair, or `member` fails.
    pub fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, Cow<'a, str>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.container(b'{', |reader| {
            if reader.peek()? != b'"' {
                return Err(Fault::Syntax);
            }
            let key = reader.any_string()?;
            reader.take(b':')?;
            member(reader, key)
        })
    }

    /// Makes sure that nothing follows.
    ///
    /// # Errors
    /// [`Fault`], if something does.
    pub fn end(&mut self) -> Result<(), Fault> {
        match self.peek() {
            Err(_) => Ok(()),
            Ok(_) => Err(Fault::Syntax),
        }
    }

    fn container(
        &mut self,
        opener: u8,
        mut item: impl FnMut(&mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if self.peek()? != opener {
            return Err(self.not_asked_for());
        }
        self.at += 1;
        let closer = closer_of(opener);
        if self.peek()? == closer {
            self.at += 1;
            return Ok(());
        }
        loop {
            item(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == closer => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Fault::Syntax),
            }
        }
    }

    /// Why the next value, which is of another type, was not read: perhaps it is none at all.
    #[cold]
    fn not_asked_for(&mut self) -> Fault {
        let start = self.at;
        if let Err(fault) = self.pass() {
            return fault;
        }
        self.at = start;
        Fault::Type
    }

    /// Reads the string that begins here.
    fn any_string(&mut self) -> Result<Cow<'a, str>, Fault> {
        let start = self.at;
        let has_escape = self.pass_string()?;
        let text = &self.text[start..self.at];
        if has_escape {
            return Json(text).text().ok_or(Fault::Syntax);
        }
        Ok(Cow::Borrowed(&text[1..text.len() - 1]))
    }

    /// Passes over `byte`, which must come next.
    fn take(&mut self, byte: u8) -> Result<(), Fault> {
        if self.peek()? != byte {
            return Err(Fault::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    /// The next byte that is no blank.
    #[inline]
    fn peek(&mut self) -> Result<u8, Fault> {
        match self.text.as_bytes().get(self.at) {
            Some(&byte) if byte > b' ' => Ok(byte),
            _ => self.peek_beyond_blanks(),
        }
    }

    #[cold]
    #[inline(never)]
    fn peek_beyond_blanks(&mut self) -> Result<u8, Fault> {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(Fault::End)
    }
}

const fn closer_of(opener: u8) -> u8 {
    // In ASCII both stand two behind.
    opener + 2
}
