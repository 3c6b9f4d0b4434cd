//! Us → ServerHello … ServerHelloDone → client: RFC 5246 §7.4.1.3 to §7.4.5.

use super::State;
use super::begun::{self, Begun};
use super::client_auth::{WaitCertificate, WaitClientKeyExchange};
use super::hello::Hello;
use super::tickets;
use crate::fault::{Fault, LocalError};
use crate::handshake::current::Current;
use crate::handshake::cx::Cx;
use crate::handshake::question::Question;
use crate::handshake::tls12::agreed::Agreed;
use crate::handshake::tls12::key_exchange;
use crate::handshake::tls12::settled::Wire;
use crate::keys::tls12::Randoms;
use crate::{Event, ServerConfig};
use tessera_crypto::kex::KeyShare;
use tessera_session::policy::LONGEST_LINEAGE_TLS12;
use tessera_session::{ClientAuthMode, Refusal};
use tessera_wire::codepoint::{ClientCertificateType, SignatureScheme};
use tessera_wire::extension::{
    CertificateStatusAck, Extensions, SctList, ServerNameAck, SessionTicket,
};
use tessera_wire::handshake::tls12::{
    Certificate, CertificateRequest, CertificateStatus, ServerHelloDone, ServerKeyExchange,
};

/// The private key is asked for the signature of our key share.
pub(crate) struct WaitKeySignature {
    pub(super) begun: Begun,
    share: KeyShare,
    params: Vec<u8>,
    scheme: SignatureScheme,
    client_auth: ClientAuthMode,
}

/// A new session, and a new lineage.
pub(super) fn begin(
    hello: Hello,
    refusal: Option<Refusal>,
    cx: &mut Cx<'_, ServerConfig>,
) -> Result<State, Fault> {
    if let Some(refusal) = &refusal {
        cx.tell(Event::Refused(*refusal));
    }
    let settings = cx.config.settings();
    let known = hello.before.as_ref().map(|before| &before.agreed.peer);
    let client_auth = match settings.client_auth.mode {
        ClientAuthMode::None if hello.wants_certificate => ClientAuthMode::Request,
        // Who has said who it is says so again, or the new session would not know.
        ClientAuthMode::None if known.is_some_and(Option::is_some) => ClientAuthMode::Request,
        mode => mode,
    };
    let randoms = Randoms {
        client: hello.random,
        server: begun::random(&hello, cx),
    };
    let lineage_lifetime = settings.tickets.lineage_lifetime.min(LONGEST_LINEAGE_TLS12);
    let wire = tickets::form(&hello, cx);
    let owes_ticket = matches!(&wire, Some(Wire::Ticket(_)));
    let ocsp = hello.offered.status_request.then(|| staple(&hello, cx));
    let ocsp = ocsp.flatten();
    let extensions = extensions(&hello, owes_ticket, ocsp.is_some(), timestamps(&hello, cx));
    let session_id = wire.as_ref().map(Wire::session_id).unwrap_or_default();
    let choice = hello.choice;
    let agreed = Agreed {
        shown: false,
        suite: choice.suite,
        group: Some(choice.group),
        server_signature: Some(choice.scheme),
        client_signature: None,
        server_name: choice.server_name,
        alpn: choice.alpn,
        scope: choice.scope,
        peer: None,
        randoms,
        extended_main_secret: choice.extended_main_secret,
        secure_renegotiation: choice.secure_renegotiation,
        current: Current::founded(cx.now, lineage_lifetime),
        refusal,
        epoch: hello.before.as_ref().map_or(0, |b| b.agreed.epoch + 1),
    };
    let mut said = begun::server_hello(&hello.raw, &agreed, session_id, extensions, cx);
    if client_auth == ClientAuthMode::None {
        said.forget_whole();
    }
    let mut begun = Begun {
        agreed,
        said,
        before: hello.before,
        identity: choice.identity,
        wire,
        owes_ticket,
    };
    // RFC 5246 §7.4.2 (1).
    begun.certificate(ocsp, cx);
    let share = KeyShare::generate(choice.group, cx.entropy).map_err(|_| LocalError::Crypto)?;
    let params = ServerKeyExchange::params_of(choice.group, share.public_share());
    cx.ask(Question::Sign {
        identity: choice.identity,
        scheme: choice.scheme,
        message: key_exchange::signed(&randoms, &params),
    });
    Ok(State::WaitKeySignature(Box::new(WaitKeySignature {
        begun,
        share,
        params,
        scheme: choice.scheme,
        client_auth,
    })))
}

