//! A look at a ClientHello before anyone decides what to do with it.

use crate::Fault;
use crate::fault::RecordError;
use crate::handshake::hello::offered;
use crate::record::deframe::{Familiarity, deframe};
use crate::record::reassemble::Reassembler;
use tessera_session::{Alpn, ServerName};
use tessera_wire::alert::Alert;
use tessera_wire::codepoint::{
    AlertDescription, CipherSuite, ContentType, ProtocolVersion, SignatureScheme,
};
use tessera_wire::extension::SignatureAlgorithms;
use tessera_wire::handshake::Handshake;
use tessera_wire::record::{HEADER_LEN, RecordHeader};

/// What a ClientHello says to someone who has to choose a config for it.
#[derive(Clone, Debug)]
pub struct ClientHelloInfo {
    /// The host asked for.
    pub server_name: Option<ServerName>,
    /// The application protocols offered, in the client's order.
    pub alpn: Vec<Alpn>,
    /// The cipher suites offered, in the client's order.
    pub cipher_suites: Vec<CipherSuite>,
    /// The signature schemes offered, in the client's order.
    pub signature_schemes: Vec<SignatureScheme>,
}

/// Reads the ClientHello at the front of a connection's bytes without consuming them: the same
/// bytes go to [`crate::Connection`] afterwards. `None`: more bytes are needed.
///
/// ```
/// use tessera_engine::{Output, peek_client_hello};
///
/// let mut pair = tessera_testkit::Pair::tls13();
/// let mut client = pair.link(None).client.connection;
/// let Some(Output::Transmit(hello)) = client.poll() else { panic!("a client speaks first") };
/// assert!(peek_client_hello(&hello[..20])?.is_none());
/// let info = peek_client_hello(&hello)?.expect("it is all there");
/// assert_eq!(info.server_name.map(|name| name.to_string()).as_deref(), Some("server.test"));
/// # Ok::<(), tessera_engine::Fault>(())
/// ```
///
/// # Errors
/// A server given these bytes ends the connection with a fault, too: with this one, or another if there are several.
pub fn peek_client_hello(bytes: &[u8]) -> Result<Option<ClientHelloInfo>, Fault> {
    let mut reassembler = Reassembler::default();
    let mut rest = bytes;
    let mut familiarity = Familiarity::Stranger;
    while let Some(frame) = deframe(rest, familiarity)? {
        if frame.header.content_type != ContentType::HANDSHAKE {
            return Err(RecordError::UnexpectedType(frame.header.content_type.0).into());
        }
        let (record, behind) = rest.split_at_checked(frame.len).unwrap_or((rest, &[]));
        reassembler.push(record.get(HEADER_LEN..).unwrap_or_default())?;
        if let Some(message) = reassembler.next()? {
            return read(&message).map(Some);
        }
        familiarity = Familiarity::Known;
        rest = behind;
    }
    Ok(None)
}

/// The record that sends a client away again whose ClientHello was looked at and that gets no
/// connection: an alert of the application's choice, in the clear, for nothing was agreed.
///
/// ```
/// use tessera_engine::{Ending, Fault, Input, Output, refuse_client_hello};
/// use tessera_wire::codepoint::AlertDescription;
///
/// let mut pair = tessera_testkit::Pair::tls13();
/// let mut client = pair.link(None).client.connection;
/// let refusal = refuse_client_hello(AlertDescription::UNRECOGNIZED_NAME);
/// client.handle(pair.now, Input::Ciphertext(&refusal));
/// let ending = std::iter::from_fn(|| client.poll()).last();
/// let Some(Output::Ended(Ending::Fault { fault, .. })) = ending else { panic!("it is the end") };
/// assert_eq!(fault, Fault::AlertReceived(AlertDescription::UNRECOGNIZED_NAME));
/// ```
pub fn refuse_client_hello(description: AlertDescription) -> Vec<u8> {
    let alert = Alert::new(description).encode();
    let header = RecordHeader {
        content_type: ContentType::ALERT,
        legacy_version: ProtocolVersion::TLS1_2,
        length: alert.len() as u16, // two bytes
    };
    [header.encode().as_slice(), alert.as_slice()].concat()
}

fn read(message: &[u8]) -> Result<ClientHelloInfo, Fault> {
    let decoded = Handshake::decode(message)?;
    let Handshake::ClientHello(hello) = decoded else {
        return Err(Fault::Unexpected {
            state: "WaitClientHello",
            came: decoded.name(),
        });
    };
    let schemes = hello.extensions.find::<SignatureAlgorithms>()?;
    Ok(ClientHelloInfo {
        server_name: offered::server_name(&hello)?,
        alpn: offered::alpn(&hello)?,
        signature_schemes: schemes
            .map(|SignatureAlgorithms(schemes)| schemes)
            .unwrap_or_default(),
        cipher_suites: hello.cipher_suites,
    })
}
