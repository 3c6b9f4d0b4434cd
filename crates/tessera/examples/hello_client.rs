//! A client whose sessions outlive it: run it twice, and the second is on the session of the first.
//! It blocks, so it needs no runtime.
//!
//! ```sh
//! cargo run -p tessera-tls --example hello_client -- localhost:8443 ca.pem state
//! ```

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use tessera::blocking::{self, Timed};
use tessera::{ClientConfig, ClientSettings, ConnectOptions, Roots, ServerName, State};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(address), Some(ca), Some(directory)) = (args.next(), args.next(), args.next()) else {
        return Err("usage: hello_client HOST:PORT CA.pem STATE".into());
    };
    let (host, port) = address.rsplit_once(':').ok_or("write HOST:PORT")?;

    // What the wallet in this directory holds, any process may resume.
    let state = State::open(directory)?;
    let settings = state.for_client(ClientSettings::trusting(Roots::from_pem_file(ca)?));
    let config = Arc::new(ClientConfig::try_from(settings)?);

    // A socket that can be told how long to wait keeps the timeouts of the settings.
    let socket = Timed(TcpStream::connect(&address)?);
    let options = ConnectOptions::port(port.parse()?);
    let mut tls = blocking::connect_with(&config, ServerName::new(host)?, socket, options)?;

    write!(tls, "GET / HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
    let mut answer = String::new();
    // Ends behind close_notify; tickets that come before it are kept.
    tls.read_to_string(&mut answer)?;
    tls.close()?;

    println!("resumed: {}", tls.facts().resumed);
    println!("lineage: {}", tls.session().lineage);
    println!("{}", answer.lines().last().unwrap_or_default());
    Ok(())
}
