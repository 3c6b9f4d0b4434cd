//! Us → Certificate, ClientKeyExchange, CertificateVerify, Finished → server: RFC 5246 §7.4.6 to
//! §7.4.9.

use super::State;
use super::false_start;
use super::finish::{Ending, WaitChangeCipherSpec};
use super::server_hello::Begun;
use crate::ClientConfig;
use crate::fault::{Fault, LocalError, Misbehaviour};
use crate::handshake::cx::Cx;
use crate::handshake::peer;
use crate::handshake::question::Question;
use crate::handshake::requested::{Chosen, Requested};
use crate::handshake::tls12::key_exchange;
use crate::keys::tls12::MainSecret;
use crate::verdict::{Accepted, Trust, Verdict};
use tessera_crypto::{Secret, kex::KeyShare};
use tessera_session::Taint;
use tessera_wire::codepoint::{ProtocolVersion, SignatureScheme};
use tessera_wire::handshake::CertificateVerify;
use tessera_wire::handshake::tls12::{Certificate, ClientKeyExchange, ServerKeyExchange};

/// The verifier is asked about the server's chain.
pub(crate) struct WaitVerdict {
    pub(super) begun: Begun,
    pub(super) key_exchange: ServerKeyExchange,
    pub(super) requested: Option<Requested>,
}

/// Our private key is asked for CertificateVerify.
pub(crate) struct WaitSignature {
    pub(super) answer: Answer,
    scheme: SignatureScheme,
}

/// Our flight, from ClientKeyExchange on.
pub(super) struct Answer {
    pub(super) begun: Begun,
    main: MainSecret,
}

impl WaitVerdict {
    pub(crate) fn verdict(
        mut self: Box<Self>,
        verdict: Verdict,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        let accepted = match verdict {
            Verdict::Accepted(accepted) => accepted,
            Verdict::Rejected(error) => return Err(error.into()),
        };
        self.check(&accepted, cx)?;
        let agreed = &mut self.begun.agreed;
        agreed.group = Some(self.key_exchange.group);
        agreed.server_signature = Some(self.key_exchange.algorithm);
        agreed.current.taint = (accepted.trust == Trust::Waived).then_some(Taint::Unverified);
        agreed.peer = Some(accepted.identity);
        let group = self.key_exchange.group;
        let share = KeyShare::generate(group, cx.entropy).map_err(|_| LocalError::Crypto)?;
        let public = share.public_share().to_vec();
        let shared = share
            .complete(&self.key_exchange.public)
            .map_err(|error| key_exchange::agreement_failed(error, group))?;
        let chosen = self.certificate(cx)?;
        Self::answer(self.begun, chosen, public, &shared, cx)
    }

    /// In a renegotiation the server is who it was; the key of its chain is one the suite allows, and
    /// it signed this key exchange.
    fn check(&self, accepted: &Accepted, cx: &Cx<'_, ClientConfig>) -> Result<(), Fault> {
        let before = self.begun.before.as_ref();
        let before = before.and_then(|before| before.agreed.peer.as_ref());
        let change = cx.config.settings().peer_change;
        let now = Some(&accepted.identity);
        peer::check(before, now, change, "the server's certificate")?;
        let agreed = &self.begun.agreed;
        let suite = agreed.suite;
        key_exchange::check_key(suite.suite, suite.authentication, &accepted.public_key)?;
        let schemes = &cx.config.settings().signature_schemes;
        key_exchange::check_scheme(self.key_exchange.algorithm, schemes)?;
        let signed = key_exchange::signed(&agreed.randoms, &self.key_exchange.params);
        key_exchange::verify(
            self.key_exchange.algorithm,
            &accepted.public_key,
            &signed,
            &self.key_exchange.signature,
            Misbehaviour::BadKeyExchangeSignature,
        )
    }

    /// Our certificate, or an empty list where we have none that fits: RFC 5246 §7.3 (2), §7.4.6 (1). Whose
    /// key will sign, and how.
    fn certificate(&mut self, cx: &mut Cx<'_, ClientConfig>) -> Result<Option<Chosen>, Fault> {
        let Some(requested) = &self.requested else {
            return Ok(None);
        };
        let settings = cx.config.settings();
        let chosen = requested.choose(ProtocolVersion::TLS1_2, settings)?;
        let own = chosen.and_then(|chosen| settings.identities.get(chosen.identity));
        let message = Certificate {
            certificate_list: own.map(|own| own.chain.clone()).unwrap_or_default(),
        }
        .encode();
        self.begun.said.absorb(&message);
        cx.send(message);
        Ok(chosen)
    }

    fn answer(
        mut begun: Begun,
        chosen: Option<Chosen>,
        public: Vec<u8>,
        shared: &Secret,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        // RFC 5246 §7.4.7 (1), and what proves our certificate behind it: §7.4.8 (1).
        let message = ClientKeyExchange { public }.encode();
        begun.said.absorb(&message);
        cx.send(message);
        let agreed = &begun.agreed;
        let main = if agreed.extended_main_secret {
            MainSecret::extended(agreed.suite.hash, shared, &begun.said.current())
        } else {
            MainSecret::plain(agreed.suite.hash, shared, &agreed.randoms)
        }?;
        cx.log("CLIENT_RANDOM", &agreed.randoms.client, main.secret());
        cx.derived(("premaster", None), shared.as_bytes());
        cx.derived(("main", Some("premaster")), main.secret().as_bytes());
        let mut answer = Answer { begun, main };
        // Nothing was shown, so nothing is proven: RFC 8422 §3 (1, 2).
        let Some(Chosen { identity, scheme }) = chosen else {
            return answer.finish(cx);
        };
        cx.ask(Question::Sign {
            identity,
            scheme,
            message: answer.begun.said.whole().to_vec(),
        });
        answer.begun.said.forget_whole();
        let wait = WaitSignature { answer, scheme };
        Ok(State::WaitSignature(Box::new(wait)))
    }
}

impl WaitSignature {
    /// The key has signed.
    pub(crate) fn signature(
        mut self: Box<Self>,
        signature: Option<Vec<u8>>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        let signature = signature.ok_or(LocalError::SigningFailed)?;
        let agreed = &mut self.answer.begun.agreed;
        agreed.shown = true;
        agreed.client_signature = Some(self.scheme);
        let message = CertificateVerify {
            algorithm: self.scheme,
            signature,
        }
        .encode();
        self.answer.begun.said.absorb(&message);
        cx.send(message);
        self.answer.finish(cx)
    }
}

impl Answer {
    /// Our ChangeCipherSpec and Finished; the server's are still to come.
    fn finish(mut self, cx: &mut Cx<'_, ClientConfig>) -> Result<State, Fault> {
        self.begun.said.forget_whole();
        let keys = self
            .main
            .key_block(self.begun.agreed.suite, &self.begun.agreed.randoms);
        cx.derived(("key_block", Some("main")), keys.as_bytes());
        let mut ending = Ending::full(self.begun, self.main, keys);
        ending.send_finished(cx)?;
        ending.starts_falsely = false_start::may_begin(&ending.begun, cx.config.settings());
        let wait = WaitChangeCipherSpec { ending };
        Ok(State::WaitChangeCipherSpec(Box::new(wait)))
    }
}
