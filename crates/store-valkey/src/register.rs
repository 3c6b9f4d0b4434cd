//! Connections and the processes that have them.
//!
//! A connection is a sealed record on a shelf of its own name. Its name stands in two sets on that shelf, beside its
//! session and beside its lineage: all connections by when they were opened, and those that are open.

mod record;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use redis::Value;
use tessera_session::store::{ConnectionId, ProcessId, Tally, Uses};
use tessera_session::vault::Tag as Name;
use tessera_session::{RegisteredConnection, StoreError, Timestamp};

use crate::answer;
use crate::inner::{Inner, kept_for, score};
use crate::key::{Tag, hex, name};
use crate::script::{ALIVE, CLOSED, OPENED, USED, script};

const CONNECTION: &str = "c";
const ALL: &str = "ci";
const OPEN: &str = "co";
const USED_BY: &str = "xi";
const OPEN_BY: &str = "xo";
const PROCESS: &str = "p";
/// Connections forgotten in one go.
const BATCH: usize = 200;

/// The two sets in which a connection stands.
struct Sets {
    tag: Tag,
    all: String,
    open: String,
}

impl Inner {
    fn name_of_connection(&self, connection: ConnectionId) -> Name {
        self.vault.name("connection", &connection.0)
    }

    fn name_of_process(&self, process: ProcessId) -> Name {
        self.vault.name("process", &process.0)
    }

    /// The sets beside a session or a lineage; `None` for all connections, which are on every shelf.
    fn sets(&self, of: Uses) -> Option<Sets> {
        let name = match of {
            Uses::Session(id) => self.vault.name("uses of a session", &id.0),
            Uses::Lineage(id) => self.vault.name("uses of a lineage", &id.0),
            Uses::All => return None,
        };
        let tag = self.tags.shelf(&name).clone();
        Some(Sets {
            all: tag.of(USED_BY, &name),
            open: tag.of(OPEN_BY, &name),
            tag,
        })
    }
}

impl Sets {
    /// The sets of a shelf.
    fn on(tag: &Tag) -> Self {
        Self {
            tag: tag.clone(),
            all: tag.only(ALL),
            open: tag.only(OPEN),
        }
    }
}

/// The name of a connection with that of its process, as it stands among the open ones.
fn member(connection: &Name, process: &Name) -> String {
    format!("{}{}", hex(connection), hex(process))
}

pub(crate) async fn opened(
    inner: &Inner,
    connection: &RegisteredConnection,
) -> Result<(), StoreError> {
    alive(inner, connection.process, connection.seen_at).await?;
    let name = inner.name_of_connection(connection.connection);
    let member = member(&name, &inner.name_of_process(connection.process));
    let at = score(connection.opened_at);
    let sets = Sets::on(inner.tags.shelf(&name));
    let mut note = script(
        OPENED,
        &[sets.tag.of(CONNECTION, &name), sets.all, sets.open],
    );
    note.arg(record::seal(&inner.vault, &name, connection))
        .arg(at)
        .arg(hex(&name))
        .arg(&member)
        .arg(kept_for());
    inner.ask(&sets.tag, &note).await?;
    for sets in beside(inner, connection) {
        let mut note = script(USED, &[sets.all, sets.open]);
        note.arg(at).arg(hex(&name)).arg(&member).arg(kept_for());
        inner.ask(&sets.tag, &note).await?;
    }
    Ok(())
}

/// The sets beside the session and the lineage of a connection.
fn beside(inner: &Inner, connection: &RegisteredConnection) -> impl Iterator<Item = Sets> {
    let uses = [
        Uses::Session(connection.session),
        Uses::Lineage(connection.lineage),
    ];
    let sets = uses.map(|of| inner.sets(of));
    sets.into_iter().flatten()
}

pub(crate) async fn closed(
    inner: &Inner,
    connection: ConnectionId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let name = inner.name_of_connection(connection);
    let sets = Sets::on(inner.tags.shelf(&name));
    let mut close = script(CLOSED, &[sets.tag.of(CONNECTION, &name)]);
    close.arg(at.as_millis());
    let Some(sealed) = answer::bytes(inner.ask(&sets.tag, &close).await?)? else {
        return Ok(());
    };
    let connection = record::open(&inner.vault, &name, &sealed)?;
    let member = member(&name, &inner.name_of_process(connection.process));
    for sets in beside(inner, &connection).chain([sets]) {
        let mut rem = redis::cmd("ZREM");
        rem.arg(&sets.open).arg(&member);
        inner.ask(&sets.tag, &rem).await?;
    }
    Ok(())
}

