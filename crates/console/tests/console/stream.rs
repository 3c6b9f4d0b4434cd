//! The stream: what pages are told, and when.

use tokio::net::TcpStream;

use crate::kit::client::{Event, Events};
use crate::kit::page::Page;
use crate::kit::rows::{closed, full, handshaking, tell};
use crate::kit::{Console, at};

async fn follow(console: &Console) -> Events {
    console.get("/events").stream(console.address).await
}

async fn resume(console: &Console, id: &str) -> Events {
    let request = console.get("/events").header("Last-Event-ID", id);
    request.stream(console.address).await
}

/// Takes events until a page has seen what the picture has now.
async fn catch_up(console: &Console, events: &mut Events, page: &mut Page) -> Event {
    loop {
        let event = events.next().await.expect("the stream goes on");
        page.take_json(&event.document);
        if page.sequence >= *console.picture.changes().borrow() {
            return event;
        }
    }
}

fn now(console: &Console) -> Page {
    Page::of(&console.picture.since(0))
}

#[tokio::test]
async fn a_page_is_told_everything_first_and_then_what_changes() {
    let console = Console::start().await;
    tell(&console.picture, 811, vec![full("c1", "a1")]);
    let mut events = follow(&console).await;
    assert!(events.head.contains("content-type: text/event-stream"));
    let mut page = Page::default();
    let first = catch_up(&console, &mut events, &mut page).await;
    assert_eq!(page.row("connections", "c1")["state"], "open");
    tell(&console.picture, 811, vec![handshaking("c2")]);
    let next = catch_up(&console, &mut events, &mut page).await;
    assert_eq!(next.document["everything"], false);
    let told = next.document["connections"].as_array();
    assert_eq!(told.map(Vec::len), Some(1), "c1 has not changed");
    assert_eq!(page, now(&console));
    let epoch = console.picture.epoch();
    for event in [first, next] {
        assert_eq!(event.id, format!("{epoch}.{}", event.document["sequence"]));
    }
}

#[tokio::test]
async fn a_page_that_comes_back_is_told_exactly_what_it_missed() {
    let console = Console::start().await;
    tell(
        &console.picture,
        811,
        vec![full("c1", "a1"), full("c2", "a2")],
    );
    let mut events = follow(&console).await;
    let mut page = Page::default();
    let last = catch_up(&console, &mut events, &mut page).await;
    drop(events);
    tell(&console.picture, 811, vec![closed(full("c1", "a1"))]);
    console
        .picture
        .server_ended(811, at(40), "ended by signal 9");
    console.picture.server_started(902, "edge-1", at(41));
    let mut events = resume(&console, &last.id).await;
    let missed = events.next().await.expect("something was missed");
    assert_eq!(missed.document["everything"], false);
    page.take_json(&missed.document);
    assert_eq!(page, now(&console));
}

#[tokio::test]
async fn who_has_missed_nothing_is_told_nothing_until_something_happens() {
    let console = Console::start().await;
    let mut events = follow(&console).await;
    let mut page = Page::default();
    let last = catch_up(&console, &mut events, &mut page).await;
    let mut again = resume(&console, &last.id).await;
    tell(&console.picture, 811, vec![handshaking("c9")]);
    let next = again.next().await.expect("something happened");
    assert_eq!(next.document["everything"], false);
    assert_eq!(next.document["connections"][0]["id"], "c9");
}

#[tokio::test]
async fn what_another_console_told_counts_for_nothing() {
    let console = Console::start().await;
    let mut events = follow(&console).await;
    let mut page = Page::default();
    let last = catch_up(&console, &mut events, &mut page).await;
    let (epoch, sequence) = last.id.split_once('.').expect("two numbers");
    let sequence: u64 = sequence.parse().expect("a number");
    let other = format!("{epoch}1.{sequence}");
    let later = format!("{epoch}.{}", sequence + 1_000);
    for id in [
        other.as_str(),
        &later,
        "",
        "17",
        "x.y",
        "18446744073709551616.1",
    ] {
        let first = resume(&console, id).await.next().await;
        let first = first.expect("everything");
        assert_eq!(first.document["everything"], true, "{id:?}");
    }
}

#[tokio::test]
async fn changes_in_quick_succession_come_in_few_documents() {
    let console = Console::start().await;
    let mut events = follow(&console).await;
    let mut page = Page::default();
    catch_up(&console, &mut events, &mut page).await;
    for number in 0..1_000 {
        tell(
            &console.picture,
            811,
            vec![handshaking(&format!("c{number}"))],
        );
    }
    let last = console.picture.since(0).sequence;
    let mut documents = 0;
    while page.sequence < last {
        let event = events.next().await.expect("the stream goes on");
        page.take_json(&event.document);
        documents += 1;
    }
    assert!(documents < 500, "{documents} documents for 1,000 changes");
    assert_eq!(page.all("connections").len(), 1_000);
}

#[tokio::test]
async fn thirty_two_pages_follow_and_the_next_is_told_why_it_cannot() {
    let console = Console::start().await;
    let mut pages = Vec::new();
    for _ in 0..32 {
        let mut events = follow(&console).await;
        assert!(events.next().await.is_some());
        pages.push(events);
    }
    let answer = console.get("/events").send(console.address).await;
    assert_eq!(answer.status(), Some(503));
    assert_eq!(
        answer.body,
        "32 pages follow the console already; close one\n"
    );
    // The place of one that leaves is free once that shows.
    pages.pop();
    while console
        .get("/events")
        .stream(console.address)
        .await
        .head
        .contains(" 503 ")
    {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_hundred_and_twenty_eight_connections_that_say_nothing_make_room() {
    let console = Console::start().await;
    let mut silent = Vec::new();
    for _ in 0..128 {
        silent.push(
            TcpStream::connect(console.address)
                .await
                .expect("it listens"),
        );
    }
    // The next waits in the system's queue until one of them has gone.
    let request = console.get("/");
    let (answer, ()) = tokio::join!(request.send(console.address), async {
        drop(silent);
    });
    assert_eq!(answer.status(), Some(200));
}

#[tokio::test]
async fn at_the_end_streams_end_and_answers_are_finished() {
    let mut console = Console::start().await;
    let mut events = follow(&console).await;
    assert!(events.next().await.is_some());
    let request = console.post("restart", "{}");
    let address = console.address;
    let asking = tokio::spawn(async move { request.send(address).await });
    while console.deeds.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    console.end();
    while events.next().await.is_some() {}
    console.deeds.restarts.add_permits(1);
    console.ended().await;
    assert_eq!(asking.await.expect("it is answered").status(), Some(200));
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens");
}

#[tokio::test]
async fn the_console_listens_on_loopback_only() {
    let listener = tokio::net::TcpListener::bind("0.0.0.0:0")
        .await
        .expect("a port");
    let (picture, _) = crate::kit::picture();
    let deeds = std::sync::Arc::new(crate::kit::deeds::Recorder::default());
    let token = tessera_console::Token::draw(&zeroize::Zeroizing::new([7; 16]));
    let served = tessera_console::serve(
        listener,
        picture.into(),
        deeds,
        token,
        std::future::pending(),
    );
    let error = served.await.expect_err("it is refused");
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}
