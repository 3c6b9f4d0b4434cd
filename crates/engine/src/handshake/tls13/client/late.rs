//! Server → CertificateRequest → us, after the handshake, and our answer: RFC 9846 §4.7.2.
//!
//! The answer is Certificate, CertificateVerify and Finished in one piece, or an empty Certificate
//! and Finished. Nothing goes out before the private key has signed: RFC 9846 §4.7.2 (1, 2, 3, 4).

use super::State;
use super::certificate::{self, Shown, show};
use super::connected::Connected;
use crate::ClientConfig;
use crate::fault::{Fault, LocalError};
use crate::handshake::cx::Cx;
use crate::handshake::question::Question;
use crate::handshake::requested::Chosen;
use crate::handshake::tls13::proof;
use crate::keys::transcript::Transcript;
use tessera_session::Side;
use tessera_wire::codepoint::SignatureScheme;
use tessera_wire::handshake::{CertificateRequest, CertificateVerify, Finished};

/// Our private key is asked for CertificateVerify.
pub(crate) struct WaitLateSignature {
    connected: Box<Connected>,
    /// The handshake, the request, and our Certificate.
    transcript: Transcript,
    certificate: Vec<u8>,
    scheme: SignatureScheme,
}

impl Connected {
    /// Whether we said that we can be asked: §4.3.6.
    pub(super) fn can_be_asked(&self) -> bool {
        self.transcript.is_some()
    }

    /// The server wants to know who we are.
    pub(crate) fn certificate_request(
        self: Box<Self>,
        message: &CertificateRequest,
        raw: &[u8],
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        let requested = certificate::read(message)?;
        let mut transcript = self.transcript.clone().ok_or(LocalError::Crypto)?;
        transcript.absorb(raw);
        let context = message.certificate_request_context.clone();
        let Shown { message, chosen } = show(context, &requested, cx)?;
        transcript.absorb(&message);
        let Some(Chosen { identity, scheme }) = chosen else {
            cx.send(message);
            return Ok(self.finish(&transcript, cx));
        };
        cx.ask(Question::Sign {
            identity,
            scheme,
            message: proof::content(Side::Client, &transcript.current()),
        });
        Ok(State::WaitLateSignature(Box::new(WaitLateSignature {
            connected: self,
            transcript,
            certificate: message,
            scheme,
        })))
    }

    /// The last message of our answer; its key comes from our traffic secret of the moment: §4.5.
    fn finish(self: Box<Self>, transcript: &Transcript, cx: &mut Cx<'_, ClientConfig>) -> State {
        let key = self.traffic.sending.finished_key();
        let verify_data = key.verify_data(&transcript.current());
        cx.send(
            Finished {
                verify_data: verify_data.as_bytes().to_vec(),
            }
            .encode(),
        );
        State::Connected(self)
    }
}

impl WaitLateSignature {
    /// The key has signed.
    pub(crate) fn signature(
        mut self,
        signature: Option<Vec<u8>>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        let signature = signature.ok_or(LocalError::SigningFailed)?;
        let verify = CertificateVerify {
            algorithm: self.scheme,
            signature,
        }
        .encode();
        self.transcript.absorb(&verify);
        cx.send(self.certificate);
        cx.send(verify);
        Ok(self.connected.finish(&self.transcript, cx))
    }
}
