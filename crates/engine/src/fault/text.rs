//! What went wrong, in words: the party, and what it did.

use super::{Fault, LocalError, Misbehaviour, Mismatch, NotTls, RecordError};
use std::fmt;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(error) => write!(f, "the peer sent bytes that do not decode: {error}"),
            Self::Unexpected { state, came } => {
                write!(f, "the peer sent {came}, which may not come in {state}")
            }
            Self::Record(error) => write!(f, "{error}"),
            Self::Peer(misbehaviour) => write!(f, "the peer broke the protocol: {misbehaviour}"),
            Self::NoCommonGround(mismatch) => write!(f, "{mismatch}"),
            Self::Identity(error) => write!(f, "the peer is not verified: {error}"),
            Self::Denied => f.write_str("the application does not let this peer in"),
            Self::AlertReceived(alert) => {
                write!(f, "the peer ended the connection with the alert {alert}")
            }
            Self::Local(error) => write!(f, "{error}"),
        }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the peer sent a record longer than TLS allows"),
            Self::BadMac => f.write_str("a record's protection does not verify: it was changed on its way, or the keys differ"),
            Self::UnexpectedType(kind) => write!(f, "the peer sent a record of type {kind}, which may not stand here"),
            Self::Empty => f.write_str("the peer sent an empty record where none is allowed"),
            Self::TooManyEmpty => f.write_str("the peer sent too many empty records in a row"),
            Self::NotTls(NotTls::Http) => f.write_str("the peer speaks plain HTTP, not TLS"),
            Self::NotTls(NotTls::Ssl2) => f.write_str("the peer offers SSL 2.0, which is refused"),
            Self::NotTls(NotTls::Unknown) => f.write_str("the peer's first bytes are not TLS"),
            Self::Interleaved => f.write_str("the peer changed keys or content type in the middle of a handshake message"),
            Self::BadChangeCipherSpec => f.write_str("the peer sent a change_cipher_spec that may not stand here"),
            Self::NotProtected => f.write_str("the peer sent a plaintext record where a protected one is due"),
        }
    }
}

