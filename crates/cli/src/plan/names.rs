//! Versions, groups and cipher suites by the names people use.

use super::later;
use crate::exit::{Failure, Outcome};
use tessera::starttls::Protocol;
use tessera::wire::{CipherSuite, NamedGroup, ProtocolVersion};

/// The versions spoken.
const VERSIONS: [(&str, ProtocolVersion); 2] = [
    ("1.3", ProtocolVersion::TLS1_3),
    ("1.2", ProtocolVersion::TLS1_2),
];

/// Groups by their names here, in the RFC and in OpenSSL.
const GROUPS: [(&str, NamedGroup); 13] = [
    ("x25519mlkem768", NamedGroup::X25519MLKEM768),
    ("x25519", NamedGroup::X25519),
    ("secp256r1", NamedGroup::SECP256R1),
    ("p-256", NamedGroup::SECP256R1),
    ("p256", NamedGroup::SECP256R1),
    ("prime256v1", NamedGroup::SECP256R1),
    ("secp384r1", NamedGroup::SECP384R1),
    ("p-384", NamedGroup::SECP384R1),
    ("p384", NamedGroup::SECP384R1),
    ("secp521r1", NamedGroup::SECP521R1),
    ("p-521", NamedGroup::SECP521R1),
    ("p521", NamedGroup::SECP521R1),
    ("mlkem1024", NamedGroup::MLKEM1024),
];

