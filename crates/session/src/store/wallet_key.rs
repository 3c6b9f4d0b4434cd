//! What a client's ticket was received for, and may be offered for again.

use crate::binding::{Alpn, ServerName};
use crate::scope::{Scope, ScopeHash};
use tessera_wire::codepoint::ProtocolVersion;

/// Everything that must be the same for a ticket to be offered again (SNI, proxy and client identity
/// included: a ticket a proxy gave is not the host's).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WalletKey {
    /// The host connected to.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The proxy in between, if any.
    pub proxy: Option<String>,
    /// The name asked for.
    pub sni: Option<ServerName>,
    /// The protocol versions offered, in any order: a session of another one would be drawn for
    /// nothing.
    pub versions: Vec<ProtocolVersion>,
    /// The application protocols offered, in any order.
    pub alpn: Vec<Alpn>,
    /// A hash of the trust anchors.
    pub anchors: [u8; 32],
    /// Whether the peer is verified.
    pub verification: Verification,
    /// A hash of the client's own certificate, if it has one.
    pub client_identity: Option<[u8; 32]>,
}

/// Whether a client verifies its peers. What was made without never serves a connection with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verification {
    /// It does.
    #[default]
    Verified,
    /// It was told not to.
    Insecure,
}

impl WalletKey {
    /// The key as the scope of the sessions kept under it.
    pub fn scope(&self) -> Scope {
        let mut protocols: Vec<&[u8]> = self.alpn.iter().map(Alpn::as_bytes).collect();
        protocols.sort_unstable();
        protocols.dedup();
        let mut versions: Vec<u16> = self.versions.iter().map(|version| version.0).collect();
        versions.sort_unstable();
        versions.dedup();

        let mut hash = ScopeHash::new(b"tessera wallet v2");
        hash.part(self.host.to_ascii_lowercase().as_bytes());
        hash.part(&self.port.to_be_bytes());
        hash.optional(self.proxy.as_ref().map(String::as_bytes));
        hash.optional(self.sni.as_ref().map(|name| name.as_str().as_bytes()));
        hash.count(versions.len());
        for version in versions {
            hash.part(&version.to_be_bytes());
        }
        hash.count(protocols.len());
        for protocol in protocols {
            hash.part(protocol);
        }
        hash.part(&self.anchors);
        hash.part(&[match self.verification {
            Verification::Verified => 1,
            Verification::Insecure => 2,
        }]);
        hash.optional(self.client_identity.as_ref().map(<[u8; 32]>::as_slice));
        hash.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> WalletKey {
        WalletKey {
            host: "www.example.com".to_owned(),
            port: 443,
            proxy: None,
            sni: Some(ServerName::new("www.example.com").unwrap()),
            versions: vec![ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2],
            alpn: vec![Alpn::new(b"h2").unwrap(), Alpn::new(b"http/1.1").unwrap()],
            anchors: [1; 32],
            verification: Verification::Verified,
            client_identity: None,
        }
    }

    #[test]
    fn rule_10_every_part_of_the_key_keeps_tickets_apart() {
        let others = [
            WalletKey {
                host: "www.example.org".to_owned(),
                ..key()
            },
            WalletKey { port: 444, ..key() },
            WalletKey {
                proxy: Some("proxy:3128".to_owned()),
                ..key()
            },
            WalletKey { sni: None, ..key() },
            WalletKey {
                sni: Some(ServerName::new("api.example.com").unwrap()),
                ..key()
            },
            WalletKey {
                alpn: vec![Alpn::new(b"h2").unwrap()],
                ..key()
            },
            WalletKey {
                versions: vec![ProtocolVersion::TLS1_2],
                ..key()
            },
            WalletKey {
                alpn: Vec::new(),
                ..key()
            },
            WalletKey {
                anchors: [2; 32],
                ..key()
            },
            WalletKey {
                verification: Verification::Insecure,
                ..key()
            },
            WalletKey {
                client_identity: Some([3; 32]),
                ..key()
            },
        ];
        let mut scopes: Vec<Scope> = others.iter().map(WalletKey::scope).collect();
        scopes.push(key().scope());
        let all = scopes.len();
        scopes.sort();
        scopes.dedup();
        assert_eq!(scopes.len(), all);
    }

    #[test]
    fn the_order_of_a_list_and_the_case_of_the_host_do_not_matter() {
        let mut other = key();
        other.versions.reverse();
        other.alpn.reverse();
        other.host = "WWW.example.com".to_owned();
        assert_eq!(other.scope(), key().scope());
    }
}
