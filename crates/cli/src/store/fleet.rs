//! The store of a fleet: Valkey or Redis, over TCP or over our own TLS.

use super::{Closed, For, Store, load};
use std::sync::Arc;
use std::time::Duration;
use tessera::session::store::Uses;
use tessera::session::store::block_on::block_on;
use tessera::session::{
    Listed, Page, Register, Revocations, RingStore, SessionStore, Side, StoreError, TicketKind,
    TicketWallet,
};
use tessera::sqlite::{Finding, KeySource, Report};
use tessera::valkey::{Dial, Location, Plain, Settings, ValkeyStore};
use tessera::{Timestamp, TlsDial, Vault};

/// How long somebody waits who has nothing else to do.
const PATIENCE: Duration = Duration::from_secs(5);
/// Records read at once.
const PAGE: usize = 500;

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
    let (store, vault) = dial(location, key, For::Once)?;
    let mut report = Report::default();
    sessions(&store, &vault, &mut report)?;
    let mut wallet = 0;
    pages(
        |page| block_on(store.contents(page)),
        |_| {
            wallet += 1;
            Ok(())
        },
    )?;
    report.wallet = wallet;
    report.revocations = block_on(store.revoked())?.len() as u64;
    report.connections = block_on(store.tally(Uses::All, Timestamp::EPOCH))?.uses;
    report.ticket_keys = block_on(store.ring())?.map_or(0, |ring| ring.keys().len() as u64);
    let damaged = store.counts().damaged;
    if damaged > 0 {
        report.findings.push(Finding {
            place: "store",
            record: String::new(),
            problem: format!(
                "{damaged} records do not open: somebody changed them, or wrote them without the fleet's key"
            ),
        });
    }
    Ok(report)
}

/// Both halves of every session.
fn sessions(store: &ValkeyStore, vault: &Vault, report: &mut Report) -> Result<(), StoreError> {
    pages(
        |page| block_on(store.list(page)),
        |listed| {
            report.sessions += 1;
            report.spent += u64::from(listed.spent);
            let problem = match listed.summary {
                Err(why) => Some(format!("its summary: {why}")),
                Ok(summary) if summary.kind == TicketKind::Lineage => None,
                Ok(_) => match block_on(store.find(listed.id))? {
                    // It ended, or somebody else ended it.
                    None => None,
                    Some(stored) => vault
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
            Ok(())
        },
    )
}

/// Visits a listing page by page.
fn pages(
    read: impl Fn(Page) -> Result<Vec<Listed>, StoreError>,
    mut visit: impl FnMut(Listed) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = read(Page { after, limit: PAGE })?;
        let complete = page.len() < PAGE;
        after = page.last().map(|listed| listed.id);
        page.into_iter().try_for_each(&mut visit)?;
        if complete {
            return Ok(());
        }
    }
}
