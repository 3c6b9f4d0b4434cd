//! Early data in a fleet: a flight that somebody recorded is worth one answer, wherever it is sent.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tessera_interop::process::run;
use tessera_interop::valkey::{Cluster, Valkey};
use tessera_interop::{Fleet, Report, Running, Scene, Server};

const PROCESSES: usize = 16;
const REPLAYS: usize = 1_000;
/// More than anything a server says in a handshake: whoever echoes it has taken it.
const EARLY: usize = 12_000;

/// A server that says a line again. Without application protocols, so that the client need not name one.
fn serve(fleet: &Fleet, number: usize) -> Server {
    fleet.serve(number, &["--early-data", "16384", "--echo"])
}

/// The store was made a while ago: of tickets older than its memory it says nothing, clocks may differ by a minute.
fn grown_old(fleet: &Fleet, valkey: &Valkey) {
    serve(fleet, 0).stop();
    let earlier = "for _, key in ipairs(redis.call('KEYS', '*:e')) do \
        redis.call('HINCRBY', key, 'since', -120000) end return 'done'";
    assert_eq!(valkey.ask(&["EVAL", earlier, "0"]), "done");
}

/// What a client says to nobody: its hello, and a line as early data.
#[track_caller]
fn flight(fleet: &Fleet, line: &str) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let _client = Running::start(&mut fleet.client("client", port, &["--early-data", line]));
    let (mut stream, _) = listener.accept().expect("the client comes");
    stream
        .set_read_timeout(Some(Duration::from_secs(1)))
        .expect("a limit");
    let mut recorded = Vec::new();
    loop {
        let mut piece = [0; 4096];
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => recorded.extend_from_slice(&piece[..read]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if recorded.len() > EARLY {
                    break;
                }
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(recorded.len() > EARLY, "{} bytes", recorded.len());
    recorded
}

#[test]
fn r8_a_recorded_flight_is_taken_once_by_sixteen_processes_on_one_valkey() {
    let files = Rlimit {
        current: getrlimit(Resource::Nofile).maximum,
        ..getrlimit(Resource::Nofile)
    };
    setrlimit(Resource::Nofile, files).expect("as many files as we may have");
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    let fleet = Fleet::new(scene, &valkey.url());
    grown_old(&fleet, &valkey);
    let servers: Vec<Server> = (0..PROCESSES).map(|number| serve(&fleet, number)).collect();
    let line = fleet
        .scene
        .write("line", format!("{}\n", "x".repeat(EARLY)));
    let say = |port| {
        Report::of(run(
            &mut fleet.client("client", port, &["--early-data", &line]),
            b"",
        ))
    };
    assert_eq!(say(servers[0].port).succeeded().field("early_data"), "none");
    // An honest client's is taken.
    assert_eq!(
        say(servers[1].port).succeeded().field("early_data"),
        "accepted"
    );

    let flight = flight(&fleet, &line);
    let ports: Vec<u16> = servers.iter().map(|server| server.port).collect();
    let threads: Vec<_> = ports
        .into_iter()
        .map(|port| {
            let flight = flight.clone();
            thread::spawn(move || replay(port, &flight, REPLAYS.div_ceil(PROCESSES)))
        })
        .collect();
    let answers: Vec<usize> = threads
        .into_iter()
        .flat_map(|one| one.join().expect("it ends"))
        .collect();
    assert!(
        answers.len() >= REPLAYS && answers.iter().all(|bytes| *bytes > 0),
        "all are answered"
    );
    let taken = answers.iter().filter(|bytes| **bytes > EARLY).count();
    assert_eq!(taken, 1, "of {}", answers.len());
}

/// Sends the flight to this port so often at once, and says how many bytes each was worth.
fn replay(port: u16, flight: &[u8], times: usize) -> Vec<usize> {
    let mut streams: Vec<TcpStream> = (0..times)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
            stream.write_all(flight).expect("it is sent");
            stream
        })
        .collect();
    // A first answer means that the hello was judged. Then nobody is here any more.
    let mut first = [0; 1];
    for stream in &mut streams {
        stream.read_exact(&mut first).expect("an answer");
    }
    streams
        .into_iter()
        .map(|mut stream| {
            let _ = stream.shutdown(Shutdown::Write);
            let mut rest = Vec::new();
            // How it ends is of no interest, only how much there was.
            let _ = stream.read_to_end(&mut rest);
            1 + rest.len()
        })
        .collect()
}

#[test]
fn r8_in_a_cluster_nothing_is_taken_early_unless_the_operator_says_so() {
    let scene = Scene::new();
    let cluster = Cluster::start(scene.dir());
    let mut fleet = Fleet::new(scene, &cluster.url());
    let line = fleet.scene.write("line", "a line\n");
    for (early_data, fate) in [("no", "rejected"), ("yes", "accepted")] {
        fleet.store = format!("{}?early-data={early_data}", cluster.url());
        serve(&fleet, 0).stop();
        for node in cluster.primaries() {
            let earlier = "for _, key in ipairs(redis.call('KEYS', '*:e')) do \
                redis.call('HINCRBY', key, 'since', -120000) end return 'done'";
            node.ask(&["EVAL", earlier, "0"]);
        }
        let server = serve(&fleet, 0);
        let say = || {
            Report::of(run(
                &mut fleet.client(early_data, server.port, &["--early-data", &line]),
                b"",
            ))
        };
        assert_eq!(say().succeeded().field("early_data"), "none");
        assert_eq!(say().succeeded().field("early_data"), fate);
    }
}
