//! The server's side of TLS 1.3.
//!
//! ```text
//!                  START
//!     Recv ClientHello │   (HelloRetryRequest: once more)
//!                      v
//!     [WaitSession]  find, judge, verify the binder
//!     [WaitClaim]    use the ticket up, where it is single use
//!                      │ Send ServerHello … Certificate
//!     [WaitSignature]  │ Send CertificateVerify
//!                      │ Send Finished
//!        ┌─────────────┴───────────┐ client authentication
//!        │                  [WaitCertificate]
//!        │                  [WaitVerdict]
//!        │                  [WaitCertificateVerify]
//!        └─────────────┬───────────┘
//!           [WaitEndOfEarlyData]   where early data is taken
//!               [WaitFinished]
//!                      │ Send NewSessionTicket
//!                [Connected]
//!                      │ Send CertificateRequest, when the application asks
//!              [WaitLateVerdict]
//!         [WaitLateCertificateVerify]
//!             [WaitLateFinished]
//! ```

mod agreed;
mod client_auth;
mod connected;
mod decide;
mod early_data;
mod external;
mod finish;
mod flight;
mod hello;
mod late;
mod resume;
mod retry;
mod tickets;

use crate::ServerConfig;
use crate::fault::Fault;
use crate::handshake::cx::Cx;
use crate::handshake::question::Answer as A;
use crate::handshake::{Arrival, Wish, unexpected};
use tessera_wire::handshake::Handshake as H;

/// Where a server's handshake is.
pub(crate) enum State {
    WaitClientHello(hello::WaitClientHello),
    WaitSecondClientHello(Box<retry::WaitSecondClientHello>),
    WaitSession(Box<resume::WaitSession>),
    WaitClaim(Box<resume::WaitClaim>),
    WaitSignature(Box<flight::WaitSignature>),
    WaitCertificate(Box<client_auth::WaitCertificate>),
    WaitVerdict(Box<client_auth::WaitVerdict>),
    WaitCertificateVerify(Box<client_auth::WaitCertificateVerify>),
    WaitEndOfEarlyData(Box<early_data::WaitEndOfEarlyData>),
    WaitFinished(Box<finish::WaitFinished>),
    Connected(Box<connected::Connected>),
    WaitLateVerdict(Box<late::WaitLateVerdict>),
    WaitLateCertificateVerify(Box<late::WaitLateCertificateVerify>),
    WaitLateFinished(Box<late::WaitLateFinished>),
}

impl State {
    pub(crate) fn new() -> Self {
        Self::WaitClientHello(hello::WaitClientHello)
    }

    /// The complete table of what may happen when. Each arm names the state we were in, what
    /// arrived, and the one method that answers it; whatever is not listed is an
    /// `unexpected_message`: RFC 9846 §4 (2), §4.2.2 (3), §4.7.3 (1).
    pub(crate) fn step(
        self,
        arrival: Arrival<H>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<Self, Fault> {
        use Arrival::{Message, Told, Wanted};
        match (self, arrival) {
            (Self::WaitClientHello(s), Message(H::ClientHello(m), raw)) => {
                s.client_hello(m, raw, cx)
            }
            (Self::WaitSecondClientHello(s), Message(H::ClientHello(m), raw)) => {
                s.client_hello(&m, raw, cx)
            }
            (Self::WaitSession(s), Told(A::Session(found))) => s.session(found, cx),
            (Self::WaitClaim(s), Told(A::Claim(claim))) => s.claim(claim, cx),
            (Self::WaitSignature(s), Told(A::Signature(signature))) => s.signature(signature, cx),
            (Self::WaitCertificate(s), Message(H::Certificate(m), raw)) => {
                s.certificate(m, &raw, cx)
            }
            (Self::WaitVerdict(s), Told(A::Verdict(verdict))) => s.verdict(verdict, cx),
            (Self::WaitCertificateVerify(s), Message(H::CertificateVerify(m), raw)) => {
                s.certificate_verify(&m, &raw, cx)
            }
            (Self::WaitEndOfEarlyData(s), Message(H::EndOfEarlyData, raw)) => {
                s.end_of_early_data(&raw, cx)
            }
            (Self::WaitFinished(s), Message(H::Finished(m), raw)) => s.finished(&m, &raw, cx),
            (Self::Connected(s), Message(H::KeyUpdate(m), _)) => s.key_update(m, cx),
            (Self::Connected(s), Wanted(Wish::UpdateKeys(request))) => s.update_keys(request, cx),
            (Self::Connected(s), Wanted(Wish::RequestCertificate)) => Ok(s.request_certificate(cx)),
            (Self::Connected(s), Message(H::Certificate(m), raw)) if s.has_asked() => {
                s.certificate(m, &raw, cx)
            }
            (Self::WaitLateVerdict(s), Told(A::Verdict(verdict))) => s.verdict(verdict, cx),
            (Self::WaitLateCertificateVerify(s), Message(H::CertificateVerify(m), raw)) => {
                s.certificate_verify(&m, &raw, cx)
            }
            (Self::WaitLateFinished(s), Message(H::Finished(m), _)) => s.finished(&m, cx),
            (state, arrival) => Err(unexpected(state.name(), &arrival)),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::WaitClientHello(_) => "WaitClientHello",
            Self::WaitSecondClientHello(_) => "WaitSecondClientHello",
            Self::WaitSession(_) => "WaitSession",
            Self::WaitClaim(_) => "WaitClaim",
            Self::WaitSignature(_) => "WaitSignature",
            Self::WaitCertificate(_) => "WaitCertificate",
            Self::WaitVerdict(_) => "WaitVerdict",
            Self::WaitCertificateVerify(_) => "WaitCertificateVerify",
            Self::WaitEndOfEarlyData(_) => "WaitEndOfEarlyData",
            Self::WaitFinished(_) => "WaitFinished",
            Self::Connected(_) => "Connected",
            Self::WaitLateVerdict(_) => "WaitLateVerdict",
            Self::WaitLateCertificateVerify(_) => "WaitLateCertificateVerify",
            Self::WaitLateFinished(_) => "WaitLateFinished",
        }
    }

    /// Whether the handshake is complete.
    pub(crate) fn is_connected(&self) -> bool {
        matches!(
            self,
            Self::Connected(_)
                | Self::WaitLateVerdict(_)
                | Self::WaitLateCertificateVerify(_)
                | Self::WaitLateFinished(_)
        )
    }

    /// Whether nothing but application data is under way.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(self, Self::Connected(_))
    }

    /// Whether application data may come now.
    pub(crate) fn takes_data(&self) -> bool {
        matches!(self, Self::WaitEndOfEarlyData(_) | Self::Connected(_))
    }

    /// Whether we send application data now: to early data there may be an early answer.
    pub(crate) fn sends_data(&self) -> bool {
        match self {
            Self::WaitEndOfEarlyData(_) => true,
            Self::WaitFinished(wait) => wait.is_early(),
            other => other.is_connected(),
        }
    }
}
