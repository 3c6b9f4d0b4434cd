//! What can go wrong, the alert it becomes, and whose doing it was.

use crate::IdentityError;
use std::fmt;
use tessera_wire::codepoint::{
    AlertDescription, CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme,
};
use tessera_wire::{DecodeError, Problem};

/// Why a connection ended. Nothing sends an alert except by returning one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The peer's bytes are not what the field should hold.
    Decode(DecodeError),
    /// A message that may not come now.
    Unexpected {
        /// The state we were in.
        state: &'static str,
        /// What came.
        came: &'static str,
    },
    /// The record layer refused a record.
    Record(RecordError),
    /// The peer broke the protocol.
    Peer(Misbehaviour),
    /// Both ends are well, and have nothing in common.
    NoCommonGround(Mismatch),
    /// The peer is not who it should be.
    Identity(IdentityError),
    /// The peer sent a fatal alert.
    AlertReceived(AlertDescription),
    /// Our own side failed.
    Local(LocalError),
}

/// What a record can have wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// Longer than RFC 9846 §5.1 and §5.2 allow.
    TooLarge,
    /// Its protection does not verify.
    BadMac,
    /// A content type that does not exist, or may not stand here.
    UnexpectedType(u8),
    /// A zero-length fragment where none is allowed, or no content type inside.
    Empty,
    /// More empty records in a row than anyone needs.
    TooManyEmpty,
    /// The first bytes are not TLS at all.
    NotTls(NotTls),
    /// A key change, or another content type, in the middle of a handshake message.
    Interleaved,
    /// A ChangeCipherSpec that is not the one byte 1, or stands where none may.
    BadChangeCipherSpec,
    /// A protected record was expected and a plaintext one came.
    NotProtected,
}

/// What the first bytes look like instead of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTls {
    /// An HTTP request in the clear.
    Http,
    /// An SSL 2.0 ClientHello.
    Ssl2,
    /// Something else.
    Unknown,
}

/// How a peer can break the protocol while its bytes decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misbehaviour {
    /// Finished does not verify.
    WrongFinished,
    /// CertificateVerify does not verify.
    BadCertificateVerify,
    /// CertificateVerify's scheme was not offered, or does not fit the certificate's key.
    WrongSignatureScheme(SignatureScheme),
    /// A PSK binder does not verify.
    BadBinder,
    /// As many binders as identities, RFC 9846 §4.3.11.
    BinderCount,
    /// `pre_shared_key` without `psk_key_exchange_modes`.
    MissingPskKeyExchangeModes,
    /// `key_share` without `supported_groups`, or the reverse.
    MissingKeyShare,
    /// No `supported_groups`.
    MissingSupportedGroups,
    /// No `signature_algorithms` where certificates are needed.
    MissingSignatureAlgorithms,
    /// A key share of the wrong length, off the curve, or of a degenerate value.
    BadKeyShare(NamedGroup),
    /// A key share for a group not in `supported_groups`, or twice for one.
    UnofferedKeyShare(NamedGroup),
    /// The retry was not answered with exactly the share it asked for.
    WrongRetryShare,
    /// The retry's cookie did not come back as it was sent.
    WrongCookie,
    /// The second ClientHello differs from the first in more than a retry allows.
    ChangedClientHello,
    /// A second HelloRetryRequest.
    SecondRetry,
    /// A HelloRetryRequest that asks for nothing new.
    PointlessRetry,
    /// The retry named one suite, ServerHello another.
    SuiteChangedAfterRetry,
    /// ServerHello chose something we did not offer.
    UnofferedVersion(ProtocolVersion),
    /// ServerHello chose a suite we did not offer.
    UnofferedSuite(CipherSuite),
    /// ServerHello or HelloRetryRequest chose a group we did not offer.
    UnofferedGroup(NamedGroup),
    /// A suite that the session's hash does not allow.
    WrongSuiteForSession,
    /// A PSK index we did not offer.
    UnofferedPsk,
    /// `legacy_session_id_echo` is not what we sent.
    WrongSessionIdEcho,
    /// `legacy_version` below 1.2, or a compression method other than null.
    BadLegacyField(&'static str),
    /// An answer to an extension that was not asked for.
    UnsolicitedExtension(u16),
    /// An ALPN protocol we did not offer, or not exactly one.
    UnofferedAlpn,
    /// A required extension is missing.
    MissingExtension(&'static str),
    /// The server's random says it would have spoken a lower version: RFC 9846 §4.2.3.
    Downgrade,
    /// A non-empty context in a handshake certificate message, or one that is not the request's.
    WrongRequestContext,
    /// A server sent no certificate.
    EmptyCertificate,
    /// A message longer than its budget.
    MessageTooLong,
    /// More KeyUpdates in a row than anyone needs.
    TooManyKeyUpdates,
    /// More tickets than anyone needs.
    TooManyTickets,
    /// More warning alerts in a row than anyone needs.
    TooManyWarnings,
    /// More early data than was ever allowed.
    TooMuchEarlyData,
}

/// What both ends lack in common. Each says what the peer offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// No common protocol version.
    Version {
        /// What the peer offered.
        offered: Vec<ProtocolVersion>,
    },
    /// No common cipher suite.
    CipherSuite {
        /// What the peer offered.
        offered: Vec<CipherSuite>,
    },
    /// No common group.
    Group {
        /// What the peer offered.
        offered: Vec<NamedGroup>,
    },
    /// No certificate of ours fits the peer's signature schemes.
    SignatureScheme {
        /// What the peer offered.
        offered: Vec<SignatureScheme>,
    },
    /// No common application protocol.
    Alpn {
        /// What the peer offered.
        offered: Vec<Vec<u8>>,
    },
    /// The peer offers only key exchange modes we do not do.
    PskMode,
}

