//! The server's side of TLS 1.2.
//!
//! ```text
//!                START                 [Connected]
//!     Recv ClientHello │                    │ Recv ClientHello, after our HelloRequest or not
//!                      v <──────────────────┘
//!     [WaitSession]  find, judge
//!      abbreviated │   │ full: Send ServerHello, Certificate
//!                  │  [WaitKeySignature]
//!                  │   │ Send ServerKeyExchange … ServerHelloDone
//!                  │  [WaitCertificate]          where one was asked for
//!                  │  [WaitVerdict]
//!                  │  [WaitClientKeyExchange]
//!                  │  [WaitCertificateVerify]    where one was shown
//!                  v   v
//!          [WaitChangeCipherSpec]   abbreviated: after ServerHello … Finished
//!             [WaitFinished]
//!                      │
//!              [WaitKept]  a session with an ID is in the store before the client hears of it
//!                      │ full: Send NewSessionTicket, ChangeCipherSpec, Finished
//!                [Connected]
//!                      │ Recv ClientHello, where the application decides
//!               [WaitConsent]
//! ```

mod abbreviated;
mod begun;
mod client_auth;
mod connected;
mod consent;
mod decide;
mod finish;
mod full;
mod hello;
mod resume;
mod tickets;

use crate::ServerConfig;
use crate::fault::Fault;
use crate::handshake::cx::Cx;
use crate::handshake::question::Answer as A;
use crate::handshake::{Arrival, unexpected};
use tessera_wire::handshake::tls12::Handshake as H;

/// Where a server's handshake is.
pub(crate) enum State {
    WaitClientHello(hello::WaitClientHello),
    WaitSession(Box<resume::WaitSession>),
    WaitKeySignature(Box<full::WaitKeySignature>),
    WaitCertificate(Box<client_auth::WaitCertificate>),
    WaitVerdict(Box<client_auth::WaitVerdict>),
    WaitClientKeyExchange(Box<client_auth::WaitClientKeyExchange>),
    WaitCertificateVerify(Box<client_auth::WaitCertificateVerify>),
    WaitChangeCipherSpec(Box<finish::WaitChangeCipherSpec>),
    WaitFinished(Box<finish::WaitFinished>),
    WaitKept(Box<finish::WaitKept>),
    Connected(Box<connected::Connected>),
    WaitConsent(Box<consent::WaitConsent>),
}

impl State {
    /// TLS 1.2 has been chosen for the ClientHello that comes now.
    pub(crate) fn new() -> Self {
        Self::WaitClientHello(hello::WaitClientHello)
    }

    /// The complete table of what may happen when. Each arm names the state we were in, what
    /// arrived, and the one method that answers it; whatever is not listed is an
    /// `unexpected_message`: RFC 5246 §7.4 (1).
    pub(crate) fn step(
        self,
        arrival: Arrival<H>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<Self, Fault> {
        use Arrival::{ChangeCipherSpec, Message, NoRenegotiation, Told, Wanted};
        match (self, arrival) {
            (Self::WaitClientHello(s), Message(H::ClientHello(m), raw)) => {
                s.client_hello(&m, raw, cx)
            }
            (Self::WaitSession(s), Told(A::Session(found))) => s.session(found, cx),
            (Self::WaitKeySignature(s), Told(A::Signature(signature))) => {
                s.signature(signature, cx)
            }
            (Self::WaitCertificate(s), Message(H::Certificate(m), raw)) => {
                s.certificate(m, &raw, cx)
            }
            (Self::WaitVerdict(s), Told(A::Verdict(verdict))) => s.verdict(verdict, cx),
            (Self::WaitClientKeyExchange(s), Message(H::ClientKeyExchange(m), raw)) => {
                s.key_exchange(&m, &raw, cx)
            }
            (Self::WaitCertificateVerify(s), Message(H::CertificateVerify(m), raw)) => {
                s.certificate_verify(&m, &raw, cx)
            }
            (Self::WaitChangeCipherSpec(s), ChangeCipherSpec) => s.change_cipher_spec(cx),
            (Self::WaitFinished(s), Message(H::Finished(m), raw)) => s.finished(&m, &raw, cx),
            (Self::WaitKept(s), Told(A::Kept(kept))) => s.kept(kept, cx),
            (Self::Connected(s), Message(H::ClientHello(m), raw)) => s.client_hello(m, raw, cx),
            (Self::WaitConsent(s), Told(A::Consent(consent))) => s.consent(consent, cx),
            (Self::Connected(s), NoRenegotiation) => Ok(s.declined(cx)),
            (Self::Connected(s), Wanted(wish)) => Ok(s.wanted(wish, cx)),
            (state, arrival) => Err(unexpected(state.name(), &arrival)),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::WaitClientHello(_) => "WaitClientHello",
            Self::WaitSession(_) => "WaitSession",
            Self::WaitKeySignature(_) => "WaitKeySignature",
            Self::WaitCertificate(_) => "WaitCertificate",
            Self::WaitVerdict(_) => "WaitVerdict",
            Self::WaitClientKeyExchange(_) => "WaitClientKeyExchange",
            Self::WaitCertificateVerify(_) => "WaitCertificateVerify",
            Self::WaitChangeCipherSpec(_) => "WaitChangeCipherSpec",
            Self::WaitFinished(_) => "WaitFinished",
            Self::WaitKept(_) => "WaitKept",
            Self::Connected(_) => "Connected",
            Self::WaitConsent(_) => "WaitConsent",
        }
    }

    /// Whether this is a handshake on a connection that has one.
    fn renegotiates(&self) -> bool {
        match self {
            Self::WaitClientHello(_) | Self::Connected(_) => false,
            Self::WaitConsent(_) => true,
            Self::WaitSession(s) => s.hello.before.is_some(),
            Self::WaitKeySignature(s) => s.begun.before.is_some(),
            Self::WaitCertificate(s) => s.wait.begun.before.is_some(),
            Self::WaitVerdict(s) => s.wait.begun.before.is_some(),
            Self::WaitClientKeyExchange(s) => s.begun.before.is_some(),
            Self::WaitCertificateVerify(s) => s.ending.begun.before.is_some(),
            Self::WaitChangeCipherSpec(s) => s.ending.begun.before.is_some(),
            Self::WaitFinished(s) => s.ending.begun.before.is_some(),
            Self::WaitKept(s) => s.ending.begun.before.is_some(),
        }
    }

    /// Whether a handshake is complete, if another one is under way or not.
    pub(crate) fn is_connected(&self) -> bool {
        self.is_settled() || self.renegotiates()
    }

    /// Whether no handshake is under way.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(self, Self::Connected(_))
    }

    /// Whether application data may come: not between ChangeCipherSpec and Finished.
    pub(crate) fn takes_data(&self) -> bool {
        self.is_connected() && !matches!(self, Self::WaitFinished(_))
    }
}
