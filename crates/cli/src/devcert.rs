//! Development certificates: a small authority of this state directory's own, and a certificate
//! for localhost. Made on first use, renewed when they end; whoever has the directory has the keys.

use crate::exit::{Failure, Outcome};
use crate::plan::state::StateDir;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;
use tessera::Timestamp;
use tessera::identity::{Certificate, Credential};

const DAY: Duration = Duration::from_secs(24 * 3600);
const AUTHORITY_LASTS: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
const LEAF_LASTS: Duration = Duration::from_secs(90 * 24 * 3600);
/// Renewed this long before they end, so that a server that runs for weeks does not serve a
/// certificate that has ended.
const RENEWED_BEFORE: Duration = Duration::from_secs(30 * 24 * 3600);

const NAMES: [&str; 4] = ["localhost", "*.localhost", "127.0.0.1", "::1"];

/// The development certificate of a state directory.
pub(crate) struct DevCert {
    /// The certificate for localhost, and its key.
    pub(crate) credential: Credential,
    /// The file of the authority that issued it, for clients.
    pub(crate) ca: PathBuf,
}

/// The authority's file, whether it is there or not.
pub(crate) fn ca_file(state: &StateDir) -> PathBuf {
    state.file("ca.pem")
}

/// Reads the development certificate, and makes what is missing, broken or about to end.
///
/// Certificate and key are two files: a lock keeps other processes from seeing one without the other.
pub(crate) fn ensure(state: &StateDir, now: Timestamp) -> Outcome<DevCert> {
    let failed = |error: &dyn Display| failed(state, error);
    let _lock = state.lock("ca.lock").map_err(|error| failed(&error))?;
    let ca = match read(state, "ca", now) {
        Some(credential) => credential,
        None => {
            make_authority(state, now).map_err(|error| failed(&error))?;
            read(state, "ca", now).ok_or_else(|| failed(&"the new authority cannot be read"))?
        }
    };
    let issued_by_ca = |leaf: &Credential| is_issued_by(leaf, &ca);
    let credential = match read(state, "localhost", now).filter(issued_by_ca) {
        Some(credential) => credential,
        None => {
            make_leaf(state, now).map_err(|error| failed(&error))?;
            read(state, "localhost", now)
                .ok_or_else(|| failed(&"the new certificate cannot be read"))?
        }
    };
    Ok(DevCert {
        credential,
        ca: ca_file(state),
    })
}

/// Makes a new certificate with a new key before the old one ends; the authority stays.
pub(crate) fn renew(state: &StateDir, now: Timestamp) -> Outcome<DevCert> {
    ensure(state, now)?;
    let renewed = state
        .lock("ca.lock")
        .map_err(Into::into)
        .and_then(|_lock| make_leaf(state, now));
    renewed.map_err(|error| failed(state, &*error))?;
    ensure(state, now)
}

fn failed(state: &StateDir, error: &(impl Display + ?Sized)) -> Failure {
    Failure::internal(format_args!(
        "development certificate in {}: {error}",
        state.path().display()
    ))
}

/// A pair that is whole, belongs together and lasts for a while.
fn read(state: &StateDir, name: &str, now: Timestamp) -> Option<Credential> {
    let (chain, key) = (
        state.file(&format!("{name}.pem")),
        state.file(&format!("{name}.key")),
    );
    let credential = Credential::from_pem_files(&chain, &key).ok()?;
    (credential.not_after() > now.plus(RENEWED_BEFORE)).then_some(credential)
}

/// Authorities are named after their keys, so the name tells whether a new one has come between.
fn is_issued_by(leaf: &Credential, ca: &Credential) -> bool {
    let issuer = leaf
        .chain
        .first()
        .and_then(|der| Certificate::from_der(der).ok());
    issuer.is_some_and(|leaf| leaf.issuer == ca.subject())
}

