//! What a peer said, for people to read.

use std::fmt;

/// The beginning of something a peer said, escaped, so that it can be printed anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    /// How much is shown of what a server says, escaped.
    const SHOWN: usize = 120;
    /// How much is shown of what a client says. An LDAP bind has its password further on.
    const SHOWN_OF_COMMAND: usize = 12;

    /// What a server said.
    pub(crate) fn of_answer(bytes: &[u8]) -> Self {
        Self::beginning(bytes, Self::SHOWN)
    }

    /// What a client said: its first word only, since what follows may be a password on its way to a log.
    pub(crate) fn of_command(bytes: &[u8]) -> Self {
        let word = bytes.iter().position(|byte| *byte == b' ');
        let shown = word.map_or(Self::SHOWN_OF_COMMAND, |end| {
            end.min(Self::SHOWN_OF_COMMAND)
        });
        Self::beginning(bytes, shown)
    }

    fn beginning(bytes: &[u8], shown: usize) -> Self {
        let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        let beginning = bytes.get(..shown).unwrap_or(bytes);
        let mut text = String::new();
        let mut told = 0;
        for byte in beginning {
            let escaped = byte.escape_ascii();
            // Four times as long when escaped: what is shown counts, not what came.
            if text.len() + escaped.len() > Self::SHOWN {
                break;
            }
            text.extend(escaped.map(char::from));
            told += 1;
        }
        if told < bytes.len() {
            text.push('…');
        }
        Self(text)
    }

    /// The text, without quotation marks around it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_escaped_and_shortened() {
        let said = Excerpt::of_answer(b"554 \x1b[2Jno\xff\r\n");
        assert_eq!(said.as_str(), r"554 \x1b[2Jno\xff");
        let long = Excerpt::of_answer(&[b'x'; 1000]);
        assert_eq!(long.as_str().chars().count(), Excerpt::SHOWN + 1);
        let unreadable = Excerpt::of_answer(&[0xff; 1000]);
        assert_eq!(unreadable.as_str().chars().count(), Excerpt::SHOWN + 1);
    }

    #[test]
    fn what_a_client_says_ends_before_its_password() {
        for (said, shown) in [
            (&b"AUTH PLAIN AGEAc2VjcmV0\r\n"[..], "AUTH…"),
            (b"PASS secret\r\n", "PASS…"),
            (b"QUIT\r\n", "QUIT"),
            (
                b"\x30\x1b\x02\x01\x01\x60\x16\x02\x01\x03\x04\x03cn=secret",
                r"0\x1b\x02\x01\x01`\x16\x02\x01\x03\x04\x03…",
            ),
        ] {
            assert_eq!(Excerpt::of_command(said).as_str(), shown);
        }
    }
}
