//! A handshake that can be stopped between any two steps, and whose messages anybody may change on
//! their way, protected or not: what no honest peer can be made to do.

use super::{Connection, Output};
use crate::fault::Fault;
use crate::handshake::question::{Answer, Consent, Found, Question};
use crate::record::deframe::{Familiarity, deframe};
use crate::verdict::{Accepted, Trust, Verdict};
use crate::{
    ClientAuth, ClientConfig, ClientSettings, EarlyDataOffer, GreaseValues, Identity, Input,
    KeyUpdateRequest, OfferedSession, Renegotiation, ServerConfig, ServerSettings,
};
use std::sync::Arc;
use tessera_crypto::{Entropy, SigningKey};
use tessera_session::ticket::{RotationPolicy, rotation};
use tessera_session::{
    Claim, ClientAuthMode, EarlyData, PeerIdentity, ServerName, Session, Side, TicketKind,
    Timestamp, Vault,
};
use tessera_wire::codepoint::{NamedGroup, ProtocolVersion};

pub(super) const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

/// Two connections and all that is between and around them.
pub(super) struct Puppets {
    pub(super) client: Connection,
    pub(super) server: Connection,
    /// Bytes on their way: to the server, to the client.
    wires: [Vec<u8>; 2],
    questions: Vec<(Side, super::QuestionId, Question)>,
    key: SigningKey,
    /// What the client keeps.
    pub(super) kept: Option<OfferedSession>,
    /// What the server's store has.
    pub(super) stored: Option<Session>,
    /// Everything that was asked, by name.
    pub(super) asked: Vec<&'static str>,
    /// The time at both ends.
    pub(super) now: Timestamp,
}

/// Which road a handshake takes.
#[derive(Clone, Copy)]
pub(super) struct Road {
    pub(super) version: ProtocolVersion,
    pub(super) client_auth: bool,
    pub(super) retry: bool,
    pub(super) resumes: bool,
    /// The session is in the server's store, and not in a ticket.
    pub(super) stored: bool,
    /// TLS 1.2: what the client begins when all is quiet.
    pub(super) again: Again,
}

/// A second handshake on the connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    No,
    Full,
    Abbreviated,
}

impl Road {
    pub(super) const TLS13: Self = Self {
        version: ProtocolVersion::TLS1_3,
        client_auth: false,
        retry: false,
        resumes: false,
        stored: true,
        again: Again::No,
    };
    pub(super) const TLS12: Self = Self {
        version: ProtocolVersion::TLS1_2,
        stored: false,
        ..Self::TLS13
    };

    fn is_tls12(&self) -> bool {
        self.version == ProtocolVersion::TLS1_2
    }
}

