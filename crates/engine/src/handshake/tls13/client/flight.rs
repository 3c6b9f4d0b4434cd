//! Server → EncryptedExtensions … CertificateVerify → us: RFC 9846 §4.4 and §4.5.

use super::State;
use super::agreed::Agreed;
use super::answer::WaitFinished;
use super::certificate;
use super::early_data::EarlyTerms;
use super::reverify::WaitReverdict;
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::Cx;
use crate::handshake::hello::alpn;
use crate::handshake::hello::offer::Offer;
use crate::handshake::peer;
use crate::handshake::question::{PeerClaim, Question};
use crate::handshake::tls13::proof;
use crate::keys::tls13::{HandshakeSecret, TrafficPair};
use crate::keys::transcript::Transcript;
use crate::verdict::{Accepted, Trust, Verdict};
use crate::{ClientConfig, EarlyDataFate, Half, Reverification};
use tessera_session::{Side, Taint};
use tessera_wire::codepoint::ExtensionType;
use tessera_wire::extension::{ExpectedTickets, Extensions, OcspResponse, SctList, ServerNameAck};
use tessera_wire::handshake::{
    Certificate, CertificateRequest, CertificateVerify, EncryptedExtensions,
};

/// ServerHello has come.
pub(crate) struct WaitEncryptedExtensions {
    pub(super) offer: Offer,
    pub(super) agreed: Agreed,
    pub(super) transcript: Transcript,
    pub(super) secret: HandshakeSecret,
    pub(super) traffic: TrafficPair,
    /// Early data is under way, and may be accepted on these terms.
    pub(super) early_terms: Option<EarlyTerms>,
}

/// A full handshake: certificates follow.
pub(crate) struct WaitCertificateOrRequest {
    offer: Offer,
    wait: WaitFinished,
}

/// The server has asked for our certificate; its own follows.
pub(crate) struct WaitCertificate {
    offer: Offer,
    wait: WaitFinished,
}

/// The verifier is asked about the server's chain.
pub(crate) struct WaitVerdict {
    wait: WaitFinished,
}

/// The chain is good; the server owes the proof that its key is its own.
pub(crate) struct WaitCertificateVerify {
    wait: WaitFinished,
    accepted: Box<Accepted>,
}

impl WaitEncryptedExtensions {
    pub(crate) fn extensions(
        mut self: Box<Self>,
        message: &EncryptedExtensions,
        raw: &[u8],
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        check_answers(&self.offer, &message.extensions)?;
        message.extensions.find::<ServerNameAck>()?;
        let settings = cx.config.settings();
        self.agreed.alpn = alpn::chosen(&settings.alpn, &message.extensions)?;
        // Those that will not be kept are not waited for.
        let kept = u8::try_from(settings.tickets_kept).unwrap_or(u8::MAX);
        let expected = message.extensions.find::<ExpectedTickets>()?;
        self.agreed.expected_tickets = expected.map(|ExpectedTickets(count)| count.min(kept));
        self.transcript.absorb(raw);
        self.early_data(&message.extensions, cx)?;
        let by_psk = self.agreed.current.is_resumed() || self.agreed.external_psk.is_some();
        let Self {
            offer,
            agreed,
            transcript,
            secret,
            traffic,
            early_terms: _,
        } = *self;
        let wait = WaitFinished {
            agreed,
            transcript,
            secret,
            traffic,
            requested: None,
        };
        let remembered = wait.agreed.peer.as_ref();
        let remembered = remembered.filter(|peer| by_psk && peer.has_certificate());
        let again = cx.config.settings().reverification == Reverification::Always;
        if let Some(peer) = remembered.filter(|_| again) {
            let claim = PeerClaim::remembered(peer, Some(&wait.agreed.name));
            cx.ask(Question::VerifyPeer(Box::new(claim)));
            return Ok(State::WaitReverdict(Box::new(WaitReverdict { wait })));
        }
        Ok(if by_psk {
            State::WaitFinished(Box::new(wait))
        } else {
            State::WaitCertificateOrRequest(Box::new(WaitCertificateOrRequest { offer, wait }))
        })
    }
}

