//! The LDAPResult of RFC 4511 §4.1.9, and what an ExtendedResponse adds to it.

use super::ber::{self, Elements};

pub(super) const SUCCESS: u32 = 0;
pub(super) const PROTOCOL_ERROR: u32 = 2;
pub(super) const UNAVAILABLE_CRITICAL_EXTENSION: u32 = 12;
pub(super) const CONFIDENTIALITY_REQUIRED: u32 = 13;

const RESPONSE_NAME: u8 = 0x8a;
const RESPONSE_VALUE: u8 = 0x8b;

/// What became of an operation.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome<'a> {
    pub(super) code: u32,
    pub(super) diagnostic: &'a [u8],
    pub(super) name: Option<&'a [u8]>,
    pub(super) has_value: bool,
}

impl<'a> Outcome<'a> {
    /// Elements behind those we know are ignored: RFC 4511 §4. A referral is none of ours (RFC 4511 §6).
    pub(super) fn decode(content: &'a [u8]) -> Option<Self> {
        let mut elements = Elements::new(content);
        let code = elements.number(ber::ENUMERATED)?;
        elements.element(ber::OCTET_STRING)?;
        let diagnostic = elements.element(ber::OCTET_STRING)?;
        let mut outcome = Self {
            code,
            diagnostic,
            name: None,
            has_value: false,
        };
        while !elements.is_empty() {
            match elements.any()? {
                (RESPONSE_NAME, name) => outcome.name = Some(name),
                (RESPONSE_VALUE, _) => outcome.has_value = true,
                _ => {}
            }
        }
        Some(outcome)
    }

    /// The code with its name, and what the server has to say about it.
    pub(super) fn describe(&self) -> Vec<u8> {
        let mut text = format!("resultCode {}", self.code).into_bytes();
        if let Some((_, name)) = NAMES.iter().find(|(code, _)| *code == self.code) {
            text.extend_from_slice(b" ");
            text.extend_from_slice(name.as_bytes());
        }
        if !self.diagnostic.is_empty() {
            text.extend_from_slice(b": ");
            text.extend_from_slice(self.diagnostic);
        }
        text
    }
}

/// Those that StartTLS and a Notice of Disconnection have been seen with.
const NAMES: &[(u32, &str)] = &[
    (1, "operationsError"),
    (PROTOCOL_ERROR, "protocolError"),
    (8, "strongerAuthRequired"),
    (10, "referral"),
    (
        UNAVAILABLE_CRITICAL_EXTENSION,
        "unavailableCriticalExtension",
    ),
    (CONFIDENTIALITY_REQUIRED, "confidentialityRequired"),
    (50, "insufficientAccessRights"),
    (51, "busy"),
    (52, "unavailable"),
    (53, "unwillingToPerform"),
    (80, "other"),
];

/// Writes a result, with a name if it answers an extended operation.
pub(super) fn encode(code: u32, diagnostic: &str, name: Option<&[u8]>) -> Vec<u8> {
    let mut code = ber::integer(code);
    if let Some(tag) = code.first_mut() {
        *tag = ber::ENUMERATED;
    }
    let mut content = code;
    content.extend(ber::element(ber::OCTET_STRING, b""));
    content.extend(ber::element(ber::OCTET_STRING, diagnostic.as_bytes()));
    if let Some(name) = name {
        content.extend(ber::element(RESPONSE_NAME, name));
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_comes_back() {
        let content = encode(52, "TLS already started", Some(b"1.2.3"));
        let outcome = Outcome::decode(&content).unwrap();
        assert_eq!(outcome.name, Some(&b"1.2.3"[..]));
        assert_eq!(
            outcome.describe(),
            b"resultCode 52 unavailable: TLS already started"
        );
        assert_eq!(
            Outcome::decode(&encode(4711, "", None)).unwrap().describe(),
            b"resultCode 4711"
        );
    }

    #[test]
    fn a_referral_and_what_nobody_knows_are_passed_over() {
        let mut content = encode(SUCCESS, "", None);
        content.extend(b"\xa3\x04\x04\x02ab\x99\x00\x8b\x00");
        let outcome = Outcome::decode(&content).unwrap();
        assert_eq!(
            (outcome.code, outcome.name, outcome.has_value),
            (0, None, true)
        );
        content.push(0x99);
        assert_eq!(Outcome::decode(&content), None);
    }
}
