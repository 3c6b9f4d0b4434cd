//! Early data, from the client's side: RFC 9846 §2.3, §4.3.10, §4.6.

use crate::fault::{Fault, Misbehaviour};
use tessera_session::{Alpn, Session};
use tessera_wire::codepoint::CipherSuite;

/// What a connection must share with the session whose early data it accepts.
pub(super) struct EarlyTerms {
    cipher_suite: CipherSuite,
    alpn: Option<Alpn>,
}

impl EarlyTerms {
    pub(super) fn of(session: &Session) -> Self {
        Self {
            cipher_suite: session.cipher_suite,
            alpn: session.binding.alpn.clone(),
        }
    }

    /// The data was written for these terms, so no other may accept it: RFC 9846 §4.3.10.
    pub(super) fn check(&self, suite: CipherSuite, alpn: Option<&Alpn>) -> Result<(), Fault> {
        if self.cipher_suite != suite {
            return Err(Misbehaviour::EarlyDataTerms("cipher suite").into());
        }
        if self.alpn.as_ref() != alpn {
            return Err(Misbehaviour::EarlyDataTerms("application protocol").into());
        }
        Ok(())
    }
}
