//! Every refusal by name, and that no refused session is ever resumed.

mod early_data;

use super::*;
use crate::samples;
use crate::session::Taint;
use crate::store::{Revocation, Selector};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_100);
const HOUR: Duration = Duration::from_secs(3600);

fn policy() -> ResumptionPolicy {
    ResumptionPolicy::default()
}

/// What an offer points to.
struct World {
    server_name: Option<ServerName>,
    alpn: Option<Alpn>,
    scope: Scope,
    revocations: Revoked,
    revoked_serials: RevokedSerials,
}

impl World {
    /// In which this session fits.
    fn of(session: &Session) -> Self {
        Self {
            server_name: session.binding.server_name.clone(),
            alpn: session.binding.alpn.clone(),
            scope: session.binding.scope,
            revocations: Revoked::none(),
            revoked_serials: RevokedSerials::default(),
        }
    }

    fn offer(&self, session: &Session) -> Offer<'_> {
        Offer {
            version: session.version,
            cipher_suite: session.cipher_suite,
            cipher_suite_hash: session.hash().unwrap_or(HashAlgorithm::Sha256),
            server_name: self.server_name.as_ref(),
            scope: &self.scope,
            alpn: self.alpn.as_ref(),
            requires_identity: false,
            accepts_tainted: false,
            revocations: &self.revocations,
            revoked_serials: &self.revoked_serials,
            extended_main_secret: true,
            early_data: false,
            ticket_age: None,
            recording_since: None,
        }
    }
}

