//! Us → ServerHello … Finished → client, written in order: RFC 9846 §4 (1).

use super::State;
use super::agreed::Agreed;
use super::decide::{self, Choice};
use super::hello::Hello;
use super::resume::Resumed;
use super::{client_auth, early_data, external, finish};
use crate::config::schemes_of;
use crate::fault::{Fault, LocalError, Misbehaviour};
use crate::handshake::current::Current;
use crate::handshake::cx::{Cx, Effect};
use crate::handshake::key_tree::Root;
use crate::handshake::question::Question;
use crate::handshake::tls13::proof;
use crate::keys::tls13::{EarlySecret, HandshakeSecret, TrafficPair};
use crate::keys::transcript::Transcript;
use crate::{EarlyDataFate, Event, Half, ServerConfig};
use tessera_crypto::{Secret, kex};
use tessera_session::{ClientAuthMode, PeerIdentity, Refusal, Side};
use tessera_wire::Random;
use tessera_wire::codepoint::{ProtocolVersion, SignatureScheme};
use tessera_wire::extension::{
    CertificateAuthorities, EarlyDataIndication, ExpectedTickets, Extensions, KeyShareEntry,
    KeyShareServerHello, OcspResponse, ProtocolNameList, SctList, SelectedIdentity,
    SelectedVersion, ServerNameAck, SignatureAlgorithms, SignatureAlgorithmsCert,
};
use tessera_wire::handshake::{
    Certificate, CertificateEntry, CertificateRequest, CertificateVerify, EncryptedExtensions,
    Finished, ServerHello,
};

/// A flight that has begun: ServerHello and EncryptedExtensions are out.
pub(super) struct Begun {
    pub(super) agreed: Agreed,
    pub(super) transcript: Transcript,
    secret: HandshakeSecret,
    pub(super) traffic: TrafficPair,
}

/// The private key is asked for CertificateVerify.
pub(crate) struct WaitSignature {
    begun: Begun,
    scheme: SignatureScheme,
    client_auth: ClientAuthMode,
}

/// A full handshake: certificates, and a new lineage.
pub(super) fn full(
    mut choice: Choice,
    hello: &Hello,
    refusal: Option<Refusal>,
    cx: &mut Cx<'_, ServerConfig>,
) -> Result<State, Fault> {
    if let Some(external) = choice.external.take() {
        return external::authenticated(choice, &external, hello, refusal, cx);
    }
    if cx.config.settings().identities.is_empty() {
        return Err(external::unknown(&hello.offered));
    }
    let scheme = choice
        .scheme
        .ok_or_else(|| decide::no_identity(&hello.offered, cx.config))?;
    if let Some(refusal) = &refusal {
        cx.tell(Event::Refused(*refusal));
    }
    let settings = cx.config.settings();
    let current = Current::founded(cx.now, settings.tickets.lineage_lifetime);
    let client_auth = settings.client_auth.mode;
    let mut agreed = Agreed {
        refusal,
        ..Agreed::new(choice, hello, current, &settings.tickets)
    };
    if let Some(refusal) = refusal {
        agreed.settle_early_data(Err(refusal));
    }
    let mut begun = begin(agreed, hello, None, cx)?;
    // RFC 9846 §4.4.2 (1), §4.5.1 (1), and the proof of it: §4.5.2 (1, 3).
    if client_auth != ClientAuthMode::None {
        begun.certificate_request(cx);
    }
    begun.certificate(cx);
    let message = proof::content(Side::Server, &begun.transcript.current());
    cx.ask(Question::Sign {
        identity: begun.agreed.identity,
        scheme,
        message,
    });
    Ok(State::WaitSignature(Box::new(WaitSignature {
        begun,
        scheme,
        client_auth,
    })))
}

/// A resumption: no certificates, nor a request for one (RFC 9846 §4.4.2 (6)); identity, taint and the
/// lineage's end are inherited.
pub(super) fn resumed(
    choice: Choice,
    hello: &Hello,
    resumed: Resumed,
    cx: &mut Cx<'_, ServerConfig>,
) -> Result<State, Fault> {
    let Resumed {
        session,
        selected_identity,
        current,
        ticket_age,
        early_data,
    } = resumed;
    let mut agreed = Agreed::new(choice, hello, current, &cx.config.settings().tickets);
    agreed.peer.clone_from(&session.binding.peer);
    // Nor is a client asked later that goes back to an external key: RFC 9846 §4.4.2 (7).
    let by_key = |peer: &PeerIdentity| !peer.has_certificate();
    agreed.can_be_asked &= !agreed.peer.as_ref().is_some_and(by_key);
    agreed.ticket_age = ticket_age;
    agreed.settle_early_data(early_data);
    let psk = Psk {
        secret: session.secret.secret(),
        selected_identity,
        early_data: early_data.ok(),
    };
    begin(agreed, hello, Some(&psk), cx)?.finished(ClientAuthMode::None, cx)
}

pub(super) struct Psk<'a> {
    pub(super) secret: &'a Secret,
    pub(super) selected_identity: u16,
    /// So much early data under it is taken.
    pub(super) early_data: Option<u32>,
}

