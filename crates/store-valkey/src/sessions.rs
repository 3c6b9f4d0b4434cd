//! A server's sessions: each a sealed blob under a keyed name, and the names of a shelf in a set ordered by end.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tessera_session::vault::Tag as Name;
use tessera_session::{
    Listed, Page, Selector, StoreError, StoredSession, TicketId, Timestamp, Vault,
};

use crate::answer;
use crate::counts::one_more;
use crate::inner::{Inner, kept_for, score};
use crate::key::{Tag, hex, name};
use crate::script::{FILE, FORGET, script, with};

const SESSION: &str = "s";
const SESSIONS: &str = "si";
const EVICTED: &str = "evicted";
/// Records read or forgotten in one go.
const BATCH: usize = 64;
/// Shelves looked at together, at most.
const WIDEST: usize = 16;

/// What a session is called.
pub(crate) fn name_of(vault: &Vault, id: TicketId) -> Name {
    vault.name("session", &id.0)
}

pub(crate) async fn insert(inner: &Inner, session: &StoredSession) -> Result<(), StoreError> {
    let name = name_of(&inner.vault, session.id);
    let tag = inner.tags.shelf(&name);
    let sealed = inner
        .vault
        .seal_filed(&name, session)
        .map_err(|error| StoreError::Unfit(error.to_string()))?;
    let mut file = script(FILE, &[tag.of(SESSION, &name), tag.only(SESSIONS)]);
    file.arg(sealed)
        .arg(score(session.expires_at))
        .arg(hex(&name))
        .arg(kept_for());
    inner.ask(tag, &file).await?;
    inner.near.put(session);
    Ok(())
}

pub(crate) async fn find(inner: &Inner, id: TicketId) -> Result<Option<StoredSession>, StoreError> {
    let name = name_of(&inner.vault, id);
    let tag = inner.tags.shelf(&name);
    let mut get = redis::cmd("GET");
    get.arg(tag.of(SESSION, &name));
    let Some(sealed) = answer::bytes(inner.ask_soon(tag, &get).await?)? else {
        return Ok(None);
    };
    let stored = open(inner, &name, &sealed)?;
    if stored.id != id {
        return Err(answer::nonsense("a session"));
    }
    inner.near.put(&stored);
    Ok(Some(stored))
}

pub(crate) async fn remove(inner: &Inner, id: TicketId) -> Result<bool, StoreError> {
    let name = name_of(&inner.vault, id);
    inner.near.remove(id);
    let removed = forget(inner, inner.tags.shelf(&name), &[name]).await;
    inner.near.remove(id);
    Ok(removed? > 0)
}

/// Forgets what is filed under these names on one shelf, and says how many were there.
async fn forget(inner: &Inner, tag: &Tag, names: &[Name]) -> Result<u64, StoreError> {
    let mut keys = vec![tag.only(SESSIONS)];
    keys.extend(names.iter().map(|name| tag.of(SESSION, name)));
    let names: Vec<String> = names.iter().map(|name| hex(name)).collect();
    let command = with(script(FORGET, &keys), &names);
    answer::count(&inner.ask(tag, &command).await?)
}

pub(crate) async fn revoke(inner: &Arc<Inner>, which: &Selector) -> Result<u64, StoreError> {
    let tag = inner.vault.tag(which);
    let which = which.clone();
    let is_meant = move |stored: &StoredSession| match which {
        Selector::Lineage(_) => tag == Some(stored.index.lineage),
        Selector::Peer(_) => tag == Some(stored.index.peer),
        Selector::ServerName(_) => tag == Some(stored.index.server_name),
        Selector::All => true,
    };
    let is_meant = Arc::new(is_meant);
    let revoked = inner
        .on_all_shelves(|inner, tag| {
            let is_meant = Arc::clone(&is_meant);
            async move {
                let mut revoked = 0;
                for some in names(&inner, &tag).await?.chunks(BATCH) {
                    let found = read(&inner, &tag, some).await?;
                    let meant: Vec<Name> = found
                        .into_iter()
                        .filter(|(_, stored)| is_meant(stored))
                        .map(|(name, _)| name)
                        .collect();
                    if !meant.is_empty() {
                        revoked += forget(&inner, &tag, &meant).await?;
                    }
                }
                Ok(revoked)
            }
        })
        .await;
    inner.near.clear();
    Ok(revoked?.into_iter().sum())
}

/// In the order of the keyed names, shelf by shelf.
pub(crate) async fn list(inner: &Arc<Inner>, page: Page) -> Result<Vec<Listed>, StoreError> {
    let after = page.after.map(|id| name_of(&inner.vault, id));
    let begin = after.map_or(0, |name| usize::from(name[0]));
    let mut rest = inner.tags.shelves().get(begin..).unwrap_or_default();
    let (mut listed, mut width) = (Vec::new(), 1);
    // A full store has a page on a shelf; in an empty one many are looked at before there is anything.
    while !rest.is_empty() && listed.len() < page.limit {
        let (some, others) = rest.split_at(width.min(rest.len()));
        let room = page.limit - listed.len();
        let under_way: Vec<_> = some
            .iter()
            .map(|tag| {
                let (inner, tag) = (Arc::clone(inner), tag.clone());
                tokio::spawn(async move { shelf(&inner, &tag, after, room).await })
            })
            .collect();
        for shelf in under_way {
            let entries = shelf
                .await
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
            listed.extend(entries?);
        }
        (rest, width) = (others, (width * 2).min(WIDEST));
    }
    listed.truncate(page.limit);
    Ok(listed)
}

