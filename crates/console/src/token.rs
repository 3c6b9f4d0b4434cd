//! The console's token: who has it may look and press.

use core::fmt;

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// 128 random bits, as base64url without padding. It goes into the fragment of the console's
/// address, which no browser sends, and comes back in the header of each request.
pub struct Token(Zeroizing<String>);

/// Bytes of a token.
const BYTES: usize = 16;

impl Token {
    /// The token of sixteen bytes that nobody can guess.
    pub fn draw(random: &Zeroizing<[u8; BYTES]>) -> Self {
        Self(Zeroizing::new(BASE64URL_NOPAD.encode(random.as_slice())))
    }

    /// A token that was kept as text; space around it does not matter.
    pub fn parse(text: &str) -> Result<Self, NotAToken> {
        let text = text.trim();
        match BASE64URL_NOPAD.decode(text.as_bytes()).map(Zeroizing::new) {
            Ok(bytes) if bytes.len() == BYTES => Ok(Self(Zeroizing::new(text.to_owned()))),
            _ => Err(NotAToken),
        }
    }

    /// What stands behind the `#` of the console's address, and in the file that keeps it.
    pub fn as_fragment(&self) -> &str {
        &self.0
    }

    /// Whether someone presented this token: found out in a time that says nothing.
    pub(crate) fn is(&self, presented: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(presented).into()
    }
}

/// Text that is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAToken;

impl fmt::Display for NotAToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a token of a console: those are 22 letters and digits of base64url; delete the file, and a new one is drawn")
    }
}

impl core::error::Error for NotAToken {}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> Token {
        Token::draw(&Zeroizing::new([0xfb; BYTES]))
    }

    #[test]
    fn a_token_is_kept_as_text_and_read_again() {
        let token = token();
        assert_eq!(token.as_fragment(), "-_v7-_v7-_v7-_v7-_v7-w");
        let read = Token::parse(" -_v7-_v7-_v7-_v7-_v7-w\n").ok();
        assert!(read.is_some_and(|read| read.is(token.as_fragment().as_bytes())));
    }

    #[test]
    fn only_the_whole_token_is_it() {
        let token = token();
        for wrong in [
            "",
            "-_v7-_v7-_v7-_v7-_v7-",
            "-_v7-_v7-_v7-_v7-_v7-Q",
            "-_v7-_v7-_v7-_v7-_v7-w0",
        ] {
            assert!(!token.is(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_token_is_not_read() {
        for wrong in [
            "",
            "short",
            "-_v7-_v7-_v7-_v7-_v7-x",
            "+/v7+/v7+/v7+/v7+/v7+w",
            "-_v7-_v7-_v7-_v7-_v7-_v7",
        ] {
            assert!(Token::parse(wrong).is_err(), "{wrong}");
        }
    }
}