fn staple(hello: &Hello, cx: &Cx<'_, ServerConfig>) -> Option<Vec<u8>> {
    let identities = &cx.config.settings().identities;
    identities.get(hello.choice.identity)?.ocsp.clone()
}

/// RFC 6962 §3.3.1: those of the certificate, for a client that asked.
fn timestamps(hello: &Hello, cx: &Cx<'_, ServerConfig>) -> Vec<Vec<u8>> {
    let identities = &cx.config.settings().identities;
    let own = identities.get(hello.choice.identity);
    own.filter(|_| hello.offered.sct)
        .map(|own| own.scts.clone())
        .unwrap_or_default()
}

fn extensions(hello: &Hello, owes_ticket: bool, staples: bool, scts: Vec<Vec<u8>>) -> Extensions {
    let mut extensions = begun::extensions(hello);
    // RFC 6066 §3 (4, 5): the name was used; a resumption leaves this out.
    if hello.choice.server_name.is_some() {
        extensions.push(&ServerNameAck);
    }
    // RFC 5077 §3.2 (3).
    if owes_ticket {
        extensions.push(&SessionTicket(Vec::new()));
    }
    // RFC 6066 §8 (3, 4).
    if staples {
        extensions.push(&CertificateStatusAck);
    }
    if !scts.is_empty() {
        extensions.push(&SctList(scts));
    }
    extensions
}

impl Begun {
    fn certificate(&mut self, ocsp: Option<Vec<u8>>, cx: &mut Cx<'_, ServerConfig>) {
        let identities = &cx.config.settings().identities;
        let chain = identities.get(self.identity).map(|own| own.chain.clone());
        let message = Certificate {
            certificate_list: chain.unwrap_or_default(),
        };
        self.send(message.encode(), cx);
        if let Some(response) = ocsp {
            self.send(CertificateStatus { response }.encode(), cx);
        }
    }

    fn certificate_request(&mut self, cx: &mut Cx<'_, ServerConfig>) {
        let message = CertificateRequest {
            certificate_types: vec![
                ClientCertificateType::ECDSA_SIGN,
                ClientCertificateType::RSA_SIGN,
            ],
            supported_signature_algorithms: cx.config.settings().signature_schemes.clone(),
            certificate_authorities: cx.config.settings().client_auth.authorities.clone(),
        };
        self.send(message.encode(), cx);
    }
}

impl WaitKeySignature {
    /// The key has signed.
    pub(crate) fn signature(
        self: Box<Self>,
        signature: Option<Vec<u8>>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let Self {
            mut begun,
            share,
            params,
            scheme,
            client_auth,
        } = *self;
        let signature = signature.ok_or(LocalError::SigningFailed)?;
        let message = ServerKeyExchange::encode_signed(&params, scheme, &signature);
        begun.send(message, cx);
        if client_auth != ClientAuthMode::None {
            begun.certificate_request(cx);
        }
        begun.send(ServerHelloDone.encode(), cx);
        let wait = WaitClientKeyExchange {
            begun,
            share,
            accepted: None,
        };
        Ok(match client_auth {
            ClientAuthMode::None => State::WaitClientKeyExchange(Box::new(wait)),
            mode => State::WaitCertificate(Box::new(WaitCertificate { mode, wait })),
        })
    }
}
