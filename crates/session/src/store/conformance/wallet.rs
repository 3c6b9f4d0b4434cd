//! What every [`TicketWallet`] keeps to.

use std::collections::BTreeSet;

use super::*;
use crate::store::{Page, Selector, TICKETS_PER_KEY};

pub(super) fn rule_16_a_ticket_is_drawn_once(vault: &Vault, wallet: &impl TicketWallet) {
    let key = wallet_key("a.example");
    assert_eq!(wait(wallet.draw(&key)), None);
    wait(wallet.keep(&key, ticket(vault, &key, 1, 100)));
    let drawn = wait(wallet.draw(&key)).expect("it was kept");
    let (_, bytes) = vault.open_from_wallet(&key, &drawn).expect("it opens");
    assert_eq!(bytes.as_deref(), Some(1u32.to_be_bytes().as_slice()));
    assert_eq!(wait(wallet.draw(&key)), None);
    assert_eq!(wait(wallet.contents(Page::first(10))), []);
}

pub(super) fn the_ticket_that_lasts_longest_is_drawn_first(
    vault: &Vault,
    wallet: &impl TicketWallet,
) {
    let key = wallet_key("a.example");
    for (number, lives) in [(1, 20), (2, 30), (3, 10)] {
        wait(wallet.keep(&key, ticket(vault, &key, number, lives)));
    }
    let drawn: Vec<_> = (0..3)
        .filter_map(|_| wait(wallet.draw(&key)))
        .map(|ticket| ticket.id)
        .collect();
    assert_eq!(drawn, [id(2), id(1), id(3)]);
}

pub(super) fn a_tls12_session_stays(vault: &Vault, wallet: &impl TicketWallet) {
    let key = wallet_key("a.example");
    wait(wallet.keep(&key, kept(vault, &key, samples::tls12(), 1, 900)));
    wait(wallet.keep(&key, ticket(vault, &key, 2, 100)));
    let drawn: Vec<_> = (0..3)
        .filter_map(|_| wait(wallet.draw(&key)))
        .map(|ticket| ticket.id)
        .collect();
    assert_eq!(
        drawn,
        [id(2), id(1), id(1)],
        "TLS 1.3 tickets first; a TLS 1.2 session serves many connections"
    );
}

pub(super) fn rule_10_each_key_has_its_own_tickets(vault: &Vault, wallet: &impl TicketWallet) {
    let key = wallet_key("a.example");
    let others = [
        wallet_key("b.example"),
        WalletKey {
            port: 8443,
            ..key.clone()
        },
        WalletKey {
            proxy: Some("proxy:3128".to_owned()),
            ..key.clone()
        },
        WalletKey {
            sni: None,
            ..key.clone()
        },
        WalletKey {
            alpn: Vec::new(),
            ..key.clone()
        },
        WalletKey {
            anchors: [2; 32],
            ..key.clone()
        },
        WalletKey {
            client_identity: Some([1; 32]),
            ..key.clone()
        },
    ];
    wait(wallet.keep(&key, ticket(vault, &key, 1, 100)));
    for other in &others {
        assert_eq!(wait(wallet.draw(other)), None, "{other:?}");
    }
    assert!(wait(wallet.draw(&key)).is_some());
}

pub(super) fn r12_what_was_made_without_verifying_is_kept_apart(
    vault: &Vault,
    wallet: &impl TicketWallet,
) {
    let verified = wallet_key("a.example");
    let insecure = WalletKey {
        verification: Verification::Insecure,
        ..verified.clone()
    };
    wait(wallet.keep(&insecure, ticket(vault, &insecure, 1, 100)));
    assert_eq!(wait(wallet.draw(&verified)), None);
    let drawn = wait(wallet.draw(&insecure)).expect("it was kept");
    assert!(vault.open_from_wallet(&verified, &drawn).is_err());
    let (session, _) = vault.open_from_wallet(&insecure, &drawn).expect("it opens");
    assert_eq!(session.taint, Some(Taint::Unverified));
}

pub(super) fn rule_15_a_key_has_a_bounded_number_of_tickets(
    vault: &Vault,
    wallet: &impl TicketWallet,
) {
    let key = wallet_key("a.example");
    let most = u32::try_from(TICKETS_PER_KEY).expect("a small number");
    for number in 0..most + 5 {
        wait(wallet.keep(&key, ticket(vault, &key, number, 100 + u64::from(number))));
    }
    let drawn: Vec<_> = (0..most + 5)
        .filter_map(|_| wait(wallet.draw(&key)))
        .map(|ticket| ticket.id)
        .collect();
    assert_eq!(
        drawn,
        (5..most + 5).rev().map(id).collect::<Vec<_>>(),
        "those that end first went"
    );
}

