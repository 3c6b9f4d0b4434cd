//! What can go wrong, the alert it becomes, and whose doing it was.

mod text;

use crate::IdentityError;
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
    /// The peer is who it says, and the application does not let it in.
    Denied,
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
    /// A session resumed without a key exchange: we offer it with one only.
    UnofferedPskMode,
    /// Early data was accepted, and the connection differs from its session in what they must share.
    EarlyDataTerms(&'static str),
    /// TLS 1.2 in answer to a hello with early data: RFC 9846 §E.3.
    EarlyDataDowngraded,
    /// `legacy_session_id_echo` is not what we sent.
    WrongSessionIdEcho,
    /// A hello of TLS 1.3 whose `legacy_version` is not the one that is frozen: RFC 9846 §4.2.2.
    BadLegacyVersion(ProtocolVersion),
    /// A compression method other than null.
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
    /// A chain of more certificates than anyone needs.
    TooManyCertificates,
    /// A message longer than its budget.
    MessageTooLong,
    /// More KeyUpdates in a row than anyone needs.
    TooManyKeyUpdates,
    /// More tickets than anyone needs.
    TooManyTickets,
    /// More warning alerts in a row than anyone needs.
    TooManyWarnings,
    /// More wishes for another handshake in a row than anyone needs.
    TooManyRenegotiations,
    /// `renegotiation_info` is missing, or is not about the handshake before: RFC 5746 §3.4 to §3.7.
    BadRenegotiationInfo,
    /// It wants to renegotiate, and the application will have no peer that does.
    RenegotiationForbidden,
    /// Another handshake on a connection changed what all of them keep.
    ChangedUnderWay(&'static str),
    /// The session and the hello disagree about the extended main secret: RFC 7627 §5.3.
    ExtendedMainSecretChanged,
    /// A TLS 1.2 server resumed with another suite than the session's.
    ResumedWithOtherSuite,
    /// ServerKeyExchange's signature does not verify.
    BadKeyExchangeSignature,
    /// The certificate's key does not fit the cipher suite: RFC 8422 §5.3.
    WrongCertificateKey(CipherSuite),
    /// A peer's `ec_point_formats` leaves out the uncompressed form: RFC 8422 §5.1.2.
    NoUncompressedPoints,
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
    /// None of our certificates is for a peer that names these issuers, or none.
    Issuer,
    /// No common application protocol.
    Alpn {
        /// What the peer offered.
        offered: Vec<Vec<u8>>,
    },
    /// The peer offers only key exchange modes we do not do, or no external key where one is needed.
    PskMode,
    /// No external key is common.
    ExternalPsk,
    /// The client fell back to a version below what both ends can do: RFC 7507.
    Fallback {
        /// The best it offered this time.
        offered: ProtocolVersion,
    },
    /// The peer cannot bind the main secret to its handshake, and settings demand it: RFC 7627.
    ExtendedMainSecret,
    /// A client has no certificate to show, and settings demand one (TLS 1.2: RFC 5246 §7.4.6).
    ClientCertificate,
    /// The peer knows nothing of RFC 5746.
    SecureRenegotiation,
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
    /// The alert that goes out, if one does: RFC 9846 §6.2 (3). Total and wildcard-free: a new variant
    /// does not compile without an alert.
    pub fn alert(&self) -> Option<AlertDescription> {
        use AlertDescription as Alert;
        Some(match self {
            Self::Decode(error) => match error.problem {
                // The syntax is broken, or what it says makes no sense: RFC 9846 §6 (6, 7).
                Problem::Truncated | Problem::TrailingData | Problem::LengthOutOfRange => {
                    Alert::DECODE_ERROR
                }
                // RFC 9846 §4.3 (5): a known extension in the wrong message, or twice.
                Problem::IllegalValue | Problem::Duplicate | Problem::NotAllowedHere => {
                    Alert::ILLEGAL_PARAMETER
                }
            },
            Self::Unexpected { .. } => Alert::UNEXPECTED_MESSAGE,
            Self::Record(error) => error.alert(),
            Self::Peer(misbehaviour) => misbehaviour.alert(),
            Self::NoCommonGround(mismatch) => mismatch.alert(),
            Self::Identity(error) => identity_alert(error),
            Self::Denied => Alert::ACCESS_DENIED,
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
            Self::NoCommonGround(_) | Self::Identity(_) | Self::Denied => Blame::Settings,
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
            Self::WrongFinished
            | Self::BadCertificateVerify
            | Self::BadKeyExchangeSignature
            | Self::BadBinder => Alert::DECRYPT_ERROR,
            Self::MissingPskKeyExchangeModes
            | Self::MissingKeyShare
            | Self::MissingSupportedGroups
            | Self::MissingSignatureAlgorithms
            | Self::MissingExtension(_) => Alert::MISSING_EXTENSION,
            Self::UnsolicitedExtension(_) => Alert::UNSUPPORTED_EXTENSION,
            Self::SecondRetry
            | Self::TooManyKeyUpdates
            | Self::TooManyTickets
            | Self::TooManyWarnings
            | Self::TooManyRenegotiations => Alert::UNEXPECTED_MESSAGE,
            Self::BadLegacyVersion(_) => Alert::PROTOCOL_VERSION,
            Self::BadRenegotiationInfo | Self::ExtendedMainSecretChanged => {
                Alert::HANDSHAKE_FAILURE
            }
            // RFC 5246 §7.2.2 has it as a warning, for connections that go on.
            Self::RenegotiationForbidden => Alert::NO_RENEGOTIATION,
            Self::TooMuchEarlyData => Alert::UNEXPECTED_MESSAGE,
            Self::EarlyDataDowngraded => Alert::PROTOCOL_VERSION,
            Self::EmptyCertificate => Alert::DECODE_ERROR,
            Self::TooManyCertificates => Alert::CERTIFICATE_UNKNOWN,
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
            | Self::UnofferedPskMode
            | Self::EarlyDataTerms(_)
            | Self::WrongSessionIdEcho
            | Self::BadLegacyField(_)
            | Self::UnofferedAlpn
            | Self::Downgrade
            | Self::ChangedUnderWay(_)
            | Self::ResumedWithOtherSuite
            | Self::WrongCertificateKey(_)
            | Self::NoUncompressedPoints
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
            | Self::Issuer
            | Self::ExtendedMainSecret
            | Self::SecureRenegotiation
            | Self::ClientCertificate
            | Self::PskMode => Alert::HANDSHAKE_FAILURE,
            // As a wrong binder is answered, so that nobody learns whose keys there are:
            // RFC 9846 §F.6.
            Self::ExternalPsk => Alert::DECRYPT_ERROR,
            Self::Fallback { .. } => Alert::INAPPROPRIATE_FALLBACK,
        }
    }
}

/// RFC 9846 §6.2, §4.5.1.2 (8): which alert tells the peer what was wrong with its certificate.
fn identity_alert(error: &IdentityError) -> AlertDescription {
    use crate::IdentityProblem as P;
    use AlertDescription as Alert;
    match &error.problem {
        P::NoCertificate => Alert::CERTIFICATE_REQUIRED,
        P::BadEncoding(_) | P::BadSignature | P::WrongName { .. } => Alert::BAD_CERTIFICATE,
        // RFC 9846 §4.5.1.3 (2).
        P::WeakSignature(_) => Alert::BAD_CERTIFICATE,
        P::UnknownIssuer => Alert::UNKNOWN_CA,
        P::Expired { .. } | P::NotYetValid { .. } => Alert::CERTIFICATE_EXPIRED,
        P::Revoked => Alert::CERTIFICATE_REVOKED,
        P::WrongUsage(_) | P::UnsupportedAlgorithm(_) => Alert::UNSUPPORTED_CERTIFICATE,
        P::BadStatus(_) => Alert::BAD_CERTIFICATE_STATUS_RESPONSE,
        P::Other(_) => Alert::CERTIFICATE_UNKNOWN,
        // The one that says least.
        P::Withheld(_) => Alert::HANDSHAKE_FAILURE,
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

impl std::error::Error for Fault {}
