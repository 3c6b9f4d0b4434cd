//! May this session be resumed? A pure, total function that gives its reason.

use core::time::Duration;
use std::collections::HashSet;

use tessera_crypto::HashAlgorithm;
use tessera_wire::{AlertDescription, CipherSuite, ProtocolVersion};

use crate::binding::{Alpn, IssuerSerial, ServerName};
use crate::refusal::Refusal;
use crate::scope::Scope;
use crate::session::{Resumption, Session};
use crate::store::Revoked;
use crate::time::Timestamp;

/// A lineage ends after this long, whatever the settings: RFC 9846 §4.7.1 (6) gives tickets seven days.
pub const LONGEST_LINEAGE_TLS13: Duration = Duration::from_secs(7 * 24 * 3600);
/// RFC 5246 §F.1.4 suggests an upper limit of a day for sessions.
pub const LONGEST_LINEAGE_TLS12: Duration = Duration::from_secs(24 * 3600);

/// What [`ResumptionPolicy::freshness_window`] is unless somebody knows the clients better: RFC 9846 §8.3.
const FRESHNESS_WINDOW: Duration = Duration::from_secs(10);

/// When sessions are resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResumptionPolicy {
    /// How long a full handshake counts. Resumptions do not renew it.
    pub authentication_lifetime: Duration,
    /// How long a ticket counts, even if it says longer.
    pub ticket_lifetime: Duration,
    /// How far clocks may differ.
    pub clock_skew: Duration,
    /// Whether a session is used up by its first resumption.
    pub single_use: bool,
    /// Whether TLS 1.3, too, keeps the suite of a session and not only its hash.
    pub same_suite: bool,
    /// Whether early data is taken.
    pub early_data: EarlyData,
    /// Whether it is taken even from a peer whose identity the session carries.
    pub early_data_with_identity: bool,
    /// How far the client's view of a ticket's age may differ from ours for early data: RFC 9846 §8.3.
    pub freshness_window: Duration,
    /// How old our copy of the revocations may be before sessions with an identity need a full
    /// handshake; `None` where the copy cannot lag.
    pub revocation_lag: Option<Duration>,
}

/// Whether early data is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EarlyData {
    /// None: what nobody asked for is off (RFC 9846 §F.5 (3)).
    #[default]
    Refuse,
    /// So many bytes on a connection, or what the ticket allows if that is less.
    Accept {
        /// The most bytes.
        up_to: u32,
    },
}

impl Default for ResumptionPolicy {
    fn default() -> Self {
        Self {
            authentication_lifetime: Duration::from_secs(24 * 3600),
            ticket_lifetime: LONGEST_LINEAGE_TLS13,
            clock_skew: Duration::from_secs(60),
            single_use: false,
            same_suite: false,
            early_data: EarlyData::Refuse,
            early_data_with_identity: false,
            freshness_window: FRESHNESS_WINDOW,
            revocation_lag: None,
        }
    }
}

/// The certificates that revocation lists name.
#[derive(Clone, Debug, Default)]
pub struct RevokedSerials(HashSet<IssuerSerial>);

impl RevokedSerials {
    /// Whether this certificate is on a list.
    pub fn contains(&self, certificate: &IssuerSerial) -> bool {
        self.0.contains(certificate)
    }
}

impl FromIterator<IssuerSerial> for RevokedSerials {
    fn from_iter<I: IntoIterator<Item = IssuerSerial>>(certificates: I) -> Self {
        Self(certificates.into_iter().collect())
    }
}

/// What the connection at hand has, to compare a session with.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The version negotiated.
    pub version: ProtocolVersion,
    /// The cipher suite negotiated, or that would be.
    pub cipher_suite: CipherSuite,
    /// Its hash.
    pub cipher_suite_hash: HashAlgorithm,
    /// The name in this hello.
    pub server_name: Option<&'a ServerName>,
    /// The scope of the virtual host chosen for this hello.
    pub scope: &'a Scope,
    /// The application protocol of this connection.
    pub alpn: Option<&'a Alpn>,
    /// Whether the peer has to be known.
    pub requires_identity: bool,
    /// Whether a session made without verifying the peer is welcome.
    pub accepts_tainted: bool,
    /// The revocations, as they were when the hello arrived.
    pub revocations: &'a Revoked,
    /// The certificates on revocation lists, as they were when the hello arrived.
    pub revoked_serials: &'a RevokedSerials,
    /// Whether this hello has `extended_main_secret` (RFC 7627).
    pub extended_main_secret: bool,
    /// Whether early data is offered with the first identity and without a retry (RFC 9846 §4.3.10).
    pub early_data: bool,
    /// The ticket's age as the client tells it, for early data (RFC 9846 §4.3.11.1).
    pub ticket_age: Option<Duration>,
    /// Since when every used ticket is remembered, for early data; `None` if nobody remembers.
    pub recording_since: Option<Timestamp>,
}

/// What the handshake must now do with an offered session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// Resume it, once the binder verifies.
    Resume {
        /// Whether to use it up first.
        claim: bool,
        /// How much early data to take, or why none.
        early_data: Result<u32, Refusal>,
    },
    /// Do not resume it.
    FullHandshake(Refusal),
    /// End the connection.
    Abort(AlertDescription),
}

