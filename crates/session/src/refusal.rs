//! Why a session was not resumed: a stable code for programs, a sentence for people.

use core::fmt;
use core::time::Duration;

/// Why a session was not resumed, or its early data not accepted. Not an error: a full handshake follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Made later than now, by more than clocks may differ.
    FromTheFuture {
        /// How far ahead.
        by: Duration,
    },
    /// The ticket is too old.
    Expired {
        /// How long ago it ended.
        by: Duration,
    },
    /// The peer proved who it is too long ago, whatever the ticket's age.
    AuthenticationTooOld {
        /// How long ago the authentication ended.
        by: Duration,
    },
    /// Made in another protocol version.
    DifferentVersion,
    /// Made with a cipher suite (TLS 1.3: a hash) that this connection does not have.
    DifferentCipherSuite,
    /// Made for another name.
    DifferentServerName,
    /// Made under another policy: see `scope.rs`.
    DifferentScope,
    /// Another connection used it up.
    AlreadyUsed,
    /// The store lost its memory of used tickets after this one was issued.
    UseForgotten,
    /// Revoked.
    Revoked,
    /// Our copy of the revocations is older than policy allows for sessions with an identity.
    RevocationsStale,
    /// A certificate of the peer is on a revocation list.
    IdentityRevoked,
    /// A certificate of the peer has expired since.
    IdentityExpired,
    /// This server wants to know its clients, and the session has no identity.
    NoIdentity,
    /// Made without verifying the peer, or imported without trust.
    Tainted,
    /// Made without the extended main secret: RFC 7627 §5.3.
    NoExtendedMainSecret,
    /// Made with the extended main secret, and the hello leaves it out: RFC 7627 §5.3.
    ExtendedMainSecretDropped,
    /// Single use is demanded, and TLS 1.2 has no binder to prove possession before a session is used up.
    SingleUseNeedsTls13,
    /// TLS 1.2: a client's session that would be offered by ticket, or by its ID, where that is off.
    FormOff,
    /// No key of ours made this ticket, or no store has it.
    UnknownTicket,
    /// It names a key of ours and that key did not make it.
    Forged,
    /// Another server's ticket, at a listener or for a name that takes none of those.
    ForeignNotTaken,
    /// Another server's ticket, after the end of the migration it was taken for.
    ForeignMigrationOver,
    /// Another server's ticket that says who the client is: only the server that verified it can vouch for that.
    ForeignIdentity,
    /// Another server's ticket that opens, and holds no session that can be read here.
    ForeignUnreadable,
    /// The store did not answer in time.
    StoreUnavailable,
    /// The server was offered it and chose a full handshake; only the server knows why.
    DeclinedByServer,
    /// No early data was offered, or not with the first identity, or there was a retry (RFC 9846 §4.3.10).
    EarlyDataNotOffered,
    /// Policy accepts no early data.
    EarlyDataOff,
    /// The ticket allows no early data.
    EarlyDataNotInTicket,
    /// TLS 1.2 has no early data.
    EarlyDataNeedsTls13,
    /// The connection has another cipher suite than the session.
    EarlyDataDifferentCipherSuite,
    /// The connection speaks another application protocol than the session.
    EarlyDataDifferentAlpn,
    /// The client's view of the ticket's age differs too much from ours (RFC 9846 §8.3).
    EarlyDataNotFresh,
    /// The ticket is older than the memory of what was used.
    EarlyDataBeforeRecording,
    /// Sessions that stand for a person or machine take no early data.
    EarlyDataWithIdentity,
}

/// Writes the codes once, for both directions.
macro_rules! codes {
    ($($variant:ident $({ $by:ident })? = $code:literal,)*) => {
        impl Refusal {
            /// The stable code: it is in logs, JSON and metrics, and never changes.
            pub const fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant $({ $by: _ })? => $code,)*
                }
            }

            /// The refusal with this code; a `by` is zero, for codes do not carry it.
            pub fn parse(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant $({ $by: Duration::ZERO })?),)*
                    _ => None,
                }
            }

            /// One of each, in the order of this file.
            pub const ALL: &'static [Self] = &[$(Self::$variant $({ $by: Duration::ZERO })?,)*];
        }
    };
}

codes! {
    FromTheFuture { by } = "from_the_future",
    Expired { by } = "expired",
    AuthenticationTooOld { by } = "authentication_too_old",
    DifferentVersion = "different_version",
    DifferentCipherSuite = "different_cipher_suite",
    DifferentServerName = "different_server_name",
    DifferentScope = "different_scope",
    AlreadyUsed = "already_used",
    UseForgotten = "use_forgotten",
    Revoked = "revoked",
    RevocationsStale = "revocations_stale",
    IdentityRevoked = "identity_revoked",
    IdentityExpired = "identity_expired",
    NoIdentity = "no_identity",
    Tainted = "tainted",
    NoExtendedMainSecret = "no_extended_main_secret",
    ExtendedMainSecretDropped = "extended_main_secret_dropped",
    SingleUseNeedsTls13 = "single_use_needs_tls13",
    FormOff = "form_off",
    UnknownTicket = "unknown_ticket",
    Forged = "forged",
    ForeignNotTaken = "foreign_not_taken",
    ForeignMigrationOver = "foreign_migration_over",
    ForeignIdentity = "foreign_identity",
    ForeignUnreadable = "foreign_unreadable",
    StoreUnavailable = "store_unavailable",
    DeclinedByServer = "declined_by_server",
    EarlyDataNotOffered = "early_data_not_offered",
    EarlyDataOff = "early_data_off",
    EarlyDataNotInTicket = "early_data_not_in_ticket",
    EarlyDataNeedsTls13 = "early_data_needs_tls13",
    EarlyDataDifferentCipherSuite = "early_data_different_cipher_suite",
    EarlyDataDifferentAlpn = "early_data_different_alpn",
    EarlyDataNotFresh = "early_data_not_fresh",
    EarlyDataBeforeRecording = "early_data_before_recording",
    EarlyDataWithIdentity = "early_data_with_identity",
}

