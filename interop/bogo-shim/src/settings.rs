//! From what the flags ask to the engine's settings.

pub(crate) mod client;
mod policy;
pub(crate) mod server;
mod suites;

use crate::failure::Failure;
use crate::options::Options;
use tessera_crypto::kex;
use tessera_engine::{ClientSettings, Trace};
use tessera_session::Alpn;
use tessera_wire::codepoint::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};

/// What both roles choose from.
struct Algorithms {
    versions: Vec<ProtocolVersion>,
    cipher_suites: Vec<CipherSuite>,
    groups: Vec<NamedGroup>,
    signature_schemes: Vec<SignatureScheme>,
}

impl Algorithms {
    /// The engine wants something of every kind for every version; BoringSSL finds out later.
    fn complete(&mut self) {
        if self.groups.iter().all(|group| group.has_mlkem()) {
            let tls13 = ProtocolVersion::TLS1_3;
            self.versions.retain(|version| *version == tls13);
        }
        let is_pkcs1 = |scheme: &SignatureScheme| PKCS1.contains(scheme);
        if self.signature_schemes.iter().all(is_pkcs1) {
            let pss = SignatureScheme::RSA_PSS_RSAE_SHA512;
            self.signature_schemes.push(pss);
        }
    }
}

/// What BoringSSL takes where nothing else is said: fewer than we do.
const VERIFY_PREFS: [SignatureScheme; 8] = [
    SignatureScheme::ECDSA_SECP256R1_SHA256,
    SignatureScheme::RSA_PSS_RSAE_SHA256,
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::ECDSA_SECP384R1_SHA384,
    SignatureScheme::RSA_PSS_RSAE_SHA384,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PSS_RSAE_SHA512,
    SignatureScheme::RSA_PKCS1_SHA512,
];

/// TLS 1.3 does not sign so.
const PKCS1: [SignatureScheme; 3] = [
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PKCS1_SHA512,
];

fn algorithms(options: &Options) -> Result<Algorithms, Failure> {
    let defaults = ClientSettings::default();
    let cipher_suites = match &options.cipher {
        Some(words) => suites::select(words, &defaults.cipher_suites)?,
        None => defaults.cipher_suites,
    };
    let mut algorithms = Algorithms {
        versions: versions(options)?,
        cipher_suites,
        groups: groups(options)?.unwrap_or(defaults.groups),
        signature_schemes: VERIFY_PREFS.to_vec(),
    };
    if !options.verify_prefs.is_empty() {
        let prefs = options.verify_prefs.iter().copied();
        algorithms.signature_schemes = prefs.map(SignatureScheme).collect();
    }
    if let Some(policy) = options.policy {
        let lists = policy::lists(policy);
        algorithms = Algorithms {
            versions: lists.versions.to_vec(),
            cipher_suites: lists.cipher_suites.to_vec(),
            groups: lists.groups.to_vec(),
            signature_schemes: lists.schemes.to_vec(),
        };
    }
    algorithms.complete();
    Ok(algorithms)
}

/// Messages are looked at where something depends on what is in them.
fn trace(options: &Options) -> Trace {
    if options.early_write_after.is_some() || options.expect.asks_what_is_taken() {
        Trace::Messages
    } else {
        Trace::Off
    }
}

/// What our own keys may sign with.
pub(crate) fn own_schemes(
    options: &Options,
    schemes: &mut Vec<SignatureScheme>,
) -> Result<(), Failure> {
    if let Some(policy) = options.policy {
        let allowed = policy::lists(policy).schemes;
        schemes.retain(|scheme| allowed.contains(scheme));
        if schemes.is_empty() {
            let why = "the policy lets this key sign nothing";
            return Err(Failure::Credential(why.to_owned()));
        }
    }
    Ok(())
}

/// The versions between the bounds that are left.
fn versions(options: &Options) -> Result<Vec<ProtocolVersion>, Failure> {
    let min = options.min_version.unwrap_or(0);
    let max = options.max_version.unwrap_or(u16::MAX);
    let is_excluded = |version| options.excluded_versions.contains(&version);
    let versions: Vec<_> = [ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2]
        .into_iter()
        .filter(|version| (min..=max).contains(&version.0))
        .filter(|version| !is_excluded(version.0))
        .collect();
    // The engine has to say so where nothing is left of any version.
    if versions.is_empty() && !(0x0301..=0x0304).all(is_excluded) {
        return Err(Failure::Unimplemented("a version below TLS 1.2".to_owned()));
    }
    Ok(versions)
}

fn groups(options: &Options) -> Result<Option<Vec<NamedGroup>>, Failure> {
    let groups: Vec<_> = options.curves.iter().copied().map(NamedGroup).collect();
    match groups.iter().find(|group| !kex::is_supported(**group)) {
        Some(group) => Err(Failure::Unimplemented(format!("group {group}"))),
        None => Ok((!groups.is_empty()).then_some(groups)),
    }
}

/// A `ProtocolNameList` without its length, taken apart.
fn protocols(mut list: &[u8]) -> Result<Vec<Alpn>, Failure> {
    let mut protocols = Vec::new();
    while let Some((len, rest)) = list.split_first() {
        let (name, rest) = rest
            .split_at_checked(usize::from(*len))
            .ok_or_else(|| Failure::expectation("a list of protocols"))?;
        let name = Alpn::new(name).map_err(|error| Failure::expectation(error.to_string()))?;
        protocols.push(name);
        list = rest;
    }
    Ok(protocols)
}
