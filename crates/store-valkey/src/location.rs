//! Where the store is, as people write it: `valkey://HOST:PORT/DB`.

use core::fmt;
use core::str::FromStr;

use zeroize::Zeroizing;

/// One node's host and port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// A name or an address; IPv6 without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Where the store is, and how to get in.
///
/// `valkey://[USER[:PASSWORD]@]HOST[:PORT][/DB]`, `valkeys://` the same over TLS, `valkey+cluster://` and
/// `valkeys+cluster://` with several nodes between commas; `redis` and `rediss` mean the same. Behind a `?` may stand
/// `fleet=NAME` (servers that share sessions have it in common), `early-data=yes` (in a cluster, although a failover can
/// lose a claim), and for TLS `ca=FILE`, `cert=FILE`, `key=FILE`.
#[derive(Clone, PartialEq, Eq)]
pub struct Location {
    /// The node, or those of a cluster to begin with.
    pub nodes: Vec<Address>,
    /// Whether the keys are spread over several nodes.
    pub cluster: bool,
    /// Whether to speak TLS.
    pub tls: bool,
    /// The database; a cluster has only 0.
    pub database: u32,
    /// Who we are to the store, if it asks.
    pub user: Option<String>,
    /// The word that proves it.
    pub password: Option<Zeroizing<String>>,
    /// What the fleet is called: another name, other keys.
    pub fleet: String,
    /// Whether claims for early data are made in a cluster.
    pub early_data_in_cluster: bool,
    /// The authorities (PEM) that vouch for the store; without, those of the machine.
    pub ca: Option<String>,
    /// Our certificate (PEM) for the store, and its key.
    pub credential: Option<(String, String)>,
}

/// The port where nothing else is said.
const PORT: u16 = 6379;

/// What is written there is no location of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseLocationError(String);

impl fmt::Display for ParseLocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseLocationError {}

fn wrong(what: impl Into<String>) -> ParseLocationError {
    ParseLocationError(what.into())
}

impl FromStr for Location {
    type Err = ParseLocationError;

    fn from_str(text: &str) -> Result<Self, ParseLocationError> {
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| wrong("write valkey://HOST:PORT"))?;
        let (tls, cluster) = match scheme {
            "valkey" | "redis" => (false, false),
            "valkeys" | "rediss" => (true, false),
            "valkey+cluster" | "redis+cluster" => (false, true),
            "valkeys+cluster" | "rediss+cluster" => (true, true),
            _ => return Err(wrong(format!("no store is called {scheme}"))),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (userinfo, hosts) = match authority.rsplit_once('@') {
            Some((userinfo, hosts)) => (Some(userinfo), hosts),
            None => (None, authority),
        };
        let mut location = Self {
            nodes: hosts.split(',').map(address).collect::<Result<_, _>>()?,
            cluster,
            tls,
            database: number(database)?,
            user: None,
            password: None,
            fleet: String::new(),
            early_data_in_cluster: false,
            ca: None,
            credential: None,
        };
        location.introduce(userinfo)?;
        location.settle(query)?;
        if !cluster && location.nodes.len() > 1 {
            return Err(wrong(format!(
                "several nodes are a cluster: write {scheme}+cluster://"
            )));
        }
        if cluster && location.database != 0 {
            return Err(wrong("a cluster has no database but 0"));
        }
        Ok(location)
    }
}

impl Location {
    /// `USER:PASSWORD`, `USER`, or `:PASSWORD`.
    fn introduce(&mut self, userinfo: Option<&str>) -> Result<(), ParseLocationError> {
        let Some(userinfo) = userinfo else {
            return Ok(());
        };
        let (user, password) = match userinfo.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (userinfo, None),
        };
        if !user.is_empty() {
            self.user = Some(unescaped(user)?);
        }
        self.password = password.map(unescaped).transpose()?.map(Zeroizing::new);
        Ok(())
    }

    /// What stands behind the `?`.
    fn settle(&mut self, query: &str) -> Result<(), ParseLocationError> {
        let (mut cert, mut key) = (None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = unescaped(value)?;
            match (name, value.as_str()) {
                ("fleet", _) => self.fleet = value,
                ("early-data", "yes") => self.early_data_in_cluster = true,
                ("early-data", "no") => self.early_data_in_cluster = false,
                ("early-data", _) => return Err(wrong("early-data is yes or no")),
                ("ca" | "cert" | "key", _) if !self.tls => {
                    return Err(wrong(format!(
                        "{name} is for stores behind TLS (valkeys://)"
                    )));
                }
                ("ca", _) => self.ca = Some(value),
                ("cert", _) => cert = Some(value),
                ("key", _) => key = Some(value),
                _ => return Err(wrong(format!("{name} is no setting of a store"))),
            }
        }
        self.credential = match (cert, key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            _ => return Err(wrong("cert and key go together")),
        };
        Ok(())
    }
}

