//! Lineages: as connections tell them, as the store knows them, and as the clock ends them.

use serde_json::Value;
use tessera_console::document::LineageState;
use tessera_console::{LineageFact, Picture};
use tessera_observe::SessionRow;

use crate::kit::page::Page;
use crate::kit::rows::{fact, full, resumed, session, tell, tell_sessions};
use crate::kit::{at, picture};

fn page(picture: &Picture) -> Page {
    Page::of(&picture.since(0))
}

fn lineage(picture: &Picture) -> Value {
    page(picture).row("lineages", "a1").clone()
}

#[test]
fn a_bar_is_made_of_its_connections_and_sessions() {
    let (picture, _) = picture();
    tell_sessions(&picture, 811, vec![session("full-c1", "a1")]);
    tell(&picture, 811, vec![full("c1", "a1")]);
    let ticket = SessionRow {
        generation: 1,
        uses: 0,
        expires_at: None,
        issued_by: Some("c1".to_owned()),
        ..session("t1", "a1")
    };
    tell_sessions(&picture, 811, vec![ticket]);
    tell(&picture, 811, vec![resumed("c2", "a1", "t1")]);
    let row = lineage(&picture);
    assert_eq!(row["server_name"], "a.test");
    assert_eq!(row["version"], "TLSv1.3");
    assert_eq!(row["cipher_suite"], "TLS_AES_128_GCM_SHA256");
    assert_eq!(row["authenticated_at"], at(10).to_string());
    assert_eq!(row["expires_at"], at(3_600).to_string());
    assert_eq!(row["lineage_ends_at"], at(86_400).to_string());
    assert_eq!((&row["generation"], &row["uses"]), (&1.into(), &2.into()));
    assert_eq!(row["state"], "live");
    let sessions: Vec<&Value> = row["sessions"].as_array().into_iter().flatten().collect();
    let ids: Vec<&Value> = sessions.iter().map(|session| &session["id"]).collect();
    assert_eq!(ids, ["full-c1", "t1"]);
}

#[test]
fn a_bar_ends_by_the_clock_though_nobody_tells() {
    let (picture, clock) = picture();
    tell_sessions(&picture, 811, vec![session("s1", "a1")]);
    tell(&picture, 811, vec![full("c1", "a1")]);
    let mut seen = page(&picture);
    clock.set(3_599);
    assert_eq!(picture.since(seen.sequence).lineages.len(), 0);
    clock.set(3_601);
    seen.take(&picture.since(seen.sequence));
    let row = seen.row("lineages", "a1");
    assert_eq!(
        (&row["state"], &row["ended_at"]),
        (&"expired".into(), &at(3_600).to_string().into())
    );
    assert_eq!(
        seen.notices("expired"),
        ["session a1 for a.test has expired: its time was over"]
    );
    assert_eq!(seen.row("counters", "")["sessions_live"], 0);
    // A ticket that was issued later outlives it, and the bar with it.
    let later = SessionRow {
        expires_at: Some(at(7_200)),
        ..session("t1", "a1")
    };
    tell_sessions(&picture, 811, vec![later]);
    assert_eq!(lineage(&picture)["state"], "live");
    // But nothing outlives the lineage.
    clock.set(90_000);
    let never = SessionRow {
        expires_at: Some(at(99_000)),
        ..session("t2", "a1")
    };
    tell_sessions(&picture, 811, vec![never]);
    assert_eq!(lineage(&picture)["ended_at"], at(86_400).to_string());
}

#[test]
fn those_who_wait_hear_when_a_bar_ends() {
    let (picture, clock) = picture();
    tell_sessions(&picture, 811, vec![session("s1", "a1")]);
    let changes = picture.changes();
    let before = *changes.borrow();
    clock.set(3_600);
    picture.tick();
    assert!(*changes.borrow() > before);
}

#[test]
fn after_a_restart_of_the_console_the_store_says_which_bars_there_are() {
    let (picture, clock) = picture();
    let revoked = LineageFact {
        state: LineageState::Revoked,
        ended_at: Some(at(60)),
        why: Some("a laptop was lost".to_owned()),
        ..fact("a2")
    };
    picture.lineages(vec![fact("a1"), revoked]);
    let seen = page(&picture);
    assert_eq!(seen.row("lineages", "a1")["state"], "live");
    let row = seen.row("lineages", "a2");
    assert_eq!(
        (&row["state"], &row["why"]),
        (&"revoked".into(), &"a laptop was lost".into())
    );
    assert_eq!(row["ended_at"], at(60).to_string());
    assert!(seen.notices("revoked").is_empty(), "that is no news");
    clock.set(3_600);
    assert_eq!(lineage(&picture)["state"], "expired");
}

#[test]
fn a_revocation_that_is_seen_is_news_once() {
    let (picture, _) = picture();
    tell(&picture, 811, vec![full("c1", "a1")]);
    picture.lineages(vec![fact("a1")]);
    let revoked = LineageFact {
        state: LineageState::Revoked,
        ended_at: Some(at(90)),
        why: Some("a laptop was lost".to_owned()),
        peer_identity: Some("CN=anna".to_owned()),
        ..fact("a1")
    };
    for _ in 0..2 {
        picture.lineages(vec![revoked.clone()]);
    }
    let seen = page(&picture);
    assert_eq!(
        seen.notices("revoked"),
        ["session a1 for a.test is revoked: a laptop was lost"]
    );
    let row = seen.row("lineages", "a1");
    assert_eq!(row["peer_identity"], "CN=anna");
    assert_eq!(row["version"], "TLSv1.3");
    assert_eq!(
        seen.row("connections", "c1")["state"],
        "open",
        "that is another matter"
    );
    assert_eq!(seen.row("counters", "")["sessions_live"], 0);
    let notice = seen.all("notices")[0];
    assert_eq!(notice["lineage"], "a1");
}

#[test]
fn what_the_store_has_counted_before_us_is_not_lost() {
    let (picture, _) = picture();
    picture.lineages(vec![LineageFact {
        uses: 7,
        generation: 3,
        ..fact("a1")
    }]);
    tell(&picture, 811, vec![full("c1", "a1")]);
    let row = lineage(&picture);
    assert_eq!((&row["uses"], &row["generation"]), (&7.into(), &3.into()));
}
