//! Peers that listen where a store should be, and are none: silent, talkative, endless, or hanging up. Every request is
//! answered, with a reason and in time, and the store is used again once it is there.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tessera_session::store::Uses;
use tessera_session::store::block_on::block_on;
use tessera_session::store::conformance::{id, spend, stored, wallet_key};
use tessera_session::{
    Page, Register, Revocations, RingStore, SessionStore, StoreError, TicketWallet, Timestamp,
    Vault,
};
use tessera_store_valkey::{Location, Plain, Settings, ValkeyStore};

/// Listens, and does this with everybody who comes.
fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("valkey://{}", listener.local_addr().unwrap());
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(stream));
        }
    });
    url
}

fn vault() -> Vault {
    Vault::for_fleet(&[7; 32], "")
}

fn open(url: &str) -> ValkeyStore {
    let location: Location = url.parse().unwrap();
    let settings = Settings {
        deadline: Duration::from_millis(100),
        patience: Duration::from_millis(200),
        ..Settings::default()
    };
    ValkeyStore::open_over(Arc::new(Plain), &location, vault(), settings).unwrap()
}

/// One of each thing that can be asked for.
fn ask_everything(store: &ValkeyStore) -> Vec<StoreError> {
    let key = wallet_key("a.example");
    let session = stored(&vault(), 1, 100);
    let now = Timestamp::from_unix_secs(1);
    let answers = [
        block_on(store.find(id(1))).map(drop),
        block_on(store.claim(spend(1, 100))).map(drop),
        block_on(store.insert(session.clone())).map(drop),
        block_on(store.remove(id(1))).map(drop),
        block_on(store.list(Page::first(10))).map(drop),
        block_on(store.expire(now)).map(drop),
        block_on(store.keep(&key, session)).map(drop),
        block_on(store.draw(&key)).map(drop),
        block_on(store.contents(Page::first(10))).map(drop),
        block_on(store.ring()).map(drop),
        block_on(store.revoked()).map(drop),
        block_on(store.tally(Uses::All, now)).map(drop),
        block_on(store.connections(Uses::All, 10)).map(drop),
        block_on(store.recording_since()).map(drop),
    ];
    let failures: Vec<StoreError> = answers.into_iter().filter_map(Result::err).collect();
    assert_eq!(failures.len(), 14, "nothing of it was answered");
    failures
}

/// Answers every command it hears with these bytes; a polite one says who it is first.
fn parrot(is_polite: bool, says: &'static [u8]) -> impl Fn(TcpStream) + Send + Sync {
    move |mut stream| {
        let mut heard = [0; 65_536];
        while let Ok(len @ 1..) = stream.read(&mut heard) {
            let is_introduction = is_polite && heard[..len].ends_with(b"$4\r\nINFO\r\n");
            let answer = if is_introduction {
                b"$29\r\nmaxmemory_policy:noeviction\r\n\r\n".as_slice()
            } else {
                says
            };
            if stream.write_all(answer).is_err() {
                return;
            }
        }
    }
}

#[test]
fn nobody_there_is_told_at_once() {
    // Bound once, and free again.
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let store = open(&format!("valkey://{gone}"));
    for failure in ask_everything(&store) {
        assert!(matches!(failure, StoreError::Unavailable(_)), "{failure:?}");
    }
    assert_eq!(store.counts().unavailable, 14);
}

#[test]
fn who_listens_and_says_nothing_costs_a_deadline_and_then_nothing_more() {
    let store = open(&listen(|mut stream| {
        let mut heard = [0; 4096];
        while let Ok(1..) = stream.read(&mut heard) {}
    }));
    assert!(matches!(
        block_on(store.find(id(1))),
        Err(StoreError::Deadline(_) | StoreError::Unavailable(_))
    ));
    // It lets nobody in, so nobody waits for it any more.
    while !matches!(block_on(store.find(id(1))), Err(StoreError::Unavailable(_))) {}
    ask_everything(&store);
}

#[test]
fn who_hangs_up_is_no_store() {
    let store = open(&listen(drop));
    ask_everything(&store);
}

#[test]
fn answers_without_sense_are_errors_and_no_panics() {
    for says in [
        b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice(),
        b"\x16\x03\x01\x00\x05hello",
        b"+OK\r\n",
        b":7\r\n",
        b"$-1\r\n",
        b"*-1\r\n",
        b"*0\r\n",
        b"*1\r\n$3\r\nfoo\r\n",
        b"*3\r\n:1\r\n*1\r\n+x\r\n$-1\r\n",
        b"$9223372036854775807\r\n",
        b"*9223372036854775807\r\n",
        b"%9223372036854775807\r\n",
        b"%-1\r\n",
        b"|1\r\n",
        b"|4611686018427387904\r\n",
        b"$-9223372036854775808\r\n",
        b"=-5\r\n",
        b"-MOVED 1 127.0.0.1:1\r\n",
        b"-MOVED\r\n",
        b"-\r\n",
        b"-ERR \xff\xfe\r\n",
        b":99999999999999999999\r\n",
        b"(12345678901234567890123\r\n",
        b">2\r\n+message\r\n+x\r\n",
        b"\r\n\r\n",
    ]
    .iter()
    .flat_map(|says| [(false, *says), (true, *says)])
    {
        let (is_polite, says) = says;
        let store = open(&listen(parrot(is_polite, says)));
        let _ = block_on(store.reachable());
        let key = wallet_key("a.example");
        // What comes back may by chance be an answer ("nothing"); it is never a session, a claim, a ticket or a ring.
        assert!(
            !matches!(block_on(store.find(id(1))), Ok(Some(_))),
            "{says:?}"
        );
        if is_polite && says == b"$-1\r\n" {
            assert_eq!(block_on(store.find(id(1))), Ok(None), "that makes sense");
        }
        assert!(block_on(store.claim(spend(1, 100))).is_err(), "{says:?}");
        assert!(
            !matches!(block_on(store.draw(&key)), Ok(Some(_))),
            "{says:?}"
        );
        assert!(!matches!(block_on(store.ring()), Ok(Some(_))), "{says:?}");
        assert!(block_on(store.revoked()).map_or(true, |revoked| revoked.is_empty()));
        let _ = block_on(store.list(Page::first(10)));
        let _ = block_on(store.expire(Timestamp::from_unix_secs(1)));
        let _ = block_on(store.tally(Uses::All, Timestamp::EPOCH));
    }
}

#[test]
fn rule_15_an_answer_without_an_end_does_not_fill_the_memory() {
    let store = open(&listen(|mut stream| {
        let mut heard = [0; 4096];
        if !matches!(stream.read(&mut heard), Ok(1..)) {
            return;
        }
        // A string of this length is promised, and sent for as long as somebody takes it.
        let sent = stream.write_all(b"$9000000000000000000\r\n");
        let chunk = vec![b'x'; 1 << 20];
        let mut megabytes = 0;
        if sent.is_ok() {
            while stream.write_all(&chunk).is_ok() {
                megabytes += 1;
                assert!(megabytes < 200, "somebody takes everything");
            }
        }
    }));
    ask_everything(&store);
}
