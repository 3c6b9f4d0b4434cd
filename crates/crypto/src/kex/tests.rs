use super::*;
use crate::test_hex;

fn entropy(seed: u8) -> Entropy {
    Entropy::from_seed([seed; 32])
}

const CLASSICAL: [NamedGroup; 4] = [
    NamedGroup::X25519,
    NamedGroup::SECP256R1,
    NamedGroup::SECP384R1,
    NamedGroup::SECP521R1,
];

#[test]
fn x25519_gives_the_answers_of_rfc_7748() {
    // §6.1.
    let alice = test_hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    let bob = test_hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    let key = CurveKey::from_scalar(Curve::X25519, &alice).unwrap();
    assert_eq!(
        key.public().unwrap().as_ref(),
        test_hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
    );
    let agreed = agree(&key, &bob).unwrap();
    assert!(agreed.matches(&test_hex(
        "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
    )));
}

#[test]
fn p521_gives_the_answers_of_rfc_5903() {
    // §8.3.
    let hex = |digits: &[&str]| test_hex(&digits.concat());
    let key = CurveKey::from_scalar(Curve::P521, &hex(&P521_I)).unwrap();
    assert_eq!(key.public().unwrap().as_ref(), hex(&P521_GI));
    let agreed = agree(&key, &hex(&P521_GR)).unwrap();
    assert!(agreed.matches(&hex(&P521_GIR)));
}

#[test]
fn both_ends_agree_in_every_group() {
    assert!(DEFAULT_GROUPS.into_iter().all(is_supported));
    for group in GROUPS {
        assert!(is_supported(group));
        let client = KeyShare::generate(group, &mut entropy(1)).unwrap();
        assert_eq!(client.group(), group);
        let (share, servers) = respond(group, client.public_share(), &mut entropy(2)).unwrap();
        let clients = client.complete(&share).unwrap();
        assert!(clients.matches(servers.as_bytes()), "{group:?}");
        assert!(!clients.is_all_zero());
    }
}

#[test]
fn shares_have_the_lengths_of_their_groups() {
    for (group, client_len, server_len, secret_len) in [
        (NamedGroup::X25519, 32, 32, 32),
        (NamedGroup::SECP256R1, 65, 65, 32),
        (NamedGroup::SECP384R1, 97, 97, 48),
        (NamedGroup::SECP521R1, 133, 133, 66),
        (NamedGroup::MLKEM1024, 1568, 1568, 32),
        (NamedGroup::X25519MLKEM768, 1184 + 32, 1088 + 32, 64),
    ] {
        let client = KeyShare::generate(group, &mut entropy(1)).unwrap();
        assert_eq!(client.public_share().len(), client_len);
        let (share, secret) = respond(group, client.public_share(), &mut entropy(2)).unwrap();
        assert_eq!(share.len(), server_len);
        assert_eq!(secret.len(), secret_len);
    }
}

#[test]
fn equal_seeds_give_equal_classical_shares() {
    for group in CLASSICAL {
        let share = |seed| KeyShare::generate(group, &mut entropy(seed)).unwrap();
        assert_eq!(share(1).public_share(), share(1).public_share());
        assert_ne!(share(1).public_share(), share(2).public_share());

        let client = share(1);
        let (left, _) = respond(group, client.public_share(), &mut entropy(3)).unwrap();
        let (right, _) = respond(group, client.public_share(), &mut entropy(3)).unwrap();
        assert_eq!(left, right);
    }
}

#[test]
fn the_classical_half_of_a_hybrid_share_can_be_taken_alone() {
    let hybrid = KeyShare::generate(NamedGroup::X25519MLKEM768, &mut entropy(1)).unwrap();
    let half = hybrid.hybrid_x25519().unwrap();
    assert_eq!(half.group(), NamedGroup::X25519);
    assert_eq!(half.public_share(), &hybrid.public_share()[1184..]);

    let (share, servers) = respond(half.group(), half.public_share(), &mut entropy(2)).unwrap();
    assert!(half.complete(&share).unwrap().matches(servers.as_bytes()));
    // And the hybrid is still whole.
    let (share, servers) = respond(hybrid.group(), hybrid.public_share(), &mut entropy(2)).unwrap();
    assert!(hybrid.complete(&share).unwrap().matches(servers.as_bytes()));

    let alone = KeyShare::generate(NamedGroup::X25519, &mut entropy(1)).unwrap();
    assert!(alone.hybrid_x25519().is_none());
}

