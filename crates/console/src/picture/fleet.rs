//! Who resumes whose sessions, and who has to begin anew.

use core::time::Duration;
use std::collections::BTreeSet;
use std::sync::Arc;

use tessera_observe::{HandshakeRow, Time};

use super::limits::{OTHERS, SUMS, TICKETS, WAITING, WAITING_EACH};
use super::progress::Progress;
use super::recent::Recent;
use super::table::{Sequence, Table};
use crate::document::{FleetMisses, FleetNode, FleetPair, FleetPart, ProcessRow};

/// How many milliseconds of handshakes are added up.
const BUCKET: u64 = 10_000;
/// The node of tickets that nobody here told of: issued elsewhere, or before the console began.
pub const ELSEWHERE: &str = "elsewhere";

/// What the store says of processes that feed another console.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FleetRow {
    /// The processes. Their ids are none of this console's.
    pub nodes: Vec<FleetNode>,
    /// Who of them resumed what of whom.
    pub resumed: Vec<FleetPair>,
}

/// All of it.
pub(super) struct Fleet {
    nodes: Table<Arc<FleetNode>>,
    pairs: Table<Arc<FleetPair>>,
    misses: Table<Arc<FleetMisses>>,
    /// The ten seconds there are rows of.
    buckets: BTreeSet<Time>,
    /// Which process issued a ticket.
    issuers: Recent<Arc<str>>,
    /// Which process resumed a session that nobody told of.
    waiting: Recent<Vec<Arc<str>>>,
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            nodes: Table::remembering(OTHERS),
            // Pairs go with their nodes, and sums with the time: nobody needs to be told.
            pairs: Table::remembering(0),
            misses: Table::remembering(0),
            buckets: BTreeSet::new(),
            issuers: Recent::keeping(TICKETS),
            waiting: Recent::keeping(WAITING),
        }
    }
}

impl Fleet {
    /// A process of this console begins or ends.
    pub(super) fn process(&mut self, process: &ProcessRow, sequence: &mut Sequence) {
        let node = FleetNode {
            id: process.id.clone(),
            label: process.node.clone(),
            pid: Some(process.pid),
            alive: process.ended_at.is_none(),
        };
        self.node(node, sequence);
    }

    fn node(&mut self, node: FleetNode, sequence: &mut Sequence) {
        if self.nodes.get(&node.id).is_none_or(|known| **known != node) {
            let id = node.id.clone();
            self.nodes.put(&id, Arc::new(node), sequence);
        }
    }

    /// A process is no longer kept.
    pub(super) fn forget(&mut self, node: &str, sequence: &mut Sequence) {
        self.nodes.remove(node, sequence);
        let its = |pair: &FleetPair| pair.issued_by == node || pair.resumed_on == node;
        let pairs = self.pairs.rows().filter(|(_, pair)| its(pair));
        let pairs: Vec<Arc<str>> = pairs.map(|(id, _)| Arc::clone(id)).collect();
        for pair in pairs {
            self.pairs.remove(&pair, sequence);
        }
    }

    /// What the store says of the processes of other consoles, in place of what it said before.
    /// `is_ours` tells which ids are this console's.
    pub(super) fn others(
        &mut self,
        others: FleetRow,
        is_ours: impl Fn(&str) -> bool,
        sequence: &mut Sequence,
    ) {
        let is_theirs = |id: &str| id != ELSEWHERE && !is_ours(id);
        let nodes = others.nodes.into_iter().filter(|node| is_theirs(&node.id));
        let nodes: Vec<FleetNode> = nodes.take(OTHERS).collect();
        let known = self.nodes.rows().map(|(id, _)| id);
        let left = known.filter(|id| is_theirs(id) && !nodes.iter().any(|node| node.id == ***id));
        let left: Vec<Arc<str>> = left.cloned().collect();
        for node in left {
            self.forget(&node, sequence);
        }
        for node in nodes {
            self.node(node, sequence);
        }
        // Resumptions here are counted here.
        let pairs = others.resumed.into_iter();
        for pair in pairs
            .filter(|pair| is_theirs(&pair.resumed_on))
            .take(OTHERS)
        {
            let known = |id: &str| self.nodes.get(id).is_some();
            let id = pair_id(&pair.issued_by, &pair.resumed_on);
            let is_news = self.pairs.get(&id).is_none_or(|it| **it != pair);
            if is_news && known(&pair.issued_by) && known(&pair.resumed_on) {
                self.pairs.put(&id, Arc::new(pair), sequence);
            }
        }
    }

