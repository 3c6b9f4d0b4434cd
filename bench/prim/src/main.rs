//! Raw primitives, through the public APIs of the crypto crates a Rust TLS stack would use.
//! One JSON object per line: {"lib","prim","ns"} or, with `--mode steps`, {"lib","prim","instr"}.
use common::{clock, step};
use std::hint::black_box;

struct Run {
    ms: u64,
    steps: bool,
    only: Option<String>,
}

impl Run {
    /// `prep` makes what one call of `op` uses up; it is not timed.
    fn with<T>(
        &self,
        lib: &str,
        prim: &str,
        mut prep: impl FnMut() -> T,
        mut op: impl FnMut(&mut Option<T>),
    ) {
        if self
            .only
            .as_ref()
            .is_some_and(|o| !format!("{lib} {prim}").contains(o.as_str()))
        {
            return;
        }
        for _ in 0..20 {
            op(&mut Some(prep()));
        }
        if self.steps {
            let mut x = Some(prep());
            step::reset();
            step::counted(0, &mut || op(&mut x));
            println!(
                "{{\"lib\":\"{lib}\",\"prim\":\"{prim}\",\"instr\":{}}}",
                step::counts()[0]
            );
            return;
        }
        let k = clock::ns_per_tick();
        let per = {
            let mut x = Some(prep());
            let t = clock::ticks();
            op(&mut x);
            clock::since(t) as f64 * k
        };
        // samples of some 3 us, so that the step of the time stamp counter does not show
        let batch = ((3000.0 / per.max(1.0)) as usize).clamp(1, 500);
        let mut v = Vec::new();
        let start = std::time::Instant::now();
        while v.len() < 11 || start.elapsed().as_millis() < self.ms as u128 {
            let mut xs: Vec<Option<T>> = (0..batch).map(|_| Some(prep())).collect();
            let t = clock::ticks();
            for x in xs.iter_mut() {
                op(x);
            }
            v.push(clock::since(t));
        }
        v.sort_unstable();
        println!(
            "{{\"lib\":\"{lib}\",\"prim\":\"{prim}\",\"ns\":{:.1}}}",
            v[v.len() / 2] as f64 * k / batch as f64
        );
    }
    fn go(&self, lib: &str, prim: &str, mut op: impl FnMut()) {
        self.with(lib, prim, || (), |_| op());
    }
}

const MSG: [u8; 130] = [0x20; 130]; // a CertificateVerify input

