//! Client → Certificate, ClientKeyExchange, CertificateVerify → us: RFC 5246 §7.4.6 to §7.4.8.

use super::State;
use super::begun::Begun;
use super::finish::{Ending, WaitChangeCipherSpec};
use crate::ServerConfig;
use crate::fault::{Fault, Misbehaviour, Mismatch};
use crate::handshake::cx::Cx;
use crate::handshake::peer;
use crate::handshake::question::{PeerClaim, Question};
use crate::handshake::tls12::key_exchange;
use crate::keys::tls12::MainSecret;
use crate::verdict::{Accepted, Trust, Verdict};
use tessera_crypto::kex::KeyShare;
use tessera_session::{ClientAuthMode, PeerIdentity, Side, Taint};
use tessera_wire::handshake::CertificateVerify;
use tessera_wire::handshake::tls12::{Certificate, ClientKeyExchange};

/// The client was asked for a certificate.
pub(crate) struct WaitCertificate {
    pub(super) mode: ClientAuthMode,
    pub(super) wait: WaitClientKeyExchange,
}

/// The verifier is asked about the client's chain.
pub(crate) struct WaitVerdict {
    pub(super) wait: WaitClientKeyExchange,
}

/// The client owes us its key share.
pub(crate) struct WaitClientKeyExchange {
    pub(super) begun: Begun,
    pub(super) share: KeyShare,
    /// The client's chain is good; whether the key is its own it still has to prove.
    pub(super) accepted: Option<Box<Accepted>>,
}

/// It owes us that proof.
pub(crate) struct WaitCertificateVerify {
    pub(super) ending: Ending,
    accepted: Box<Accepted>,
}

impl WaitCertificate {
    pub(crate) fn certificate(
        mut self: Box<Self>,
        message: Certificate,
        raw: &[u8],
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        self.wait.begun.said.absorb(raw);
        if message.certificate_list.is_empty() {
            if self.mode == ClientAuthMode::Require {
                return Err(Mismatch::ClientCertificate.into());
            }
            self.wait.begun.said.forget_whole();
            self.wait.check_peer(None, cx)?;
            return Ok(State::WaitClientKeyExchange(Box::new(self.wait)));
        }
        peer::check_length(&message.certificate_list)?;
        cx.ask(Question::VerifyPeer(Box::new(PeerClaim {
            side: Side::Client,
            chain: message.certificate_list,
            name: None,
            ocsp: None,
            scts: Vec::new(),
        })));
        Ok(State::WaitVerdict(Box::new(WaitVerdict {
            wait: self.wait,
        })))
    }
}

impl WaitVerdict {
    pub(crate) fn verdict(
        mut self: Box<Self>,
        verdict: Verdict,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        match verdict {
            Verdict::Accepted(accepted) => {
                self.wait.check_peer(Some(&accepted.identity), cx)?;
                self.wait.accepted = Some(accepted);
                Ok(State::WaitClientKeyExchange(Box::new(self.wait)))
            }
            Verdict::Rejected(error) => Err(error.into()),
        }
    }
}

impl WaitClientKeyExchange {
    /// In a renegotiation the client is who it was, unless settings allow another.
    fn check_peer(
        &self,
        now: Option<&PeerIdentity>,
        cx: &Cx<'_, ServerConfig>,
    ) -> Result<(), Fault> {
        let before = self.begun.before.as_ref();
        let before = before.and_then(|before| before.agreed.peer.as_ref());
        let change = cx.config.settings().peer_change;
        peer::check(before, now, change, "the client's certificate")
    }

    pub(crate) fn key_exchange(
        mut self: Box<Self>,
        message: &ClientKeyExchange,
        raw: &[u8],
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let group = self.share.group();
        let shared = self
            .share
            .complete(&message.public)
            .map_err(|error| key_exchange::agreement_failed(error, group))?;
        self.begun.said.absorb(raw);
        let agreed = &self.begun.agreed;
        let main = if agreed.extended_main_secret {
            MainSecret::extended(agreed.suite.hash, &shared, &self.begun.said.current())
        } else {
            MainSecret::plain(agreed.suite.hash, &shared, &agreed.randoms)
        }?;
        cx.log("CLIENT_RANDOM", &agreed.randoms.client, main.secret());
        cx.derived(("premaster", None), shared.as_bytes());
        cx.derived(("main", Some("premaster")), main.secret().as_bytes());
        let keys = main.key_block(agreed.suite, &agreed.randoms);
        cx.derived(("key_block", Some("main")), keys.as_bytes());
        let ending = Ending::new(self.begun, main, keys);
        Ok(match self.accepted {
            Some(accepted) => {
                let wait = WaitCertificateVerify { ending, accepted };
                State::WaitCertificateVerify(Box::new(wait))
            }
            None => State::WaitChangeCipherSpec(Box::new(WaitChangeCipherSpec { ending })),
        })
    }
}

impl WaitCertificateVerify {
    pub(crate) fn certificate_verify(
        mut self: Box<Self>,
        message: &CertificateVerify,
        raw: &[u8],
        cx: &Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let accepted = &cx.config.settings().signature_schemes;
        key_exchange::check_scheme(message.algorithm, accepted)?;
        key_exchange::verify(
            message.algorithm,
            &self.accepted.public_key,
            self.ending.begun.said.whole(),
            &message.signature,
            Misbehaviour::BadCertificateVerify,
        )?;
        let begun = &mut self.ending.begun;
        begun.said.forget_whole();
        begun.said.absorb(raw);
        if self.accepted.trust == Trust::Waived {
            begun.agreed.current.taint = Some(Taint::Unverified);
        }
        begun.agreed.peer = Some(self.accepted.identity);
        begun.agreed.client_signature = Some(message.algorithm);
        let wait = WaitChangeCipherSpec {
            ending: self.ending,
        };
        Ok(State::WaitChangeCipherSpec(Box::new(wait)))
    }
}
