//! Client → Certificate, CertificateVerify → us: RFC 9846 §4.5.

use super::State;
use super::finish::WaitFinished;
use crate::ServerConfig;
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::Cx;
use crate::handshake::peer;
use crate::handshake::question::{PeerClaim, Question};
use crate::handshake::tls13::proof;
use crate::verdict::{Accepted, IdentityError, IdentityProblem, Trust, Verdict};
use tessera_session::{ClientAuthMode, Side, Taint};
use tessera_wire::handshake::{Certificate, CertificateVerify};

/// The client was asked for a certificate.
pub(crate) struct WaitCertificate {
    pub(super) mode: ClientAuthMode,
    pub(super) wait: WaitFinished,
}

/// The verifier is asked about the client's chain.
pub(crate) struct WaitVerdict {
    wait: WaitFinished,
}

/// The chain is good; the client owes the proof that its key is its own.
pub(crate) struct WaitCertificateVerify {
    wait: WaitFinished,
    accepted: Box<Accepted>,
}

impl WaitCertificate {
    pub(crate) fn certificate(
        mut self,
        message: Certificate,
        raw: &[u8],
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        if !message.certificate_request_context.is_empty() {
            return Err(Misbehaviour::WrongRequestContext.into());
        }
        self.wait.transcript.absorb(raw);
        if message.certificate_list.is_empty() {
            return match self.mode {
                ClientAuthMode::Require => Err(no_certificate().into()),
                ClientAuthMode::Request | ClientAuthMode::None => {
                    Ok(State::WaitFinished(Box::new(self.wait)))
                }
            };
        }
        ask_verifier(chain(message)?, cx);
        Ok(State::WaitVerdict(Box::new(WaitVerdict {
            wait: self.wait,
        })))
    }
}

/// The certificates of the message, leaf first.
pub(super) fn chain(message: Certificate) -> Result<Vec<Vec<u8>>, Fault> {
    peer::check_length(&message.certificate_list)?;
    if let Some(unasked) = message
        .certificate_list
        .iter()
        .flat_map(|entry| entry.extensions.types())
        .next()
    {
        // We asked for no extension, so none may be answered: RFC 9846 §4.3 (4).
        return Err(Misbehaviour::UnsolicitedExtension(unasked.0).into());
    }
    let entries = message.certificate_list.into_iter();
    Ok(entries.map(|entry| entry.cert_data).collect())
}

pub(super) fn ask_verifier(chain: Vec<Vec<u8>>, cx: &mut Cx<'_, ServerConfig>) {
    cx.ask(Question::VerifyPeer(Box::new(PeerClaim {
        side: Side::Client,
        chain,
        name: None,
        ocsp: None,
        scts: Vec::new(),
    })));
}

fn no_certificate() -> IdentityError {
    IdentityError {
        certificate: 0,
        subject: String::new(),
        problem: IdentityProblem::NoCertificate,
    }
}

impl WaitVerdict {
    pub(crate) fn verdict(
        self,
        verdict: Verdict,
        _cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        match verdict {
            Verdict::Accepted(accepted) => Ok(State::WaitCertificateVerify(Box::new(
                WaitCertificateVerify {
                    wait: self.wait,
                    accepted,
                },
            ))),
            Verdict::Rejected(error) => Err(error.into()),
        }
    }
}

impl WaitCertificateVerify {
    pub(crate) fn certificate_verify(
        mut self,
        message: &CertificateVerify,
        raw: &[u8],
        cx: &Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let transcript = self.wait.transcript.current();
        proof::verify(
            Side::Client,
            message,
            &transcript,
            &self.accepted.public_key,
            &cx.config.settings().signature_schemes,
        )?;
        self.wait.transcript.absorb(raw);
        if self.accepted.trust == Trust::Waived {
            self.wait.agreed.current.taint = Some(Taint::Unverified);
        }
        self.wait.agreed.peer = Some(self.accepted.identity);
        self.wait.agreed.client_signature = Some(message.algorithm);
        Ok(State::WaitFinished(Box::new(self.wait)))
    }
}
