//! When early data is taken, and every reason why it is not.

use super::*;
use crate::samples::ISSUED;

/// A policy and an offer under which early data is taken.
fn early(session: &Session, change: impl FnOnce(&mut ResumptionPolicy, &mut Offer<'_>)) -> Ruling {
    let mut policy = ResumptionPolicy {
        early_data: EarlyData::Accept { up_to: 8_192 },
        early_data_with_identity: true,
        ..policy()
    };
    let world = World::of(session);
    let mut offer = Offer {
        early_data: true,
        ticket_age: Some(Duration::from_secs(100)),
        recording_since: Some(ISSUED),
        ..world.offer(session)
    };
    change(&mut policy, &mut offer);
    policy.judge(session, &offer, NOW)
}

#[test]
fn rule_09_early_data_is_taken_once_or_not_at_all() {
    // RFC 9846 §8 (2).
    let session = samples::tls13();
    assert_eq!(
        early(&session, |_, _| ()),
        Ruling::Resume {
            claim: true,
            early_data: Ok(8_192)
        }
    );
    let more = early(&session, |policy, _| {
        policy.early_data = EarlyData::Accept { up_to: u32::MAX }
    });
    assert_eq!(
        more,
        Ruling::Resume {
            claim: true,
            early_data: Ok(16_384)
        }
    );
}

#[test]
fn rule_09_every_doubt_turns_early_data_off_but_not_the_resumption() {
    // RFC 9846 §4.3.10 (3, 7).
    type Change = fn(&mut ResumptionPolicy, &mut Offer<'_>);
    let rows: [(Refusal, Change); 10] = [
        (Refusal::EarlyDataNotOffered, |_, offer| {
            offer.early_data = false;
        }),
        (Refusal::EarlyDataOff, |policy, _| {
            policy.early_data = EarlyData::Refuse;
        }),
        (Refusal::EarlyDataNotInTicket, |policy, _| {
            policy.early_data = EarlyData::Accept { up_to: 0 }
        }),
        (Refusal::EarlyDataDifferentCipherSuite, |_, offer| {
            offer.cipher_suite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
        }),
        (Refusal::EarlyDataDifferentAlpn, |_, offer| {
            offer.alpn = None;
        }),
        (Refusal::EarlyDataWithIdentity, |policy, _| {
            policy.early_data_with_identity = false;
        }),
        (Refusal::EarlyDataBeforeRecording, |_, offer| {
            offer.recording_since = Some(NOW);
        }),
        (Refusal::EarlyDataBeforeRecording, |_, offer| {
            offer.recording_since = None;
        }),
        (Refusal::EarlyDataNotFresh, |_, offer| {
            offer.ticket_age = Some(Duration::from_millis(89_999));
        }),
        (Refusal::EarlyDataNotFresh, |_, offer| {
            offer.ticket_age = None;
        }),
    ];
    let session = samples::tls13();
    for (refusal, change) in rows {
        assert_eq!(
            early(&session, change),
            Ruling::Resume {
                claim: false,
                early_data: Err(refusal)
            }
        );
    }
}

#[test]
fn r15_a_session_with_an_identity_refuses_early_data_by_default() {
    assert!(!ResumptionPolicy::default().early_data_with_identity);
    assert_eq!(ResumptionPolicy::default().early_data, EarlyData::Refuse);
}

#[test]
fn the_freshness_window_may_be_another() {
    let ruling = |window| {
        early(&samples::tls13(), |policy, offer| {
            policy.freshness_window = Duration::from_millis(window);
            offer.ticket_age = Some(Duration::from_millis(89_000));
        })
    };
    let size = |ruling| match ruling {
        Ruling::Resume { early_data, .. } => early_data,
        other => panic!("{other:?}"),
    };
    assert_eq!(size(ruling(11_000)), Ok(8_192));
    assert_eq!(size(ruling(10_999)), Err(Refusal::EarlyDataNotFresh));
}

#[test]
fn rule_25_no_skew_is_granted_to_early_data() {
    let mut session = samples::tls13();
    session.lifetime.issued_at = NOW.plus(Duration::from_millis(1));
    let ruling = early(&session, |_, offer| offer.ticket_age = Some(Duration::ZERO));
    assert_eq!(
        ruling,
        Ruling::Resume {
            claim: false,
            early_data: Err(Refusal::EarlyDataNotFresh)
        }
    );
}

#[test]
fn tls12_has_no_early_data() {
    let ruling = early(&samples::tls12(), |_, _| ());
    assert_eq!(
        ruling,
        Ruling::Resume {
            claim: false,
            early_data: Err(Refusal::EarlyDataNeedsTls13)
        }
    );
}
