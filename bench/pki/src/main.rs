//! `pki DIR`: writes a throw-away PKI (P-256 and RSA-2048) as PEM files.
use rcgen::*;

fn main() {
    let dir = std::path::PathBuf::from(std::env::args().nth(1).expect("usage: pki DIR"));
    std::fs::create_dir_all(&dir).unwrap();
    for (name, alg) in [
        ("ecdsa", &PKCS_ECDSA_P256_SHA256),
        ("rsa", &PKCS_RSA_SHA256),
    ] {
        let put =
            |what: &str, s: String| std::fs::write(dir.join(format!("{name}-{what}")), s).unwrap();
        let ca_params = |cn: &str| {
            let mut p = CertificateParams::new(vec![]).unwrap();
            p.distinguished_name = DistinguishedName::new();
            p.distinguished_name.push(DnType::CommonName, cn);
            p.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
            p.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            p.use_authority_key_identifier_extension = true;
            p
        };
        let ca_key = KeyPair::generate_for(alg).unwrap();
        let p = ca_params("bench CA");
        put("ca.pem", p.self_signed(&ca_key).unwrap().pem());
        let issuer = Issuer::new(p, ca_key);
        let other_key = KeyPair::generate_for(alg).unwrap();
        // same subject, another key: only the signature can tell them apart
        put(
            "other-ca.pem",
            ca_params("bench CA").self_signed(&other_key).unwrap().pem(),
        );
        for (what, eku) in [
            ("leaf", ExtendedKeyUsagePurpose::ServerAuth),
            ("client", ExtendedKeyUsagePurpose::ClientAuth),
        ] {
            let key = KeyPair::generate_for(alg).unwrap();
            let san = if what == "leaf" {
                vec!["localhost".to_string()]
            } else {
                vec!["client.localhost".to_string()]
            };
            let mut p = CertificateParams::new(san).unwrap();
            p.distinguished_name = DistinguishedName::new();
            p.distinguished_name.push(DnType::CommonName, what);
            p.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            p.extended_key_usages = vec![eku];
            p.use_authority_key_identifier_extension = true;
            let c = p.signed_by(&key, &issuer).unwrap();
            put(&format!("{what}.pem"), c.pem());
            put(&format!("{what}.key"), key.serialize_pem());
        }
    }
    println!("wrote {}", dir.display());
}
