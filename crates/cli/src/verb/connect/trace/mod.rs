//! `--trace`: every handshake message, field by field, with the offset of each in the message.

mod cursor;
mod extension;
mod message;

use cursor::Cursor;
use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use tessera::ConnectionId;
use tessera::engine::{Event, Half};

/// Whether bytes that open something are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrets {
    /// Their length only.
    Hide,
    /// As they are.
    Show,
}

/// Writes messages to stderr as they go by.
pub(super) struct Tracer {
    secrets: Secrets,
    /// Connections by the order in which they began, to tell them apart.
    numbers: Mutex<HashMap<ConnectionId, usize>>,
}

impl Tracer {
    /// A tracer.
    pub(super) fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            numbers: Mutex::default(),
        }
    }

    /// Shows a message; other things that happen get a line.
    pub(super) fn event(&self, connection: ConnectionId, event: &Event) {
        let number = self.number(connection);
        let text = match event {
            Event::Message(message) => {
                let direction = match message.half {
                    Half::Sending => "→ sent",
                    Half::Receiving => "← received",
                };
                format!(
                    "[{number}] {direction} {}",
                    tree(&message.bytes, self.secrets)
                )
            }
            Event::KeysUpdated(Half::Sending) => format!("[{number}] → new sending keys\n"),
            Event::KeysUpdated(Half::Receiving) => format!("[{number}] ← new receiving keys\n"),
            Event::AlertSent(alert) => format!("[{number}] → sent alert {alert}\n"),
            Event::AlertReceived(alert) => format!("[{number}] ← received alert {alert}\n"),
            Event::PeerClosed => format!("[{number}] ← close_notify\n"),
            _ => return,
        };
        // One write, so that messages of connections at once do not mix.
        let _ = anstream::stderr().write_all(text.as_bytes());
    }

    fn number(&self, connection: ConnectionId) -> usize {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let next = numbers.len() + 1;
        *numbers.entry(connection).or_insert(next)
    }
}

/// A message as a tree. What does not decode is shown as bytes: this is for looking at odd things.
pub(super) fn tree(bytes: &[u8], secrets: Secrets) -> String {
    let mut cursor = Cursor::new(bytes, secrets);
    message::message(&mut cursor);
    cursor.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_hello() -> Vec<u8> {
        let extensions = [
            &[0, 43, 0, 3, 2, 3, 4][..],
            &[0, 0, 0, 14, 0, 12, 0, 0, 9][..],
            b"localhost",
            &[0, 10, 0, 4, 0, 2, 0, 29],
            &[0, 16, 0, 5, 0, 3, 2, b'h', b'2'],
        ]
        .concat();
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([0, 0, 2, 0x13, 1, 1, 0]);
        body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
        body.extend(extensions);
        let mut message = vec![1, 0, 0, u8::try_from(body.len()).unwrap()];
        message.extend(body);
        message
    }

    #[test]
    fn every_field_stands_at_its_offset() {
        let text = tree(&client_hello(), Secrets::Hide);
        for line in [
            "client_hello, 89 bytes",
            "0004    legacy_version",
            "0006    random",
            "0039    cipher_suites",
            "TLS_AES_128_GCM_SHA256",
            "supported_versions",
            "localhost",
            "x25519",
            "h2",
        ] {
            assert!(text.contains(line), "no {line:?} in\n{text}");
        }
    }

    #[test]
    fn a_ticket_is_shown_only_to_those_who_ask() {
        let mut message = vec![4, 0, 0, 23, 0, 0, 28, 32, 1, 2, 3, 4, 2, 0, 1, 0, 8];
        message.extend(b"\xaa\xbb\xcc\xdd\xee\xff\x00\x11\x00\x00");
        let hidden = tree(&message, Secrets::Hide);
        assert!(
            hidden.contains("8 bytes") && !hidden.contains("aabbcc"),
            "{hidden}"
        );
        assert!(tree(&message, Secrets::Show).contains("aabbccddeeff0011"));
    }

    #[test]
    fn whatever_it_is_it_is_shown() {
        let whole = client_hello();
        for end in 0..whole.len() {
            let _ = tree(&whole[..end], Secrets::Hide);
        }
        assert!(tree(&[1, 0, 0, 2, 3], Secrets::Hide).contains("ends early"));
    }
}
