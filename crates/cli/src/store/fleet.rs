//! The store of a fleet: Valkey or Redis, over TCP or over our own TLS.

use super::{Closed, For, Store, load};
use std::sync::Arc;
use std::time::Duration;
use tessera::session::store::Uses;
use tessera::session::store::block_on::block_on;
use tessera::session::{
    Register, Revocations, RingStore, SessionStore, Side, StoreError, TicketKind,
};
use tessera::sqlite::{Finding, KeySource, Report};
use tessera::valkey::{Dial, Location, Plain, Settings, ValkeyStore};
use tessera::{Timestamp, TlsDial, Vault};

/// How long somebody waits who has nothing else to do.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens it. Who serves does not wait for it to answer; who wants one thing of it does.
pub(super) fn open(
    location: &Location,
    key: &KeySource,
    what_for: For<'_>,
) -> Result<Store, Closed> {
    let (store, vault) = dial(location, key, what_for)?;
    Ok(Store {
        deployment: Some(vault.deployment()),
        ..Store::new(Arc::new(store), vault)
    })
}

fn dial(
    location: &Location,
    key: &KeySource,
    what_for: For<'_>,
) -> Result<(ValkeyStore, Vault), Closed> {
    let vault = Vault::for_fleet(load(key)?.as_bytes(), &location.fleet);
    let dial: Arc<dyn Dial> = if location.tls {
        let dial = TlsDial::to(location);
        Arc::new(dial.map_err(|error| Closed::Wrong(format!("{location}: {error}")))?)
    } else {
        Arc::new(Plain)
    };
    let settings = match what_for {
        For::Serving { deadline, .. } => Settings {
            deadline,
            ..Settings::default()
        },
        For::Once => Settings {
            deadline: PATIENCE,
            patience: PATIENCE,
            ..Settings::default()
        },
    };
    let store = ValkeyStore::open_over(dial, location, vault.clone(), settings)?;
    if let For::Once = what_for {
        block_on(store.reachable()).map_err(|error| {
            Closed::NotNow(format!(
                "{location}: {error}; see that it runs, that this machine may reach it, and that user and password are right"
            ))
        })?;
    }
    Ok((store, vault))
}

/// Opens every record that is there, and changes nothing.
pub(super) fn verify(location: &Location, key: &KeySource) -> Result<Report, Closed> {
    let (valkey, vault) = dial(location, key, For::Once)?;
    let valkey = Arc::new(valkey);
    let store = Store::new(Arc::clone(&valkey), vault);
    let mut report = Report::default();
    block_on(sessions(&store, &mut report))?;
    report.wallet = block_on(store.listed(Side::Client))?.len() as u64;
    report.connections = block_on(valkey.tally(Uses::All, Timestamp::EPOCH))?.uses;
    report.evicted = block_on(valkey.evicted())?;
    let mut whole = |place, problem| {
        report.findings.push(Finding {
            place,
            record: String::new(),
            problem,
        });
    };
    match block_on(valkey.revoked()) {
        Err(StoreError::Damaged(why)) => whole("revocations", why),
        revoked => report.revocations = revoked?.len() as u64,
    }
    match block_on(valkey.ring()) {
        Err(StoreError::Damaged(why)) => whole("ring", why),
        ring => report.ticket_keys = ring?.map_or(0, |ring| ring.keys().len() as u64),
    }
    let unopened = block_on(valkey.unopened())?;
    report
        .findings
        .extend(unopened.into_iter().map(|unopened| Finding {
            place: unopened.place,
            record: unopened.name,
            problem: unopened.why,
        }));
    Ok(report)
}

/// Both halves of every session.
async fn sessions(store: &Store, report: &mut Report) -> Result<(), StoreError> {
    for listed in store.listed(Side::Server).await? {
        report.sessions += 1;
        report.spent += u64::from(listed.spent);
        let problem = match listed.summary {
            Err(why) => Some(format!("its summary: {why}")),
            Ok(summary) if summary.kind == TicketKind::Lineage => None,
            Ok(_) => match store.sessions.find(listed.id).await? {
                // It ended, or somebody else ended it.
                None => None,
                Some(stored) => store
                    .vault
                    .open_session(&stored, Side::Server)
                    .err()
                    .map(|why| why.to_string()),
            },
        };
        report.findings.extend(problem.map(|problem| Finding {
            place: "sessions",
            record: listed.id.to_string(),
            problem,
        }));
    }
    Ok(())
}