/// The first entries of a shelf behind a name.
async fn shelf(
    inner: &Inner,
    tag: &Tag,
    after: Option<Name>,
    limit: usize,
) -> Result<Vec<Listed>, StoreError> {
    let mut names = names(inner, tag).await?;
    names.retain(|name| after.is_none_or(|after| *name > after));
    names.sort_unstable();
    let mut listed = Vec::new();
    for some in names.chunks(BATCH) {
        let found = read(inner, tag, some).await?;
        let of: Vec<Name> = found.iter().map(|(name, _)| *name).collect();
        let spent = crate::claims::spent(inner, tag, &of).await?;
        let entries = found.into_iter().zip(spent);
        listed.extend(entries.map(|((_, stored), spent)| Listed {
            id: stored.id,
            side: stored.side,
            expires_at: stored.expires_at,
            summary: inner.vault.open_summary(&stored),
            spent,
        }));
        if listed.len() >= limit {
            listed.truncate(limit);
            break;
        }
    }
    Ok(listed)
}

/// The names on a shelf.
async fn names(inner: &Inner, tag: &Tag) -> Result<Vec<Name>, StoreError> {
    let mut range = redis::cmd("ZRANGE");
    range.arg(tag.only(SESSIONS)).arg(0).arg(-1);
    let names = answer::list(inner.ask(tag, &range).await?)?;
    Ok(names.iter().flatten().filter_map(|hex| name(hex)).collect())
}

/// What is filed under these names, opened. What does not open was not written by us, and is left out.
async fn read(
    inner: &Inner,
    tag: &Tag,
    names: &[Name],
) -> Result<Vec<(Name, StoredSession)>, StoreError> {
    let sealed = filed(inner, tag, names).await?;
    let mut found = Vec::with_capacity(sealed.len());
    for (name, sealed) in sealed {
        let opened = open(inner, &name, &sealed);
        if opened.is_err() {
            inner.counters.outcome(&opened);
        }
        found.extend(opened.ok().map(|stored| (name, stored)));
    }
    Ok(found)
}

/// Everything on a shelf, as it lies there.
pub(crate) async fn sealed(inner: &Inner, tag: &Tag) -> Result<Vec<(Name, Vec<u8>)>, StoreError> {
    let mut sealed = Vec::new();
    for some in names(inner, tag).await?.chunks(BATCH) {
        sealed.extend(filed(inner, tag, some).await?);
    }
    Ok(sealed)
}

/// What is filed under these names. What is not there any more is left out.
async fn filed(
    inner: &Inner,
    tag: &Tag,
    names: &[Name],
) -> Result<Vec<(Name, Vec<u8>)>, StoreError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut get = redis::cmd("MGET");
    for name in names {
        get.arg(tag.of(SESSION, name));
    }
    let sealed = answer::list(inner.ask(tag, &get).await?)?;
    if sealed.len() != names.len() {
        return Err(answer::nonsense("a list"));
    }
    let filed = names.iter().copied().zip(sealed);
    Ok(filed
        .filter_map(|(name, sealed)| Some((name, sealed?)))
        .collect())
}

fn open(inner: &Inner, name: &Name, sealed: &[u8]) -> Result<StoredSession, StoreError> {
    inner
        .vault
        .open_filed(name, sealed)
        .map_err(|why| StoreError::Damaged(format!("a session ({}): {why}", hex(name))))
}

/// Forgets the sessions of a shelf that have ended, and says how many. Those that are not there any more were evicted.
pub(crate) async fn expire(inner: &Inner, tag: &Tag, now: Timestamp) -> Result<u64, StoreError> {
    let mut expired = 0;
    loop {
        let mut range = redis::cmd("ZRANGEBYSCORE");
        range
            .arg(tag.only(SESSIONS))
            .arg("-inf")
            .arg(format!("({}", score(now)))
            .arg("LIMIT")
            .arg(0)
            .arg(BATCH);
        let ended = answer::list(inner.ask(tag, &range).await?)?;
        let names: Vec<Name> = ended.iter().flatten().filter_map(|hex| name(hex)).collect();
        if names.is_empty() {
            return Ok(expired);
        }
        let forgotten = forget(inner, tag, &names).await?;
        let evicted = (names.len() as u64).saturating_sub(forgotten);
        count_evicted(inner, evicted).await;
        expired += forgotten;
    }
}

async fn count_evicted(inner: &Inner, evicted: u64) {
    if evicted == 0 {
        return;
    }
    inner.counters.evicted.fetch_add(evicted, Ordering::Relaxed);
    let tag = inner.tags.once();
    let mut add = redis::cmd("INCRBY");
    add.arg(tag.only(EVICTED)).arg(evicted);
    // A full store may have no room for a number, and the broom is what makes some.
    let _ = inner.ask(tag, &add).await;
}

/// How many went before their time, as far as anybody's broom has come across their names.
pub(crate) async fn evicted(inner: &Inner) -> Result<u64, StoreError> {
    let tag = inner.tags.once();
    let mut get = redis::cmd("GET");
    get.arg(tag.only(EVICTED));
    let digits = answer::bytes(inner.ask(tag, &get).await?)?;
    Ok(digits
        .and_then(|digits| answer::millis(&digits))
        .unwrap_or(0))
}

/// Looks close at hand first.
pub(crate) fn close_at_hand(inner: &Inner, id: TicketId) -> Option<StoredSession> {
    let found = inner.near.find(id)?;
    one_more(&inner.counters.near);
    Some(found)
}
