//! The client's side of TLS 1.2.
//!
//! ```text
//!                START                 [Connected]
//!                  │ Send ClientHello       │ HelloRequest, or our own wish
//!                  v                        v
//!            [WaitServerHello] <────────────┘
//!      abbreviated │       │ full
//!  [WaitReverdict] │  [WaitCertificate]
//!                  │  [WaitServerKeyExchange]   CertificateStatus before it
//!                  │  [WaitServerHelloDone]     CertificateRequest before it
//!                  │  [WaitVerdict]
//!                  │       │ Send Certificate, ClientKeyExchange
//!                  │  [WaitSignature]           where a certificate is shown
//!                  │       │ Send CertificateVerify, ChangeCipherSpec, Finished
//!                  v       v
//!          [WaitChangeCipherSpec]               NewSessionTicket before it
//!             [WaitFinished]                    in a false start we send data in these two
//!                  │ Send ChangeCipherSpec, Finished, if abbreviated
//!             [Connected]
//!                  │ HelloRequest, where the application decides
//!            [WaitConsent]
//! ```

mod again;
mod answer;
mod connected;
mod consent;
mod false_start;
mod finish;
mod flight;
mod reverify;
mod server_hello;

use crate::ClientConfig;
use crate::fault::Fault;
use crate::handshake::cx::Cx;
use crate::handshake::hello::sent::Sent;
use crate::handshake::question::Answer as A;
use crate::handshake::{Arrival, Wish, unexpected};
use tessera_wire::handshake::tls12::Handshake as H;

/// Where a client's handshake is.
pub(crate) enum State {
    WaitServerHello(Box<server_hello::WaitServerHello>),
    WaitCertificate(Box<flight::WaitCertificate>),
    WaitServerKeyExchange(Box<flight::WaitServerKeyExchange>),
    WaitServerHelloDone(Box<flight::WaitServerHelloDone>),
    WaitVerdict(Box<answer::WaitVerdict>),
    WaitSignature(Box<answer::WaitSignature>),
    WaitReverdict(Box<reverify::WaitReverdict>),
    WaitChangeCipherSpec(Box<finish::WaitChangeCipherSpec>),
    WaitFinished(Box<finish::WaitFinished>),
    Connected(Box<connected::Connected>),
    WaitConsent(Box<consent::WaitConsent>),
}

impl State {
    /// TLS 1.2 has been chosen for this ClientHello.
    pub(crate) fn sent(sent: Sent) -> Self {
        Self::WaitServerHello(Box::new(server_hello::WaitServerHello::first(sent)))
    }

    /// The complete table of what may happen when. Each arm names the state we were in, what
    /// arrived, and the one method that answers it; whatever is not listed is an
    /// `unexpected_message`: RFC 5246 §7.4 (1).
    pub(crate) fn step(
        self,
        arrival: Arrival<H>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<Self, Fault> {
        use Arrival::{ChangeCipherSpec, Message, NoRenegotiation, Told, Wanted};
        match (self, arrival) {
            (Self::WaitServerHello(s), Message(H::ServerHello(m), raw)) => {
                s.server_hello(&m, &raw, cx)
            }
            (Self::WaitServerHello(s), NoRenegotiation) => s.declined(cx),
            (Self::WaitCertificate(s), Message(H::Certificate(m), raw)) => s.certificate(m, &raw),
            (Self::WaitServerKeyExchange(s), Message(H::CertificateStatus(m), raw)) => {
                s.status(m, &raw)
            }
            (Self::WaitServerKeyExchange(s), Message(H::ServerKeyExchange(m), raw)) => {
                s.key_exchange(m, &raw)
            }
            (Self::WaitServerHelloDone(s), Message(H::CertificateRequest(m), raw)) => {
                s.request(m, &raw)
            }
            (Self::WaitServerHelloDone(s), Message(H::ServerHelloDone, raw)) => s.done(&raw, cx),
            (Self::WaitVerdict(s), Told(A::Verdict(verdict))) => s.verdict(verdict, cx),
            (Self::WaitSignature(s), Told(A::Signature(signature))) => s.signature(signature, cx),
            (Self::WaitReverdict(s), Told(A::Verdict(verdict))) => s.verdict(verdict),
            (Self::WaitChangeCipherSpec(s), Message(H::NewSessionTicket(m), raw)) => {
                s.ticket(m, &raw)
            }
            (Self::WaitChangeCipherSpec(s), ChangeCipherSpec) => s.change_cipher_spec(cx),
            (Self::WaitFinished(s), Message(H::Finished(m), raw)) => s.finished(&m, &raw, cx),
            (Self::Connected(s), Message(H::HelloRequest, _)) => s.hello_request(cx),
            (Self::WaitConsent(s), Told(A::Consent(consent))) => s.consent(consent, cx),
            (Self::Connected(s), NoRenegotiation) => Ok(Self::Connected(s)),
            (Self::Connected(s), Wanted(Wish::Renegotiate)) => s.renegotiate(cx),
            (Self::Connected(s), Wanted(Wish::UpdateKeys(_))) => s.update_keys(cx),
            // RFC 5246 §7.4.1.1: ignored while a handshake is under way.
            (state, Message(H::HelloRequest, _)) if state.may_be_asked() => Ok(state),
            (state, arrival) => Err(unexpected(state.name(), &arrival)),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::WaitServerHello(_) => "WaitServerHello",
            Self::WaitCertificate(_) => "WaitCertificate",
            Self::WaitServerKeyExchange(_) => "WaitServerKeyExchange",
            Self::WaitServerHelloDone(_) => "WaitServerHelloDone",
            Self::WaitVerdict(_) => "WaitVerdict",
            Self::WaitSignature(_) => "WaitSignature",
            Self::WaitReverdict(_) => "WaitReverdict",
            Self::WaitChangeCipherSpec(_) => "WaitChangeCipherSpec",
            Self::WaitFinished(_) => "WaitFinished",
            Self::Connected(_) => "Connected",
            Self::WaitConsent(_) => "WaitConsent",
        }
    }

    /// A HelloRequest that crossed our hello may still come; behind the server's own hello it is
    /// out of place.
    fn may_be_asked(&self) -> bool {
        matches!(self, Self::WaitServerHello(_))
    }

    /// Whether this is a handshake on a connection that has one.
    fn renegotiates(&self) -> bool {
        match self {
            Self::WaitServerHello(s) => s.before.is_some(),
            Self::WaitCertificate(s) => s.begun.before.is_some(),
            Self::WaitServerKeyExchange(s) => s.begun.before.is_some(),
            Self::WaitServerHelloDone(s) => s.begun.before.is_some(),
            Self::WaitVerdict(s) => s.begun.before.is_some(),
            Self::WaitSignature(s) => s.answer.begun.before.is_some(),
            Self::WaitReverdict(s) => s.ending.begun.before.is_some(),
            Self::WaitChangeCipherSpec(s) => s.ending.begun.before.is_some(),
            Self::WaitFinished(s) => s.ending.begun.before.is_some(),
            Self::WaitConsent(_) => true,
            Self::Connected(_) => false,
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

    /// Whether we send application data: when no handshake is under way, or in a false start.
    pub(crate) fn sends_data(&self) -> bool {
        match self {
            Self::WaitChangeCipherSpec(s) => s.ending.starts_falsely,
            Self::WaitFinished(s) => s.ending.starts_falsely,
            state => state.is_settled(),
        }
    }

    /// Whether application data may come: not between ChangeCipherSpec and Finished.
    pub(crate) fn takes_data(&self) -> bool {
        self.is_connected() && !matches!(self, Self::WaitFinished(_))
    }
}
