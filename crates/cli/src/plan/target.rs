//! Whom to connect to, as people write it: HOST[:PORT], a URL, and curl's overrides.

use crate::exit::{Failure, Outcome};
use std::net::IpAddr;
use tessera::starttls::Protocol;

/// A host and a port, and the path if it came as a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The host without brackets.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
    /// The path of a URL.
    pub(crate) path: Option<String>,
    /// The protocol of a URL, where it begins in the clear.
    pub(crate) starttls: Option<Protocol>,
}

impl Target {
    /// Reads a target.
    pub(crate) fn parse(text: &str) -> Outcome<Self> {
        let mut starttls = None;
        let (rest, is_url) = match text.split_once("://") {
            Some(("https" | "tls", rest)) => (rest, true),
            Some(("http", _)) => return Err(Failure::usage("http:// is not TLS; write https://")),
            Some((scheme, rest)) => {
                starttls = Some(super::names::starttls(scheme)?);
                (rest, true)
            }
            None => (text, false),
        };
        let (authority, path) = match rest.find('/') {
            Some(at) if is_url => (&rest[..at], Some(rest[at..].to_owned())),
            _ => (rest, None),
        };
        let (host, port) = split(authority).ok_or_else(|| {
            Failure::usage(format_args!(
                "{text}: write HOST:PORT, [IPV6]:PORT or a URL"
            ))
        })?;
        if host.is_empty() {
            return Err(Failure::usage(format_args!("{text}: the host is missing")));
        }
        Ok(Self {
            host: host.to_owned(),
            port: port.unwrap_or_else(|| starttls.map_or(443, Protocol::default_port)),
            path,
            starttls,
        })
    }
}

/// Splits off the port, if there is one; takes brackets away.
fn split(authority: &str) -> Option<(&str, Option<u16>)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        return match rest.strip_prefix(':') {
            Some(port) => Some((host, Some(port.parse().ok()?))),
            None if rest.is_empty() => Some((host, None)),
            None => None,
        };
    }
    if authority.parse::<IpAddr>().is_ok() {
        return Some((authority, None));
    }
    match authority.split_once(':') {
        Some((host, port)) => Some((host, Some(port.parse().ok()?))),
        None => Some((authority, None)),
    }
}

/// Where to really connect to: `--connect-to` and `--resolve`, as in curl.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Overrides {
    connect_to: Vec<(Pattern, Target)>,
    resolve: Vec<(Pattern, IpAddr)>,
}

/// HOST:PORT, either of which may be empty and then means any.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    host: String,
    port: Option<u16>,
}

impl Pattern {
    fn matches(&self, host: &str, port: u16) -> bool {
        (self.host.is_empty() || self.host.eq_ignore_ascii_case(host))
            && self.port.is_none_or(|own| own == port)
    }
}

impl Overrides {
    /// Reads both kinds.
    pub(crate) fn parse(connect_to: &[String], resolve: &[String]) -> Outcome<Self> {
        let mut overrides = Self::default();
        for text in connect_to {
            let parsed = parse_connect_to(text).ok_or_else(|| {
                Failure::usage(format_args!(
                    "--connect-to {text}: write HOST:PORT:ADDR:PORT"
                ))
            })?;
            overrides.connect_to.push(parsed);
        }
        for text in resolve {
            let parsed = parse_resolve(text).ok_or_else(|| {
                Failure::usage(format_args!("--resolve {text}: write HOST:PORT:ADDR"))
            })?;
            overrides.resolve.push(parsed);
        }
        Ok(overrides)
    }

    /// Where to connect for this host and port, and its address if it is fixed.
    pub(crate) fn destination(&self, host: &str, port: u16) -> (String, u16, Option<IpAddr>) {
        let (host, port) = match self
            .connect_to
            .iter()
            .find(|(pattern, _)| pattern.matches(host, port))
        {
            // An empty half leaves that half as it was.
            Some((_, to)) => (
                if to.host.is_empty() {
                    host.to_owned()
                } else {
                    to.host.clone()
                },
                if to.port == 0 { port } else { to.port },
            ),
            None => (host.to_owned(), port),
        };
        let address = self
            .resolve
            .iter()
            .find(|(pattern, _)| pattern.matches(&host, port))
            .map(|(_, address)| *address);
        (host, port, address)
    }
}

