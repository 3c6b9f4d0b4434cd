//! The client's side of RFC 4511 §4.14.

use super::message::Message;
use super::result::{Outcome, SUCCESS};
use super::{DISCONNECTION, EXTENDED_REQUEST, EXTENDED_RESPONSE, REQUEST_NAME, START_TLS, ber};
use crate::dialogue::{Then, Turn};
use crate::excerpt::Excerpt;
use crate::{Protocol, StartTlsError};

/// The messageID of our one request.
const OURS: u32 = 1;

/// A client that has one question. What else the server can do would have to be searched for; the answer to this says it.
pub(crate) struct Client;

impl Client {
    pub(crate) const fn expected(&self) -> &'static str {
        "success to StartTLS"
    }

    pub(crate) fn open(&self) -> Vec<u8> {
        let name = ber::element(REQUEST_NAME, START_TLS);
        Message::encode(OURS, EXTENDED_REQUEST, &name)
    }

    pub(crate) fn hear(&self, bytes: &[u8]) -> Result<Turn, StartTlsError> {
        let message =
            Message::decode(bytes).filter(|message| message.operation == EXTENDED_RESPONSE);
        let outcome = message
            .as_ref()
            .and_then(|message| Outcome::decode(message.content));
        match (message.map(|message| message.id), outcome) {
            (Some(OURS), Some(outcome)) if outcome.code != SUCCESS => Err(self.refused(&outcome)),
            // Another name would be the answer to something else, and a value has no meaning: RFC 4511 §4.14.2.
            (Some(OURS), Some(outcome))
                if outcome.name.is_none_or(|name| name == START_TLS) && !outcome.has_value =>
            {
                Ok(Turn::new([], Then::StartTls))
            }
            (Some(0), Some(outcome)) if outcome.name == Some(DISCONNECTION) => {
                Err(self.refused(&outcome))
            }
            // Another notification that nobody asked for is advice: RFC 4511 §4.4.
            (Some(0), Some(_)) => Ok(Turn::listen()),
            _ => Err(StartTlsError::Unexpected {
                protocol: Protocol::Ldap,
                expected: self.expected(),
                received: Excerpt::of_answer(bytes),
            }),
        }
    }

    fn refused(&self, outcome: &Outcome<'_>) -> StartTlsError {
        StartTlsError::Refused {
            protocol: Protocol::Ldap,
            expected: self.expected(),
            received: Excerpt::of_answer(&outcome.describe()),
        }
    }
}
