use super::*;
use crate::samples::{self, ISSUED};
use crate::ticket::{KeyName, Opened, seal};
use crate::vault::{OpenFailure, Vault};
use proptest::prelude::*;
use std::fmt::Write as _;
use tessera_crypto::Entropy;

const HOUR: Duration = Duration::from_secs(3600);
const EPOCH: Duration = Duration::from_secs(12 * 3600);

fn policy() -> RatchetPolicy {
    RatchetPolicy::default()
}

fn at(hours: u32) -> Timestamp {
    ISSUED.plus(HOUR * hours)
}

/// 00 01 … 1f from the start, and 40 41 … 5f from 37 hours on, which is in the fourth epoch.
fn seed(with_fresh: bool) -> Seed {
    let mut text = String::from("# of a test\n\n");
    for (from, first) in [(at(0), 0_u8), (at(37), 0x40)]
        .into_iter()
        .take(1 + usize::from(with_fresh))
    {
        let _ = write!(text, "{from} ");
        text.extend((first..first + 32).map(|byte| format!("{byte:02x}")));
        text.push('\n');
    }
    Seed::parse(&text).unwrap()
}

fn advanced(seed: &Seed, hours: u32) -> Ratchet {
    let mut ratchet = Ratchet::new(seed, EPOCH);
    let here = ratchet.advance(Some(seed), &policy(), at(hours), Advance::Unattended);
    assert_eq!(here, Ok(()));
    ratchet
}

fn names(ratchet: &Ratchet) -> Vec<String> {
    let ring = ratchet.ring();
    ring.keys().iter().map(|key| key.name.to_string()).collect()
}

/// Python's hmac and hashlib say so, by the derivation in `docs/ticket.md`.
const NAMES: [&str; 6] = [
    "59f578efba0d009666780a74c5962990",
    "a43023d59ea3655afc10e3afc62ef0ab",
    "87e327e794c579dfd835213f5c44401e",
    "e4ef7f273ca938ae071c9fece67342da",
    "1bbb3e9ca83f49ed2cd0f0e31d1912b2",
    "98c95d4b8cbf25cb1ff4e65c34a101f6",
];

const DEPLOYED: &str = "bfa846b8689578ca598a0820ea3acff8";

/// And these are the chain keys of those epochs.
const CHAINS: [&str; 6] = [
    "642f95ab2fcf51e3a79ae9c2abea8b8f64a41ead0722185264bb3472c71ba700",
    "4254f499bb53ea11b4739c04af399c3697bc5b86d4cac77218a2977d98ca60ae",
    "30b4909cb2eb15d04346333bfa4f1c010fe32f4fde884486e71e65c6248481b8",
    "1feb15e141f252428be6049582ea5b3186a298ecb3044f571e09c34360c355ca",
    "7da4aef3b831ab985b5104fb872c944d6ce67e31445a5716498108651338811f",
    "64e9940df1b29674c98baa6c2f5708aab5569a8e9b377604a784d29048abdf85",
];

#[test]
fn r9_keys_follow_from_the_seed_as_written_down() {
    let (seed, mut seen) = (seed(true), Vec::new());
    for hours in [0, 12, 24, 36, 48, 60] {
        seen.extend(names(&advanced(&seed, hours)));
    }
    seen.dedup();
    for name in NAMES {
        assert!(seen.iter().any(|seen| seen == name), "{name}");
    }
    // Keys open for two epochs more, and are there an hour before they seal.
    assert_eq!(names(&advanced(&seed, 48)), NAMES[2..5]);
    assert_eq!(names(&advanced(&seed, 59)), NAMES[2..6]);
    let deployment = data_encoding::HEXLOWER.encode(&advanced(&seed, 0).deployment());
    assert_eq!(deployment, DEPLOYED);
    let ratchet = advanced(&seed, 48);
    let (ring, key) = (ratchet.ring(), &ratchet.keys[2]);
    assert_eq!(ring.sealing_key(at(48)).unwrap().name, key.name);
    let times = (key.seals_from, key.seals_until, key.opens_until);
    assert_eq!(times, (at(48), at(60), at(84)));
}

