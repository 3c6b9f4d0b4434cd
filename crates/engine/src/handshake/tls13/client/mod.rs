//! The client's side of TLS 1.3.
//!
//! ```text
//!                START
//!                  │ Send ClientHello
//!                  v
//!         [WaitServerHello]  (HelloRetryRequest: once more)
//!                  v
//!     [WaitEncryptedExtensions]
//!       resumed │       │ full
//!               │  [WaitCertificateOrRequest]
//!  [WaitReverdict] [WaitCertificate]      after a CertificateRequest
//!               │  [WaitVerdict]
//!               │  [WaitCertificateVerify]
//!               v       v
//!           [WaitFinished]
//!                  │ Send Certificate
//!          [WaitSignature]   where a certificate is shown
//!                  │ Send CertificateVerify, Finished
//!             [Connected]
//!                  │ Recv CertificateRequest: once more Certificate … Finished
//!        [WaitLateSignature]
//! ```

mod agreed;
mod answer;
mod certificate;
mod connected;
mod early_data;
mod flight;
mod late;
mod reverify;
mod server_hello;

use crate::ClientConfig;
use crate::fault::Fault;
use crate::handshake::cx::Cx;
use crate::handshake::hello::sent::Sent;
use crate::handshake::question::Answer as A;
use crate::handshake::{Arrival, Wish, unexpected};
use tessera_wire::handshake::Handshake as H;

/// Where a client's handshake is.
pub(crate) enum State {
    WaitServerHello(Box<server_hello::WaitServerHello>),
    WaitEncryptedExtensions(Box<flight::WaitEncryptedExtensions>),
    WaitCertificateOrRequest(Box<flight::WaitCertificateOrRequest>),
    WaitCertificate(Box<flight::WaitCertificate>),
    WaitVerdict(Box<flight::WaitVerdict>),
    WaitCertificateVerify(Box<flight::WaitCertificateVerify>),
    WaitReverdict(Box<reverify::WaitReverdict>),
    WaitFinished(Box<answer::WaitFinished>),
    WaitSignature(Box<answer::WaitSignature>),
    Connected(Box<connected::Connected>),
    WaitLateSignature(Box<late::WaitLateSignature>),
}

impl State {
    /// TLS 1.3 has been chosen for this ClientHello, by whatever comes first.
    pub(crate) fn sent(sent: Sent) -> Self {
        Self::WaitServerHello(Box::new(server_hello::WaitServerHello::new(sent)))
    }

    /// The complete table of what may happen when. Each arm names the state we were in, what
    /// arrived, and the one method that answers it; whatever is not listed is an
    /// `unexpected_message`: RFC 9846 §4 (2), §4.2.4 (5), §4.6 (4), §4.7.2 (5), §4.7.3 (1).
    pub(crate) fn step(
        self,
        arrival: Arrival<H>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<Self, Fault> {
        use Arrival::{Message, Told, Wanted};
        match (self, arrival) {
            (Self::WaitServerHello(s), Message(H::ServerHello(m), raw)) => {
                s.server_hello(&m, &raw, cx)
            }
            (Self::WaitServerHello(s), Message(H::HelloRetryRequest(m), raw)) => {
                s.retry(&m, &raw, cx)
            }
            (Self::WaitEncryptedExtensions(s), Message(H::EncryptedExtensions(m), raw)) => {
                s.extensions(&m, &raw, cx)
            }
            (Self::WaitCertificateOrRequest(s), Message(H::CertificateRequest(m), raw)) => {
                s.request(&m, &raw)
            }
            (Self::WaitCertificateOrRequest(s), Message(H::Certificate(m), raw)) => {
                s.certificate(m, &raw, cx)
            }
            (Self::WaitCertificate(s), Message(H::Certificate(m), raw)) => {
                s.certificate(m, &raw, cx)
            }
            (Self::WaitVerdict(s), Told(A::Verdict(verdict))) => s.verdict(verdict),
            (Self::WaitCertificateVerify(s), Message(H::CertificateVerify(m), raw)) => {
                s.certificate_verify(&m, &raw, cx)
            }
            (Self::WaitReverdict(s), Told(A::Verdict(verdict))) => s.verdict(verdict),
            (Self::WaitFinished(s), Message(H::Finished(m), raw)) => s.finished(&m, &raw, cx),
            (Self::WaitSignature(s), Told(A::Signature(signature))) => s.signature(signature, cx),
            (Self::Connected(s), Message(H::NewSessionTicket(m), _)) => s.ticket(m, cx),
            (Self::Connected(s), Message(H::CertificateRequest(m), raw)) if s.can_be_asked() => {
                s.certificate_request(&m, &raw, cx)
            }
            (Self::WaitLateSignature(s), Told(A::Signature(signature))) => {
                s.signature(signature, cx)
            }
            (Self::Connected(s), Message(H::KeyUpdate(m), _)) => s.key_update(m, cx),
            (Self::Connected(s), Wanted(Wish::UpdateKeys(request))) => s.update_keys(request, cx),
            (state, arrival) => Err(unexpected(state.name(), &arrival)),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::WaitServerHello(_) => "WaitServerHello",
            Self::WaitEncryptedExtensions(_) => "WaitEncryptedExtensions",
            Self::WaitCertificateOrRequest(_) => "WaitCertificateOrRequest",
            Self::WaitCertificate(_) => "WaitCertificate",
            Self::WaitVerdict(_) => "WaitVerdict",
            Self::WaitCertificateVerify(_) => "WaitCertificateVerify",
            Self::WaitReverdict(_) => "WaitReverdict",
            Self::WaitFinished(_) => "WaitFinished",
            Self::WaitSignature(_) => "WaitSignature",
            Self::Connected(_) => "Connected",
            Self::WaitLateSignature(_) => "WaitLateSignature",
        }
    }

    /// Whether the handshake is complete.
    pub(crate) fn is_connected(&self) -> bool {
        matches!(self, Self::Connected(_) | Self::WaitLateSignature(_))
    }

    /// Whether nothing but application data is under way.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(self, Self::Connected(_))
    }

    /// Whether application data may come now.
    pub(crate) fn takes_data(&self) -> bool {
        matches!(self, Self::Connected(_))
    }
}
