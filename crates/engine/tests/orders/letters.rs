//! The alphabet: everything one end can say to the other, in its turn or not, and what must come of it.

use crate::names::{Version, base};
use crate::walk::{Walk, other};
use std::collections::BTreeMap;
use tessera_session::Side;
use tessera_testkit::tap::{Content, clear};
use tessera_wire::codepoint::{AlertDescription as Alert, ContentType};

/// One thing to say.
#[derive(Clone)]
pub(crate) struct Letter {
    pub(crate) name: &'static str,
    kind: Kind,
    dress: Dress,
    /// Record by record.
    said: Vec<Content>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A handshake message, or TLS 1.2's ChangeCipherSpec: its turn is when the rows say so.
    Word,
    /// A message as the other version writes it.
    Foreign,
    /// What nobody may say at any time.
    Never,
    /// TLS 1.3's ChangeCipherSpec, which means nothing.
    Dummy,
    Data,
    /// Data between two records of one message.
    DataInside,
    CloseNotify,
    UserCanceled,
    Fatal,
    Warning,
    NoRenegotiation,
    /// An alert that is none.
    Malformed,
}

/// How it is put into records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dress {
    /// As the sender would.
    Usual,
    /// Without protection, where there should be some.
    Clear,
    /// TLS 1.3: under protection that it never has.
    Sealed,
}

/// What must come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The connection goes on, and comes to its end as if nothing had been said.
    Borne,
    /// It is this message's turn. What is in it may still be wrong.
    ItsTurn,
    /// One of these alerts, and the connection is over.
    Refused(&'static [Alert]),
    /// The connection is over, without an alert of ours.
    Ended,
    /// The other end will say no more; we may.
    Closed,
}

const UNEXPECTED: Outcome = Outcome::Refused(&[Alert::UNEXPECTED_MESSAGE]);

/// Real messages, by what the rows call them.
pub(crate) type Samples = BTreeMap<&'static str, Content>;

/// All letters for connections of a version: `own` are messages of it, `foreign` ones of the other.
pub(crate) fn letters(version: Version, own: &Samples, foreign: &Samples) -> Vec<Letter> {
    let words = own.iter().map(|(name, sample)| Letter {
        name,
        kind: Kind::Word,
        dress: Dress::Usual,
        said: vec![sample.clone()],
    });
    let clear = own.iter().map(|(name, sample)| Letter {
        name,
        kind: Kind::Word,
        dress: Dress::Clear,
        said: vec![sample.clone()],
    });
    let bases: Vec<&str> = own.keys().map(|name| base(name)).collect();
    let otherwise = ["Certificate", "CertificateRequest"];
    let foreign = foreign.iter().filter(|(name, sample)| {
        let is_message = sample.content_type == ContentType::HANDSHAKE;
        is_message && (!bases.contains(&base(name)) || otherwise.contains(name))
    });
    let foreign = foreign.map(|(name, sample)| Letter {
        name,
        kind: Kind::Foreign,
        dress: Dress::Usual,
        said: vec![sample.clone()],
    });
    let of_version = match version {
        Version::Tls13 => tls13_only(),
        Version::Tls12 => tls12_only(),
    };
    words
        .chain(clear)
        .chain(foreign)
        .chain(of_version)
        .chain(for_both())
        .collect()
}

fn letter(name: &'static str, kind: Kind, said: &[(ContentType, &[u8])]) -> Letter {
    let said = said.iter();
    Letter {
        name,
        kind,
        dress: Dress::Usual,
        said: said
            .map(|(content_type, bytes)| Content::new(*content_type, *bytes))
            .collect(),
    }
}

fn dressed(dress: Dress, letter: Letter) -> Letter {
    Letter { dress, ..letter }
}

use ContentType as T;

fn tls13_only() -> Vec<Letter> {
    let requested = &[24, 0, 0, 1, 1];
    vec![
        letter("KeyUpdate", Kind::Word, &[(T::HANDSHAKE, requested)]),
        letter(
            "EndOfEarlyData",
            Kind::Never,
            &[(T::HANDSHAKE, &[5, 0, 0, 0])],
        ),
        letter("HelloRequest", Kind::Never, &[(T::HANDSHAKE, &[0; 4])]),
        letter(
            "ChangeCipherSpec",
            Kind::Dummy,
            &[(T::CHANGE_CIPHER_SPEC, &[1])],
        ),
        dressed(
            Dress::Sealed,
            letter(
                "ChangeCipherSpec",
                Kind::Never,
                &[(T::CHANGE_CIPHER_SPEC, &[1])],
            ),
        ),
    ]
}