pub(crate) async fn alive(
    inner: &Inner,
    process: ProcessId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let name = inner.name_of_process(process);
    let tag = inner.tags.shelf(&name);
    let mut alive = script(ALIVE, &[tag.of(PROCESS, &name)]);
    alive.arg(at.as_millis()).arg(kept_for());
    inner.ask(tag, &alive).await?;
    Ok(())
}

/// When processes were last seen, each asked for once.
#[derive(Default)]
struct Seen(HashMap<Name, Option<Timestamp>>);

impl Seen {
    async fn of(&mut self, inner: &Inner, process: Name) -> Result<Option<Timestamp>, StoreError> {
        if let Some(seen) = self.0.get(&process) {
            return Ok(*seen);
        }
        let tag = inner.tags.shelf(&process);
        let mut get = redis::cmd("GET");
        get.arg(tag.of(PROCESS, &process));
        let seen = answer::bytes(inner.ask(tag, &get).await?)?;
        let seen = seen.and_then(|digits| answer::millis(&digits));
        let seen = seen.map(Timestamp::from_millis);
        self.0.insert(process, seen);
        Ok(seen)
    }
}

pub(crate) async fn connections(
    inner: &Arc<Inner>,
    of: Uses,
    limit: usize,
) -> Result<Vec<RegisteredConnection>, StoreError> {
    let latest = async |inner: &Inner, sets: &Sets| {
        let mut range = redis::cmd("ZREVRANGE");
        let last = i64::try_from(limit).unwrap_or(i64::MAX) - 1;
        range.arg(&sets.all).arg(0).arg(last);
        answer::list(inner.ask(&sets.tag, &range).await?)
    };
    if limit == 0 {
        return Ok(Vec::new());
    }
    let names = match inner.sets(of) {
        Some(sets) => latest(inner, &sets).await?,
        None => {
            let mut names = Vec::new();
            for tag in inner.tags.shelves() {
                names.extend(latest(inner, &Sets::on(tag)).await?);
            }
            names
        }
    };
    let (mut connections, mut seen) = (Vec::new(), Seen::default());
    for name in names.iter().flatten().filter_map(|digits| name(digits)) {
        if let Some(mut connection) = read(inner, &name).await? {
            let process = inner.name_of_process(connection.process);
            if let Some(at) = seen.of(inner, process).await? {
                connection.seen_at = at;
            }
            connections.push(connection);
        }
    }
    connections.sort_by_key(|connection| {
        (
            core::cmp::Reverse(connection.opened_at),
            connection.connection,
        )
    });
    connections.truncate(limit);
    Ok(connections)
}

/// A connection by its name. What does not open was not written by us, and is none.
async fn read(inner: &Inner, name: &Name) -> Result<Option<RegisteredConnection>, StoreError> {
    let tag = inner.tags.shelf(name);
    let mut get = redis::cmd("HMGET");
    get.arg(tag.of(CONNECTION, name))
        .arg("record")
        .arg("closed");
    let fields = answer::list(inner.ask(tag, &get).await?)?;
    let [Some(sealed), closed] = fields.as_slice() else {
        return Ok(None);
    };
    let opened = record::open(&inner.vault, name, sealed);
    if opened.is_err() {
        inner.counters.outcome(&opened);
    }
    let closed_at = closed.as_deref().and_then(answer::millis);
    Ok(opened.ok().map(|connection| RegisteredConnection {
        closed_at: closed_at.map(Timestamp::from_millis),
        ..connection
    }))
}

/// The record of a connection.
pub(crate) fn open(
    inner: &Inner,
    name: &Name,
    sealed: &[u8],
) -> Result<RegisteredConnection, StoreError> {
    record::open(&inner.vault, name, sealed)
}

/// Every connection of a shelf, as it lies there.
pub(crate) async fn sealed(inner: &Inner, tag: &Tag) -> Result<Vec<(Name, Vec<u8>)>, StoreError> {
    let mut range = redis::cmd("ZRANGE");
    range.arg(Sets::on(tag).all).arg(0).arg(-1);
    let names = answer::list(inner.ask(tag, &range).await?)?;
    let mut connections = Vec::new();
    for name in names.iter().flatten().filter_map(|digits| name(digits)) {
        let mut get = redis::cmd("HGET");
        get.arg(tag.of(CONNECTION, &name)).arg("record");
        if let Value::BulkString(sealed) = inner.ask(tag, &get).await? {
            connections.push((name, sealed));
        }
    }
    Ok(connections)
}

