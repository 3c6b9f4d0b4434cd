//! The server's side of RFC 4511 §4.14.

use super::ber::Elements;
use super::message::Message;
use super::result::{
    self, CONFIDENTIALITY_REQUIRED, PROTOCOL_ERROR, SUCCESS, UNAVAILABLE_CRITICAL_EXTENSION,
};
use super::{DISCONNECTION, EXTENDED_REQUEST, EXTENDED_RESPONSE, REQUEST_NAME, START_TLS};
use crate::dialogue::{Then, Turn};
use crate::excerpt::Excerpt;
use crate::{Protocol, StartTlsError};

const UNBIND: u8 = 0x42;
const ABANDON: u8 = 0x50;
const REQUEST_VALUE: u8 = 0x81;

/// The operations that wait for TLS: the tags of their requests, and of what ends their answers (RFC 4511 §4.2 to §4.10).
const REFUSED: &[(u8, u8)] = &[
    (0x60, 0x61), // bind
    (0x63, 0x65), // search
    (0x66, 0x67), // modify
    (0x68, 0x69), // add
    (0x4a, 0x6b), // delete
    (0x6c, 0x6d), // modify DN
    (0x6e, 0x6f), // compare
];

/// A server that knows one operation.
pub(crate) struct Server;

impl Server {
    pub(crate) const fn expected(&self) -> &'static str {
        "an LDAP request"
    }

    pub(crate) fn hear(&self, bytes: &[u8]) -> Result<Turn, StartTlsError> {
        // What comes with messageID 0 could not be answered.
        let message = Message::decode(bytes).filter(|message| message.id != 0);
        message
            .and_then(|message| answer(&message))
            .ok_or_else(|| StartTlsError::Unexpected {
                protocol: Protocol::Ldap,
                expected: self.expected(),
                received: Excerpt::of_command(bytes),
            })
    }

    /// A Notice of Disconnection: RFC 4511 §4.1.1 wants one before the connection is closed.
    pub(crate) fn farewell(&self) -> Vec<u8> {
        let result = result::encode(PROTOCOL_ERROR, "not understood", Some(DISCONNECTION));
        Message::encode(0, EXTENDED_RESPONSE, &result)
    }
}

/// The answer to a request; `None` to what is none.
fn answer(message: &Message<'_>) -> Option<Turn> {
    match message.operation {
        UNBIND => Some(Turn::new([], Then::Close)),
        // There is nothing that could be abandoned, and never an answer to it: RFC 4511 §4.11.
        ABANDON => Some(Turn::listen()),
        EXTENDED_REQUEST => extended(message),
        operation => {
            let (_, response) = REFUSED.iter().find(|(request, _)| *request == operation)?;
            let result = result::encode(CONFIDENTIALITY_REQUIRED, "StartTLS first", None);
            Some(Turn::new(
                Message::encode(message.id, *response, &result),
                Then::Listen,
            ))
        }
    }
}

fn extended(message: &Message<'_>) -> Option<Turn> {
    let mut elements = Elements::new(message.content);
    let name = elements.element(REQUEST_NAME)?;
    let mut has_value = false;
    while !elements.is_empty() {
        has_value |= elements.any()?.0 == REQUEST_VALUE;
    }
    let respond = |result: &[u8], then| {
        Turn::new(Message::encode(message.id, EXTENDED_RESPONSE, result), then)
    };
    let refuse = |code, why| respond(&result::encode(code, why, None), Then::Listen);
    Some(if name != START_TLS {
        // Any other operation waits for TLS or is unknown; RFC 4511 §4.12 has one answer.
        refuse(PROTOCOL_ERROR, "only StartTLS here")
    } else if has_value {
        refuse(PROTOCOL_ERROR, "StartTLS has no requestValue")
    } else if message.critical {
        // RFC 4511 §4.1.11: we know no controls.
        refuse(UNAVAILABLE_CRITICAL_EXTENSION, "no controls here")
    } else {
        respond(
            &result::encode(SUCCESS, "", Some(START_TLS)),
            Then::StartTls,
        )
    })
}