fn tls12_only() -> Vec<Letter> {
    vec![
        letter("HelloRequest", Kind::Word, &[(T::HANDSHAKE, &[0; 4])]),
        letter(
            "KeyUpdate",
            Kind::Never,
            &[(T::HANDSHAKE, &[24, 0, 0, 1, 0])],
        ),
        letter(
            "EndOfEarlyData",
            Kind::Never,
            &[(T::HANDSHAKE, &[5, 0, 0, 0])],
        ),
        dressed(
            Dress::Clear,
            letter("HelloRequest", Kind::Word, &[(T::HANDSHAKE, &[0; 4])]),
        ),
        dressed(
            Dress::Clear,
            letter("data", Kind::Data, &[(T::APPLICATION_DATA, b"clear")]),
        ),
        dressed(
            Dress::Clear,
            letter("close_notify", Kind::CloseNotify, &[(T::ALERT, &[1, 0])]),
        ),
    ]
}

fn for_both() -> Vec<Letter> {
    // The beginning of a message.
    let begun = (T::HANDSHAKE, &[11, 0, 0][..]);
    let records = |name, kind, said: &[(ContentType, &[u8])]| letter(name, kind, said);
    vec![
        records(
            "an unknown message",
            Kind::Never,
            &[(T::HANDSHAKE, &[99, 0, 0, 0])],
        ),
        records(
            "message_hash",
            Kind::Never,
            &[(T::HANDSHAKE, &[254, 0, 0, 0])],
        ),
        records(
            "an empty record of the handshake",
            Kind::Never,
            &[(T::HANDSHAKE, &[])],
        ),
        records(
            "another ChangeCipherSpec",
            Kind::Never,
            &[(T::CHANGE_CIPHER_SPEC, &[2])],
        ),
        records(
            "two ChangeCipherSpecs in one",
            Kind::Never,
            &[(T::CHANGE_CIPHER_SPEC, &[1, 1])],
        ),
        records(
            "an unknown record",
            Kind::Never,
            &[(ContentType(24), b"heartbeat")],
        ),
        records(
            "a ChangeCipherSpec inside a message",
            Kind::Never,
            &[begun, (T::CHANGE_CIPHER_SPEC, &[1])],
        ),
        records(
            "data inside a message",
            Kind::DataInside,
            &[begun, (T::APPLICATION_DATA, b"data")],
        ),
        records(
            "an alert inside a message",
            Kind::Never,
            &[begun, (T::ALERT, &[1, 90])],
        ),
        records("data", Kind::Data, &[(T::APPLICATION_DATA, b"more ")]),
        records("empty data", Kind::Data, &[(T::APPLICATION_DATA, b"")]),
        records("close_notify", Kind::CloseNotify, &[(T::ALERT, &[1, 0])]),
        records("user_canceled", Kind::UserCanceled, &[(T::ALERT, &[1, 90])]),
        records("handshake_failure", Kind::Fatal, &[(T::ALERT, &[2, 40])]),
        records("an unknown alert", Kind::Fatal, &[(T::ALERT, &[2, 199])]),
        records("a warning", Kind::Warning, &[(T::ALERT, &[1, 112])]),
        records(
            "no_renegotiation",
            Kind::NoRenegotiation,
            &[(T::ALERT, &[1, 100])],
        ),
        records("half an alert", Kind::Malformed, &[(T::ALERT, &[2])]),
        records(
            "two alerts in one",
            Kind::Malformed,
            &[(T::ALERT, &[1, 90, 1, 90])],
        ),
    ]
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({:?}, {:?})", self.name, self.kind, self.dress)
    }
}