macro_rules! ringlike {
    ($r:expr, $lib:literal, $c:ident) => {{
        use $c::{aead, agreement, digest, hmac, rand::SystemRandom, signature};
        let r: &Run = $r;
        let rng = SystemRandom::new();
        let gen = || agreement::EphemeralPrivateKey::generate(&agreement::X25519, &rng).unwrap();
        let peer = gen().compute_public_key().unwrap();
        r.go($lib, "x25519-keygen", || {
            let k = gen();
            black_box(k.compute_public_key().unwrap());
        });
        r.with($lib, "x25519-dh", gen, |k| {
            let p = agreement::UnparsedPublicKey::new(&agreement::X25519, peer.as_ref());
            dh!($c, k.take().unwrap(), p);
        });
        let pk8 = signature::EcdsaKeyPair::generate_pkcs8(
            &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
            &rng,
        )
        .unwrap();
        let kp = ecdsa_key!($c, pk8.as_ref(), &rng);
        r.go($lib, "p256-sign", || {
            black_box(kp.sign(&rng, &MSG).unwrap());
        });
        let sig = kp.sign(&rng, &MSG).unwrap();
        let pk = signature::KeyPair::public_key(&kp).as_ref().to_vec();
        r.go($lib, "p256-verify", || {
            signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, &pk)
                .verify(&MSG, sig.as_ref())
                .unwrap();
        });
        let rk = rsa_key!($c);
        let mut out = vec![0u8; 256];
        r.go($lib, "rsa2048-sign-pss", || {
            rk.sign(&signature::RSA_PSS_SHA256, &rng, &MSG, &mut out)
                .unwrap();
        });
        let rpk = signature::KeyPair::public_key(&rk).as_ref().to_vec();
        r.go($lib, "rsa2048-verify-pss", || {
            signature::UnparsedPublicKey::new(&signature::RSA_PSS_2048_8192_SHA256, &rpk)
                .verify(&MSG, &out)
                .unwrap();
        });
        let mut out1 = vec![0u8; 256];
        rk.sign(&signature::RSA_PKCS1_SHA256, &rng, &MSG, &mut out1)
            .unwrap();
        r.go($lib, "rsa2048-verify-pkcs1", || {
            signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, &rpk)
                .verify(&MSG, &out1)
                .unwrap();
        });
        for (n, alg) in [
            ("aes128gcm", &aead::AES_128_GCM),
            ("aes256gcm", &aead::AES_256_GCM),
            ("chacha20poly1305", &aead::CHACHA20_POLY1305),
        ] {
            let raw = vec![7u8; alg.key_len()];
            let key = aead::LessSafeKey::new(aead::UnboundKey::new(alg, &raw).unwrap());
            // TLS 1.3 adds the content type
            for size in [16384 + 1, 64 + 1] {
                let name = if size > 100 { "16k" } else { "64" };
                let mut buf = vec![1u8; size];
                let nonce = || aead::Nonce::assume_unique_for_key([9; 12]);
                let aad = [0x17, 3, 3, 0x40, 0x11];
                r.go($lib, &format!("{n}-seal-{name}"), || {
                    let _ = black_box(
                        key.seal_in_place_separate_tag(nonce(), aead::Aad::from(aad), &mut buf)
                            .unwrap(),
                    );
                });
                let mut ct = vec![1u8; size];
                let _ = key
                    .seal_in_place_append_tag(nonce(), aead::Aad::from(aad), &mut ct)
                    .unwrap();
                r.with(
                    $lib,
                    &format!("{n}-open-{name}"),
                    || ct.clone(),
                    |w| {
                        black_box(
                            key.open_in_place(nonce(), aead::Aad::from(aad), w.as_mut().unwrap())
                                .unwrap()[0],
                        );
                    },
                );
            }
            r.go($lib, &format!("{n}-key"), || {
                black_box(aead::LessSafeKey::new(
                    aead::UnboundKey::new(alg, &raw).unwrap(),
                ));
            });
        }
        r.go($lib, "hmac-sha256-newkey", || {
            let k = hmac::Key::new(hmac::HMAC_SHA256, &MSG[..32]);
            black_box(hmac::sign(&k, &MSG[..50]));
        });
        r.go($lib, "sha256-1k", || {
            black_box(digest::digest(&digest::SHA256, &[3u8; 1024]));
        });
        let mut b = [0u8; 32];
        r.go($lib, "random-32", || {
            use $c::rand::SecureRandom;
            rng.fill(&mut b).unwrap();
        });
    }};
}

macro_rules! dh {
    (aws_lc_rs, $k:expr, $p:expr) => {
        aws_lc_rs::agreement::agree_ephemeral($k, $p, (), |s| Ok(black_box(s[0]))).unwrap()
    };
    (ring, $k:expr, $p:expr) => {
        ring::agreement::agree_ephemeral($k, &$p, |s| black_box(s[0])).unwrap()
    };
}
macro_rules! ecdsa_key {
    (aws_lc_rs, $k:expr, $rng:expr) => {
        aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(
            &aws_lc_rs::signature::ECDSA_P256_SHA256_ASN1_SIGNING,
            $k,
        )
        .unwrap()
    };
    (ring, $k:expr, $rng:expr) => {
        ring::signature::EcdsaKeyPair::from_pkcs8(
            &ring::signature::ECDSA_P256_SHA256_ASN1_SIGNING,
            $k,
            $rng,
        )
        .unwrap()
    };
}
macro_rules! rsa_key {
    (aws_lc_rs) => {
        aws_lc_rs::rsa::KeyPair::from_pkcs8(&rsa_der()).unwrap()
    };
    (ring) => {
        ring::signature::RsaKeyPair::from_pkcs8(&rsa_der()).unwrap()
    };
}

fn rsa_der() -> Vec<u8> {
    static K: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    K.get_or_init(|| {
        use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
        let k = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        AsDer::<Pkcs8V1Der>::as_der(&k).unwrap().as_ref().to_vec()
    })
    .clone()
}

