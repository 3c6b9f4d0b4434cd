//! Nothing grows without bound, what is open is never dropped, and what is dropped is told.

use tessera_console::document::KeyRow;
use tessera_console::{LineageFact, News, Picture};
use tessera_observe::{ConnectionRow, FeedLine, SessionRow};

use crate::kit::page::Page;
use crate::kit::rows::{closed, delta, fact, full, handshaking, session, tell, tell_sessions};
use crate::kit::{at, picture};

/// Takes what changed, and sees that it makes what there is now.
fn catch_up(picture: &Picture, page: &mut Page) {
    let document = picture.since(page.sequence);
    assert!(!document.everything);
    page.take(&document);
    assert!(*page == Page::of(&picture.since(0)), "a page fell behind");
}

#[test]
fn of_more_than_twenty_thousand_connections_the_first_that_ended_make_room() {
    let (picture, _) = picture();
    let open = (0..100).map(|number| handshaking(&format!("open{number}")));
    tell(&picture, 811, open.collect());
    let mut page = Page::of(&picture.since(0));
    let ended = |numbers: std::ops::Range<u32>| {
        numbers
            .map(|number| closed(handshaking(&format!("c{number}"))))
            .collect::<Vec<ConnectionRow>>()
    };
    tell(&picture, 811, ended(0..19_900));
    catch_up(&picture, &mut page);
    assert_eq!(page.all("connections").len(), 20_000);
    tell(&picture, 811, ended(19_900..20_400));
    catch_up(&picture, &mut page);
    assert_eq!(page.all("connections").len(), 20_000);
    assert!(page.row("connections", "c499").is_null());
    assert!(!page.row("connections", "c500").is_null());
    let open = page.all("connections").into_iter();
    assert_eq!(
        open.filter(|row| row["state"] == "handshaking").count(),
        100
    );
    // They still count.
    assert_eq!(page.row("counters", "")["failed"], 20_400);
}

#[test]
fn more_than_twenty_thousand_open_connections_are_all_kept() {
    let (picture, _) = picture();
    let open = (0..20_100).map(|number| handshaking(&format!("c{number}")));
    tell(&picture, 811, open.collect());
    assert_eq!(picture.since(0).connections.len(), 20_100);
    picture.server_ended(811, at(50), "exited with 0");
    assert_eq!(picture.since(0).connections.len(), 20_000);
}

#[test]
fn who_was_away_while_more_went_than_is_remembered_is_told_everything() {
    let (picture, _) = picture();
    let ended = |numbers: std::ops::Range<u32>| {
        numbers
            .map(|number| closed(handshaking(&format!("c{number}"))))
            .collect::<Vec<ConnectionRow>>()
    };
    tell(&picture, 811, ended(0..20_000));
    let seen = picture.since(0).sequence;
    tell(&picture, 811, ended(20_000..40_000));
    assert!(
        !picture.since(seen).everything,
        "all that went is remembered"
    );
    tell(&picture, 811, ended(40_000..40_001));
    let document = picture.since(seen);
    assert!(document.everything);
    assert_eq!(document.connections.len(), 20_000);
}

#[test]
fn of_four_thousand_lineages_those_without_open_connections_make_room_ended_ones_first() {
    let (picture, clock) = picture();
    clock.set(4_000);
    // Two hundred have ended, and one that is live has an open connection.
    let ended = (0..200).map(|number| fact(&format!("ended{number}")));
    picture.lineages(ended.collect());
    tell(&picture, 811, vec![full("c1", "held")]);
    let live = |number: u32| LineageFact {
        expires_at: Some(at(9_000)),
        ..fact(&format!("live{number}"))
    };
    picture.lineages((0..3_799).map(live).collect());
    let mut page = Page::of(&picture.since(0));
    assert_eq!(page.all("lineages").len(), 4_000);
    picture.lineages(vec![live(3_799)]);
    catch_up(&picture, &mut page);
    assert_eq!(page.all("lineages").len(), 3_601);
    assert!(!page.row("lineages", "held").is_null());
    assert!(page.row("lineages", "ended199").is_null());
    assert!(
        page.row("lineages", "live199").is_null(),
        "the one that changed longest ago"
    );
    assert!(!page.row("lineages", "live200").is_null());
    assert_eq!(page.row("counters", "")["sessions_live"], 3_601);
}

#[test]
fn a_lineage_shows_its_thirty_two_latest_sessions() {
    let (picture, _) = picture();
    let ticket = |number: u32| SessionRow {
        generation: number,
        ..session(&format!("t{number:02}"), "a1")
    };
    tell_sessions(&picture, 811, (0..40).rev().map(ticket).collect());
    let document = picture.since(0);
    let ids: Vec<&str> = document.lineages[0]
        .sessions
        .iter()
        .map(|session| session.id.as_str())
        .collect();
    assert_eq!((ids.len(), ids[0], ids[31]), (32, "t08", "t39"));
}

#[test]
fn the_last_two_thousand_notices_are_kept() {
    let (picture, _) = picture();
    let mut page = Page::of(&picture.since(0));
    for number in 0..2_100 {
        picture.notice(News::new(at(number), "trouble", format!("{number}")));
    }
    catch_up(&picture, &mut page);
    let told = page.notices("trouble");
    assert_eq!((told.len(), told[0], told[1_999]), (2_000, "100", "2099"));
}

#[test]
fn the_last_sixty_four_processes_that_ended_are_kept() {
    let (picture, _) = picture();
    let mut page = Page::of(&picture.since(0));
    for number in 0..70 {
        picture.server_started(1_000 + number, "edge-2", at(0));
        picture.server_ended(1_000 + number, at(1), "exited with 0");
    }
    catch_up(&picture, &mut page);
    assert_eq!(page.all("processes").len(), 65, "and the one that runs");
    assert_eq!(page.all("nodes").len(), 65);
    let line = FeedLine::delta(1_000, delta(vec![full("c1", "a1")], Vec::new()));
    assert!(picture.feed(line).is_err(), "nobody remembers it");
}

#[test]
fn two_hundred_and_fifty_six_ticket_keys_are_shown() {
    let (picture, _) = picture();
    let key = |number: u32| KeyRow {
        name: format!("k{number}"),
        dialect: "nginx".into(),
        phase: "opening".into(),
        seals_from: None,
        seals_until: None,
        opens_until: at(90),
        context_known: Some(true),
    };
    picture.keys((0..300).map(key).collect());
    assert_eq!(picture.since(0).keys.len(), 256);
}

#[test]
fn the_console_remembers_four_thousand_and_ninety_six_connections_as_its_own() {
    let (picture, _) = picture();
    let ids: Vec<String> = (0..4_097).map(|number| format!("c{number}")).collect();
    picture.mine(&ids);
    tell(
        &picture,
        811,
        vec![full("c0", "a1"), full("c1", "a1"), full("c4096", "a1")],
    );
    let page = Page::of(&picture.since(0));
    let by = ["c0", "c1", "c4096"].map(|id| page.row("connections", id)["by"].clone());
    assert_eq!(
        by,
        [serde_json::Value::Null, "console".into(), "console".into()]
    );
}
