//! Which node of a cluster has which keys.

use std::collections::HashMap;
use std::sync::Arc;

use redis::{Cmd, Value};

use crate::location::Address;
use crate::node::Node;
use crate::slot::{SLOTS, Slot};

/// More nodes than any cluster has.
pub(super) const MOST_NODES: usize = 1_024;

/// Slots from `first` to `last`, and who has them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) first: u16,
    pub(super) last: u16,
    pub(super) owner: Address,
}

/// A map of a cluster, as it was told at some moment and corrected since.
pub(super) struct Map {
    nodes: Vec<Arc<Node>>,
    /// First, last, and the place of the owner among the nodes.
    ranges: Vec<(u16, u16, usize)>,
    /// Slots that moved since.
    moved: HashMap<Slot, Arc<Node>>,
}

impl Map {
    /// One node that has everything.
    pub(super) fn of_one(node: &Arc<Node>) -> Self {
        Self {
            nodes: vec![Arc::clone(node)],
            ranges: vec![(0, SLOTS - 1, 0)],
            moved: HashMap::new(),
        }
    }

    /// These ranges; `node` finds or makes the node at an address.
    pub(super) fn new(ranges: Vec<Range>, mut node: impl FnMut(&Address) -> Arc<Node>) -> Self {
        let mut map = Self {
            nodes: Vec::new(),
            ranges: Vec::with_capacity(ranges.len()),
            moved: HashMap::new(),
        };
        for Range { first, last, owner } in ranges {
            let known = map.nodes.iter().position(|node| node.address == owner);
            let place = known.unwrap_or_else(|| {
                map.nodes.push(node(&owner));
                map.nodes.len() - 1
            });
            map.ranges.push((first, last, place));
        }
        map
    }

    /// The same with one slot elsewhere.
    pub(super) fn with(&self, slot: Slot, owner: &Arc<Node>) -> Self {
        let mut nodes = self.nodes.clone();
        if !nodes.iter().any(|node| node.address == owner.address) {
            nodes.push(Arc::clone(owner));
        }
        let mut moved = self.moved.clone();
        moved.insert(slot, Arc::clone(owner));
        Self {
            nodes,
            ranges: self.ranges.clone(),
            moved,
        }
    }

    pub(super) fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    /// Who has this slot.
    pub(super) fn node(&self, slot: Slot) -> Option<Arc<Node>> {
        if let Some(node) = self.moved.get(&slot) {
            return Some(Arc::clone(node));
        }
        let range = self
            .ranges
            .iter()
            .find(|(first, last, _)| (*first..=*last).contains(&slot.0));
        let (_, _, place) = range?;
        self.nodes.get(*place).map(Arc::clone)
    }
}

/// What a node is asked.
pub(super) fn question() -> Cmd {
    let mut command = redis::cmd("CLUSTER");
    command.arg("SLOTS");
    command
}

/// The answer: an array of `[first, last, [host, port, …] of the primary, replicas…]`. A node that does
/// not know a name for itself leaves it out and means the one it was asked by.
pub(super) fn ranges(answer: &Value, asked: &Address) -> Option<Vec<Range>> {
    let Value::Array(entries) = answer else {
        return None;
    };
    let mut owners = Vec::new();
    let mut ranges = Vec::with_capacity(entries.len());
    for entry in entries {
        let Value::Array(entry) = entry else {
            return None;
        };
        let [
            Value::Int(first),
            Value::Int(last),
            Value::Array(primary),
            ..,
        ] = entry.as_slice()
        else {
            return None;
        };
        let [host, Value::Int(port), ..] = primary.as_slice() else {
            return None;
        };
        let host = match host {
            Value::BulkString(host) if host == b"?" => return None,
            Value::BulkString(host) if !host.is_empty() => String::from_utf8(host.clone()).ok()?,
            Value::BulkString(_) | Value::Nil => asked.host.clone(),
            _ => return None,
        };
        let slot = |number: &i64| u16::try_from(*number).ok().filter(|slot| *slot < SLOTS);
        let owner = Address {
            host,
            port: u16::try_from(*port).ok().filter(|port| *port != 0)?,
        };
        if !owners.contains(&owner) {
            owners.push(owner.clone());
        }
        if owners.len() > MOST_NODES {
            return None;
        }
        ranges.push(Range {
            first: slot(first)?,
            last: slot(last)?,
            owner,
        });
    }
    (!ranges.is_empty()).then_some(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(resp: &str) -> Option<Vec<Range>> {
        let value = redis::parse_redis_value(resp.replace('\n', "\r\n").as_bytes()).unwrap();
        let asked = Address {
            host: "asked".to_owned(),
            port: 9,
        };
        ranges(&value, &asked)
    }

    fn range(first: u16, last: u16, host: &str, port: u16) -> Range {
        let host = host.to_owned();
        Range {
            first,
            last,
            owner: Address { host, port },
        }
    }

    #[test]
    fn the_primary_of_each_range_is_its_owner() {
        let resp = "*2\n*4\n:0\n:5460\n*3\n$2\nh1\n:7000\n$2\nid\n*3\n$2\nh4\n:7003\n$2\nid\n\
                    *3\n:5461\n:16383\n*4\n$-1\n:7001\n$2\nid\n*0\n";
        assert_eq!(
            read(resp),
            Some(vec![
                range(0, 5460, "h1", 7000),
                range(5461, 16_383, "asked", 7001)
            ])
        );
    }

    #[test]
    fn what_makes_no_sense_is_no_map() {
        for resp in [
            "+OK\n",
            "*0\n",
            "*1\n:1\n",
            "*1\n*2\n:0\n:1\n",
            "*1\n*3\n:0\n:1\n*1\n$1\nh\n",
            "*1\n*3\n:0\n:1\n*2\n$1\nh\n:0\n",
            "*1\n*3\n:0\n:1\n*2\n$1\nh\n:70000\n",
            "*1\n*3\n:-1\n:1\n*2\n$1\nh\n:1\n",
            "*1\n*3\n:0\n:16384\n*2\n$1\nh\n:1\n",
            "*1\n*3\n:0\n:1\n*2\n$1\n?\n:1\n",
            "*1\n*3\n:0\n:1\n*2\n:1\n:1\n",
        ] {
            assert_eq!(read(resp), None, "{resp}");
        }
    }
}
