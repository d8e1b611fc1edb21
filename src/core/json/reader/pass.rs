//! Passing over a value by its grammar alone, in one pass and to any depth.
use crate::core::json::{
    plain::plain,
    reader::{Fault, Reader, closer_of},
};

impl Reader<'_> {
    /// Passes over the next value and all that is in it.
    ///
    /// # Errors
    /// [`Fault`], if it is no JSON.
    pub fn pass(&mut self) -> Result<(), Fault> {
        // What closes the container that this place is in; 0 where the value itself begins.
        let mut closer = 0;
        loop {
            if closer == b'}' {
                self.pass_key()?;
            }
            match self.peek()? {
                b'"' => drop(self.pass_string()?),
                opener @ (b'{' | b'[') => {
                    let (text, start) = (self.text.as_bytes(), self.at);
                    if let Some(end) = self.twins.end_of_known(text, start) {
                        self.at = end;
                    } else {
                        self.at += 1;
                        if self.peek()? != closer_of(opener) {
                            self.outer.push((closer, self.twins.open(text, start)));
                            closer = closer_of(opener);
                            continue;
                        }
                        self.at += 1;
                    }
                }
                b'-' | b'0'..=b'9' => self.pass_number()?,
                b't' => self.pass_word("true")?,
                b'f' => self.pass_word("false")?,
                b'n' => self.pass_word("null")?,
                _ => return Err(Fault::Syntax),
            }
            // A value has ended, and with it perhaps all that it is the last part of.
            loop {
                if closer == 0 {
                    return Ok(());
                }
                let next = self.peek()?;
                self.at += 1;
                if next == b',' {
                    break;
                }
                if next != closer {
                    self.at -= 1;
                    return Err(Fault::Syntax);
                }
                let Some((outer, number)) = self.outer.pop() else {
                    return Ok(());
                };
                self.twins.close(number, self.at);
                closer = outer;
            }
        }
    }

    /// Passes over a key and what parts it from its value.
    #[inline]
    pub(super) fn pass_key(&mut self) -> Result<bool, Fault> {
        if self.peek()? != b'"' {
            return Err(Fault::Syntax);
        }
        let has_escape = self.pass_string()?;
        self.take(b':')?;
        Ok(has_escape)
    }

    /// Passes over the string that begins here, and says whether it holds an escape.
    #[expect(
        clippy::inline_always,
        reason = "a call and its frame would be half of the work for a short string, and most are short"
    )]
    #[inline(always)]
    pub(super) fn pass_string(&mut self) -> Result<bool, Fault> {
        self.at = plain(self.text.as_bytes(), self.at + 1);
        if self.text.as_bytes().get(self.at) == Some(&b'"') {
            self.at += 1;
            return Ok(false);
        }
        self.pass_escaped()?;
        Ok(true)
    }

    /// Passes over the rest of a string, from its first escape on.
    #[inline(never)]
    fn pass_escaped(&mut self) -> Result<(), Fault> {
        loop {
            match self.byte()? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.pass_escape()?,
                _ => return Err(Fault::Syntax),
            }
            self.at = plain(self.text.as_bytes(), self.at);
        }
    }

    fn pass_escape(&mut self) -> Result<(), Fault> {
        self.at += 1;
        match self.byte()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                self.at += 1;
                for _ in 0..4 {
                    self.expect(|byte| byte.is_ascii_hexdigit())?;
                }
            }
            _ => return Err(Fault::Syntax),
        }
        Ok(())
    }

    fn pass_number(&mut self) -> Result<(), Fault> {
        self.at += usize::from(self.next_is(b"-"));
        if self.next_is(b"0") {
            self.at += 1;
        } else {
            self.pass_digits()?;
        }
        if self.next_is(b".") {
            self.at += 1;
            self.pass_digits()?;
        }
        if self.next_is(b"eE") {
            self.at += 1;
            self.at += usize::from(self.next_is(b"+-"));
            self.pass_digits()?;
        }
        Ok(())
    }

    fn pass_digits(&mut self) -> Result<(), Fault> {
        self.expect(|byte| byte.is_ascii_digit())?;
        while self.byte().is_ok_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn pass_word(&mut self, word: &'static str) -> Result<(), Fault> {
        word.bytes()
            .try_for_each(|expected| self.expect(|byte| byte == expected))
    }

    /// Passes over one byte, which must be as `is_it` says.
    fn expect(&mut self, is_it: impl Fn(u8) -> bool) -> Result<(), Fault> {
        if !is_it(self.byte()?) {
            return Err(Fault::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    fn next_is(&self, any: &[u8]) -> bool {
        self.byte().is_ok_and(|byte| any.contains(&byte))
    }

    fn byte(&self) -> Result<u8, Fault> {
        let byte = self.text.as_bytes().get(self.at);
        byte.copied().ok_or(Fault::End)
    }
}
