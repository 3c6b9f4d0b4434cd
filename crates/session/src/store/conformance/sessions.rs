//! What every [`SessionStore`] keeps to.

use std::collections::BTreeSet;

use super::*;
use crate::store::{Claim, Listed, Page, PeerHash, Selector};
use crate::summary::TicketKind;
use crate::vault::OpenFailure;

pub(super) fn what_was_inserted_is_found_again_and_again(vault: &Vault, store: &impl SessionStore) {
    let session = stored(vault, 1, 100);
    wait(store.insert(session.clone()));
    for _ in 0..3 {
        assert_eq!(
            wait(store.find(id(1))),
            Some(session.clone()),
            "to look takes nothing away"
        );
    }
    let found = wait(store.find(id(1))).expect("it was found before");
    assert!(vault.open_session(&found, Side::Server).is_ok());
}

pub(super) fn an_unknown_id_is_no_error(store: &impl SessionStore) {
    assert_eq!(wait(store.find(id(1))), None);
    assert!(!wait(store.remove(id(1))));
    assert_eq!(wait(store.list(Page::first(10))), []);
}

pub(super) fn a_second_insert_replaces_the_first(vault: &Vault, store: &impl SessionStore) {
    wait(store.insert(stored(vault, 1, 100)));
    wait(store.insert(stored(vault, 1, 200)));
    assert_eq!(wait(store.find(id(1))), Some(stored(vault, 1, 200)));
    assert_eq!(wait(store.list(Page::first(10))).len(), 1);
    assert_eq!(
        wait(store.expire(after(150))),
        0,
        "the first one's end counts no more"
    );
}

pub(super) fn a_claim_is_won_once_whether_or_not_the_session_is_stored(
    vault: &Vault,
    store: &impl SessionStore,
) {
    wait(store.insert(stored(vault, 1, 100)));
    for number in [1, 2] {
        assert_eq!(wait(store.claim(spend(number, 100))), Claim::Won);
        assert_eq!(wait(store.claim(spend(number, 100))), Claim::AlreadyUsed);
        assert_eq!(wait(store.claim(spend(number, 900))), Claim::AlreadyUsed);
    }
    assert_eq!(wait(store.find(id(2))), None, "a mark is not a session");
    let listed: Vec<bool> = wait(store.list(Page::first(10)))
        .iter()
        .map(|listed| listed.spent)
        .collect();
    assert_eq!(listed, [true]);
}

pub(super) fn exactly_one_of_many_threads_wins_a_claim<S: SessionStore + 'static>(store: &Arc<S>) {
    const IDS: u32 = 50;
    let claims = race(store, 16, |store, _| {
        (0..IDS)
            .filter(|number| wait(store.claim(spend(*number, 100))) == Claim::Won)
            .collect::<Vec<u32>>()
    });
    let mut won: Vec<u32> = claims.into_iter().flatten().collect();
    won.sort_unstable();
    assert_eq!(won, (0..IDS).collect::<Vec<u32>>());
}

pub(super) fn spent_marks_outlive_the_ticket(vault: &Vault, store: &impl SessionStore) {
    wait(store.insert(stored(vault, 1, 100)));
    assert_eq!(wait(store.claim(spend(1, 160))), Claim::Won);
    assert_eq!(wait(store.expire(after(101))), 1);
    assert_eq!(wait(store.find(id(1))), None);
    assert_eq!(wait(store.claim(spend(1, 160))), Claim::AlreadyUsed);
    // Inserted again, it is still used up.
    wait(store.insert(stored(vault, 1, 100)));
    assert_eq!(wait(store.claim(spend(1, 160))), Claim::AlreadyUsed);
    wait(store.expire(after(161)));
    assert_eq!(
        wait(store.claim(spend(1, 500))),
        Claim::Won,
        "a mark ends, so that the set does not grow for ever"
    );
}

pub(super) fn expire_takes_what_has_ended_and_nothing_else(
    vault: &Vault,
    store: &impl SessionStore,
) {
    for (number, lives) in [(1, 10), (2, 20), (3, 30)] {
        wait(store.insert(stored(vault, number, lives)));
    }
    assert_eq!(wait(store.expire(after(5))), 0);
    assert_eq!(wait(store.expire(after(25))), 2);
    let kept = [1, 2, 3].map(|number| wait(store.find(id(number))).is_some());
    assert_eq!(kept, [false, false, true]);
}