fn aws_extra(r: &Run) {
    use aws_lc_rs::{kem, signature};
    let dk = kem::DecapsulationKey::generate(&kem::ML_KEM_768).unwrap();
    let ek = dk.encapsulation_key().unwrap();
    let ekb = ek.key_bytes().unwrap().as_ref().to_vec();
    r.go("aws-lc-rs", "mlkem768-keygen", || {
        let k = kem::DecapsulationKey::generate(&kem::ML_KEM_768).unwrap();
        black_box(k.encapsulation_key().unwrap().key_bytes().unwrap());
    });
    r.go("aws-lc-rs", "mlkem768-encap", || {
        let k = kem::EncapsulationKey::new(&kem::ML_KEM_768, &ekb).unwrap();
        black_box(k.encapsulate().unwrap());
    });
    let (ct, _) = ek.encapsulate().unwrap();
    let ct = ct.as_ref().to_vec();
    r.go("aws-lc-rs", "mlkem768-decap", || {
        black_box(dk.decapsulate(kem::Ciphertext::from(&ct[..])).unwrap());
    });
    // the key parsed beforehand, as a stack could keep a trust anchor's
    let rng = aws_lc_rs::rand::SystemRandom::new();
    let pk8 =
        signature::EcdsaKeyPair::generate_pkcs8(&signature::ECDSA_P256_SHA256_ASN1_SIGNING, &rng)
            .unwrap();
    let kp = signature::EcdsaKeyPair::from_pkcs8(
        &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
        pk8.as_ref(),
    )
    .unwrap();
    let sig = kp.sign(&rng, &MSG).unwrap();
    let pk = signature::ParsedPublicKey::new(
        &signature::ECDSA_P256_SHA256_ASN1,
        signature::KeyPair::public_key(&kp).as_ref(),
    )
    .unwrap();
    r.go("aws-lc-rs", "p256-verify-parsed", || {
        pk.verify_sig(&MSG, sig.as_ref()).unwrap()
    });
}

