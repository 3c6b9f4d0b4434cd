//! ClientHello + config → a value. Pure: writes nothing, asks nobody.

use super::external::{self, External};
use crate::ServerConfig;
use crate::config::{GroupChoice, common_scheme};
use crate::fault::{Fault, Misbehaviour, Mismatch};
use crate::handshake::hello::alpn;
use crate::handshake::hello::offered::Offered;
use tessera_crypto::{HashAlgorithm, SuiteParameters, tls13_suite};
use tessera_session::{Alpn, Dialect, Scope, ServerName};
use tessera_wire::codepoint::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};

/// What to do with a ClientHello.
pub(super) enum Decision {
    /// Ask for a key share of this group.
    Retry(Asked),
    /// Authenticate; no session is offered that could be used.
    Full(Choice),
    /// Sessions are offered: look at them.
    Resume(Choice),
}

/// What a HelloRetryRequest asks for.
pub(super) struct Asked {
    pub(super) suite: &'static SuiteParameters,
    pub(super) group: NamedGroup,
    /// The external key that was going to be used, as it is called on the wire.
    pub(super) external: Option<Vec<u8>>,
}

/// Every choice a server makes, before a byte is written.
pub(super) struct Choice {
    pub(super) suite: &'static SuiteParameters,
    pub(super) group: NamedGroup,
    /// Which of our identities: the virtual host, chosen before any PSK is looked at.
    pub(super) identity: usize,
    /// How it signs; `None` where the client accepts nothing it can make.
    pub(super) scheme: Option<SignatureScheme>,
    pub(super) alpn: Option<Alpn>,
    pub(super) server_name: Option<ServerName>,
    pub(super) scope: Scope,
    /// An external key that the client offers, should no session be resumed.
    pub(super) external: Option<External>,
}

pub(super) fn decide(offered: &Offered, config: &ServerConfig) -> Result<Decision, Fault> {
    let settings = config.settings();
    let external = external::choose(offered, config);
    let suite = match &external {
        Some(external) => external.suite,
        None => choose_suite(offered, config, None)?,
    };
    let group = choose_group(offered, config)?;
    // Without a share there is a retry: RFC 9846 §4.2.1 (3).
    if !has_share(offered, group) {
        return Ok(Decision::Retry(Asked {
            suite,
            group,
            external: external.map(|external| external.form.identity.clone()),
        }));
    }
    let (identity, scheme) = choose_identity(offered, config);
    let choice = Choice {
        suite,
        group,
        identity,
        scheme,
        alpn: alpn::choose(&settings.alpn, &offered.alpn)?,
        scope: config.scope(offered.server_name.as_ref()),
        server_name: offered.server_name.clone(),
        external,
    };
    // We know one mode of the two, and use none that is not listed: RFC 9846 §4.2.1 (2), §4.3.9 (4).
    if offered.psks.is_some() && offered.resumes_with_key_exchange() {
        Ok(Decision::Resume(choice))
    } else {
        Ok(Decision::Full(choice))
    }
}

/// The most preferred suite in common; of one hash, where a session demands it. What we
/// do not know is passed over, and nothing in common is the end: RFC 9846 §4.2.2 (11), §4.2.1 (4).
pub(super) fn choose_suite(
    offered: &Offered,
    config: &ServerConfig,
    hash: Option<HashAlgorithm>,
) -> Result<&'static SuiteParameters, Mismatch> {
    let ours = &config.settings().cipher_suites;
    let is_common = |suite: &&CipherSuite| ours.contains(suite) && offered.suites.contains(suite);
    preferred(offered, config)
        .iter()
        .filter(is_common)
        .filter_map(|suite| tls13_suite(*suite))
        .find(|suite| hash.is_none_or(|hash| suite.hash == hash))
        .ok_or_else(|| Mismatch::CipherSuite {
            offered: known_suites(&offered.suites),
        })
}

