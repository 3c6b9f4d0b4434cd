//! A client's tickets: each on a shelf by its own name, and its name in the purse of its key.
//!
//! A purse is two sets, tickets that are drawn once and sessions that stay, ordered by end. Taking a name out of the
//! purse is the one step that only one client gets to make.

use std::sync::Arc;

use redis::Value;
use tessera_session::store::TICKETS_PER_KEY;
use tessera_session::vault::Tag as Name;
use tessera_session::{
    Listed, Page, Selector, StoreError, StoredSession, TicketId, Timestamp, WalletKey,
};
use tessera_wire::ProtocolVersion;

use crate::answer;
use crate::inner::{Inner, kept_for, score};
use crate::key::{Tag, hex, name};
use crate::script::{DRAW, EMPTY, KEEP, PICK, SHELVE, script};

const TICKET: &str = "t";
const TICKETS: &str = "ti";
const ONCE: &str = "w1";
const STAYS: &str = "w2";
/// Tickets in a purse that are not on their shelves any more are passed over, up to so many.
const PASSED_OVER: usize = 2 * TICKETS_PER_KEY;

fn name_of(inner: &Inner, id: TicketId) -> Name {
    inner.vault.name("ticket", &id.0)
}

/// The purse of a key: its name, and where it is.
struct Purse<'a> {
    name: Name,
    tag: &'a Tag,
}

impl Inner {
    fn purse(&self, key: &WalletKey) -> Purse<'_> {
        let name = self.vault.name("purse", &self.vault.wallet_index(key));
        Purse {
            name,
            tag: self.tags.shelf(&name),
        }
    }
}

impl Purse<'_> {
    fn once(&self) -> String {
        self.tag.of(ONCE, &self.name)
    }

    fn stays(&self) -> String {
        self.tag.of(STAYS, &self.name)
    }
}

pub(crate) async fn keep(
    inner: &Inner,
    key: &WalletKey,
    session: &StoredSession,
) -> Result<(), StoreError> {
    let (name, purse) = (name_of(inner, session.id), inner.purse(key));
    let tag = inner.tags.shelf(&name);
    let sealed = inner
        .vault
        .seal_filed(&name, session)
        .map_err(|error| StoreError::Unfit(error.to_string()))?;
    let end = score(session.expires_at);
    let mut shelve = script(SHELVE, &[tag.of(TICKET, &name), tag.only(TICKETS)]);
    shelve
        .arg(hex(&purse.name))
        .arg(sealed)
        .arg(end)
        .arg(hex(&name))
        .arg(kept_for());
    // First the ticket, then its name in the purse: whoever finds the name finds the ticket.
    inner.ask(tag, &shelve).await?;
    let purses = if session.version == ProtocolVersion::TLS1_3 {
        [purse.once(), purse.stays()]
    } else {
        [purse.stays(), purse.once()]
    };
    let mut keep = script(KEEP, &purses);
    keep.arg(end)
        .arg(hex(&name))
        .arg(TICKETS_PER_KEY)
        .arg(kept_for());
    let gone = answer::list(inner.ask(purse.tag, &keep).await?)?;
    pick_all(inner, &gone, Some(&purse.name)).await?;
    Ok(())
}

pub(crate) async fn draw(
    inner: &Inner,
    key: &WalletKey,
) -> Result<Option<StoredSession>, StoreError> {
    let purse = inner.purse(key);
    for _ in 0..PASSED_OVER {
        let draw = script(DRAW, &[purse.once(), purse.stays()]);
        let drawn = answer::list(inner.ask_soon(purse.tag, &draw).await?)?;
        let [Some(how), Some(digits)] = drawn.as_slice() else {
            return Ok(None);
        };
        let name = name(digits).ok_or_else(|| answer::nonsense("a ticket"))?;
        let stays = how.as_slice() == b"stays";
        if let Some(ticket) = pick(inner, &name, Some(&purse.name), stays).await? {
            return Ok(Some(ticket));
        }
        if stays {
            // Its ticket is gone, and the name with it.
            let mut rem = redis::cmd("ZREM");
            rem.arg(purse.stays()).arg(digits);
            inner.ask_soon(purse.tag, &rem).await?;
        }
    }
    Ok(None)
}

pub(crate) async fn take(inner: &Inner, id: TicketId) -> Result<Option<StoredSession>, StoreError> {
    // Its name in the purse is passed over later.
    pick(inner, &name_of(inner, id), None, false).await
}

