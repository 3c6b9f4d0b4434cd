//! Every state, every arrival: what comes of it, as a snapshot. A changed line is a changed
//! protocol.

use super::puppets::{Again, NOW, Puppets, Road, accepted, key, stopped_at};
use crate::Fault;
use crate::handshake::question::{Answer, Consent, Found};
use crate::handshake::{Arrival, Unread, Wish};
use std::fmt::Write as _;
use tessera_session::{Claim, Side};
use tessera_wire::codepoint::{ExtensionType, KeyUpdateRequest, ProtocolVersion};
use tessera_wire::extension::{ExpectedTickets, Extensions};
use tessera_wire::handshake::{EncryptedExtensions, Handshake, tls12 as wire12};

const TLS13: [Road; 4] = [
    Road::TLS13,
    Road {
        client_auth: true,
        ..Road::TLS13
    },
    Road {
        retry: true,
        ..Road::TLS13
    },
    Road {
        resumes: true,
        ..Road::TLS13
    },
];

const TLS12: [Road; 4] = [
    Road::TLS12,
    Road {
        client_auth: true,
        stored: true,
        ..Road::TLS12
    },
    Road {
        resumes: true,
        ..Road::TLS12
    },
    Road {
        resumes: true,
        stored: true,
        ..Road::TLS12
    },
];

/// A second handshake on the same connection.
const TLS12_AGAIN: [Road; 3] = [
    Road {
        again: Again::Full,
        ..Road::TLS12
    },
    Road {
        again: Again::Full,
        client_auth: true,
        stored: true,
        ..Road::TLS12
    },
    Road {
        again: Again::Abbreviated,
        ..Road::TLS12
    },
];