impl ResumptionPolicy {
    /// Judges one offer against one session: pure, total, the same for both versions and both ends.
    ///
    /// The order is: what was taken back, what time has ended, what the connection negotiated, what
    /// the session was made for, who the peer is. The first "no" is the one told. The extended main
    /// secret comes last, for only there is the answer an alert: RFC 7627 §5.3 aborts a handshake
    /// that would otherwise be abbreviated.
    pub fn judge(&self, session: &Session, offer: &Offer<'_>, now: Timestamp) -> Ruling {
        let checks = [
            not_revoked(session, offer.revocations),
            revocations_current(session, offer.revocations, self.revocation_lag, now),
            recently_authenticated(session, self, now),
            fresh(session, self, now),
            same_version(session, offer),
            same_terms(session, offer, self),
            same_name(session, offer),
            same_scope(session, offer),
            identified(session, offer),
            identity_valid(session, offer, now),
            untainted(session, offer),
            usable_once(session, self),
            extended_main_secret(session, offer),
        ];
        match checks.into_iter().find_map(Result::err) {
            Some(Refusal::ExtendedMainSecretDropped) => {
                Ruling::Abort(AlertDescription::HANDSHAKE_FAILURE)
            }
            Some(refusal) => Ruling::FullHandshake(refusal),
            None => {
                let early_data = self.early_data(session, offer, now);
                // Early data is taken at most once: RFC 9846 §8 (2).
                Ruling::Resume {
                    claim: self.single_use || early_data.is_ok(),
                    early_data,
                }
            }
        }
    }

    /// How much early data to take with a session that is resumed (RFC 9846 §4.3.10 (7)).
    fn early_data(
        &self,
        session: &Session,
        offer: &Offer<'_>,
        now: Timestamp,
    ) -> Result<u32, Refusal> {
        let EarlyData::Accept { up_to } = self.early_data else {
            return Err(if offer.early_data {
                Refusal::EarlyDataOff
            } else {
                Refusal::EarlyDataNotOffered
            });
        };
        if !offer.early_data {
            return Err(Refusal::EarlyDataNotOffered);
        }
        let Resumption::Tls13 {
            max_early_data_size,
            ..
        } = session.resumption
        else {
            return Err(Refusal::EarlyDataNeedsTls13);
        };
        let size = max_early_data_size.min(up_to);
        if size == 0 {
            return Err(Refusal::EarlyDataNotInTicket);
        }
        if session.cipher_suite != offer.cipher_suite {
            return Err(Refusal::EarlyDataDifferentCipherSuite);
        }
        if session.binding.alpn.as_ref() != offer.alpn {
            return Err(Refusal::EarlyDataDifferentAlpn);
        }
        if session.binding.peer.is_some() && !self.early_data_with_identity {
            return Err(Refusal::EarlyDataWithIdentity);
        }
        if offer
            .recording_since
            .is_none_or(|since| session.lifetime.issued_at < since)
        {
            return Err(Refusal::EarlyDataBeforeRecording);
        }
        ticket_age_adds_up(session, offer, self.freshness_window, now)?;
        Ok(size)
    }
}

/// A revocation names a lineage, a peer, a name or everything, up to a moment of authentication.
fn not_revoked(session: &Session, revocations: &Revoked) -> Result<(), Refusal> {
    if revocations.covers(session) {
        Err(Refusal::Revoked)
    } else {
        Ok(())
    }
}

/// Who has not heard of revocations lately cannot say that an identity still stands.
fn revocations_current(
    session: &Session,
    revocations: &Revoked,
    lag: Option<Duration>,
    now: Timestamp,
) -> Result<(), Refusal> {
    match lag {
        Some(lag) if session.binding.peer.is_some() && now > revocations.as_of().plus(lag) => {
            Err(Refusal::RevocationsStale)
        }
        _ => Ok(()),
    }
}

/// A resumption may renew the ticket, never the authentication.
fn recently_authenticated(
    session: &Session,
    policy: &ResumptionPolicy,
    now: Timestamp,
) -> Result<(), Refusal> {
    let since = session.lifetime.authenticated_at;
    not_from_the_future(since, policy, now)?;
    let longest = if session.version == ProtocolVersion::TLS1_3 {
        LONGEST_LINEAGE_TLS13
    } else {
        LONGEST_LINEAGE_TLS12
    };
    // What is sealed in the session and what policy says today: the stricter counts.
    let end = since
        .plus(policy.authentication_lifetime.min(longest))
        .min(session.lifetime.lineage_ends_at);
    match now.since(end) {
        Some(by) => Err(Refusal::AuthenticationTooOld { by }),
        None => Ok(()),
    }
}

/// A ticket has its own end (RFC 9846 §4.3.11.1 (1)). Clocks may differ a little about its beginning, not
/// about its end.
fn fresh(session: &Session, policy: &ResumptionPolicy, now: Timestamp) -> Result<(), Refusal> {
    not_from_the_future(session.lifetime.issued_at, policy, now)?;
    let end = session
        .lifetime
        .issued_at
        .plus(policy.ticket_lifetime)
        .min(session.lifetime.expires_at);
    match now.since(end) {
        Some(by) => Err(Refusal::Expired { by }),
        None => Ok(()),
    }
}