pub(super) fn a_removed_session_is_gone_and_stays_spent(vault: &Vault, store: &impl SessionStore) {
    wait(store.insert(stored(vault, 1, 100)));
    wait(store.claim(spend(1, 100)));
    assert!(wait(store.remove(id(1))));
    assert!(!wait(store.remove(id(1))));
    assert_eq!(wait(store.find(id(1))), None);
    assert_eq!(wait(store.claim(spend(1, 100))), Claim::AlreadyUsed);
}

pub(super) fn revoke_takes_what_is_selected(vault: &Vault, store: &impl SessionStore) {
    let seal = |session: &Session, number| {
        vault
            .seal_session(session, None, Side::Server, id(number))
            .expect("it fits")
    };
    let mut other = samples::tls13();
    other.lineage.id = lineage(9);
    other.binding.server_name = ServerName::new("other.example").ok();
    other.binding.peer = None;
    let selectors = [
        Selector::Lineage(samples::tls13().lineage.id),
        Selector::ServerName(ServerName::new("www.example.com").expect("a name")),
        Selector::Peer(PeerHash::of_subject("CN=client")),
    ];
    for selector in selectors {
        wait(store.insert(seal(&samples::tls13(), 1)));
        wait(store.insert(seal(&samples::tls12(), 2)));
        wait(store.insert(seal(&other, 3)));
        assert_eq!(wait(store.revoke(selector.clone())), 2, "{selector:?}");
        assert_eq!(wait(store.revoke(selector)), 0);
        let kept = [1, 2, 3].map(|number| wait(store.find(id(number))).is_some());
        assert_eq!(kept, [false, false, true]);
    }
    assert_eq!(wait(store.revoke(Selector::Lineage(lineage(1)))), 0);
    assert_eq!(wait(store.revoke(Selector::All)), 1);
    assert_eq!(wait(store.list(Page::first(10))), []);
}

pub(super) fn a_listing_goes_page_by_page(vault: &Vault, store: &impl SessionStore) {
    for number in 0..25 {
        wait(store.insert(stored(vault, number, 100)));
    }
    let (mut page, mut pages, mut seen): (_, _, Vec<Listed>) =
        (Page::first(10), Vec::new(), Vec::new());
    loop {
        let listed = wait(store.list(page));
        let Some(last) = listed.last() else { break };
        page.after = Some(last.id);
        pages.push(listed.len());
        seen.extend(listed);
    }
    assert_eq!(pages, [10, 10, 5]);
    let ids: BTreeSet<TicketId> = seen.iter().map(|listed| listed.id).collect();
    assert_eq!(ids, (0..25).map(id).collect(), "each of them, and once");
    for listed in &seen {
        let summary = listed.summary.as_ref().expect("it opens");
        assert_eq!(
            (summary.id, summary.side, summary.kind),
            (listed.id, Side::Server, TicketKind::Stored)
        );
        assert_eq!(
            (summary.expires_at, listed.side, listed.spent),
            (listed.expires_at, Side::Server, false)
        );
    }
}

pub(super) fn a_listing_tells_what_cannot_be_read(vault: &Vault, store: &impl SessionStore) {
    let mut damaged = stored(vault, 1, 100);
    damaged.listing.reverse();
    wait(store.insert(damaged));
    let listed = wait(store.list(Page::first(10)));
    assert_eq!(listed.len(), 1, "nothing is left out silently");
    assert_eq!(
        (listed[0].id, &listed[0].summary),
        (id(1), &Err(OpenFailure::NotAuthentic))
    );
}

pub(super) fn the_summary_of_a_lineage_is_listed(vault: &Vault, store: &impl SessionStore) {
    let session = samples::tls13();
    let stored = vault.seal_lineage(&session, Side::Server).expect("it fits");
    wait(store.insert(stored));
    let listed = wait(store.list(Page::first(10)));
    let summary = listed[0].summary.as_ref().expect("it opens");
    assert_eq!(
        (summary.kind, summary.lineage),
        (TicketKind::Lineage, session.lineage)
    );
    let found = wait(store.find(TicketId::of_lineage(session.lineage.id))).expect("it is kept");
    assert_eq!(
        vault.open_session(&found, Side::Server).err(),
        Some(OpenFailure::OnlySummary)
    );
}

pub(super) fn many_threads_insert_and_find_at_once<S: SessionStore + 'static>(
    vault: &Vault,
    store: &Arc<S>,
) {
    let vault = vault.clone();
    race(store, 8, move |store, thread| {
        for number in 0..20 {
            let number = thread * 1000 + number;
            wait(store.insert(stored(&vault, number, 100)));
            assert!(
                wait(store.find(id(number))).is_some(),
                "what was acknowledged is found"
            );
        }
    });
    assert_eq!(wait(store.list(Page::first(1000))).len(), 160);
}