/// Our order of suites or the client's, unless tickets are issued that another server resumes: then it is that server's. OpenSSL chooses
/// the suite before it looks at a session, and one of another hash is none to it.
fn preferred<'a>(offered: &'a Offered, config: &'a ServerConfig) -> &'a [CipherSuite] {
    let first = offered.suites.iter().find(|suite| !suite.is_grease());
    match config.issues_for(offered.server_name.as_ref()) {
        None => {
            let settings = config.settings();
            let ours = &settings.cipher_suites;
            settings.suite_order.of(ours, &offered.suites)
        }
        // HAProxy has the library's order, but for clients that want ChaCha20 before all others; the rest leave it to
        // the client.
        Some(Dialect::HaProxy) if first != Some(&CipherSuite::TLS_CHACHA20_POLY1305_SHA256) => {
            &OPENSSLS_ORDER
        }
        Some(Dialect::HaProxy | Dialect::Nginx | Dialect::Apache | Dialect::Envoy) => {
            &offered.suites
        }
    }
}

/// What OpenSSL prefers where nobody says otherwise.
const OPENSSLS_ORDER: [CipherSuite; 3] = [
    CipherSuite::TLS_AES_256_GCM_SHA384,
    CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_AES_128_GCM_SHA256,
];

/// The best group in common, or the best of those that cost no round trip; without any the end:
/// RFC 9846 §4.2.1 (1).
fn choose_group(offered: &Offered, config: &ServerConfig) -> Result<NamedGroup, Mismatch> {
    let settings = config.settings();
    let ours = settings.groups.iter().copied();
    let mut common = ours.filter(|group| offered.groups.contains(group));
    let at_hand = match settings.group_choice {
        GroupChoice::AtHand => common.clone().find(|group| has_share(offered, *group)),
        GroupChoice::Best => None,
    };
    at_hand
        .or_else(|| common.next())
        .ok_or_else(|| Mismatch::Group {
            offered: without_grease(&offered.groups),
        })
}

fn has_share(offered: &Offered, group: NamedGroup) -> bool {
    let mut shares = offered.key_shares.iter();
    shares.any(|share| share.group == group)
}

/// The virtual host: of the identities for this name the first that the client can verify, those of
/// an issuer that it names before others: RFC 9846 §4.3.4.
fn choose_identity(offered: &Offered, config: &ServerConfig) -> (usize, Option<SignatureScheme>) {
    let candidates = config.identities_for(offered.server_name.as_ref(), &offered.chains);
    let theirs = offered.schemes.as_deref().unwrap_or_default();
    let fitting = candidates.iter().find_map(|(position, identity)| {
        let scheme = common_scheme(ProtocolVersion::TLS1_3, identity, theirs)?;
        Some((*position, Some(scheme)))
    });
    let first = candidates.first().map_or(0, |(position, _)| *position);
    fitting.unwrap_or((first, None))
}

/// Certificates are needed and none of ours can be verified: whose doing that is.
pub(super) fn no_identity(offered: &Offered, config: &ServerConfig) -> Fault {
    match &offered.schemes {
        // RFC 9846 §4.3.3 (3), §9.2 (12).
        None => Misbehaviour::MissingSignatureAlgorithms.into(),
        Some(_) if !config.has_identity_for(&offered.chains) => Mismatch::Issuer.into(),
        Some(schemes) => Mismatch::SignatureScheme {
            offered: schemes
                .iter()
                .copied()
                .filter(|scheme| !scheme.is_grease())
                .collect(),
        }
        .into(),
    }
}

fn without_grease(groups: &[NamedGroup]) -> Vec<NamedGroup> {
    groups
        .iter()
        .copied()
        .filter(|group| !group.is_grease())
        .collect()
}

fn known_suites(suites: &[CipherSuite]) -> Vec<CipherSuite> {
    suites
        .iter()
        .copied()
        .filter(|suite| !suite.is_grease())
        .collect()
}