/// PKCS#8 around an Ed25519 seed: RFC 8410 §7.
pub(super) fn key() -> SigningKey {
    let mut der = vec![
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    der.extend_from_slice(&[9; 32]);
    SigningKey::from_der(&der).expect("a fixed key")
}

fn identity(road: Road) -> Identity {
    Identity {
        chain: vec![b"certificate".to_vec()],
        schemes: key().schemes().to_vec(),
        ocsp: road.is_tls12().then(|| b"status".to_vec()),
        ..Identity::default()
    }
}

fn server(road: Road) -> ServerSettings {
    let mut settings = ServerSettings {
        identities: vec![identity(road)],
        // TLS 1.2 resumes nothing where it is demanded.
        single_use: !road.is_tls12(),
        vault: Some(Arc::new(Vault::new(&[1; 32]))),
        versions: vec![road.version],
        groups: vec![NamedGroup::X25519],
        renegotiation: Renegotiation::Any,
        early_data: EarlyData::Accept { up_to: 1024 },
        early_data_with_identity: true,
        ..ServerSettings::default()
    };
    settings.shared.set_recording_since(Some(NOW));
    settings.tickets.kind = Some(match road.stored {
        true => TicketKind::Stored,
        false => TicketKind::Sealed,
    });
    if road.client_auth {
        settings.client_auth = ClientAuth {
            mode: ClientAuthMode::Request,
            ..ClientAuth::default()
        };
    }
    let ring = rotation::next(
        &settings.shared.ring(),
        &RotationPolicy::default(),
        NOW,
        &mut Entropy::from_seed([3; 32]),
    );
    settings
        .shared
        .set_ring(ring.expect("an empty ring gets a key"));
    settings
}

fn client(road: Road) -> ClientSettings {
    let first = if road.retry {
        NamedGroup::SECP256R1
    } else {
        NamedGroup::X25519
    };
    ClientSettings {
        identities: vec![identity(road)],
        versions: vec![road.version],
        groups: vec![first, NamedGroup::X25519],
        renegotiation: Renegotiation::Any,
        grease: GreaseValues::Omit,
        early_data: EarlyDataOffer::WherePossible,
        ..ClientSettings::default()
    }
}

impl Puppets {
    /// Both ends of this road, and on a road that resumes the session they have.
    pub(super) fn on(road: Road) -> Self {
        if !road.resumes {
            return Self::new(road, None, None);
        }
        let mut before = Self::on(Road {
            resumes: false,
            again: Again::No,
            ..road
        });
        while before.step() {}
        let offered = before.kept.take();
        assert!(offered.is_some(), "a session was kept");
        Self::new(road, offered, before.stored.take())
    }

    fn new(road: Road, offered: Option<OfferedSession>, stored: Option<Session>) -> Self {
        let client = Arc::new(ClientConfig::try_from(client(road)).expect("right"));
        let server = Arc::new(ServerConfig::try_from(server(road)).expect("right"));
        let name = ServerName::new("server.test").expect("a name");
        Self {
            client: Connection::client(client, name, offered, [1; 32], NOW),
            server: Connection::server(server, [2; 32]),
            wires: [Vec::new(), Vec::new()],
            questions: Vec::new(),
            key: key(),
            kept: None,
            stored,
            asked: Vec::new(),
            now: NOW,
        }
    }

    pub(super) fn end(&mut self, side: Side) -> &mut Connection {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    /// The client begins a handshake on the connection they have.
    pub(super) fn begin_again(&mut self, again: Again) {
        while self.step() {}
        match again {
            Again::No => {}
            Again::Full => self.client.handle(self.now, Input::Renegotiate),
            Again::Abbreviated => {
                let wish = Input::UpdateKeys(KeyUpdateRequest::UpdateRequested);
                self.client.handle(self.now, wish);
            }
        }
    }

    pub(super) fn drain(&mut self) {
        for side in [Side::Client, Side::Server] {
            while let Some(output) = self.end(side).poll() {
                match output {
                    Output::Transmit(bytes) => {
                        self.wires[usize::from(side == Side::Server)].extend(bytes);
                    }
                    Output::Ask(id, question) => self.questions.push((side, id, question)),
                    Output::Ended(ending) => panic!("{ending}"),
                    Output::Deliver(_)
                    | Output::DeliverEarly(_)
                    | Output::Event(_)
                    | Output::KeyLog(_) => {}
                }
            }
        }
    }

    /// One message, one record or one answer; `false` when nothing is left to happen.
    pub(super) fn step(&mut self) -> bool {
        self.step_through(&mut |_, _| {}).expect("a good handshake")
    }

    /// The same with somebody in the middle, who is told where a message goes.
    pub(super) fn step_through(
        &mut self,
        middle: &mut dyn FnMut(Side, &mut Vec<u8>),
    ) -> Result<bool, (Side, Fault)> {
        self.drain();
        let now = self.now;
        for side in [Side::Client, Side::Server] {
            if self.end(side).is_held() {
                continue;
            }
            let next = self
                .end(side)
                .inbound
                .reassembler
                .next()
                .expect("within budget");
            if let Some(mut message) = next {
                middle(side, &mut message);
                let heard = self.end(side).message(now, message);
                return heard.map(|()| true).map_err(|fault| (side, fault));
            }
        }
        if let Some((side, id, question)) = self.questions.pop() {
            let answer = self.answer(question);
            let told = self.end(side).answer(now, id, answer);
            return told.map(|()| true).map_err(|fault| (side, fault));
        }
        for (side, wire) in [(Side::Server, 0), (Side::Client, 1)] {
            let mut bytes = std::mem::take(&mut self.wires[wire]);
            if let Some(frame) = deframe(&bytes, Familiarity::Known).expect("records") {
                self.wires[wire] = bytes.split_off(frame.len);
                let came = self
                    .end(side)
                    .record(now, frame.header.content_type, &mut bytes);
                return came.map(|_| true).map_err(|fault| (side, fault));
            }
        }
        Ok(false)
    }

    fn answer(&mut self, question: Question) -> Answer {
        self.asked.push(question.name());
        match question {
            Question::FindSession(_) => {
                let session = self.stored.as_ref().expect("kept before").clone();
                Answer::Session(Found::Session(Box::new(session)))
            }
            Question::ClaimSession(_) => Answer::Claim(Some(Claim::Won)),
            Question::Keep(keep) => {
                match keep.side {
                    Side::Client => {
                        self.kept = Some(OfferedSession {
                            session: keep.session,
                            ticket: keep.ticket,
                        });
                    }
                    Side::Server => self.stored = Some(keep.session),
                }
                Answer::Kept(true)
            }
            Question::VerifyPeer(claim) => Answer::Verdict(accepted(&claim.chain, &self.key)),
            Question::Sign {
                scheme, message, ..
            } => Answer::Signature(self.key.sign(scheme, &message).ok()),
            Question::Renegotiate => Answer::Consent(Consent::Decline),
            Question::Authorise(_) => Answer::Authorised(true),
        }
    }
}

pub(super) fn accepted(chain: &[Vec<u8>], key: &SigningKey) -> Verdict {
    let identity = PeerIdentity {
        subject: "CN=peer".to_owned(),
        chain: chain.to_vec(),
        not_after: Timestamp::from_unix_secs(2_000_000_000),
        issuer_serials: Vec::new(),
    };
    Verdict::Accepted(Box::new(Accepted {
        identity,
        public_key: key.public_key_spki(),
        trust: Trust::Verified,
    }))
}

/// The handshake of one of these roads, stopped where `side` first is in `state`; the second
/// handshake of a road that has two.
pub(super) fn stopped_at(roads: &[Road], side: Side, state: &str) -> Puppets {
    for road in roads {
        let mut puppets = Puppets::on(*road);
        if road.again != Again::No {
            puppets.begin_again(road.again);
        }
        loop {
            if puppets.end(side).state() == state {
                return puppets;
            }
            if !puppets.step() {
                break;
            }
        }
    }
    panic!("no road leads to {state}");
}
