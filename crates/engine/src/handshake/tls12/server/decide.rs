//! ClientHello + config → a value. Pure: writes nothing, asks nobody.

use crate::ServerConfig;
use crate::config::{ExtendedMainSecret, Identity, groups_of, is_scheme_of};
use crate::fault::{Fault, Mismatch};
use crate::handshake::hello::alpn;
use crate::handshake::hello::offered12::Offered12;
use crate::handshake::tls12::key_exchange::{authentication, curve};
use tessera_crypto::suite::Authentication;
use tessera_crypto::{Tls12Suite, tls12_suite};
use tessera_session::{Alpn, Scope, ServerName};
use tessera_wire::codepoint::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};

/// Every choice a server makes, before a byte is written.
pub(super) struct Choice {
    pub(super) suite: &'static Tls12Suite,
    pub(super) group: NamedGroup,
    /// Which of our identities: the virtual host, chosen before any session is looked at.
    pub(super) identity: usize,
    pub(super) scheme: SignatureScheme,
    pub(super) alpn: Option<Alpn>,
    pub(super) server_name: Option<ServerName>,
    pub(super) scope: Scope,
    pub(super) extended_main_secret: bool,
    pub(super) secure_renegotiation: bool,
}

pub(super) fn decide(offered: &Offered12, config: &ServerConfig) -> Result<Choice, Fault> {
    let settings = config.settings();
    let required = settings.extended_main_secret == ExtendedMainSecret::Require;
    let suites: Vec<_> = common_suites(offered, config).collect();
    if suites.is_empty() {
        return Err(Mismatch::CipherSuite {
            offered: known(&offered.suites, CipherSuite::is_grease),
        }
        .into());
    }
    let group = choose_group(offered, config)?;
    let (identity, suite, scheme) = choose_identity(offered, &suites, config)?;
    // Last, for a peer that has nothing in common should hear of that first.
    if required && !offered.extended_main_secret {
        return Err(Mismatch::ExtendedMainSecret.into());
    }
    Ok(Choice {
        suite,
        group,
        identity,
        scheme,
        alpn: alpn::choose(&settings.alpn, &offered.alpn)?,
        scope: config.scope(offered.server_name.as_ref()),
        server_name: offered.server_name.clone(),
        extended_main_secret: offered.extended_main_secret,
        secure_renegotiation: offered.secure_renegotiation(),
    })
}

/// The suites in common, best first; the others are passed over: RFC 5246 §7.4.1.2 (2).
pub(super) fn common_suites<'a>(
    offered: &'a Offered12,
    config: &'a ServerConfig,
) -> impl Iterator<Item = &'static Tls12Suite> + 'a {
    let settings = config.settings();
    let (ours, theirs) = (&settings.cipher_suites, &offered.suites);
    let ordered = settings.suite_order.of(ours, theirs).iter();
    ordered
        .filter(|suite| ours.contains(suite) && theirs.contains(suite))
        .filter_map(|suite| tls12_suite(*suite))
}

/// One of the client's: RFC 8422 §4 (1, 2). A client that names no group takes any; the one everybody
/// has is the safest.
fn choose_group(offered: &Offered12, config: &ServerConfig) -> Result<NamedGroup, Mismatch> {
    let ours = &config.settings().groups;
    let mut ours = groups_of(ProtocolVersion::TLS1_2, ours);
    let Some(theirs) = &offered.groups else {
        let mut named = ours.filter(|group| *group == NamedGroup::SECP256R1);
        return named.next().ok_or(Mismatch::Group {
            offered: Vec::new(),
        });
    };
    ours.find(|group| theirs.contains(group))
        .ok_or_else(|| Mismatch::Group {
            offered: known(theirs, NamedGroup::is_grease),
        })
}

/// The virtual host: of the identities for this name the first that fits a common suite and that
/// the client can verify (RFC 5246 §7.4.2 (2), §7.4.3 (2, 3, 4)).
fn choose_identity(
    offered: &Offered12,
    suites: &[&'static Tls12Suite],
    config: &ServerConfig,
) -> Result<(usize, &'static Tls12Suite, SignatureScheme), Mismatch> {
    let mut candidates = config.identities_for(offered.server_name.as_ref(), &offered.chains);
    if candidates.is_empty() {
        return Err(Mismatch::Issuer);
    }
    candidates.retain(|(_, identity)| is_on_their_curve(identity, offered));
    if candidates.is_empty() {
        let theirs = offered.groups.as_deref().unwrap_or_default();
        return Err(Mismatch::Group {
            offered: known(theirs, NamedGroup::is_grease),
        });
    }
    for (position, identity) in candidates {
        let fitting = suites.iter().find_map(|suite| {
            let scheme = common_scheme(identity, suite.authentication, offered)?;
            Some((position, *suite, scheme))
        });
        if let Some(fitting) = fitting {
            return Ok(fitting);
        }
    }
    Err(Mismatch::SignatureScheme {
        offered: known(&offered.schemes, SignatureScheme::is_grease),
    })
}

/// The curve of an ECDSA key is one of the client's groups, too, if it names any: RFC 8422 §5.1 (3).
fn is_on_their_curve(identity: &Identity, offered: &Offered12) -> bool {
    let curve = identity.schemes.iter().find_map(|scheme| curve(*scheme));
    match (curve, &offered.groups) {
        (Some(curve), Some(theirs)) => theirs.contains(&curve),
        _ => true,
    }
}

fn common_scheme(
    identity: &Identity,
    wanted: Authentication,
    offered: &Offered12,
) -> Option<SignatureScheme> {
    identity.schemes.iter().copied().find(|scheme| {
        authentication(*scheme) == wanted
            && offered.schemes.contains(scheme)
            && is_scheme_of(ProtocolVersion::TLS1_2, *scheme)
    })
}

fn known<T: Copy>(offered: &[T], is_grease: impl Fn(T) -> bool) -> Vec<T> {
    offered
        .iter()
        .copied()
        .filter(|value| !is_grease(*value))
        .collect()
}
