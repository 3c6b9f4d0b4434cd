//! `keys rotate` and `keys retire`.

use super::{list, replace, ring};
use crate::args::Global;
use crate::exit::{Exit, Failure, Outcome};
use crate::random;
use crate::report::talk::Talk;
use crate::store::Store;
use std::time::Duration;
use tessera::clock;
use tessera::session::ticket::rotation;
use tessera::session::{KeyName, RotationPolicy};

/// News of the ring takes this long to reach all processes of a machine, which look four times a second.
const TO_A_MACHINE: Duration = Duration::from_secs(2);
/// The same for a fleet, whose clocks may differ a little.
const TO_A_FLEET: Duration = Duration::from_secs(5);

/// A new key seals from now on, and the one that did only opens. It is announced first, and waited for: all who share
/// the ring have heard of it when the first ticket under it comes along, so no ticket is refused for it.
pub(super) async fn rotate(
    store: &Store,
    announced_for: Option<Duration>,
    global: &Global,
    talk: Talk,
) -> Outcome<Exit> {
    let news_takes = if store.is_of_a_fleet() {
        TO_A_FLEET
    } else {
        TO_A_MACHINE
    };
    let announced_for = announced_for.unwrap_or(news_takes);
    let (mut entropy, policy) = (random::entropy(), RotationPolicy::default());
    let rotated = replace(store, |ring| {
        rotation::out_of_turn_after(ring, &policy, clock::now(), announced_for, &mut entropy)
            .ok_or_else(|| Failure::store("the ring has no room for another key"))
    });
    let ring = rotated.await?;
    let newest = ring.keys().iter().map(|key| key.seals_from).max();
    let wait = newest.map_or(Duration::ZERO, |from| from.ahead_of(clock::now()));
    if !wait.is_zero() {
        talk.detail("announced; it seals when every process has heard of it");
    }
    // It seals from its moment on, and not a moment before.
    tokio::time::sleep(wait + Duration::from_millis(1)).await;
    if let Some(key) = ring.sealing_key(clock::now()) {
        talk.say(format_args!("{} seals from now on", key.name));
    }
    list::show(&ring, global)
}

/// The key is erased. Where it was the one that sealed, another takes its place at once.
pub(super) async fn retire(
    store: &Store,
    beginning: &str,
    global: &Global,
    talk: Talk,
) -> Outcome<Exit> {
    let name = named(store, beginning).await?;
    let mut entropy = random::entropy();
    let replaced = replace(store, |ring| {
        let without = ring.without(name);
        let next = rotation::next(
            &without,
            &RotationPolicy::default(),
            clock::now(),
            &mut entropy,
        );
        Ok(next.map_or(without, |next| next.renumbered(ring.version() + 1)))
    });
    let ring = replaced.await?;
    talk.say(format_args!(
        "{name} is retired: what it sealed opens no more, and costs a full handshake"
    ));
    list::show(&ring, global)
}

/// The one key whose name begins so.
async fn named(store: &Store, beginning: &str) -> Outcome<KeyName> {
    let beginning = beginning.to_ascii_lowercase();
    let ring = ring(store).await?;
    let own = ring.keys().iter().map(|key| key.name);
    let foreign = ring.foreign().iter().map(|key| key.name);
    let mut names: Vec<KeyName> = own
        .chain(foreign)
        .filter(|name| !beginning.is_empty() && name.to_string().starts_with(&beginning))
        .collect();
    // The same key may be there in two dialects.
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [name] => Ok(*name),
        [] => Err(Failure::internal(format_args!(
            "no ticket key's name begins with {beginning:?}"
        ))),
        several => Err(Failure::usage(format_args!(
            "{} ticket keys begin with {beginning}: write more of the name",
            several.len()
        ))),
    }
}
