//! LDAP, which talks in messages: the StartTLS operation of RFC 4511 §4.14.
//!
//! ```text
//! LDAPMessage ::= SEQUENCE {
//!      messageID       INTEGER (0 ..  2147483647),
//!      protocolOp      CHOICE { … },
//!      controls        [0] SEQUENCE OF control OPTIONAL }
//! ExtendedRequest ::= [APPLICATION 23] SEQUENCE {
//!      requestName      [0] OCTET STRING,
//!      requestValue     [1] OCTET STRING OPTIONAL }
//! ExtendedResponse ::= [APPLICATION 24] SEQUENCE {
//!      resultCode       ENUMERATED,
//!      matchedDN        OCTET STRING,
//!      diagnosticMessage OCTET STRING,
//!      referral         [3] SEQUENCE OF uri OPTIONAL,
//!      responseName     [10] OCTET STRING OPTIONAL,
//!      responseValue    [11] OCTET STRING OPTIONAL }
//! ```

mod ber;
mod client;
mod message;
mod result;
mod server;

pub(crate) use ber::extent;
pub(crate) use client::Client;
pub(crate) use server::Server;

use crate::dialogue::Framing;
use crate::limits;

pub(crate) const FRAMING: Framing = Framing::Ber {
    limit: limits::LDAP_MESSAGE,
};

const EXTENDED_REQUEST: u8 = 0x77;
const EXTENDED_RESPONSE: u8 = 0x78;
const REQUEST_NAME: u8 = 0x80;

/// The name of StartTLS: RFC 4511 §4.14.1.
const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

/// The name of the Notice of Disconnection: RFC 4511 §4.4.1.
const DISCONNECTION: &[u8] = b"1.3.6.1.4.1.1466.20036";
