//! What is said in the clear before TLS: the clients of others with our side of the server, and the reverse.
//!
//! TLS itself is not begun here. A client has understood the go-ahead when its ClientHello comes behind it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};
use tessera_interop::Outcome;
use tessera_interop::peer::{program, script};
use tessera_interop::process::{LIMIT, run};
use tessera_interop::scripted::{self, Peer};
use tessera_starttls::{ClientDialogue, Protocol, ServerDialogue, StartTlsError};

/// A server of ours for one connection.
struct Server {
    port: u16,
    /// The header of the record that came behind the go-ahead.
    first: JoinHandle<[u8; 3]>,
}

impl Server {
    fn start(protocol: Protocol) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
        let port = listener.local_addr().expect("its address").port();
        let first = thread::spawn(move || {
            let (mut socket, _) = listener.accept().expect("a client");
            socket.set_read_timeout(Some(LIMIT)).expect("a limit");
            let mut dialogue = ServerDialogue::new(protocol, "server.test");
            let step = dialogue.start();
            socket.write_all(&step.send).expect("the greeting is sent");
            loop {
                let heard = read(&mut socket);
                let step = dialogue.receive(&heard).expect("a client of the protocol");
                socket.write_all(&step.send).expect("the answer is sent");
                assert!(!step.close, "the client has left");
                if step.done {
                    break;
                }
            }
            let mut first = [0; 3];
            socket.read_exact(&mut first).expect("a record");
            first
        });
        Self { port, first }
    }

    /// Runs a client, which comes as far as its ClientHello.
    #[track_caller]
    fn meets(self, client: &mut Command) -> Outcome {
        let outcome = run(client, b"");
        let first = self.first.join();
        let first = first.unwrap_or_else(|_| panic!("no ClientHello from {outcome}"));
        // A handshake record; the version in its header is one of two, RFC 9846 §5.1.
        assert_eq!(first[..2], [22, 3], "{outcome}");
        outcome
    }
}

fn read(socket: &mut TcpStream) -> Vec<u8> {
    let mut buffer = [0; 1024];
    let count = socket.read(&mut buffer).expect("the peer is there");
    assert_ne!(count, 0, "the peer is gone");
    buffer[..count].to_vec()
}

#[test]
fn s_client_comes_to_tls_with_every_protocol() {
    for protocol in Protocol::ALL {
        let server = Server::start(protocol);
        let address = format!("127.0.0.1:{}", server.port);
        let mut client = program("openssl");
        client.args([
            "s_client",
            "-starttls",
            protocol.name(),
            "-connect",
            &address,
        ]);
        server.meets(&mut client);
    }
}

#[test]
fn gnutls_cli_comes_to_tls_with_every_protocol() {
    for protocol in Protocol::ALL {
        let server = Server::start(protocol);
        let starttls = format!("--starttls-proto={protocol}");
        let port = server.port.to_string();
        let mut client = program("gnutls-cli");
        client.args(["--insecure", &starttls, "--port", &port, "127.0.0.1"]);
        server.meets(&mut client);
    }
}

#[test]
fn curl_comes_to_tls_with_mail() {
    // With LDAP, curl before 8.6 goes on in the clear behind the go-ahead.
    for protocol in [Protocol::Smtp, Protocol::Imap] {
        let server = Server::start(protocol);
        let url = format!("{protocol}://127.0.0.1:{}/", server.port);
        let mut client = program("curl");
        client.args([
            "--silent",
            "--show-error",
            "--noproxy",
            "*",
            "--ssl-reqd",
            &url,
        ]);
        server.meets(&mut client);
    }
}

#[test]
fn the_tools_of_openldap_come_to_tls() {
    let server = Server::start(Protocol::Ldap);
    let url = format!("ldap://127.0.0.1:{}", server.port);
    let mut client = program("ldapsearch");
    // -ZZ: nothing without TLS.
    server.meets(client.args(["-x", "-ZZ", "-H", &url]));
}