impl Refusal {
    /// The reason as a sentence.
    pub fn text(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fixed = match self {
            Self::FromTheFuture { by } => {
                return write!(
                    f,
                    "the session was made {} in the future: the clocks disagree",
                    Span(*by)
                );
            }
            Self::Expired { by } => return write!(f, "the ticket expired {} ago", Span(*by)),
            Self::AuthenticationTooOld { by } => {
                return write!(
                    f,
                    "the peer's last full handshake stopped counting {} ago",
                    Span(*by)
                );
            }
            Self::DifferentVersion => "the session was made in another TLS version",
            Self::DifferentCipherSuite => "the session was made with another cipher suite or hash",
            Self::DifferentServerName => "the session was made for another server name",
            Self::DifferentScope => "the session was made under another policy or virtual host",
            Self::AlreadyUsed => "the ticket was already used",
            Self::UseForgotten => {
                "the store lost its memory of used tickets since this one was issued"
            }
            Self::Revoked => "the session was revoked",
            Self::RevocationsStale => {
                "the list of revocations is too old to trust a session with an identity"
            }
            Self::IdentityRevoked => "a certificate of the peer was revoked since",
            Self::IdentityExpired => "a certificate of the peer expired since",
            Self::NoIdentity => {
                "the session carries no client certificate and this server wants one"
            }
            Self::Tainted => {
                "the session was made without verifying the peer, or imported without trust"
            }
            Self::NoExtendedMainSecret => "the session was made without the extended main secret",
            Self::ExtendedMainSecretDropped => {
                "the session has the extended main secret and the hello leaves it out"
            }
            Self::SingleUseNeedsTls13 => {
                "single use is demanded and TLS 1.2 sessions cannot promise it"
            }
            Self::FormOff => "sessions of TLS 1.2 are not offered in this form here",
            Self::UnknownTicket => "the ticket is not known here",
            Self::Forged => "the ticket was not made by the key it names",
            Self::ForeignNotTaken => {
                "the ticket is another server's, and none of those is taken for this name here"
            }
            Self::ForeignMigrationOver => {
                "the ticket is another server's, and the migration from there is over"
            }
            Self::ForeignIdentity => {
                "another server's ticket says who the client is, which only that server can vouch for"
            }
            Self::ForeignUnreadable => {
                "another server's ticket opens, and the session in it cannot be read here"
            }
            Self::StoreUnavailable => "the session store did not answer in time",
            Self::DeclinedByServer => "the server declined the session it was offered",
            Self::EarlyDataNotOffered => "no early data was offered in a form that can be accepted",
            Self::EarlyDataOff => "early data is off",
            Self::EarlyDataNotInTicket => "the ticket allows no early data",
            Self::EarlyDataNeedsTls13 => "early data needs TLS 1.3",
            Self::EarlyDataDifferentCipherSuite => {
                "early data needs the session's own cipher suite"
            }
            Self::EarlyDataDifferentAlpn => {
                "early data needs the session's own application protocol"
            }
            Self::EarlyDataNotFresh => {
                "the early data may be a replay: the ticket's age does not add up"
            }
            Self::EarlyDataBeforeRecording => "the ticket is older than the record of used tickets",
            Self::EarlyDataWithIdentity => {
                "a session with a client certificate takes no early data"
            }
        };
        f.write_str(fixed)
    }
}

/// A duration as people say it: its two largest units.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match (
            seconds / 86_400,
            seconds / 3_600 % 24,
            seconds / 60 % 60,
            seconds % 60,
        ) {
            (0, 0, 0, 0) => write!(f, "{} ms", self.0.as_millis()),
            (0, 0, 0, s) => write!(f, "{s} s"),
            (0, 0, m, s) => write!(f, "{m} min {s} s"),
            (0, h, m, _) => write!(f, "{h} h {m} min"),
            (d, h, _, _) => write!(f, "{d} d {h} h"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_and_belongs_to_one_refusal() {
        for (at, refusal) in Refusal::ALL.iter().enumerate() {
            assert_eq!(Refusal::parse(refusal.code()), Some(*refusal));
            assert!(
                refusal
                    .code()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            );
            assert!(
                Refusal::ALL
                    .iter()
                    .skip(at + 1)
                    .all(|other| other.code() != refusal.code())
            );
        }
        assert_eq!(Refusal::parse("Expired"), None);
    }

    #[test]
    fn every_refusal_speaks_to_people() {
        for refusal in Refusal::ALL {
            let text = refusal.text();
            assert!(
                text.len() > 10 && !text.contains('_') && !text.ends_with('.'),
                "{text}"
            );
        }
    }

    #[test]
    fn durations_are_told_in_their_two_largest_units() {
        let told = |seconds| {
            Refusal::Expired {
                by: Duration::from_secs(seconds),
            }
            .text()
        };
        assert_eq!(told(59), "the ticket expired 59 s ago");
        assert_eq!(told(3 * 3600 + 125), "the ticket expired 3 h 2 min ago");
        assert_eq!(told(90_000), "the ticket expired 1 d 1 h ago");
        assert_eq!(
            Refusal::FromTheFuture {
                by: Duration::from_millis(20)
            }
            .text(),
            "the session was made 20 ms in the future: the clocks disagree"
        );
    }
}