#[test]
fn r9_chain_keys_are_not_ticket_keys_and_stay_where_they_are() {
    let ratchet = advanced(&seed(false), 0);
    let chain = data_encoding::HEXLOWER.encode(&*ratchet.chain);
    assert_eq!(chain, CHAINS[1]);
    let secret = ratchet.keys[0].secret().as_bytes().to_vec();
    assert_ne!(secret, *ratchet.chain);
    assert!(!format!("{ratchet:?}").contains(&chain[..8]));
    // Neither the ring nor the sealed state has it in it.
    let holds = |bytes: &[u8], secret: &[u8]| bytes.windows(8).any(|part| secret.starts_with(part));
    assert!(holds(&ratchet.ring().encode(), &secret));
    assert!(!holds(&ratchet.ring().encode(), &*ratchet.chain));
    let sealed = Vault::new(&[7; 32]).seal_ratchet(&ratchet);
    assert!(!holds(&sealed, &*ratchet.chain) && !holds(&sealed, &secret));
}

#[test]
fn rule_24_the_chain_only_goes_forward() {
    let seed = seed(false);
    let mut ratchet = advanced(&seed, 48);
    let before = names(&ratchet);
    // A clock that goes back brings no key back, and makes none.
    for hours in [47, 24, 0] {
        let here = ratchet.advance(Some(&seed), &policy(), at(hours), Advance::Attended);
        assert_eq!((here, names(&ratchet)), (Ok(()), before.clone()));
        assert!(ratchet.ring().opening_key(key_name(0), at(hours)).is_none());
    }
    assert!(ratchet.ring().sealing_key(at(20)).is_none());
    // Nothing of what it holds gives the keys that are over, or their chain keys.
    let state = ratchet.encode();
    let mut older = Ratchet::new(&seed, EPOCH);
    for chain in &CHAINS[..4] {
        assert_eq!(data_encoding::HEXLOWER.encode(&*older.chain), *chain);
        let held = state.windows(8).any(|part| older.chain.starts_with(part));
        assert!(!held, "{chain}");
        older.step(&[], HOUR, at(0));
    }
    for key in &advanced(&seed, 0).keys {
        let secret = key.secret().as_bytes();
        assert!(!state.windows(8).any(|part| secret.starts_with(part)));
    }
}

fn key_name(epoch: usize) -> KeyName {
    let bytes = data_encoding::HEXLOWER
        .decode(NAMES[epoch].as_bytes())
        .unwrap();
    KeyName(bytes.try_into().unwrap())
}

#[test]
fn r9_nobody_jumps_far_unattended() {
    let seed = seed(false);
    let mut ratchet = advanced(&seed, 0);
    let go = |ratchet: &mut Ratchet, epochs: u32, how| {
        ratchet.advance(Some(&seed), &policy(), at(12 * epochs), how)
    };
    let before = ratchet.encode();
    let refused = go(&mut ratchet.clone(), 65, Advance::Unattended);
    assert_eq!(refused, Err(RatchetError::TooFar { epochs: 65 }));
    assert_eq!(go(&mut ratchet.clone(), 64, Advance::Unattended), Ok(()));
    assert_eq!(ratchet.encode(), before);
    assert_eq!(go(&mut ratchet, 65, Advance::Attended), Ok(()));
    assert!(ratchet.ring().sealing_key(at(12 * 65)).is_some());
    // Keys that are over go, even where none is made.
    let late = Ratchet::advance(
        &mut ratchet,
        None,
        &policy(),
        at(12 * 999),
        Advance::Unattended,
    );
    assert!(late.is_err() && ratchet.keys.is_empty());
    let endless = go(&mut ratchet, u32::MAX / 12, Advance::Attended);
    assert!(matches!(endless, Err(RatchetError::TooFar { .. })));
}

