//! The suite every store must pass. `fresh` makes an empty store; each test gets its own.
//!
//! It runs on any executor, for it brings a tiny one. It panics where a store is wrong.

mod register;
mod revocations;
mod ring;
mod sessions;
mod wallet;

use core::time::Duration;
use std::sync::{Arc, Barrier};
use std::thread;

use tessera_crypto::{Entropy, HashAlgorithm};

use super::block_on::block_on;
use super::{
    Register, Reply, Revocations, RingStore, SessionStore, Spend, TicketWallet, Verification,
    WalletKey,
};
use crate::binding::{Alpn, ServerName};
use crate::id::{LineageId, TicketId};
use crate::samples::{self, ISSUED};
use crate::session::{Session, Side, Taint};
use crate::time::Timestamp;
use crate::vault::{StoredSession, Vault};
use tessera_wire::codepoint::ProtocolVersion;

/// Everything a store may be.
pub trait Everything: SessionStore + TicketWallet + RingStore + Revocations + Register {}
impl<S: SessionStore + TicketWallet + RingStore + Revocations + Register> Everything for S {}

/// All suites, for a store that is everything.
pub fn all<S: Everything + 'static>(vault: &Vault, fresh: impl Fn() -> Arc<S>) {
    sessions(vault, &fresh);
    wallets(vault, &fresh);
    rings(&fresh);
    revocations(&fresh);
    registers(&fresh);
}

/// The suite of a [`SessionStore`].
pub fn sessions<S: SessionStore + 'static>(vault: &Vault, fresh: impl Fn() -> Arc<S>) {
    sessions::what_was_inserted_is_found_again_and_again(vault, &*fresh());
    sessions::an_unknown_id_is_no_error(&*fresh());
    sessions::a_second_insert_replaces_the_first(vault, &*fresh());
    sessions::a_claim_is_won_once_whether_or_not_the_session_is_stored(vault, &*fresh());
    sessions::exactly_one_of_many_threads_wins_a_claim(&fresh());
    sessions::spent_marks_outlive_the_ticket(vault, &*fresh());
    sessions::expire_takes_what_has_ended_and_nothing_else(vault, &*fresh());
    sessions::a_removed_session_is_gone_and_stays_spent(vault, &*fresh());
    sessions::revoke_takes_what_is_selected(vault, &*fresh());
    sessions::a_listing_goes_page_by_page(vault, &*fresh());
    sessions::a_listing_tells_what_cannot_be_read(vault, &*fresh());
    sessions::the_summary_of_a_lineage_is_listed(vault, &*fresh());
    sessions::many_threads_insert_and_find_at_once(vault, &fresh());
}

/// The suite of a [`TicketWallet`].
pub fn wallets<S: TicketWallet + 'static>(vault: &Vault, fresh: impl Fn() -> Arc<S>) {
    wallet::rule_16_a_ticket_is_drawn_once(vault, &*fresh());
    wallet::the_ticket_that_lasts_longest_is_drawn_first(vault, &*fresh());
    wallet::a_tls12_session_stays(vault, &*fresh());
    wallet::rule_10_each_key_has_its_own_tickets(vault, &*fresh());
    wallet::r12_what_was_made_without_verifying_is_kept_apart(vault, &*fresh());
    wallet::rule_15_a_key_has_a_bounded_number_of_tickets(vault, &*fresh());
    wallet::forgetting_a_key_leaves_the_others(vault, &*fresh());
    wallet::the_siblings_of_a_refused_ticket_can_be_dropped(vault, &*fresh());
    wallet::an_export_takes_the_session(vault, &*fresh());
    wallet::sweep_takes_what_has_ended(vault, &*fresh());
    wallet::its_contents_go_page_by_page(vault, &*fresh());
    wallet::no_two_threads_draw_the_same_ticket(vault, &fresh());
}

/// The suite of a [`RingStore`].
pub fn rings<S: RingStore + 'static>(fresh: impl Fn() -> Arc<S>) {
    ring::there_is_no_ring_before_there_was_one(&*fresh());
    ring::a_ring_is_read_back(&*fresh());
    ring::a_ring_is_replaced_only_by_who_has_read_it(&*fresh());
    ring::r17_an_older_ring_is_not_taken(&*fresh());
    ring::exactly_one_of_many_threads_rotates(&fresh());
}

