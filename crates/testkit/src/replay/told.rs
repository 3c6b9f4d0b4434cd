//! Events and endings as words without spaces, short enough for a line.

use tessera_engine::{Blame, Ending, Event, Fault, Half};
use tessera_wire::codepoint::HandshakeType;
use tessera_wire::handshake::Handshake;

/// The event's name, and behind a colon what it is about.
pub(super) fn word(event: &Event) -> String {
    let name = name(event);
    match event {
        Event::Message(message) => {
            let verb = match message.half {
                Half::Sending => "sends",
                Half::Receiving => "receives",
            };
            format!("{verb}:{}", self::message(&message.bytes))
        }
        Event::HelloReceived {
            server_name: Some(host),
        } => format!("{name}:{host}"),
        Event::Retried { group: Some(group) } => format!("{name}:{group}"),
        Event::Refused(refusal) => format!("{name}:{}", refusal.code()),
        Event::Established(facts) => {
            format!("{name}:{}:{}", facts.kind.code(), facts.keys_fingerprint)
        }
        Event::Renegotiated(facts) => {
            let kind = if facts.resumed { "abbreviated" } else { "full" };
            let (epoch, keys) = (facts.epoch, facts.keys_fingerprint);
            format!("{name}:{epoch}:{kind}:{keys}")
        }
        Event::ClientIdentified(facts) => match facts.peer {
            Some(_) => format!("{name}:certificate"),
            None => format!("{name}:nobody"),
        },
        Event::KeysUpdated(Half::Sending) => format!("{name}:sending"),
        Event::KeysUpdated(Half::Receiving) => format!("{name}:receiving"),
        Event::AlertSent(alert) | Event::AlertReceived(alert) => format!("{name}:{alert}"),
        _ => name,
    }
}

/// The variant's name: its `Debug` form as far as that is one word.
fn name(event: &Event) -> String {
    let text = format!("{event:?}");
    text.split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// A handshake message's name in the RFC's text.
pub(super) fn message(bytes: &[u8]) -> String {
    let kind = HandshakeType(bytes.first().copied().unwrap_or_default());
    if let (HandshakeType::SERVER_HELLO, Ok(hello)) = (kind, Handshake::decode(bytes)) {
        // A HelloRetryRequest has the same type.
        return hello.name().to_owned();
    }
    let capitalized = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    kind.to_string().split('_').map(capitalized).collect()
}

/// How a connection ended, where, and for a fault: whose doing it was, its alert, and how many tickets go with it.
pub(super) fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Closed => "closed".to_owned(),
        Ending::Truncated { state } => format!("truncated {state}"),
        Ending::Fault {
            fault,
            state,
            discard,
        } => {
            let mut text = format!("fault {} {state}", cause(fault));
            if !discard.is_empty() {
                text.push_str(&format!(" discards {}", discard.len()));
            }
            text
        }
    }
}

fn cause(fault: &Fault) -> String {
    let blame = match fault.blame() {
        Blame::Peer => "peer",
        Blame::Settings => "settings",
        Blame::PeerSaidSo => "peer_said",
        Blame::Us => "us",
    };
    let received = match fault {
        Fault::AlertReceived(alert) => Some(*alert),
        _ => None,
    };
    match fault.alert().or(received) {
        Some(alert) => format!("{blame} {alert}"),
        None => blame.to_owned(),
    }
}