/// What can fail on our side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalError {
    /// The private key could not be used.
    SigningFailed,
    /// A primitive of the backend failed.
    Crypto,
    /// The keys' usage limit is reached and they cannot be changed.
    KeysExhausted,
    /// An answer came that nobody had asked for: a fault of the adapter.
    StrayAnswer,
    /// The application closed before the handshake was done.
    Cancelled,
}

/// The first question of every incident: them, our settings, or our bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The peer broke the protocol, or someone between us did.
    Peer,
    /// Both are well; settings do not fit together.
    Settings,
    /// The peer ended it and said why.
    PeerSaidSo,
    /// A failure on this side.
    Us,
}

impl Fault {
    /// The alert that goes out, if one does. Total and wildcard-free: a new variant does not
    /// compile without an alert.
    pub fn alert(&self) -> Option<AlertDescription> {
        use AlertDescription as Alert;
        Some(match self {
            Self::Decode(error) => match error.problem {
                Problem::Truncated | Problem::TrailingData | Problem::LengthOutOfRange => {
                    Alert::DECODE_ERROR
                }
                // RFC 9846 §4.3: a known extension in the wrong message, or twice.
                Problem::IllegalValue | Problem::Duplicate | Problem::NotAllowedHere => {
                    Alert::ILLEGAL_PARAMETER
                }
            },
            Self::Unexpected { .. } => Alert::UNEXPECTED_MESSAGE,
            Self::Record(error) => error.alert(),
            Self::Peer(misbehaviour) => misbehaviour.alert(),
            Self::NoCommonGround(mismatch) => mismatch.alert(),
            Self::Identity(error) => identity_alert(error),
            Self::AlertReceived(_) => return None,
            Self::Local(LocalError::Cancelled) => Alert::USER_CANCELED,
            Self::Local(
                LocalError::SigningFailed
                | LocalError::Crypto
                | LocalError::KeysExhausted
                | LocalError::StrayAnswer,
            ) => Alert::INTERNAL_ERROR,
        })
    }

    /// Whose doing it was.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Decode(_) | Self::Unexpected { .. } | Self::Record(_) | Self::Peer(_) => {
                Blame::Peer
            }
            Self::NoCommonGround(_) | Self::Identity(_) => Blame::Settings,
            Self::AlertReceived(_) => Blame::PeerSaidSo,
            Self::Local(_) => Blame::Us,
        }
    }
}

impl RecordError {
    fn alert(self) -> AlertDescription {
        use AlertDescription as Alert;
        match self {
            Self::TooLarge => Alert::RECORD_OVERFLOW,
            Self::BadMac => Alert::BAD_RECORD_MAC,
            Self::NotTls(NotTls::Ssl2) => Alert::PROTOCOL_VERSION,
            Self::UnexpectedType(_)
            | Self::Empty
            | Self::TooManyEmpty
            | Self::NotTls(NotTls::Http | NotTls::Unknown)
            | Self::Interleaved
            | Self::BadChangeCipherSpec
            | Self::NotProtected => Alert::UNEXPECTED_MESSAGE,
        }
    }
}