    /// A connection of a process went on.
    pub(super) fn connection(
        &mut self,
        process: &str,
        progress: &Progress<'_>,
        now: Time,
        sequence: &mut Sequence,
    ) {
        for ticket in progress.tickets() {
            self.issued(ticket, process, sequence);
        }
        for handshake in &progress.handshakes {
            match (handshake.resumed, handshake.epoch) {
                (true, 0) => self.resumed(&handshake.session, process, sequence),
                // A session id of TLS 1.2 is issued by the handshake itself.
                (false, _) => self.issued(&handshake.session, process, sequence),
                (true, _) => {}
            }
        }
        let first = progress.handshakes.iter().find(|it| it.epoch == 0);
        if first.is_some() || progress.refusal().is_some() {
            let at = progress.row.opened_at.min(now);
            self.add_up(at, first.copied(), progress.refusal(), sequence);
        }
    }

    fn issued(&mut self, session: &str, by: &str, sequence: &mut Sequence) {
        self.issuers.entry(session, || by.into());
        for on in self.waiting.take(session).unwrap_or_default() {
            self.count(ELSEWHERE, &on, |count| count.saturating_sub(1), sequence);
            self.count(by, &on, |count| count.saturating_add(1), sequence);
        }
    }

    fn resumed(&mut self, session: &str, on: &str, sequence: &mut Sequence) {
        let issuer = self.issuers.get(session).cloned();
        if issuer.is_none() {
            let waiting = self.waiting.entry(session, Vec::new);
            if waiting.len() < WAITING_EACH {
                waiting.push(on.into());
            }
        }
        let known = issuer.filter(|issuer| self.nodes.get(issuer).is_some());
        let by = known.as_deref().unwrap_or(ELSEWHERE);
        self.count(by, on, |count| count.saturating_add(1), sequence);
    }

    fn count(&mut self, by: &str, on: &str, count: impl Fn(u64) -> u64, sequence: &mut Sequence) {
        if by == ELSEWHERE {
            self.node(elsewhere(), sequence);
        }
        if self.nodes.get(by).is_none() || self.nodes.get(on).is_none() {
            return;
        }
        let id = pair_id(by, on);
        if let Some(pair) = self.pairs.change(&id, sequence) {
            let pair = Arc::make_mut(pair);
            pair.count = count(pair.count);
            return;
        }
        let pair = FleetPair {
            issued_by: by.to_owned(),
            resumed_on: on.to_owned(),
            count: count(0),
        };
        self.pairs.put(&id, Arc::new(pair), sequence);
    }

    fn add_up(
        &mut self,
        at: Time,
        handshake: Option<&HandshakeRow>,
        refusal: Option<&str>,
        sequence: &mut Sequence,
    ) {
        let at = Time(at.0.minus(Duration::from_millis(at.0.as_millis() % BUCKET)));
        let id = at.to_string();
        if self.buckets.insert(at) {
            let misses = FleetMisses {
                at,
                refused: Default::default(),
                resumed: 0,
                full: 0,
            };
            self.misses.put(&id, Arc::new(misses), sequence);
        }
        let Some(misses) = self.misses.change(&id, sequence) else {
            return;
        };
        let misses = Arc::make_mut(misses);
        if let Some(handshake) = handshake {
            misses.resumed += u64::from(handshake.resumed);
            misses.full += u64::from(!handshake.resumed);
        }
        if let Some(code) = refusal {
            *misses.refused.entry(code.to_owned()).or_default() += 1;
        }
    }

    /// Drops the sums of long ago.
    pub(super) fn forget_until(&mut self, now: Time, sequence: &mut Sequence) {
        let kept = Time(now.0.minus(SUMS));
        while let Some(oldest) = self.buckets.first().copied()
            && oldest < kept
        {
            self.buckets.remove(&oldest);
            self.misses.remove(&oldest.to_string(), sequence);
        }
    }

    pub(super) fn since(&self, since: u64) -> FleetPart {
        FleetPart {
            nodes: self.nodes.since(since).cloned().collect(),
            resumed: self.pairs.since(since).cloned().collect(),
            misses: self.misses.since(since).cloned().collect(),
        }
    }

    pub(super) fn gone_since(&self, since: u64) -> impl Iterator<Item = String> {
        self.nodes.gone_since(since)
    }

    pub(super) fn can_tell(&self, since: u64) -> bool {
        self.nodes.can_tell(since)
    }
}

fn elsewhere() -> FleetNode {
    FleetNode {
        id: ELSEWHERE.to_owned(),
        label: "elsewhere, or before".to_owned(),
        pid: None,
        alive: false,
    }
}

fn pair_id(by: &str, on: &str) -> String {
    format!("{by} {on}")
}
