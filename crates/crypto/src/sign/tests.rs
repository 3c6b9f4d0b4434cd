use super::*;

const KINDS: [KeyKind; 5] = [
    KeyKind::P256,
    KeyKind::P384,
    KeyKind::P521,
    KeyKind::Ed25519,
    KeyKind::Rsa,
];

const ALL_SCHEMES: [SignatureScheme; 10] = [
    SignatureScheme::ECDSA_SECP256R1_SHA256,
    SignatureScheme::ECDSA_SECP384R1_SHA384,
    SignatureScheme::ECDSA_SECP521R1_SHA512,
    SignatureScheme::ED25519,
    SignatureScheme::RSA_PSS_RSAE_SHA256,
    SignatureScheme::RSA_PSS_RSAE_SHA384,
    SignatureScheme::RSA_PSS_RSAE_SHA512,
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PKCS1_SHA512,
];

fn pkcs8(kind: KeyKind) -> Vec<u8> {
    backend::generate_pkcs8(kind)
}

/// The private key inside a PKCS#8 one: SEC1 for ECDSA, PKCS#1 for RSA.
fn inner(pkcs8: &[u8]) -> Vec<u8> {
    let mut key = Der::sequence_of(pkcs8).unwrap();
    key.expect(der::INTEGER).unwrap();
    key.expect(der::SEQUENCE).unwrap();
    key.expect(der::OCTET_STRING).unwrap().to_vec()
}

#[test]
fn every_kind_signs_what_it_verifies_with_every_scheme_of_its_own() {
    for kind in KINDS {
        let key = SigningKey::from_der(&pkcs8(kind)).unwrap();
        assert_eq!(key.kind(), kind);
        assert_eq!(key.schemes(), kind.schemes());
        let spki = key.public_key_spki();
        assert_eq!(KeyKind::of_spki(&spki), Some(kind));
        for scheme in ALL_SCHEMES {
            if KeyKind::of_scheme(scheme) != Some(kind) {
                assert_eq!(
                    key.sign(scheme, b"m").err(),
                    Some(SignError::UnsupportedScheme)
                );
                let verdict = verify(scheme, &spki, b"m", b"signature");
                assert_eq!(verdict, Err(VerifyError::KeyMismatch), "{scheme:?} {kind}");
                continue;
            }
            let signature = key.sign(scheme, b"message").unwrap();
            assert_eq!(verify(scheme, &spki, b"message", &signature), Ok(()));
            let verdict = verify(scheme, &spki, b"another", &signature);
            assert_eq!(verdict, Err(VerifyError::BadSignature));
            let mut changed = signature.clone();
            *changed.last_mut().unwrap() ^= 1;
            let verdict = verify(scheme, &spki, b"message", &changed);
            assert_eq!(verdict, Err(VerifyError::BadSignature));
            assert_eq!(
                verify(scheme, &spki, b"message", b""),
                Err(VerifyError::BadSignature)
            );
        }
    }
}

#[test]
fn a_pkcs1_signature_is_no_pss_signature() {
    let key = SigningKey::from_der(&pkcs8(KeyKind::Rsa)).unwrap();
    let signature = key.sign(SignatureScheme::RSA_PKCS1_SHA256, b"m").unwrap();
    let verdict = verify(
        SignatureScheme::RSA_PSS_RSAE_SHA256,
        &key.public_key_spki(),
        b"m",
        &signature,
    );
    assert_eq!(verdict, Err(VerifyError::BadSignature));
}

#[test]
fn an_ecdsa_scheme_names_its_curve() {
    // RFC 9846 §4.3.3 (1), §4.5.2 (6): unlike TLS 1.2, the scheme binds the curve.
    let key = SigningKey::from_der(&pkcs8(KeyKind::P384)).unwrap();
    let scheme = SignatureScheme::ECDSA_SECP256R1_SHA256;
    assert_eq!(
        key.sign(scheme, b"m").err(),
        Some(SignError::UnsupportedScheme)
    );
    let verdict = verify(scheme, &key.public_key_spki(), b"m", b"");
    assert_eq!(verdict, Err(VerifyError::KeyMismatch));
}

#[test]
fn ed25519_signs_alike_every_time() {
    let key = SigningKey::from_der(&pkcs8(KeyKind::Ed25519)).unwrap();
    let sign = || key.sign(SignatureScheme::ED25519, b"m").unwrap();
    assert_eq!(sign(), sign());
}