fn judge(session: &Session, change: impl FnOnce(&mut Offer<'_>)) -> Ruling {
    let world = World::of(session);
    let mut offer = world.offer(session);
    change(&mut offer);
    policy().judge(session, &offer, NOW)
}

fn refused(refusal: Refusal) -> Ruling {
    Ruling::FullHandshake(refusal)
}

fn resumes(ruling: Ruling) -> bool {
    matches!(ruling, Ruling::Resume { .. })
}

#[test]
fn a_session_that_fits_is_resumed_and_not_claimed() {
    for session in [samples::tls13(), samples::tls12(), samples::bare()] {
        let early_data = Err(Refusal::EarlyDataNotOffered);
        assert_eq!(
            judge(&session, |_| ()),
            Ruling::Resume {
                claim: false,
                early_data
            }
        );
    }
    // RFC 9846 §F.5 (3): nobody has asked for early data.
    let early_data = Err(Refusal::EarlyDataOff);
    assert_eq!(
        judge(&samples::tls13(), |offer| offer.early_data = true),
        Ruling::Resume {
            claim: false,
            early_data
        }
    );
}

#[test]
fn rule_01_a_session_never_crosses_to_another_scope_or_name() {
    // RFC 9846 §4.7.1 (3).
    let session = samples::tls13();
    let other = Scope([6; 32]);
    let world = World::of(&session);
    let offer = Offer {
        scope: &other,
        ..world.offer(&session)
    };
    assert_eq!(
        policy().judge(&session, &offer, NOW),
        refused(Refusal::DifferentScope)
    );
    let name = ServerName::new("admin.example.com").unwrap();
    let offer = Offer {
        server_name: Some(&name),
        ..world.offer(&session)
    };
    assert_eq!(
        policy().judge(&session, &offer, NOW),
        refused(Refusal::DifferentServerName)
    );
}

#[test]
fn rule_21_a_name_is_needed_unless_the_session_was_made_without() {
    // RFC 6066 §3 (6).
    assert_eq!(
        judge(&samples::tls13(), |offer| offer.server_name = None),
        refused(Refusal::DifferentServerName)
    );
    let nameless = samples::bare();
    assert!(resumes(judge(&nameless, |_| ())));
    let world = World {
        server_name: ServerName::new("www.example.com").ok(),
        ..World::of(&nameless)
    };
    assert_eq!(
        policy().judge(&nameless, &world.offer(&nameless), NOW),
        refused(Refusal::DifferentServerName)
    );
}

#[test]
fn rule_02_an_identity_is_looked_at_again_on_every_resumption() {
    let session = samples::tls13();
    let mut expired = session.clone();
    expired.binding.peer.as_mut().unwrap().not_after = NOW.minus(Duration::from_millis(1));
    assert_eq!(judge(&expired, |_| ()), refused(Refusal::IdentityExpired));

    let mut world = World::of(&session);
    world.revoked_serials = session
        .binding
        .peer
        .as_ref()
        .unwrap()
        .issuer_serials
        .iter()
        .cloned()
        .collect();
    assert_eq!(
        policy().judge(&session, &world.offer(&session), NOW),
        refused(Refusal::IdentityRevoked)
    );

    let mut anonymous = session.clone();
    anonymous.binding.peer = None;
    assert_eq!(
        judge(&anonymous, |offer| offer.requires_identity = true),
        refused(Refusal::NoIdentity)
    );
    assert!(resumes(
        judge(&session, |offer| offer.requires_identity = true)
    ));
}

#[test]
fn rule_03_renewal_never_moves_the_authentication() {
    let mut session = samples::tls13();
    // However young the ticket: the peer proved itself a day ago.
    session.lifetime.authenticated_at = NOW.minus(24 * HOUR);
    session.lifetime.lineage_ends_at = NOW.plus(HOUR);
    assert_eq!(
        judge(&session, |_| ()),
        refused(Refusal::AuthenticationTooOld { by: Duration::ZERO })
    );
    session.lifetime.authenticated_at = NOW.minus(24 * HOUR).plus(Duration::from_millis(1));
    assert!(resumes(judge(&session, |_| ())));
}

#[test]
fn r5_of_what_is_sealed_and_what_is_policy_today_the_stricter_counts() {
    let mut session = samples::tls13();
    session.lifetime.lineage_ends_at = NOW;
    assert_eq!(
        judge(&session, |_| ()),
        refused(Refusal::AuthenticationTooOld { by: Duration::ZERO })
    );

    let session = samples::tls13();
    let (world, strict) = (
        World::of(&session),
        ResumptionPolicy {
            authentication_lifetime: HOUR / 12,
            ..policy()
        },
    );
    let too_old = Refusal::AuthenticationTooOld {
        by: Duration::from_secs(400),
    };
    assert_eq!(
        strict.judge(&session, &world.offer(&session), NOW),
        refused(too_old)
    );
    let strict = ResumptionPolicy {
        ticket_lifetime: Duration::from_secs(60),
        ..policy()
    };
    let expired = Refusal::Expired {
        by: Duration::from_secs(40),
    };
    assert_eq!(
        strict.judge(&session, &world.offer(&session), NOW),
        refused(expired)
    );
}

#[test]
fn rule_03_no_setting_outlasts_the_versions_own_limit() {
    // RFC 9846 §4.7.1 (6).
    let endless = ResumptionPolicy {
        authentication_lifetime: Duration::MAX,
        ..policy()
    };
    for (mut session, days) in [(samples::tls13(), 7), (samples::tls12(), 1)] {
        session.lifetime.lineage_ends_at = Timestamp::FAR_FUTURE;
        session.lifetime.authenticated_at = NOW.minus(days * 24 * HOUR);
        let ruling = endless.judge(&session, &World::of(&session).offer(&session), NOW);
        assert_eq!(
            ruling,
            refused(Refusal::AuthenticationTooOld { by: Duration::ZERO })
        );
    }
}

#[test]
fn a_ticket_ends_exactly_when_it_says() {
    // RFC 9846 §4.3.11.1 (1).
    let mut session = samples::tls13();
    session.lifetime.expires_at = NOW;
    assert_eq!(
        judge(&session, |_| ()),
        refused(Refusal::Expired { by: Duration::ZERO })
    );
    session.lifetime.expires_at = NOW.plus(Duration::from_millis(1));
    assert!(resumes(judge(&session, |_| ())));
}

#[test]
fn rule_25_r17_a_ticket_from_the_future_resumes_within_the_skew_only() {
    let skew = policy().clock_skew;
    let by = skew + Duration::from_millis(1);
    let mut session = samples::tls13();
    session.lifetime.issued_at = NOW.plus(skew);
    assert!(resumes(judge(&session, |_| ())));
    session.lifetime.issued_at = NOW.plus(by);
    assert_eq!(
        judge(&session, |_| ()),
        refused(Refusal::FromTheFuture { by })
    );
    session.lifetime.issued_at = NOW;
    session.lifetime.authenticated_at = NOW.plus(by);
    assert_eq!(
        judge(&session, |_| ()),
        refused(Refusal::FromTheFuture { by })
    );
}

#[test]
fn rule_14_a_session_resumes_in_its_own_version_and_with_its_own_terms() {
    // RFC 9846 §4.7.1 (2).
    let (new, old) = (samples::tls13(), samples::tls12());
    assert_eq!(
        judge(&new, |offer| offer.version = ProtocolVersion::TLS1_2),
        refused(Refusal::DifferentVersion)
    );
    assert_eq!(
        judge(&old, |offer| offer.version = ProtocolVersion::TLS1_3),
        refused(Refusal::DifferentVersion)
    );
    let mut mixed = samples::tls12();
    mixed.resumption = new.resumption;
    assert_eq!(judge(&mixed, |_| ()), refused(Refusal::DifferentVersion));

    // TLS 1.3 keeps the hash, TLS 1.2 the suite.
    assert!(resumes(judge(&new, |offer| offer.cipher_suite =
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256)));
    // Unless policy wants the suite there, too.
    let strict = ResumptionPolicy {
        same_suite: true,
        ..policy()
    };
    let world = World::of(&new);
    let mut offer = world.offer(&new);
    assert!(resumes(strict.judge(&new, &offer, NOW)));
    offer.cipher_suite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
    assert_eq!(
        strict.judge(&new, &offer, NOW),
        refused(Refusal::DifferentCipherSuite)
    );
    let other_hash = judge(&new, |offer| {
        offer.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384;
        offer.cipher_suite_hash = HashAlgorithm::Sha384;
    });
    assert_eq!(other_hash, refused(Refusal::DifferentCipherSuite));
    let other_suite = judge(&old, |offer| {
        offer.cipher_suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384;
    });
    assert_eq!(other_suite, refused(Refusal::DifferentCipherSuite));
}

#[test]
fn rule_06_the_extended_main_secret_decides_as_rfc_7627_says() {
    // RFC 7627 §5.3 (2, 3).
    let with = samples::tls12();
    let mut without = samples::tls12();
    if let Resumption::Tls12 {
        extended_main_secret,
        ..
    } = &mut without.resumption
    {
        *extended_main_secret = false;
    }
    let dropped = judge(&with, |offer| offer.extended_main_secret = false);
    assert_eq!(dropped, Ruling::Abort(AlertDescription::HANDSHAKE_FAILURE));
    for in_hello in [true, false] {
        let ruling = judge(&without, |offer| offer.extended_main_secret = in_hello);
        assert_eq!(ruling, refused(Refusal::NoExtendedMainSecret));
    }
    assert!(resumes(judge(&samples::tls13(), |offer| offer
        .extended_main_secret =
        false)));
}

#[test]
fn rule_06_a_session_that_would_not_be_resumed_anyway_aborts_nothing() {
    let mut session = samples::tls12();
    session.lifetime.expires_at = NOW.minus(HOUR);
    let ruling = judge(&session, |offer| offer.extended_main_secret = false);
    assert_eq!(ruling, refused(Refusal::Expired { by: HOUR }));
}

#[test]
fn r12_what_is_tainted_resumes_only_where_that_is_welcome() {
    for taint in [Taint::Unverified, Taint::Imported] {
        let session = Session {
            taint: Some(taint),
            ..samples::tls13()
        };
        assert_eq!(judge(&session, |_| ()), refused(Refusal::Tainted));
        assert!(resumes(
            judge(&session, |offer| offer.accepts_tainted = true)
        ));
    }
}

#[test]
fn r6_a_revocation_reaches_every_session_and_is_told_first() {
    let mut session = samples::tls13();
    session.lifetime.expires_at = NOW.minus(HOUR);
    let mut world = World::of(&session);
    world.revocations = Revoked::new(1, [Revocation::new(Selector::All, "", NOW, Duration::ZERO)]);
    assert_eq!(
        policy().judge(&session, &world.offer(&session), NOW),
        refused(Refusal::Revoked)
    );
}

#[test]
fn r6_an_old_list_of_revocations_vouches_for_no_identity() {
    let lagging = ResumptionPolicy {
        revocation_lag: Some(HOUR),
        ..policy()
    };
    let (known, anonymous) = (samples::tls13(), samples::bare());
    let mut world = World::of(&known);
    world.revocations = Revoked::none().seen_at(NOW.minus(HOUR));
    assert!(resumes(lagging.judge(&known, &world.offer(&known), NOW)));
    world.revocations = Revoked::none().seen_at(NOW.minus(HOUR).minus(Duration::from_millis(1)));
    assert_eq!(
        lagging.judge(&known, &world.offer(&known), NOW),
        refused(Refusal::RevocationsStale)
    );
    let stale = World {
        revocations: world.revocations,
        ..World::of(&anonymous)
    };
    assert!(resumes(lagging.judge(
        &anonymous,
        &stale.offer(&anonymous),
        NOW
    )));
}

#[test]
fn single_use_claims_in_tls13_and_refuses_tls12() {
    let once = ResumptionPolicy {
        single_use: true,
        ..policy()
    };
    let (new, old) = (samples::tls13(), samples::tls12());
    let ruling = once.judge(&new, &World::of(&new).offer(&new), NOW);
    assert_eq!(
        ruling,
        Ruling::Resume {
            claim: true,
            early_data: Err(Refusal::EarlyDataNotOffered)
        }
    );
    let ruling = once.judge(&old, &World::of(&old).offer(&old), NOW);
    assert_eq!(ruling, refused(Refusal::SingleUseNeedsTls13));
}

/// What can be wrong, each by its number; told apart from `judge` by being written another way.
fn spoil(session: &mut Session, world: &mut World, fault: u8) {
    match fault {
        0 => session.lifetime.expires_at = NOW.minus(HOUR),
        1 => session.lifetime.authenticated_at = NOW.minus(30 * HOUR),
        2 => session.lifetime.issued_at = NOW.plus(HOUR),
        3 => session.lifetime.lineage_ends_at = NOW.minus(HOUR),
        4 => world.server_name = ServerName::new("other.example").ok(),
        5 => world.scope = Scope([0; 32]),
        6 => session.taint = Some(Taint::Imported),
        7 => world.revocations = Revoked::new(1, [Revocation::new(Selector::All, "", NOW, HOUR)]),
        8 => {
            if let Some(peer) = session.binding.peer.as_mut() {
                peer.not_after = Timestamp::EPOCH;
            }
        }
        _ => session.resumption = samples::tls12().resumption,
    }
}

proptest! {
    #[test]
    fn a_session_with_any_fault_is_never_resumed(
        faults in prop::collection::vec(0u8..10, 1..4),
        single_use: bool,
        early_data: bool,
    ) {
        let mut session = samples::tls13();
        let mut world = World::of(&session);
        faults.iter().for_each(|fault| spoil(&mut session, &mut world, *fault));
        let offer = Offer { early_data, ..world.offer(&session) };
        let policy = ResumptionPolicy { single_use, early_data: EarlyData::Accept { up_to: 1 }, ..policy() };
        prop_assert!(!resumes(policy.judge(&session, &offer, NOW)), "{faults:?}");
    }

    #[test]
    fn judge_is_total_and_what_it_resumes_is_within_its_times(
        times: [u64; 4],
        now: u64,
        lifetimes: [u64; 3],
        numbers: [u16; 2],
        flags: [bool; 8],
        sizes: [u32; 2],
    ) {
        let [authenticated_at, issued_at, expires_at, lineage_ends_at] = times.map(Timestamp::from_millis);
        let now = Timestamp::from_millis(now);
        let mut session = if flags[0] { samples::tls13() } else { samples::tls12() };
        session.lifetime = crate::session::Lifetime { authenticated_at, issued_at, expires_at, lineage_ends_at };
        session.cipher_suite = CipherSuite(numbers[0]);
        if flags[1] {
            session.resumption = Resumption::Tls13 { ticket_age_add: sizes[0], max_early_data_size: sizes[1] };
        }
        let world = World::of(&session);
        let offer = Offer {
            cipher_suite: CipherSuite(numbers[if flags[2] { 0 } else { 1 }]),
            requires_identity: flags[3],
            extended_main_secret: flags[4],
            early_data: flags[5],
            ticket_age: Some(Duration::from_millis(lifetimes[0])),
            recording_since: Some(issued_at),
            ..world.offer(&session)
        };
        let policy = ResumptionPolicy {
            authentication_lifetime: Duration::from_millis(lifetimes[0]),
            ticket_lifetime: Duration::from_millis(lifetimes[1]),
            clock_skew: Duration::from_millis(lifetimes[2]),
            single_use: flags[6],
            same_suite: flags[7],
            early_data: EarlyData::Accept { up_to: sizes[0] },
            early_data_with_identity: flags[7],
            freshness_window: Duration::from_millis(lifetimes[2]),
            revocation_lag: None,
        };
        let ruling = policy.judge(&session, &offer, now);
        prop_assert_eq!(ruling, policy.judge(&session, &offer, now), "the same question has the same answer");
        if let Ruling::Resume { claim, early_data } = ruling {
            prop_assert!(now < expires_at && now < lineage_ends_at);
            prop_assert!(session.resumption.version() == session.version);
            prop_assert!(claim || (!policy.single_use && early_data.is_err()));
        }
    }
}