impl WaitEncryptedExtensions {
    /// Whether the server takes the early data; where not, what follows is under handshake keys.
    fn early_data(
        &mut self,
        extensions: &Extensions,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<(), Fault> {
        let accepts = extensions.contains(ExtensionType::EARLY_DATA);
        match (self.early_terms.take(), accepts) {
            (Some(terms), true) => {
                terms.check(self.agreed.suite.suite, self.agreed.alpn.as_ref())?;
                self.agreed.early_data = EarlyDataFate::Accepted;
                Ok(())
            }
            (Some(_), false) => cx.install(Half::Sending, &self.traffic.client, self.agreed.suite),
            // Only with the session it belongs to: RFC 9846 §4.3.10.
            (None, true) => {
                Err(Misbehaviour::UnsolicitedExtension(ExtensionType::EARLY_DATA.0).into())
            }
            (None, false) => Ok(()),
        }
    }
}

/// RFC 9846 §4.3 (4): no answers to what was not asked.
fn check_answers(offer: &Offer, extensions: &Extensions) -> Result<(), Fault> {
    match extensions.types().find(|kind| !offer.asked_for(*kind)) {
        Some(kind) => Err(Misbehaviour::UnsolicitedExtension(kind.0).into()),
        None => Ok(()),
    }
}

impl WaitCertificateOrRequest {
    pub(crate) fn request(
        mut self: Box<Self>,
        message: &CertificateRequest,
        raw: &[u8],
    ) -> Result<State, Fault> {
        // The context is empty in the handshake: RFC 9846 §4.4.2.
        if !message.certificate_request_context.is_empty() {
            return Err(Misbehaviour::WrongRequestContext.into());
        }
        self.wait.requested = Some(certificate::read(message)?);
        self.wait.transcript.absorb(raw);
        let Self { offer, wait } = *self;
        Ok(State::WaitCertificate(Box::new(WaitCertificate {
            offer,
            wait,
        })))
    }

    pub(crate) fn certificate(
        self: Box<Self>,
        message: Certificate,
        raw: &[u8],
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        verify(&self.offer, self.wait, message, raw, cx)
    }
}

impl WaitCertificate {
    pub(crate) fn certificate(
        self: Box<Self>,
        message: Certificate,
        raw: &[u8],
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        verify(&self.offer, self.wait, message, raw, cx)
    }
}

/// RFC 9846 §4.5.1: the server's chain goes to the verifier.
fn verify(
    offer: &Offer,
    mut wait: WaitFinished,
    message: Certificate,
    raw: &[u8],
    cx: &mut Cx<'_, ClientConfig>,
) -> Result<State, Fault> {
    if !message.certificate_request_context.is_empty() {
        return Err(Misbehaviour::WrongRequestContext.into());
    }
    // The server's own comes first: RFC 9846 §4.5.1 (9), §4.5.1.3 (1).
    let leaf = message
        .certificate_list
        .first()
        .ok_or(Misbehaviour::EmptyCertificate)?;
    let ocsp = leaf
        .extensions
        .find::<OcspResponse>()?
        .map(|OcspResponse(response)| response);
    let scts = leaf
        .extensions
        .find::<SctList>()?
        .map(|SctList(list)| list)
        .unwrap_or_default();
    peer::check_length(&message.certificate_list)?;
    for entry in &message.certificate_list {
        check_answers(offer, &entry.extensions)?;
    }
    wait.transcript.absorb(raw);
    let chain = message
        .certificate_list
        .into_iter()
        .map(|entry| entry.cert_data)
        .collect();
    let name = Some(wait.agreed.name.clone());
    cx.ask(Question::VerifyPeer(Box::new(PeerClaim {
        side: Side::Server,
        chain,
        name,
        ocsp,
        scts,
    })));
    Ok(State::WaitVerdict(Box::new(WaitVerdict { wait })))
}

impl WaitVerdict {
    pub(crate) fn verdict(self: Box<Self>, verdict: Verdict) -> Result<State, Fault> {
        match verdict {
            Verdict::Accepted(accepted) => {
                let wait = self.wait;
                Ok(State::WaitCertificateVerify(Box::new(
                    WaitCertificateVerify { wait, accepted },
                )))
            }
            Verdict::Rejected(error) => Err(error.into()),
        }
    }
}

impl WaitCertificateVerify {
    pub(crate) fn certificate_verify(
        mut self: Box<Self>,
        message: &CertificateVerify,
        raw: &[u8],
        cx: &Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        let transcript = self.wait.transcript.current();
        proof::verify(
            Side::Server,
            message,
            &transcript,
            &self.accepted.public_key,
            &cx.config.settings().signature_schemes,
        )?;
        self.wait.transcript.absorb(raw);
        let agreed = &mut self.wait.agreed;
        agreed.server_signature = Some(message.algorithm);
        agreed.current.taint = (self.accepted.trust == Trust::Waived).then_some(Taint::Unverified);
        agreed.peer = Some(self.accepted.identity);
        Ok(State::WaitFinished(Box::new(self.wait)))
    }
}
