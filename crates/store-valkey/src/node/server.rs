//! What a server says of itself.

/// The parts of `INFO` that matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Server {
    /// What it does when its memory is full; empty if it did not say.
    policy: String,
    /// Whether its keys are spread over several nodes.
    pub(crate) is_cluster: bool,
}

impl Server {
    /// Reads the answer to `INFO`: lines of `name:value`.
    pub(crate) fn parse(info: &str) -> Self {
        let mut server = Self::default();
        for line in info.lines() {
            match line.trim_end().split_once(':') {
                Some(("maxmemory_policy", value)) => value.clone_into(&mut server.policy),
                Some(("cluster_enabled", value)) => server.is_cluster = value == "1",
                _ => {}
            }
        }
        server
    }

    /// Why it may forget marks that must not be forgotten; `None` if it does not.
    ///
    /// Marks have no end of their own in the store, so a policy that evicts only keys which have one
    /// (`volatile-…`) never touches them. What a server does not say is taken for the worst.
    pub(crate) fn forgets(&self) -> Option<String> {
        match self.policy.as_str() {
            "noeviction" => None,
            policy if policy.starts_with("volatile-") => None,
            "" => Some("it does not tell its maxmemory-policy (INFO memory)".to_owned()),
            policy => Some(format!(
                "maxmemory-policy is {policy}; set it to noeviction or volatile-ttl"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r7_a_server_that_may_evict_marks_is_known_by_its_policy() {
        let of =
            |policy: &str| Server::parse(&format!("# Memory\r\nmaxmemory_policy:{policy}\r\n"));
        for policy in ["noeviction", "volatile-ttl", "volatile-lru"] {
            assert_eq!(of(policy).forgets(), None, "{policy}");
        }
        for policy in ["allkeys-lru", "allkeys-random", "", "something-new"] {
            assert!(of(policy).forgets().is_some(), "{policy}");
        }
        assert!(Server::parse("").forgets().is_some());
        assert!(of("allkeys-lru").forgets().unwrap().contains("allkeys-lru"));
    }

    #[test]
    fn the_mode_is_read_as_well() {
        assert!(Server::parse("# Cluster\r\ncluster_enabled:1\r\n").is_cluster);
        assert!(!Server::parse("cluster_enabled:0").is_cluster);
    }
}