#[test]
fn r9_fresh_entropy_changes_every_key_behind_it() {
    let (with, without) = (advanced(&seed(true), 59), advanced(&seed(false), 59));
    let (with, without) = (names(&with), names(&without));
    assert_eq!(with[..2], without[..2]);
    assert!(with[2..].iter().all(|name| !without.contains(name)));
    // It may come while the chain is on its way, up to the moment when its key is made.
    let mut ratchet = advanced(&seed(false), 46);
    let both = seed(true);
    let here = ratchet.advance(Some(&both), &policy(), at(59), Advance::Unattended);
    assert_eq!((here, names(&ratchet)), (Ok(()), with));
    // Then it is in, and need not be kept.
    let here = ratchet.advance(Some(&both), &policy(), at(71), Advance::Unattended);
    assert_eq!(here, Ok(()));
    let mut alone = advanced(&both, 59);
    assert_eq!(
        alone.advance(None, &policy(), at(71), Advance::Unattended),
        Ok(())
    );
    assert_eq!(names(&alone), names(&ratchet));
    // Too late is told.
    let mut ratchet = advanced(&seed(false), 47);
    let late = ratchet.advance(Some(&both), &policy(), at(59), Advance::Attended);
    assert_eq!(late, Err(RatchetError::TooLate { from: at(37) }));
}

#[test]
fn r9_servers_with_one_seed_open_each_others_tickets() {
    let (seed, session) = (seed(true), samples::tls13());
    let long_there = advanced(&seed, 0);
    for (hours, later, opens) in [
        (1, 30, true),
        (35, 59, true),
        (1, 37, false),
        (59, 58, true),
    ] {
        let (mut one, other) = (long_there.clone(), advanced(&seed, later));
        let here = one.advance(Some(&seed), &policy(), at(hours), Advance::Unattended);
        assert_eq!(here, Ok(()));
        let entropy = &mut Entropy::from_seed([5; 32]);
        let ticket = seal::seal(&session, &one.ring(), at(hours), entropy).unwrap();
        let opened = seal::open(&ticket, &other.ring(), at(later));
        assert_eq!(
            matches!(opened, Opened::Session { .. }),
            opens,
            "{hours} {later}"
        );
    }
}

#[test]
fn r9_a_chain_goes_on_after_a_restart_without_its_seed() {
    let (seed, vault) = (seed(false), Vault::new(&[7; 32]));
    let before = advanced(&seed, 30);
    let sealed = vault.seal_ratchet(&before);
    let mut after = vault.open_ratchet(&sealed).unwrap();
    assert_eq!(after.deployment(), before.deployment());
    assert_eq!(names(&after), names(&before));
    assert_eq!(
        after.advance(None, &policy(), at(50), Advance::Unattended),
        Ok(())
    );
    assert_eq!(names(&after), names(&advanced(&seed, 50)));
    let other = Vault::new(&[8; 32]).open_ratchet(&sealed);
    assert_eq!(other.err(), Some(OpenFailure::NotAuthentic));
    // Sealed as a ring, the same bytes are none.
    let ring = vault.seal_ring(&before.ring());
    assert!(vault.open_ratchet(&ring).is_err());
}

#[test]
fn r9_epochs_are_the_same_on_every_server_and_fit_into_a_ring() {
    let seed = seed(false);
    let refused = |epoch: Duration, change: fn(&mut RatchetPolicy)| {
        let mut policy = RatchetPolicy::of_epoch(epoch);
        change(&mut policy);
        let mut ratchet = Ratchet::new(&seed, EPOCH.min(epoch));
        ratchet
            .advance(Some(&seed), &policy, at(0), Advance::Attended)
            .err()
    };
    assert_eq!(refused(Duration::from_secs(60), |_| ()), None);
    let too_short = refused(Duration::from_secs(59), |_| ());
    assert_eq!(too_short, Some(RatchetError::Epoch));
    let too_many = refused(Duration::from_secs(60), |policy| {
        policy.opens_for = 2 * HOUR;
    });
    assert_eq!(too_many, Some(RatchetError::Epoch));
    let other = refused(2 * EPOCH, |_| ());
    assert_eq!(other, Some(RatchetError::OtherEpoch { epoch: EPOCH }));
    assert!(
        Ratchet::new(&seed, Duration::ZERO)
            .advance(
                None,
                &RatchetPolicy::of_epoch(Duration::ZERO),
                at(0),
                Advance::Attended
            )
            .is_err()
    );
}

#[test]
fn before_a_chain_begins_nothing_seals() {
    let seed = seed(false);
    let mut ratchet = Ratchet::new(&seed, EPOCH);
    let early = ISSUED.minus(2 * HOUR);
    assert_eq!(
        ratchet.advance(Some(&seed), &policy(), early, Advance::Unattended),
        Ok(())
    );
    assert_eq!(names(&ratchet).len(), 0);
    let announced = ISSUED.minus(HOUR);
    assert_eq!(
        ratchet.advance(Some(&seed), &policy(), announced, Advance::Unattended),
        Ok(())
    );
    assert_eq!(ratchet.keys[0].phase(announced), Phase::Announced);
}

