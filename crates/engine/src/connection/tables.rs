//! Every state, every arrival: what comes of it, as a snapshot. A changed line is a changed
//! protocol.

use super::{Connection, Output};
use crate::handshake::question::{Answer, Found, Question};
use crate::handshake::{Arrival, Unread};
use crate::record::deframe::{Familiarity, deframe};
use crate::verdict::{Accepted, Trust, Verdict};
use crate::{
    ClientAuth, ClientConfig, ClientSettings, Fault, GreaseValues, Identity, Input, OfferedSession,
};
use crate::{ServerConfig, ServerSettings};
use std::fmt::Write as _;
use std::sync::Arc;
use tessera_crypto::{Entropy, SigningKey};
use tessera_session::ticket::{RotationPolicy, rotation};
use tessera_session::{
    Claim, ClientAuthMode, PeerIdentity, ServerName, Side, TicketKind, Timestamp, Vault,
};
use tessera_wire::codepoint::{ExtensionType, KeyUpdateRequest, NamedGroup, ProtocolVersion};
use tessera_wire::extension::{ExpectedTickets, Extensions};
use tessera_wire::handshake::{EncryptedExtensions, Handshake};

const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

/// A handshake that can be stopped between any two steps.
struct Puppets {
    client: Connection,
    server: Connection,
    /// Bytes on their way: to the server, to the client.
    wires: [Vec<u8>; 2],
    questions: Vec<(Side, super::QuestionId, Question)>,
    key: SigningKey,
    kept: Option<OfferedSession>,
}

/// Which road a handshake takes.
#[derive(Clone, Copy)]
struct Road {
    client_auth: bool,
    retry: bool,
    resumes: bool,
}

const ROADS: [Road; 4] = [
    Road {
        client_auth: false,
        retry: false,
        resumes: false,
    },
    Road {
        client_auth: true,
        retry: false,
        resumes: false,
    },
    Road {
        client_auth: false,
        retry: true,
        resumes: false,
    },
    Road {
        client_auth: false,
        retry: false,
        resumes: true,
    },
];

