//! The way to the node that has a key: one node for everything, or a cluster whose map is kept current.

mod map;

use core::time::Duration;
use std::sync::{Arc, Weak};

use redis::{Cmd, Value};
use tessera_session::StoreError;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use crate::failure::Failure;
use crate::key::Tag;
use crate::location::{Address, Location};
use crate::node::{Keeping, Node, shutting_down};
use crate::slot::Slot;
use map::Map;

/// The way to the nodes.
pub(crate) struct Road {
    keeping: Arc<Keeping>,
    is_cluster: bool,
    /// `None` until a cluster told where its keys are.
    map: watch::Sender<Option<Arc<Map>>>,
    /// Somebody found that the map may be wrong.
    doubt: Notify,
    /// Where a cluster is asked for its map when no other node answers.
    seeds: Vec<Arc<Node>>,
}

/// How often a command follows redirections before it gives up.
const DETOURS: usize = 3;
/// While a key moves its node asks for patience.
const MOVING: Duration = Duration::from_millis(5);
/// Between two looks at the map of a cluster: when all is well, and while something is not.
const SURVEY_EVERY: Duration = Duration::from_secs(10);
const SURVEY_IN_DOUBT: Duration = Duration::from_millis(200);

impl Road {
    /// The way to this store. Connections are begun; nobody waits for them here.
    pub(crate) fn new(location: &Location, keeping: Keeping) -> Arc<Self> {
        let keeping = Arc::new(keeping);
        let nodes = location.nodes.iter();
        let seeds: Vec<_> = nodes
            .map(|address| Node::new(address.clone(), &keeping))
            .collect();
        let map = match seeds.first() {
            Some(node) if !location.cluster => Some(Arc::new(Map::of_one(node))),
            _ => None,
        };
        let road = Arc::new(Self {
            keeping,
            is_cluster: location.cluster,
            map: watch::Sender::new(map),
            doubt: Notify::new(),
            seeds,
        });
        if road.is_cluster {
            tokio::spawn(survey(Arc::downgrade(&road)));
        }
        road
    }

    /// How long what no handshake waits for may take.
    pub(crate) fn patience(&self) -> Duration {
        self.keeping.settings.patience
    }

    /// Sends a command to where these keys are.
    pub(crate) async fn ask(
        &self,
        tag: &Tag,
        command: &Cmd,
        within: Duration,
    ) -> Result<Value, StoreError> {
        let mut node = self.node(tag.slot, within).await?;
        let mut is_moving = false;
        for _ in 0..DETOURS {
            let answer = if is_moving {
                node.ask_while_moving(command, within).await
            } else {
                node.ask(command, within).await
            };
            let failure = match answer {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            if self.is_cluster && failure.casts_doubt_on_the_map() {
                self.doubt.notify_one();
            }
            match failure {
                Failure::Moved(to) | Failure::Ask(to) if !self.is_cluster => {
                    return Err(StoreError::Unavailable(format!(
                        "{} is part of a cluster (its keys are at {to}, too): write valkey+cluster://",
                        node.address
                    )));
                }
                Failure::Moved(to) => node = self.moved(tag.slot, to)?,
                Failure::Ask(to) => {
                    node = self.moving(to)?;
                    is_moving = true;
                }
                Failure::Moving => sleep(MOVING).await,
                other => return Err(other.into()),
            }
        }
        Err(Failure::Moving.into())
    }

    /// Why the node with these keys may forget marks; `None` if it does not.
    pub(crate) async fn forgets(
        &self,
        tag: &Tag,
        within: Duration,
    ) -> Result<Option<String>, StoreError> {
        let node = self.node(tag.slot, within).await?;
        let server = node.server(within).await?;
        Ok(server
            .forgets()
            .map(|why| format!("{}: {why}", node.address)))
    }

    /// Whether it is a cluster, as it was said or as the server says.
    pub(crate) fn is_cluster(&self) -> bool {
        self.is_cluster
    }

    async fn node(&self, slot: Slot, within: Duration) -> Result<Arc<Node>, StoreError> {
        let mut map = self.map.subscribe();
        let current = timeout(within, map.wait_for(Option::is_some));
        let map = match current.await {
            Ok(Ok(map)) => map.clone(),
            Ok(Err(_)) => return Err(shutting_down()),
            Err(_) => None,
        };
        let node = map
            .ok_or_else(|| {
                StoreError::Unavailable("no node of the cluster says where its keys are".to_owned())
            })?
            .node(slot);
        node.ok_or_else(|| {
            self.doubt.notify_one();
            StoreError::Unavailable(format!("no node of the cluster has slot {}", slot.0))
        })
    }

    /// Follows a key to where it is now, and remembers.
    fn moved(&self, slot: Slot, to: Address) -> Result<Arc<Node>, StoreError> {
        let node = self.moving(to)?;
        self.map.send_modify(|map| {
            if let Some(current) = map {
                *map = Some(Arc::new(current.with(slot, &node)));
            }
        });
        Ok(node)
    }

    /// The node at this address, known or new.
    fn moving(&self, to: Address) -> Result<Arc<Node>, StoreError> {
        let known = self.map.borrow().clone();
        let nodes = known.as_ref().map_or(&[][..], |map| map.nodes());
        if let Some(node) = nodes.iter().find(|node| node.address == to) {
            return Ok(Arc::clone(node));
        }
        if nodes.len() >= map::MOST_NODES {
            return Err(StoreError::Unavailable(format!(
                "the cluster sends us to {to}, and has too many nodes"
            )));
        }
        Ok(Node::new(to, &self.keeping))
    }

    /// Asks any node for the map, and takes it.
    async fn look_at_the_map(&self) -> bool {
        let known = self.map.borrow().clone();
        let nodes = known.as_ref().map_or(&[][..], |map| map.nodes());
        // Those that answer first; a node that is away says so at once.
        let (up, others): (Vec<_>, Vec<_>) = nodes
            .iter()
            .chain(&self.seeds)
            .partition(|node| node.is_up());
        let command = map::question();
        for node in up.into_iter().chain(others) {
            let Ok(answer) = node.ask(&command, self.patience()).await else {
                continue;
            };
            let Some(ranges) = map::ranges(&answer, &node.address) else {
                continue;
            };
            let find = |address: &Address| {
                let mut all = nodes.iter().chain(&self.seeds);
                all.find(|node| node.address == *address).map(Arc::clone)
            };
            let map = Map::new(ranges, |address| {
                find(address).unwrap_or_else(|| Node::new(address.clone(), &self.keeping))
            });
            let all_up = map.nodes().iter().all(|node| node.is_up());
            self.map.send_replace(Some(Arc::new(map)));
            return all_up;
        }
        false
    }
}

/// Keeps the map of a cluster current for as long as somebody needs it.
async fn survey(road: Weak<Road>) {
    loop {
        let Some(held) = road.upgrade() else { return };
        let all_is_well = held.look_at_the_map().await;
        let pause = if all_is_well {
            SURVEY_EVERY
        } else {
            SURVEY_IN_DOUBT
        };
        let doubted = timeout(pause, held.doubt.notified()).await;
        drop(held);
        if doubted.is_ok() {
            // Many find out at once, and once is enough.
            sleep(MOVING).await;
        }
    }
}