/// Takes a ticket off its shelf, or looks at one that stays there.
async fn pick(
    inner: &Inner,
    name: &Name,
    purse: Option<&Name>,
    stays: bool,
) -> Result<Option<StoredSession>, StoreError> {
    let tag = inner.tags.shelf(name);
    let mut pick = script(PICK, &[tag.of(TICKET, name), tag.only(TICKETS)]);
    pick.arg(hex(name))
        .arg(purse.map(|purse| hex(purse)).unwrap_or_default())
        .arg(if stays { "stays" } else { "" });
    let picked = answer::list(inner.ask_soon(tag, &pick).await?)?;
    let [Some(_), Some(sealed)] = picked.as_slice() else {
        return Ok(None);
    };
    let opened = inner.vault.open_filed(name, sealed);
    let opened =
        opened.map_err(|why| StoreError::Damaged(format!("a ticket ({}): {why}", hex(name))))?;
    Ok(Some(opened))
}

/// Takes all of these off their shelves, and says how many were there.
async fn pick_all(
    inner: &Inner,
    names: &[Option<Vec<u8>>],
    purse: Option<&Name>,
) -> Result<u64, StoreError> {
    let mut picked = 0;
    for name in names.iter().flatten().filter_map(|digits| name(digits)) {
        match pick(inner, &name, purse, false).await {
            Ok(None) => {}
            Ok(Some(_)) | Err(StoreError::Damaged(_)) => picked += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(picked)
}

pub(crate) async fn forget(inner: &Inner, key: &WalletKey) -> Result<u64, StoreError> {
    let purse = inner.purse(key);
    let empty = script(EMPTY, &[purse.once(), purse.stays()]);
    let names = answer::list(inner.ask(purse.tag, &empty).await?)?;
    pick_all(inner, &names, Some(&purse.name)).await
}

pub(crate) async fn discard(inner: &Arc<Inner>, which: &Selector) -> Result<u64, StoreError> {
    let tag = inner.vault.tag(which);
    let mut discarded = 0;
    for (name, ticket) in all(inner).await? {
        let is_meant = match which {
            Selector::Lineage(_) => tag == Some(ticket.index.lineage),
            Selector::Peer(_) => tag == Some(ticket.index.peer),
            Selector::ServerName(_) => tag == Some(ticket.index.server_name),
            Selector::All => true,
        };
        if is_meant && pick(inner, &name, None, false).await?.is_some() {
            discarded += 1;
        }
    }
    Ok(discarded)
}

/// In the order of the keyed names. A wallet is small: all of it is read for every page.
pub(crate) async fn contents(inner: &Arc<Inner>, page: Page) -> Result<Vec<Listed>, StoreError> {
    let after = page.after.map(|id| name_of(inner, id));
    let mut tickets = all(inner).await?;
    tickets.retain(|(name, _)| after.is_none_or(|after| *name > after));
    tickets.sort_by_key(|(name, _)| *name);
    let page = tickets.into_iter().take(page.limit);
    Ok(page
        .map(|(_, ticket)| Listed {
            id: ticket.id,
            side: ticket.side,
            expires_at: ticket.expires_at,
            summary: inner.vault.open_summary(&ticket),
            spent: false,
        })
        .collect())
}

pub(crate) async fn sweep(inner: &Arc<Inner>, now: Timestamp) -> Result<u64, StoreError> {
    let swept = inner
        .on_all_shelves(|inner, tag| async move {
            let mut range = redis::cmd("ZRANGEBYSCORE");
            range
                .arg(tag.only(TICKETS))
                .arg("-inf")
                .arg(format!("({}", score(now)));
            let ended = answer::list(inner.ask(&tag, &range).await?)?;
            pick_all(&inner, &ended, None).await
        })
        .await?;
    Ok(swept.into_iter().sum())
}

/// Every ticket there is, by its name. What does not open was not written by us, and is left out.
async fn all(inner: &Arc<Inner>) -> Result<Vec<(Name, StoredSession)>, StoreError> {
    let shelves = inner
        .on_all_shelves(|inner, tag| async move { sealed(&inner, &tag).await })
        .await?;
    let tickets = shelves.into_iter().flatten();
    let opened = |(name, sealed): (Name, Vec<u8>)| {
        let ticket = inner.vault.open_filed(&name, &sealed).ok()?;
        Some((name, ticket))
    };
    Ok(tickets.filter_map(opened).collect())
}

/// Every ticket of a shelf, as it lies there.
pub(crate) async fn sealed(inner: &Inner, tag: &Tag) -> Result<Vec<(Name, Vec<u8>)>, StoreError> {
    let mut range = redis::cmd("ZRANGE");
    range.arg(tag.only(TICKETS)).arg(0).arg(-1);
    let names = answer::list(inner.ask(tag, &range).await?)?;
    let mut tickets = Vec::new();
    for name in names.iter().flatten().filter_map(|digits| name(digits)) {
        let mut get = redis::cmd("HGET");
        get.arg(tag.of(TICKET, &name)).arg("record");
        if let Value::BulkString(sealed) = inner.ask(tag, &get).await? {
            tickets.push((name, sealed));
        }
    }
    Ok(tickets)
}