/// The location without what proves who we are.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match (self.tls, self.cluster) {
            (false, false) => "valkey",
            (true, false) => "valkeys",
            (false, true) => "valkey+cluster",
            (true, true) => "valkeys+cluster",
        };
        write!(f, "{scheme}://")?;
        for (at, node) in self.nodes.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{node}")?;
        }
        if self.database != 0 {
            write!(f, "/{}", self.database)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

/// `HOST`, `HOST:PORT`, `[V6]` or `[V6]:PORT`.
fn address(text: &str) -> Result<Address, ParseLocationError> {
    let (host, port) = match text.strip_prefix('[') {
        Some(bracketed) => {
            let (host, rest) = bracketed
                .split_once(']')
                .ok_or_else(|| wrong(format!("{text}: the bracket is not closed")))?;
            let port = match rest {
                "" => None,
                _ => Some(
                    rest.strip_prefix(':')
                        .ok_or_else(|| wrong(format!("{text}: a port stands behind a colon")))?,
                ),
            };
            (host, port)
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    if host.is_empty() {
        return Err(wrong("a host is missing"));
    }
    let port = match port {
        None => PORT,
        Some(port) => port
            .parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or_else(|| wrong(format!("{port:?} is no port")))?,
    };
    Ok(Address {
        host: host.to_owned(),
        port,
    })
}

fn number(text: &str) -> Result<u32, ParseLocationError> {
    match text {
        "" => Ok(0),
        _ => text
            .parse()
            .map_err(|_| wrong(format!("{text:?} is no number of a database"))),
    }
}

/// `%40` and the like: a password may contain anything.
fn unescaped(text: &str) -> Result<String, ParseLocationError> {
    let malformed = || wrong("an escape is a % with two hexadecimal digits");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || {
            let digit = rest.next().map(char::from)?;
            digit.to_digit(16)
        };
        let (Some(high), Some(low)) = (digit(), digit()) else {
            return Err(malformed());
        };
        bytes.push((high * 16 + low) as u8); // below 256
    }
    String::from_utf8(bytes).map_err(|_| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Location {
        text.parse().unwrap()
    }

    fn node(host: &str, port: u16) -> Address {
        Address {
            host: host.to_owned(),
            port,
        }
    }

    #[test]
    fn a_location_is_read_from_its_url() {
        let location = parsed("valkey://cache.example:7000/3");
        assert_eq!(location.nodes, [node("cache.example", 7000)]);
        assert_eq!(
            (location.database, location.tls, location.cluster),
            (3, false, false)
        );
        assert_eq!(parsed("redis://h").nodes, [node("h", 6379)]);
        assert_eq!(parsed("valkey://[::1]:7").nodes, [node("::1", 7)]);
        assert!(parsed("valkeys://h").tls && parsed("rediss://h").tls);
        let cluster = parsed("valkey+cluster://a:1,b:2,[::2]");
        assert!(cluster.cluster);
        assert_eq!(
            cluster.nodes,
            [node("a", 1), node("b", 2), node("::2", 6379)]
        );
    }

    #[test]
    fn who_we_are_may_contain_anything_and_is_not_shown() {
        let location = parsed("valkey://app:p%40ss%2Fword@h:1/0?fleet=west");
        assert_eq!(location.user.as_deref(), Some("app"));
        assert_eq!(
            location.password.as_deref().map(String::as_str),
            Some("p@ss/word")
        );
        assert_eq!(location.fleet, "west");
        assert_eq!(
            format!("{location} {location:?}").matches("p@ss").count(),
            0
        );
        assert_eq!(location.to_string(), "valkey://h:1");
        let only_a_password = parsed("valkey://:secret@h");
        assert_eq!(
            (only_a_password.user, only_a_password.password.is_some()),
            (None, true)
        );
    }

    #[test]
    fn settings_stand_behind_the_question_mark() {
        let location = parsed("valkeys+cluster://h?ca=a.pem&cert=c.pem&key=k.pem&early-data=yes");
        assert_eq!(location.ca.as_deref(), Some("a.pem"));
        assert_eq!(
            location.credential,
            Some(("c.pem".to_owned(), "k.pem".to_owned()))
        );
        assert!(location.early_data_in_cluster);
    }

    #[test]
    fn what_is_no_location_says_what_is_wrong_with_it() {
        for (text, said) in [
            ("valkey:h", "write valkey://"),
            ("ftp://h", "no store is called ftp"),
            ("valkey://", "a host is missing"),
            ("valkey://h:0", "no port"),
            ("valkey://h:70000", "no port"),
            ("valkey://a,b", "valkey+cluster://"),
            ("valkey+cluster://a,b/1", "no database but 0"),
            ("valkey://h/x", "number of a database"),
            ("valkey://h?ca=x", "valkeys://"),
            ("valkeys://h?cert=x", "go together"),
            ("valkey://h?early-data=perhaps", "yes or no"),
            ("valkey://h?size=1", "no setting"),
            ("valkey://%zz@h", "escape"),
            ("valkey://%ff@h", "escape"),
            ("valkey://[::1", "bracket"),
            ("valkey://[::1]7", "colon"),
        ] {
            let error = Location::from_str(text).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
