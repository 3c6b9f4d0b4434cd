//! Lines of the key log: RFC 9850. Made only when the settings ask for them.

use tessera_crypto::Secret;
use tessera_wire::Random;
use zeroize::Zeroizing;

/// Whether traffic secrets leave the engine for a key log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum KeyLog {
    /// No.
    #[default]
    Off,
    /// Each traffic secret comes out as [`crate::Output::KeyLog`]: for debugging only.
    Emit,
}

/// One line of an RFC 9850 key log, without its newline. It is key material: zeroed on drop and
/// without `Debug`.
pub struct KeyLogLine(Zeroizing<String>);

impl KeyLogLine {
    pub(crate) fn new(label: &str, client_random: &Random, secret: &Secret) -> Self {
        use std::fmt::Write as _;
        let mut line = String::with_capacity(label.len() + 2 * (32 + secret.len()) + 2);
        let _ = write!(line, "{label} {client_random} ");
        for byte in secret.as_bytes() {
            let _ = write!(line, "{byte:02x}");
        }
        Self(Zeroizing::new(line))
    }

    /// The line's text: label, client random, secret.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