impl Letter {
    /// By the RFCs, at this place. `None`: it cannot be said here.
    pub(crate) fn outcome(&self, walk: &mut Walk<'_>, version: Version) -> Option<Outcome> {
        let peer = other(walk.subject);
        let protected = walk.protects();
        match self.dress {
            Dress::Clear if !protected => return None,
            // RFC 9846 §5.2, RFC 5246 §6.2.3: it is no record of this connection.
            Dress::Clear if version == Version::Tls12 => {
                return Some(Outcome::Refused(&[Alert::BAD_RECORD_MAC]));
            }
            Dress::Clear => return Some(UNEXPECTED),
            Dress::Sealed if !protected => return None,
            Dress::Sealed | Dress::Usual => {}
        }
        let oracle = &walk.oracle;
        let is_tls12 = version == Version::Tls12;
        // A server that has heard nothing does not know which version's rules are in force.
        let undecided = oracle.history.is_empty();
        Some(match self.kind {
            Kind::Word if oracle.takes((peer, self.name)).is_some() => match self.name {
                // The Finished of a client that was asked later hangs on its keys of the moment: RFC 9846 §4.5.
                "KeyUpdate" if oracle.is_asked() && peer == Side::Client => Outcome::ItsTurn,
                "KeyUpdate" | "HelloRequest" => Outcome::Borne,
                "NewSessionTicket" if !is_tls12 => Outcome::Borne,
                _ => Outcome::ItsTurn,
            },
            Kind::Word | Kind::Never => UNEXPECTED,
            // Read as what it is not, or not read at all.
            Kind::Foreign => Outcome::Refused(&[
                Alert::UNEXPECTED_MESSAGE,
                Alert::DECODE_ERROR,
                Alert::ILLEGAL_PARAMETER,
            ]),
            Kind::Dummy if oracle.dummy(peer) => Outcome::Borne,
            Kind::Dummy => UNEXPECTED,
            Kind::Data if oracle.data(peer) => Outcome::Borne,
            // It may stand there, and then the message must go on: RFC 5246 §6.2.1.
            Kind::DataInside if is_tls12 && oracle.data(peer) => return None,
            Kind::Data | Kind::DataInside => UNEXPECTED,
            Kind::CloseNotify if oracle.is_established() => Outcome::Closed,
            Kind::CloseNotify | Kind::Fatal => Outcome::Ended,
            // RFC 9846 §6.1: it is borne until close_notify comes.
            Kind::UserCanceled => Outcome::Borne,
            // RFC 9846 §6: there are no warnings. RFC 5246 §7.2.2: they end nothing.
            Kind::Warning | Kind::NoRenegotiation if !is_tls12 || undecided => Outcome::Ended,
            Kind::Warning => Outcome::Borne,
            // It answers a hello or a HelloRequest; before there is anything to go back to it is a warning like others.
            Kind::NoRenegotiation if !oracle.is_established() => Outcome::Borne,
            Kind::NoRenegotiation if !oracle.is_shaking_hands() => Outcome::Borne,
            Kind::NoRenegotiation if peer == Side::Server && oracle.may_be_declined() => {
                Outcome::ItsTurn
            }
            Kind::NoRenegotiation => UNEXPECTED,
            Kind::Malformed => Outcome::Refused(&[Alert::DECODE_ERROR]),
        })
    }

    /// The other end says it, and this should come of it.
    pub(crate) fn say(&self, walk: &mut Walk<'_>, outcome: Outcome) {
        let word = (other(walk.subject), self.name);
        let taken = walk.oracle.takes(word).filter(|_| self.kind == Kind::Word);
        if let (Some(word), Outcome::Borne | Outcome::ItsTurn) = (taken, outcome) {
            walk.oracle.said(word);
        }
        let mut records = Vec::new();
        for content in &self.said {
            records.extend(match self.dress {
                Dress::Usual => walk.write(content),
                Dress::Clear => clear(content.content_type, &content.bytes),
                Dress::Sealed => walk.seal(content),
            });
        }
        walk.receive(&records);
    }

    /// Whether it is one of a few that a connection has a budget for.
    pub(crate) fn is_counted(&self) -> bool {
        matches!(
            self.kind,
            Kind::Dummy | Kind::UserCanceled | Kind::Warning | Kind::NoRenegotiation
        )
    }

    /// What the application gets of it.
    pub(crate) fn delivers(&self) -> &[u8] {
        match self.kind {
            Kind::Data => &self.said[0].bytes,
            _ => &[],
        }
    }
}