fn grav(r: &Run) {
    use graviola::{aead, hashing, key_agreement::x25519, signing};
    const L: &str = "graviola";
    let peer = x25519::PrivateKey::new_random().unwrap().public_key();
    let peer_bytes = peer.as_bytes();
    r.go(L, "x25519-keygen", || {
        let k = x25519::PrivateKey::new_random().unwrap();
        black_box(k.public_key());
    });
    r.with(
        L,
        "x25519-dh",
        || x25519::PrivateKey::new_random().unwrap(),
        |k| {
            black_box(
                k.take()
                    .unwrap()
                    .diffie_hellman(&x25519::PublicKey::try_from_slice(&peer_bytes).unwrap())
                    .unwrap(),
            );
        },
    );
    let kp = signing::ecdsa::SigningKey::<signing::ecdsa::P256>::generate().unwrap();
    let mut out = [0u8; 128];
    r.go(L, "p256-sign", || {
        black_box(kp.sign_asn1::<hashing::Sha256>(&[&MSG], &mut out).unwrap());
    });
    let sig = kp
        .sign_asn1::<hashing::Sha256>(&[&MSG], &mut out)
        .unwrap()
        .to_vec();
    let pk = {
        let mut der = [0u8; 256];
        let spki = kp.to_spki_der(&mut der).unwrap();
        spki[spki.len() - 65..].to_vec()
    };
    r.go(L, "p256-verify", || {
        signing::ecdsa::VerifyingKey::<signing::ecdsa::P256>::from_x962_uncompressed(&pk)
            .unwrap()
            .verify_asn1::<hashing::Sha256>(&[&MSG], &sig)
            .unwrap();
    });
    let rk = signing::rsa::SigningKey::from_pkcs8_der(&rsa_der()).unwrap();
    let mut ro = vec![0u8; 256];
    r.go(L, "rsa2048-sign-pss", || {
        rk.sign_pss_sha256(&mut ro, &MSG).unwrap();
    });
    let pubder = {
        let mut b = vec![0u8; 600];
        rk.public_key().to_pkcs1_der(&mut b).unwrap().to_vec()
    };
    r.go(L, "rsa2048-verify-pss", || {
        signing::rsa::VerifyingKey::from_pkcs1_der(&pubder)
            .unwrap()
            .verify_pss_sha256(&ro, &MSG)
            .unwrap();
    });
    let mut ro1 = vec![0u8; 256];
    rk.sign_pkcs1_sha256(&mut ro1, &MSG).unwrap();
    r.go(L, "rsa2048-verify-pkcs1", || {
        signing::rsa::VerifyingKey::from_pkcs1_der(&pubder)
            .unwrap()
            .verify_pkcs1_sha256(&ro1, &MSG)
            .unwrap();
    });
    {
        use graviola::key_agreement::mlkem768::{Ciphertext, DecapKey, EncapKey};
        let ekb = DecapKey::generate().unwrap().encapsulation_key().as_bytes();
        r.go(L, "mlkem768-keygen", || {
            let k = DecapKey::generate().unwrap();
            black_box(k.encapsulation_key().as_bytes());
        });
        r.go(L, "mlkem768-encap", || {
            black_box(EncapKey::from_bytes(&ekb).unwrap().encaps().unwrap());
        });
        r.with(
            L,
            "mlkem768-decap",
            || {
                let k = DecapKey::generate().unwrap();
                let (_, c): (_, Ciphertext) = k.encapsulation_key().encaps().unwrap();
                (k, c)
            },
            |x| {
                let (k, c) = x.take().unwrap();
                black_box(k.decaps(&c));
            },
        );
    }
    let aad = [0x17, 3, 3, 0x40, 0x11];
    for (n, kl) in [("aes128gcm", 16), ("aes256gcm", 32)] {
        let raw = vec![7u8; kl];
        let key = aead::AesGcm::new(&raw);
        for size in [16384 + 1, 64 + 1] {
            let name = if size > 100 { "16k" } else { "64" };
            let mut buf = vec![1u8; size];
            let mut tag = [0u8; 16];
            r.go(L, &format!("{n}-seal-{name}"), || {
                key.encrypt(&[9; 12], &aad, &mut buf, &mut tag)
            });
            let mut ct = vec![1u8; size];
            key.encrypt(&[9; 12], &aad, &mut ct, &mut tag);
            r.with(
                L,
                &format!("{n}-open-{name}"),
                || ct.clone(),
                |w| {
                    key.decrypt(&[9; 12], &aad, w.as_mut().unwrap(), &tag)
                        .unwrap()
                },
            );
        }
        r.go(L, &format!("{n}-key"), || {
            black_box(aead::AesGcm::new(&raw));
        });
    }
    let key = aead::ChaCha20Poly1305::new([7; 32]);
    for size in [16384 + 1, 64 + 1] {
        let name = if size > 100 { "16k" } else { "64" };
        let mut buf = vec![1u8; size];
        let mut tag = [0u8; 16];
        r.go(L, &format!("chacha20poly1305-seal-{name}"), || {
            key.encrypt(&[9; 12], &aad, &mut buf, &mut tag)
        });
        let mut ct = vec![1u8; size];
        key.encrypt(&[9; 12], &aad, &mut ct, &mut tag);
        r.with(
            L,
            &format!("chacha20poly1305-open-{name}"),
            || ct.clone(),
            |w| {
                key.decrypt(&[9; 12], &aad, w.as_mut().unwrap(), &tag)
                    .unwrap()
            },
        );
    }
    r.go(L, "hmac-sha256-newkey", || {
        let mut h = hashing::hmac::Hmac::<hashing::Sha256>::new(&MSG[..32]);
        h.update(&MSG[..50]);
        black_box(h.finish());
    });
    r.go(L, "sha256-1k", || {
        use hashing::Hash;
        black_box(hashing::Sha256::hash(&[3u8; 1024]));
    });
    let mut b = [0u8; 32];
    r.go(L, "random-32", || graviola::random::fill(&mut b).unwrap());
}

fn main() {
    let mut r = Run {
        ms: 30,
        steps: false,
        only: None,
    };
    let mut it = std::env::args().skip(1);
    while let Some(a) = it.next() {
        match a.as_str() {
            "--ms" => r.ms = it.next().unwrap().parse().unwrap(),
            "--mode" => r.steps = it.next().unwrap() == "steps",
            "--only" => r.only = it.next(),
            _ => panic!("--ms MS --mode time|steps --only SUBSTRING"),
        }
    }
    clock::ns_per_tick();
    ringlike!(&r, "aws-lc-rs", aws_lc_rs);
    aws_extra(&r);
    ringlike!(&r, "ring", ring);
    grav(&r);
    let (src, mut dst) = (vec![1u8; 16384], vec![0u8; 16384]);
    r.go("memcpy", "memcpy-16k", || {
        dst.copy_from_slice(black_box(&src));
        black_box(&mut dst);
    });
}
