//! A server whose sessions outlive it: end it, start it again, and its clients resume.
//!
//! ```sh
//! cargo run -p tessera-tls --example hello_server -- 127.0.0.1:8443 cert.pem key.pem state
//! ```

use std::error::Error;
use std::io;
use std::time::Duration;
use tessera::session::RotationPolicy;
use tessera::tokio::TlsAcceptor;
use tessera::tokio::server::TlsStream;
use tessera::{Credential, ServerConfig, ServerSettings, State};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let mut next = |what| args.next().ok_or_else(|| format!("{what} is missing"));
    let (address, certificate) = (next("ADDRESS")?, next("CERT.pem")?);
    let (key, directory) = (next("KEY.pem")?, next("STATE")?);

    // Ticket keys, sessions and revocations, shared by all servers on this directory.
    let state = State::open(directory)?;
    state.refresh(&RotationPolicy::default()).await?;
    let config = ServerConfig::try_from(state.for_server(ServerSettings {
        credentials: vec![Credential::from_pem_files(&certificate, &key)?],
        policy: "hello".to_owned(),
        ..ServerSettings::default()
    }))?;
    tokio::spawn(keep_fresh(state));

    let acceptor = TlsAcceptor::from(config);
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (socket, peer) = listener.accept().await?;
        let accepting = acceptor.accept_from(socket, peer.to_string());
        tokio::spawn(async move {
            match accepting.await {
                Ok(stream) => drop(greet(stream).await),
                Err(error) => eprintln!("{peer}: {error}"),
            }
        });
    }
}

/// Keys get successors in time, and what other processes revoked is heard of.
async fn keep_fresh(state: State) {
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        if let Err(error) = state.refresh(&RotationPolicy::default()).await {
            eprintln!("{error}");
        }
    }
}

/// Reads a request up to its empty line, and says on which session it came.
async fn greet(stream: TlsStream<TcpStream>) -> io::Result<()> {
    let session = stream.session().clone();
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let greeting = format!("hello, generation {}\n", session.generation);
    let head = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n";
    stream
        .write_all(format!("{head}{greeting}").as_bytes())
        .await?;
    stream.shutdown().await
}