/// One real message of each kind, collected from handshakes of these roads.
fn messages(
    roads: &[Road],
    name: impl Fn(&[u8]) -> &'static str,
    more: &[(&'static str, Vec<u8>)],
) -> Vec<(&'static str, Vec<u8>)> {
    let mut found: Vec<(&'static str, Vec<u8>)> = Vec::new();
    for road in roads {
        let mut puppets = Puppets::on(Road {
            resumes: false,
            ..*road
        });
        while puppets.step() {
            for side in [Side::Client, Side::Server] {
                let waiting = puppets.end(side).inbound.reassembler.clone_next();
                if let Some(message) = waiting {
                    let name = name(&message);
                    if !found.iter().any(|(known, _)| *known == name) {
                        found.push((name, message));
                    }
                }
            }
        }
    }
    found.extend_from_slice(more);
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
        Answer::Consent(Consent::Ignore),
    ]
}

/// States of either side, as they come.
type States = [(Side, &'static [&'static str]); 2];

const STATES_TLS13: States = [
    (
        Side::Client,
        &[
            "WaitServerHello",
            "WaitEncryptedExtensions",
            "WaitCertificateOrRequest",
            "WaitCertificate",
            "WaitVerdict",
            "WaitCertificateVerify",
            "WaitFinished",
            "WaitSignature",
            "Connected",
        ],
    ),
    (
        Side::Server,
        &[
            "WaitClientHello",
            "WaitSecondClientHello",
            "WaitSession",
            "WaitClaim",
            "WaitSignature",
            "WaitCertificate",
            "WaitVerdict",
            "WaitCertificateVerify",
            "WaitEndOfEarlyData",
            "WaitFinished",
            "Connected",
        ],
    ),
];

const STATES_TLS12: States = [
    (
        Side::Client,
        &[
            "WaitServerHello",
            "WaitCertificate",
            "WaitServerKeyExchange",
            "WaitServerHelloDone",
            "WaitVerdict",
            "WaitSignature",
            "WaitChangeCipherSpec",
            "WaitFinished",
            "Connected",
        ],
    ),
    (
        Side::Server,
        &[
            "WaitClientHello",
            "WaitSession",
            "WaitKeySignature",
            "WaitCertificate",
            "WaitVerdict",
            "WaitClientKeyExchange",
            "WaitCertificateVerify",
            "WaitChangeCipherSpec",
            "WaitFinished",
            "WaitKept",
            "Connected",
        ],
    ),
];

/// A renegotiation asks no store for a session, and begins where a handshake has ended.
fn is_of_a_first_handshake(state: &str) -> bool {
    ["WaitClientHello", "WaitSession", "Connected"].contains(&state)
}

fn outcome(puppets: &mut Puppets, side: Side, arrival: Arrival<Unread>) -> Option<String> {
    let end = puppets.end(side);
    let result = end.role.step(arrival, NOW, &mut end.entropy);
    match result {
        Ok(_) => Some(end.role.state_name().to_owned()),
        Err(Fault::Unexpected { .. }) => None,
        Err(fault) => Some(format!("fault: {fault}")),
    }
}

/// What comes of each arrival in a state that these roads lead to.
fn rows(
    table: &mut String,
    (roads, side, state): (&[Road], Side, &str),
    messages: &[(&'static str, Vec<u8>)],
    wishes: &[(&'static str, Wish)],
) {
    let mut row = |name: &str, arrival: Arrival<Unread>| {
        let mut puppets = stopped_at(roads, side, state);
        if let Some(outcome) = outcome(&mut puppets, side, arrival) {
            let _ = writeln!(table, "  {name} -> {outcome}");
        }
    };
    for (name, raw) in messages {
        row(name, Arrival::Message(Unread, raw.clone()));
    }
    if roads
        .iter()
        .all(|road| road.version == ProtocolVersion::TLS1_2)
    {
        row("ChangeCipherSpec", Arrival::ChangeCipherSpec);
        row("no_renegotiation", Arrival::NoRenegotiation);
    }
    for answer in answers() {
        row(&format!("(told) {}", answer.name()), Arrival::Told(answer));
    }
    for (name, wish) in wishes {
        row(&format!("(wanted) {name}"), Arrival::Wanted(*wish));
    }
}

const UPDATE_KEYS: (&str, Wish) = (
    "UpdateKeys",
    Wish::UpdateKeys(KeyUpdateRequest::UpdateRequested),
);

#[test]
fn every_state_and_every_arrival() {
    // RFC 9846 §4 (2), §4.2.2 (3), §4.2.4 (5), §4.6 (4), §4.7.3 (1).
    let name = |message: &[u8]| Handshake::decode(message).expect("a message").name();
    let more = [
        ("KeyUpdate", vec![24, 0, 0, 1, 0]),
        ("EndOfEarlyData", vec![5, 0, 0, 0]),
    ];
    let messages = messages(&TLS13, name, &more);
    let mut table = String::from("Whatever is not listed is an unexpected_message.\n");
    for (side, states) in STATES_TLS13 {
        for state in states {
            let _ = writeln!(table, "\n{side} {state}");
            let place = (TLS13.as_slice(), side, *state);
            rows(&mut table, place, &messages, &[UPDATE_KEYS]);
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_state_and_every_arrival_of_tls_1_2() {
    let name = |message: &[u8]| {
        wire12::Handshake::decode(message)
            .expect("a message")
            .name()
    };
    let messages = messages(&TLS12, name, &[("HelloRequest", vec![0, 0, 0, 0])]);
    let wishes = [
        UPDATE_KEYS,
        ("Renegotiate", Wish::Renegotiate),
        ("RequestCertificate", Wish::RequestCertificate),
    ];
    let mut table = String::from("Whatever is not listed is an unexpected_message.\n");
    for (side, states) in STATES_TLS12 {
        for state in states {
            let _ = writeln!(table, "\n{side} {state}");
            let place = (TLS12.as_slice(), side, *state);
            rows(&mut table, place, &messages, &wishes);
            if !is_of_a_first_handshake(state) {
                let _ = writeln!(table, "\n{side} {state}, on a connection that has had one");
                let place = (TLS12_AGAIN.as_slice(), side, *state);
                rows(&mut table, place, &messages, &wishes);
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn protocol_at_most_32_key_updates_come_without_data_between() {
    let update = [24, 0, 0, 1, 0];
    let mut server = stopped_at(&TLS13, Side::Server, "Connected").server;
    for _ in 0..32 {
        server.message(NOW, update.to_vec()).expect("borne");
    }
    let ended = server.message(NOW, update.to_vec()).err();
    assert_eq!(ended, Some(crate::Misbehaviour::TooManyKeyUpdates.into()));
}

#[test]
fn a_flood_of_anything_ends_with_its_alert() {
    use crate::fault::{Misbehaviour, RecordError};
    let connected = |side| stopped_at(&TLS13, side, "Connected");
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
    let mut client = stopped_at(&TLS13, Side::Client, "WaitEncryptedExtensions").client;
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
    let mut server = stopped_at(&TLS13, Side::Server, "Connected").server;
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
