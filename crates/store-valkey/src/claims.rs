//! What was used up. Marks have no end of their own in the store, so that nothing takes them before we do.

use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use redis::Value;
use tessera_session::vault::Tag as Name;
use tessera_session::{Claim, Spend, StoreError, Timestamp};

use crate::answer;
use crate::inner::{Inner, score};
use crate::key::{Tag, hex};
use crate::script::{CLAIM, RECORD, script, with};
use crate::sessions::{self, name_of};

const MARKS: &str = "m";
const ENDS: &str = "mi";
const EPOCH: &str = "e";
/// Marks swept in one step.
const BATCH: usize = 500;
/// Clocks of servers, and the store's, may differ by this much.
const CLOCK_SKEW: Duration = Duration::from_secs(60);

fn keys(tag: &Tag) -> [String; 3] {
    [MARKS, ENDS, EPOCH].map(|kind| tag.only(kind))
}

/// One step of one script: of all who ask, one wins. What a store may forget is not even asked for.
pub(crate) async fn claim(inner: &Inner, spend: Spend) -> Result<Claim, StoreError> {
    let name = name_of(&inner.vault, spend.id);
    let tag = inner.tags.shelf(&name);
    if let Some(why) = inner.road.forgets(tag, inner.deadline).await? {
        return Err(StoreError::Forgetful(why));
    }
    let until = score(spend.until);
    let mut mark = until.to_be_bytes().to_vec();
    let sealed = inner
        .vault
        .spent_mark(spend.id, Timestamp::from_millis(until));
    mark.extend_from_slice(&sealed);
    let mut claim = script(CLAIM, &keys(tag));
    claim
        .arg(hex(&name))
        .arg(mark)
        .arg(until)
        .arg(spend.issued_at.as_millis());
    match answer::number(&inner.ask_soon(tag, &claim).await?)? {
        1 => Ok(Claim::Won),
        0 => Ok(Claim::AlreadyUsed),
        -1 => Ok(Claim::Unrecorded),
        _ => Err(answer::nonsense("a claim")),
    }
}

/// Which of these were used up.
pub(crate) async fn spent(
    inner: &Inner,
    tag: &Tag,
    names: &[Name],
) -> Result<Vec<bool>, StoreError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = names.iter().map(|name| hex(name)).collect();
    let mut get = redis::cmd("HMGET");
    get.arg(tag.only(MARKS));
    let marks = answer::list(inner.ask(tag, &with(get, &names)).await?)?;
    if marks.len() == names.len() {
        Ok(marks.iter().map(Option::is_some).collect())
    } else {
        Err(answer::nonsense("a list"))
    }
}

/// Sweeps everything that has ended, and begins epochs where there are none. Says how many sessions ended.
pub(crate) async fn sweep(inner: &Arc<Inner>, now: Timestamp) -> Result<u64, StoreError> {
    inner.near.clear();
    let expired = inner
        .on_all_shelves(|inner, tag| async move { sessions::expire(&inner, &tag, now).await })
        .await?;
    // Only then: to begin an epoch may take some of the room that was made.
    let since = inner
        .on_all_shelves(|inner, tag| async move { record(&inner, &tag, now).await })
        .await?;
    let since = since.into_iter().max().unwrap_or(0);
    inner.recording_since.store(since, Ordering::Relaxed);
    Ok(expired.into_iter().sum())
}

/// Sweeps the marks of one shelf, and says since when they are recorded.
async fn record(inner: &Inner, tag: &Tag, now: Timestamp) -> Result<u64, StoreError> {
    loop {
        let mut record = script(RECORD, &keys(tag));
        record.arg(score(now)).arg(BATCH);
        let Value::Array(told) = inner.ask(tag, &record).await? else {
            return Err(answer::nonsense("an epoch"));
        };
        let [since, swept] = told.as_slice() else {
            return Err(answer::nonsense("an epoch"));
        };
        if answer::count(swept)? < BATCH as u64 {
            return answer::count(since);
        }
    }
}

/// Since when every claim is remembered, whatever the clocks say; `None` where a claim can be lost: in a store that
/// evicts, and in a cluster, where a primary may die with what it has not told its replica.
pub(crate) async fn recording_since(inner: &Arc<Inner>) -> Result<Option<Timestamp>, StoreError> {
    if inner.road.is_cluster() && !inner.early_data_in_cluster {
        return Ok(None);
    }
    let patience = inner.road.patience();
    for tag in inner.tags.shelves() {
        if inner.road.forgets(tag, patience).await?.is_some() {
            return Ok(None);
        }
    }
    let mut since = inner.recording_since.load(Ordering::Relaxed);
    if since == 0 {
        sweep(inner, Timestamp::EPOCH).await?;
        since = inner.recording_since.load(Ordering::Relaxed);
    }
    Ok(Some(Timestamp::from_millis(since).plus(CLOCK_SKEW)))
}