#[test]
fn what_is_no_seed_is_refused_by_its_line() {
    let digits = "5a".repeat(32);
    let read = |text: &str| Seed::parse(&text.replace("DIGITS", &digits)).err();
    assert_eq!(read("2026-12-01T00:00:00Z DIGITS\n"), None);
    assert_eq!(read("# only talk\n"), Some(SeedError::Lines));
    for text in [
        "DIGITS",
        "2026-12-01T00:00:00Z",
        "2026-12-01T00:00:00Z 5a5a",
        "2026-12-01T00:00:00Z DIGITS5a",
        "2026-12-01T00:00:00Z DIGITS DIGITS",
        "soon DIGITS",
        "2026-12-01T00:00:00Z zzDIGITS",
    ] {
        let read = Seed::parse(&format!("\n{}", text.replace("DIGITS", &digits)));
        assert_eq!(read.err(), Some(SeedError::Line(2)), "{text}");
    }
    let zero = format!("2026-12-01T00:00:00Z {}", "00".repeat(32));
    assert_eq!(read(&zero), Some(SeedError::AllZero(1)));
    let twice = "2026-12-01T00:00:00Z DIGITS\n2026-12-01T00:00:00Z DIGITS";
    assert_eq!(read(twice), Some(SeedError::Order(2)));
}

proptest! {
    #[test]
    fn rule_24_however_it_got_there_the_keys_are_those_of_the_time(
        steps in prop::collection::vec(0u32..40, 1..20),
    ) {
        let seed = seed(true);
        let mut ratchet = Ratchet::new(&seed, EPOCH);
        let (mut hours, mut version) = (0, 0);
        for step in steps {
            hours += step;
            prop_assert_eq!(ratchet.advance(Some(&seed), &policy(), at(hours), Advance::Unattended), Ok(()));
            prop_assert_eq!(names(&ratchet), names(&advanced_far(&seed, hours)));
            prop_assert!(ratchet.ring().sealing_key(at(hours)).is_some());
            prop_assert!(ratchet.ring().version() >= version);
            version = ratchet.ring().version();
        }
    }

    #[test]
    fn rule_24_whatever_the_clock_says_no_key_comes_back(
        clock in prop::collection::vec(0u32..700, 1..20),
    ) {
        let seed = seed(false);
        let mut ratchet = Ratchet::new(&seed, EPOCH);
        let mut forgotten: Vec<String> = Vec::new();
        for hours in clock {
            let (before, version) = (names(&ratchet), ratchet.ring().version());
            prop_assert_eq!(ratchet.advance(None, &policy(), at(hours), Advance::Unattended), Ok(()));
            let now = names(&ratchet);
            forgotten.extend(before.iter().filter(|name| !now.contains(name)).cloned());
            prop_assert!(!now.iter().any(|name| forgotten.contains(name)));
            prop_assert_eq!(ratchet.ring().version() > version, now != before);
        }
    }

    #[test]
    fn rule_13_a_damaged_ratchet_is_a_ratchet_or_an_error(at in 0usize..400, value: u8) {
        let ratchet = advanced(&seed(false), 30);
        let mut bytes = ratchet.encode().to_vec();
        let at = at % bytes.len();
        bytes[at] = value;
        if let Ok(mut read) = Ratchet::decode(&bytes) {
            let _ = read.ring();
            let _ = read.advance(None, &policy(), ISSUED, Advance::Attended);
        }
    }

    #[test]
    fn rule_13_any_bytes_are_a_ratchet_or_an_error(bytes: Vec<u8>, text: String) {
        let _ = Ratchet::decode(&bytes);
        let _ = Seed::parse(&text);
    }
}

fn advanced_far(seed: &Seed, hours: u32) -> Ratchet {
    let mut ratchet = Ratchet::new(seed, EPOCH);
    let here = ratchet.advance(Some(seed), &policy(), at(hours), Advance::Attended);
    assert_eq!(here, Ok(()));
    ratchet
}
