//! Server → Certificate … ServerHelloDone → us: RFC 5246 §7.4.2 to §7.4.5.

use super::State;
use super::answer::WaitVerdict;
use super::server_hello::Begun;
use crate::ClientConfig;
use crate::config::{Wanted, groups_of};
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::Cx;
use crate::handshake::peer;
use crate::handshake::question::{PeerClaim, Question};
use crate::handshake::requested::Requested;
use crate::handshake::tls12::key_exchange;
use tessera_session::Side;
use tessera_wire::codepoint::ProtocolVersion;
use tessera_wire::handshake::tls12::{
    Certificate, CertificateRequest, CertificateStatus, ServerKeyExchange,
};

/// A full handshake: the server's chain comes first.
pub(crate) struct WaitCertificate {
    pub(super) begun: Begun,
    /// The server may send an OCSP response: RFC 6066 §8.
    pub(super) may_staple: bool,
    /// Timestamps of the certificate that came in ServerHello: RFC 6962 §3.3.1.
    pub(super) scts: Vec<Vec<u8>>,
}

/// Its key share, or the status of its certificate before it.
pub(crate) struct WaitServerKeyExchange {
    pub(super) begun: Begun,
    chain: Vec<Vec<u8>>,
    may_staple: bool,
    ocsp: Option<Vec<u8>>,
    scts: Vec<Vec<u8>>,
}

/// The end of its flight, or a wish for our certificate before it.
pub(crate) struct WaitServerHelloDone {
    pub(super) begun: Begun,
    chain: Vec<Vec<u8>>,
    ocsp: Option<Vec<u8>>,
    scts: Vec<Vec<u8>>,
    key_exchange: ServerKeyExchange,
    requested: Option<Requested>,
}

impl WaitCertificate {
    pub(crate) fn certificate(
        mut self: Box<Self>,
        message: Certificate,
        raw: &[u8],
    ) -> Result<State, Fault> {
        if message.certificate_list.is_empty() {
            return Err(Misbehaviour::EmptyCertificate.into());
        }
        peer::check_length(&message.certificate_list)?;
        self.begun.said.absorb(raw);
        let wait = WaitServerKeyExchange {
            begun: self.begun,
            chain: message.certificate_list,
            may_staple: self.may_staple,
            ocsp: None,
            scts: self.scts,
        };
        Ok(State::WaitServerKeyExchange(Box::new(wait)))
    }
}

impl WaitServerKeyExchange {
    /// RFC 6066 §8: once, and only where ServerHello announced it.
    pub(crate) fn status(
        mut self: Box<Self>,
        message: CertificateStatus,
        raw: &[u8],
    ) -> Result<State, Fault> {
        if !self.may_staple {
            return Err(Fault::Unexpected {
                state: "WaitServerKeyExchange",
                came: "CertificateStatus",
            });
        }
        self.begun.said.absorb(raw);
        self.may_staple = false;
        self.ocsp = Some(message.response);
        Ok(State::WaitServerKeyExchange(self))
    }

    pub(crate) fn key_exchange(
        mut self: Box<Self>,
        message: ServerKeyExchange,
        raw: &[u8],
    ) -> Result<State, Fault> {
        self.begun.said.absorb(raw);
        let wait = WaitServerHelloDone {
            begun: self.begun,
            chain: self.chain,
            ocsp: self.ocsp,
            scts: self.scts,
            key_exchange: message,
            requested: None,
        };
        Ok(State::WaitServerHelloDone(Box::new(wait)))
    }
}

impl WaitServerHelloDone {
    pub(crate) fn request(
        mut self: Box<Self>,
        message: CertificateRequest,
        raw: &[u8],
    ) -> Result<State, Fault> {
        if self.requested.is_some() {
            return Err(Fault::Unexpected {
                state: "WaitServerHelloDone",
                came: "a second CertificateRequest",
            });
        }
        self.begun.said.absorb(raw);
        // A key of a type that is not listed will not do, whatever it signs: RFC 5246 §7.4.4 (2, 3).
        let mut schemes = message.supported_signature_algorithms.clone();
        schemes.retain(|scheme| {
            let certificate_type = key_exchange::certificate_type(*scheme);
            message.certificate_types.contains(&certificate_type)
        });
        self.requested = Some(Requested {
            schemes,
            chains: Wanted {
                authorities: message.certificate_authorities,
                schemes: message.supported_signature_algorithms,
            },
        });
        Ok(State::WaitServerHelloDone(self))
    }

    /// Everything is there: who is it?
    pub(crate) fn done(
        mut self: Box<Self>,
        raw: &[u8],
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        let group = self.key_exchange.group;
        let mut groups = groups_of(ProtocolVersion::TLS1_2, &cx.config.settings().groups);
        if !groups.any(|ours| ours == group) {
            return Err(Misbehaviour::UnofferedGroup(group).into());
        }
        self.begun.said.absorb(raw);
        cx.ask(Question::VerifyPeer(Box::new(PeerClaim {
            side: Side::Server,
            chain: self.chain,
            name: self.begun.agreed.server_name.clone(),
            ocsp: self.ocsp,
            scts: self.scts,
        })));
        let wait = WaitVerdict {
            begun: self.begun,
            key_exchange: self.key_exchange,
            requested: self.requested,
        };
        Ok(State::WaitVerdict(Box::new(wait)))
    }
}