pub(super) fn forgetting_a_key_leaves_the_others(vault: &Vault, wallet: &impl TicketWallet) {
    let (key, other) = (wallet_key("a.example"), wallet_key("b.example"));
    wait(wallet.keep(&key, ticket(vault, &key, 1, 100)));
    wait(wallet.keep(&key, kept(vault, &key, samples::tls12(), 2, 100)));
    wait(wallet.keep(&other, ticket(vault, &other, 3, 100)));
    assert_eq!(wait(wallet.forget(&key)), 2);
    assert_eq!(wait(wallet.draw(&key)), None);
    assert!(wait(wallet.draw(&other)).is_some());
}

pub(super) fn the_siblings_of_a_refused_ticket_can_be_dropped(
    vault: &Vault,
    wallet: &impl TicketWallet,
) {
    let key = wallet_key("a.example");
    let mut other = samples::tls13();
    other.lineage.id = lineage(9);
    wait(wallet.keep(&key, ticket(vault, &key, 1, 100)));
    wait(wallet.keep(&key, ticket(vault, &key, 2, 100)));
    wait(wallet.keep(&key, kept(vault, &key, other, 3, 100)));
    assert_eq!(
        wait(wallet.discard(Selector::Lineage(samples::tls13().lineage.id))),
        2
    );
    assert_eq!(wait(wallet.draw(&key)).map(|ticket| ticket.id), Some(id(3)));
    assert_eq!(wait(wallet.draw(&key)), None);
}

pub(super) fn an_export_takes_the_session(vault: &Vault, wallet: &impl TicketWallet) {
    let key = wallet_key("a.example");
    wait(wallet.keep(&key, ticket(vault, &key, 1, 100)));
    wait(wallet.keep(&key, kept(vault, &key, samples::tls12(), 2, 100)));
    for number in [1, 2] {
        assert_eq!(
            wait(wallet.take(id(number))).map(|ticket| ticket.id),
            Some(id(number))
        );
        assert_eq!(wait(wallet.take(id(number))), None);
    }
    assert_eq!(wait(wallet.draw(&key)), None);
}

pub(super) fn sweep_takes_what_has_ended(vault: &Vault, wallet: &impl TicketWallet) {
    let key = wallet_key("a.example");
    for (number, lives) in [(1, 10), (2, 20)] {
        wait(wallet.keep(&key, ticket(vault, &key, number, lives)));
    }
    assert_eq!(wait(wallet.sweep(after(15))), 1);
    assert_eq!(wait(wallet.draw(&key)).map(|ticket| ticket.id), Some(id(2)));
    assert_eq!(wait(wallet.draw(&key)), None);
}

pub(super) fn its_contents_go_page_by_page(vault: &Vault, wallet: &impl TicketWallet) {
    for number in 0..12 {
        let key = wallet_key(if number % 2 == 0 {
            "a.example"
        } else {
            "b.example"
        });
        wait(wallet.keep(&key, ticket(vault, &key, number, 100)));
    }
    let first = wait(wallet.contents(Page::first(8)));
    let rest = wait(wallet.contents(Page {
        after: first.last().map(|listed| listed.id),
        limit: 8,
    }));
    assert_eq!((first.len(), rest.len()), (8, 4));
    let ids: BTreeSet<TicketId> = first.iter().chain(&rest).map(|listed| listed.id).collect();
    assert_eq!(ids, (0..12).map(id).collect(), "each of them, and once");
    assert!(
        first
            .iter()
            .all(|listed| listed.side == Side::Client && listed.summary.is_ok())
    );
}

pub(super) fn no_two_threads_draw_the_same_ticket<S: TicketWallet + 'static>(
    vault: &Vault,
    wallet: &Arc<S>,
) {
    let key = wallet_key("a.example");
    for number in 0..30 {
        wait(wallet.keep(&key, ticket(vault, &key, number, 100)));
    }
    let drawn = race(wallet, 16, move |wallet, _| {
        core::iter::from_fn(|| wait(wallet.draw(&key)))
            .map(|ticket| ticket.id)
            .collect::<Vec<_>>()
    });
    let mut drawn: Vec<TicketId> = drawn.into_iter().flatten().collect();
    let mut expected: Vec<TicketId> = (0..30).map(id).collect();
    drawn.sort_unstable();
    expected.sort_unstable();
    assert_eq!(drawn, expected, "each once, and all of them");
}