pub(crate) async fn tally(
    inner: &Arc<Inner>,
    of: Uses,
    alive_since: Timestamp,
) -> Result<Tally, StoreError> {
    let count = async |inner: &Inner, sets: &Sets| {
        let mut card = redis::cmd("ZCARD");
        card.arg(&sets.all);
        let uses = answer::count(&inner.ask(&sets.tag, &card).await?)?;
        let mut range = redis::cmd("ZRANGE");
        range.arg(&sets.open).arg(0).arg(-1);
        let open = answer::list(inner.ask(&sets.tag, &range).await?)?;
        Ok::<_, StoreError>((uses, open))
    };
    let counted = match inner.sets(of) {
        Some(sets) => vec![count(inner, &sets).await?],
        None => {
            inner
                .on_all_shelves(|inner, tag| async move { count(&inner, &Sets::on(&tag)).await })
                .await?
        }
    };
    let (mut tally, mut seen) = (Tally::default(), Seen::default());
    for (uses, open) in counted {
        tally.uses += uses;
        for member in open.iter().flatten() {
            let process = member.get(32..).and_then(name);
            let process = process.ok_or_else(|| answer::nonsense("a connection"))?;
            let lives = seen.of(inner, process).await?;
            tally.open += u64::from(lives.is_some_and(|at| at >= alive_since));
        }
    }
    Ok(tally)
}

pub(crate) async fn forget(inner: &Arc<Inner>, before: Timestamp) -> Result<u64, StoreError> {
    let forgotten = inner
        .on_all_shelves(|inner, tag| async move { forget_some(&inner, &tag, before).await })
        .await?;
    Ok(forgotten.into_iter().sum())
}

/// Forgets connections of one shelf. What was opened later was neither closed before, nor is its process gone since.
async fn forget_some(inner: &Inner, tag: &Tag, before: Timestamp) -> Result<u64, StoreError> {
    let sets = Sets::on(tag);
    let (mut forgotten, mut stay, mut seen) = (0, HashSet::new(), Seen::default());
    loop {
        let mut range = redis::cmd("ZRANGEBYSCORE");
        range
            .arg(&sets.all)
            .arg("-inf")
            .arg(format!("({}", score(before)))
            .arg("LIMIT")
            .arg(stay.len())
            .arg(BATCH);
        let old = answer::list(inner.ask(tag, &range).await?)?;
        let names: Vec<Name> = old
            .iter()
            .flatten()
            .filter_map(|digits| name(digits))
            .collect();
        if names.is_empty() {
            return Ok(forgotten);
        }
        for name in names {
            let connection = read(inner, &name).await?;
            let goes = match &connection {
                None => true,
                Some(RegisteredConnection {
                    closed_at: Some(closed_at),
                    ..
                }) => *closed_at < before,
                Some(connection) => {
                    let process = inner.name_of_process(connection.process);
                    seen.of(inner, process).await?.is_none_or(|at| at < before)
                }
            };
            if goes {
                drop_one(inner, &sets, &name, connection.as_ref()).await?;
                forgotten += 1;
            } else if !stay.insert(name) {
                // Others sweep, too, and what we passed over came again.
                return Ok(forgotten);
            }
        }
    }
}

async fn drop_one(
    inner: &Inner,
    sets: &Sets,
    name: &Name,
    connection: Option<&RegisteredConnection>,
) -> Result<(), StoreError> {
    let mut del = redis::cmd("DEL");
    del.arg(sets.tag.of(CONNECTION, name));
    inner.ask(&sets.tag, &del).await?;
    let mut rem = redis::cmd("ZREM");
    rem.arg(&sets.all).arg(hex(name));
    inner.ask(&sets.tag, &rem).await?;
    let Some(connection) = connection else {
        return Ok(());
    };
    let member = member(name, &inner.name_of_process(connection.process));
    for beside in beside(inner, connection) {
        for (set, member) in [(&beside.all, &hex(name)), (&beside.open, &member)] {
            let mut rem = redis::cmd("ZREM");
            rem.arg(set).arg(member);
            inner.ask(&beside.tag, &rem).await?;
        }
    }
    let mut rem = redis::cmd("ZREM");
    rem.arg(&sets.open).arg(member);
    let _: Value = inner.ask(&sets.tag, &rem).await?;
    Ok(())
}
