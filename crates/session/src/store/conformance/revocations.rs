//! What every [`Revocations`] keeps to.

use super::*;
use crate::store::{PeerHash, Revocation, Selector};

const SKEW: Duration = Duration::from_secs(60);

fn revocation(selector: Selector) -> Revocation {
    Revocation::new(selector, "a test", ISSUED, SKEW)
}

pub(super) fn r6_what_was_added_is_there(store: &impl Revocations) {
    assert!(wait(store.revoked()).is_empty());
    let session = samples::tls13();
    let selectors = [
        Selector::Lineage(session.lineage.id),
        Selector::Peer(PeerHash::of_subject("CN=client")),
        Selector::ServerName(ServerName::new("www.example.com").expect("a name")),
        Selector::All,
    ];
    for (at, selector) in selectors.into_iter().enumerate() {
        wait(store.add(revocation(selector)));
        let revoked = wait(store.revoked());
        assert_eq!(revoked.len(), at + 1);
        assert!(revoked.covers(&session));
    }
}

pub(super) fn r6_the_version_grows_with_every_revocation(store: &impl Revocations) {
    assert_eq!(wait(store.revoked_version()), 0);
    let mut last = 0;
    for _ in 0..3 {
        let version = wait(store.add(revocation(Selector::All)));
        assert!(version > last);
        assert_eq!(wait(store.revoked_version()), version);
        assert_eq!(wait(store.revoked()).version(), version);
        last = version;
    }
    wait(store.lapse(Timestamp::FAR_FUTURE));
    assert!(
        wait(store.revoked_version()) >= last,
        "nor does it shrink when they lapse"
    );
}

pub(super) fn r7_a_revocation_lapses_after_its_end_only(store: &impl Revocations) {
    let revocation = revocation(Selector::All);
    wait(store.add(revocation.clone()));
    assert_eq!(wait(store.lapse(revocation.until)), 0);
    assert_eq!(wait(store.revoked()).len(), 1);
    assert_eq!(
        wait(store.lapse(revocation.until.plus(Duration::from_millis(1)))),
        1
    );
    assert!(wait(store.revoked()).is_empty());
}

pub(super) fn no_revocation_of_many_threads_is_lost<S: Revocations + 'static>(store: &Arc<S>) {
    let versions = race(store, 8, |store, thread| {
        let number = u8::try_from(thread).expect("few threads");
        wait(store.add(revocation(Selector::Lineage(lineage(number)))))
    });
    assert_eq!(wait(store.revoked()).len(), 8);
    assert_eq!(
        versions.into_iter().max(),
        Some(wait(store.revoked_version()))
    );
}
