//! What a session may be resumed for. Mandatory: there is no session without a scope.

use core::fmt;

use tessera_crypto::{HashAlgorithm, HashContext};

use crate::binding::ServerName;

/// The hash of everything that must be the same when a session is resumed.
///
/// Never of a certificate's bytes or key, so that a renewal costs no session; revocation lists and
/// `notAfter` are not in it either but looked at in every resumption.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(pub [u8; 32]);

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scope(")?;
        self.0
            .iter()
            .take(4)
            .try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…)")
    }
}

/// Whether a server asks its clients for a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClientAuthMode {
    /// It does not.
    #[default]
    None,
    /// It asks, and goes on without.
    Request,
    /// It insists.
    Require,
}

impl ClientAuthMode {
    const fn code(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Request => 1,
            Self::Require => 2,
        }
    }
}

/// What a [`Scope`] is the hash of.
#[derive(Clone, Copy, Debug)]
pub struct ScopeInputs<'a> {
    /// Random, made once for each deployment: two deployments never share a scope by accident.
    pub deployment: &'a [u8; 16],
    /// The policy's name. Servers that should share sessions share it; there is no default name.
    pub policy: &'a str,
    /// The virtual host, chosen before any session was looked at.
    pub server_name: Option<&'a ServerName>,
    /// Whether clients are asked for a certificate.
    pub client_auth: ClientAuthMode,
    /// SHA-256 of each certificate authority accepted for clients, in any order.
    pub client_ca: &'a [[u8; 32]],
    /// What external keys are called that let clients in: who came without one, or with one that is gone,
    /// comes back in full.
    pub external_psks: &'a [&'a [u8]],
    /// The authorisation policy's version: raise it and no older session resumes.
    pub authorisation_version: u32,
    /// What runs inside: `""` for none, or the name of the protocol TLS was started in.
    pub protocol: &'a str,
}

impl ScopeInputs<'_> {
    /// The scope. Every input is hashed with its length, so no two lists of inputs read the same.
    pub fn scope(&self) -> Scope {
        let mut authorities: Vec<&[u8; 32]> = self.client_ca.iter().collect();
        authorities.sort_unstable();
        authorities.dedup();

        let mut hash = ScopeHash::new(b"tessera scope v1");
        hash.part(self.deployment);
        hash.part(self.policy.as_bytes());
        hash.optional(self.server_name.map(|name| name.as_str().as_bytes()));
        hash.part(&[self.client_auth.code()]);
        hash.count(authorities.len());
        for authority in authorities {
            hash.part(authority);
        }
        hash.part(&self.authorisation_version.to_be_bytes());
        hash.part(self.protocol.as_bytes());
        let mut psks = self.external_psks.to_vec();
        psks.sort_unstable();
        for psk in psks {
            hash.part(psk);
        }
        hash.finish()
    }
}

impl From<ScopeInputs<'_>> for Scope {
    fn from(inputs: ScopeInputs<'_>) -> Self {
        inputs.scope()
    }
}

/// SHA-256 over length-prefixed parts.
pub(crate) struct ScopeHash(HashContext);

impl ScopeHash {
    pub(crate) fn new(label: &[u8]) -> Self {
        let mut hash = Self(HashContext::new(HashAlgorithm::Sha256));
        hash.part(label);
        hash
    }

    pub(crate) fn count(&mut self, count: usize) {
        self.0
            .update(&u64::try_from(count).unwrap_or(u64::MAX).to_be_bytes());
    }

    pub(crate) fn part(&mut self, part: &[u8]) {
        self.count(part.len());
        self.0.update(part);
    }

    /// Absent is not the same as empty.
    pub(crate) fn optional(&mut self, part: Option<&[u8]>) {
        self.count(usize::from(part.is_some()));
        if let Some(part) = part {
            self.part(part);
        }
    }

    pub(crate) fn finish(self) -> Scope {
        let mut scope = Scope([0; 32]);
        for (to, from) in scope.0.iter_mut().zip(self.0.finish().as_bytes()) {
            *to = *from;
        }
        scope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> ServerName {
        ServerName::new(text).unwrap()
    }

    fn inputs<'a>(
        server_name: Option<&'a ServerName>,
        client_ca: &'a [[u8; 32]],
    ) -> ScopeInputs<'a> {
        ScopeInputs {
            deployment: b"0123456789abcdef",
            policy: "shop",
            server_name,
            client_auth: ClientAuthMode::Request,
            client_ca,
            external_psks: &[],
            authorisation_version: 1,
            protocol: "",
        }
    }

    #[test]
    fn r4_every_input_is_part_of_the_scope() {
        let (a, b) = (name("a.example"), name("b.example"));
        let base = inputs(Some(&a), &[[1; 32]]);
        let others = [
            ScopeInputs {
                deployment: b"0123456789abcdeF",
                ..base
            },
            ScopeInputs {
                policy: "shop2",
                ..base
            },
            ScopeInputs {
                server_name: Some(&b),
                ..base
            },
            ScopeInputs {
                server_name: None,
                ..base
            },
            ScopeInputs {
                client_auth: ClientAuthMode::Require,
                ..base
            },
            ScopeInputs {
                client_auth: ClientAuthMode::None,
                ..base
            },
            ScopeInputs {
                client_ca: &[[2; 32]],
                ..base
            },
            ScopeInputs {
                client_ca: &[],
                ..base
            },
            ScopeInputs {
                authorisation_version: 2,
                ..base
            },
            ScopeInputs {
                protocol: "smtp",
                ..base
            },
        ];
        let mut scopes: Vec<Scope> = others.iter().map(ScopeInputs::scope).collect();
        scopes.push(base.scope());
        let all = scopes.len();
        scopes.sort();
        scopes.dedup();
        assert_eq!(scopes.len(), all);
    }

    #[test]
    fn the_authorities_are_a_set() {
        let one_way = inputs(None, &[[1; 32], [2; 32]]).scope();
        assert_eq!(one_way, inputs(None, &[[2; 32], [1; 32], [2; 32]]).scope());
    }

    #[test]
    fn text_cannot_move_from_one_input_to_the_next() {
        let moved = ScopeInputs {
            policy: "sho",
            protocol: "p",
            ..inputs(None, &[])
        };
        assert_ne!(moved.scope(), inputs(None, &[]).scope());
    }
}
