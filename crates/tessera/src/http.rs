//! HTTP over TLS: whether a request belongs on the connection it came by.
//!
//! A session is made for one server name, and so are the connections on it: certificates, client
//! authentication and authorisation were chosen by that name. A request names its host once more, in
//! `:authority`, in `Host` or in an absolute target, and nothing in HTTP makes the two agree. A server
//! that has more than one virtual host compares them, and answers `421 Misdirected Request` where they
//! differ (RFC 9110 §7.4, §15.5.20); a client then asks again on a connection of its own.
//!
//! With hyper, before anything else is done with a request:
//!
//! ```
//! use tessera::http;
//! # fn check(facts: &tessera::Facts, request: (Option<&str>, Option<&str>)) -> Result<(), u16> {
//! // `request.uri().authority()`, and without one the `Host` header: RFC 9112 §3.2.2.
//! let (authority, host) = request;
//! if let Some(named) = authority.or(host) {
//!     let host = http::host(named).map_err(|_| 400_u16)?;
//!     if http::is_misdirected(facts, &host) {
//!         return Err(421);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

use tessera_engine::Facts;
use tessera_session::{NameError, ServerName};

/// The host in an authority, `HOST` or `HOST:PORT`, as TLS would name it: without the brackets of an
/// address and the dot at the end of a name.
///
/// # Errors
/// When it names no host, or says more than a host and a port, as a user: RFC 9110 §4.2.4.
pub fn host(authority: &str) -> Result<ServerName, NameError> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or(NameError::Character)?;
            if !address.contains(':') {
                return Err(NameError::Character);
            }
            (address, port)
        }
        None => match authority.find(':') {
            Some(colon) => authority.split_at(colon),
            None => (authority, ""),
        },
    };
    let is_port = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return Err(NameError::Character);
    }
    ServerName::new(host.strip_suffix('.').unwrap_or(host))
}

/// Whether a request for `host` came by a connection that was made for another one, and gets 421.
///
/// The names have to be the same. An address belongs where no name was asked for: TLS never names
/// one (RFC 6066 §3), so its scope is the one without a name.
pub fn is_misdirected(facts: &Facts, host: &ServerName) -> bool {
    match &facts.server_name {
        Some(name) => name != host,
        None => !host.is_ip(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r14_the_host_of_an_authority_is_named_as_tls_names_it() {
        for (authority, named) in [
            ("Shop.Example", "shop.example"),
            ("shop.example:8443", "shop.example"),
            ("shop.example.:8443", "shop.example"),
            ("shop.example:", "shop.example"),
            ("192.0.2.7:443", "192.0.2.7"),
            ("[2001:DB8:0::1]", "2001:db8::1"),
            ("[2001:db8::1]:8443", "2001:db8::1"),
        ] {
            assert_eq!(
                host(authority).as_ref().map(ServerName::as_str),
                Ok(named),
                "{authority}"
            );
        }
    }

    #[test]
    fn r14_what_names_no_host_is_refused() {
        for authority in [
            "",
            ":443",
            "user@shop.example",
            "user:443@shop.example",
            "shop.example:x",
            "shop.example:1:2",
            "[2001:db8::1",
            "[2001:db8::1]443",
            "[shop.example]",
            "2001:db8::1",
            "a b",
            "a,b",
            "..",
        ] {
            assert!(host(authority).is_err(), "{authority}");
        }
    }
}