/// ServerHello, handshake keys, EncryptedExtensions.
pub(super) fn begin(
    agreed: Agreed,
    hello: &Hello,
    psk: Option<&Psk<'_>>,
    cx: &mut Cx<'_, ServerConfig>,
) -> Result<Begun, Fault> {
    // The group is one of theirs, with a share of theirs: RFC 9846 §4.3.8 (6, 11, 12), §4.3.9 (7).
    let share = hello
        .offered
        .key_shares
        .iter()
        .find(|share| share.group == agreed.group);
    let theirs = share
        .map(|share| share.key_exchange.as_slice())
        .unwrap_or_default();
    let (key_exchange, shared) =
        kex::respond(agreed.group, theirs, cx.entropy).map_err(|error| match error {
            kex::KexError::BadShare => Fault::from(Misbehaviour::BadKeyShare(agreed.group)),
            kex::KexError::Unsupported | kex::KexError::Backend => LocalError::Crypto.into(),
        })?;

    let mut transcript = hello
        .before
        .clone()
        .unwrap_or_else(|| Transcript::new(agreed.suite.hash));
    transcript.absorb(&hello.raw);
    // What the keys need, the version, and no more: RFC 9846 §4.2.3 (10, 11), §4.2.4 (10).
    let mut extensions = Extensions::new();
    extensions.push(&SelectedVersion(ProtocolVersion::TLS1_3));
    extensions.push(&KeyShareServerHello(KeyShareEntry {
        group: agreed.group,
        key_exchange,
    }));
    if let Some(psk) = psk {
        extensions.push(&SelectedIdentity(psk.selected_identity));
    }
    // Frozen fields, and a random that owes nothing to the client's: RFC 9846 §4.2.3 (1, 4, 5, 8).
    let server_hello = ServerHello {
        legacy_version: ProtocolVersion::TLS1_2,
        random: Random(cx.entropy.public_array()),
        legacy_session_id_echo: hello.session_id,
        cipher_suite: agreed.suite.suite,
        legacy_compression_method: 0,
        extensions,
    }
    .encode();
    transcript.absorb(&server_hello);
    cx.send(server_hello);
    // RFC 9846 §E.4 (1), for whoever can read it; a retry has sent it already.
    if hello.before.is_none() {
        cx.cause(Effect::SendChangeCipherSpec);
    }

    let early = EarlySecret::new(agreed.suite.hash, psk.map(|psk| psk.secret));
    let early_data = psk.and_then(|psk| psk.early_data).map(|limit| {
        let client_hello = agreed.suite.hash.hash(&hello.raw);
        (limit, early.traffic(&client_hello))
    });
    let root = match (psk, &agreed.external_psk) {
        (None, _) => Root::Nothing,
        (Some(_), Some(_)) => Root::External,
        (Some(psk), None) => Root::Session(psk.secret),
    };
    cx.early_derived(root, &early);
    if let Some((_, traffic)) = &early_data {
        let branch = ("client_early_traffic", Some("early"));
        cx.derived(branch, traffic.secret().as_bytes());
    }
    let secret = early.into_handshake(&shared);
    let traffic = secret.traffic(&transcript.current());
    cx.handshake_derived(root, &secret, &traffic);
    cx.log(
        "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        &agreed.client_random,
        traffic.client.secret(),
    );
    cx.log(
        "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        &agreed.client_random,
        traffic.server.secret(),
    );
    cx.install(Half::Sending, &traffic.server, agreed.suite)?;
    match &early_data {
        Some((limit, early)) => {
            let random = &agreed.client_random;
            cx.log("CLIENT_EARLY_TRAFFIC_SECRET", random, early.secret());
            cx.install(Half::Receiving, early, agreed.suite)?;
            cx.cause(Effect::TakeEarlyData(*limit));
        }
        None => cx.install(Half::Receiving, &traffic.client, agreed.suite)?,
    }
    if matches!(agreed.early_data, EarlyDataFate::Rejected(_)) {
        cx.cause(Effect::RefuseEarlyData);
    }
    let mut begun = Begun {
        agreed,
        transcript,
        secret,
        traffic,
    };
    // RFC 9846 §4.4.1 (1).
    begun.encrypted_extensions(hello, cx);
    Ok(begun)
}

impl Begun {
    fn send(&mut self, message: Vec<u8>, cx: &mut Cx<'_, ServerConfig>) {
        self.transcript.absorb(&message);
        cx.send(message);
    }

    /// Answers to what was asked: RFC 9846 §4.3 (3).
    fn encrypted_extensions(&mut self, hello: &Hello, cx: &mut Cx<'_, ServerConfig>) {
        let mut extensions = Extensions::new();
        // RFC 6066 §3: an empty server_name says that the name was used. A resumption does not say it.
        let names_used = hello.offered.server_name.is_some() && !self.agreed.current.is_resumed();
        if names_used {
            extensions.push(&ServerNameAck);
        }
        if let Some(alpn) = &self.agreed.alpn {
            extensions.push(&ProtocolNameList(vec![alpn.as_bytes().to_vec()]));
        }
        // Only where it is taken: RFC 9846 §4.3.10 (9).
        if self.agreed.early_data == EarlyDataFate::Accepted {
            extensions.push(&EarlyDataIndication);
        }
        if self.agreed.announces_tickets {
            // RFC 9149 §3 (1).
            extensions.push(&ExpectedTickets(self.agreed.tickets));
        }
        self.send(EncryptedExtensions { extensions }.encode(), cx);
    }