impl fmt::Display for Misbehaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::WrongFinished => "its Finished does not verify",
            Self::BadCertificateVerify => "its CertificateVerify does not verify",
            Self::WrongSignatureScheme(scheme) => {
                return write!(
                    f,
                    "CertificateVerify uses {scheme}, which was not offered or does not fit its key"
                );
            }
            Self::BadBinder => "a PSK binder does not verify",
            Self::BinderCount => "pre_shared_key has not one binder for each identity",
            Self::MissingPskKeyExchangeModes => {
                "pre_shared_key came without psk_key_exchange_modes"
            }
            Self::MissingKeyShare => "ClientHello has no key_share",
            Self::MissingSupportedGroups => "ClientHello has no supported_groups",
            Self::MissingSignatureAlgorithms => "signature_algorithms is missing",
            Self::BadKeyShare(group) => return write!(f, "its key share for {group} is not valid"),
            Self::UnofferedKeyShare(group) => {
                return write!(
                    f,
                    "key_share has an entry for {group} that is doubled or not in supported_groups"
                );
            }
            Self::WrongRetryShare => {
                "the second ClientHello does not carry exactly the key share that was asked for"
            }
            Self::WrongCookie => "the cookie did not come back as it was sent",
            Self::ChangedClientHello => "the second ClientHello changed more than a retry allows",
            Self::SecondRetry => "a second HelloRetryRequest",
            Self::PointlessRetry => "a HelloRetryRequest that changes nothing",
            Self::SuiteChangedAfterRetry => {
                "ServerHello chose another cipher suite than HelloRetryRequest"
            }
            Self::UnofferedVersion(version) => {
                return write!(f, "ServerHello chose {version}, which was not offered");
            }
            Self::UnofferedSuite(suite) => {
                return write!(f, "ServerHello chose {suite}, which was not offered");
            }
            Self::UnofferedGroup(group) => {
                return write!(f, "the server chose {group}, which was not offered");
            }
            Self::WrongSuiteForSession => "the server resumed with a cipher suite of another hash",
            Self::UnofferedPsk => "the server chose a PSK that was not offered",
            Self::UnofferedPskMode => "the server resumed without a key exchange",
            Self::WrongSessionIdEcho => "legacy_session_id_echo differs from what was sent",
            Self::BadLegacyVersion(version) => {
                return write!(f, "legacy_version says {version} in a hello of TLS 1.3");
            }
            Self::BadLegacyField(field) => {
                return write!(f, "{field} has a value that may not stand there");
            }
            Self::UnsolicitedExtension(kind) => {
                return write!(f, "extension {kind} was not asked for");
            }
            Self::UnofferedAlpn => "the chosen application protocol was not offered",
            Self::MissingExtension(which) => return write!(f, "{which} is missing"),
            Self::Downgrade => {
                "the server's random carries the downgrade sentinel: someone removed a version from the hello"
            }
            Self::WrongRequestContext => {
                "certificate_request_context is not the one of the request"
            }
            Self::EmptyCertificate => "the server's Certificate message is empty",
            Self::TooManyCertificates => "a chain of more certificates than anyone needs",
            Self::MessageTooLong => "a handshake message is longer than its budget",
            Self::TooManyKeyUpdates => "too many KeyUpdates in a row",
            Self::TooManyTickets => "too many NewSessionTickets",
            Self::TooManyWarnings => "too many warning alerts in a row",
            Self::RenegotiationForbidden => "it wants to renegotiate, which is forbidden here",
            Self::TooManyRenegotiations => "too many wishes for another handshake in a row",
            Self::BadRenegotiationInfo => {
                "renegotiation_info is missing or does not belong to the handshake before"
            }
            Self::ChangedUnderWay(what) => {
                return write!(f, "{what} changed on a live connection");
            }
            Self::ExtendedMainSecretChanged => {
                "the session and the hello disagree about extended_main_secret"
            }
            Self::ResumedWithOtherSuite => "the server resumed with another cipher suite",
            Self::BadKeyExchangeSignature => "the signature in ServerKeyExchange does not verify",
            Self::WrongCertificateKey(suite) => {
                return write!(f, "the key of its certificate does not fit {suite}");
            }
            Self::NoUncompressedPoints => "ec_point_formats leaves out the uncompressed form",
            Self::TooMuchEarlyData => "more early data than allowed",
            Self::EarlyDataTerms(what) => {
                return write!(
                    f,
                    "early data was accepted with another {what} than its session's"
                );
            }
            Self::EarlyDataDowngraded => "a hello with early data was answered with TLS 1.2",
        };
        f.write_str(text)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { offered } => write!(
                f,
                "no common protocol version: the peer offers {}",
                list(offered)
            ),
            Self::CipherSuite { offered } => write!(
                f,
                "no common cipher suite: the peer offers {}",
                list(offered)
            ),
            Self::Group { offered } => {
                write!(f, "no common group: the peer offers {}", list(offered))
            }
            Self::SignatureScheme { offered } => {
                write!(
                    f,
                    "no certificate fits the peer's signature schemes: it offers {}",
                    list(offered)
                )
            }
            Self::Issuer => {
                f.write_str("no certificate of ours is for the issuers that the peer names")
            }
            Self::Alpn { offered } => {
                let names: Vec<_> = offered
                    .iter()
                    .map(|name| String::from_utf8_lossy(name))
                    .collect();
                write!(
                    f,
                    "no common application protocol: the peer offers {}",
                    names.join(", ")
                )
            }
            Self::PskMode => f.write_str("the peer offers no PSK that goes with a key exchange"),
            Self::ExternalPsk => f.write_str("the peer offers no external key that is known here"),
            Self::Fallback { offered } => write!(
                f,
                "the peer fell back to {offered} although both ends can do better"
            ),
            Self::ExtendedMainSecret => f.write_str(
                "the peer does not support extended_main_secret, which is required here",
            ),
            Self::ClientCertificate => f.write_str("the client sent no certificate"),
            Self::SecureRenegotiation => {
                f.write_str("the peer does not support renegotiation_info, which is required here")
            }
        }
    }
}

fn list<T: fmt::Display>(items: &[T]) -> String {
    let names: Vec<_> = items.iter().map(ToString::to_string).collect();
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

impl fmt::Display for LocalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SigningFailed => "our private key could not be used",
            Self::Crypto => "a cryptographic operation failed on our side",
            Self::KeysExhausted => "the keys reached their usage limit",
            Self::StrayAnswer => "an answer arrived that nobody had asked for",
            Self::Cancelled => "closed before the handshake was done",
        })
    }
}