fn not_from_the_future(
    made: Timestamp,
    policy: &ResumptionPolicy,
    now: Timestamp,
) -> Result<(), Refusal> {
    let by = made.ahead_of(now);
    if by > policy.clock_skew {
        Err(Refusal::FromTheFuture { by })
    } else {
        Ok(())
    }
}

/// A session resumes in its own version only, and in the form that version has.
fn same_version(session: &Session, offer: &Offer<'_>) -> Result<(), Refusal> {
    if session.version == offer.version && session.resumption.version() == session.version {
        Ok(())
    } else {
        Err(Refusal::DifferentVersion)
    }
}

/// TLS 1.3 keeps the hash (RFC 9846 §4.7.1 (2)), TLS 1.2 the whole suite (RFC 5246 §7.4.1.3).
fn same_terms(
    session: &Session,
    offer: &Offer<'_>,
    policy: &ResumptionPolicy,
) -> Result<(), Refusal> {
    let same = match session.resumption {
        Resumption::Tls13 { .. } if !policy.same_suite => {
            session.hash() == Some(offer.cipher_suite_hash)
        }
        Resumption::Tls13 { .. } | Resumption::Tls12 { .. } => {
            session.cipher_suite == offer.cipher_suite
        }
    };
    if same {
        Ok(())
    } else {
        Err(Refusal::DifferentCipherSuite)
    }
}

/// The name is part of the scope too; it is looked at first because it explains more. The very name it
/// was made for is one its certificate is good for: RFC 9846 §4.7.1 (3), RFC 6066 §3 (6).
fn same_name(session: &Session, offer: &Offer<'_>) -> Result<(), Refusal> {
    if session.binding.server_name.as_ref() == offer.server_name {
        Ok(())
    } else {
        Err(Refusal::DifferentServerName)
    }
}

/// A session never crosses from one virtual host or policy to another.
fn same_scope(session: &Session, offer: &Offer<'_>) -> Result<(), Refusal> {
    if session.binding.scope == *offer.scope {
        Ok(())
    } else {
        Err(Refusal::DifferentScope)
    }
}

/// RFC 9846 §4.4.2: no CertificateRequest in a resumed handshake, so whoever must be known was known before.
fn identified(session: &Session, offer: &Offer<'_>) -> Result<(), Refusal> {
    if offer.requires_identity && session.binding.peer.is_none() {
        Err(Refusal::NoIdentity)
    } else {
        Ok(())
    }
}

/// Certificates end and are revoked while the sessions made with them are still young.
fn identity_valid(session: &Session, offer: &Offer<'_>, now: Timestamp) -> Result<(), Refusal> {
    let Some(peer) = &session.binding.peer else {
        return Ok(());
    };
    if now > peer.not_after {
        return Err(Refusal::IdentityExpired);
    }
    if peer
        .issuer_serials
        .iter()
        .any(|certificate| offer.revoked_serials.contains(certificate))
    {
        return Err(Refusal::IdentityRevoked);
    }
    Ok(())
}

/// What was made without verifying never resumes where verifying is demanded.
fn untainted(session: &Session, offer: &Offer<'_>) -> Result<(), Refusal> {
    if session.taint.is_some() && !offer.accepts_tainted {
        Err(Refusal::Tainted)
    } else {
        Ok(())
    }
}

/// TLS 1.2 would let anybody who saw a session id use the session up.
fn usable_once(session: &Session, policy: &ResumptionPolicy) -> Result<(), Refusal> {
    match session.resumption {
        Resumption::Tls12 { .. } if policy.single_use => Err(Refusal::SingleUseNeedsTls13),
        _ => Ok(()),
    }
}

/// RFC 7627 §5.3 (2, 3); and a session whose secret is not bound to its handshake is never resumed.
fn extended_main_secret(session: &Session, offer: &Offer<'_>) -> Result<(), Refusal> {
    match session.resumption {
        Resumption::Tls12 {
            extended_main_secret: false,
            ..
        } => Err(Refusal::NoExtendedMainSecret),
        Resumption::Tls12 {
            extended_main_secret: true,
            ..
        } if !offer.extended_main_secret => Err(Refusal::ExtendedMainSecretDropped),
        _ => Ok(()),
    }
}

/// RFC 9846 §4.3.10 (3), §8.3: the age the client tells and the age we see agree. Here no skew is granted
/// to the future.
fn ticket_age_adds_up(
    session: &Session,
    offer: &Offer<'_>,
    window: Duration,
    now: Timestamp,
) -> Result<(), Refusal> {
    let seen = now
        .since(session.lifetime.issued_at)
        .ok_or(Refusal::EarlyDataNotFresh)?;
    let told = offer.ticket_age.ok_or(Refusal::EarlyDataNotFresh)?;
    if seen.abs_diff(told) > window {
        Err(Refusal::EarlyDataNotFresh)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