impl Misbehaviour {
    fn alert(self) -> AlertDescription {
        use AlertDescription as Alert;
        match self {
            Self::WrongFinished | Self::BadCertificateVerify | Self::BadBinder => {
                Alert::DECRYPT_ERROR
            }
            Self::MissingPskKeyExchangeModes
            | Self::MissingKeyShare
            | Self::MissingSupportedGroups
            | Self::MissingSignatureAlgorithms
            | Self::MissingExtension(_) => Alert::MISSING_EXTENSION,
            Self::UnsolicitedExtension(_) => Alert::UNSUPPORTED_EXTENSION,
            Self::SecondRetry
            | Self::TooManyKeyUpdates
            | Self::TooManyTickets
            | Self::TooManyWarnings => Alert::UNEXPECTED_MESSAGE,
            Self::TooMuchEarlyData => Alert::UNEXPECTED_MESSAGE,
            Self::EmptyCertificate => Alert::DECODE_ERROR,
            Self::BinderCount
            | Self::WrongSignatureScheme(_)
            | Self::BadKeyShare(_)
            | Self::UnofferedKeyShare(_)
            | Self::WrongRetryShare
            | Self::WrongCookie
            | Self::ChangedClientHello
            | Self::PointlessRetry
            | Self::SuiteChangedAfterRetry
            | Self::UnofferedSuite(_)
            | Self::UnofferedVersion(_)
            | Self::UnofferedGroup(_)
            | Self::WrongSuiteForSession
            | Self::UnofferedPsk
            | Self::WrongSessionIdEcho
            | Self::BadLegacyField(_)
            | Self::UnofferedAlpn
            | Self::Downgrade
            | Self::WrongRequestContext
            | Self::MessageTooLong => Alert::ILLEGAL_PARAMETER,
        }
    }
}

impl Mismatch {
    fn alert(&self) -> AlertDescription {
        use AlertDescription as Alert;
        match self {
            Self::Version { .. } => Alert::PROTOCOL_VERSION,
            Self::Alpn { .. } => Alert::NO_APPLICATION_PROTOCOL,
            Self::CipherSuite { .. }
            | Self::Group { .. }
            | Self::SignatureScheme { .. }
            | Self::PskMode => Alert::HANDSHAKE_FAILURE,
        }
    }
}

/// RFC 9846 §6.2 and §4.5.1: which alert tells the peer what was wrong with its certificate.
fn identity_alert(error: &IdentityError) -> AlertDescription {
    use crate::IdentityProblem as P;
    use AlertDescription as Alert;
    match &error.problem {
        P::NoCertificate => Alert::CERTIFICATE_REQUIRED,
        P::BadEncoding(_) | P::BadSignature | P::WrongName { .. } => Alert::BAD_CERTIFICATE,
        P::UnknownIssuer => Alert::UNKNOWN_CA,
        P::Expired { .. } | P::NotYetValid { .. } => Alert::CERTIFICATE_EXPIRED,
        P::Revoked => Alert::CERTIFICATE_REVOKED,
        P::WrongUsage(_) | P::UnsupportedAlgorithm(_) => Alert::UNSUPPORTED_CERTIFICATE,
        P::Other(_) => Alert::CERTIFICATE_UNKNOWN,
    }
}

macro_rules! fault_from {
    ($($from:ty => $variant:ident),*) => {$(
        impl From<$from> for Fault {
            fn from(inner: $from) -> Self {
                Self::$variant(inner)
            }
        }
    )*};
}
fault_from!(DecodeError => Decode, RecordError => Record, Misbehaviour => Peer, Mismatch => NoCommonGround,
    IdentityError => Identity, LocalError => Local);

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
            Self::WrongSessionIdEcho => "legacy_session_id_echo differs from what was sent",
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
            Self::MessageTooLong => "a handshake message is longer than its budget",
            Self::TooManyKeyUpdates => "too many KeyUpdates in a row",
            Self::TooManyTickets => "too many NewSessionTickets",
            Self::TooManyWarnings => "too many warning alerts in a row",
            Self::TooMuchEarlyData => "more early data than allowed",
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
            Self::PskMode => f.write_str("the peer offers PSKs without a key exchange only"),
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

impl std::error::Error for Fault {}