#[test]
fn the_older_private_key_formats_hold_the_same_keys() {
    for kind in [KeyKind::P256, KeyKind::P384, KeyKind::P521, KeyKind::Rsa] {
        let pkcs8 = pkcs8(kind);
        let whole = SigningKey::from_der(&pkcs8).unwrap();
        let bare = match kind {
            KeyKind::Rsa => inner(&pkcs8),
            _ => backend::sec1_of_pkcs8(kind, &pkcs8),
        };
        let bare = SigningKey::from_der(&bare).unwrap();
        assert_eq!(bare.kind(), kind);
        assert_eq!(bare.public_key_spki(), whole.public_key_spki());
    }
}

#[test]
fn a_sec1_key_without_its_curve_is_known_by_its_length() {
    for kind in [KeyKind::P256, KeyKind::P384, KeyKind::P521] {
        let pkcs8 = pkcs8(kind);
        let bare = inner(&pkcs8);
        let mut fields = Der::sequence_of(&bare).unwrap();
        fields.expect(der::INTEGER).unwrap();
        fields.expect(der::OCTET_STRING).unwrap();
        assert_ne!(
            fields.tag(),
            Some(der::CONTEXT_0),
            "PKCS#8 names the curve outside"
        );
        let key = SigningKey::from_der(&bare).unwrap();
        assert_eq!(key.kind(), kind);
    }
}

#[test]
fn what_is_no_private_key_is_refused() {
    let spki = SigningKey::from_der(&pkcs8(KeyKind::P256))
        .unwrap()
        .public_key_spki();
    let mut cut = pkcs8(KeyKind::Ed25519);
    cut.pop();
    for bad in [&b""[..], b"junk", &[0x30, 0], &[0x30, 3, 2, 1, 0], &cut] {
        assert_eq!(SigningKey::from_der(bad).err(), Some(KeyError::Malformed));
    }
    // A public key begins like an encrypted private one.
    assert_eq!(SigningKey::from_der(&spki).err(), Some(KeyError::Encrypted));
}

#[test]
fn algorithms_we_do_not_sign_with_are_named_as_such() {
    // PKCS#8 of an X25519 key (1.3.101.110).
    let mut x25519 = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x6e\x04\x22\x04\x20".to_vec();
    x25519.resize(48, 7);
    assert_eq!(
        SigningKey::from_der(&x25519).err(),
        Some(KeyError::UnsupportedAlgorithm)
    );
    assert_eq!(
        verify(SignatureScheme::ED448, b"", b"", b""),
        Err(VerifyError::UnsupportedScheme)
    );
    assert_eq!(
        verify(SignatureScheme(0x1a1a), b"", b"", b""),
        Err(VerifyError::UnsupportedScheme)
    );
}

#[test]
fn a_public_key_that_does_not_parse_fits_no_scheme() {
    let spki = SigningKey::from_der(&pkcs8(KeyKind::P256))
        .unwrap()
        .public_key_spki();
    for end in 0..spki.len() {
        let verdict = verify(ALL_SCHEMES[0], &spki[..end], b"", b"");
        assert_eq!(verdict, Err(VerifyError::KeyMismatch));
    }
}

#[test]
fn in_tls_1_2_an_ecdsa_scheme_leaves_the_curve_to_the_key() {
    // RFC 9846 §4.3.3 (15).
    let p384 = SigningKey::from_der(&pkcs8(KeyKind::P384)).unwrap();
    let scheme = SignatureScheme::ECDSA_SECP384R1_SHA384;
    let signature = p384.sign(scheme, b"m").unwrap();
    let spki = p384.public_key_spki();
    assert_eq!(verify_tls12(scheme, &spki, b"m", &signature), Ok(()));
    let other_hash = SignatureScheme::ECDSA_SECP256R1_SHA256;
    assert_eq!(
        verify(other_hash, &spki, b"m", &signature),
        Err(VerifyError::KeyMismatch)
    );
    assert_eq!(
        verify_tls12(other_hash, &spki, b"m", &signature),
        Err(VerifyError::BadSignature)
    );
    let rsa = SignatureScheme::RSA_PKCS1_SHA256;
    assert_eq!(
        verify_tls12(rsa, &spki, b"m", &signature),
        Err(VerifyError::KeyMismatch)
    );
}