/// Cipher suites by their names in the RFC, those of TLS 1.2 in OpenSSL too; case and the TLS_ in
/// front do not matter.
const CIPHER_SUITES: [(&str, CipherSuite); 15] = [
    ("aes_128_gcm_sha256", CipherSuite::TLS_AES_128_GCM_SHA256),
    ("aes_256_gcm_sha384", CipherSuite::TLS_AES_256_GCM_SHA384),
    (
        "chacha20_poly1305_sha256",
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    ),
    (
        "ecdhe_ecdsa_with_aes_128_gcm_sha256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "ecdhe_ecdsa_with_aes_256_gcm_sha384",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "ecdhe_ecdsa_with_chacha20_poly1305_sha256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
    (
        "ecdhe_rsa_with_aes_128_gcm_sha256",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "ecdhe_rsa_with_aes_256_gcm_sha384",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "ecdhe_rsa_with_chacha20_poly1305_sha256",
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
    (
        "ecdhe-ecdsa-aes128-gcm-sha256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "ecdhe-ecdsa-aes256-gcm-sha384",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "ecdhe-ecdsa-chacha20-poly1305",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
    (
        "ecdhe-rsa-aes128-gcm-sha256",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "ecdhe-rsa-aes256-gcm-sha384",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "ecdhe-rsa-chacha20-poly1305",
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
];

/// The versions of a list; none means all.
pub(crate) fn versions(list: &[String]) -> Outcome<Vec<ProtocolVersion>> {
    let found = look_up(list, &VERSIONS, "--tls", |name| {
        let name = name.to_ascii_lowercase();
        name.trim_start_matches("tls")
            .trim_start_matches('v')
            .to_owned()
    })?;
    if found.is_empty() {
        return Ok(VERSIONS.iter().map(|(_, version)| *version).collect());
    }
    Ok(found)
}

/// The versions of a list; without one, those for which these lists leave something to work with.
pub(crate) fn versions_for(
    list: &[String],
    groups: &[NamedGroup],
    suites: &[CipherSuite],
) -> Outcome<Vec<ProtocolVersion>> {
    let mut found = versions(list)?;
    if list.is_empty() {
        found.retain(|version| can_do(*version, groups, suites));
    }
    Ok(found)
}

/// Whether this version has a group and a suite on the lists.
fn can_do(version: ProtocolVersion, groups: &[NamedGroup], suites: &[CipherSuite]) -> bool {
    let is_new = version == ProtocolVersion::TLS1_3;
    let group = |group: &NamedGroup| is_new || !group.has_mlkem();
    // The suites of TLS 1.3 are those with 0x13 in front: RFC 9846 §B.4.
    let suite = |suite: &CipherSuite| is_new == (suite.0 >> 8 == 0x13);
    (groups.is_empty() || groups.iter().any(group))
        && (suites.is_empty() || suites.iter().any(suite))
}

/// Protocols that begin in the clear and are not in this version.
const LATER: [&str; 10] = [
    "pop3",
    "ftp",
    "nntp",
    "sieve",
    "xmpp",
    "xmpp-server",
    "postgres",
    "mysql",
    "irc",
    "telnet",
];

/// The protocol of this name.
pub(crate) fn starttls(name: &str) -> Outcome<Protocol> {
    if LATER.contains(&name) {
        return Err(later::refuse(&format!("STARTTLS for {name}")));
    }
    name.parse().map_err(Failure::usage)
}

/// The groups of a list.
pub(crate) fn groups(list: &[String]) -> Outcome<Vec<NamedGroup>> {
    look_up(list, &GROUPS, "--groups", |name| name.to_ascii_lowercase())
}

/// The cipher suites of a list.
pub(crate) fn cipher_suites(list: &[String]) -> Outcome<Vec<CipherSuite>> {
    look_up(list, &CIPHER_SUITES, "--ciphers", |name| {
        let name = name.to_ascii_lowercase();
        name.strip_prefix("tls_").unwrap_or(&name).to_owned()
    })
}

fn look_up<T: Copy + PartialEq>(
    list: &[String],
    known: &[(&str, T)],
    flag: &str,
    plain: impl Fn(&str) -> String,
) -> Outcome<Vec<T>> {
    let mut found = Vec::with_capacity(list.len());
    for name in list.iter().flat_map(|item| item.split(':')) {
        let wanted = plain(name.trim());
        match known.iter().find(|(known, _)| *known == wanted) {
            Some((_, value)) if !found.contains(value) => found.push(*value),
            Some(_) => {}
            None => {
                let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
                return Err(Failure::usage(format_args!(
                    "{flag} {name}: there are {}",
                    names.join(", ")
                )));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn groups_and_suites_have_the_names_of_the_rfc_and_of_openssl() {
        assert_eq!(
            groups(&list(
                "X25519MLKEM768,P-256:x25519,secp256r1,P-521,MLKEM1024"
            )),
            Ok(vec![
                NamedGroup::X25519MLKEM768,
                NamedGroup::SECP256R1,
                NamedGroup::X25519,
                NamedGroup::SECP521R1,
                NamedGroup::MLKEM1024
            ])
        );
        assert_eq!(
            cipher_suites(&list("TLS_AES_256_GCM_SHA384,chacha20_poly1305_sha256")),
            Ok(vec![
                CipherSuite::TLS_AES_256_GCM_SHA384,
                CipherSuite::TLS_CHACHA20_POLY1305_SHA256
            ])
        );
        assert!(
            groups(&list("ffdhe2048"))
                .unwrap_err()
                .message
                .contains("x25519")
        );
        assert!(cipher_suites(&list("RC4")).is_err());
        assert_eq!(
            cipher_suites(&list("ECDHE-RSA-AES128-GCM-SHA256")),
            cipher_suites(&list("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))
        );
    }

    #[test]
    fn versions_are_those_asked_for_and_else_all() {
        let (old, new) = (ProtocolVersion::TLS1_2, ProtocolVersion::TLS1_3);
        assert_eq!(versions(&[]), Ok(vec![new, old]));
        assert_eq!(versions(&list("1.2")), Ok(vec![old]));
        assert_eq!(versions(&list("TLSv1.2,1.3")), Ok(vec![old, new]));
        let refused = versions(&list("1.1")).unwrap_err().message;
        assert!(refused.contains("1.3, 1.2"), "{refused}");

        let asked = |names: &str| versions_for(&[], &groups(&list(names)).unwrap(), &[]);
        assert_eq!(asked("MLKEM1024"), Ok(vec![new]));
        assert_eq!(asked("MLKEM1024,P-521"), Ok(vec![new, old]));
    }
}