    fn certificate_request(&mut self, cx: &mut Cx<'_, ServerConfig>) {
        // The context is empty in the handshake: RFC 9846 §4.4.2 (3).
        self.send(certificate_request(Vec::new(), cx).encode(), cx);
    }

    fn certificate(&mut self, cx: &mut Cx<'_, ServerConfig>) {
        let identities = &cx.config.settings().identities;
        let mut certificate_list = Vec::new();
        if let Some(identity) = identities.get(self.agreed.identity) {
            for (position, cert_data) in identity.chain.iter().enumerate() {
                let mut extensions = Extensions::new();
                // RFC 9846 §4.5.1 (6): about the leaf, where the client asked.
                if let Some(ocsp) = identity
                    .ocsp
                    .as_ref()
                    .filter(|_| position == 0 && self.agreed.wants_ocsp)
                {
                    extensions.push(&OcspResponse(ocsp.clone()));
                }
                if position == 0 && self.agreed.wants_scts && !identity.scts.is_empty() {
                    extensions.push(&SctList(identity.scts.clone()));
                }
                certificate_list.push(CertificateEntry {
                    cert_data: cert_data.clone(),
                    extensions,
                });
            }
        }
        // RFC 9846 §4.5.1 (5).
        let certificate = Certificate {
            certificate_request_context: Vec::new(),
            certificate_list,
        };
        self.send(certificate.encode(), cx);
    }

    /// The end of our flight; from here on we send under application keys: RFC 9846 §4.5.3 (3).
    pub(super) fn finished(
        mut self,
        client_auth: ClientAuthMode,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let verify_data = self
            .traffic
            .server
            .finished_key()
            .verify_data(&self.transcript.current());
        self.send(
            Finished {
                verify_data: verify_data.as_bytes().to_vec(),
            }
            .encode(),
            cx,
        );

        let digest = self.transcript.current();
        let main = self.secret.into_main();
        let application = main.traffic(&digest);
        let exporter = main.exporter_secret(&digest);
        cx.main_derived(&main, &application, &exporter);
        let random = &self.agreed.client_random;
        cx.log(
            "CLIENT_TRAFFIC_SECRET_0",
            random,
            application.client.secret(),
        );
        cx.log(
            "SERVER_TRAFFIC_SECRET_0",
            random,
            application.server.secret(),
        );
        cx.log("EXPORTER_SECRET", random, &exporter);
        cx.install(Half::Sending, &application.server, self.agreed.suite)?;
        let client_finished = self.traffic.client.finished_key();
        let mut wait = finish::WaitFinished {
            agreed: self.agreed,
            transcript: self.transcript,
            client_finished,
            main,
            application,
            exporter,
        };
        if wait.is_early() {
            // Its answer need not wait for the end of it: RFC 9846 §2.3, §4.3.11.3 (1).
            wait.establish(cx);
            let handshake = self.traffic.client;
            return Ok(State::WaitEndOfEarlyData(Box::new(
                early_data::WaitEndOfEarlyData { wait, handshake },
            )));
        }
        Ok(match client_auth {
            ClientAuthMode::None => State::WaitFinished(Box::new(wait)),
            mode => State::WaitCertificate(Box::new(client_auth::WaitCertificate { mode, wait })),
        })
    }
}

impl WaitSignature {
    /// The key has signed.
    pub(crate) fn signature(
        mut self,
        signature: Option<Vec<u8>>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let signature = signature.ok_or(LocalError::SigningFailed)?;
        self.begun.send(
            CertificateVerify {
                algorithm: self.scheme,
                signature,
            }
            .encode(),
            cx,
        );
        self.begun.finished(self.client_auth, cx)
    }
}

/// What clients may show, and prove it with: RFC 9846 §4.4.2 (4).
pub(super) fn certificate_request(
    certificate_request_context: Vec<u8>,
    cx: &Cx<'_, ServerConfig>,
) -> CertificateRequest {
    let mut extensions = Extensions::new();
    let schemes = &cx.config.settings().signature_schemes;
    let for_handshakes = schemes_of(ProtocolVersion::TLS1_3, schemes);
    let same = for_handshakes == *schemes;
    extensions.push(&SignatureAlgorithms(for_handshakes));
    if !same {
        extensions.push(&SignatureAlgorithmsCert(schemes.clone()));
    }
    let authorities = &cx.config.settings().client_auth.authorities;
    if !authorities.is_empty() {
        extensions.push(&CertificateAuthorities(authorities.clone()));
    }
    CertificateRequest {
        certificate_request_context,
        extensions,
    }
}