/// The suite of [`Revocations`].
pub fn revocations<S: Revocations + 'static>(fresh: impl Fn() -> Arc<S>) {
    revocations::r6_what_was_added_is_there(&*fresh());
    revocations::r6_the_version_grows_with_every_revocation(&*fresh());
    revocations::r7_a_revocation_lapses_after_its_end_only(&*fresh());
    revocations::no_revocation_of_many_threads_is_lost(&fresh());
}

/// The suite of a [`Register`].
pub fn registers<S: Register + 'static>(fresh: impl Fn() -> Arc<S>) {
    register::connections_are_found_by_session_and_lineage(&*fresh());
    register::a_closed_connection_counts_as_used_but_not_open(&*fresh());
    register::the_connections_of_a_dead_process_are_not_open(&*fresh());
    register::old_connections_are_forgotten(&*fresh());
}

/// Waits for a reply that has to be there.
fn wait<T>(reply: Reply<'_, T>) -> T {
    block_on(reply).expect("the store answers")
}

/// So many seconds after the samples were issued.
pub fn after(seconds: u64) -> Timestamp {
    ISSUED.plus(Duration::from_secs(seconds))
}

/// The number as an id. Different numbers lie far apart and in no order.
pub fn id(number: u32) -> TicketId {
    TicketId::of_wire(&number.to_be_bytes())
}

/// The ticket with this number, to be used up; the mark ends so many seconds after the samples were
/// issued. Issued later than any store can have begun, whatever its own clock says.
pub fn spend(number: u32, lives: u64) -> Spend {
    Spend {
        id: id(number),
        issued_at: Timestamp::FAR_FUTURE,
        until: after(lives),
    }
}

/// A session for a server's store, that lives so many seconds.
pub fn stored(vault: &Vault, number: u32, lives: u64) -> StoredSession {
    let mut session = samples::tls13();
    session.lifetime.expires_at = after(lives);
    vault
        .seal_session(&session, None, Side::Server, id(number))
        .expect("the sample fits")
}

/// A ticket for a wallet, that lives so many seconds.
pub fn ticket(vault: &Vault, key: &WalletKey, number: u32, lives: u64) -> StoredSession {
    kept(vault, key, samples::tls13(), number, lives)
}

fn kept(
    vault: &Vault,
    key: &WalletKey,
    mut session: Session,
    number: u32,
    lives: u64,
) -> StoredSession {
    session.lifetime.expires_at = after(lives);
    if key.verification == Verification::Insecure {
        session.taint = Some(Taint::Unverified);
    }
    vault
        .seal_for_wallet(key, &session, Some(&number.to_be_bytes()), id(number))
        .expect("the sample fits")
}

/// The key of a client that verifies this host.
pub fn wallet_key(host: &str) -> WalletKey {
    WalletKey {
        host: host.to_owned(),
        port: 443,
        proxy: None,
        sni: ServerName::new(host).ok(),
        versions: vec![ProtocolVersion::TLS1_3],
        alpn: Alpn::new(b"h2").into_iter().collect(),
        anchors: [1; 32],
        verification: Verification::Verified,
        client_identity: None,
    }
}

fn lineage(number: u8) -> LineageId {
    LineageId([number; 16])
}

fn entropy(number: u32) -> Entropy {
    let mut seed = [0; 32];
    seed.copy_from_slice(HashAlgorithm::Sha256.hash(&number.to_be_bytes()).as_bytes());
    Entropy::from_seed(seed)
}

/// Runs the same at once on so many threads and gives what each came to.
fn race<S: Send + Sync + 'static, T: Send + 'static>(
    store: &Arc<S>,
    threads: u32,
    run: impl Fn(&S, u32) -> T + Send + Sync + 'static,
) -> Vec<T> {
    let (start, run) = (Arc::new(Barrier::new(threads as usize)), Arc::new(run));
    let runners: Vec<_> = (0..threads)
        .map(|number| {
            let (store, start, run) = (Arc::clone(store), Arc::clone(&start), Arc::clone(&run));
            thread::spawn(move || {
                start.wait();
                run(&store, number)
            })
        })
        .collect();
    runners
        .into_iter()
        .map(|runner| runner.join().expect("the store does not panic"))
        .collect()
}
