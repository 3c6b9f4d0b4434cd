//! The protocols that can change to TLS in the middle.

use std::fmt;
use std::str::FromStr;

/// A protocol that begins in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// Mail between servers and its submission: RFC 3207.
    Smtp,
    /// Local mail delivery, which is SMTP with another hello: RFC 2033.
    Lmtp,
    /// Mailboxes: RFC 9051 §6.2.1.
    Imap,
    /// Directories: RFC 4511 §4.14.
    Ldap,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Smtp, Self::Lmtp, Self::Imap, Self::Ldap];

    /// Its name on a command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Lmtp => "lmtp",
            Self::Imap => "imap",
            Self::Ldap => "ldap",
        }
    }

    /// The port where it is spoken in the clear.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Smtp => 25,
            // RFC 2033 §1 forbids 25 and assigns none; this is the one for private mail systems.
            Self::Lmtp => 24,
            Self::Imap => 143,
            Self::Ldap => 389,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    fn from_str(name: &str) -> Result<Self, UnknownProtocol> {
        let mut all = Self::ALL.into_iter();
        all.find(|protocol| protocol.name() == name)
            .ok_or_else(|| UnknownProtocol(name.to_owned()))
    }
}

/// A name that is no protocol's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownProtocol(pub String);

impl fmt::Display for UnknownProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Protocol::ALL.map(Protocol::name).join(", ");
        write!(f, "no STARTTLS for {:?}; there is {names}", self.0)
    }
}

impl std::error::Error for UnknownProtocol {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_is_found_by_its_name() {
        for protocol in Protocol::ALL {
            assert_eq!(protocol.to_string().parse(), Ok(protocol));
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let unknown = "gopher".parse::<Protocol>().unwrap_err();
        assert_eq!(unknown, UnknownProtocol("gopher".to_owned()));
        for protocol in Protocol::ALL {
            assert!(unknown.to_string().contains(protocol.name()), "{unknown}");
        }
    }

    #[test]
    fn no_two_protocols_share_a_port() {
        let mut ports = Protocol::ALL.map(Protocol::default_port);
        ports.sort_unstable();
        assert!(ports.windows(2).all(|pair| pair[0] < pair[1]), "{ports:?}");
    }
}
