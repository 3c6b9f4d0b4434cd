//! What a node says, in the store's words.

use core::time::Duration;

use redis::{ErrorKind, RedisError, ServerErrorKind};
use tessera_session::StoreError;

use crate::location::Address;

/// Why a command brought no answer that could be used.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// Another node has it now, and keeps it.
    Moved(Address),
    /// Another node has it just now, while it moves.
    Ask(Address),
    /// It moves at this very moment.
    Moving,
    /// This node, or its part of the cluster, does not serve just now.
    NotServing(String),
    /// No answer in time.
    Late(String),
    /// Whatever else went wrong.
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Moved(to) | Failure::Ask(to) => {
                Self::Unavailable(format!("its keys are at {to}, and then elsewhere again"))
            }
            Failure::Moving => Self::Unavailable("its keys are being moved".to_owned()),
            Failure::NotServing(what) => Self::Unavailable(what),
            Failure::Late(what) => Self::Deadline(what),
            Failure::Store(error) => error,
        }
    }
}

impl Failure {
    /// Nothing came within this time.
    pub(crate) fn late(node: &Address, within: Duration) -> Self {
        Self::Late(format!("{node} within {within:?}"))
    }

    /// Whether the map of the cluster should be read again.
    pub(crate) fn casts_doubt_on_the_map(&self) -> bool {
        matches!(
            self,
            Self::Moved(_) | Self::NotServing(_) | Self::Late(_) | Self::Moving
        )
    }

    /// What this node answered, or that it did not.
    pub(crate) fn of(error: &RedisError, node: &Address) -> Self {
        use ServerErrorKind as Server;
        let said = format!("{node}: {error}");
        let redirect = || redirected(error, node);
        match error.kind() {
            ErrorKind::Server(Server::Moved) => redirect().map_or(Self::Moving, Self::Moved),
            ErrorKind::Server(Server::Ask) => redirect().map_or(Self::Moving, Self::Ask),
            ErrorKind::Server(Server::TryAgain) => Self::Moving,
            ErrorKind::Server(
                Server::BusyLoading | Server::ClusterDown | Server::MasterDown | Server::ReadOnly,
            )
            | ErrorKind::Io => Self::NotServing(said),
            _ => match error.code() {
                Some("OOM") => Self::Store(StoreError::Full(said)),
                // Errors in a script are told with the code first, and with it again inside.
                _ if said.contains("OOM command not allowed") => {
                    Self::Store(StoreError::Full(said))
                }
                _ if said.contains("READONLY") => Self::NotServing(said),
                Some("MISCONF" | "NOREPLICAS") => Self::Store(StoreError::ReadOnly(said)),
                _ if said.contains("MISCONF") || said.contains("NOREPLICAS") => {
                    Self::Store(StoreError::ReadOnly(said))
                }
                _ => Self::Store(StoreError::Unavailable(said)),
            },
        }
    }
}

/// Where an error sends us. A node that does not know its own name means itself.
fn redirected(error: &RedisError, node: &Address) -> Option<Address> {
    let (to, _) = error.redirect_node()?;
    let (host, port) = to.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Some(Address {
        host: if host.is_empty() { &node.host } else { host }.to_owned(),
        port: port.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node() -> Address {
        Address {
            host: "a".to_owned(),
            port: 1,
        }
    }

    fn told(line: &str) -> Failure {
        let value = redis::parse_redis_value(format!("-{line}\r\n").as_bytes()).unwrap();
        Failure::of(&value.extract_error().unwrap_err(), &node())
    }

    #[test]
    fn a_redirection_says_where_to() {
        let to = |failure| match failure {
            Failure::Moved(to) | Failure::Ask(to) => to.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(to(told("MOVED 3999 10.0.0.1:6381")), "10.0.0.1:6381");
        assert_eq!(to(told("ASK 3999 ::1:6381")), "[::1]:6381");
        assert_eq!(to(told("MOVED 3999 :6381")), "a:6381");
        assert!(matches!(told("MOVED 3999 nowhere"), Failure::Moving));
        assert!(matches!(told("MOVED"), Failure::Moving));
    }

    #[test]
    fn each_trouble_has_its_own_name() {
        let error = |line| StoreError::from(told(line));
        let full = "OOM command not allowed when used memory > 'maxmemory'.";
        assert!(matches!(error(full), StoreError::Full(_)));
        let in_a_script = format!("ERR {full} script: abc, on @user_script:1.");
        assert!(matches!(error(&in_a_script), StoreError::Full(_)));
        let misconf = "MISCONF Redis is configured to save RDB snapshots";
        assert!(matches!(error(misconf), StoreError::ReadOnly(_)));
        for line in [
            "READONLY You can't write against a read only replica.",
            "LOADING Redis is loading the dataset in memory",
            "CLUSTERDOWN The cluster is down",
            "NOAUTH Authentication required.",
            "TRYAGAIN Multiple keys request during rehashing of slot",
            "what?",
        ] {
            let error = error(line);
            assert!(
                matches!(error, StoreError::Unavailable(_)),
                "{line}: {error:?}"
            );
        }
        assert!(told("CLUSTERDOWN x").casts_doubt_on_the_map());
        assert!(!told("NOAUTH x").casts_doubt_on_the_map());
    }
}