#[test]
fn python_comes_to_tls_after_it_was_refused_what_wants_a_login() {
    for (protocol, offers, refusal) in [
        (Protocol::Smtp, json!(["starttls"]), json!(530)),
        (Protocol::Lmtp, json!(["starttls"]), json!(530)),
        (
            Protocol::Imap,
            json!(["IMAP4REV1", "LOGINDISABLED", "STARTTLS"]),
            json!("NO"),
        ),
    ] {
        let server = Server::start(protocol);
        let options = json!({"protocol": protocol.name(), "port": server.port});
        let mut client = program("python3");
        client
            .arg(script("starttls_client.py"))
            .arg(options.to_string());
        let seen = scripted::lines(&server.meets(&mut client)).remove(0);
        assert_eq!(
            seen,
            json!({"offers": offers, "refusal": refusal}),
            "{protocol}"
        );
    }
}

/// A server of others.
#[track_caller]
fn start(protocol: Protocol, manner: &str) -> Peer {
    let options = json!({"protocol": protocol.name(), "manner": manner});
    Peer::with("python3", "starttls_server.py", &options)
}

/// Goes through the dialogue, and behind the go-ahead sends what could be the header of a ClientHello.
fn visit(peer: &Peer, protocol: Protocol) -> Result<(), StartTlsError> {
    let mut socket = TcpStream::connect(("127.0.0.1", peer.port)).expect("the peer listens");
    socket.set_read_timeout(Some(LIMIT)).expect("a limit");
    let mut dialogue = ClientDialogue::new(protocol, "client.test");
    let mut step = dialogue.start();
    loop {
        socket.write_all(&step.send).expect("sent");
        if step.done {
            socket.write_all(&HELLO).expect("sent");
            return Ok(());
        }
        step = dialogue.receive(&read(&mut socket))?;
    }
}

/// What the peer says of the connection.
#[track_caller]
fn account(peer: &Peer) -> Value {
    serde_json::from_str(&peer.running.line_with("\"heard\"")).expect("a line of JSON")
}

const HELLO: [u8; 5] = [22, 3, 1, 2, 0];

#[test]
fn our_client_comes_to_tls_with_every_protocol() {
    for (protocol, heard) in [
        (Protocol::Smtp, json!(["EHLO client.test", "STARTTLS"])),
        (Protocol::Lmtp, json!(["LHLO client.test", "STARTTLS"])),
        (Protocol::Imap, json!(["a1 CAPABILITY", "a2 STARTTLS"])),
        (
            Protocol::Ldap,
            json!(["301d02010177188016312e332e362e312e342e312e313436362e3230303337"]),
        ),
    ] {
        let peer = start(protocol, "honest");
        assert_eq!(visit(&peer, protocol), Ok(()));
        let account = account(&peer);
        assert_eq!(
            account,
            json!({"heard": heard, "after": "1603010200"}),
            "{protocol}"
        );
    }
}

#[test]
fn our_client_stops_when_something_is_injected() {
    for protocol in Protocol::ALL {
        let peer = start(protocol, "injects");
        let error = visit(&peer, protocol).unwrap_err();
        assert!(
            matches!(error, StartTlsError::PlaintextAfterGoAhead { .. }),
            "{error}"
        );
        assert_eq!(account(&peer)["after"], "", "{protocol}");
    }
}

#[test]
fn our_client_says_that_starttls_is_not_offered_or_refused() {
    for protocol in Protocol::ALL {
        let stripped = visit(&start(protocol, "strips"), protocol).unwrap_err();
        match protocol {
            // It has no list; the answer says it.
            Protocol::Ldap => assert!(
                matches!(stripped, StartTlsError::Refused { .. }),
                "{stripped}"
            ),
            _ => assert!(
                matches!(stripped, StartTlsError::NotOffered { .. }),
                "{stripped}"
            ),
        }
        let refused = visit(&start(protocol, "refuses"), protocol).unwrap_err();
        assert!(
            matches!(refused, StartTlsError::Refused { .. }),
            "{refused}"
        );
    }
}

#[test]
fn our_client_stays_out_where_it_is_logged_in_before_tls() {
    let peer = start(Protocol::Imap, "preauth");
    let error = visit(&peer, Protocol::Imap).unwrap_err();
    assert!(
        matches!(error, StartTlsError::Preauthenticated { .. }),
        "{error}"
    );
    assert_eq!(account(&peer)["heard"], json!([]));
}