#[test]
fn a_hybrid_secret_is_ml_kems_first_and_x25519s_behind_it() {
    let client = KeyShare::generate(NamedGroup::X25519MLKEM768, &mut entropy(1)).unwrap();
    let half = client.hybrid_x25519().unwrap();
    let (share, secret) = respond(client.group(), client.public_share(), &mut entropy(2)).unwrap();
    let classical = half.complete(&share[1088..]).unwrap();
    assert_eq!(&secret.as_bytes()[32..], classical.as_bytes());
    assert_ne!(&secret.as_bytes()[..32], classical.as_bytes());
}

/// What both roles make of a share of the peer's.
fn refusals(group: NamedGroup, share: &[u8]) -> [Option<KexError>; 2] {
    let client = KeyShare::generate(group, &mut entropy(1)).unwrap();
    [
        client.complete(share).err(),
        respond(group, share, &mut entropy(2)).err(),
    ]
}

#[test]
fn shares_of_the_wrong_length_are_refused() {
    for group in CLASSICAL {
        let good = KeyShare::generate(group, &mut entropy(7)).unwrap();
        let good = good.public_share();
        let longer = [good, &[0]].concat();
        for bad in [&[][..], &good[..1], &good[..good.len() - 1], &longer] {
            assert_eq!(
                refusals(group, bad),
                [Some(KexError::BadShare); 2],
                "{group:?}"
            );
        }
    }
    let group = NamedGroup::X25519MLKEM768;
    let client = KeyShare::generate(group, &mut entropy(1)).unwrap();
    let (server, _) = respond(group, client.public_share(), &mut entropy(2)).unwrap();
    // Not even the other role's share fits.
    for bad in [&[][..], &server, &client.public_share()[1..], &[1; 1217]] {
        assert_eq!(
            respond(group, bad, &mut entropy(2)).err(),
            Some(KexError::BadShare)
        );
    }
    let all = client.public_share().to_vec();
    for bad in [&[][..], &all, &server[1..], &[1; 1121]] {
        let client = KeyShare::generate(group, &mut entropy(1)).unwrap();
        assert_eq!(client.complete(bad).err(), Some(KexError::BadShare));
    }
}

#[test]
fn shares_of_ml_kem_have_one_length_and_no_other() {
    let group = NamedGroup::MLKEM1024;
    let client = KeyShare::generate(group, &mut entropy(1)).unwrap();
    let key = client.public_share().to_vec();
    let (ciphertext, _) = respond(group, &key, &mut entropy(2)).unwrap();
    for (good, role) in [(key, 1), (ciphertext, 0)] {
        let longer = [good.as_slice(), &[0]].concat();
        for bad in [&[][..], &good[1..], &longer] {
            assert_eq!(refusals(group, bad)[role], Some(KexError::BadShare));
        }
    }
}

#[test]
fn points_that_are_not_on_the_curve_are_refused() {
    // RFC 9846 §4.3.8.2 (1).
    for group in [
        NamedGroup::SECP256R1,
        NamedGroup::SECP384R1,
        NamedGroup::SECP521R1,
    ] {
        let good = KeyShare::generate(group, &mut entropy(7)).unwrap();
        let mut off = good.public_share().to_vec();
        *off.last_mut().unwrap() ^= 1;
        assert_eq!(refusals(group, &off), [Some(KexError::BadShare); 2]);

        let mut beyond = vec![0xff; off.len()];
        beyond[0] = 4;
        assert_eq!(refusals(group, &beyond), [Some(KexError::BadShare); 2]);
        let mut origin = vec![0; off.len()];
        origin[0] = 4;
        assert_eq!(refusals(group, &origin), [Some(KexError::BadShare); 2]);
    }
}

