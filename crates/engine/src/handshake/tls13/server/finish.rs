//! Client → Finished → us: RFC 9846 §4.5.3.

use super::State;
use super::agreed::Agreed;
use super::connected::Connected;
use super::late::Askable;
use super::tickets;
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::{Cx, Effect, Established};
use crate::handshake::tls13::key_update::Traffic;
use crate::handshake::tls13::keys_fingerprint;
use crate::keys::exporter::Exporter;
use crate::keys::finished::FinishedKey;
use crate::keys::tls13::{MainSecret, TrafficPair};
use crate::keys::transcript::Transcript;
use crate::{EarlyDataFate, Half, ServerConfig};
use tessera_crypto::Secret;
use tessera_session::Side;
use tessera_wire::handshake::Finished;

/// Everything sent; the client still owes us its Finished.
pub(crate) struct WaitFinished {
    pub(super) agreed: Agreed,
    pub(super) transcript: Transcript,
    pub(super) client_finished: FinishedKey,
    pub(super) main: MainSecret,
    pub(super) application: TrafficPair,
    pub(super) exporter: Secret,
}

impl WaitFinished {
    /// Whether the connection is usable already, for early data was taken.
    pub(super) fn is_early(&self) -> bool {
        self.agreed.early_data == EarlyDataFate::Accepted
    }

    /// Everything is known that the application will know.
    pub(super) fn establish(&mut self, cx: &mut Cx<'_, ServerConfig>) {
        let exporter = Exporter::Tls13 {
            algorithm: self.agreed.suite.hash,
            secret: self.exporter.clone(),
        };
        self.agreed.current.name(exporter.names());
        let facts = self.agreed.facts(keys_fingerprint(&self.application));
        cx.cause(Effect::Establish(Box::new(Established {
            facts,
            exporter: Some(exporter),
        })));
    }

    pub(crate) fn finished(
        mut self,
        message: &Finished,
        raw: &[u8],
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        // RFC 9846 §4.5.3 (1, 2).
        if !self
            .client_finished
            .verifies(&self.transcript.current(), &message.verify_data)
        {
            return Err(Misbehaviour::WrongFinished.into());
        }
        self.transcript.absorb(raw);

        // The one secret that depends on the client's Finished: §7.1.
        let resumption = self.main.resumption_secret(&self.transcript.current());
        cx.derived(("resumption", Some("main")), resumption.secret.as_bytes());
        cx.install(Half::Receiving, &self.application.client, self.agreed.suite)?;
        if self.is_early() {
            cx.cause(Effect::EndEarlyData);
        } else {
            self.establish(cx);
        }
        tickets::issue(&self.agreed, &resumption, cx);
        let (client, server) = (self.application.client, self.application.server);
        let traffic = Traffic::new(Side::Server, self.agreed.suite, server, client);
        Ok(State::Connected(Box::new(Connected {
            traffic,
            askable: Askable::new(self.agreed, resumption, self.transcript),
        })))
    }
}