fn make_authority(state: &StateDir, now: Timestamp) -> Result<(), Box<dyn std::error::Error>> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = authority(&key, now)?.self_signed(&key)?;
    write(state, "ca", &key, &certificate.pem())
}

/// The authority of this key; its names follow from the key alone.
fn authority(key: &KeyPair, now: Timestamp) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    let fingerprint =
        data_encoding::HEXLOWER.encode(params.key_identifier(key).get(..4).unwrap_or_default());
    let name = format!("Tessera development CA {fingerprint}");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid_for(&mut params, now, AUTHORITY_LASTS);
    Ok(params)
}

fn make_leaf(state: &StateDir, now: Timestamp) -> Result<(), Box<dyn std::error::Error>> {
    let ca_key = KeyPair::from_pem(&std::fs::read_to_string(state.file("ca.key"))?)?;
    let issuer = Issuer::new(authority(&ca_key, now)?, ca_key);
    let mut params = CertificateParams::new(NAMES.map(str::to_owned))?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    valid_for(&mut params, now, LEAF_LASTS);
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = params.signed_by(&key, &issuer)?;
    write(state, "localhost", &key, &certificate.pem())
}

fn valid_for(params: &mut CertificateParams, now: Timestamp, lasts: Duration) {
    let epoch = date_time_ymd(1970, 1, 1);
    // A day back, for peers whose clocks are behind.
    params.not_before = epoch + Duration::from_secs(now.minus(DAY).as_unix_secs());
    params.not_after = epoch + Duration::from_secs(now.plus(lasts).as_unix_secs());
}

fn write(
    state: &StateDir,
    name: &str,
    key: &KeyPair,
    certificate: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    state.replace(&format!("{name}.key"), key.serialize_pem().as_bytes())?;
    state.replace(&format!("{name}.pem"), certificate.as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt as _;

    const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

    fn state() -> (tempfile::TempDir, StateDir) {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::open(Some(dir.path())).unwrap();
        (dir, state)
    }

    #[test]
    fn the_certificate_is_made_once_and_renewed_before_it_ends() {
        let (_dir, state) = state();
        let first = ensure(&state, NOW).unwrap();
        let again = ensure(&state, NOW.plus(30 * DAY)).unwrap();
        assert_eq!(first.credential.chain, again.credential.chain);
        assert_eq!(first.credential.names, NAMES);
        let ca = std::fs::read(&first.ca).unwrap();
        let later = ensure(&state, NOW.plus(80 * DAY)).unwrap();
        assert_ne!(first.credential.chain, later.credential.chain);
        assert_eq!(std::fs::read(&later.ca).unwrap(), ca);
        for name in ["ca.key", "localhost.key"] {
            assert_eq!(
                std::fs::metadata(state.file(name)).unwrap().mode() & 0o777,
                0o600,
                "{name}"
            );
        }
    }

    #[test]
    fn a_new_authority_issues_a_new_certificate() {
        let (_dir, state) = state();
        let first = ensure(&state, NOW).unwrap();
        std::fs::remove_file(&first.ca).unwrap();
        let second = ensure(&state, NOW).unwrap();
        assert_ne!(first.credential.chain, second.credential.chain);
    }

    #[test]
    fn a_renewed_certificate_has_another_key_and_the_same_authority() {
        let (_dir, state) = state();
        let first = ensure(&state, NOW).unwrap();
        let authority = std::fs::read(&first.ca).unwrap();
        let second = renew(&state, NOW).unwrap();
        assert_ne!(first.credential.chain, second.credential.chain);
        assert_eq!(std::fs::read(&second.ca).unwrap(), authority);
    }

    #[test]
    fn several_makers_agree_on_one_certificate() {
        let (_dir, state) = state();
        let chains: Vec<_> = std::thread::scope(|scope| {
            let make = || ensure(&state, NOW).unwrap().credential.chain;
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(chains.iter().all(|chain| *chain == chains[0]));
    }
}
