//! False Start (RFC 7918) with servers that never heard of it: what we say first is on the wire before their Finished, and
//! they answer it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use tessera::blocking;
use tessera::engine::FalseStart;
use tessera::wire::codepoint::ProtocolVersion;
use tessera::{ClientConfig, ClientSettings, ConnectOptions, Kind, Roots};
use tessera_interop::gnutls::GnutlsServ;
use tessera_interop::openssl::{REQUEST, SServer};
use tessera_interop::{KeyType, Scene};

/// A socket on which the first ChangeCipherSpec of the server is noticed.
struct Watched {
    socket: TcpStream,
    heard: Vec<u8>,
    /// Records of application data that we had written when it came.
    data_before: Option<usize>,
    data: usize,
}

/// The types of the records in `bytes`, which ends with a whole one or in the middle.
fn types(mut bytes: &[u8]) -> Vec<u8> {
    let mut types = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = bytes {
        types.push(*kind);
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        bytes = rest.get(len..).unwrap_or_default();
    }
    types
}

impl Read for Watched {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.socket.read(buf)?;
        self.heard.extend(&buf[..read]);
        if self.data_before.is_none() && types(&self.heard).contains(&20) {
            self.data_before = Some(self.data);
        }
        Ok(read)
    }
}

impl Write for Watched {
    /// Everything that is there is written at once, so each write begins with a record.
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.data += types(buf).iter().filter(|kind| **kind == 23).count();
        self.socket.write_all(buf)?;
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// Asks the server on this port for a page, and gives the answer.
fn get(scene: &Scene, port: u16) -> String {
    let roots = Roots::from_pem_file(scene.authority.file()).expect("the authority");
    let config = ClientConfig::try_from(ClientSettings {
        false_start: FalseStart::Always,
        versions: vec![ProtocolVersion::TLS1_2],
        ..ClientSettings::trusting(roots)
    });
    let config = Arc::new(config.expect("a client"));
    let watched = Watched {
        socket: TcpStream::connect(("127.0.0.1", port)).expect("the server"),
        heard: Vec::new(),
        data_before: None,
        data: 0,
    };
    let name = "localhost".try_into().expect("a name");
    let options = ConnectOptions {
        early_data: REQUEST.to_vec(),
        ..ConnectOptions::port(port)
    };
    let mut stream = blocking::connect_with(&config, name, watched, options).expect("a handshake");
    assert_eq!(stream.facts().kind, Kind::Full);
    assert_eq!(stream.get_ref().0.data_before, Some(1));
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn s_server_answers_what_came_before_its_finished() {
    let scene = Scene::new();
    for key in [KeyType::P256, KeyType::Rsa2048] {
        let server = SServer::start("-tls1_2", &scene.authority.server(key), &[]);
        let answer = get(&scene, server.port);
        assert!(answer.contains("TLSv1.2"), "{answer}");
    }
}

#[test]
fn gnutls_serv_answers_what_came_before_its_finished() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let server = GnutlsServ::start(&scene, &identity, &[]);
    let answer = get(&scene, server.port);
    assert!(answer.contains("TLS1.2"), "{answer}");
}

/// Between a client and the server on this port: the server's ChangeCipherSpec waits until application data of the client has
/// passed, and where none comes nothing passes any more.
fn relay(server: u16) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
    let port = listener.local_addr().expect("its address").port();
    thread::spawn(move || {
        let (client, _) = listener.accept().expect("the client");
        let server = TcpStream::connect(("127.0.0.1", server)).expect("the server");
        let (passes, passed) = mpsc::channel();
        let (from, to) = (client.try_clone(), server.try_clone());
        let (from, to) = (from.expect("a socket"), to.expect("a socket"));
        thread::spawn(move || {
            pass(from, to, |heard| {
                let has_data = types(heard).contains(&23);
                !has_data || passes.send(()).is_ok()
            });
        });
        let mut waits = true;
        pass(server, client, |heard| {
            if waits && types(heard).contains(&20) {
                waits = false;
                return passed.recv_timeout(Duration::from_secs(5)).is_ok();
            }
            true
        });
    });
    port
}

/// Hands on what comes, as long as what was heard so far lets it.
fn pass(mut from: TcpStream, mut to: TcpStream, mut may: impl FnMut(&[u8]) -> bool) {
    let (mut heard, mut chunk) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = from.read(&mut chunk) {
        heard.extend(&chunk[..read]);
        if !may(&heard) || to.write_all(&chunk[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn the_program_starts_falsely_where_it_is_told_to() {
    let scene = Scene::new();
    let server = SServer::start("-tls1_2", &scene.authority.server(KeyType::P256), &[]);
    let request = scene.write("request", REQUEST);
    let args = ["--early-data", &request, "--false-start"];
    let told = scene.connect(relay(server.port), &args).succeeded();
    assert!(told.body().contains("TLSv1.2"), "{}", told.body());
    let (waiting, _) = args.split_at(2);
    scene.connect(relay(server.port), waiting).exited(4);
}