#[test]
fn compressed_and_hybrid_point_forms_are_refused() {
    let group = NamedGroup::SECP256R1;
    let good = KeyShare::generate(group, &mut entropy(7)).unwrap();
    let parity = good.public_share()[64] & 1;
    let mut compressed = good.public_share()[..33].to_vec();
    compressed[0] = 2 | parity;
    assert_eq!(refusals(group, &compressed), [Some(KexError::BadShare); 2]);
    let mut hybrid_form = good.public_share().to_vec();
    hybrid_form[0] = 6 | parity;
    assert_eq!(refusals(group, &hybrid_form), [Some(KexError::BadShare); 2]);
}

#[test]
fn an_all_zero_x25519_result_is_refused() {
    // RFC 9846 §7.4.2 (2).
    // Points of small order: 0, 1 and the two of order 8 (RFC 7748 §6.1).
    let mut one = [0; 32];
    one[0] = 1;
    for share in [
        [0; 32].to_vec(),
        one.to_vec(),
        test_hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        test_hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    ] {
        assert_eq!(
            refusals(NamedGroup::X25519, &share),
            [Some(KexError::BadShare); 2]
        );

        let group = NamedGroup::X25519MLKEM768;
        let client = KeyShare::generate(group, &mut entropy(1)).unwrap();
        let bad = [&client.public_share()[..1184], &share].concat();
        assert_eq!(
            respond(group, &bad, &mut entropy(2)).err(),
            Some(KexError::BadShare)
        );
        let (good, _) = respond(group, client.public_share(), &mut entropy(2)).unwrap();
        let bad = [&good[..1088], &share].concat();
        assert_eq!(client.complete(&bad).err(), Some(KexError::BadShare));
    }
}

#[test]
fn an_ml_kem_key_with_coefficients_out_of_range_is_refused() {
    // FIPS 203 §7.2; draft-ietf-tls-ecdhe-mlkem makes it illegal_parameter.
    for group in [NamedGroup::X25519MLKEM768, NamedGroup::MLKEM1024] {
        let client = KeyShare::generate(group, &mut entropy(1)).unwrap();
        let mut share = client.public_share().to_vec();
        share[..1152].fill(0xff);
        assert_eq!(
            respond(group, &share, &mut entropy(2)).err(),
            Some(KexError::BadShare)
        );
    }
}

#[test]
fn a_changed_ml_kem_ciphertext_gives_another_secret_and_no_error() {
    for group in [NamedGroup::X25519MLKEM768, NamedGroup::MLKEM1024] {
        let client = KeyShare::generate(group, &mut entropy(1)).unwrap();
        let (mut share, secret) = respond(group, client.public_share(), &mut entropy(2)).unwrap();
        share[5] ^= 1;
        assert!(!client.complete(&share).unwrap().matches(secret.as_bytes()));
    }
}

#[test]
fn groups_that_are_not_supported_say_so() {
    for group in [NamedGroup::X448, NamedGroup::MLKEM768, NamedGroup(0x1a1a)] {
        assert!(!is_supported(group));
        let share = KeyShare::generate(group, &mut entropy(1)).err();
        assert_eq!(share, Some(KexError::Unsupported));
        let reply = respond(group, &[1; 32], &mut entropy(1)).err();
        assert_eq!(reply, Some(KexError::Unsupported));
    }
}

#[test]
fn scalars_outside_the_group_are_not_keys() {
    for (curve, len) in [(Curve::P256, 32), (Curve::P384, 48), (Curve::P521, 66)] {
        assert!(CurveKey::from_scalar(curve, &vec![0; len]).is_none());
        assert!(CurveKey::from_scalar(curve, &vec![0xff; len]).is_none());
        assert!(CurveKey::from_scalar(curve, &vec![1; len]).is_some());
        assert!(CurveKey::from_scalar(curve, &vec![1; len - 1]).is_none());
    }
}

/// RFC 5903 §8.3: the initiator's private key.
const P521_I: [&str; 3] = [
    "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a0",
    "95aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d",
    "4a52",
];
/// Its share.
const P521_GI: [&str; 5] = [
    "040015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ec",
    "bee1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d17",
    "6ced3e017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7c",
    "b4a10ad8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6c",
    "a3926f9582",
];
/// The responder's share.
const P521_GR: [&str; 5] = [
    "0400d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a",
    "219b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012",
    "d9460f015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852",
    "077b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fc",
    "d17f0fc56a",
];
/// What both agree on.
const P521_GIR: [&str; 3] = [
    "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04",
    "d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3",
    "ddea",
];
