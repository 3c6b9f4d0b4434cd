//! Us → CertificateRequest → client → Certificate, CertificateVerify, Finished → us, after the
//! handshake: RFC 9846 §4.7.2.
//!
//! The client answers when it likes, with its three messages in one piece; until then, data flows
//! both ways: RFC 9846 §4.7.2 (6).

use super::State;
use super::agreed::Agreed;
use super::client_auth::{ask_verifier, chain};
use super::connected::Connected;
use super::flight::certificate_request;
use super::tickets;
use crate::ServerConfig;
use crate::event::Event;
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::{Cx, Effect, Identified};
use crate::handshake::tls13::key_update::Traffic;
use crate::handshake::{peer, tls13::proof};
use crate::keys::tls13::ResumptionMaster;
use crate::keys::transcript::Transcript;
use crate::verdict::{Accepted, Trust, Verdict};
use tessera_session::{Side, Taint};
use tessera_wire::handshake::{Certificate, CertificateVerify, Finished};

/// What is remembered of the handshake, of clients that said they can be asked.
pub(crate) struct Askable {
    agreed: Agreed,
    resumption: ResumptionMaster,
    /// ClientHello…client Finished.
    transcript: Transcript,
    asked: Option<Asked>,
}

/// A request that is out.
struct Asked {
    context: [u8; 32],
    /// The handshake, and the request.
    transcript: Transcript,
}

impl Askable {
    /// `None` of a client that cannot be asked: it did not say that it can (RFC 9846 §4.3.6 (1)), or
    /// speaks HTTP/2, where nobody is asked (RFC 9113 §9.2.3 (1)).
    pub(super) fn new(
        agreed: Agreed,
        resumption: ResumptionMaster,
        transcript: Transcript,
    ) -> Option<Box<Self>> {
        let is_http2 = agreed
            .alpn
            .as_ref()
            .is_some_and(|alpn| alpn.as_bytes() == b"h2");
        (agreed.can_be_asked && !is_http2).then(|| {
            Box::new(Self {
                agreed,
                resumption,
                transcript,
                asked: None,
            })
        })
    }

    /// One request at a time: one that is out already will do.
    fn ask(&mut self, cx: &mut Cx<'_, ServerConfig>) {
        if self.asked.is_some() {
            return;
        }
        // Nobody can prepare an answer to a context it cannot foretell, and none is used twice:
        // RFC 9846 §4.4.2 (2).
        let context = cx.entropy.public_array::<32>();
        let message = certificate_request(context.to_vec(), cx).encode();
        let mut transcript = self.transcript.clone();
        transcript.absorb(&message);
        self.asked = Some(Asked {
            context,
            transcript,
        });
        cx.send(message);
    }
}

impl Connected {
    /// The application wants to know who the client is.
    pub(crate) fn request_certificate(mut self: Box<Self>, cx: &mut Cx<'_, ServerConfig>) -> State {
        match &mut self.askable {
            Some(askable) => askable.ask(cx),
            None => cx.tell(Event::CannotAsk),
        }
        State::Connected(self)
    }

    /// Whether a request is out.
    pub(super) fn has_asked(&self) -> bool {
        let askable = self.askable.as_ref();
        askable.is_some_and(|askable| askable.asked.is_some())
    }

    /// The first of the client's three messages.
    pub(crate) fn certificate(
        self,
        message: Certificate,
        raw: &[u8],
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let Self { traffic, askable } = self;
        let mut askable = askable.ok_or(Misbehaviour::WrongRequestContext)?;
        let asked = askable.asked.take();
        let Asked {
            context,
            mut transcript,
        } = asked.ok_or(Misbehaviour::WrongRequestContext)?;
        if message.certificate_request_context != context {
            return Err(Misbehaviour::WrongRequestContext.into());
        }
        transcript.absorb(raw);
        let answering = Answering {
            traffic,
            askable,
            transcript,
        };
        if message.certificate_list.is_empty() {
            return Ok(State::WaitLateFinished(Box::new(WaitLateFinished {
                answering,
                accepted: None,
            })));
        }
        ask_verifier(chain(message)?, cx);
        Ok(State::WaitLateVerdict(Box::new(WaitLateVerdict(answering))))
    }
}

/// The client's answer has begun.
struct Answering {
    traffic: Traffic,
    askable: Box<Askable>,
    transcript: Transcript,
}

/// The verifier is asked about the client's chain.
pub(crate) struct WaitLateVerdict(Answering);

/// The chain is good; the client owes the proof that its key is its own.
pub(crate) struct WaitLateCertificateVerify {
    answering: Answering,
    accepted: Box<Accepted>,
}

/// Only the client's Finished is missing.
pub(crate) struct WaitLateFinished {
    answering: Answering,
    accepted: Option<Box<Accepted>>,
}

impl WaitLateVerdict {
    pub(crate) fn verdict(
        self,
        verdict: Verdict,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let accepted = match verdict {
            Verdict::Accepted(accepted) => accepted,
            Verdict::Rejected(error) => return Err(error.into()),
        };
        peer::check(
            self.0.askable.agreed.peer.as_ref(),
            Some(&accepted.identity),
            cx.config.settings().peer_change,
            "the client's certificate",
        )?;
        Ok(State::WaitLateCertificateVerify(Box::new(
            WaitLateCertificateVerify {
                answering: self.0,
                accepted,
            },
        )))
    }
}

impl WaitLateCertificateVerify {
    pub(crate) fn certificate_verify(
        mut self,
        message: &CertificateVerify,
        raw: &[u8],
        cx: &Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let transcript = self.answering.transcript.current();
        proof::verify(
            Side::Client,
            message,
            &transcript,
            &self.accepted.public_key,
            &cx.config.settings().signature_schemes,
        )?;
        self.answering.transcript.absorb(raw);
        Ok(State::WaitLateFinished(Box::new(WaitLateFinished {
            answering: self.answering,
            accepted: Some(self.accepted),
        })))
    }
}

impl WaitLateFinished {
    /// Its key comes from the client's traffic secret of the moment: §4.5.
    pub(crate) fn finished(
        self,
        message: &Finished,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let Answering {
            traffic,
            mut askable,
            transcript,
        } = self.answering;
        let key = traffic.receiving.finished_key();
        if !key.verifies(&transcript.current(), &message.verify_data) {
            return Err(Misbehaviour::WrongFinished.into());
        }
        match self.accepted {
            None => cx.cause(Effect::Identify(None)),
            Some(accepted) => {
                let taint = (accepted.trust == Trust::Waived).then_some(Taint::Unverified);
                let agreed = &mut askable.agreed;
                agreed.peer = Some(accepted.identity.clone());
                agreed.current.taint = agreed.current.taint.or(taint);
                cx.cause(Effect::Identify(Some(Box::new(Identified {
                    peer: accepted.identity,
                    taint,
                }))));
                // Sessions from here on know who the client is; those before do not.
                tickets::issue(&askable.agreed, &askable.resumption, cx);
            }
        }
        Ok(State::Connected(Box::new(Connected {
            traffic,
            askable: Some(askable),
        })))
    }
}