/// PKCS#8 around an Ed25519 seed: RFC 8410 §7.
fn key() -> SigningKey {
    let mut der = vec![
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    der.extend_from_slice(&[9; 32]);
    SigningKey::from_der(&der).expect("a fixed key")
}

fn identity() -> Identity {
    Identity {
        chain: vec![b"certificate".to_vec()],
        schemes: key().schemes().to_vec(),
        ..Identity::default()
    }
}

impl Puppets {
    fn new(road: Road, offered: Option<OfferedSession>) -> Self {
        let mut server = ServerSettings {
            identities: vec![identity()],
            single_use: true,
            vault: Some(Arc::new(Vault::new(&[1; 32]))),
            versions: vec![ProtocolVersion::TLS1_3],
            groups: vec![NamedGroup::X25519],
            ..ServerSettings::default()
        };
        server.tickets.kind = TicketKind::Stored;
        if road.client_auth {
            server.client_auth = ClientAuth {
                mode: ClientAuthMode::Request,
                ..ClientAuth::default()
            };
        }
        let ring = rotation::next(
            &server.shared.ring(),
            &RotationPolicy::default(),
            NOW,
            &mut Entropy::from_seed([3; 32]),
        );
        server
            .shared
            .set_ring(ring.expect("an empty ring gets a key"));
        let first = if road.retry {
            NamedGroup::SECP256R1
        } else {
            NamedGroup::X25519
        };
        let client = ClientSettings {
            identity: Some(identity()),
            versions: vec![ProtocolVersion::TLS1_3],
            groups: vec![first, NamedGroup::X25519],
            grease: GreaseValues::Omit,
            ..ClientSettings::default()
        };
        let client = Arc::new(ClientConfig::try_from(client).expect("right"));
        let server = Arc::new(ServerConfig::try_from(server).expect("right"));
        let name = ServerName::new("server.test").expect("a name");
        Self {
            client: Connection::client(client, name, offered, [1; 32], NOW),
            server: Connection::server(server, [2; 32]),
            wires: [Vec::new(), Vec::new()],
            questions: Vec::new(),
            key: key(),
            kept: None,
        }
    }

    fn end(&mut self, side: Side) -> &mut Connection {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    fn drain(&mut self) {
        for side in [Side::Client, Side::Server] {
            while let Some(output) = self.end(side).poll() {
                match output {
                    Output::Transmit(bytes) => {
                        self.wires[usize::from(side == Side::Server)].extend(bytes);
                    }
                    Output::Ask(id, question) => self.questions.push((side, id, question)),
                    Output::Ended(ending) => panic!("{ending}"),
                    Output::Deliver(_) | Output::Event(_) | Output::KeyLog(_) => {}
                }
            }
        }
    }

    /// One message, one record or one answer; `false` when nothing is left to happen.
    fn step(&mut self) -> bool {
        self.drain();
        for side in [Side::Client, Side::Server] {
            let next = self
                .end(side)
                .inbound
                .reassembler
                .next()
                .expect("within budget");
            if let Some(message) = next {
                self.end(side)
                    .message(NOW, message)
                    .expect("a good handshake");
                return true;
            }
        }
        if let Some((side, id, question)) = self.questions.pop() {
            let answer = self.answer(question);
            self.end(side).handle(NOW, Input::Answer(id, answer));
            return true;
        }
        for (side, wire) in [(Side::Server, 0), (Side::Client, 1)] {
            let mut bytes = std::mem::take(&mut self.wires[wire]);
            if let Some(frame) = deframe(&bytes, Familiarity::Known).expect("records") {
                self.wires[wire] = bytes.split_off(frame.len);
                self.end(side)
                    .record(NOW, frame.header.content_type, &mut bytes)
                    .expect("a good record");
                return true;
            }
        }
        false
    }

    fn answer(&mut self, question: Question) -> Answer {
        match question {
            Question::FindSession(_) => {
                let session = self.kept.as_ref().expect("kept before").session.clone();
                Answer::Session(Found::Session(Box::new(session)))
            }
            Question::ClaimSession(_) => Answer::Claim(Some(Claim::Won)),
            Question::Keep(keep) => {
                if keep.side == Side::Client {
                    self.kept = Some(OfferedSession {
                        session: keep.session,
                        ticket: keep.ticket,
                    });
                }
                Answer::Kept(true)
            }
            Question::VerifyPeer(claim) => Answer::Verdict(accepted(&claim.chain, &self.key)),
            Question::Sign {
                scheme, message, ..
            } => Answer::Signature(self.key.sign(scheme, &message).ok()),
        }
    }
}

fn accepted(chain: &[Vec<u8>], key: &SigningKey) -> Verdict {
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

/// A session and the server's copy of it, from a handshake run to its end.
fn session() -> (OfferedSession, OfferedSession) {
    let mut puppets = Puppets::new(ROADS[0], None);
    while puppets.step() {}
    let kept = puppets.kept.expect("a ticket came");
    let copy = OfferedSession {
        session: kept.session.clone(),
        ticket: kept.ticket.clone(),
    };
    (kept, copy)
}

/// The handshake of some road, stopped where `side` first is in `state`.
fn stopped_at(side: Side, state: &str) -> Puppets {
    for road in ROADS {
        let (offered, copy) = if road.resumes {
            let (offered, mut copy) = session();
            // The server's half of it names the scope of the server.
            let config = Puppets::new(road, None);
            if let super::role::Role::Server { config, .. } = &config.server.role {
                copy.session.binding.scope =
                    config.scope(copy.session.binding.server_name.as_ref());
            }
            (Some(offered), Some(copy))
        } else {
            (None, None)
        };
        let mut puppets = Puppets::new(road, offered);
        puppets.kept = copy;
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

/// One real message of each kind, collected from handshakes of every road.
fn messages() -> Vec<(&'static str, Vec<u8>)> {
    let mut found: Vec<(&'static str, Vec<u8>)> = Vec::new();
    for road in ROADS {
        let mut puppets = Puppets::new(road, None);
        while puppets.step() {
            for side in [Side::Client, Side::Server] {
                let waiting = puppets.end(side).inbound.reassembler.clone_next();
                if let Some(message) = waiting {
                    let name = Handshake::decode(&message).expect("a message").name();
                    if !found.iter().any(|(known, _)| *known == name) {
                        found.push((name, message));
                    }
                }
            }
        }
    }
    found.push(("KeyUpdate", vec![24, 0, 0, 1, 0]));
    found.push(("EndOfEarlyData", vec![5, 0, 0, 0]));
    found.sort();
    found
}

fn answers() -> Vec<Answer> {
    vec![
        Answer::Session(Found::Nothing),
        Answer::Claim(Some(Claim::AlreadyUsed)),
        Answer::Verdict(accepted(&[vec![1]], &key())),
        Answer::Signature(None),
        Answer::Kept(true),
    ]
}

const CLIENT: [&str; 9] = [
    "WaitServerHello",
    "WaitEncryptedExtensions",
    "WaitCertificateOrRequest",
    "WaitCertificate",
    "WaitVerdict",
    "WaitCertificateVerify",
    "WaitFinished",
    "WaitSignature",
    "Connected",
];
const SERVER: [&str; 10] = [
    "WaitClientHello",
    "WaitSecondClientHello",
    "WaitSession",
    "WaitClaim",
    "WaitSignature",
    "WaitCertificate",
    "WaitVerdict",
    "WaitCertificateVerify",
    "WaitFinished",
    "Connected",
];

fn outcome(side: Side, state: &str, arrival: Arrival<Unread>) -> Option<String> {
    let mut puppets = stopped_at(side, state);
    let end = puppets.end(side);
    let result = end.role.step(arrival, NOW, &mut end.entropy);
    match result {
        Ok(_) => Some(end.role.state_name().to_owned()),
        Err(Fault::Unexpected { .. }) => None,
        Err(fault) => Some(format!("fault: {fault}")),
    }
}

#[test]
fn every_state_and_every_arrival() {
    // RFC 9846 §4 (2), §4.2.2 (3), §4.2.4 (5), §4.6 (4), §4.7.3 (1).
    let messages = messages();
    let mut table = String::from("Whatever is not listed is an unexpected_message.\n");
    for (side, states) in [
        (Side::Client, CLIENT.as_slice()),
        (Side::Server, SERVER.as_slice()),
    ] {
        for state in states {
            let _ = writeln!(table, "\n{side} {state}");
            for (name, raw) in &messages {
                let arrival = Arrival::Message(Unread, raw.clone());
                if let Some(outcome) = outcome(side, state, arrival) {
                    let _ = writeln!(table, "  {name} -> {outcome}");
                }
            }
            for answer in answers() {
                let name = answer.name();
                if let Some(outcome) = outcome(side, state, Arrival::Told(answer)) {
                    let _ = writeln!(table, "  (told) {name} -> {outcome}");
                }
            }
            let wish = crate::handshake::Wish::UpdateKeys(KeyUpdateRequest::UpdateRequested);
            if let Some(outcome) = outcome(side, state, Arrival::Wanted(wish)) {
                let _ = writeln!(table, "  (wanted) UpdateKeys -> {outcome}");
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_flood_of_anything_ends_with_its_alert() {
    use crate::fault::{Misbehaviour, RecordError};
    let connected = |side| stopped_at(side, "Connected");
    let update = [24, 0, 0, 1, 0];
    let mut server = connected(Side::Server).server;
    let ended = (0..33).find_map(|_| server.message(NOW, update.to_vec()).err());
    assert_eq!(ended, Some(Misbehaviour::TooManyKeyUpdates.into()));

    let mut server = connected(Side::Server).server;
    let ended = (0..33).find_map(|_| {
        server
            .content(
                NOW,
                tessera_wire::codepoint::ContentType::APPLICATION_DATA,
                &[],
                0..0,
            )
            .err()
    });
    assert_eq!(ended, Some(RecordError::TooManyEmpty.into()));

    let mut server = connected(Side::Server).server;
    let alert = tessera_wire::codepoint::ContentType::ALERT;
    let ended = (0..5).find_map(|_| server.content(NOW, alert, &[1, 90], 0..2).err());
    assert_eq!(ended, Some(Misbehaviour::TooManyWarnings.into()));

    let mut client = connected(Side::Client).client;
    let ticket = [
        4, 0, 0, 17, 0, 0, 0, 9, 0, 0, 0, 1, 1, 7, 0, 3, 1, 2, 3, 0, 0,
    ];
    let ended = (0..1025).find_map(|_| client.message(NOW, ticket.to_vec()).err());
    assert_eq!(ended, Some(Misbehaviour::TooManyTickets.into()));
    assert_eq!(
        client.questions.keeping(),
        32,
        "and no more than 32 are kept of one connection"
    );
}

#[test]
fn an_answer_to_what_was_not_asked_is_refused() {
    let mut client = stopped_at(Side::Client, "WaitEncryptedExtensions").client;
    let mut extensions = Extensions::new();
    extensions.push(&ExpectedTickets(2));
    let answer = EncryptedExtensions { extensions }.encode();
    let unasked = ExtensionType::TICKET_REQUEST.0;
    assert_eq!(
        client.message(NOW, answer).err(),
        Some(crate::Misbehaviour::UnsolicitedExtension(unasked).into())
    );
}

#[test]
fn content_counts_anew_after_real_data() {
    let data = tessera_wire::codepoint::ContentType::APPLICATION_DATA;
    let mut server = stopped_at(Side::Server, "Connected").server;
    for _ in 0..5 {
        for _ in 0..32 {
            server.content(NOW, data, &[], 0..0).expect("borne");
            server.message(NOW, vec![24, 0, 0, 1, 0]).expect("borne");
        }
        server
            .content(NOW, data, b"content", 0..7)
            .expect("content");
    }
}