fn parse_connect_to(text: &str) -> Option<(Pattern, Target)> {
    let (pattern, rest) = pattern(text)?;
    let (host, port) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, rest.strip_prefix(':')?)
        }
        None => rest.rsplit_once(':')?,
    };
    let port = if port.is_empty() {
        0
    } else {
        port.parse().ok()?
    };
    Some((
        pattern,
        Target {
            host: host.to_owned(),
            port,
            path: None,
            starttls: None,
        },
    ))
}

fn parse_resolve(text: &str) -> Option<(Pattern, IpAddr)> {
    let (pattern, rest) = pattern(text)?;
    let address = rest
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()?;
    Some((pattern, address))
}

/// The leading HOST:PORT: of an override.
fn pattern(text: &str) -> Option<(Pattern, &str)> {
    let (host, rest) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, rest.strip_prefix(':')?)
        }
        None => text.split_once(':')?,
    };
    let (port, rest) = rest.split_once(':')?;
    let port = if port.is_empty() {
        None
    } else {
        Some(port.parse().ok()?)
    };
    let host = if host == "*" { "" } else { host };
    Some((
        Pattern {
            host: host.to_owned(),
            port,
        },
        rest,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    fn target(host: &str, port: u16, path: Option<&str>) -> Outcome<Target> {
        Ok(Target {
            host: host.to_owned(),
            port,
            path: path.map(str::to_owned),
            starttls: None,
        })
    }

    #[test]
    fn targets_come_in_several_forms() {
        assert_eq!(
            Target::parse("localhost:8443"),
            target("localhost", 8443, None)
        );
        assert_eq!(
            Target::parse("example.com"),
            target("example.com", 443, None)
        );
        assert_eq!(Target::parse("[::1]:1"), target("::1", 1, None));
        assert_eq!(Target::parse("::1"), target("::1", 443, None));
        assert_eq!(
            Target::parse("https://a.example:4/x/y"),
            target("a.example", 4, Some("/x/y"))
        );
        assert_eq!(
            Target::parse("https://[::1]/"),
            target("::1", 443, Some("/"))
        );
    }

    #[test]
    fn a_url_says_what_is_spoken_before_tls() {
        let parsed = Target::parse("imap://mail.example").unwrap();
        assert_eq!((parsed.port, parsed.starttls), (143, Some(Protocol::Imap)));
        let parsed = Target::parse("smtp://mail.example:587").unwrap();
        assert_eq!((parsed.port, parsed.starttls), (587, Some(Protocol::Smtp)));
    }

    #[test]
    fn what_is_no_target_is_a_usage_error() {
        for text in [
            "",
            ":443",
            "a:b",
            "[::1",
            "http://a",
            "gopher://a",
            "pop3://a",
            "a:99999",
        ] {
            assert_eq!(Target::parse(text).unwrap_err().exit, Exit::Usage, "{text}");
        }
    }

    #[test]
    fn overrides_work_as_in_curl() {
        let list = |text: &str| vec![text.to_owned()];
        let moved = Overrides::parse(&list("a.example:443:127.0.0.1:8443"), &[]).unwrap();
        assert_eq!(
            moved.destination("a.example", 443),
            ("127.0.0.1".to_owned(), 8443, None)
        );
        assert_eq!(
            moved.destination("a.example", 444),
            ("a.example".to_owned(), 444, None)
        );
        let any = Overrides::parse(&list("::[::1]:9"), &[]).unwrap();
        assert_eq!(any.destination("b", 1), ("::1".to_owned(), 9, None));
        let resolved = Overrides::parse(&[], &list("a.example:443:::1")).unwrap();
        let address = resolved.destination("a.example", 443).2;
        assert_eq!(address, "::1".parse().ok());
        assert!(Overrides::parse(&list("nonsense"), &[]).is_err());
        assert!(Overrides::parse(&[], &list("a:1:nowhere")).is_err());
    }
}
