//! Server → Finished → us, and our answer, in order: RFC 9846 §4 (1), §4.5.

use super::State;
use super::agreed::Agreed;
use super::certificate::{Shown, show};
use super::connected::Connected;
use crate::fault::{Fault, LocalError, Misbehaviour};
use crate::handshake::cx::{Cx, Effect, Established};
use crate::handshake::question::Question;
use crate::handshake::requested::{Chosen, Requested};
use crate::handshake::tls13::key_update::Traffic;
use crate::handshake::tls13::{keys_fingerprint, proof};
use crate::keys::exporter::Exporter;
use crate::keys::tls13::{HandshakeSecret, MainSecret, TrafficPair};
use crate::keys::transcript::Transcript;
use crate::{ClientConfig, EarlyDataFate, Half};
use tessera_crypto::Secret;
use tessera_session::Side;
use tessera_wire::codepoint::SignatureScheme;
use tessera_wire::handshake::{CertificateVerify, EndOfEarlyData, Finished};

/// The server owes us its Finished.
pub(crate) struct WaitFinished {
    pub(super) agreed: Agreed,
    pub(super) transcript: Transcript,
    pub(super) secret: HandshakeSecret,
    pub(super) traffic: TrafficPair,
    pub(super) requested: Option<Requested>,
}

/// Our private key is asked for CertificateVerify.
pub(crate) struct WaitSignature {
    answer: Answer,
    scheme: SignatureScheme,
}

/// Our flight, from the server's Finished to ours.
struct Answer {
    agreed: Agreed,
    transcript: Transcript,
    handshake: TrafficPair,
    main: MainSecret,
    application: TrafficPair,
    exporter: Secret,
}

impl WaitFinished {
    pub(crate) fn finished(
        mut self: Box<Self>,
        message: &Finished,
        raw: &[u8],
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        // RFC 9846 §4.5.3 (1, 2).
        let finished = self.traffic.server.finished_key();
        if !finished.verifies(&self.transcript.current(), &message.verify_data) {
            return Err(Misbehaviour::WrongFinished.into());
        }
        self.transcript.absorb(raw);
        let Self {
            agreed,
            transcript,
            secret,
            traffic,
            requested,
        } = *self;

        let digest = transcript.current();
        let main = secret.into_main();
        let application = main.traffic(&digest);
        let exporter = main.exporter_secret(&digest);
        cx.main_derived(&main, &application, &exporter);
        cx.log(
            "CLIENT_TRAFFIC_SECRET_0",
            &agreed.client_random,
            application.client.secret(),
        );
        cx.log(
            "SERVER_TRAFFIC_SECRET_0",
            &agreed.client_random,
            application.server.secret(),
        );
        cx.log("EXPORTER_SECRET", &agreed.client_random, &exporter);
        cx.install(Half::Receiving, &application.server, agreed.suite)?;
        let mut answer = Answer {
            agreed,
            transcript,
            handshake: traffic,
            main,
            application,
            exporter,
        };
        if answer.agreed.early_data == EarlyDataFate::Accepted {
            answer.end_of_early_data(cx)?;
        }
        // RFC 9846 §4.5.1 (2): a certificate where there was a request, and only there.
        match requested {
            Some(requested) => answer.certificate(&requested, cx),
            None => answer.finished(cx),
        }
    }
}

impl Answer {
    fn send(&mut self, message: Vec<u8>, cx: &mut Cx<'_, ClientConfig>) {
        self.transcript.absorb(&message);
        cx.send(message);
    }

    /// The last message under early keys: RFC 9846 §4.6 (1).
    fn end_of_early_data(&mut self, cx: &mut Cx<'_, ClientConfig>) -> Result<(), Fault> {
        self.send(EndOfEarlyData.encode(), cx);
        cx.install(Half::Sending, &self.handshake.client, self.agreed.suite)
    }

    /// Our certificate, if we have one that fits, and the question for its proof.
    fn certificate(
        mut self,
        requested: &Requested,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        // The context is empty in the handshake: RFC 9846 §4.4.2.
        let Shown { message, chosen } = show(Vec::new(), requested, cx)?;
        self.send(message, cx);
        // Nothing was shown, so nothing is proven: RFC 9846 §4.5.1 (4), §4.5.2 (2, 3).
        let Some(Chosen { identity, scheme }) = chosen else {
            return self.finished(cx);
        };
        let message = proof::content(Side::Client, &self.transcript.current());
        cx.ask(Question::Sign {
            identity,
            scheme,
            message,
        });
        Ok(State::WaitSignature(Box::new(WaitSignature {
            answer: self,
            scheme,
        })))
    }

    fn finished(mut self, cx: &mut Cx<'_, ClientConfig>) -> Result<State, Fault> {
        let verify_data = self
            .handshake
            .client
            .finished_key()
            .verify_data(&self.transcript.current());
        self.send(
            Finished {
                verify_data: verify_data.as_bytes().to_vec(),
            }
            .encode(),
            cx,
        );
        // RFC 9846 §4.5.3 (3).
        cx.install(Half::Sending, &self.application.client, self.agreed.suite)?;
        let resumption = self.main.resumption_secret(&self.transcript.current());
        cx.derived(("resumption", Some("main")), resumption.secret.as_bytes());
        let exporter = Exporter::Tls13 {
            algorithm: self.agreed.suite.hash,
            secret: self.exporter,
        };
        self.agreed.current.name(exporter.names());
        let facts = self.agreed.facts(keys_fingerprint(&self.application));
        cx.cause(Effect::Establish(Box::new(Established {
            facts,
            exporter: Some(exporter),
        })));
        let (client, server) = (self.application.client, self.application.server);
        let traffic = Traffic::new(Side::Client, self.agreed.suite, client, server);
        Ok(State::Connected(Box::new(Connected::new(
            self.agreed,
            (resumption, self.transcript),
            traffic,
            cx,
        ))))
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
        self.answer.agreed.client_signature = Some(self.scheme);
        self.answer.send(
            CertificateVerify {
                algorithm: self.scheme,
                signature,
            }
            .encode(),
            cx,
        );
        self.answer.finished(cx)
    }
}
